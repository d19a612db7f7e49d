"""What is ahead of pairs that fly straight on, with what is not known for certain: the arithmetic of the live watch.

A pair is laid flat in the plane across the earth's normal halfway between the two, in which their relative motion is a
straight line: for two aircraft within 60 NM of each other this is within 0.1 % of the great circles of `straight`.
Two-sigma bounds grow with time: e(t)^2 = 4 (var_place + var_rate t^2), summed over both.

Everything is a function of differences between the two: exchanging them changes no bit. Units: s, m, m/s; places and
velocities earth-centred. NaN means unknown: a level that is not known could be any.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import arc, basis, surface
from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
Vector = tuple[float, float, float]

# Columns of what is foreseen.
D_H, D_V, T_CPA, HMD, VMD, ERROR_H, ERROR_V = 0, 1, 2, 3, 4, 5, 6
T_LOSS, T_OUT, T_MAYBE, CERTAIN, T_SLANT, SLANT, ERROR_S, T_NEAR, T_TURN, LIKELY = 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
FORESEEN = 17
TURNING = 0.0125
"""Whose rate of turn is below this [rad/s] (0.7 degrees a second) flies straight on."""
TURN_FOR, TURN_STEP = 40.0, 2.0
"""A turn may go on for so long [s], and end at any of these steps [s]."""
LIKELIHOOD = 0.25
"""A loss is likely when it is one by minima smaller by this share of the two-sigma bounds then: half a sigma."""
ROUNDS = 4
"""So often the moment of a possible loss and the bounds at that moment are fitted to each other."""


@inlined
def stay_in(
    ss: float, sv: float, vv: float, dz: float, climb: float, horizontal: float, vertical: float, lookahead: float
) -> tuple[float, float]:
    """Return the stay inside the cylinder within [0, lookahead]; NaN, NaN where there is none.

    Args:
        ss, sv, vv: s.s, s.v and v.v of the horizontal parts. dz, climb: level difference and its rate; NaN any level.
    """
    begin, end = 0.0, lookahead
    if vv > 0.0:
        root = sv * sv - vv * (ss - horizontal * horizontal)
        if not root > 0.0:
            return math.nan, math.nan
        root = math.sqrt(root)
        begin, end = max(begin, (-sv - root) / vv), min(end, (-sv + root) / vv)
    elif not ss < horizontal * horizontal:
        return math.nan, math.nan
    if not math.isnan(dz):
        if climb != 0.0:
            one, other = (-vertical - dz) / climb, (vertical - dz) / climb
            begin, end = max(begin, min(one, other)), min(end, max(one, other))
        elif not abs(dz) < vertical:
            return math.nan, math.nan
    return (begin, end) if begin < end else (math.nan, math.nan)


@inlined
def flat(x: F64, i: int, j: int) -> tuple[float, float, float, float]:
    """Return s.s, s.v, v.v of the pair in the plane halfway, and the distance over ground now [m]."""
    nx, ny, nz = x[i, 0] + x[j, 0], x[i, 1] + x[j, 1], x[i, 2] + x[j, 2]
    length = math.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx / length, ny / length, nz / length
    sx, sy, sz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
    vx, vy, vz = x[j, 3] - x[i, 3], x[j, 4] - x[i, 4], x[j, 5] - x[i, 5]
    chord = math.sqrt(sx * sx + sy * sy + sz * sz)
    up = sx * nx + sy * ny + sz * nz
    sx, sy, sz = sx - up * nx, sy - up * ny, sz - up * nz
    up = vx * nx + vy * ny + vz * nz
    vx, vy, vz = vx - up * nx, vy - up * ny, vz - up * nz
    ss, sv, vv = sx * sx + sy * sy + sz * sz, sx * vx + sy * vy + sz * vz, vx * vx + vy * vy + vz * vz
    return ss, sv + 0.0, vv, arc(chord)  # no negative zero


@inlined
def error(place: float, rate: float, t: float) -> float:
    """Return the two-sigma bound after `t` [s]; place, rate: summed variances."""
    return 2.0 * math.sqrt(place + rate * t * t)


@jit
def foresee(
    first: I64, second: I64, x: F64, var: F64, turn: F64, levels: F64, horizontal: float, vertical: float,
    slant: float, lookahead: float, out: F64,
) -> None:  # fmt: skip
    """Write what is ahead of each pair to `out`, shape (P, FORESEEN).

    Args:
        first, second: rows of each pair, shape (P,).
        x: place and velocity, shape (N, 6). var: variance of place [m^2] and of velocity [m^2/s^2], shape (N, 2).
        turn: rate of turn, right positive [rad/s], shape (N,).
        levels: shape (P, 4): level difference and its rate, second minus first, NaN unknown, and their variances.
        horizontal, vertical: the minima [m]. slant: of a near miss [m]. lookahead: [s].

    Written are the distances now; when and how near they are horizontally closest, and the bounds then; the stay
    inside the minima; from when they may be inside by the bounds; 1 where they certainly will be; when and how near in
    space, its bound, and when the near miss begins. NaN where there is none; vertical ones where a level is unknown.
    """
    for k in range(len(first)):
        i, j, o = first[k], second[k], out[k]
        ss, sv, vv, o[D_H] = flat(x, i, j)
        dz, climb, place, rate = levels[k, 0], levels[k, 1], var[i, 0] + var[j, 0], var[i, 1] + var[j, 1]
        t = min(max(-sv / vv, 0.0), lookahead) + 0.0 if vv > 0.0 else 0.0
        o[D_V], o[T_CPA], o[VMD] = abs(dz), t, abs(dz + climb * t)
        o[HMD] = math.sqrt(max(ss + t * (2.0 * sv + t * vv), 0.0)) if t > 0.0 else o[D_H]
        o[ERROR_H], o[ERROR_V] = error(place, rate, t), error(levels[k, 2], levels[k, 3], t)
        o[T_LOSS], o[T_OUT] = stay_in(ss, sv, vv, dz, climb, horizontal, vertical, lookahead)
        o[T_MAYBE] = possible_from(ss, sv, vv, levels[k], (place, rate), (horizontal, vertical), lookahead, t)
        o[CERTAIN], o[LIKELY] = 0.0, 0.0
        if not math.isnan(o[T_LOSS]):
            off_h, off_v = error(place, rate, o[T_LOSS]), error(levels[k, 2], levels[k, 3], o[T_LOSS])
            less_h, less_v = max(horizontal - LIKELIHOOD * off_h, 0.0), max(vertical - LIKELIHOOD * off_v, 0.0)
            begin, _end = stay_in(ss, sv, vv, dz, climb, less_h, less_v, lookahead)
            o[LIKELY] = 0.0 if math.isnan(begin) else 1.0
        if not math.isnan(o[T_LOSS]) and not math.isnan(dz):
            at = min(max(t, o[T_LOSS]), o[T_OUT])
            less_h, less_v = horizontal - error(place, rate, at), vertical - error(levels[k, 2], levels[k, 3], at)
            if less_h > 0.0 and less_v > 0.0:
                begin, _end = stay_in(ss, sv, vv, dz, climb, less_h, less_v, lookahead)
                o[CERTAIN] = 0.0 if math.isnan(begin) else 1.0
        s3, sv3, v3 = ss, sv, vv
        if not math.isnan(dz):
            s3, sv3, v3 = ss + dz * dz, sv + dz * climb, vv + climb * climb
        t = min(max(-sv3 / v3, 0.0), lookahead) + 0.0 if v3 > 0.0 else 0.0
        o[T_SLANT], o[SLANT] = t, math.sqrt(max(s3 + t * (2.0 * sv3 + t * v3), 0.0))
        o[ERROR_S] = math.hypot(error(place, rate, t), error(levels[k, 2], levels[k, 3], t))
        o[T_TURN] = turning_from(x, i, j, turn, dz, climb, horizontal, vertical)
        o[T_NEAR], _end = stay_in(s3, sv3, v3, math.nan, math.nan, slant, vertical, lookahead)


@jit
def possible_from(
    ss: float, sv: float, vv: float, level: F64, spread: tuple[float, float], minima: tuple[float, float],
    lookahead: float, t: float,
) -> float:  # fmt: skip
    """Return from when the pair may be inside the minima, by its bounds at that moment; NaN where never.

    Args: as in `foresee`; spread: variances of place and rate. t: where to begin [s].
    """
    begin = math.nan
    for _ in range(ROUNDS):
        wide_h, wide_v = minima[0] + error(spread[0], spread[1], t), minima[1] + error(level[2], level[3], t)
        begin, _end = stay_in(ss, sv, vv, level[0], level[1], wide_h, wide_v, lookahead)
        if math.isnan(begin):
            return begin
        t = begin
    return begin


@inlined
def turned(x: F64, i: int, n: Vector, rate: float, t: float) -> tuple[Vector, Vector]:
    """Return how far row `i` goes in `t` [s] of turning at `rate`, and its velocity then, across `n`."""
    v = x[i, 3] * n[0] + x[i, 4] * n[1] + x[i, 5] * n[2]
    vx, vy, vz = x[i, 3] - v * n[0], x[i, 4] - v * n[1], x[i, 5] - v * n[2]
    lx, ly, lz = n[1] * vz - n[2] * vy, n[2] * vx - n[0] * vz, n[0] * vy - n[1] * vx  # to the left
    angle = rate * t
    c, s = math.cos(angle), math.sin(angle)
    along, across = (s / rate, (1.0 - c) / rate) if rate != 0.0 else (t, 0.0)
    went = (vx * along - lx * across, vy * along - ly * across, vz * along - lz * across)
    return went, (vx * c - lx * s, vy * c - ly * s, vz * c - lz * s)


@jit
def turning_from(
    x: F64, i: int, j: int, turn: F64, dz: float, climb: float, horizontal: float, vertical: float
) -> float:
    """Return when the pair would be inside the minima first, if who turns now goes on turning for a while; NaN never.

    A turn may end at any step within TURN_FOR; from then on both fly straight, until TURN_FOR is over.
    """
    wi = turn[i] if abs(turn[i]) >= TURNING else 0.0
    wj = turn[j] if abs(turn[j]) >= TURNING else 0.0
    if wi == 0.0 and wj == 0.0:
        return math.nan
    n = (x[i, 0] + x[j, 0], x[i, 1] + x[j, 1], x[i, 2] + x[j, 2])
    length = math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    n = (n[0] / length, n[1] / length, n[2] / length)
    s = (x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2])
    up = s[0] * n[0] + s[1] * n[1] + s[2] * n[2]
    s = (s[0] - up * n[0], s[1] - up * n[1], s[2] - up * n[2])
    best, t = math.inf, 0.0
    while t <= TURN_FOR and t < best:
        di, ui = turned(x, i, n, wi, t)
        dj, uj = turned(x, j, n, wj, t)
        ss, sv, vv = 0.0, 0.0, 0.0
        for k in range(3):
            r, u = s[k] + (dj[k] - di[k]), uj[k] - ui[k]
            ss, sv, vv = ss + r * r, sv + r * u, vv + u * u
        begin, _end = stay_in(ss, sv, vv, dz + climb * t, climb, horizontal, vertical, TURN_FOR - t + TURN_STEP)
        best = t + begin if t + begin < best else best  # begin is NaN where there is no stay
        t += TURN_STEP
    return best if best < math.inf else math.nan


@jit
def beside(wide: I64, x: F64, reach: F64, horizontal: float, lookahead: float, out: I64) -> int:
    """Write to `out` every pair of a row of `wide` and another that could come within `horizontal`; return how many.

    Args:
        reach: what the bounds add to each row [m], shape (N,).
        out: shape (C, 2); at most C are written, and counted on.

    Levels are not looked at. A pair of two rows of `wide` is written once; first is below second.
    """
    is_wide = np.zeros(len(x), np.bool_)
    for k in range(len(wide)):
        is_wide[wide[k]] = True
    count = 0
    for k in range(len(wide)):
        i = wide[k]
        for j in range(len(x)):
            if j == i or (is_wide[j] and j < i):
                continue
            ss, sv, vv, _now = flat(x, min(i, j), max(i, j))
            far = horizontal + reach[i] + reach[j]
            t = min(max(-sv / vv, 0.0), lookahead) if vv > 0.0 else 0.0
            if ss + t * (2.0 * sv + t * vv) < far * far:
                if count < len(out):
                    out[count, 0], out[count, 1] = min(i, j), max(i, j)
                count += 1
    return count


@jit
def flights(
    order: I64, group: I64, alone: Bool, x: F64, level: F64, before: I64, near: float, wider: float, high: float,
    drift: float, most: int, lead: I64,
) -> None:  # fmt: skip
    """Put aircraft of one group that fly together under the leader with the lowest place in `order`.

    Args:
        order: rows by address. group: shape (N,), below 0 nobody's. alone: an element of its own.
        x: place and velocity, shape (N, 6). level: [m], NaN unknown.
        before: the leader so far, -1 none: with the same one, `wider` [m] counts instead of `near`.
        high: greatest difference of levels [m]. drift: of velocities [m/s]. most: aircraft in one element.
        lead: shape (N,), filled with the row of the leader.

    Of those that fit the nearest are taken, of equally near ones the first in `order`. Who can be near at all is found
    along the axis towards the pole.
    """
    n = len(order)
    taken, rank = np.zeros(n, np.bool_), np.empty(n, np.int64)
    for a in range(n):
        rank[order[a]] = a
    along = np.argsort(x[:, 2], kind="mergesort")
    line = x[along, 2]
    chosen, range2 = np.empty(most, np.int64), np.empty(most)
    for a in range(n):
        i = order[a]
        if taken[i]:
            continue
        taken[i], lead[i] = True, i
        if group[i] < 0 or alone[i]:
            continue
        count = 0
        for b in range(np.searchsorted(line, x[i, 2] - wider), np.searchsorted(line, x[i, 2] + wider)):
            j = along[b]
            if taken[j] or group[j] != group[i] or alone[j]:
                continue
            limit = wider if before[j] >= 0 and before[j] == before[i] else near
            d2, v2 = 0.0, 0.0
            for c in range(3):
                d2 += (x[j, c] - x[i, c]) ** 2
                v2 += (x[j, 3 + c] - x[i, 3 + c]) ** 2
            if not d2 < limit * limit or not v2 < drift * drift or abs(level[i] - level[j]) > high:
                continue
            at = count
            while at > 0 and (range2[at - 1] > d2 or (range2[at - 1] == d2 and rank[chosen[at - 1]] > rank[j])):
                if at < most - 1:
                    chosen[at], range2[at] = chosen[at - 1], range2[at - 1]
                at -= 1
            if at < most - 1:
                chosen[at], range2[at] = j, d2
                count = min(count + 1, most - 1)
        for m in range(count):
            taken[chosen[m]], lead[chosen[m]] = True, i


@jit
def placed(lat: F64, lon: F64, track: F64, gs: F64, out: F64) -> None:
    """Write place and velocity, shape (N, 6), of lat, lon, track [rad] and gs [m/s]."""
    for i in range(len(lat)):
        p, (east, north, _up) = surface(lat[i], lon[i]), basis(lat[i], lon[i])
        ve, vn = gs[i] * math.sin(track[i]), gs[i] * math.cos(track[i])
        for k in range(3):
            out[i, k], out[i, 3 + k] = p[k], ve * east[k] + vn * north[k]
