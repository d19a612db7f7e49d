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
    ALL_AROUND,
    CLIMB,
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
    band_of,
    build,
    cell_of,
    layer_of,
    middle,
    width_of,
)
from armslength.kernel.jit import inlined, jit

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
ROUNDING_M = 2.0
"""What single precision may do to the relative position of a pair, twice [m]."""
ROUNDING_LEVEL = 1e-6
"""What it may do to a level, relative to it."""
BATCH = 1024
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


class Found(NamedTuple):
    """Pairs found so far: `pairs[:size]`, shape (capacity, 2), smaller index first; and room for a mask."""

    pairs: I32
    size: int
    mask: U8


@inlined
def bow(speed: float, half: float) -> float:
    """Return how far the flight bends from a straight line within `half` [s] [m]."""
    way = speed * half
    return min(way * way / (2.0 * R_LEAST), 2.0 * way)


@jit
def sift(mask: U8, slots: F32, a: int, q: F32, half: float, near2: float, apart: float) -> None:
    """Set mask[k] where the aircraft in slot a + k may come near the one whose state is `q` within the slab.

    Args:
        near2: squared horizontal distance [m^2]; apart: vertical distance [m], climb of `q` included.
    """
    n, h = len(mask), np.float32(half)
    d2, dz = np.float32(near2), np.float32(apart)
    xs, ys, zs = slots[X, a : a + n], slots[Y, a : a + n], slots[Z, a : a + n]
    us, vs, ws = slots[U, a : a + n], slots[V, a : a + n], slots[W, a : a + n]
    levels, climbs = slots[LEVEL, a : a + n], slots[CLIMB, a : a + n]
    qx, qy, qz, qu, qv, qw, ql = q[X], q[Y], q[Z], q[U], q[V], q[W], q[LEVEL]
    for k in range(n):
        x, y, z = xs[k] - qx, ys[k] - qy, zs[k] - qz
        u, v, w = us[k] - qu, vs[k] - qv, ws[k] - qw
        closing = -(x * u + y * v + z * w)
        speed2 = u * u + v * v + w * w
        t = closing / speed2
        t = t if t < h else h
        t = t if t > -h else -h
        left = x * x + y * y + z * z - t * (closing + closing - t * speed2)
        mask[k] = (left < d2) & (not (abs(levels[k] - ql) > dz + h * abs(climbs[k])))


@jit
def meets(slots: F32, s: int, q: F32, slab: Slab, near: float, error_v: float) -> bool:
    """Return whether both distances may be inside at one time of the slab, and were not surely so when it began."""
    x, y, z = float(slots[X, s]) - q[X], float(slots[Y, s]) - q[Y], float(slots[Z, s]) - q[Z]
    u, v, w = float(slots[U, s]) - q[U], float(slots[V, s]) - q[V], float(slots[W, s]) - q[W]
    dz, climb = float(slots[LEVEL, s]) - q[LEVEL], float(slots[CLIMB, s]) - q[CLIMB]
    half = slab.half
    d2, dv, v2 = x * x + y * y + z * z, x * u + y * v + z * w, u * u + v * v + w * w
    if not slab.begins:
        then2 = d2 - half * (2.0 * dv - half * v2)
        if then2 < slab.horizontal * slab.horizontal and not abs(dz - climb * half) >= slab.vertical - error_v:
            return False
    a, b = -half, half
    if v2 > 1e-6:
        t = -dv / v2
        spread = math.sqrt(max(0.0, (near * near - d2) / v2 + t * t))
        a, b = max(a, t - spread), min(b, t + spread)
    if climb != 0.0 and not math.isnan(dz):
        limit = slab.vertical + error_v
        t0, t1 = (-limit - dz) / climb, (limit - dz) / climb
        a, b = max(a, min(t0, t1)), min(b, max(t0, t1))
    return a <= b + 1e-3


