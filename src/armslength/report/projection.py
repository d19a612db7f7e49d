"""Laying the earth flat for a drawing: stereographic up to a continent, plate carrée beyond.

Stereographic keeps angles, so a track looks the way it was flown, and has no trouble at the poles or the date line. The
earth is a sphere of mean radius here; drawings need no more. Distances are never measured on these planes.
Source: Snyder, Map Projections: A Working Manual (USGS 1395), equations 21-2 to 21-4 and 12-1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armslength.domain.plot import F64

RADIUS_M = 6_371_008.8
WORLD_DEG = 55.0
"""Beyond this angular radius around its middle, a drawing shows the whole world."""


@dataclass(frozen=True)
class Projection:
    """A plane that touches the earth at (lat, lon) [deg]; x east, y north [m].

    Attributes:
        world: plate carrée of the whole earth instead, with `lon` in the middle.
    """

    lat: float
    lon: float
    world: bool = False

    def forward(self, lat: F64, lon: F64) -> tuple[F64, F64]:
        """Return x, y [m] of positions [deg], any equal shapes; NaN on the far side or unknown."""
        lat, lon = np.asarray(lat, float), np.asarray(lon, float)
        good = np.isfinite(lat) & np.isfinite(lon)
        lat, lon = np.where(good, lat, np.nan), np.where(good, lon, np.nan)
        east, north = np.radians((lon - self.lon + 180.0) % 360.0 - 180.0), np.radians(lat)
        if self.world:
            return RADIUS_M * east, RADIUS_M * north
        middle = np.radians(self.lat)
        cos_c = np.sin(middle) * np.sin(north) + np.cos(middle) * np.cos(north) * np.cos(east)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.where(cos_c > -0.5, 2.0 * RADIUS_M / (1.0 + cos_c), np.nan)
        x = k * np.cos(north) * np.sin(east)
        y = k * (np.cos(middle) * np.sin(north) - np.sin(middle) * np.cos(north) * np.cos(east))
        return x, y


def around(lat: F64, lon: F64) -> Projection:
    """Return the projection that suits positions [deg], shape (N,); the whole world for none or for very wide ones."""
    lat, lon = np.asarray(lat, float), np.asarray(lon, float)
    good = np.isfinite(lat) & np.isfinite(lon)
    if not good.any():
        return Projection(0.0, 0.0, world=True)
    north, east = np.radians(lat[good]), np.radians(lon[good])
    points = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    middle = points.mean(axis=1)
    length = float(np.hypot(np.hypot(*middle[:2]), middle[2]))
    if length < 0.1:
        return Projection(0.0, 0.0, world=True)
    middle /= length
    lat0 = float(np.degrees(np.arcsin(np.clip(middle[2], -1, 1))))
    lon0 = float(np.degrees(np.arctan2(middle[1], middle[0])))
    reach = float(np.degrees(np.arccos(np.clip(middle @ points, -1, 1)).max()))
    return Projection(round(lat0, 4), round(lon0, 4), world=reach > WORLD_DEG)
