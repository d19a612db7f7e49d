"""Areas: a polygon, a circle or a box on the WGS-84 ellipsoid, between two levels. Who is in it?

The edges of a polygon are great circles, as straight flight is (a geodesic of 300 NM runs within 21 m of them: see
docs/decisions/0003-terms.md). The edges of a box are meridians and parallels, as people mean them when they
write "33 N to 37 N". A circle is a distance on the ellipsoid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Position = tuple[float, float]

_A = 6_378_137.0
"""Semi-major axis of WGS-84 [m]."""
_F = 1 / 298.257223563
"""Flattening of WGS-84."""
WIDEST = math.cos(math.radians(85.0))
"""Cosine of the farthest that a corner may lie from the middle of its polygon: beyond, which side is inside?"""


@dataclass(frozen=True, slots=True)
class Circle:
    """All within `radius_m` [m] of a centre, lat and lon [deg]."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Box:
    """All between two parallels and two meridians [deg], eastwards from `west` to `east`, also across the date line."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Area:
    """A named piece of sky; exactly one of `ring`, `circle` and `box` is given.

    Attributes:
        name: what people call it.
        ring: corners of a polygon as (lat, lon) [deg], not closed, either way round; it holds the smaller side.
        circle, box: the other shapes.
        floor_m, ceiling_m: levels [m] on the datum of the terms, both inside; -inf and inf where there is no limit.
    """

    name: str
    ring: tuple[Position, ...] = ()
    circle: Circle | None = None
    box: Box | None = None
    floor_m: float = -math.inf
    ceiling_m: float = math.inf

    def contains(self, lat: ArrayLike, lon: ArrayLike, alt_m: ArrayLike, *, unknown_level: bool = True) -> Bool:
        """Return which positions are inside, shape of the broadcast inputs.

        Args:
            lat, lon: WGS-84 [deg], lon in any turn; NaN is outside.
            alt_m: level [m] on the datum of the terms; NaN could be at any level.
            unknown_level: whether a NaN level counts as between floor and ceiling. Say False of an exempt area, so that
                nothing is exempted on a guess; without floor and ceiling the level does not matter.

        A position on the edge of a polygon may count to either side.
        """
        lat_, lon_, alt = np.broadcast_arrays(
            np.asarray(lat, np.float64), np.asarray(lon, np.float64), np.asarray(alt_m, np.float64)
        )
        level = ~((alt < self.floor_m) | (alt > self.ceiling_m))
        if not unknown_level and (math.isfinite(self.floor_m) or math.isfinite(self.ceiling_m)):
            level &= ~np.isnan(alt)
        if self.circle is not None:
            return level & _in_circle(self.circle, lat_, lon_)
        if self.box is not None:
            return level & _in_box(self.box, lat_, lon_)
        return level & _in_ring(self.ring, lat_, lon_)


def contains(
    area: Area | None, lat: ArrayLike, lon: ArrayLike, alt_m: ArrayLike, *, unknown_level: bool = True
) -> Bool:
    """Return which positions are inside `area`; None is everywhere. See `Area.contains`."""
    if area is not None:
        return area.contains(lat, lon, alt_m, unknown_level=unknown_level)
    shape = np.broadcast_shapes(np.shape(lat), np.shape(lon), np.shape(alt_m))
    return np.ones(shape, np.bool_)


def directions(lat: F64, lon: F64) -> F64:
    """Return unit vectors on the sphere of geodetic latitudes, shape (3, ...)."""
    up, turn = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)])


def chart(ring: tuple[Position, ...]) -> tuple[F64, F64]:
    """Return (axes, corners): a gnomonic chart about the middle of a polygon, in which its edges are straight lines.

    axes has shape (3, 3): two rows in the plane of the chart, then the middle; corners has shape (2, K). A corner
    farther than 85 degrees from the middle gets NaN: such a polygon has no chart, and reading refuses it.
    """
    at = directions(np.array([p[0] for p in ring]), np.array([p[1] for p in ring]))
    middle = at.sum(axis=1)
    length = float(np.linalg.norm(middle))
    if length == 0.0:
        return np.full((3, 3), np.nan), np.full((2, len(ring)), np.nan)
    middle = middle / length
    least = np.eye(3)[np.argmin(np.abs(middle))]
    x = np.cross(least, middle)
    x /= np.linalg.norm(x)
    axes = np.stack([x, np.cross(middle, x), middle])
    u, v, w = axes @ at
    w = np.where(w > WIDEST, w, np.nan)
    return axes, np.stack([u / w, v / w])


def _in_ring(ring: tuple[Position, ...], lat: F64, lon: F64) -> Bool:
    """Even-odd rule on the chart: a ray from the point crosses an odd number of edges."""
    axes, corners = chart(ring)
    u, v, w = np.tensordot(axes, directions(lat, lon), axes=1)
    ahead = w > 0.0  # the far half of the earth would be mirrored onto the chart
    w = np.where(ahead, w, 1.0)
    px, py = u / w, v / w
    inside = np.zeros(px.shape, np.bool_)
    ends = np.roll(corners, -1, axis=1)
    for (x1, y1), (x2, y2) in zip(corners.T, ends.T, strict=True):
        if y1 == y2:
            continue
        spans = (y1 > py) != (y2 > py)
        inside ^= spans & (px < x1 + (py - y1) * ((x2 - x1) / (y2 - y1)))
    return np.asarray(inside & ahead, np.bool_)


def _in_box(box: Box, lat: F64, lon: F64) -> Bool:
    width = box.east - box.west if box.east - box.west == 360.0 else (box.east - box.west) % 360.0
    with np.errstate(invalid="ignore"):
        turned = ((lon - box.west) % 360.0 <= width) | (np.abs(lat) == 90.0)  # all meridians meet at a pole
        return np.asarray((lat >= box.south) & (lat <= box.north) & turned & ~np.isnan(lon), np.bool_)


def _in_circle(circle: Circle, lat: F64, lon: F64) -> Bool:
    return np.asarray(distance_m(circle.lat, circle.lon, lat, lon) <= circle.radius_m, np.bool_)


def distance_m(lat1: float, lon1: float, lat2: F64, lon2: F64) -> F64:
    """Return the distance on the ellipsoid [m] from one point to others, shape of lat2.

    The first-order formula of Andoyer and Lambert (P. D. Thomas, Spheroidal Geodesics, Reference Systems and Local
    Geometry, 1970): within 3 m up to 1,000 NM and 15 m up to 5,000 NM; not for use near the antipode.
    """
    b1 = math.atan2((1 - _F) * math.sin(math.radians(lat1)), math.cos(math.radians(lat1)))
    b2 = np.arctan2((1 - _F) * np.sin(np.radians(lat2)), np.cos(np.radians(lat2)))
    sin2 = np.sin((b2 - b1) / 2) ** 2 + math.cos(b1) * np.cos(b2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    half = np.arcsin(np.sqrt(np.clip(sin2, 0.0, 1.0)))
    sigma = 2 * half
    p, q = (b1 + b2) / 2, (b2 - b1) / 2
    tiny = 1e-18  # both quotients go to zero with their numerators
    x = (sigma - np.sin(sigma)) * (np.sin(p) * np.cos(q)) ** 2 / np.maximum(np.cos(half) ** 2, tiny)
    y = (sigma + np.sin(sigma)) * (np.cos(p) * np.sin(q)) ** 2 / np.maximum(np.sin(half) ** 2, tiny)
    return np.asarray(_A * (sigma - _F / 2 * (x + y)), np.float64)
