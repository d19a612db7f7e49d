"""What a party declares beforehand about its own flights: interceptions, activities, joins; and what that comes to.

Beside `talk`, whose answers and marks say what became of them. Stamps are those that the parties signed, so that both
sides come to the same, whenever each learnt of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from armslength.agreement.area import Area
from armslength.domain import talk as t
from armslength.domain.visit import Distress, Notice

__all__ = ["Declared", "Ended", "Fact", "Intercepts", "Joins", "Notified", "distress_of", "notices_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intercepts(t.Known):
    """`by` said in `id` (ITC), at `stamp_ns` of its clock, that it comes near to identify, for `lasts_s` [s].

    `aircraft`: addresses of the pair, or of its own one; None: it named none.
    """

    id: str
    by: str
    stamp_ns: int
    lasts_s: float
    aircraft: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joins(t.Known):
    """`by` said in `id` that aircraft of both parties fly together (tanking, formation, escort) until `until_ns`."""

    id: str
    by: str
    stamp_ns: int
    until_ns: int
    aircraft: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified(t.Known):
    """`by` told in `id` (ACT) of an activity; the attributes are those of `visit.Notice`."""

    id: str
    by: str
    receiver: str
    kind: str
    area: Area
    from_ns: int
    until_ns: int
    aircraft: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(t.Known):
    """Who told of `id` said (ACC), at `stamp_ns` of its clock, that it is cancelled or complete."""

    id: str
    by: str
    stamp_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(t.Known):
    """`by` told of an emergency in `id` (EMG), at `stamp_ns` of its clock."""

    id: str
    by: str
    stamp_ns: int


Fact: TypeAlias = Intercepts | Joins | Notified | Ended | Declared | t.Answered | t.Marked | t.Suspended
"""All that regimes and notices are made of."""


def notices_of(facts: Iterable[Fact | t.Fact]) -> list[Notice]:
    """Return the activities that were told of, in order of their beginning, with when the receiver had each.

    An ACC of who told of it ends it there; one before its beginning leaves nothing of it.
    """
    facts = list(facts)
    delivered: dict[str, int] = {}
    for fact in facts:
        if isinstance(fact, t.Marked) and fact.mark == "RECEIVED":
            delivered.setdefault(fact.id, fact.stamp_ns)
    out: dict[str, Notice] = {}
    for fact in facts:
        if isinstance(fact, Notified):
            out[fact.id] = Notice(
                fact.id, fact.by, fact.receiver, fact.kind, fact.area, fact.from_ns, fact.until_ns,
                delivered.get(fact.id), fact.aircraft,
            )  # fmt: skip
    for fact in facts:
        known = out.get(fact.id) if isinstance(fact, Ended) else None
        if known is not None and isinstance(fact, Ended) and fact.by == known.by:
            out[fact.id] = replace(known, until_ns=min(known.until_ns, fact.stamp_ns))
    return sorted((one for one in out.values() if one.until_ns > one.from_ns), key=lambda one: (one.from_ns, one.id))


def distress_of(facts: Iterable[Fact | t.Fact]) -> list[Distress]:
    """Return the emergencies that were told of, in order of time."""
    told = [Distress(one.id, one.by, one.stamp_ns) for one in facts if isinstance(one, Declared)]
    return sorted(told, key=lambda one: (one.at_ns, one.id))
