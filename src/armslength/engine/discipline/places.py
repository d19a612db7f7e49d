"""The places that the terms and the notices name, and what watches each: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from armslength.agreement.area import Area, Circle
from armslength.agreement.terms import Terms
from armslength.domain.rule import RuleText
from armslength.domain.visit import ACTIVITY, BLOCK, SITE, Notice, Place
from armslength.engine.discipline import d01, d02, d03, d04, d05
from armslength.engine.discipline.entry import Case, Entry
from armslength.units import NS

__all__ = ["RULES", "TEXTS", "judge", "places"]

MORE_M, MORE_UP_M = 3704.0, 600.0
"""So much further than D05 allows is looked at, to see who goes out so far [m]."""
ANYWHERE_M = 1.0e6
"""How far an aircraft is looked for that a notice names [m]."""
RULES: Mapping[str, Callable[[Case], list[Entry]]] = MappingProxyType(
    {"D01": d01.judge, "D02": d02.judge, "D05": d05.judge}
)
"""The rules that look at one visit, by id."""
TEXTS: Mapping[str, RuleText] = MappingProxyType(
    {one.id: one for one in (d01.TEXT, d02.TEXT, d03.TEXT, d04.TEXT, d05.TEXT)}
)
"""The words of all rules about places, and of D03."""


def places(terms: Terms, notices: Iterable[Notice] = ()) -> list[Place]:
    """Return what must be watched for the rules that the terms enable."""
    out = []
    if terms.conduct["D01"].enabled:
        for number, block in enumerate(terms.blocks):
            out.append(
                Place(
                    BLOCK, f"block {number + 1}", number, block.party, _others(terms, block.party), block.area,
                    from_ns=block.from_ns, until_ns=block.until_ns,
                )
            )  # fmt: skip
    if terms.conduct["D02"].enabled:
        for number, site in enumerate(terms.protected_sites):
            area = Area(site.name, circle=Circle(site.lat, site.lon, site.radius_m), ceiling_m=site.ceiling_m)
            # Between two seconds somebody may come nearer: so much more is sampled around it.
            out.append(
                Place(SITE, f"site {number + 1}", number, site.party, _others(terms, site.party), area, wide_m=1000.0)
            )
    if terms.conduct["D04"].enabled or terms.conduct["D05"].enabled:
        out += [_activity(terms, number, notice) for number, notice in enumerate(notices)]
    return out


def _activity(terms: Terms, number: int, notice: Notice) -> Place:
    """Return the volume of an activity, with as much around it, and before and after, as D05 looks at."""
    figures = terms.conduct["D05"]
    wide = figures["distance_m"] + MORE_M if notice.aircraft is None else ANYWHERE_M
    around = round(2.0 * figures["time_s"] * NS)
    up = figures["vertical_m"] + (MORE_UP_M if notice.aircraft is None else ANYWHERE_M)
    visitors = frozenset(one.name for one in terms.parties)
    return Place(
        ACTIVITY, notice.id, number, notice.by, visitors, notice.area, wide, up, notice.from_ns - around,
        notice.until_ns + around,
    )  # fmt: skip


def _others(terms: Terms, party: str) -> frozenset[str]:
    return frozenset(one.name for one in terms.parties if one.name != party)


def judge(case: Case) -> list[Entry]:
    """Return what the enabled rules find in one visit."""
    return [one for number, rule in RULES.items() if case.terms.conduct[number].enabled for one in rule(case)]