@jit
def room_for(found: Found, more: int) -> Found:
    """Return `found` with room for `more` pairs."""
    if found.size + more <= len(found.pairs):
        return found
    pairs = np.empty((len(found.pairs) + len(found.pairs) // 2 + more, 2), np.int32)
    pairs[: found.size] = found.pairs[: found.size]
    return Found(pairs, found.size, found.mask)


@jit
def try_run(found: Found, grid: Grid, a: int, b: int, i: int, q: F32, slab: Slab, near: float) -> Found:
    """Write out the pairs of aircraft `i`, whose state is `q`, with those in the slots a to b - 1."""
    error_v = 0.01 + ROUNDING_LEVEL * slab.level
    apart = slab.vertical + error_v + slab.half * abs(q[CLIMB])
    longest = near + (slab.speed + math.sqrt(q[U] ** 2 + q[V] ** 2 + q[W] ** 2)) * slab.half
    near2 = near * near + 2e-6 * longest * longest
    while a < b:
        n = min(BATCH, b - a)
        found = room_for(found, n)
        mask, pairs, count = found.mask[:n], found.pairs, found.size
        sift(mask, grid.slots, a, q, slab.half, near2, apart)
        for k in range(n):
            if mask[k] and meets(grid.slots, a + k, q, slab, math.sqrt(near2), error_v):
                j = grid.ids[a + k]
                pairs[count, 0], pairs[count, 1] = min(i, j), max(i, j)
                count += 1
        found = Found(pairs, count, found.mask)
        a += n
    return found


@jit
def run_of(grid: Grid, row: int, lo: float, hi: float) -> tuple[int, int]:
    """Return the slots of `row` that may hold longitudes lo to hi [rad]."""
    first, cells = grid.first[row], grid.first[row + 1] - grid.first[row]
    west, scale = grid.west[row], grid.scale[row]
    if cells == 0 or hi < west or (scale > 0.0 and lo > west + (cells + 1e-3) / scale) or (scale == 0.0 and lo > west):
        return 0, 0
    return grid.begin[first + cell_of(lo, west, scale, cells)], grid.begin[first + cell_of(hi, west, scale, cells) + 1]


@jit
def try_row(
    found: Found, grid: Grid, row: int, lon: float, width: float, i: int, q: F32, slab: Slab, near: float
) -> Found:
    """Try aircraft `i` with those of `row` within `width` of `lon` [rad], around the globe."""
    a, b = run_of(grid, row, lon - width, lon + width)
    found = try_run(found, grid, a, b, i, q, slab, near)
    if width != ALL_AROUND and lon + width > math.pi:
        a, b = run_of(grid, row, lon - width - 2.0 * math.pi, lon + width - 2.0 * math.pi)
        found = try_run(found, grid, a, b, i, q, slab, near)
    if width != ALL_AROUND and lon - width < -math.pi:
        a, b = run_of(grid, row, lon - width + 2.0 * math.pi, lon + width + 2.0 * math.pi)
        found = try_run(found, grid, a, b, i, q, slab, near)
    return found


@jit
def highest_and_lowest(grid: Grid, q: F32, reach: float) -> tuple[int, int]:
    """Return the lowest and the highest layer within `reach` [m] of the level of `q`; all known ones if it has none."""
    if math.isnan(q[LEVEL]):
        return 0, grid.layers - 1
    return (
        layer_of(q[LEVEL] - reach, grid.low, grid.thickness, grid.layers),
        layer_of(q[LEVEL] + reach, grid.low, grid.thickness, grid.layers),
    )


@jit
def near_and_far(slab: Slab, own: float) -> tuple[float, float]:
    """Return how near [m] counts for the cheap test, and how far to look [m], for one of speed `own` [m/s]."""
    near = slab.horizontal + 2.0 * (bow(own, slab.half) + bow(slab.speed, slab.half) + ROUNDING_M)
    return near, near + (own + slab.speed) * slab.half * (1.0 + 1e-5)


@jit
def reaches(q: F32, slab: Slab) -> tuple[float, float, float]:
    """Return `near_and_far` of the aircraft whose state is `q`, and how far to look in level [m]."""
    near, far = near_and_far(slab, math.sqrt(q[U] ** 2 + q[V] ** 2 + q[W] ** 2))
    level = slab.vertical + (abs(q[CLIMB]) + slab.climb) * slab.half + 0.1 + 4.0 * ROUNDING_LEVEL * slab.level
    return near, far, level


@jit
def search_grid(found: Found, grid: Grid, slab: Slab) -> Found:
    """Find the pairs among the aircraft of the grid."""
    q = np.empty(grid.slots.shape[0], np.float32)
    stride = grid.layers + 1
    for s in range(len(grid.ids)):
        for k in range(len(q)):
            q[k] = grid.slots[k, s]
        i, row, lat, lon = grid.ids[s], grid.rows[s], float(q[LAT]), float(q[LON])
        near, far, level = reaches(q, slab)
        angle = angle_of(far)
        width = width_of(lat, angle)
        lowest, highest = highest_and_lowest(grid, q, level)
        band, layer = row // stride, row % stride
        if width == ALL_AROUND:
            found = try_run(found, grid, grid.begin[grid.first[row]], s, i, q, slab, near)
            found = try_run(found, grid, s + 1, grid.begin[grid.first[row + 1]], i, q, slab, near)
        else:
            _a, b = run_of(grid, row, lon, lon + width)
            found = try_run(found, grid, s + 1, b, i, q, slab, near)
            if lon + width > math.pi:
                a, b = run_of(grid, row, -math.pi, lon + width - 2.0 * math.pi)
                found = try_run(found, grid, a, b, i, q, slab, near)
        last = band_of(lat + angle, grid.south, grid.height, grid.bands)
        for other in range(band, last + 1):
            for above in range(layer + 1 if other == band else lowest, highest + 1):
                found = try_row(found, grid, other * stride + above, lon, width, i, q, slab, near)
            if layer < grid.layers or other > band:
                found = try_row(found, grid, other * stride + grid.layers, lon, width, i, q, slab, near)
    return found


@jit
def search_for(found: Found, grid: Grid, states: F32, who: I32, slab: Slab) -> Found:
    """Find the pairs of the aircraft `who`, in `states`, that are not in the grid, with those in it and each other."""
    stride = grid.layers + 1
    for s in range(len(who)):
        q, i = states[:, s].copy(), who[s]
        lat, lon = float(q[LAT]), float(q[LON])
        near, far, level = reaches(q, slab)
        angle = angle_of(far)
        width = width_of(lat, angle)
        lowest, highest = highest_and_lowest(grid, q, level)
        first = band_of(lat - angle, grid.south, grid.height, grid.bands)
        last = band_of(lat + angle, grid.south, grid.height, grid.bands)
        for band in range(first, last + 1):
            for layer in range(lowest, highest + 1):
                found = try_row(found, grid, band * stride + layer, lon, width, i, q, slab, near)
            found = try_row(found, grid, band * stride + grid.layers, lon, width, i, q, slab, near)
        if slab.begins:
            found = room_for(found, s)
            count = found.size
            for k in range(s):
                found.pairs[count, 0], found.pairs[count, 1] = min(i, who[k]), max(i, who[k])
                count += 1
            found = Found(found.pairs, count, found.mask)
    return found


@jit
def search(m: F64, common: I32, rare: I32, slab: Slab, thickness: float, low: float, count: int) -> I32:
    """Return the candidates of one slab, shape (C, 2), smaller index first; some may stand there twice.

    Args:
        m: motions, shape (N, WIDTH).
        common: who stands in the grid. rare: who is so fast, or climbs so fast, that it looks for itself instead.
        thickness, low, count: the layers of the grid [m].
    """
    found = Found(np.empty((2 * len(common) + 64, 2), np.int32), 0, np.empty(BATCH, np.uint8))
    states = middle(m, common, slab.middle, slab.centre)
    _near, far = near_and_far(slab, slab.speed)
    grid = build(states, common, min(1.0, angle_of(far)), low, thickness, count)
    found = search_grid(found, grid, slab)
    if len(rare) > 0:
        found = search_for(found, grid, middle(m, rare, slab.middle, slab.centre), rare, slab)
    return found.pairs[: found.size]
