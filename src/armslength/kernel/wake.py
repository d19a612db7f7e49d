"""Where one aircraft is in the wake of another: the nearest point of the other's path of the last while.

Both flights are samples on whole seconds; between two the other flew straight. Distances are on the ellipsoid's plane
at the place of the one who may be in the wake, exact where it counts (near). Units: s, m, deg; NaN level is unknown.
No exceptions. A plain reading is `reference_wake`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import E2
from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ONE_SECOND = 1.5
"""Samples further apart than this [s] do not belong together."""
FASTEST = 700.0
"""Nobody is faster [m/s]: from a point far away the next so many need no look."""
A = 6378137.0
"""Equatorial radius of WGS-84 [m]."""


@inlined
def _comes_near(
    begins: int, i: int, t: F64, lat: F64, lon: F64, by: int, longest: float, nearest: float, north: float, east: float
) -> bool:
    """Return whether the path may come as near as `nearest` to sample i; `north`, `east`: metres in a degree."""
    j = i
    while j >= begins and t[i] - t[j] <= longest:
        turn = lon[by, j] - lon[1 - by, i]
        x, y = (turn - 360.0 * math.floor(turn / 360.0 + 0.5)) * east, (lat[by, j] - lat[1 - by, i]) * north
        over = math.sqrt(x * x + y * y) - nearest - FASTEST
        if not over > 0.0:
            return True
        j -= max(int(over / FASTEST), 1)
    return False


@jit
def in_wake(
    begins: I64, which: I64, t: F64, lat: F64, lon: F64, level: F64, by: int, longest: float, nearest: F64, out: F64
) -> None:
    """Write how one is to the path that the other flew up to then; NaN where it is nowhere as near as `nearest`.

    Args:
        begins: first sample of the meeting of each of `which`. which: samples to look at, shape (S,).
        t: shape (N,). lat, lon [deg], level [m]: of both, shape (2, N).
        by: whose path, 0 or 1. longest: how old a point of it may be [s].
        nearest: no point further away counts [m], shape (S,).
        out: shape (4, S): distance from the nearest point of the path [m], its age [s], how far along the path it is
            behind where the other is now [m], its level minus that of the one [m].
    """
    one = 1 - by
    for k in range(len(which)):
        i = which[k]
        out[0, k], out[1, k], out[2, k], out[3, k] = math.nan, math.nan, math.nan, math.nan
        sine = math.sin(math.radians(lat[one, i]))
        w = 1.0 - E2 * sine * sine
        north = math.radians(A * (1.0 - E2) / (w * math.sqrt(w)))
        east = math.radians(A / math.sqrt(w)) * math.cos(math.radians(lat[one, i]))
        if not _comes_near(begins[k], i, t, lat, lon, by, longest, nearest[k], north, east):
            continue
        least, behind = math.inf, 0.0
        turn = lon[by, i] - lon[one, i]
        x, y = (turn - 360.0 * math.floor(turn / 360.0 + 0.5)) * east, (lat[by, i] - lat[one, i]) * north
        j = i - 1
        while j >= begins[k] and t[j + 1] - t[j] < ONE_SECOND and t[i] - t[j] <= longest:
            turn = lon[by, j] - lon[one, i]
            px, py = (turn - 360.0 * math.floor(turn / 360.0 + 0.5)) * east, (lat[by, j] - lat[one, i]) * north
            dx, dy = px - x, py - y
            square = dx * dx + dy * dy
            s = min(max(-(x * dx + y * dy) / square, 0.0), 1.0) if square > 0.0 else 0.0
            ex, ey = x + s * dx, y + s * dy
            apart = ex * ex + ey * ey
            if apart < least and apart < nearest[k] * nearest[k]:
                least = apart
                out[0, k] = math.sqrt(apart)
                out[1, k] = t[i] - t[j + 1] + s * (t[j + 1] - t[j])
                out[2, k] = behind + s * math.sqrt(square)
                out[3, k] = level[by, j + 1] + s * (level[by, j] - level[by, j + 1]) - level[one, i]
            behind += math.sqrt(square)
            x, y = px, py
            j -= 1
