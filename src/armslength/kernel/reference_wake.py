"""`wake` read plainly: one sample at a time, from points in space, nothing compiled. For the tests. Units as there."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = tuple[float, float, float]
EQUATORIAL, ECCENTRICITY2 = 6378137.0, 0.0066943799901413165


def point(lat: float, lon: float) -> Vector:
    """Return the point of the surface at a latitude and longitude [deg]: ECEF [m]."""
    phi, lam = math.radians(lat), math.radians(lon)
    n = EQUATORIAL / math.sqrt(1.0 - ECCENTRICITY2 * math.sin(phi) ** 2)
    across = n * math.cos(phi)
    return across * math.cos(lam), across * math.sin(lam), n * (1.0 - ECCENTRICITY2) * math.sin(phi)


def seen(lat: float, lon: float, other: tuple[float, float]) -> tuple[float, float]:
    """Return another place [deg], seen from one in its tangent plane: east, north [m]."""
    phi, lam = math.radians(lat), math.radians(lon)
    x, y, z = (b - a for a, b in zip(point(lat, lon), point(*other), strict=True))
    east = -math.sin(lam) * x + math.cos(lam) * y
    outward = math.cos(lam) * x + math.sin(lam) * y
    return east, math.cos(phi) * z - math.sin(phi) * outward


def in_wake(
    here: tuple[float, float, float], path: Sequence[tuple[float, float, float, float]], longest: float, nearest: float
) -> tuple[float, float, float, float]:
    """Return distance from the nearest point of a path [m], its age [s], how far behind [m], its level less one's.

    Args:
        here: latitude, longitude [deg] and level [m] of the one who may be in the wake.
        path: of the other, in order of time and up to now: t [s], latitude, longitude [deg], level [m].
        longest: how old a point may be [s]. nearest: no point further away counts [m].
    """
    best = (math.inf, math.nan, math.nan, math.nan)
    now, behind = path[-1][0], 0.0
    for younger, older in zip(reversed(path), reversed(path[:-1]), strict=False):
        if younger[0] - older[0] >= 1.5 or now - older[0] > longest:
            break
        a, b = (seen(here[0], here[1], (one[1], one[2])) for one in (younger, older))
        length = math.dist(a, b)
        s = 0.0
        if length > 0.0:
            s = -sum(p * (q - p) for p, q in zip(a, b, strict=True)) / length**2
            s = min(max(s, 0.0), 1.0)
        place = [p + s * (q - p) for p, q in zip(a, b, strict=True)]
        apart = math.hypot(*place)
        if apart < best[0] and apart < nearest:
            level = younger[3] + s * (older[3] - younger[3])
            best = apart, now - younger[0] + s * (younger[0] - older[0]), behind + s * length, level - here[2]
        behind += length
    return best if math.isfinite(best[0]) else (math.nan, math.nan, math.nan, math.nan)
