"""The map on which scenarios are drawn: a conformal plane (transverse Mercator) about a centre, and its way to WGS-84.

Turns drawn on a conformal plane are turns on the earth, only their size differs, by the local scale. Within 250 NM of
the centre the scale is within 0.3 % of one; distances that must be exact are divided by it.

Source: L. Krüger, Konforme Abbildung des Erdellipsoids in der Ebene, 1912, as series in the third flattening n to n^4
(C. F. F. Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy 85, 2011, equations 35 and 36).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

A = 6378137.0
"""WGS-84 semi-major axis [m]."""
F = 1 / 298.257223563
"""WGS-84 flattening."""
N = F / (2 - F)
E2 = F * (2 - F)
RECTIFYING = A / (1 + N) * (1 + N**2 / 4 + N**4 / 64)
_ALPHA = (
    N / 2 - 2 * N**2 / 3 + 5 * N**3 / 16 + 41 * N**4 / 180,
    13 * N**2 / 48 - 3 * N**3 / 5 + 557 * N**4 / 1440,
    61 * N**3 / 240 - 103 * N**4 / 140,
    49561 * N**4 / 161280,
)
_BETA = (
    N / 2 - 2 * N**2 / 3 + 37 * N**3 / 96 - N**4 / 360,
    N**2 / 48 + N**3 / 15 - 437 * N**4 / 1440,
    17 * N**3 / 480 - 37 * N**4 / 840,
    4397 * N**4 / 161280,
)
_DELTA = (
    2 * N - 2 * N**2 / 3 - 2 * N**3 + 116 * N**4 / 45,
    7 * N**2 / 3 - 8 * N**3 / 5 - 227 * N**4 / 45,
    56 * N**3 / 15 - 136 * N**4 / 35,
    4279 * N**4 / 630,
)


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane that touches the earth along the meridian `lon` [deg]; its origin is at latitude `lat` [deg]."""

    lat: float
    lon: float

    def geodetic(self, x: F64, y: F64) -> tuple[F64, F64]:
        """Return latitude and longitude [deg, WGS-84; lon in [-180, 180)] of points x east, y north [m], same shape."""
        eta = np.asarray(x, dtype=np.float64) / RECTIFYING
        xi = np.asarray(y, dtype=np.float64) / RECTIFYING + self._northing()
        xi_sphere, eta_sphere = xi.copy(), eta.copy()
        for j, beta in enumerate(_BETA, start=1):
            xi_sphere -= beta * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
            eta_sphere -= beta * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
        conformal = np.arcsin(np.sin(xi_sphere) / np.cosh(eta_sphere))
        lat = conformal.copy()
        for j, delta in enumerate(_DELTA, start=1):
            lat += delta * np.sin(2 * j * conformal)
        lon = self.lon + np.degrees(np.arctan2(np.sinh(eta_sphere), np.cos(xi_sphere)))
        return np.degrees(lat), (lon + 180.0) % 360.0 - 180.0

    def scale(self, x: F64, y: F64) -> F64:
        """Return metres on the plane for one metre on the earth there (to 1e-5, on the conformal sphere)."""
        return np.asarray(np.cosh(np.asarray(x, dtype=np.float64) / RECTIFYING) + 0.0 * np.asarray(y))

    def convergence(self, x: F64, y: F64) -> F64:
        """Return the angle from true north to the plane's north [deg, clockwise]: add it to a course on the plane."""
        xi = np.asarray(y, dtype=np.float64) / RECTIFYING + self._northing()
        angle: F64 = np.degrees(np.arctan(np.tan(xi) * np.tanh(np.asarray(x, dtype=np.float64) / RECTIFYING)))
        return angle

    def _northing(self) -> float:
        """Return the rectifying northing of the origin: the plane's y of latitude `lat`, over RECTIFYING."""
        phi, e = np.radians(self.lat), np.sqrt(E2)
        conformal = np.arctan(np.sinh(np.arctanh(np.sin(phi)) - e * np.arctanh(e * np.sin(phi))))
        return float(conformal + sum(a * np.sin(2 * j * conformal) for j, a in enumerate(_ALPHA, start=1)))
