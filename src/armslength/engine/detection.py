"""Tracks to stays: every stretch of time in which a pair was inside the minima, at what the terms rule for the place.

The kernel (`kernel/passage.py`) does the work; here the terms become its arguments, and the stretch is cut into slabs
that two threads share.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armslength.agreement.terms import GEOMETRIC, Terms, contains
from armslength.domain.encounter import ON_IT
from armslength.domain.plot import F64, I64
from armslength.domain.track import Tracks
from armslength.kernel import passage
from armslength.units import FT, NS

MIXED_BOUND_M = 1500.0 * FT
"""Two sigma [m] of a geometric minus a barometric level.

Between the 1st and the 99th percentile of a recording above FL250 it ran from -1,200 to +1,800 ft, so a sigma of about
640 ft around +300 ft; 1,500 ft covers both about 0.
"""
SLAB_S = 30.0
"""Length of a slab: the boxes of the sweep hold what an aircraft flies in this time."""
LONGEST_LINK_S = 60.0
"""No known flight between two plots takes longer (see tracking)."""
THREADS = 2


@dataclass(frozen=True, slots=True)
class Minima:
    """What counts as too close: horizontal and vertical minimum, near-miss slant distance [m]."""

    horizontal_m: float
    vertical_m: float
    near_miss_m: float


def detect_stays(tracks: Tracks, group: I64, minima: Minima, terms: Terms) -> F64:
    """Return the stays in the window of `tracks`, shape (R, WIDTH), columns `passage.FIELDS`; t after the epoch.

    Args:
        tracks: of one stretch.
        group: shape (tracks,): two of one group, or two of group -1, are not a pair.
        minima: in force inside the area and outside the exempt sub-areas of `terms`; near misses everywhere.
        terms: for the areas.
    """
    if len(tracks.aircraft) < 2:
        return np.empty((0, passage.WIDTH))
    slabs = _slabs(tracks)
    if slabs.shape[1] == 0:
        return np.empty((0, passage.WIDTH))
    force = _force(tracks, terms)
    # Levels are compared on the datum of the terms where both aircraft have it, else on the other one.
    levels = (tracks.baro_m, tracks.geo_m)
    swapped = terms.datum == GEOMETRIC
    first, second = reversed(levels) if swapped else levels

    def part(some: F64) -> F64:
        return passage.stays(
            tracks.start, group, tracks.xyz, tracks.t, first, second, tracks.linked, tracks.error_h_m,
            tracks.error_v_m, force, minima.horizontal_m * ON_IT, minima.vertical_m * ON_IT, minima.near_miss_m * ON_IT,
            MIXED_BOUND_M, some,
        )  # fmt: skip

    if slabs.shape[1] < 2 * THREADS:
        return _told(part(slabs), swapped)
    # More shares than threads: the sky is not equally full at all times.
    shares = np.array_split(slabs, min(8 * THREADS, slabs.shape[1]), axis=1)
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(part, (np.ascontiguousarray(share) for share in shares)))
    return _told(np.concatenate(found), swapped)


def _told(stays: F64, swapped: bool) -> F64:
    """Return `stays` with the datum as it is, where barometric and geometric levels had been exchanged."""
    if swapped:
        datum = stays[:, passage.DATUM]
        exchanged = np.where(datum == passage.BAROMETRIC, passage.GEOMETRIC, passage.BAROMETRIC)
        stays[:, passage.DATUM] = np.where(datum <= passage.GEOMETRIC, exchanged, datum)
    return stays


def _slabs(tracks: Tracks) -> F64:
    """Return the slabs of the window in which there are plots or flights between plots: from, to [s], shape (2, S).

    They lie on a grid of UTC, so that the same flights are cut at the same times however the stream is cut up.
    """
    grid = -(tracks.epoch_ns % round(SLAB_S * NS)) / NS
    number = np.floor((tracks.t - grid) / SLAB_S).astype(np.int64)
    before = int(LONGEST_LINK_S // SLAB_S) + 1
    full = np.unique(np.unique(number)[:, None] - np.arange(before + 1)).astype(np.float64)
    low = np.maximum(grid + full * SLAB_S, tracks.window[0])
    high = np.minimum(grid + (full + 1.0) * SLAB_S, tracks.window[1])
    return np.stack([low, high])[:, low < high]


def _force(tracks: Tracks, terms: Terms) -> NDArray[np.uint8]:
    """Return at each plot whether it lies in the area and in an exempt one."""
    force = np.full(len(tracks.t), passage.IN_AREA, np.uint8)
    if terms.area is None and not terms.exempt:
        return force
    # A level on another datum than the terms' is as good as unknown here.
    level = tracks.geo_m if terms.datum == GEOMETRIC else tracks.baro_m
    if terms.area is not None:
        force[~contains(terms.area, tracks.lat, tracks.lon, level)] = 0
    for area in terms.exempt:
        force[contains(area, tracks.lat, tracks.lon, level, unknown_level=False)] |= passage.IN_EXEMPT
    return force
