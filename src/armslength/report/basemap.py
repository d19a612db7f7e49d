"""Coasts and borders behind the map: Natural Earth, unpacked and cut to the window of one report."""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files

import numpy as np

from armslength.domain.plot import F64, I64
from armslength.report.projection import Projection

COAST, BORDER = 0, 1
UNIT_DEG = 0.002
"""Step of the grid of assets/basemap.bin [deg]; its layout stands in scripts/make_basemap.py."""

Window = tuple[float, float, float, float]
"""x0, y0, x1, y1 [m] on the plane of a projection."""


def unpack(packed: bytes) -> I64:
    """Return the unsigned LEB128 numbers in `packed`."""
    raw = np.frombuffer(packed, np.uint8).astype(np.int64)
    ends = np.flatnonzero(raw < 128)
    starts = np.append(0, ends[:-1] + 1)
    place = np.arange(len(raw)) - np.repeat(starts, ends - starts + 1)
    return np.asarray(np.add.reduceat((raw & 127) << (7 * place), starts), np.int64)


@cache
def lines() -> tuple[tuple[int, F64, F64], ...]:
    """Return (kind, lat, lon) [deg] of every line of the base map."""
    packed = (files("armslength.report.assets") / "basemap.bin").read_bytes()
    numbers = unpack(zlib.decompress(packed))
    found: list[tuple[int, F64, F64]] = []
    at = 1
    last = np.zeros(2, np.int64)
    for _ in range(int(numbers[0])):
        kind, count = int(numbers[at]), int(numbers[at + 1])
        zigzag = numbers[at + 2 : at + 2 + 2 * count].reshape(-1, 2)
        grid = last + np.cumsum((zigzag >> 1) ^ -(zigzag & 1), axis=0)
        degrees = np.asarray(grid * UNIT_DEG, np.float64)
        found.append((kind, degrees[:, 1], degrees[:, 0]))
        last = grid[-1]
        at += 2 + 2 * count
    return tuple(found)


def within(projection: Projection, window: Window, cell_m: float) -> tuple[list[I64], list[I64]]:
    """Return the coasts and the borders that cross `window`, each line as points (x, y), shape (N, 2), in whole metres.

    Points that share a cell of `cell_m` with the point before them, and lines within two cells, are left out: nobody
    could see them.
    """
    kept: tuple[list[I64], list[I64]] = ([], [])
    x0, y0, x1, y1 = window
    for kind, lat, lon in lines():
        x, y = projection.forward(lat, lon)
        with np.errstate(invalid="ignore"):
            inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
            if not inside.any():
                continue
            # The neighbour on either side comes along, so that the line runs up to the edge of the window.
            near = inside | np.append(inside[1:], False) | np.append(False, inside[:-1])
            near &= np.isfinite(x)
            tear = np.abs(np.diff(x, prepend=x[0])) > 1e7 if projection.world else np.zeros(len(x), bool)
        for run in np.split(np.arange(len(x)), np.flatnonzero(~near | tear)):
            part = run[near[run]]
            if len(part) > 1:
                thin = _sparse(np.stack([x[part], y[part]], axis=1), cell_m)
                if np.ptp(thin, axis=0).max() > 2 * cell_m:
                    kept[kind].append(thin)
    return kept


def _sparse(points: F64, cell_m: float) -> I64:
    cells = np.floor(points / cell_m)
    keep = np.append(True, (np.diff(cells, axis=0) != 0).any(axis=1))
    keep[-1] = True
    return np.asarray(np.rint(points[keep]), np.int64)
