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
BANDS_AHEAD = 1.0
"""Bands of latitude to the length that the fastest look."""
# Columns of a state at the middle of the slab [m, m/s, rad]; the first eight are laid out in blocks.
X, Y, Z, U, V, W, LEVEL, CLIMB, LAT, LON, STATES, BLOCKED = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 8
LANES = 16
"""Aircraft in a block: for each of eight columns the values of so many stand side by side, for vector instructions."""


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


@inlined
def angle_of(chord: float) -> float:
    """Return an upper bound of the geocentric angle [rad] between surface points `chord` [m] apart, slack included."""
    half = chord / (2.0 * R_POLAR)
    if half >= 1.0:
        return 4.0
    if half < 0.1:
        return 2.0 * half * (1.0 + 0.17 * half * half) + ANGLE_SLACK  # above the series of the arc sine
    return 2.0 * math.asin(half) + ANGLE_SLACK


@inlined
def widening(lat: float, angle: float) -> float:
    """Return 1 / cos of the highest latitude within `angle` of `lat` [rad]; 0 where a pole is within reach."""
    top = abs(lat) + angle + ANGLE_SLACK
    return 1.0 / math.cos(top) if top < 0.5 * math.pi - 1e-3 else 0.0


@inlined
def width_of(angle: float, north: float, widened: float) -> float:
    """Return how far in longitude [rad] lies what is within `angle`, and at least `north` of here in latitude [rad].

    By the haversine formula sin^2(width / 2) = (sin^2(angle / 2) - sin^2(north / 2)) / (cos cos), where `widened`
    bounds 1 / cos. ALL_AROUND where that may be a third of the globe or more.
    """
    north = max(0.0, north - ANGLE_SLACK)
    sine = 0.5 * math.sqrt(max(0.0, angle * angle - north * north)) * widened
    if widened == 0.0 or not sine < 0.5:
        return ALL_AROUND
    return 2.0 * sine * (1.0 + 0.2 * sine * sine) + ANGLE_SLACK  # above the series of the arc sine


@jit
def middle(m: F64, who: I32, t: float, centre: float) -> F32:
    """Return the states at `t` [s] of the aircraft `who`, shape (n, STATES), longitudes turned from `centre` [rad]."""
    out = np.empty((len(who), STATES), np.float32)
    for s in range(len(who)):
        i = who[s]
        x, y, z, u, v, w = place(m, i, t)
        out[s, X], out[s, Y], out[s, Z] = x, y, z
        out[s, U], out[s, V], out[s, W] = u, v, w
        out[s, LEVEL] = m[i, ALT] + m[i, VS] * t
        out[s, CLIMB] = m[i, VS]
        out[s, LAT] = direction(z, math.sqrt(x * x + y * y))
        out[s, LON] = turned(direction(y, x) - centre)
    return out


@inlined
def layer_of(level: float, low: float, height: float, count: int) -> int:
    """Return the layer of `level` [m]: 0 to `count` - 1 upwards, clipped to those; `count` where it is unknown."""
    if math.isnan(level):
        return count
    return int(min(count - 1.0, max(0.0, (level - low) / height)))


@inlined
def band_of(lat: float, south: float, height: float, count: int) -> int:
    """Return the band of latitude `lat` [rad], clipped to those there are."""
    return int(min(count - 1.0, max(0.0, (lat - south) / height)))


@inlined
def cell_of(lon: float, west: float, scale: float, cells: int) -> int:
    """Return the cell of `lon` in a row that begins at `west` and has `cells` cells of 1 / `scale` [rad]."""
    return int(min(cells - 1.0, max(0.0, (lon - west) * scale)))


