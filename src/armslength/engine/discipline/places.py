"""The places that the terms and the notices name, and what watches each: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from armslength.agreement.area import Area, Circle
from armslength.agreement.terms import Terms
from armslength.domain.rule import RuleText
from armslength.domain.visit import BLOCK, SITE, Notice, Place
from armslength.engine.discipline import d01, d02
from armslength.engine.discipline.entry import Case, Entry

__all__ = ["RULES", "TEXTS", "judge", "places"]

RULES: Mapping[str, Callable[[Case], list[Entry]]] = MappingProxyType({"D01": d01.judge, "D02": d02.judge})
"""The rules that look at one visit, by id."""
TEXTS: Mapping[str, RuleText] = MappingProxyType({one.id: one for one in (d01.TEXT, d02.TEXT)})
"""Their words."""


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
    return out


def _others(terms: Terms, party: str) -> frozenset[str]:
    return frozenset(one.name for one in terms.parties if one.name != party)


def judge(case: Case) -> list[Entry]:
    """Return what the enabled rules find in one visit."""
    return [one for number, rule in RULES.items() if case.terms.conduct[number].enabled for one in rule(case)]
