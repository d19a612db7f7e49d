"""What terms mean, in sentences for an officer at three in the morning. Nothing here decides anything."""

from __future__ import annotations

from dataclasses import dataclass

from armslength.agreement import plain_articles as articles
from armslength.agreement.plain_area import horizontal, length, levels, metric, shape
from armslength.agreement.terms import BAROMETRIC, UNKNOWN, Party, Terms, limit_for
from armslength.agreement.unexecuted import HEADING, unexecuted
from armslength.units import KT, NM, show


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
        Section("What is reserved and protected", tuple(articles.blocks(terms))),
        Section("How the sides talk", tuple(articles.talking(terms))),
        Section("Who acts, and how long each step may take", tuple(articles.acting(terms))),
        Section("Emergencies and assistance", tuple(articles.emergencies(terms))),
        Section("What is told, and what is not", tuple(articles.telling(terms))),
        Section("Conduct", tuple(articles.conduct(terms))),
        Section("The working group", tuple(articles.group(terms))),
        Section("What may be said in public", tuple(articles.public(terms))),
        Section("How long it holds", tuple(articles.lasting(terms))),
        Section("How hard an aircraft is taken to manoeuvre", _manoeuvre(terms)),
        Section(HEADING, (*unexecuted(terms), *articles.unknown(terms))),
    )


def duration(seconds: float) -> str:
    """Return a time in seconds, and in minutes where that is longer than one."""
    return show(seconds, "s") + (f" ({show(seconds, 'min')})" if seconds > 60 else "")


def _agreed(terms: Terms) -> tuple[str, ...]:
    minima, near = terms.separation, terms.near_miss
    across = horizontal(minima.horizontal_m)
    up = f"{show(minima.vertical_m, 'ft')} ({metric(minima.vertical_m)})"
    limit = duration(minima.dwell_limit_s)
    closer = (
        f"Closer than both is allowed for at most {limit} at a time; a longer stay is a breach."
        if minima.dwell_limit_s > 0
        else "Closer than both is a breach at once."
    )
    reach = 1000 * KT * terms.lookahead_s / NM
    return (
        f"Aircraft of different parties keep {across} apart horizontally or {up} apart vertically. "
        "Either one is enough.",
        closer,
        f"Closer than {length(near.slant_m)} in a straight line is a near miss; "
        f"closer than {length(near.critical_m)} is a critical one.",
        "Near misses are always detected: outside the area and in exempt areas too.",
        f"The minima are watched {duration(terms.lookahead_s)} ahead. "
        f"Two fast jets head-on (1,000 kt of closing speed) are {reach:.0f} NM apart then.",
        f"The alert sounds {duration(terms.alert_s)} before they would be lost.",
    )


def _where(terms: Terms) -> tuple[str, ...]:
    if terms.area is None:
        return ("Everywhere, at every level.",)
    hold = "The minima hold for a pair while either aircraft is in it. Outside it these terms set none."
    return (f"{shape(terms.area, terms.datum)}.", hold, _datum(terms))


def _datum(terms: Terms) -> str:
    if terms.datum == BAROMETRIC:
        return (
            "Every level in these terms is on standard pressure (1013.25 hPa), as flight levels are: not on QNH or QFE."
        )
    return "Every level in these terms is a height above the WGS-84 ellipsoid, as satellite navigation gives it."


def _exempt(terms: Terms) -> tuple[str, ...]:
    if not terms.exempt:
        return ("Nothing: the minima hold in all of it.",)
    areas = tuple(f"Exempt from the minima: {shape(area, terms.datum)}." for area in terms.exempt)
    both = (
        "The minima do not apply to a pair while both aircraft are in exempt areas; "
        "near misses are detected there all the same."
    )
    datum = (_datum(terms),) if terms.area is None and any(levels(area, terms.datum) for area in terms.exempt) else ()
    return (*areas, both, *datum)


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
    if party.post:
        out.append(f"{party.name} is called at its duty post: {party.post}.")
    if party.callsign:
        out.append(f"On the frequencies each of its aircraft is a {party.callsign}.")
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
        f"not determinable. At {show(worst, 'g')} and a report every 5 s it is {metric(worst * 5.0**2 / 8)}."
    )
    return (*rows, why)
