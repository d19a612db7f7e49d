"""The distances of one pair at given moments: what the drawings show. The judgement itself is `detection`."""

from __future__ import annotations

import numpy as np

from armslength.domain.plot import F64
from armslength.kernel.geodesy import R_MEAN, surfaces

Part = tuple[F64, ...]
"""t [s], lat, lon [deg], baro, geo [m], linked (0 or 1), error_h, error_v [m] of one track; shape (N,) each."""


def distances(one: Part, two: Part, moments: F64, geometric: bool) -> tuple[F64, F64, F64, F64]:
    """Return d_h, d_v and their two-sigma bounds [m] at `moments` [s]; NaN where a flight is not known."""
    at_one, at_two = _at(one, moments, geometric), _at(two, moments, geometric)
    chord = np.sqrt(np.sum((at_one[0] - at_two[0]) ** 2, axis=0))
    d_h = 2.0 * R_MEAN * np.arcsin(np.minimum(1.0, chord / (2.0 * R_MEAN)))
    d_v = np.abs(at_one[1] - at_two[1])
    return d_h, d_v, np.hypot(at_one[2], at_two[2]), np.hypot(at_one[3], at_two[3])


def _at(part: Part, moments: F64, geometric: bool) -> tuple[F64, F64, F64, F64]:
    """Return the ECEF surface point, level and bounds of one track at `moments`."""
    t, lat, lon, baro, geo, linked, error_h, error_v = part
    i = np.clip(np.searchsorted(t, moments, side="right") - 1, 0, len(t) - 2)
    share = (moments - t[i]) / np.where(t[i + 1] > t[i], t[i + 1] - t[i], 1.0)
    known = (share >= 0.0) & (share <= 1.0) & ((linked[i] > 0.0) | (share == 0.0))
    share = np.where(known, share, np.nan)
    xyz = surfaces(np.radians(lat), np.radians(lon))
    point = xyz[:, i] + share * (xyz[:, i + 1] - xyz[:, i])
    # A chord lies below the surface: bring the point back up.
    scale = np.sqrt(np.sum(xyz[:, i] ** 2, axis=0)) / np.sqrt(np.sum(point**2, axis=0))
    level = geo if geometric else baro
    # At a plot its own level counts, whether or not the next one has any.
    height = np.where(share == 0.0, level[i], level[i] + share * (level[i + 1] - level[i]))
    return point * scale, height, error_h[i] + 0.0 * share, error_v[i] + 0.0 * share
