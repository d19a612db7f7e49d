"""The search of one slab of time: a cheap test of relative motion for each candidate of the grid.

A pair is written out in the slab in which it may come inside first: one that was surely inside when the slab began
belongs to the slab before. Bounds err on the side of a candidate too many, or one written twice; the exact test comes
later.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.grid import (
    BLOCKED,
    CLIMB,
    LANES,
    LAT,
    LEVEL,
    LON,
    Grid,
    U,
    V,
    W,
    X,
    Y,
    Z,
    angle_of,
    build,
    middle,
)
from armslength.kernel.jit import inlined, jit
from armslength.kernel.runs import layers_within, runs_ahead, runs_around

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
ROUNDING_M = 2.0
"""What single precision may do to the relative position of a pair, twice [m]."""
ROUNDING_LEVEL = 1e-6
"""What it may do to a level, relative to it."""
DE_BRUIJN = 0x09AF
LANE_OF = np.array([(1 << k) * DE_BRUIJN >> 12 & 15 for k in range(LANES)]).argsort().astype(np.int8)
"""The number of the one bit set in a word of LANES bits, by (word * DE_BRUIJN >> 12) & 15."""
R_LEAST = 6.3e6
"""Below every radius of curvature [m]."""


class Slab(NamedTuple):
    """One slab of time and what is asked of it.

    Attributes:
        middle, half: middle and half length of the slab [s].
        begins: it begins at 0: pairs inside from the start belong to it.
        horizontal, vertical: the minima [m].
        speed, climb: no aircraft of the grid is faster, or climbs or sinks faster [m/s].
        centre: longitude [rad] from which longitudes are counted.
        level: greatest absolute level of any aircraft [m].
    """

    middle: float
    half: float
    begins: bool
    horizontal: float
    vertical: float
    speed: float
    climb: float
    centre: float
    level: float


class Query(NamedTuple):
    """The aircraft that looks: its state, in single precision, and how near counts.

    Attributes:
        x, y, z, u, v, w, level, climb: as in a state.
        near2: squared horizontal distance that counts [m^2], errors of the test included.
        apart: level difference that counts [m].
        error_v: how wrong a level difference may be [m].
    """

    x: np.float32
    y: np.float32
    z: np.float32
    u: np.float32
    v: np.float32
    w: np.float32
    level: np.float32
    climb: np.float32
    near2: np.float32
    apart: np.float32
    error_v: float


@inlined
def bow(speed: float, half: float) -> float:
    """Return how far the flight bends from a straight line within `half` [s] [m]."""
    way = speed * half
    return min(way * way / (2.0 * R_LEAST), 2.0 * way)


@inlined
def near_and_far(slab: Slab, own: float) -> tuple[float, float]:
    """Return how near [m] counts for the cheap test, and how far to look [m], for one of speed `own` [m/s]."""
    near = slab.horizontal + 2.0 * (bow(own, slab.half) + bow(slab.speed, slab.half) + ROUNDING_M)
    return near, near + (own + slab.speed) * slab.half * (1.0 + 1e-5)


@jit
def query_of(states: F32, s: int, slab: Slab) -> tuple[Query, float, float]:
    """Return the query of the aircraft in row `s` of `states`, and how far it looks over ground and in level [m]."""
    near, far = near_and_far(slab, math.sqrt(states[s, U] ** 2 + states[s, V] ** 2 + states[s, W] ** 2))
    error_v = 0.01 + ROUNDING_LEVEL * slab.level
    apart = slab.vertical + error_v
    level = apart + slab.half * (abs(states[s, CLIMB]) + slab.climb) + 0.1 + 4.0 * ROUNDING_LEVEL * slab.level
    query = Query(
        states[s, X], states[s, Y], states[s, Z], states[s, U], states[s, V], states[s, W], states[s, LEVEL],
        states[s, CLIMB], np.float32(near * near + 2e-6 * far * far), np.float32(apart), error_v,
    )  # fmt: skip
    return query, far, level


@inlined
def sift(blocks: F32, base: int, q: Query, half: np.float32) -> int:
    """Return, as bits, which of the LANES aircraft of the block at `base` may come near `q` within the slab."""
    bits, zero = np.int32(0), np.float32(0.0)
    at = np.uint64(base)  # unsigned: so the compiler knows that no index counts from the end
    for k in range(LANES):
        o = at + np.uint64(k)
        x, y, z = blocks[o] - q.x, blocks[o + np.uint64(LANES)] - q.y, blocks[o + np.uint64(2 * LANES)] - q.z
        u, v = blocks[o + np.uint64(3 * LANES)] - q.u, blocks[o + np.uint64(4 * LANES)] - q.v
        w = blocks[o + np.uint64(5 * LANES)] - q.w
        closing = abs(x * u + y * v + z * w)
        speed2 = u * u + v * v + w * w
        over = x * x + y * y + z * z - q.near2
        # Near at the better end of the slab, or closest within the slab and near then: no division is needed.
        end = over - half * (closing + closing - half * speed2)
        near = (end < zero) | ((closing < half * speed2) & (over * speed2 < closing * closing))
        dz = abs(blocks[o + np.uint64(6 * LANES)] - q.level)
        far = dz > q.apart + half * abs(blocks[o + np.uint64(7 * LANES)] - q.climb)  # False where a level is unknown
        bits |= np.int32(near & (not far)) << np.int32(k)
    return int(bits)


@inlined
def meets(blocks: F32, base: int, q: Query, slab: Slab) -> bool:
    """Return whether both distances may be inside at one time of the slab, and were not surely so when it began."""
    x, y = float(blocks[base]) - float(q.x), float(blocks[base + LANES]) - float(q.y)
    z, u = float(blocks[base + 2 * LANES]) - float(q.z), float(blocks[base + 3 * LANES]) - float(q.u)
    v, w = float(blocks[base + 4 * LANES]) - float(q.v), float(blocks[base + 5 * LANES]) - float(q.w)
    dz, climb = float(blocks[base + 6 * LANES]) - float(q.level), float(blocks[base + 7 * LANES]) - float(q.climb)
    half = slab.half
    d2, dv, v2 = x * x + y * y + z * z, x * u + y * v + z * w, u * u + v * v + w * w
    if not slab.begins:
        then2 = d2 - half * (2.0 * dv - half * v2)
        if then2 < slab.horizontal * slab.horizontal and not abs(dz - climb * half) >= slab.vertical - q.error_v:
            return False
    a, b = -half, half
    if v2 > 1e-6:
        each = 1.0 / v2
        t = -dv * each
        spread = math.sqrt(max(0.0, (float(q.near2) - d2) * each + t * t))
        a, b = max(a, t - spread), min(b, t + spread)
    if abs(climb) > 1e-3 and not math.isnan(dz):
        each = 1.0 / climb
        t, spread = -dz * each, (slab.vertical + q.error_v) * abs(each)
        a, b = max(a, t - spread), min(b, t + spread)
    return a <= b + 1e-3


@jit
def try_runs(runs: I32, n: int, grid: Grid, i: int, q: Query, slab: Slab, pairs: I32, size: int) -> int:
    """Write the pairs of aircraft `i` with those in `n` runs to `pairs` from place `size` on; -1 where it is full."""
    half, room = np.float32(slab.half), len(pairs) - LANES
    for r in range(n):
        a, b = runs[r, 0], runs[r, 1]
        for block in range(a // LANES, (b - 1) // LANES + 1):
            base = block * (LANES * BLOCKED)
            bits = sift(grid.blocks, base, q, half)
            if bits == 0:
                continue
            if size > room:
                return -1
            while bits != 0:
                lowest = bits & -bits
                bits ^= lowest
                k = LANE_OF[(lowest * DE_BRUIJN >> 12) & 15]
                slot = block * LANES + k
                if a <= slot < b and meets(grid.blocks, base + k, q, slab):
                    j = grid.ids[slot]
                    pairs[size, 0], pairs[size, 1] = min(i, j), max(i, j)
                    size += 1
    return size


@jit
def grown(pairs: I32, size: int) -> I32:
    """Return `pairs` with the first `size` of them and more room."""
    more = np.empty((2 * len(pairs) + LANES, 2), np.int32)
    for k in range(size):
        more[k, 0], more[k, 1] = pairs[k, 0], pairs[k, 1]
    return more


@jit
def grid_at(m: F64, who: I32, slab: Slab, layering: tuple[float, float, int]) -> Grid:
    """Return the grid of the aircraft `who` in `slab`. `layering`: low, thickness and count of the layers of levels."""
    low, thickness, count = layering
    states = middle(m, who, slab.middle, slab.centre)
    return build(states, who, min(1.0, angle_of(near_and_far(slab, slab.speed)[1])), low, thickness, count)


@jit
def search(grid: Grid, stretch: tuple[int, int], slab: Slab) -> tuple[I32, int]:
    """Return the candidates that the aircraft in the slots stretch[0] to stretch[1] - 1 find, and how many.

    Shape (capacity, 2), smaller index first; some may stand there twice.
    """
    runs = np.empty((2 * len(grid.west) + 8, 2), np.int32)
    pairs, size = np.empty((stretch[1] - stretch[0] + 64, 2), np.int32), 0
    for s in range(stretch[0], stretch[1]):
        q, far, reach = query_of(grid.states, s, slab)
        n = runs_ahead(grid, s, angle_of(far), layers_within(grid, float(q.level), reach), runs)
        after = try_runs(runs, n, grid, grid.ids[s], q, slab, pairs, size)
        while after < 0:
            pairs = grown(pairs, size)
            after = try_runs(runs, n, grid, grid.ids[s], q, slab, pairs, size)
        size = after
    return pairs, size


@jit
def search_rare(m: F64, grid: Grid, who: I32, slab: Slab) -> tuple[I32, int]:
    """Return the candidates of the aircraft `who`, that are too fast for the grid or climb too fast, as `search`."""
    runs = np.empty((2 * len(grid.west) + 8, 2), np.int32)
    pairs, size = np.empty((64 + len(who), 2), np.int32), 0
    states = middle(m, who, slab.middle, slab.centre)
    for s in range(len(who)):
        q, far, reach = query_of(states, s, slab)
        lat, lon = float(states[s, LAT]), float(states[s, LON])
        n = runs_around(grid, lat, lon, angle_of(far), layers_within(grid, float(q.level), reach), runs)
        after = try_runs(runs, n, grid, who[s], q, slab, pairs, size)
        while after < 0 or after + s > len(pairs):
            pairs = grown(pairs, size)
            after = try_runs(runs, n, grid, who[s], q, slab, pairs, size)
        size = after
        for k in range(s if slab.begins else 0):
            pairs[size, 0], pairs[size, 1] = min(who[s], who[k]), max(who[s], who[k])
            size += 1
    return pairs, size
