"""How two aircraft move about each other, second by second: velocities, climb and turn from positions, with bounds.

The positions are those of the flight model of `passage`: straight between two plots. A velocity is the difference of
the positions `h` seconds later and earlier over 2 h, where h is at least REACH and at least the time between the plots,
so that three plots or more always speak. Its two-sigma bound is the root of the squares of
  scatter     sqrt(2) j / (2 h), where j = 2 d / sqrt(1.5) is the two-sigma scatter of a position, measured from the
              positions themselves: d is the distance of a position from the straight line between those h before and
              after it, whose standard deviation is sqrt(1.5) times that of one position where all three are scattered
              alike; of the sample and of those h before and after it the largest d counts, and never less than
              SCATTER. What is common to neighbouring plots (a sensor's bias) cancels in a difference. A manoeuvre
              that the plots show is in d as well;
  manoeuvre   a T / 2, the most that the velocity of somebody who accelerates by a between two plots T apart differs
              from their mean one: a is GENTLE, since a harder manoeuvre shows in d as soon as it lasts longer than T.
The turn is the difference of the courses h later and earlier over 2 h, its bound sqrt(2) times that of the course over
2 h. Climb as velocity, with its own figures. Source of the figures: SCATTER is the step of a position in compact
position reporting (5.1 m, RTCA DO-260B 2.2.3.2.3.7) at two sigma and rounded up, LEVEL_SCATTER the 25 ft step of a
level (ICAO Annex 10 vol. IV), the accelerations are chosen: 0.3 g is 17 degrees of bank.

Units: s, m, m/s, rad; positions are ECEF points [m]. NaN level means unknown. No exceptions.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import E2
from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

REACH, FARTHEST = 2, 30
"""Least and greatest h [s]."""
SCATTER, LEVEL_SCATTER = 6.0, 7.62
"""Least two-sigma scatter of a position, and of a level [m]."""
GENTLE, GENTLE_CLIMB = 0.3 * 9.80665, 0.1 * 9.80665
"""Acceleration that plots may not show [m/s2]: horizontal, vertical."""
FROM_D = 2.0 / math.sqrt(1.5)
ROOT2 = math.sqrt(2.0)
ONE_SECOND = 1.5
"""Samples further apart than this [s] do not belong together."""


@jit
def stretches(start: I64, t: F64, first: I64, last: I64) -> None:
    """Write for each sample the first and the last sample of its stretch without a jump of time; shape (N,)."""
    for k in range(len(start) - 1):
        a, end = start[k], start[k + 1]
        while a < end:
            b = a
            while b + 1 < end and t[b + 1] - t[b] < ONE_SECOND:
                b += 1
            for i in range(a, b + 1):
                first[i], last[i] = a, b
            a = b + 1


@inlined
def around(i: int, update: float, first: int, last: int) -> tuple[int, int]:
    """Return the samples h before and after sample i, as far as its stretch reaches."""
    h = min(max(math.ceil(update - 1e-6), REACH), FARTHEST)
    return max(i - h, first), min(i + h, last)


@inlined
def bound(d: float, least: float, seconds: float, update: float, acceleration: float) -> float:
    """Return the two-sigma bound of a velocity from the difference over `seconds` [m/s]."""
    scatter = ROOT2 * max(FROM_D * d, least) / seconds
    manoeuvre = 0.5 * acceleration * update
    return math.sqrt(scatter * scatter + manoeuvre * manoeuvre)


@jit
def moved(
    start: I64, t: F64, xyz: F64, level: F64, update: F64, v: F64, climb: F64, error: F64, error_climb: F64
) -> None:
    """Write what one side of many meetings moves by: velocity [m/s, ECEF] (3, N), climb, both bounds [m/s] (N,).

    Args:
        start: shape (K + 1,). t: whole seconds, shape (N,). xyz: ECEF points [m], shape (3, N).
        level: [m], NaN unknown. update: time between the plots around each sample [s], shape (N,).
    """
    n = len(t)
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    stretches(start, t, first, last)
    off, off_level = np.zeros(n), np.zeros(n)
    for i in range(n):
        lo, hi = around(i, update[i], first[i], last[i])
        if lo == hi:
            v[:, i], climb[i] = math.nan, math.nan
            continue
        seconds = float(hi - lo)
        s, d2 = float(i - lo) / seconds, 0.0
        for c in range(3):
            v[c, i] = (xyz[c, hi] - xyz[c, lo]) / seconds
            e = xyz[c, i] - (xyz[c, lo] + s * (xyz[c, hi] - xyz[c, lo]))
            d2 += e * e
        off[i] = math.sqrt(d2)
        climb[i] = (level[hi] - level[lo]) / seconds
        e = level[i] - (level[lo] + s * (level[hi] - level[lo]))
        off_level[i] = 0.0 if math.isnan(e) else abs(e)
    for i in range(n):
        lo, hi = around(i, update[i], first[i], last[i])
        if lo == hi:
            error[i], error_climb[i] = math.nan, math.nan
            continue
        seconds = float(hi - lo)
        error[i] = bound(max(off[lo], off[i], off[hi]), SCATTER, seconds, update[i], GENTLE)
        level_off = max(off_level[lo], off_level[i], off_level[hi])
        error_climb[i] = bound(level_off, LEVEL_SCATTER, seconds, update[i], GENTLE_CLIMB)
        if math.isnan(climb[i]):
            error_climb[i] = math.nan


@inlined
def course_error(error: float, speed: float) -> float:
    """Return the two-sigma bound of a course [rad] from that of the velocity: at most pi."""
    return math.asin(error / speed) if error < speed else math.pi


@jit
def relate(
    start: I64, t: F64, xyz: F64, v: F64, error: F64, update: F64, place: F64, relative: F64, turning: F64
) -> None:
    """Write what both sides are to each other, in the tangent plane in their middle at each sample.

    Args:
        start, t: as in `moved`. xyz, v: of both sides, shape (2, 3, N). error, update: shape (2, N).
        place: out, latitude and longitude [deg] of the first, of the second; shape (4, N).
        relative: out, second minus first, east and north [m]; ground velocity, east and north, of the first, of the
            second [m/s]; shape (6, N).
        turning: out, rate of the course [rad/s, right positive] of the first, of the second, and their bounds; (4, N).
    """
    n = len(t)
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    stretches(start, t, first, last)
    deg = 180.0 / math.pi
    for i in range(n):
        for side in range(2):
            x, y, z = xyz[side, 0, i], xyz[side, 1, i], xyz[side, 2, i]
            place[2 * side, i] = math.atan2(z, (1.0 - E2) * math.sqrt(x * x + y * y)) * deg
            place[2 * side + 1, i] = math.atan2(y, x) * deg
        mx, my = 0.5 * (xyz[0, 0, i] + xyz[1, 0, i]), 0.5 * (xyz[0, 1, i] + xyz[1, 1, i])
        mz = 0.5 * (xyz[0, 2, i] + xyz[1, 2, i]) / (1.0 - E2)
        across = math.sqrt(mx * mx + my * my)
        ex, ey = (-my / across, mx / across) if across > 0.0 else (0.0, 1.0)
        scale = 1.0 / math.sqrt(mx * mx + my * my + mz * mz)
        ux, uy, uz = mx * scale, my * scale, mz * scale
        nx, ny, nz = -uz * ey, uz * ex, ux * ey - uy * ex
        dx, dy, dz = xyz[1, 0, i] - xyz[0, 0, i], xyz[1, 1, i] - xyz[0, 1, i], xyz[1, 2, i] - xyz[0, 2, i]
        relative[0, i], relative[1, i] = dx * ex + dy * ey, dx * nx + dy * ny + dz * nz
        for side in range(2):
            w = v[side]
            relative[2 + 2 * side, i] = w[0, i] * ex + w[1, i] * ey
            relative[3 + 2 * side, i] = w[0, i] * nx + w[1, i] * ny + w[2, i] * nz
            lo, hi = around(i, update[side, i], first[i], last[i])
            if lo == hi:
                turning[side, i], turning[2 + side, i] = math.nan, math.nan
                continue
            e0, n0 = w[0, lo] * ex + w[1, lo] * ey, w[0, lo] * nx + w[1, lo] * ny + w[2, lo] * nz
            e1, n1 = w[0, hi] * ex + w[1, hi] * ey, w[0, hi] * nx + w[1, hi] * ny + w[2, hi] * nz
            seconds = float(hi - lo)
            turning[side, i] = math.atan2(e1 * n0 - n1 * e0, e0 * e1 + n0 * n1) / seconds
            slower = min(e0 * e0 + n0 * n0, e1 * e1 + n1 * n1)
            worse = max(error[side, lo], error[side, hi])
            turning[2 + side, i] = ROOT2 * course_error(worse, math.sqrt(slower)) / seconds
