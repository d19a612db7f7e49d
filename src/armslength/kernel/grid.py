"""The broad phase of one slab of time: who could come near whom.

In a slab every aircraft flies straight through space from the middle of the slab, in single precision; the error of
that is bounded and added to the minima, so that no pair is lost. Aircraft are sorted into rows, one for each band of
latitude and layer of levels (unknown levels have the layer above all), and along each row by longitude into as many
cells as the row has aircraft. Latitude and longitude are geocentric and approximate: the angle between two surface
points is never above 2 asin(chord / 2b). Each aircraft looks into its own row to the east, into the higher layers of
its band, and into the bands north of it; so each pair is looked at once, wherever on earth.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import A as R_EQUATOR
from armslength.kernel.geodesy import F as FLATTENING
from armslength.kernel.jit import inlined, jit
from armslength.kernel.motion import ALT, VS, place

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
R_POLAR = R_EQUATOR * (1.0 - FLATTENING)
ANGLE_SLACK = 5e-5
"""What two approximate directions may be off together [rad]."""
ALL_AROUND = 9.0
"""A width [rad] that holds every longitude, whatever it is counted from."""
# Rows of `slots`: the state of each aircraft at the middle of the slab, in the order of the cells.
X, Y, Z, U, V, W, LEVEL, CLIMB, LAT, LON, STATES = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10


@jit
def direction(y: float, x: float) -> float:
    """Return atan2(y, x) [rad] within 1.2e-5. Source: Abramowitz and Stegun 4.4.47."""
    ax, ay = abs(x), abs(y)
    big, small = (ax, ay) if ax > ay else (ay, ax)
    q = small / big if big > 0.0 else 0.0
    z = q * q
    angle = q * (0.9998660 + z * (-0.3302995 + z * (0.1801410 + z * (-0.0851330 + z * 0.0208351))))
    if ay > ax:
        angle = 0.5 * math.pi - angle
    if x < 0.0:
        angle = math.pi - angle
    return -angle if y < 0.0 else angle


@inlined
def turned(angle: float) -> float:
    """Return `angle` [rad], from (-3 pi, 3 pi), turned into [-pi, pi)."""
    if angle >= math.pi:
        return angle - 2.0 * math.pi
    if angle < -math.pi:
        return angle + 2.0 * math.pi
    return angle


@jit
def angle_of(chord: float) -> float:
    """Return an upper bound of the geocentric angle [rad] between surface points `chord` [m] apart, slack included."""
    half = chord / (2.0 * R_POLAR)
    if half >= 1.0:
        return 4.0
    return 2.0 * math.asin(half) + ANGLE_SLACK


@jit
def width_of(lat: float, angle: float) -> float:
    """Return an upper bound of the difference of longitude [rad] between `lat` [rad] and all within `angle` of it.

    A way of length a that stays below latitude b spans at most a / cos(b). Where that is half the globe or more, or a
    pole is within reach, it is ALL_AROUND.
    """
    top = abs(lat) + angle + ANGLE_SLACK
    if top >= 0.5 * math.pi - 1e-4:
        return ALL_AROUND
    width = angle / math.cos(top) + ANGLE_SLACK
    return width if width < math.pi else ALL_AROUND


@jit
def middle(m: F64, who: I32, t: float, centre: float) -> F32:
    """Return the states at `t` [s] of the aircraft `who`, shape (STATES, n), longitudes turned from `centre` [rad]."""
    out = np.empty((STATES, len(who)), np.float32)
    for s in range(len(who)):
        i = who[s]
        x, y, z, u, v, w = place(m, i, t)
        out[X, s], out[Y, s], out[Z, s] = x, y, z
        out[U, s], out[V, s], out[W, s] = u, v, w
        out[LEVEL, s] = m[i, ALT] + m[i, VS] * t
        out[CLIMB, s] = m[i, VS]
        out[LAT, s] = direction(z, math.sqrt(x * x + y * y))
        out[LON, s] = turned(direction(y, x) - centre)
    return out


@jit
def layers(states: F32, low: float, height: float, count: int) -> I32:
    """Return the layer of each aircraft, from 0 to `count` - 1 upwards, `count` where the level is unknown."""
    out = np.empty(states.shape[1], np.int32)
    for s in range(states.shape[1]):
        level = states[LEVEL, s]
        out[s] = count if math.isnan(level) else layer_of(level, low, height, count)
    return out


@inlined
def layer_of(level: float, low: float, height: float, count: int) -> int:
    """Return the layer of a known `level` [m]; those below and above all belong to the lowest and the highest."""
    return int(min(count - 1.0, max(0.0, math.floor((level - low) / height))))


@inlined
def band_of(lat: float, south: float, height: float, count: int) -> int:
    """Return the band of latitude `lat` [rad], clipped to those there are."""
    return int(min(count - 1.0, max(0.0, math.floor((lat - south) / height))))


@jit
def rows_of(states: F32, layer: I32, south: float, height: float, bands: int, count: int) -> I32:
    """Return the row of each aircraft: its band times (count + 1) plus its layer."""
    out = np.empty(states.shape[1], np.int32)
    for s in range(states.shape[1]):
        out[s] = band_of(states[LAT, s], south, height, bands) * (count + 1) + layer[s]
    return out


@inlined
def cell_of(lon: float, west: float, scale: float, cells: int) -> int:
    """Return the cell of `lon` in a row that begins at `west` and has `cells` cells of 1 / `scale` [rad]."""
    return int(min(cells - 1.0, max(0.0, math.floor((lon - west) * scale))))


@jit
def extents(states: F32, row: I32, rows: int) -> tuple[F64, F64, I32]:
    """Return each row's western end [rad], cells per rad, and first cell, shapes (rows,), (rows,), (rows + 1,)."""
    west, east = np.full(rows, 9.0), np.full(rows, -9.0)
    first = np.zeros(rows + 1, np.int32)
    for s in range(len(row)):
        r, lon = row[s], float(states[LON, s])
        west[r] = min(west[r], lon)
        east[r] = max(east[r], lon)
        first[r + 1] += 1
    scale = np.zeros(rows)
    for r in range(rows):
        if east[r] > west[r]:
            scale[r] = first[r + 1] / (east[r] - west[r])
        first[r + 1] += first[r]
    return west, scale, first


