"""Who of two lowered the distance at which they would pass each other: see `engine/conduct/attribution.py`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@inlined
def passing(east: float, north: float, v_east: float, v_north: float) -> float:
    """Return how far apart two will be at the nearest, from their relative place [m] and velocity [m/s]."""
    squared = v_east * v_east + v_north * v_north
    later = 0.0
    if squared > 0.0:
        later = max(-(east * v_east + north * v_north) / squared, 0.0)
    elif math.isnan(squared):
        return math.nan
    return math.hypot(east + later * v_east, north + later * v_north)


@jit
def lowering(steps: I64, east: F64, north: F64, v_east: F64, v_north: F64) -> tuple[float, float]:
    """Return by how much the first and the second lowered the predicted distance over all steps [m].

    Args:
        steps: samples, each with the next one after it. east, north: second minus first [m], shape (N,).
        v_east, v_north: of both [m/s], shape (2, N).
    """
    by_first, by_second = 0.0, 0.0
    for a in steps:
        b = a + 1
        e, n = east[b], north[b]
        before = passing(e, n, v_east[1, a] - v_east[0, a], v_north[1, a] - v_north[0, a])
        after = passing(e, n, v_east[1, b] - v_east[0, b], v_north[1, b] - v_north[0, b])
        one = passing(e, n, v_east[1, a] - v_east[0, b], v_north[1, a] - v_north[0, b])
        two = passing(e, n, v_east[1, b] - v_east[0, a], v_north[1, b] - v_north[0, a])
        first, second = 0.5 * (before - one + two - after), 0.5 * (before - two + one - after)
        if not math.isnan(first + second):
            by_first += first
            by_second += second
    return by_first, by_second
