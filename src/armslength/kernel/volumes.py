"""The separation cylinder and the well-clear volume of a pair in a flat sky: whether now, from when, until when.

Relative position s and velocity v are second minus first, east, north, up, in metres and metres per second, in straight
flight. Each function takes one pair and returns (violated now, t_in, t_out), times [s] within [0, lookahead], NaN where
the volume is not entered; exchanging the two aircraft negates s and v and changes no bit of the answer. The batch twins
take s and v of shape (3, P). NaN in gives no violation and NaN.

Sources: CD3D and WCV_TAUMOD (with the vertical part of WCV_TCOA) in NASA DAIDALUS V-2.0.4, and Munoz, Narkawicz et al.,
"DAIDALUS: Detect and Avoid Alerting Logic for Unmanned Systems" (DASC 2015); RTCA DO-365 for well clear.
tests/authorities/test_daidalus.py holds the answers equal to those of the C++ code.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Pair = tuple[float, float, float, float, float, float]
NEVER = (math.inf, -math.inf)


@inlined
def _level_window(sz: float, vz: float, entry: float, leave: float, lookahead: float) -> tuple[float, float]:
    """Return when in [0, lookahead] the level difference is between coming within `entry` and leaving `leave` [m]."""
    direction = 1.0 if vz > 0.0 else -1.0
    begin = (-direction * entry - sz) / vz
    end = (direction * leave - sz) / vz
    begin, end = max(0.0, begin), min(lookahead, end)
    return (begin, end) if begin <= end else NEVER


@inlined
def _disc(ss: float, sv: float, vv: float, cross: float, radius: float) -> tuple[float, float]:
    """Return when the line enters and leaves the disc of `radius` [m]; NEVER where it passes outside.

    Args:
        ss, sv, vv, cross: s.s, s.v, v.v > 0, s x v of the horizontal parts.
    """
    delta = vv * radius * radius - cross * cross
    if not (delta >= 0.0 or ss <= radius * radius):
        return NEVER
    root = math.sqrt(max(0.0, delta))  # below 0 by rounding alone where s lies in the disc
    # The root of the larger size comes without cancellation; the product of the two is (s.s - r^2) / v.v.
    if sv > 0.0:
        first = (-sv - root) / vv
        return first, (ss - radius * radius) / (vv * first)
    second = (-sv + root) / vv
    if second == 0.0:
        return 0.0, 0.0
    return (ss - radius * radius) / (vv * second), second


@inlined
def cylinder_of(pair: Pair, horizontal: float, vertical: float, lookahead: float) -> tuple[bool, float, float]:
    """Return the stay in the open cylinder: distance below `horizontal`, level difference below `vertical` [m]."""
    sx, sy, sz, vx, vy, vz = pair
    ss, sv, vv = sx * sx + sy * sy, sx * vx + sy * vy, vx * vx + vy * vy
    now = ss < horizontal * horizontal and abs(sz) < vertical
    t_in, t_out = 0.0, lookahead
    if vv > 0.0:
        t_in, t_out = _disc(ss, sv, vv, sx * vy - sy * vx, horizontal)
        t_in, t_out = max(0.0, t_in), min(lookahead, t_out)
    elif not ss < horizontal * horizontal:
        t_in, t_out = NEVER
    if vz != 0.0:
        begin, end = _level_window(sz, vz, vertical, vertical, lookahead)
        t_in, t_out = max(t_in, begin), min(t_out, end)
    elif not abs(sz) < vertical:
        t_in, t_out = NEVER
    return (now, t_in, t_out) if t_in < t_out or (now and t_in == t_out) else (now, math.nan, math.nan)


@inlined
def _tau_window(
    ss: float, sv: float, vv: float, cross: float, dthr: float, tthr: float, lookahead: float
) -> tuple[float, float]:
    """Return the first stay in [0, lookahead] with distance <= dthr, or modified tau in [0, tthr] and HMD <= dthr."""
    d2 = dthr * dthr
    if vv == 0.0:
        return (0.0, lookahead) if ss <= d2 else NEVER
    if ss <= d2:
        return 0.0, min(lookahead, _disc(ss, sv, vv, cross, dthr)[1])
    if sv >= 0.0:
        return NEVER
    # Modified tau (s.s - d^2) / -s.v falls to tthr at the earlier root of a t^2 + b t + c.
    a, b, c = vv, 2.0 * sv + tthr * vv, ss + tthr * sv - d2
    rest = b * b - 4.0 * a * c
    if rest < 0.0 or not vv * d2 - cross * cross >= 0.0:
        return NEVER
    t = (-b - math.sqrt(rest)) / (2.0 * a)
    if t > lookahead:
        return NEVER
    return max(0.0, t), min(lookahead, _disc(ss, sv, vv, cross, dthr)[1])


@inlined
def _tau_now(ss: float, sv: float, vv: float, cross: float, dthr: float, tthr: float) -> bool:
    """Return whether the horizontal part of well clear is violated now."""
    if ss <= dthr * dthr:
        return True
    return sv < 0.0 and cross * cross <= dthr * dthr * vv and ss - dthr * dthr <= tthr * -sv


@inlined
def well_clear_of(
    pair: Pair, dthr: float, zthr: float, tthr: float, tcoa: float, lookahead: float
) -> tuple[bool, float, float]:
    """Return the stay in the well-clear violation volume, its border included."""
    sx, sy, sz, vx, vy, vz = pair
    ss, sv, vv, cross = sx * sx + sy * sy, sx * vx + sy * vy, vx * vx + vy * vy, sx * vy - sy * vx
    now = _tau_now(ss, sv, vv, cross, dthr, tthr) and (abs(sz) <= zthr or (sz * vz < 0.0 and abs(sz) <= tcoa * abs(vz)))
    begin, end = 0.0, lookahead
    if vz != 0.0:
        begin, end = _level_window(sz, vz, max(zthr, tcoa * abs(vz)), zthr, lookahead)
    elif not abs(sz) <= zthr:
        begin, end = NEVER
    if not begin <= end:
        return now, math.nan, math.nan
    # Horizontally from the moment when the levels come near, as DAIDALUS does.
    px, py = sx + vx * begin, sy + vy * begin
    pp, pv = px * px + py * py, px * vx + py * vy
    t_in, t_out = _tau_window(pp, pv, vv, px * vy - py * vx, dthr, tthr, end - begin)
    return (now, begin + t_in, begin + t_out) if t_in <= t_out else (now, math.nan, math.nan)


@jit
def cylinders(
    s: F64, v: F64, horizontal: float, vertical: float, lookahead: float, violated: Bool, t_in: F64, t_out: F64
) -> None:
    """Write the stay of each pair to `violated`, `t_in`, `t_out`, shape (P,). Twin of `cylinder_of`."""
    for p in range(s.shape[1]):
        pair = (s[0, p], s[1, p], s[2, p], v[0, p], v[1, p], v[2, p])
        violated[p], t_in[p], t_out[p] = cylinder_of(pair, horizontal, vertical, lookahead)


@jit
def well_clears(
    s: F64, v: F64, dthr: float, zthr: float, tthr: float, tcoa: float, lookahead: float, violated: Bool, t_in: F64,
    t_out: F64,
) -> None:  # fmt: skip
    """Write the stay of each pair to `violated`, `t_in`, `t_out`, shape (P,). Twin of `well_clear_of`."""
    for p in range(s.shape[1]):
        pair = (s[0, p], s[1, p], s[2, p], v[0, p], v[1, p], v[2, p])
        violated[p], t_in[p], t_out[p] = well_clear_of(pair, dthr, zthr, tthr, tcoa, lookahead)
