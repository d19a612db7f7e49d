"""What terms mean, in sentences for an officer at three in the morning. Nothing here decides anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

from armslength.agreement.area import Area
from armslength.agreement.position import show_position
from armslength.agreement.terms import BAROMETRIC, UNKNOWN, Party, Terms, limit_for
from armslength.units import FL, FT, KT, NM, show

MOST_CORNERS = 8
"""A polygon of more corners is not read out corner by corner."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the sentences under it."""

    heading: str
    sentences: tuple[str, ...]


def plain(terms: Terms) -> tuple[Section, ...]:
    """Return the meaning of `terms`, complete, in the order in which one asks."""
    return (
        Section("What is agreed", _agreed(terms)),
        Section("Where it holds", _where(terms)),
        Section("What is exempt", _exempt(terms)),
        Section("Who is bound", _who(terms)),
        Section("How hard an aircraft is taken to manoeuvre", _manoeuvre(terms)),
    )


def length(metres: float) -> str:
    """Return a length in the unit of the trade and in metric: 3 NM (5.56 km), 500 ft (152 m)."""
    trade = show(metres, "NM" if metres >= 0.5 * NM and metres / FT > 10_000 else "ft")
    return f"{trade} ({_metric(metres)})"


def _metric(metres: float) -> str:
    return f"{metres / 1000:,.3g} km" if metres >= 1000 else f"{metres:.0f} m" if metres >= 10 else f"{metres:.2g} m"


def _horizontal(metres: float) -> str:
    return f"{show(metres, 'NM')} ({_metric(metres)})" if metres >= 0.1 * NM else length(metres)


def duration(seconds: float) -> str:
    """Return a time in seconds, and in minutes where that is longer than one."""
    return show(seconds, "s") + (f" ({show(seconds, 'min')})" if seconds > 60 else "")


def _agreed(terms: Terms) -> tuple[str, ...]:
    minima, near = terms.separation, terms.near_miss
    horizontal, vertical = (
        _horizontal(minima.horizontal_m),
        f"{show(minima.vertical_m, 'ft')} ({_metric(minima.vertical_m)})",
    )
    limit = duration(minima.dwell_limit_s)
    closer = (
        f"Closer than both is allowed for at most {limit} at a time; a longer stay is a breach."
        if minima.dwell_limit_s > 0
        else "Closer than both is a breach at once."
    )
    reach = 1000 * KT * terms.lookahead_s / NM
    return (
        f"Aircraft of different parties keep {horizontal} apart horizontally or {vertical} apart vertically. "
        "Either one is enough.",
        closer,
        f"Closer than {length(near.slant_m)} in a straight line is a near miss; "
        f"closer than {length(near.critical_m)} is a critical one.",
        "Near misses are always detected: outside the area and in exempt areas too.",
        f"The minima are watched {duration(terms.lookahead_s)} ahead. "
        f"Two fast jets head-on (1,000 kt of closing speed) are {reach:.0f} NM apart then.",
    )


def _where(terms: Terms) -> tuple[str, ...]:
    if terms.area is None:
        return ("Everywhere, at every level.",)
    hold = "The minima hold for a pair while either aircraft is in it. Outside it these terms set none."
    return (_area(terms.area, terms.datum), hold, _datum(terms))


def _datum(terms: Terms) -> str:
    if terms.datum == BAROMETRIC:
        return (
            "Every level in these terms is on standard pressure (1013.25 hPa), as flight levels are: not on QNH or QFE."
        )
    return "Every level in these terms is a height above the WGS-84 ellipsoid, as satellite navigation gives it."


def _exempt(terms: Terms) -> tuple[str, ...]:
    if not terms.exempt:
        return ("Nothing: the minima hold in all of it.",)
    areas = tuple(f"Exempt from the minima: {_area(area, terms.datum)}" for area in terms.exempt)
    both = (
        "The minima do not apply to a pair while both aircraft are in exempt areas; "
        "near misses are detected there all the same."
    )
    datum = (_datum(terms),) if terms.area is None and any(_levels(area, terms.datum) for area in terms.exempt) else ()
    return (*areas, both, *datum)


