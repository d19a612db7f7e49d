"""D04: what is notifiable is told of in time: so long before it begins that the other side can keep clear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.plot import Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.domain.visit import ACTIVITY, Notice
from armslength.engine.discipline.entry import Case, Told, between, both, deeper, where
from armslength.units import NS

__all__ = ["LEADS", "LEAST_S", "TEXT", "Presence", "covered", "findings", "present"]

LEADS: Mapping[str, str] = {
    "HAZARD": "hazard_s",
    "PLANNED": "planned_s",
    "TIME_CRITICAL": "time_critical_s",
    "URGENT": "urgent_s",
}
"""The figure that holds the least notice of each kind of activity."""

LEAST_S = 60.0
"""An aircraft that was never certainly in the volume must be known for so long in its time [s]."""

TEXT = RuleText(
    "D04",
    "Activity without notice, or notice too late",
    "An activity that is to be notified is told of so long before it begins that the other side can keep clear.",
    "Three to five days for hazardous activities in Art. VI of INCSEA; the notice of less than a minute of September "
    "2018, as one side told it; several calls before the strike of April 2017.",
    "The lead is the time from when the other side had the notice, by its own signed mark, until the declared start. "
    "It is a breach where the lead is shorter than that of its kind, or the notice was never received, and an aircraft "
    "of who told of it was certainly in the volume within its time, or one that the notice names flew then, wherever; "
    "one that it does not name possibly in the volume: not determinable.",
    (
        Parameter("conduct.D04.hazard", "hazard_s", "s", "notice of a hazardous activity"),
        Parameter("conduct.D04.planned", "planned_s", "s", "notice of a planned activity"),
        Parameter("conduct.D04.time_critical", "time_critical_s", "s", "notice of a time-critical activity"),
        Parameter("conduct.D04.urgent", "urgent_s", "s", "notice of an urgent activity"),
    ),
    ("an emergency of its party: no breach",),
    "SEV3; SEV1 where an aircraft of the other party certainly was in the volume within its time",
    "the notice, the signed mark of its receipt, the first aircraft observed",
    "who told of the activity",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class Presence:
    """An aircraft in the volume of an activity within its time, or one that flew the activity elsewhere.

    Attributes:
        notice: its id. party, address: of the aircraft.
        possible_ns, certain_ns: when it was possibly, and certainly, there first [UTC ns]; None: never.
        last_ns: when it possibly was there last.
        elsewhere: it was not certainly in the volume, but the notice names it, and it flew in the time.
    """

    notice: str
    party: str
    address: str
    possible_ns: int
    certain_ns: int | None
    last_ns: int
    elsewhere: bool = False


def in_time(case: Case, notice: Notice) -> Bool:
    """Return which samples of a visit lie within the declared time."""
    stamps = np.round(case.visit.t).astype(np.int64) * NS + case.visit.epoch_ns
    return (stamps >= notice.from_ns) & (stamps < notice.until_ns)


def notice_of(case: Case) -> Notice | None:
    """Return the notice that a visit is about; None where it is about another kind of place."""
    place = case.visit.place
    if place.kind != ACTIVITY:
        return None
    return next((one for one in case.told.notices if one.id == place.key), None)


def covered(case: Case, notice: Notice) -> Bool:
    """Return which samples another notice of the same party covers."""
    v = case.visit
    stamps = np.round(v.t).astype(np.int64) * NS + v.epoch_ns
    out = np.zeros(len(v), np.bool_)
    for one in case.told.notices:
        if one.by == notice.by and one.id != notice.id and one.delivered_ns is not None:
            known = (stamps >= one.delivered_ns) & (stamps >= one.from_ns) & (stamps < one.until_ns)
            out |= known & one.area.contains(v.lat, v.lon, v.level_m)
    return out


def present(case: Case) -> list[Presence]:
    """Return whether the aircraft of a visit showed that an activity was flown within its time: one, or none.

    It was in the volume; or it is named by the notice, and flew wherever: a wrong place is no excuse for a late notice.
    """
    notice, visit = notice_of(case), case.visit
    if notice is None:
        return []
    level, address = between(visit, notice.area.floor_m, notice.area.ceiling_m), case.who.address
    possible, _, certain = where(both(deeper(visit, 0.0), level), in_time(case, notice))
    there, surely = np.flatnonzero(possible), np.flatnonzero(certain)
    if not len(surely) and visit.party == notice.by and notice.aircraft is not None and address in notice.aircraft:
        flown = np.flatnonzero(in_time(case, notice) & ~covered(case, notice))
        if len(flown) >= LEAST_S:
            first, last = visit.ns(int(flown[0])), visit.ns(int(flown[-1]))
            return [Presence(notice.id, visit.party, address, first, first, last, elsewhere=True)]
    if not len(there):
        return []
    sure = visit.ns(int(surely[0])) if len(surely) else None
    return [Presence(notice.id, visit.party, address, visit.ns(int(there[0])), sure, visit.ns(int(there[-1])))]


def findings(terms: Terms, told: Told, presences: Iterable[Presence]) -> list[Finding]:
    """Return one finding for each activity that was told of too late, and flown, in order of time."""
    by_notice: dict[str, list[Presence]] = {}
    for one in presences:
        by_notice.setdefault(one.notice, []).append(one)
    out = []
    for notice in told.notices:
        limit = terms.conduct["D04"][LEADS[notice.kind]]
        lead = -np.inf if notice.delivered_ns is None else (notice.from_ns - notice.delivered_ns) / NS
        seen = by_notice.get(notice.id, [])
        if lead < limit and any(one.party == notice.by for one in seen):
            out.append(_finding(notice, lead, limit, told, seen))
    return sorted(out, key=lambda one: (one.opened_ns, one.about))


def _finding(notice: Notice, lead: float, limit: float, told: Told, seen: list[Presence]) -> Finding:
    own = sorted((one for one in seen if one.party == notice.by), key=lambda one: (one.possible_ns, one.address))
    others = [one for one in seen if one.party != notice.by and one.certain_ns is not None]
    sure = [one.certain_ns for one in own if one.certain_ns is not None]
    when = f"{lead:.0f} s before it began" if lead >= 0.0 else f"{-lead:.0f} s after it had begun"
    says = (
        f"{notice.receiver} had the notice of an activity ({notice.kind}) {when}; {limit:.0f} s were due."
        if np.isfinite(lead)
        else f"{notice.receiver} never received the notice of an activity ({notice.kind}) that was flown."
    )
    outcome, severity = Outcome.BREACH, Severity.SEV1 if others else Severity.SEV3
    if all(one.elsewhere for one in own):
        says += f" {own[0].address}, which it names, flew then, but was not certainly in the volume."
    if others:
        says += f" {others[0].address} was in its volume."
    if not sure:
        outcome, severity = Outcome.NOT_DETERMINABLE, Severity.SEV3
        says += f" Whether {own[0].address} flew in its volume is nearer to the limit than the two-sigma errors."
    opened, closed = min(sure, default=own[0].possible_ns), max(one.last_ns for one in own)
    if told.distressed(notice.by, opened, closed):
        outcome, severity, says = Outcome.NO_BREACH, Severity.SEV4, f"{says} Its party had told of an emergency."
    return Finding("D04", notice.id, outcome, severity, notice.by, opened, closed, lead, limit, "s", (notice.id,), says)
