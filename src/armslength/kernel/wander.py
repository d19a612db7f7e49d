"""The hard cases of straight flight: pairs whose distance may have several minima.

Two aircraft that fly almost alike, or for hours, part and meet again because the earth is round. Their squared
distance f(t) is then not convex, and its stays and its least value are found by dividing the time into pieces on which
a bound of f''' proves what f does. Few pairs come here: the price is some microseconds each.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit
from armslength.kernel.motion import A, V, W, parting, phase

F64 = NDArray[np.float64]
LONGEST_PIECE = 512.0
PIECES = 8192
"""Into at least so many pieces [s] a look-ahead may be divided before a piece is taken as it is."""
SAME_M2 = 1e-7
"""Squared distances nearer than this count as equal [m^2]."""


@jit
def _sizes(m: F64, i: int, j: int) -> tuple[float, float, float]:
    """Return bounds, at any time, of the relative speed [m/s], acceleration and its rate of change."""
    vi = math.sqrt(m[i, V] ** 2 + m[i, V + 1] ** 2 + m[i, V + 2] ** 2)
    vj = math.sqrt(m[j, V] ** 2 + m[j, V + 1] ** 2 + m[j, V + 2] ** 2)
    wi, wj = m[i, W], m[j, W]
    return vi + vj, vi * wi + vj * wj, vi * wi * wi + vj * wj * wj


@jit
def third(m: F64, i: int, j: int, f: float, span: float) -> float:
    """Return a bound of |f'''| [m^2/s^3] over `span` [s] on either side of t = 0, where the squared distance is `f`."""
    vv, aa = 0.0, 0.0
    for k in range(3):
        vv += (m[j, V + k] - m[i, V + k]) ** 2
        aa += (m[j, A + k] - m[i, A + k]) ** 2
    speed, pull, jerk = _sizes(m, i, j)
    a = min(pull, math.sqrt(aa) + jerk * span)
    v = min(speed, math.sqrt(vv) + a * span)
    return 2.0 * (3.0 * v * a + (math.sqrt(f) + v * span) * jerk)


@jit
def _third_near(m: F64, i: int, j: int, t: float, half: float, f: float) -> float:
    """Return a bound of |f'''| within `half` of `t`, from the relative motion there."""
    speed, pull, jerk = _sizes(m, i, j)
    vv, aa = 0.0, 0.0
    wi, wj = m[i, W], m[j, W]
    si, _c, ci = phase(wi, t)
    sj, _c, cj = phase(wj, t)
    for k in range(3):
        v = (m[j, V + k] * cj - m[i, V + k] * ci) + (m[j, A + k] * sj - m[i, A + k] * si)
        a = (m[j, A + k] * cj - m[i, A + k] * ci) - (m[j, V + k] * wj * wj * sj - m[i, V + k] * wi * wi * si)
        vv += v * v
        aa += a * a
    bound_a = min(pull, math.sqrt(aa) + jerk * half)
    bound_v = min(speed, math.sqrt(vv) + bound_a * half)
    return 2.0 * (3.0 * bound_v * bound_a + (math.sqrt(f) + bound_v * half) * jerk)


@jit
def crossing(m: F64, i: int, j: int, a: float, b: float, c2: float) -> float:
    """Return when f crosses `c2` in [a, b], where it does so once: Newton, kept in its bracket by bisection."""
    rising = parting(m, i, j, a)[0] < c2
    t = 0.5 * (a + b)
    for _ in range(200):
        f, f1, _f2 = parting(m, i, j, t)
        if (f < c2) == rising:
            a = t
        else:
            b = t
        following = t - (f - c2) / f1 if f1 != 0.0 else 0.5 * (a + b)
        if not (a < following < b):
            following = 0.5 * (a + b)
        if abs(following - t) < 1e-10 or following in (a, b):
            return following
        t = following
    return t


@jit
def first_stay(m: F64, i: int, j: int, a: float, b: float, c2: float) -> tuple[float, float]:
    """Return the first stay of i and j nearer than sqrt(`c2`) within [a, b], clipped to it; NaN, NaN where none."""
    shortest = max(1e-3, (b - a) / PIECES)
    t, step = a, min(b - a, LONGEST_PIECE)
    within = parting(m, i, j, a)[0] < c2
    t_in = a if within else math.nan
    while t < b:
        half = 0.5 * min(step, b - t)
        f, f1, f2 = parting(m, i, j, t + half)
        bend = _third_near(m, i, j, t + half, half, f)
        swing = abs(f1) * half + 0.5 * abs(f2) * half * half + bend * half**3 / 6.0
        turns = abs(f1) <= abs(f2) * half + 0.5 * bend * half * half
        if abs(f - c2) <= swing and turns and step > shortest:
            step *= 0.5
            continue
        end = b if t + step >= b else t + step
        if abs(f - c2) <= swing and (parting(m, i, j, end)[0] < c2) != within:
            when = crossing(m, i, j, t, end, c2)
            if within:
                return t_in, when
            t_in, within = when, True
        t = end
        step = min(2.0 * step, LONGEST_PIECE)
    return (t_in, b) if within else (math.nan, math.nan)


@jit
def _least_in(m: F64, i: int, j: int, a: float, b: float) -> float:
    """Return where f is least in [a, b], where it is convex and f' changes sign."""
    t = 0.5 * (a + b)
    for _ in range(200):
        _f, f1, f2 = parting(m, i, j, t)
        if f1 < 0.0:
            a = t
        else:
            b = t
        following = t - f1 / f2 if f2 > 0.0 else 0.5 * (a + b)
        if not (a < following < b):
            following = 0.5 * (a + b)
        if abs(following - t) < 1e-10 or following in (a, b):
            return following
        t = following
    return t


@jit
def least(m: F64, i: int, j: int, b: float) -> float:
    """Return the moment in [0, b] when i and j are horizontally closest; the first of several."""
    shortest = max(1e-3, b / PIECES)
    t, step = 0.0, min(b, LONGEST_PIECE)
    best_t, best = 0.0, parting(m, i, j, 0.0)[0]
    while t < b:
        half = 0.5 * min(step, b - t)
        f, f1, f2 = parting(m, i, j, t + half)
        bend = _third_near(m, i, j, t + half, half, f)
        swing = abs(f1) * half + 0.5 * abs(f2) * half * half + bend * half**3 / 6.0
        turns = abs(f1) <= abs(f2) * half + 0.5 * bend * half * half
        doubtful = turns and abs(f2) <= bend * half
        if f - swing < best - SAME_M2 and doubtful and step > shortest:
            step *= 0.5
            continue
        end = b if t + step >= b else t + step
        if f - swing < best - SAME_M2:
            f_end, f1_end, _f2 = parting(m, i, j, end)
            if f_end < best - SAME_M2:
                best_t, best = end, f_end
            if turns and parting(m, i, j, t)[1] < 0.0 < f1_end:
                bottom = _least_in(m, i, j, t, end)
                f_bottom = parting(m, i, j, bottom)[0]
                if f_bottom < best - SAME_M2 or bottom == end:
                    best_t, best = bottom, f_bottom
        t = end
        step = min(2.0 * step, LONGEST_PIECE)
    return best_t
