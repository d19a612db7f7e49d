"""What is owed in a case, by whom, until when; and when to remind of it. Every time is of the terms' working group.

Suspension of the working group stops the clocks of acknowledging, answering and meeting. It does not stop those of
committing to evidence and of reporting: what is written down late is written from memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from armslength.agreement.articles import WorkingGroup
from armslength.domain.case import Deadline, Document, File
from armslength.domain.finding import Severity
from armslength.units import NS

__all__ = [
    "NOTHING_FROZEN",
    "REMIND",
    "Ice",
    "answer_due_ns",
    "deadlines",
    "keep_until_ns",
    "moments",
    "passed",
    "reminder",
    "thawed",
]

KNOWN_NS = 31 * NS
"""What the other side did in time is known here so much later at the latest, where the line stands."""
SOON_NS = 60 * NS
"""What the other side had so soon counts from its own stamp: so both sides come to the same times."""
Ice = Sequence[tuple[int, int | None]]
"""When the working group was suspended: from, until (None: still) [UTC ns], in order, none overlapping."""
NOTHING_FROZEN: Ice = ()
REMIND = (0.5, 0.1)
"""A deadline is reminded of when so much of its time is left."""

SEAL, INITIAL, FULL = "seal evidence", "initial report", "full report"
ACKNOWLEDGE, ANSWER, SESSION, MEASURE = "acknowledge", "answer on substance", "extraordinary session", "measure"


def thawed(since_ns: int, seconds: float, ice: Ice) -> int | None:
    """Return when `seconds` from `since_ns` on are over, not counting frozen time; None while that is not known."""
    left = round(seconds * NS)
    at = since_ns
    for start, end in ice:
        if end is not None and end <= at:
            continue
        if start - at > left:  # what is due at the very moment of freezing is frozen
            break
        left -= max(0, start - at)
        if end is None:
            return None
        at = max(at, end)
    return at + left


def answer_due_ns(
    file: File, group: WorkingGroup, ice: Ice = NOTHING_FROZEN, since_ns: int | None = None
) -> int | None:
    """Return when the answer on substance is due [UTC ns]; None where no report was made, or while frozen.

    Args:
        file: the case. group: the article of the terms. ice: see there.
        since_ns: when the report reached the side that answers; None: the report's own stamp, which both sides have.
    """
    if file.report is None:
        return None
    allowed = group.answered_s + (group.extension_s if file.extension is not None else 0.0)
    return thawed(file.report.time_ns if since_ns is None else since_ns, allowed, ice)


def deadlines(
    file: File, group: WorkingGroup, ice: Ice = NOTHING_FROZEN, known: Mapping[str, int] | None = None
) -> list[Deadline]:
    """Return all that was or is owed in a case, in the order in which it is due.

    Args:
        file: the case. group: the article of the terms.
        ice: when the working group was suspended.
        known: by digest of a document, when the other side had it [UTC ns]; the stamp of the document where it is not
            known.
    """
    slow = _slow(file, known or {})
    had = {name: at for name, at in (known or {}).items() if name in slow}
    opened, opening = file.stamps["opened"], file.opening
    out = [_seal(file, party, group, had) for party in (file.opened_by, file.answers)]
    initial, full = file.report, file.full_report
    if opening.severity <= Severity.SEV2:
        out.append(_owed(INITIAL, file.opened_by, "P01", opened, group.initial_report_s, initial))
        out.append(_owed(FULL, file.opened_by, "P01", opened, group.full_report_s, full))
    else:
        out.append(_owed(INITIAL, file.opened_by, "P01", opened, group.notable_report_s, initial))
    if initial is not None:
        since = had.get(initial.digest, initial.time_ns)
        acknowledged = file.stamps.get("acknowledged", file.stamps.get("answered"))
        due = thawed(since, group.acknowledged_s, ice)
        out.append(Deadline(ACKNOWLEDGE, file.answers, "P02", since, due, acknowledged))
        due = answer_due_ns(file, group, ice, since)
        out.append(Deadline(ANSWER, file.answers, "P02", since, due, file.stamps.get("answered")))
    if opening.severity is Severity.SEV1:
        due = thawed(opened, group.extraordinary_s, ice)
        out.append(Deadline(SESSION, "", "P04", opened, due, file.stamps.get("met")))
    over = file.stamps.get("closed")
    if over is not None:  # what both closed is owed by nobody
        out = [one for one in out if one.done_ns is not None or (one.due_ns is not None and one.due_ns <= over)]
    out += [_measure(one, file.done.get(name)) for name, one in file.measures.items() if getattr(one.body, "due_ns", 0)]
    arrived = {(one.by, one.time_ns): known[one.digest] for one in file.documents if known and one.digest in known}
    out = [one if one.done_ns is None else replace(one, known_ns=_known(one, arrived)) for one in out]
    return sorted(out, key=lambda one: (one.due_ns is None, one.due_ns or 0, one.what, one.by))


def passed(owed: Sequence[Deadline], now_ns: int) -> list[Deadline]:
    """Return what is overdue at `now_ns` and was not done."""
    return [one for one in owed if one.done_ns is None and one.due_ns is not None and one.due_ns < now_ns]


def reminder(owed: Deadline, now_ns: int) -> float | None:
    """Return which of REMIND is due at `now_ns`; None before the first, after the deadline, and once it is done."""
    if owed.done_ns is not None or owed.due_ns is None or now_ns >= owed.due_ns:
        return None
    left = (owed.due_ns - now_ns) / max(owed.due_ns - owed.since_ns, 1)
    return min((share for share in REMIND if left <= share), default=None)


def moments(owed: Sequence[Deadline], now_ns: int) -> list[int]:
    """Return when, after `now_ns`, time alone changes something: reminders, deadlines, what is then known [UTC ns]."""
    out = []
    for one in owed:
        if one.done_ns is None and one.due_ns is not None:
            lasts = one.due_ns - one.since_ns
            out += [one.due_ns + 1, one.due_ns + KNOWN_NS, *(one.due_ns - round(share * lasts) for share in REMIND)]
    return [at for at in out if at > now_ns]


def keep_until_ns(file: File, group: WorkingGroup) -> int | None:
    """Return until when the raw recordings of a case are kept [UTC ns]; None while it is not closed: always."""
    closed = file.stamps.get("closed")
    return None if closed is None else closed + round(group.keep_closed_s * NS)


def _known(one: Deadline, arrived: Mapping[tuple[str, int], int]) -> int | None:
    """Return when the other side had what was done; of what both owe, whoever did it."""
    return next((at for (by, made), at in arrived.items() if made == one.done_ns and one.by in {by, ""}), None)


def _slow(file: File, known: Mapping[str, int]) -> set[str]:
    """Return the documents that the other side had only long after they were written."""
    return {one.digest for one in file.documents if one.digest in known and known[one.digest] > one.time_ns + SOON_NS}


def _seal(file: File, party: str, group: WorkingGroup, known: Mapping[str, int]) -> Deadline:
    """Who opened it has the time from then on; the other side from when the opening came to it."""
    own = min((one for one in file.documents if one.body is file.opening), key=lambda one: one.order)
    since = own.time_ns if party == file.opened_by else known.get(own.digest, own.time_ns)
    return _owed(SEAL, party, "P03", since, group.sealed_s, file.commitments.get(party))


def _owed(what: str, by: str, rule: str, since_ns: int, seconds: float, done: Document | None) -> Deadline:
    return Deadline(what, by, rule, since_ns, since_ns + round(seconds * NS), None if done is None else done.time_ns)


def _measure(one: Document, done: Document | None) -> Deadline:
    """Measures outlive their case."""
    whose = str(getattr(one.body, "whose", ""))
    due = int(getattr(one.body, "due_ns", 0))
    at = None if done is None else done.time_ns
    return Deadline(MEASURE, "" if whose == "both" else whose, "", one.time_ns, due, at)
