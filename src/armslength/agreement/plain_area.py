"""Lengths, levels and areas in words."""

from __future__ import annotations

import math

from armslength.agreement.area import Area
from armslength.agreement.position import show_position
from armslength.agreement.terms import BAROMETRIC
from armslength.units import FL, FT, NM, show

MOST_CORNERS = 8
"""A polygon of more corners is not read out corner by corner."""


def length(metres: float) -> str:
    """Return a length in the unit of the trade and in metric: 3 NM (5.56 km), 500 ft (152 m)."""
    trade = show(metres, "NM" if metres >= 0.5 * NM and metres / FT > 10_000 else "ft")
    return f"{trade} ({metric(metres)})"


def metric(metres: float) -> str:
    """Return a length in km, or in m where it is short."""
    return f"{metres / 1000:,.3g} km" if metres >= 1000 else f"{metres:.0f} m" if metres >= 10 else f"{metres:.2g} m"


def horizontal(metres: float) -> str:
    """Return a distance over the ground: in miles where it is not short."""
    return f"{show(metres, 'NM')} ({metric(metres)})" if metres >= 0.1 * NM else length(metres)


def shape(area: Area, datum: str) -> str:
    """Return an area with its name, its shape and its levels."""
    if area.circle is not None:
        centre = show_position(area.circle.lat, area.circle.lon)
        form = f"all within {horizontal(area.circle.radius_m)} of {centre}"
    elif area.box is not None:
        corners = (show_position(area.box.south, area.box.west), show_position(area.box.north, area.box.east))
        form = f"from {corners[0]} (south-west) to {corners[1]} (north-east)"
    elif len(area.ring) <= MOST_CORNERS:
        form = f"the polygon {'; '.join(show_position(lat, lon) for lat, lon in area.ring)}"
    else:
        lats, lons = [lat for lat, _ in area.ring], [lon for _, lon in area.ring]
        first = show_position(lats[0], lons[0])
        form = f"a polygon of {len(area.ring)} corners that begins at {first}"
    return f"{area.name}, {form}{levels(area, datum) or ', at every level'}"


def levels(area: Area, datum: str) -> str:
    """Return from where to where an area reaches, with a comma before it; nothing where it has no limit."""
    floor, ceiling = (level(value, datum) for value in (area.floor_m, area.ceiling_m))
    if math.isfinite(area.floor_m) and math.isfinite(area.ceiling_m):
        return f", from {floor} to {ceiling}"
    if math.isfinite(area.floor_m):
        return f", from {floor} upwards"
    return f", up to {ceiling}" if math.isfinite(area.ceiling_m) else ""


def level(metres: float, datum: str) -> str:
    """Return a level on the datum of the terms: as a flight level too, where it is one; nothing without limit."""
    if not math.isfinite(metres):
        return ""
    levels = metres / FL
    if datum == BAROMETRIC and levels >= 10 and abs(levels - round(levels)) < 1e-6:
        return f"FL{round(levels):03d} ({show(metres, 'ft')}, {show(metres, 'm')})"
    return f"{show(metres, 'ft')} ({show(metres, 'm')})"


def in_words(key: str) -> str:
    """Return a key as people say it."""
    return key.replace("_", " ")
