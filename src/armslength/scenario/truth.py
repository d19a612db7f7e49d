"""What truly happened: every encounter between the parties, from the flights without noise, by brute force.

On purpose nothing here is shared with the engine that is judged by it: distances are Vincenty's, moments come from a
grid of 0.05 s with the minimum and the crossings of the limits refined on a grid of 1 ms.
Definitions are those of armslength.domain.encounter: inside is closer than both minima; where both aircraft are in an
exempt area there are no minima, but a slant distance under the near-miss distance counts; re-entry within ten minutes
is the same encounter; `dwell_s` is the longest stay with exits under 30 s bridged. Where the least ratio holds for a
while (two aircraft level, one passing over the other), `t_closest` is the moment of least horizontal distance in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armslength.scenario.aircraft import NORTH, SOUTH, Aircraft
from armslength.scenario.geodesic import distance
from armslength.scenario.sky import HORIZONTAL, NEAR_MISS, VERTICAL, Sky

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

BOUND = (NORTH, SOUTH)
LOOK_S = 2.0
"""Grid of the first search [s]; it keeps a margin that no pair can cross in that time."""
FASTEST = 800.0
"""No two aircraft of a scenario close faster [m/s]."""
FINE_S, FINER_S = 0.05, 0.001
REENTRY_S, BRIDGE_S = 600.0, 30.0


@dataclass(frozen=True, slots=True)
class Truth:
    """One encounter as it truly happened. Times in seconds from the start of the scenario, distances in metres."""

    first: str
    second: str
    planned: str
    opened: float
    closed: float
    t_closest: float
    d_h_m: float
    d_v_m: float
    ratio: float
    t_slant: float
    slant_m: float
    dwell_s: float
    level: str


def truth(sky: Sky, *, outside: bool = False) -> list[Truth]:
    """Return every encounter between aircraft of the two parties, in order of `opened`.

    With `outside`, those of a party's aircraft with one that the agreement does not bind (an excluded force, or nobody
    knows whose) instead: no matter of the agreement, but a close approach all the same.
    """
    names = {pair: p.name for p in sky.planned for pair in p.pairs}
    found: list[Truth] = []
    for one, two, spans in _candidates(sky, outside):
        stays = [stay for span in spans for stay in _stays(sky, one, two, span)]
        found += _joined(stays, one, two, names.get((one.address, two.address), ""))
    return sorted(found, key=lambda e: (e.opened, e.first, e.second))


def separation(sky: Sky, one: Aircraft, two: Aircraft, t: F64) -> tuple[F64, F64]:
    """Return the distances on the ellipsoid and in level [m] at times `t` [s]; NaN where not both fly."""
    x1, y1, z1 = one.flight.at(t)
    x2, y2, z2 = two.flight.at(t)
    return distance(*sky.plane.geodetic(x1, y1), *sky.plane.geodetic(x2, y2)), np.abs(z2 - z1)


@dataclass(slots=True)
class _Stay:
    t_in: float
    t_out: float
    t_closest: float
    d_h: float
    d_v: float
    ratio: float
    t_slant: float
    slant: float


def _candidates(sky: Sky, outside: bool) -> Iterator[tuple[Aircraft, Aircraft, list[tuple[float, float]]]]:
    """Yield pairs that count (first < second) and the times [s] in which they could be inside."""
    t = np.arange(0.0, sky.duration + LOOK_S, LOOK_S)
    flying = [a for a in sky.aircraft if outside or a.party in BOUND]
    at = [np.stack(a.flight.at(t)) for a in flying]
    reach_h, reach_v = HORIZONTAL * 1.01 + FASTEST * LOOK_S, VERTICAL + 200.0 * LOOK_S
    for i, one in enumerate(flying):
        for j in range(i + 1, len(flying)):
            two = flying[j]
            bound = (one.party in BOUND) + (two.party in BOUND)
            if one.party == two.party or bound != (1 if outside else 2):
                continue
            apart = at[i] - at[j]
            with np.errstate(invalid="ignore"):
                near = (np.hypot(apart[0], apart[1]) < reach_h) & (np.abs(apart[2]) < reach_v)
            if near.any():
                low, high = sorted((one, two), key=lambda a: a.address)
                yield low, high, [(t[a] - LOOK_S, t[b] + LOOK_S) for a, b in _runs(near)]


def _stays(sky: Sky, one: Aircraft, two: Aircraft, span: tuple[float, float]) -> Iterator[_Stay]:
    begin = max(span[0], one.flight.t0, two.flight.t0, 0.0)
    end = min(span[1], one.flight.t1, two.flight.t1, sky.duration)
    if end <= begin:
        return
    t = np.append(np.arange(begin, end, FINE_S), end)
    d_h, d_v, margin = _measure(sky, one, two, t)
    for a, b in _runs(margin < 0):
        t_in = t[a] if a == 0 else _crossing(sky, one, two, t[a - 1], t[a])
        t_out = t[b] if b == len(t) - 1 else _crossing(sky, one, two, t[b], t[b + 1])
        inner = slice(a, b + 1)
        ratio = np.maximum(d_h[inner] / HORIZONTAL, d_v[inner] / VERTICAL)
        level = np.flatnonzero(ratio <= ratio.min() + 1e-9)
        closest = _refined(sky, one, two, t[inner][level[np.argmin(d_h[inner][level])]], (t_in, t_out), False)
        slant = np.hypot(d_h[inner], d_v[inner])
        nearest = _refined(sky, one, two, t[inner][np.argmin(slant)], (t_in, t_out), True)
        yield _Stay(t_in, t_out, closest[0], closest[1], closest[2], closest[3], nearest[0], nearest[3])


def _measure(sky: Sky, one: Aircraft, two: Aircraft, t: F64) -> tuple[F64, F64, F64]:
    """Return d_h, d_v [m], and by how much the limit in force there is undercut (negative: inside), as a ratio."""
    d_h, d_v = separation(sky, one, two, t)
    exempt = sky.in_terminal(*one.flight.at(t)) & sky.in_terminal(*two.flight.at(t))
    inside = np.maximum(d_h / HORIZONTAL, d_v / VERTICAL) - 1.0
    near = np.hypot(d_h, d_v) / NEAR_MISS - 1.0
    return d_h, d_v, np.where(exempt, near, np.minimum(inside, near))


def _crossing(sky: Sky, one: Aircraft, two: Aircraft, early: float, late: float) -> float:
    """Return the moment between `early` and `late` at which the limit is crossed."""
    t = np.arange(early, late + FINER_S / 2, FINER_S)
    margin = _measure(sky, one, two, t)[2]
    k = int(np.flatnonzero(np.diff(np.sign(margin)) != 0)[0])
    step = margin[k + 1] - margin[k]
    return float(t[k] - margin[k] / step * FINER_S)


def _refined(
    sky: Sky, one: Aircraft, two: Aircraft, t: float, within: tuple[float, float], by_slant: bool
) -> tuple[float, float, float, float]:
    """Return (t, d_h, d_v, least value) of the least ratio, or slant distance, near `t`, to a millisecond."""
    fine = np.arange(-FINE_S, FINE_S + FINER_S / 2, FINER_S) + t
    fine = np.clip(fine, *within)
    d_h, d_v = separation(sky, one, two, fine)
    value = np.hypot(d_h, d_v) if by_slant else np.maximum(d_h / HORIZONTAL, d_v / VERTICAL)
    level = np.flatnonzero(value <= value.min() + 1e-12)
    k = int(level[np.argmin(d_h[level])])
    return float(fine[k]), float(d_h[k]), float(d_v[k]), float(value[k])


def _joined(stays: list[_Stay], one: Aircraft, two: Aircraft, planned: str) -> Iterator[Truth]:
    stays.sort(key=lambda s: s.t_in)
    group: list[_Stay] = []
    for stay in stays:
        if group and stay.t_in - max(s.t_out for s in group) > REENTRY_S:
            yield _encounter(group, one, two, planned)
            group = []
        group.append(stay)
    if group:
        yield _encounter(group, one, two, planned)


def _encounter(stays: list[_Stay], one: Aircraft, two: Aircraft, planned: str) -> Truth:
    closest, nearest = min(stays, key=lambda s: s.ratio), min(stays, key=lambda s: s.slant)
    dwell, since, until = 0.0, stays[0].t_in, stays[0].t_out
    for stay in stays:
        if stay.t_in - until >= BRIDGE_S:
            since = stay.t_in
        until = max(until, stay.t_out)
        dwell = max(dwell, until - since)
    level = "near_miss" if nearest.slant < NEAR_MISS else "inside"
    return Truth(
        one.address, two.address, planned, stays[0].t_in, until, closest.t_closest, closest.d_h, closest.d_v,
        closest.ratio, nearest.t_slant, nearest.slant, dwell, level,
    )  # fmt: skip


def _runs(mask: Bool) -> list[tuple[int, int]]:
    """Return (first, last) of every run of True."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))
