"""Cases: what the two working groups settle together, as a set of signed documents that both sides hold alike.

The small interfaces, for whoever builds on top:

    Document                one signed thing said in a case; its `body` is one of the classes of `case_said`
    engine.cases.folding    group_matters(documents), fold(matter, parties, group, now_ns, ice) -> File
    engine.cases.deadlines  deadlines(file, group, ice, known) -> list[Deadline]; passed, reminder, moments
    engine.cases.grade      provisional(measured, controls) -> Grade;  comparing  compare(ours, theirs) -> Comparison
    engine.process.registry RULES, judge(record) -> list[Finding]
    node.core.cases         line.cases: files, held, say(case, body, ...), said_in(number or GROUP), owed(file)
    node.core.case_views    in_full(cases, file, now_ns): everything about a case, as JSON
    node.desk               read_evidence(home, data, name, root, leaves, cases, party) -> Package: tracks, or faults

A case is one matter. Where both sides opened one about the same matter, the two are one: it is called by the number of
the earlier opening, and what was said under the other number counts. So no order of arrival changes what a case is.

Stamps are UTC nanoseconds by the clock of who signed. `number` counts up over both sides: a document has a greater one
than every document that its writer knew, so that an answer never stands before what it answers, whatever the clocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from armslength.domain.case_said import (
    BODIES,
    GROUP,
    Acknowledgement,
    Answer,
    Body,
    Closing,
    Commitment,
    Extension,
    FindingSignature,
    JointOrOwn,
    Kind,
    Letter,
    Measure,
    Medium,
    Meeting,
    Opening,
    Part,
    Proposal,
    Report,
    Stage,
    Statement,
    Subject,
    Substance,
    Why,
)
from armslength.units import NS

__all__ = [
    "BODIES",
    "GROUP",
    "Acknowledgement",
    "Answer",
    "Body",
    "Closing",
    "Commitment",
    "Deadline",
    "Document",
    "Event",
    "Extension",
    "File",
    "FindingSignature",
    "Grade",
    "JointOrOwn",
    "Kind",
    "Letter",
    "Measure",
    "Medium",
    "Meeting",
    "Opening",
    "Part",
    "Proposal",
    "Report",
    "Stage",
    "State",
    "Statement",
    "Subject",
    "Substance",
    "Why",
]  # fmt: skip


class State(Enum):
    """Where a case stands; `engine.cases.machine` has the moves."""

    OPEN = "open"
    SEALED = "sealed"
    REPORTED = "reported"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    SESSION = "session"
    JOINT_FINDING = "joint finding"
    TWO_FINDINGS = "two findings"
    MEASURES = "measures"
    CLOSED = "closed"
    FROZEN = "frozen"


class Event(Enum):
    """What happens to a case."""

    SEALED_BY_BOTH = "both sides committed to their evidence"
    REPORTED = "the side that opened it reported"
    ACKNOWLEDGED = "the other side acknowledged"
    ANSWERED = "the other side answered on substance"
    ANSWER_OVERDUE = "the time to answer is over"
    SESSION_HELD = "the working group met about it"
    JOINT_SIGNED = "both sides signed one finding"
    TWO_STATED = "each side stated its own finding"
    MEASURE_AGREED = "a measure was agreed"
    CLOSED_BY_BOTH = "both sides closed it"
    SUSPENDED = "the working group was suspended"
    RESUMED = "the working group was resumed"


@dataclass(frozen=True, slots=True)
class Document:
    """One signed thing said in a case.

    Attributes:
        case: the number under which it was said.
        by: party that signed. number: its place (see above), from 1.
        time_ns: when, by its clock. digest: of what was signed: the document's name.
        persons: by whom of that side it was decided, as their roles are called.
    """

    case: str
    by: str
    number: int
    time_ns: int
    digest: str
    body: Body
    persons: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, int, str]:
        """What puts documents into the one order that both sides have."""
        return self.number, self.time_ns, self.digest


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something owed in a case.

    Attributes:
        what: in two words. by: the party that owes it; "" for both together. rule: that judges it; "" for none.
        since_ns: from when its time runs. due_ns: when that is over, None while it stands still (frozen).
        done_ns: when it was done, by the stamp of who did it; None while it was not.
        known_ns: when the other side had what was done; None where that is not known. All UTC [ns].
    """

    what: str
    by: str
    rule: str
    since_ns: int
    due_ns: int | None
    done_ns: int | None = None
    known_ns: int | None = None

    @property
    def key(self) -> str:
        """What tells it from every other of its case."""
        return f"{self.what}|{self.by}|{self.since_ns}"

    @property
    def late_s(self) -> float:
        """By how much it was done too late [s]; 0 where it was in time, or not done yet."""
        if self.done_ns is None or self.due_ns is None:
            return 0.0
        return max(0, self.done_ns - self.due_ns) / NS


@dataclass(frozen=True, slots=True)
class Grade:
    """A provisional grade with what it was made of; the group sets the final one.

    Attributes:
        letter: Airprox-like. score: RAT-like; -1 where it is not determined.
        inputs: what went in, by name, with unit in the name.
        why: in words, one sentence for each step.
    """

    letter: Letter
    score: int
    inputs: Mapping[str, str] = field(default_factory=dict, hash=False)
    why: tuple[str, ...] = ()


@dataclass(slots=True)
class File:
    """A case as both sides see it: what `engine.cases.fold` makes of its documents.

    Attributes:
        case: its number: that of the earliest opening. also: the numbers of the others.
        opened_by: who reports. answers: who acknowledges and answers.
        state: now. under: the state beneath, where it is frozen; else the same.
        stamps: when each state or step was first reached [UTC ns]: "opened", "sealed", "reported", "full report",
            "acknowledged", "answered", "no answer", "met", "found", "measures", "closed"; "extended".
        documents: in the one order. misplaced: digests of those that had no place when their turn came, with why.
        commitments: by party. findings, measures: by digest. done: by digest of a measure, what says so.
    """

    case: str
    also: tuple[str, ...]
    opening: Opening
    opened_by: str
    answers: str
    state: State = State.OPEN
    under: State = State.OPEN
    stamps: dict[str, int] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    misplaced: dict[str, str] = field(default_factory=dict)
    commitments: dict[str, Document] = field(default_factory=dict)
    report: Document | None = None
    full_report: Document | None = None
    answer: Document | None = None
    extension: Document | None = None
    joint: Document | None = None
    findings: dict[str, Document] = field(default_factory=dict)
    measures: dict[str, Document] = field(default_factory=dict)
    done: dict[str, Document] = field(default_factory=dict)
    signed: dict[str, set[str]] = field(default_factory=dict)
    closed_by: set[str] = field(default_factory=set)
