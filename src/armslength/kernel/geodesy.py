"""The WGS-84 ellipsoid: surface points, local directions, radii of curvature.

Angles are radians, lengths metres. Earth-centred coordinates (ECEF): x through 0N 0E, y through 0N 90E, z through the
north pole. Scalar functions return tuples and are for inner loops; their batch twins take (N,) and return arrays.
Any finite longitude will do; NaN in gives NaN out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import inlined, jit

F64 = NDArray[np.float64]
Vector = tuple[float, float, float]

A = 6378137.0
"""Equatorial radius of WGS-84 [m] (NGA.STND.0036, table 3.1)."""
F = 1.0 / 298.257223563
"""Flattening of WGS-84."""
E2 = F * (2.0 - F)
"""First eccentricity of WGS-84, squared."""
R_MEAN = A * (1.0 - F / 3.0)
"""Mean radius (2a + b) / 3 [m]: by it a chord between two surface points becomes an arc."""


@inlined
def surface(lat: float, lon: float) -> Vector:
    """Return the ECEF point [m] at height 0 above geodetic `lat`, `lon` [rad]."""
    sin_lat, cos_lat = math.sin(lat), math.cos(lat)
    n = A / math.sqrt(1.0 - E2 * sin_lat * sin_lat)
    return n * cos_lat * math.cos(lon), n * cos_lat * math.sin(lon), n * (1.0 - E2) * sin_lat


@inlined
def basis(lat: float, lon: float) -> tuple[Vector, Vector, Vector]:
    """Return the unit vectors east, north and up (the geodetic normal) at `lat`, `lon` [rad], in ECEF.

    At a pole they are those of the meridian `lon`: a track is a direction relative to the longitude given with it.
    """
    sin_lat, cos_lat, sin_lon, cos_lon = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    return (
        (-sin_lon, cos_lon, 0.0),
        (-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat),
        (cos_lat * cos_lon, cos_lat * sin_lon, sin_lat),
    )


@inlined
def radii(lat: float) -> tuple[float, float]:
    """Return the radii of curvature [m] at `lat` [rad]: M in the meridian, N in the prime vertical.

    Source: Rapp, Geometric Geodesy part I (1991), equations 3.87 and 3.99.
    """
    sin_lat = math.sin(lat)
    w2 = 1.0 - E2 * sin_lat * sin_lat
    w = math.sqrt(w2)
    return A * (1.0 - E2) / (w2 * w), A / w


@inlined
def radius_along(lat: float, azimuth: float) -> float:
    """Return the radius of curvature [m] at `lat` [rad] of the normal section towards `azimuth` [rad from north].

    Source: Euler's theorem, 1/R = cos^2(azimuth)/M + sin^2(azimuth)/N (Rapp 1991, equation 3.104).
    """
    m, n = radii(lat)
    c, s = math.cos(azimuth), math.sin(azimuth)
    return 1.0 / (c * c / m + s * s / n)


@inlined
def arc(chord: float) -> float:
    """Return the distance over ground [m] between two surface points whose straight distance is `chord` [m].

    On a sphere of the mean radius; the error against the ellipsoid is under 1 mm for 25 km and under 2 cm for 100 km.
    """
    x = chord / (2.0 * R_MEAN)
    if x < 0.02:  # the series is exact to rounding, and several times faster
        z = x * x
        return chord * (1.0 + z * (1.0 / 6.0 + z * (3.0 / 40.0 + z * (15.0 / 336.0 + z * (105.0 / 3456.0)))))
    return 2.0 * R_MEAN * math.asin(min(1.0, x))


@jit
def surfaces(lat: F64, lon: F64) -> F64:
    """Return the surface points of `lat`, `lon` [rad], shape (N,), as ECEF [m], shape (3, N). Twin of `surface`."""
    out = np.empty((3, len(lat)))
    for i in range(len(lat)):
        out[0, i], out[1, i], out[2, i] = surface(lat[i], lon[i])
    return out


@jit
def bases(lat: F64, lon: F64) -> F64:
    """Return east, north, up at `lat`, `lon` [rad], shape (N,), in ECEF, shape (3, 3, N): which, xyz, point.

    Twin of `basis`.
    """
    out = np.empty((3, 3, len(lat)))
    for i in range(len(lat)):
        east, north, up = basis(lat[i], lon[i])
        for k in range(3):
            out[0, k, i], out[1, k, i], out[2, k, i] = east[k], north[k], up[k]
    return out


@jit
def radii_of(lat: F64) -> F64:
    """Return M and N [m] at `lat` [rad], shape (N,), as (2, N). Twin of `radii`."""
    out = np.empty((2, len(lat)))
    for i in range(len(lat)):
        out[0, i], out[1, i] = radii(lat[i])
    return out
