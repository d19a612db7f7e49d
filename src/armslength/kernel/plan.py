"""Into how many slabs the look-ahead is cut, and which aircraft are too fast to share a grid with the others.

More slabs mean that each aircraft looks less far around, and that the grid is built more often. The choice rests on a
cost model of the search; it changes how long a detection takes, never what it finds.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit
from armslength.kernel.motion import ALT, VS, V
from armslength.kernel.order import sort_stretch

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
SAMPLE = 200
WORTH_IT = 0.8
"""Only for so much less is anybody set apart as rare."""
LONGEST_SLAB = 600.0
SETUP_NS, ROW_NS, TEST_NS, PAIR_NS = 90.0, 25.0, 0.9, 250.0
"""What an aircraft costs in each slab, a row looked at, a candidate and an exact test; on a 2.6 GHz core [ns]."""


class Plan(NamedTuple):
    """How a detection goes about it.

    Attributes:
        slabs: how many.
        speed, climb: who exceeds one of them is rare: it looks for itself [m/s].
        low, thickness, layers: layers of levels [m].
        centre: longitude from which longitudes are counted [rad].
        level: greatest absolute level there will be [m].
    """

    slabs: int
    speed: float
    climb: float
    low: float
    thickness: float
    layers: int
    centre: float
    level: float


@jit
def speed_of(m: F64, i: int) -> float:
    """Return the ground speed of aircraft `i` [m/s]."""
    return math.sqrt(m[i, V] ** 2 + m[i, V + 1] ** 2 + m[i, V + 2] ** 2)


@jit
def crowding(m: F64) -> tuple[float, float]:
    """Return how many others share an aircraft's square metre, in the mean over aircraft, and the middle longitude."""
    count = np.zeros(90 * 180, np.int32)
    sx, sy = 0.0, 0.0
    for i in range(len(m)):
        x, y, z = m[i, 0], m[i, 1], m[i, 2]
        sx, sy = sx + x, sy + y
        # Equal areas: bands of equal height along the axis, sectors by a cheap stand-in for the longitude.
        band = int(min(89.0, max(0.0, (z / 6.4e6 + 1.0) * 45.0)))
        q = x / (abs(x) + abs(y)) if x != 0.0 else 0.0
        count[band * 180 + int((1.0 - q if y > 0.0 else 3.0 + q) * 44.99)] += 1
    total = 0.0
    for k in range(len(count)):
        total += float(count[k]) * float(count[k] - 1)
    return total / max(1, len(m)) / (5.1e14 / len(count)), math.atan2(sy, sx)


@jit
def share_within(levels: F64, reach: float) -> float:
    """Return the share of pairs of sorted `levels` [m] that differ by less than `reach` [m]."""
    n, k, pairs = len(levels), 0, 0
    for i in range(n):
        while levels[i] - levels[k] > reach:
            k += 1
        pairs += i - k
    return (2.0 * pairs + n) / max(1, n * n)


@jit
def _sample(m: F64) -> tuple[F64, F64, F64, float]:
    """Return sorted speeds, climbs and known levels of a sample, and the share of unknown levels."""
    n = len(m)
    size = min(n, SAMPLE)
    speeds, climbs, levels, known = np.empty(size), np.empty(size), np.empty(size), 0
    for k in range(size):
        i = k * n // size
        speeds[k], climbs[k] = speed_of(m, i), abs(m[i, VS])
        if not math.isnan(m[i, ALT]):
            levels[known] = m[i, ALT]
            known += 1
    sort_stretch(speeds, 0, size)
    sort_stretch(climbs, 0, size)
    sort_stretch(levels, 0, known)
    return speeds, climbs, levels[:known], 1.0 - known / max(1, size)


@jit
def _greatest(m: F64) -> tuple[float, float, float]:
    """Return the greatest speed, climb or sink, and absolute level."""
    speed, climb, level = 0.0, 0.0, 0.0
    for i in range(len(m)):
        speed, climb = max(speed, speed_of(m, i)), max(climb, abs(m[i, VS]))
        if not math.isnan(m[i, ALT]):
            level = max(level, abs(m[i, ALT]))
    return speed, climb, level


@jit
def _cheapest(
    sample: tuple[F64, F64, F64, float], cut: tuple[float, float], top: float, rare: float, sky: tuple[int, float],
    minima: tuple[float, float, float],
) -> tuple[float, int]:  # fmt: skip
    """Return the least cost [ns] and its number of slabs.

    Args:
        sample: as `_sample` gives it. cut: speed and climb above which an aircraft is rare [m/s].
        top: the greatest speed [m/s]. rare: how many are rare. sky: how many aircraft, and `crowding`.
        minima: horizontal, vertical [m], lookahead [s].
    """
    speeds, climbs, levels, unknown = sample
    (n, crowd), (horizontal, vertical, lookahead), (fast, steep) = sky, minima, cut
    middle, best, slabs = len(speeds) // 2, math.inf, 1
    for k in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024, 2048):
        half = 0.5 * lookahead / k
        if 2.0 * half > LONGEST_SLAB:
            continue
        far = horizontal + (speeds[middle] + fast) * half
        share = min(1.0, unknown + 1.5 * share_within(levels, vertical + (climbs[middle] + steep) * half))
        around = crowd * (horizontal + (top + fast) * half) ** 2 * 4.0
        cost = n * k * (SETUP_NS + 6.0 * ROW_NS + 3.0 * crowd * far * far * share * TEST_NS)
        cost += rare * (k * (around * TEST_NS * 2.0 + 2000.0) + 0.5 * rare * PAIR_NS)
        if cost < best:
            best, slabs = cost, k
        elif cost > 4.0 * best:
            break
    return best, slabs


@jit
def plan_of(m: F64, horizontal: float, vertical: float, lookahead: float) -> Plan:
    """Return the cheapest plan for two aircraft or more."""
    n = len(m)
    crowd, centre = crowding(m)
    sample = _sample(m)
    speeds, climbs, levels, _unknown = sample
    top, steepest, highest = _greatest(m)
    size, speed, climb = len(speeds), top, steepest
    minima, sky = (horizontal, vertical, lookahead), (n, crowd)
    best, slabs = _cheapest(sample, (top, steepest), top, 0.0, sky, minima)
    for exceeding in (0, size // 100, size // 20):
        cut = (speeds[size - 1 - exceeding], climbs[size - 1 - exceeding])
        cost, k = _cheapest(sample, cut, top, 2.0 * n * exceeding / size + 1.0, sky, minima)
        if cost < WORTH_IT * best:
            best, slabs, speed, climb = cost, k, cut[0], cut[1]
    thickness = 1.5 * (vertical + climb * 0.5 * lookahead / slabs)  # the search is fastest with these, but not by much
    known = len(levels)
    low, high = (levels[known // 50], levels[known - 1 - known // 50]) if known > 0 else (0.0, 0.0)
    layers = int(min(64.0, max(1.0, math.ceil((high - low) / thickness))))
    return Plan(slabs, speed, climb, low, thickness, layers, centre, highest + steepest * lookahead)
