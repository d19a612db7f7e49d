"""Where in the grid an aircraft looks: runs of slots, each a stretch of one row.

An aircraft of the grid looks into its own row to the east, into the higher layers of its band on both sides, and into
the bands to the north of it. So of any two, one looks at the other: in one row the western one, in one band the lower
one (unknown levels are above all), else the southern one. Near a pole, where east has no meaning, a row is looked at
whole; then both may find each other.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.grid import ALL_AROUND, LAT, LON, Grid, band_of, cell_of, layer_of, widening, width_of
from armslength.kernel.jit import inlined, jit

I32 = NDArray[np.int32]


@inlined
def _add(runs: I32, n: int, a: int, b: int) -> int:
    """Note the run of slots a to b - 1. Returns how many runs there are."""
    if a < b:
        runs[n, 0], runs[n, 1] = a, b
        return n + 1
    return n


@inlined
def _add_stretch(grid: Grid, row: int, lo: float, hi: float, runs: I32, n: int) -> int:
    """Note the slots of `row` that may hold longitudes lo to hi [rad]."""
    first, west, scale = grid.first[row], grid.west[row], grid.scale[row]
    cells = grid.first[row + 1] - first
    if cells == 0 or hi < west or (lo - west) * scale > cells + 1e-3 or (scale == 0.0 and lo > west):
        return n
    a = grid.begin[first + cell_of(lo, west, scale, cells)]
    return _add(runs, n, a, grid.begin[first + cell_of(hi, west, scale, cells) + 1])


@jit
def add_layers(grid: Grid, band: int, layers: tuple[int, int], lon: float, width: float, runs: I32, n: int) -> int:
    """Note the slots of a band that may hold longitudes within `width` of `lon` [rad], around the globe.

    Args:
        layers: the lowest and the highest layer looked at; that of unknown levels is looked at too, where there is one.
    """
    turns = 1
    if width != ALL_AROUND and (lon + width > math.pi or lon - width < -math.pi):
        turns = 2
    shift = -2.0 * math.pi if lon > 0.0 else 2.0 * math.pi
    last = layers[1] + 1 if grid.tops > grid.layers else layers[1]
    for layer in range(layers[0], last + 1):
        row = band * (grid.layers + 1) + (layer if layer <= layers[1] else grid.layers)
        for turn in range(turns):
            east = lon + turn * shift
            n = _add_stretch(grid, row, east - width, east + width, runs, n)
    return n


@inlined
def layers_within(grid: Grid, level: float, reach: float) -> tuple[int, int]:
    """Return the lowest and the highest known layer within `reach` [m] of `level`; all where it is unknown."""
    if math.isnan(level):
        return 0, grid.layers - 1
    lowest = layer_of(level - reach, grid.low, grid.thickness, grid.layers)
    return lowest, layer_of(level + reach, grid.low, grid.thickness, grid.layers)


@jit
def runs_ahead(grid: Grid, slot: int, angle: float, span: tuple[int, int], runs: I32) -> int:
    """Write the runs at which the aircraft in `slot` looks; returns how many.

    Args:
        angle: how far it looks [rad]. span: lowest and highest layer.
    """
    lat, lon = float(grid.states[slot, LAT]), float(grid.states[slot, LON])
    stride, row, n = grid.layers + 1, grid.rows[slot], 0
    band, layer = row // stride, row % stride
    width = width_of(angle, 0.0, grid.widened[band])
    if width == ALL_AROUND:
        n = _add(runs, n, grid.begin[grid.first[row]], slot)
        n = _add(runs, n, slot + 1, grid.begin[grid.first[row + 1]])
    else:
        first, west, scale = grid.first[row], grid.west[row], grid.scale[row]
        cells = grid.first[row + 1] - first
        n = _add(runs, n, slot + 1, grid.begin[first + cell_of(lon + width, west, scale, cells) + 1])
        if lon + width > math.pi:
            n = _add_stretch(grid, row, -math.pi, lon + width - 2.0 * math.pi, runs, n)
    for other in range(band, band_of(lat + angle, grid.south, grid.height, grid.bands) + 1):
        layers = span
        if other == band:
            if layer == grid.layers:
                continue  # the known ones of its band look at it
            layers = (layer + 1, span[1])
        width = width_of(angle, grid.south + other * grid.height - lat, grid.widened[band])
        n = add_layers(grid, other, layers, lon, width, runs, n)
    return n


@jit
def runs_around(grid: Grid, lat: float, lon: float, angle: float, span: tuple[int, int], runs: I32) -> int:
    """Write the runs at which an aircraft at `lat`, `lon` [rad] looks that is not in the grid: all around."""
    n, width = 0, width_of(angle, 0.0, widening(lat, angle))
    first = band_of(lat - angle, grid.south, grid.height, grid.bands)
    for band in range(first, band_of(lat + angle, grid.south, grid.height, grid.bands) + 1):
        n = add_layers(grid, band, span, lon, width, runs, n)
    return n