class Grid(NamedTuple):
    """The aircraft of one slab in the order of their cells; n of them, rows as in `rows_of`.

    Attributes:
        slots: states, shape (STATES, n).
        ids, rows: who stands in each slot, and in which row, shape (n,).
        begin: first slot of each cell, shape (n + 2,); row r has the cells first[r] to first[r + 1] - 1.
        first, west, scale: as `extents` gives them.
        south, height, bands: the bands of latitude [rad].
        low, thickness, layers: the layers of levels [m].
    """

    slots: F32
    ids: I32
    rows: I32
    begin: I32
    first: I32
    west: F64
    scale: F64
    south: float
    height: float
    bands: int
    low: float
    thickness: float
    layers: int


@jit
def build(states: F32, who: I32, height: float, low: float, thickness: float, count: int) -> Grid:
    """Return the grid of the aircraft `who` in `states`, with bands at least `height` [rad] high and `count` layers."""
    south, north = 2.0, -2.0
    for s in range(len(who)):
        south, north = min(south, float(states[LAT, s])), max(north, float(states[LAT, s]))
    height = max(height, (north - south) / (2.0 * len(who) / (count + 1.0) + 16.0))
    bands = int((max(0.0, north - south)) / height) + 1
    layer = layers(states, low, thickness, count)
    row = rows_of(states, layer, south, height, bands, count)
    west, scale, first = extents(states, row, bands * (count + 1))
    slots, ids, rows, begin = sort_into_cells(states, who, row, west, scale, first)
    return Grid(slots, ids, rows, begin, first, west, scale, south, height, bands, low, thickness, count)


@jit
def sort_into_cells(states: F32, who: I32, row: I32, west: F64, scale: F64, first: I32) -> tuple[F32, I32, I32, I32]:
    """Return states, indices and rows in the order of the cells, and where each cell begins, shape (n + 1,)."""
    n = len(who)
    cell = np.empty(n, np.int32)
    begin = np.zeros(n + 2, np.int32)
    for s in range(n):
        r = row[s]
        cell[s] = first[r] + cell_of(states[LON, s], west[r], scale[r], first[r + 1] - first[r])
        begin[cell[s] + 2] += 1
    for c in range(n):
        begin[c + 2] += begin[c + 1]
    slots, ids, rows = np.empty((STATES, n), np.float32), np.empty(n, np.int32), np.empty(n, np.int32)
    for s in range(n):
        to = begin[cell[s] + 1]
        begin[cell[s] + 1] = to + 1
        ids[to], rows[to] = who[s], row[s]
        for k in range(STATES):
            slots[k, to] = states[k, s]
    return slots, ids, rows, begin
