"""The exact answer for one pair in straight flight: whether, when and how near.

The squared distance f(t) of the two surface points is convex for almost every pair, and then Newton finds its least
value and its two crossings of the minimum; `wander` takes the rest. Everything is a function of differences between the
two, so that exchanging them changes no bit of the answer.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import R_MEAN, arc
from armslength.kernel.jit import jit
from armslength.kernel.motion import ALT, VS, parting
from armslength.kernel.wander import first_stay, least, third

F64 = NDArray[np.float64]
T_IN, T_OUT, T_CPA, HMD, VMD = 0, 1, 2, 3, 4
STEP = 1e-9
"""Newton stops at steps below this [s]."""


@jit
def chord2(distance: float) -> float:
    """Return the square of the chord [m^2] of a `distance` over ground [m]; infinity from half the earth's girth on."""
    half = distance / (2.0 * R_MEAN)
    if half >= 0.5 * math.pi:
        return math.inf
    return (2.0 * R_MEAN * math.sin(half)) ** 2


@jit
def levels_meet(dz: float, climb: float, vertical: float, lookahead: float) -> tuple[float, float]:
    """Return when in [0, lookahead] the levels differ by less than `vertical`; (1, 0) * inf where never.

    An unknown level (NaN) could be any: always.
    """
    if math.isnan(dz):
        return 0.0, lookahead
    if climb == 0.0:
        return (0.0, lookahead) if abs(dz) < vertical else (math.inf, -math.inf)
    a, b = (-vertical - dz) / climb, (vertical - dz) / climb
    return max(0.0, min(a, b)), min(lookahead, max(a, b))


@jit
def _bottom(m: F64, i: int, j: int, f1: float, f2: float, lookahead: float) -> float:
    """Return where a convex f is least in [0, lookahead], from its slope and bend at 0."""
    if f1 >= 0.0:
        return 0.0
    t = min(lookahead, -f1 / f2)
    for _ in range(20):
        _f, slope, bend = parting(m, i, j, t)
        following = min(lookahead, max(0.0, t - slope / bend))
        if abs(following - t) < STEP:
            return following
        t = following
    return t


@jit
def _flank(m: F64, i: int, j: int, start: float, a: float, b: float, c2: float) -> float:
    """Return where a convex f crosses `c2` in [a, b], on one flank of it, by Newton from `start`."""
    t = min(b, max(a, start))
    for _ in range(50):
        f, slope, _bend = parting(m, i, j, t)
        if slope == 0.0:
            return t
        following = min(b, max(a, t - (f - c2) / slope))
        if abs(following - t) < STEP:
            return following
        t = following
    return t


@jit
def _convex_stay(
    m: F64, i: int, j: int, near: float, lookahead: float, c2: float, f0: float
) -> tuple[float, float, float]:
    """Return the stay below `c2` of a convex f that is least at `near`, and f there; NaN where there is none."""
    f, slope, bend = parting(m, i, j, near)
    if not f < c2:
        return math.nan, math.nan, f
    root = math.sqrt(slope * slope + 2.0 * bend * (c2 - f))
    t_in = 0.0 if f0 < c2 else _flank(m, i, j, near - (slope + root) / bend, 0.0, near, c2)
    t_out = lookahead
    if not parting(m, i, j, lookahead)[0] < c2:
        t_out = _flank(m, i, j, near + (root - slope) / bend, near, lookahead, c2)
    return t_in, t_out, f


@jit
def stay(
    m: F64, i: int, j: int, c2: float, vertical: float, lookahead: float
) -> tuple[bool, bool, float, float, float, float, float]:
    """Return what straight flight holds for the pair i, j.

    Args:
        m: motions, shape (N, WIDTH).
        c2: `chord2` of the horizontal minimum [m^2].
        vertical: vertical minimum [m].
        lookahead: latest time [s].

    Returns:
        whether they are ever inside; whether they are now; t_in, t_out of the first stay clipped to [0, lookahead];
        t_cpa; hmd and vmd then (vmd NaN where a level is unknown). The numbers mean nothing where they never are.
    """
    dz, climb = m[j, ALT] - m[i, ALT], m[j, VS] - m[i, VS]
    z_in, z_out = levels_meet(dz, climb, vertical, lookahead)
    nothing = math.nan
    if z_in > z_out:
        return False, False, nothing, nothing, nothing, nothing, nothing
    f0, f1, f2 = parting(m, i, j, 0.0)
    inside = f0 < c2 and not abs(dz) >= vertical
    if f2 > third(m, i, j, f0, lookahead) * lookahead:
        near = _bottom(m, i, j, f1, f2, lookahead)
        t_in, t_out, f = _convex_stay(m, i, j, near, lookahead, c2, f0)
        t_in, t_out = z_in if t_in < z_in else t_in, z_out if t_out > z_out else t_out
    else:
        near = least(m, i, j, lookahead)
        f = parting(m, i, j, near)[0]
        t_in, t_out = first_stay(m, i, j, z_in, z_out, c2)
    found = inside or t_in < t_out
    return found, inside, t_in, t_out, near, arc(math.sqrt(f)), abs(dz + climb * near)
