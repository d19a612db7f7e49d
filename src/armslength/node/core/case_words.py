"""What happens in a case, in words that an officer understands at 3 a.m.; and lateness, as entries have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armslength.domain import case as c
from armslength.domain.case import Deadline, Document, File
from armslength.units import NS, stamp

__all__ = ["lasting", "lateness", "reminder", "said"]

_BY_KIND: Mapping[c.Kind, str] = {
    c.Kind.COMMITMENT: "committed to its evidence",
    c.Kind.ACKNOWLEDGEMENT: "acknowledged the report",
    c.Kind.STATEMENT: "made a statement",
    c.Kind.SIGNATURE: "signed what the other side proposed",
    c.Kind.CLOSING: "closed it; it is closed when both have",
}
_DOES: Mapping[str, str] = {
    "seal evidence": "must commit to its evidence",
    "initial report": "must report",
    "full report": "must report in full",
    "acknowledge": "must acknowledge the report",
    "answer on substance": "must answer on substance",
    "extraordinary session": "must meet",
    "measure": "must have done what was agreed",
}


def said(one: Document, entry: Mapping[str, Any]) -> str:
    """Return what a document says, in a sentence or two.

    Args:
        one: the document. entry: as it stands in the ledger: "case", "late", "misplaced".
    """
    out = f"Case {entry['case']}: {one.by} {_did(one)}."
    if entry.get("late"):
        out += f" {entry['late']}"
    if entry.get("misplaced"):
        out += f" It changes nothing: {entry['misplaced']}"
    return out


def _did(one: Document) -> str:
    match one.body:
        case c.Opening(why=why, severity=severity, subject=subject):
            rules = f", {' '.join(subject.rules)}" if subject.rules else ""
            return f"opened it ({severity.name}{rules}) about {stamp(subject.from_ns)}, because of {_WHY[why]}"
        case c.Report(stage=stage, headline=headline):
            return f"made its {stage.value.lower()} report: {headline}"
        case c.Answer(substance=substance):
            return f"answered {substance.value}"
        case c.Extension(reason=reason):
            return f"takes longer to answer: {reason}"
        case c.Meeting(at_ns=at_ns, medium=medium):
            return f"says that the working group meets {stamp(at_ns)}, {medium.value.lower().replace('_', ' ')}"
        case c.Proposal(stands=stands, letter=letter):
            does = "proposed a joint finding" if stands is c.JointOrOwn.JOINT else "stated its own finding"
            return f"{does}: {letter.value}"
        case c.Measure(whose=whose):
            return f"put down a measure, for {whose}"
        case c.Part(part=part, parts=parts):
            return f"sent piece {part} of {parts} of its evidence"
    return _BY_KIND[one.body.kind]


_WHY = {
    c.Why.FINDING: "a finding",
    c.Why.REPEATED: "findings that repeat",
    c.Why.CREW_REPORT: "a crew report",
    c.Why.PERSON: "what a person decided",
}


def lateness(one: Document, owed: Sequence[Deadline]) -> str:
    """Return by how much a document came too late for what it was owed as; "" where it was in time, or owed nothing."""
    for due in owed:
        if due.done_ns == one.time_ns and due.by in {one.by, ""} and due.late_s > 0.0:
            return f"That is {lasting(due.late_s)} after the time for it ({due.what}) was over."
    return ""


def reminder(file: File, one: Deadline, now_ns: int, own: str) -> str:
    """Return the reminder of a deadline."""
    assert one.due_ns is not None
    left = lasting((one.due_ns - now_ns) / NS)
    who = "We" if one.by == own else one.by or "Both sides"
    return f"Case {file.case}: {who} {_DOES[one.what]} by {stamp(one.due_ns)}: {left} left."


def lasting(seconds: float) -> str:
    """Return a time as people say it: "2 d 3 h", "40 min", "12 s"."""
    whole = round(abs(seconds))
    for unit, size, below, smaller in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60)):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{whole // 60} min" if whole >= 60 else f"{whole} s"
