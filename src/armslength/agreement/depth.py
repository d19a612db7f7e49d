"""How far inside an area, or outside it, a position is: the distance to its edge over the ground.

The edges are those of `area`: great circles between the corners of a polygon, meridians and parallels of a box, a
distance on the ellipsoid. The nearest point of an edge is found on the sphere of geodetic latitudes, and the way to it
measured with the radii of curvature in the middle: within 0.4 % of the distance up to some 60 NM.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from armslength.agreement.area import Area, Box, Position, directions, distance_m

__all__ = ["bounds", "depth_m", "local_m"]

F64 = NDArray[np.float64]
_A, _E2 = 6_378_137.0, 6.694379990141317e-3
"""Semi-major axis [m] and squared eccentricity of WGS-84."""


def depth_m(area: Area, lat: F64, lon: F64) -> F64:
    """Return the distance to the edge of `area` [m], positive inside, negative outside; levels are not asked.

    Args:
        lat, lon: WGS-84 [deg], shape (N,); NaN gives NaN.

    An area without an edge (a box around the whole earth) is infinitely deep.
    """
    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    if area.circle is not None:
        return area.circle.radius_m - distance_m(area.circle.lat, area.circle.lon, lat, lon)
    off = _off_box(area.box, lat, lon) if area.box is not None else _off_ring(area.ring, lat, lon)
    everywhere = replace(area, floor_m=-np.inf, ceiling_m=np.inf)
    return np.where(everywhere.contains(lat, lon, np.nan), off, -off)


def local_m(lat: F64 | float, lon: F64 | float, to_lat: F64 | float, to_lon: F64 | float) -> tuple[F64, F64]:
    """Return how far east and north [m] of the first position [deg] the second is, by the radii in the middle."""
    middle = np.radians(0.5 * (np.asarray(lat, np.float64) + np.asarray(to_lat, np.float64)))
    turn = np.mod(np.asarray(to_lon, np.float64) - np.asarray(lon, np.float64) + 180.0, 360.0) - 180.0
    w2 = 1.0 - _E2 * np.sin(middle) ** 2
    n = _A / np.sqrt(w2)
    east = np.radians(turn) * n * np.cos(middle)
    north = np.radians(np.asarray(to_lat, np.float64) - np.asarray(lat, np.float64)) * n * (1.0 - _E2) / w2
    return np.asarray(east, np.float64), np.asarray(north, np.float64)


def bounds(area: Area, margin_m: float) -> tuple[float, float, float, float]:
    """Return south, west, north, east [deg] of a box that holds all within `margin_m` [m] of `area`, and more.

    `west` may be above `east`: then it runs across the date line. Near a pole it is all longitudes.
    """
    if area.circle is not None:
        margin_m, corners = margin_m + area.circle.radius_m, [(area.circle.lat, area.circle.lon)]
    elif area.box is not None:
        corners = [(area.box.south, area.box.west), (area.box.north, area.box.east)]
    else:
        corners = list(area.ring)
    more = np.degrees(margin_m * 1.02 / 6_335_000.0)
    if area.ring:  # an edge bulges polewards of its corners
        steps = np.linspace(0.0, 1.0, 17)
        a = directions(*(np.array([p[i] for p in area.ring]) for i in (0, 1)))
        b = np.roll(a, -1, axis=1)
        on = a[:, :, None] * (1.0 - steps) + b[:, :, None] * steps
        lats = np.degrees(np.arcsin(np.clip(on[2] / np.linalg.norm(on, axis=0), -1.0, 1.0)))
        south, north = float(lats.min()) - more - 0.05, float(lats.max()) + more + 0.05
    else:
        south, north = min(p[0] for p in corners) - more, max(p[0] for p in corners) + more
    if max(abs(south), abs(north)) > 85.0:
        return max(south, -90.0), -180.0, min(north, 90.0), 180.0
    wider = more / np.cos(np.radians(max(abs(south), abs(north))))
    if area.box is not None:
        width = (area.box.east - area.box.west) % 360.0 or (360.0 if area.box.east != area.box.west else 0.0)
        west = area.box.west
    else:
        first = corners[0][1]
        turns = [(p[1] - first + 180.0) % 360.0 - 180.0 for p in corners]
        west, width = first + min(turns), max(turns) - min(turns)
    if width + 2.0 * wider >= 360.0:
        return south, -180.0, north, 180.0
    west = west - wider
    return south, (west + 180.0) % 360.0 - 180.0, north, (west + width + 2.0 * wider + 180.0) % 360.0 - 180.0


def _off_box(box: Box, lat: F64, lon: F64) -> F64:
    """Return the distance to the nearest edge of a box [m]."""
    width = box.east - box.west if box.east - box.west == 360.0 else (box.east - box.west) % 360.0
    along = np.mod(lon - box.west, 360.0)  # from the western edge, eastwards
    within = np.where(along <= width, along, np.where(along - width < 360.0 - along, width, 0.0))
    off = np.full(np.shape(lat), np.inf)
    for parallel in (box.south, box.north):
        if abs(parallel) < 90.0:
            off = np.minimum(off, np.hypot(*local_m(lat, lon, parallel, box.west + within)))
    if width < 360.0:
        for meridian in (box.west, box.east):
            off = np.minimum(off, np.hypot(*local_m(lat, lon, np.clip(lat, box.south, box.north), meridian)))
    return np.where(np.isnan(lat + lon), np.nan, off)


def _off_ring(ring: tuple[Position, ...], lat: F64, lon: F64) -> F64:
    """Return the distance to the nearest edge of a polygon [m]."""
    corners = directions(np.array([p[0] for p in ring]), np.array([p[1] for p in ring]))
    at = directions(lat, lon)
    off = np.full(np.shape(lat), np.inf)
    for k in range(len(ring)):
        a, b = corners[:, k], corners[:, (k + 1) % len(ring)]
        normal = np.cross(a, b)
        length = float(np.linalg.norm(normal))
        if length == 0.0:
            continue
        normal = normal / length
        foot = at - np.tensordot(normal, at, axes=1) * normal.reshape((3,) + (1,) * np.ndim(lat))
        ahead = np.tensordot(np.cross(normal, a), foot, axes=1) >= 0.0
        behind = np.tensordot(np.cross(b, normal), foot, axes=1) >= 0.0
        to_lat = np.degrees(np.arctan2(foot[2], np.hypot(foot[0], foot[1])))
        to_lon = np.degrees(np.arctan2(foot[1], foot[0]))
        here = ahead & behind
        nearest_a = np.hypot(*local_m(lat, lon, *ring[k]))
        nearest_b = np.hypot(*local_m(lat, lon, *ring[(k + 1) % len(ring)]))
        on_edge = np.hypot(*local_m(lat, lon, to_lat, to_lon))
        off = np.minimum(off, np.where(here, on_edge, np.minimum(nearest_a, nearest_b)))
    return np.where(np.isnan(lat + lon), np.nan, off)