class Grid(NamedTuple):
    """The aircraft of one slab in the order of their cells; n of them.

    Attributes:
        states: shape (n, STATES).
        blocks: the same, flat: for each LANES slots and each of BLOCKED columns the values of those slots.
        ids, rows: who stands in each slot, and in which row, shape (n,).
        begin: first slot of each cell, shape (n + 2,); row r has the cells first[r] to first[r + 1] - 1.
        first, west, scale: of each row its first cell, its western end [rad] and its cells per rad; first has one more.
        south, height, bands: the bands of latitude [rad].
        widened: `widening` within a band, shape (bands,).
        low, thickness, layers: the layers of levels [m]. Row = band * (layers + 1) + layer.
        tops: one more than the highest layer in which anybody stands.
    """

    states: F32
    blocks: F32
    ids: I32
    rows: I32
    begin: I32
    first: I32
    west: F64
    scale: F64
    south: float
    height: float
    bands: int
    widened: F64
    low: float
    thickness: float
    layers: int
    tops: int


@jit
def build(states: F32, who: I32, angle: float, low: float, thickness: float, count: int) -> Grid:
    """Return the grid of the aircraft `who` in `states`, who look up to `angle` [rad] far, with `count` layers."""
    n, south, north = len(who), 2.0, -2.0
    for s in range(n):
        south, north = min(south, float(states[s, LAT])), max(north, float(states[s, LAT]))
    span = max(0.0, north - south)
    height = max(angle / BANDS_AHEAD, span / (2.0 * n / (count + 1.0) + 16.0))
    bands = int(span / height) + 1
    row, tops = np.empty(n, np.int32), 0
    west, east = np.full(bands * (count + 1), 9.0), np.full(bands * (count + 1), -9.0)
    first = np.zeros(bands * (count + 1) + 1, np.int32)
    for s in range(n):
        layer = layer_of(states[s, LEVEL], low, thickness, count)
        r = band_of(states[s, LAT], south, height, bands) * (count + 1) + layer
        row[s], lon, tops = r, float(states[s, LON]), max(tops, layer + 1)
        west[r], east[r] = min(west[r], lon), max(east[r], lon)
        first[r + 1] += 1
    for r in range(len(west)):
        east[r] = first[r + 1] / (east[r] - west[r]) if east[r] > west[r] else 0.0  # from now on the cells per rad
        first[r + 1] += first[r]
    widened = np.empty(bands)
    for b in range(bands):
        widened[b] = widening(max(abs(south + b * height), abs(south + (b + 1) * height)), angle)
    ordered, ids, rows, begin = sort_into_cells(states, who, row, west, east, first)
    return Grid(
        ordered, blocks_of(ordered), ids, rows, begin, first, west, east, south, height, bands, widened, low,
        thickness, count, tops,
    )  # fmt: skip


@jit
def sort_into_cells(states: F32, who: I32, row: I32, west: F64, scale: F64, first: I32) -> tuple[F32, I32, I32, I32]:
    """Return states, indices and rows in the order of the cells, and where each cell begins, shape (n + 2,)."""
    n = len(who)
    cell = np.empty(n, np.int32)
    begin = np.zeros(n + 2, np.int32)
    for s in range(n):
        r = row[s]
        cell[s] = first[r] + cell_of(states[s, LON], west[r], scale[r], first[r + 1] - first[r])
        begin[cell[s] + 2] += 1
    for c in range(n):
        begin[c + 2] += begin[c + 1]
    ordered, ids, rows = np.empty((n, STATES), np.float32), np.empty(n, np.int32), np.empty(n, np.int32)
    for s in range(n):
        to = begin[cell[s] + 1]
        begin[cell[s] + 1] = to + 1
        ids[to], rows[to] = who[s], row[s]
        for k in range(STATES):
            ordered[to, k] = states[s, k]
    return ordered, ids, rows, begin


@jit
def blocks_of(states: F32) -> F32:
    """Return `states`, shape (n, STATES), in blocks."""
    n = len(states)
    blocks = np.zeros((n + LANES - 1) // LANES * LANES * BLOCKED, np.float32)
    for s in range(n):
        base = s // LANES * LANES * BLOCKED + s % LANES
        for k in range(BLOCKED):
            blocks[base + k * LANES] = states[s, k]
    return blocks
