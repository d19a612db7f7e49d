"""Straight flight over the ellipsoid, as a row of numbers for each aircraft.

An aircraft that keeps its track and ground speed flies a geodesic. Here its surface point flies the circle that
osculates the geodesic where it is now: in the plane of its geodetic normal n and its direction u, with the radius of
curvature R of that normal section,

    p(t) = p + R sin(v t / R) u - R (1 - cos(v t / R)) n        (earth-centred, metres)

which differs from the geodesic by at most 2 cm after 75 km, 15 cm after 150 km and 31 m after 900 km. Nothing in it
depends on longitude, so that date line and poles are places like any other. Levels change linearly.

A row holds p (3), the velocity v u (3), the acceleration -v^2 n / R (3), the rate w = v / R, the level and the vertical
rate: `P, V, A, W, ALT, VS` are their columns. A level that is not known is NaN, and then its rate is 0.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import basis, radius_along, surface
from armslength.kernel.jit import jit

F64 = NDArray[np.float64]
P, V, A, W, ALT, VS, WIDTH = 0, 3, 6, 9, 10, 11, 12
SERIES_TO = 0.01
"""Largest (w t)^2 for which the short series below are exact to rounding."""


@jit
def fill_motions(lat: F64, lon: F64, alt: F64, track: F64, gs: F64, vs: F64, out: F64) -> None:
    """Write the row of each aircraft to `out`, shape (N, WIDTH).

    Args:
        lat, lon, track: WGS-84 position and direction of flight from true north [deg], shape (N,).
        alt, vs: level [m] and vertical rate [m/s, up], NaN where unknown.
        gs: ground speed [m/s].
    """
    deg = math.pi / 180.0
    for i in range(len(lat)):
        phi, azimuth, speed = lat[i] * deg, np.fmod(track[i], 360.0) * deg, gs[i]
        lam = np.fmod(lon[i], 360.0) * deg
        p, (east, north, up) = surface(phi, lam), basis(phi, lam)
        w = speed / radius_along(phi, azimuth)
        ve, vn = speed * math.sin(azimuth), speed * math.cos(azimuth)
        for k in range(3):
            out[i, P + k] = p[k]
            out[i, V + k] = ve * east[k] + vn * north[k]
            out[i, A + k] = -speed * w * up[k]
        out[i, W] = w
        unknown = math.isnan(alt[i]) or math.isnan(vs[i])
        out[i, ALT] = math.nan if unknown else alt[i]
        out[i, VS] = 0.0 if unknown else vs[i]


@jit
def phase(w: float, t: float) -> tuple[float, float, float]:
    """Return sin(w t) / w [s], (1 - cos(w t)) / w^2 [s^2] and cos(w t); t, t^2 / 2 and 1 where w is 0."""
    x = (w * t) * (w * t)
    if x < SERIES_TO:
        s = t * (1.0 - x * (1.0 / 6.0) * (1.0 - x * (1.0 / 20.0) * (1.0 - x * (1.0 / 42.0))))
        c = 0.5 * t * t * (1.0 - x * (1.0 / 12.0) * (1.0 - x * (1.0 / 30.0) * (1.0 - x * (1.0 / 56.0))))
        return s, c, 1.0 - w * w * c
    half = math.sin(0.5 * w * t)
    return math.sin(w * t) / w, 2.0 * half * half / (w * w), math.cos(w * t)


@jit
def parting(m: F64, i: int, j: int, t: float) -> tuple[float, float, float]:
    """Return the squared distance f [m^2] of the surface points of i and j at `t` [s], and f' and f''."""
    si, ci, ki = phase(m[i, W], t)
    sj, cj, kj = phase(m[j, W], t)
    wwi, wwj = m[i, W] * m[i, W], m[j, W] * m[j, W]
    f, f1, f2 = 0.0, 0.0, 0.0
    for k in range(3):
        d = (m[j, P + k] - m[i, P + k]) + (m[j, V + k] * sj - m[i, V + k] * si) + (m[j, A + k] * cj - m[i, A + k] * ci)
        v = (m[j, V + k] * kj - m[i, V + k] * ki) + (m[j, A + k] * sj - m[i, A + k] * si)
        a = (m[j, A + k] * kj - m[i, A + k] * ki) - (m[j, V + k] * wwj * sj - m[i, V + k] * wwi * si)
        f += d * d
        f1 += d * v
        f2 += v * v + d * a
    return f, 2.0 * f1, 2.0 * f2


@jit
def place(m: F64, i: int, t: float) -> tuple[float, float, float, float, float, float]:
    """Return the surface point [m] and the velocity [m/s] of aircraft i at `t` [s], earth-centred."""
    s, c, k = phase(m[i, W], t)
    return (
        m[i, 0] + m[i, 3] * s + m[i, 6] * c,
        m[i, 1] + m[i, 4] * s + m[i, 7] * c,
        m[i, 2] + m[i, 5] * s + m[i, 8] * c,
        m[i, 3] * k + m[i, 6] * s,
        m[i, 4] * k + m[i, 7] * s,
        m[i, 5] * k + m[i, 8] * s,
    )
