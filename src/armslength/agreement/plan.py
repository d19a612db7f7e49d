"""The frequency plan as it is used: what serves at a place and a time, and which entries get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from armslength.agreement.area import contains
from armslength.agreement.articles import Frequency
from armslength.agreement.articles_kinds import Hours
from armslength.agreement.channel import overlap, same_carrier
from armslength.agreement.terms import Terms
from armslength.units import NS

__all__ = ["Clash", "carries", "clashes", "frequencies_at", "in_force"]

ROLES = ("primary", "alternate", "guard")
"""In the order in which they are called."""
_DAY_NS = 86400 * NS


@dataclass(frozen=True, slots=True)
class Clash:
    """Two entries of the plan on one carrier, or so close that the one is heard in the other.

    Attributes:
        first, second: their places in the plan, from 0.
        same: they have one carrier.
        certain: they are in force at the same place and time; else they may be, as their areas lie.
    """

    first: int
    second: int
    same: bool
    certain: bool


def frequencies_at(
    terms: Terms, place: tuple[float, float, float] | None, utc_ns: int, *, use: str = ""
) -> tuple[Frequency, ...]:
    """Return the frequencies that serve at a place and a time: primary, then alternate, guard last.

    Args:
        terms: in force. Whether the plan is suspended is not asked here.
        place: (lat, lon, level): WGS-84 [deg], level [m] on the datum of the terms, NaN where unknown; None: anywhere
            in the area, as the duty posts have it, so that every entry counts.
        utc_ns: the moment [UTC ns].
        use: "voice" or "data": only those that carry it; a guard never carries data. Empty: all.

    Those of one role stand in the order of the plan.
    """
    found = [
        one
        for one in terms.frequencies
        if in_force(one, utc_ns)
        and (not use or carries(one, use))
        and (place is None or one.area is None or bool(contains(one.area, *place)))
    ]
    return tuple(sorted(found, key=lambda one: ROLES.index(one.role)))


def carries(one: Frequency, use: str) -> bool:
    """Return whether the plan marks `one` for `use`, "voice" or "data"."""
    return use in one.use.split(" and ") and not (use == "data" and one.role == "guard")


def in_force(one: Frequency, utc_ns: int) -> bool:
    """Return whether `one` may be used at that moment [UTC ns]."""
    if (one.from_ns is not None and utc_ns < one.from_ns) or (one.until_ns is not None and utc_ns >= one.until_ns):
        return False
    return one.hours is None or _within(one.hours, utc_ns % _DAY_NS // NS)


def clashes(plan: Sequence[Frequency]) -> Iterator[Clash]:
    """Yield the pairs of entries that can be in force at once and get in each other's way, in the order of the plan."""
    for second, one in enumerate(plan):
        for first, other in enumerate(plan[:second]):
            if overlap(one.channel, other.channel) and _at_once(one, other):
                certain = one.area is None or other.area is None or one.area == other.area
                yield Clash(first, second, same_carrier(one.channel, other.channel), certain)


def _at_once(one: Frequency, other: Frequency) -> bool:
    """Return whether there is a moment at which both are in force."""
    starts = [at for at in (one.from_ns, other.from_ns) if at is not None]
    ends = [at for at in (one.until_ns, other.until_ns) if at is not None]
    if starts and ends and max(starts) >= min(ends):
        return False
    if one.hours is None or other.hours is None:
        return True
    return _within(one.hours, other.hours.from_s) or _within(other.hours, one.hours.from_s)


def _within(hours: Hours, second: int) -> bool:
    if hours.from_s < hours.until_s:
        return hours.from_s <= second < hours.until_s
    return second >= hours.from_s or second < hours.until_s
