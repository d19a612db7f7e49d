"""Plots that no aircraft can have flown, found one aircraft at a time in order of time.

Nothing is thrown away here: every plot gets a verdict, every oddity an event, and the caller counts and tells them.
What must be remembered from one batch to the next is in `state`, one row for each aircraft, so that a stream cut
anywhere gives what the whole would give.

Units: s, m, m/s; positions ECEF surface points [m]. NaN means unknown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

# Verdicts on a plot.
KEPT, DUPLICATE, CONFLICTING, JUMP, FROZEN = 0, 1, 2, 3, 4
# Events: what makes a track implausible around a moment.
RELOCATED, HOPPED, STALE, TWO_PLACES, TOO_SLOW, LEVEL_JUMPED, ERRATIC = 1, 2, 3, 4, 5, 6, 7

(
    T, PX, PY, PZ, GS, ACC, BARO, GEO,  # the last kept plot
    BARO_T, GEO_T,  # when each level was last known
    ANCHOR_T, ANCHOR_X, ANCHOR_Y, ANCHOR_Z, ANCHOR_N,  # where the aircraft may be instead, and how many plots say so
    BARO_ANCHOR, BARO_ANCHOR_T, BARO_ANCHOR_N, GEO_ANCHOR, GEO_ANCHOR_T, GEO_ANCHOR_N,
    ODD, ODD_T,  # how many plots were odd of late, and when the last one was
    MISFIT,  # how far places and speeds have been apart of late
) = range(24)  # fmt: skip
STATE = 24
COUNTERS = (ANCHOR_N, BARO_ANCHOR_N, GEO_ANCHOR_N, ODD, ODD_T, MISFIT)
"""Columns of the state that begin at 0; the others begin at NaN."""
CONFIRM = 3
"""Plots in a row that must agree with a new place (or level) before it is believed."""
USUAL_ACCURACY = 92.6
"""95 % radius [m] assumed of a plot that reports none: 0.05 NM, the least that ADS-B mandates ask for (NACp 8)."""
STALE_AFTER = 5.0
"""A position that stands still for longer than this [s] while the aircraft flies is an event."""
ODD_FOR, ODD_MOST = 60.0, 3.0
"""Frozen and hopping plots are forgotten over this time [s]; more than so many at once, and the track is erratic."""
MISFIT_FOR = 300.0
"""A misfit of place and speed counts less and less over this time [s]: by then it has shown, or was made up for."""
GROUND_SPEED_ERROR = 3.0
"""What a reported ground speed may be off by [m/s] (NACv 2, DO-260B)."""
CLIMB_MAX = 200.0
"""Vertical speed [m/s] that no level change exceeds; 40,000 ft/min."""
LEVEL_SLACK = 100.0
"""Change of level [m] that is never a jump, whatever the time."""
SLOW_SPEED, SLOW_ABOVE = 30.0, 6000.0
"""An aircraft slower than this [m/s] above this level [m] is not flying there."""


@inlined
def accuracy(reported: float) -> float:
    """Return the reported 95 % radius [m], or the usual one."""
    return USUAL_ACCURACY if math.isnan(reported) else reported


@jit
def known_level(state: F64, level: float, t: float, at: int, at_t: int, anchor: int) -> tuple[float, bool]:
    """Return `level`, or NaN where no aircraft could have reached it, and whether a jump has just been accepted.

    `at`, `at_t`, `anchor` are the columns of `state` for this datum.
    """
    if math.isnan(level):
        return level, False
    jumped = False
    dt = t - state[at_t]
    if not math.isnan(state[at]) and dt < 600.0 and abs(level - state[at]) > CLIMB_MAX * dt + LEVEL_SLACK:
        since = t - state[anchor + 1]
        if state[anchor + 2] > 0 and abs(level - state[anchor]) <= CLIMB_MAX * since + LEVEL_SLACK:
            state[anchor + 2] += 1
        else:
            state[anchor + 2] = 1
        state[anchor], state[anchor + 1] = level, t
        if state[anchor + 2] < CONFIRM:
            return np.nan, False
        jumped = True
    state[at], state[at_t], state[anchor + 2] = level, t, 0
    return level, jumped


@jit
def clean(
    start: I64, who: I64, t: F64, xyz: F64, gs: F64, acc: F64, baro: F64, geo: F64, clock: F64, fastest: F64,
    hardest: F64, gap: float, drop: float, state: F64, verdict: U8, linked: Bool, misfit: F64, events: F64,
) -> tuple[int, int]:  # fmt: skip
    """Judge every plot; return how many events were written, and how many levels were taken as unknown.

    Args:
        start: shape (K + 1,): the plots of the k-th aircraft are start[k]:start[k + 1], in order of time.
        who: shape (K,): row of that aircraft in `state`.
        t, gs, acc: time [s], ground speed [m/s], 95 % radius [m]; shape (N,). xyz: shape (3, N).
        baro, geo: levels [m], shape (N,). A level that cannot be is made NaN in place.
        clock: two-sigma error of the time stamp [s], shape (N,).
        fastest, hardest: shape (K,): no aircraft of this category flies faster [m/s] or turns harder [m/s2].
        gap: longest time [s] between two plots over which the flight between them is taken as known.
        drop: a track without plots for longer [s] is dropped; the next plot starts a new one.
        state: shape (aircraft, STATE), kept by the caller between batches; T is NaN before the first plot.
        verdict, linked: shape (N,), filled: the verdict; the flight from the kept plot before to this one is known.
        misfit: shape (N,), filled: by how much more than accuracy, clock and turns explain the places and the ground
            speeds of this track have been apart of late [m]; what the reported accuracy cannot be better than.
        events: shape (N, 3), filled with (k, kind, t). A plot makes at most one.
    """
    n, no_levels = 0, 0
    for k in range(len(start) - 1):
        s = state[who[k]]
        for i in range(start[k], start[k + 1]):
            linked[i] = False
            misfit[i] = 0.0
            verdict[i] = KEPT
            event, off = 0, 0.0
            dt = t[i] - s[T]
            fresh = not dt <= drop  # also before the first plot
            if not fresh:
                dx, dy, dz = xyz[0, i] - s[PX], xyz[1, i] - s[PY], xyz[2, i] - s[PZ]
                d = math.sqrt(dx * dx + dy * dy + dz * dz)
                slack = 2.0 * (accuracy(acc[i]) + accuracy(s[ACC]))
                if dt <= 0.0:
                    verdict[i] = DUPLICATE if d <= slack else CONFLICTING
                    if d > slack:
                        event = TWO_PLACES
                elif d < 0.01 and gs[i] > 15.0:
                    verdict[i] = FROZEN
                    if dt > STALE_AFTER:
                        event = STALE
                elif d > fastest[k] * dt + slack:
                    if s[ANCHOR_N] > 0:
                        ax, ay, az = xyz[0, i] - s[ANCHOR_X], xyz[1, i] - s[ANCHOR_Y], xyz[2, i] - s[ANCHOR_Z]
                        since = t[i] - s[ANCHOR_T]
                        near = math.sqrt(ax * ax + ay * ay + az * az) <= fastest[k] * since + slack
                        s[ANCHOR_N] = s[ANCHOR_N] + 1 if near and since > 0.0 else 1
                    else:
                        s[ANCHOR_N] = 1
                    s[ANCHOR_T], s[ANCHOR_X], s[ANCHOR_Y], s[ANCHOR_Z] = t[i], xyz[0, i], xyz[1, i], xyz[2, i]
                    if s[ANCHOR_N] < CONFIRM:
                        verdict[i] = JUMP
                    else:
                        event = RELOCATED
                else:
                    linked[i] = dt <= gap
                    flown = 0.5 * (gs[i] + s[GS]) * dt
                    allowed = slack + 300.0 + 0.35 * flown
                    if d - flown > allowed or (dt < 20.0 and flown - d > allowed):
                        event = HOPPED
                    off = abs(d - flown) - 0.5 * slack - clock[i] * gs[i]
                    off -= GROUND_SPEED_ERROR * dt + 0.125 * hardest[k] * dt * dt
            if event == HOPPED or verdict[i] == FROZEN:
                s[ODD] = s[ODD] * math.exp(-(t[i] - s[ODD_T]) / ODD_FOR) + 1.0
                s[ODD_T] = t[i]
                if s[ODD] > ODD_MOST:
                    event = ERRATIC
            if verdict[i] == KEPT:
                if fresh:
                    s[BARO] = s[GEO] = np.nan
                    s[BARO_ANCHOR_N] = s[GEO_ANCHOR_N] = s[MISFIT] = 0
                else:
                    s[MISFIT] = s[MISFIT] * math.exp(-dt / MISFIT_FOR) + (off if linked[i] and off > 0.0 else 0.0)
                misfit[i] = s[MISFIT]
                said = (not math.isnan(baro[i])) + (not math.isnan(geo[i]))
                baro[i], jumped = known_level(s, baro[i], t[i], BARO, BARO_T, BARO_ANCHOR)
                geo[i], jumped_geo = known_level(s, geo[i], t[i], GEO, GEO_T, GEO_ANCHOR)
                no_levels += said - (not math.isnan(baro[i])) - (not math.isnan(geo[i]))
                if jumped or jumped_geo:
                    event = LEVEL_JUMPED
                if gs[i] < SLOW_SPEED and baro[i] > SLOW_ABOVE:
                    event = TOO_SLOW
                s[T], s[PX], s[PY], s[PZ] = t[i], xyz[0, i], xyz[1, i], xyz[2, i]
                s[GS], s[ACC], s[ANCHOR_N] = gs[i], acc[i], 0
            if event:
                events[n, 0], events[n, 1], events[n, 2] = k, event, t[i]
                n += 1
    return n, no_levels


@jit
def fill_levels(start: I64, t: F64, level: F64, longest: float) -> int:
    """Give a plot without a level the one between its neighbours' when these are at most `longest` [s] apart.

    Works on `level` in place; returns how many were filled. Track k is start[k]:start[k + 1].
    """
    filled = 0
    for k in range(len(start) - 1):
        last = -1
        for i in range(start[k], start[k + 1]):
            if math.isnan(level[i]):
                continue
            if last >= 0 and last < i - 1 and t[i] - t[last] <= longest:
                for j in range(last + 1, i):
                    level[j] = level[last] + (level[i] - level[last]) * (t[j] - t[last]) / (t[i] - t[last])
                    filled += 1
            last = i
    return filled


@jit
def worst_ahead(start: I64, t: F64, value: F64, reach: float, out: F64) -> None:
    """Fill `out` with the greatest `value` of the same track from each plot to `reach` [s] after it; shape (N,)."""
    best = np.empty(len(t), np.int64)
    for k in range(len(start) - 1):
        # best[head:tail]: plots after this one whose value no plot between exceeds, the latest first.
        head, tail = 0, 0
        for i in range(start[k + 1] - 1, start[k] - 1, -1):
            while tail > head and value[best[tail - 1]] <= value[i]:
                tail -= 1
            best[tail] = i
            tail += 1
            while t[best[head]] - t[i] > reach:
                head += 1
            out[i] = value[best[head]]


@jit
def by_aircraft(aircraft: NDArray[np.int32], t: F64, count: int) -> tuple[I64, I64, int]:
    """Return the order that sorts plots by aircraft and time (stable), where each aircraft starts, and disorder.

    Args:
        aircraft: index, shape (N,), each in [0, count). t: [s], shape (N,).

    Returns:
        order: shape (N,). start: shape (count + 1,) into the order. disorder: plots earlier than the one before them.
    """
    start = np.zeros(count + 1, np.int64)
    for i in range(len(t)):
        start[aircraft[i] + 1] += 1
    for k in range(count):
        start[k + 1] += start[k]
    place = start[:-1].copy()
    order = np.empty(len(t), np.int64)
    for i in range(len(t)):
        order[place[aircraft[i]]] = i
        place[aircraft[i]] += 1
    disorder = 0
    for k in range(count):
        late = 0
        for i in range(start[k] + 1, start[k + 1]):
            if t[order[i]] < t[order[i - 1]]:
                late += 1
        if late:
            disorder += late
            part = order[start[k] : start[k + 1]].copy()
            order[start[k] : start[k + 1]] = part[np.argsort(t[part], kind="mergesort")]
    return order, start, disorder


@jit
def choose_source(start: I64, t: F64, file: NDArray[np.int32], best: I64, gap: F64, edge: F64, keep: Bool) -> int:
    """Keep the plots of each aircraft's best recording, and others only where that one is silent.

    Plots of several sensors on one aircraft are not mixed: their biases would make it zigzag.

    Args:
        start: shape (K + 1,). t: [s]; file: index of the recording; shape (N,).
        best: shape (K,): the recording to prefer.
        gap: shape (K,): between two of its plots it is silent where neither is nearer than this [s].
        edge: shape (K,): before its first and after its last plot it is silent from this far [s] on.
        keep: shape (N,), filled.

    Returns:
        How many plots were not kept.
    """
    dropped = 0
    for k in range(len(start) - 1):
        begin, end = start[k], start[k + 1]
        first, last = np.inf, -np.inf
        for i in range(begin, end):
            if file[i] == best[k]:
                first, last = min(first, t[i]), max(last, t[i])
        before = -np.inf
        for i in range(begin, end):
            keep[i] = True
            if file[i] == best[k]:
                before = t[i]
            elif t[i] - before <= (gap[k] if t[i] <= last else edge[k]):
                keep[i] = False
        after = np.inf
        for i in range(end - 1, begin - 1, -1):
            if file[i] == best[k]:
                after = t[i]
            elif after - t[i] <= (gap[k] if t[i] >= first else edge[k]):
                keep[i] = False
            if not keep[i]:
                dropped += 1
    return dropped
