"""From what was said to the regimes that were in force: one pure function, the same on both sides.

Everything goes by the stamps that the parties signed, never by when a fact became known here; only a suspension has
none but that. The order of the facts does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable

from armslength.domain import talk as t
from armslength.domain.declared import Fact, Intercepts, Joins, notices_of
from armslength.domain.finding import SUSPENDED
from armslength.domain.visit import Notice
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Regimes, Window
from armslength.units import NS

__all__ = ["DAILY_S", "LONGEST_JOIN_S", "LONGEST_S", "regimes_of"]

LONGEST_S = 180.0
"""No INTERCEPT lasts longer [s] (RULES 3.1)."""
DAILY_S = 1800.0
"""So much INTERCEPT a party can have on one day of UTC [s]: ten times the longest. The rule catalogue has no figure."""
LONGEST_JOIN_S = 6 * 3600.0
"""No join lasts longer [s]; the rule catalogue has no figure."""
COMPLIES, TAKEN = frozenset({"WIL"}), frozenset({"WIL", "ROG"})
DAY_NS = 86_400 * NS


def regimes_of(facts: Iterable[Fact | t.Fact]) -> Regimes:
    """Return the regimes that these facts come to, in order of time.

    INTERCEPT: an ITC that was answered by WIL, from the answer until it expires; never longer than LONGEST_S after it
    was said, and no more than DAILY_S for a party on one day: beyond that none is in force, whatever was answered.
    TEST: both parties told of an activity (ACT) of one volume, and each had the other's: where and while both hold.
    JOIN: declared and acknowledged, until it expires. SUSPENDED: from fact to fact, by provision.
    """
    facts = list(facts)
    answered: dict[str, int] = {}
    taken: dict[str, int] = {}
    for fact in facts:
        if isinstance(fact, t.Answered):
            for codes, store in ((COMPLIES, answered), (TAKEN, taken)):
                if fact.code in codes:
                    store[fact.id] = min(fact.stamp_ns, store.get(fact.id, fact.stamp_ns))
    windows = [*_intercepts(facts, answered), *_joins(facts, taken), *_tests(facts, taken), *_suspended(facts)]
    return Regimes(tuple(sorted(windows, key=lambda one: (one.from_ns, one.kind, sorted(one.aircraft or ())))))


def _intercepts(facts: Iterable[object], answered: dict[str, int]) -> list[Window]:
    """Return the INTERCEPT windows; who was first on a day has what there is of it."""
    spent: dict[tuple[str, int], int] = {}
    out = []
    said = {one.id: one for one in facts if isinstance(one, Intercepts)}
    for one in sorted(said.values(), key=lambda one: (one.stamp_ns, one.id)):
        since = answered.get(one.id)
        until = one.stamp_ns + round(min(one.lasts_s, LONGEST_S) * NS)
        if since is None or since >= until:
            continue
        since = max(since, one.stamp_ns)
        day = one.by, since // DAY_NS
        left = round(DAILY_S * NS) - spent.get(day, 0)
        until = min(until, since + left)
        if until > since:
            spent[day] = spent.get(day, 0) + until - since
            out.append(Window(INTERCEPT, since, until, one.aircraft))
    return out


def _joins(facts: Iterable[object], taken: dict[str, int]) -> list[Window]:
    out = []
    for one in {one.id: one for one in facts if isinstance(one, Joins)}.values():
        since = taken.get(one.id)
        until = min(one.until_ns, one.stamp_ns + round(LONGEST_JOIN_S * NS))
        if since is not None and max(since, one.stamp_ns) < until and len(one.aircraft) > 1:
            out.append(Window(JOIN, max(since, one.stamp_ns), until, one.aircraft))
    return out


def _tests(facts: list[Fact | t.Fact], taken: dict[str, int]) -> list[Window]:
    """Return the TEST windows: two notices of one volume, by each party one."""
    had = [(one, taken.get(one.id)) for one in notices_of(facts)]
    out = []
    for i, (one, one_ns) in enumerate(had):
        for other, other_ns in had[i + 1 :]:
            if one_ns is None or other_ns is None or one.by == other.by or not _alike(one, other):
                continue
            since = max(one.from_ns, other.from_ns, one_ns, other_ns)
            until = min(one.until_ns, other.until_ns)
            if since < until:
                out.append(Window(TEST, since, until, area=one.area))
    return out


def _alike(one: Notice, other: Notice) -> bool:
    """Return whether two notices are of one volume, whatever each calls it."""
    a, b = one.area, other.area
    return (a.ring, a.circle, a.box, a.floor_m, a.ceiling_m) == (b.ring, b.circle, b.box, b.floor_m, b.ceiling_m)


def _suspended(facts: Iterable[object]) -> list[Window]:
    said = sorted((one for one in facts if isinstance(one, t.Suspended)), key=lambda one: one.at_ns)
    out = []
    for i, one in enumerate(said):
        until = said[i + 1].at_ns if i + 1 < len(said) else None
        if one.provisions and (until is None or until > one.at_ns):
            out.append(Window(SUSPENDED, one.at_ns, until, provisions=one.provisions))
    return out
