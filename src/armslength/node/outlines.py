"""The areas of the terms as lines to draw."""

from __future__ import annotations

import math

from armslength.agreement.terms import Area, Terms

Ring = tuple[tuple[float, float], ...]
CORNERS = 72
EARTH_M = 6_371_008.8
"""Mean radius [m]: good enough for a line on a map."""


def outlines(terms: Terms) -> tuple[tuple[str, str, Ring], ...]:
    """Return (name, "area" or "exempt", ring of (lat, lon) [deg]) of every area of the terms."""
    areas = ([(terms.area, "area")] if terms.area else []) + [(area, "exempt") for area in terms.exempt]
    return tuple((area.name, kind, ring(area)) for area, kind in areas)


def ring(area: Area) -> Ring:
    """Return the outline of `area`, corners (lat, lon) [deg]."""
    if area.circle is not None:
        c = area.circle
        return tuple(_beyond(c.lat, c.lon, c.radius_m, 360.0 * k / CORNERS) for k in range(CORNERS))
    if area.box is not None:
        b = area.box
        width = (b.east - b.west) % 360.0 or 360.0
        east = [(lon / 18.0) * width + b.west for lon in range(19)]
        turn = [(lon + 180.0) % 360.0 - 180.0 for lon in east]
        return (*((b.south, lon) for lon in turn), *((b.north, lon) for lon in reversed(turn)))
    return area.ring


def _beyond(lat: float, lon: float, distance_m: float, bearing: float) -> tuple[float, float]:
    phi, theta, d = math.radians(lat), math.radians(bearing), distance_m / EARTH_M
    there = math.asin(math.sin(phi) * math.cos(d) + math.cos(phi) * math.sin(d) * math.cos(theta))
    turn = math.atan2(
        math.sin(theta) * math.sin(d) * math.cos(phi), math.cos(d) - math.sin(phi) * math.sin(there)
    )  # fmt: skip
    return math.degrees(there), (lon + math.degrees(turn) + 180.0) % 360.0 - 180.0