def _area(area: Area, datum: str) -> str:
    if area.circle is not None:
        centre = show_position(area.circle.lat, area.circle.lon)
        shape = f"all within {_horizontal(area.circle.radius_m)} of {centre}"
    elif area.box is not None:
        corners = (show_position(area.box.south, area.box.west), show_position(area.box.north, area.box.east))
        shape = f"from {corners[0]} (south-west) to {corners[1]} (north-east)"
    elif len(area.ring) <= MOST_CORNERS:
        shape = f"the polygon {'; '.join(show_position(lat, lon) for lat, lon in area.ring)}"
    else:
        lats, lons = [lat for lat, _ in area.ring], [lon for _, lon in area.ring]
        first = show_position(lats[0], lons[0])
        shape = f"a polygon of {len(area.ring)} corners that begins at {first}"
    return f"{area.name}, {shape}{_levels(area, datum) or ', at every level'}."


def _levels(area: Area, datum: str) -> str:
    floor, ceiling = (_level(value, datum) for value in (area.floor_m, area.ceiling_m))
    if math.isfinite(area.floor_m) and math.isfinite(area.ceiling_m):
        return f", from {floor} to {ceiling}"
    if math.isfinite(area.floor_m):
        return f", from {floor} upwards"
    return f", up to {ceiling}" if math.isfinite(area.ceiling_m) else ""


def _level(metres: float, datum: str) -> str:
    if not math.isfinite(metres):
        return ""
    levels = metres / FL
    if datum == BAROMETRIC and levels >= 10 and abs(levels - round(levels)) < 1e-6:
        return f"FL{round(levels):03d} ({show(metres, 'ft')}, {show(metres, 'm')})"
    return f"{show(metres, 'ft')} ({show(metres, 'm')})"


def _who(terms: Terms) -> tuple[str, ...]:
    if not terms.parties:
        return ("No parties are named: every aircraft counts as its own party.",)
    ledger = (
        "Which aircraft belongs to whom is not part of these terms: each side keeps that in its own membership file."
    )
    return (*(sentence for party in terms.parties for sentence in _party(party)), ledger)


def _party(party: Party) -> list[str]:
    bound = f"{party.name} is bound" + (f", and binds: {', '.join(party.members)}." if party.members else ".")
    out = [bound]
    if party.excluded_forces:
        out.append(
            f"Not bound through {party.name}, and none of its aircraft: {', '.join(party.excluded_forces)} (excluded)."
        )
    if party.uncrewed:
        kinds = ", ".join(f"{kind.name} ({category_name(kind.category)})" for kind in party.uncrewed)
        out.append(f"Uncrewed aircraft of {party.name}: {kinds}. They count like crewed ones.")
    return out


def category_name(category: str) -> str:
    """Return a category as people say it."""
    return {"uncrewed_large": "large uncrewed", "uncrewed_small": "small uncrewed"}.get(
        category, category.replace("_", " ")
    )


def _manoeuvre(terms: Terms) -> tuple[str, ...]:
    rows = tuple(
        f"{category_name(category).capitalize()}: {show(limit.horizontal_mps2, 'g')} sideways, "
        f"{show(limit.vertical_mps2, 'g')} up or down, "
        f"at most {show(limit.speed_mps, 'kt')} ({limit.speed_mps * 3.6:,.0f} km/h)."
        for category, limit in terms.manoeuvre.items()
    )
    worst = limit_for(terms, UNKNOWN).horizontal_mps2
    why = (
        "Between two reports an aircraft may have left the straight line by as much; a claim finer than that is called "
        f"not determinable. At {show(worst, 'g')} and a report every 5 s it is {_metric(worst * 5.0**2 / 8)}."
    )
    return (*rows, why)
