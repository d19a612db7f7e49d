"""Cases: what the two working groups settle together, as a set of signed documents that both sides hold alike.

The small interfaces, for whoever builds on top:

    Document(kind, case, by, number, time_ns, digest, body)   one signed thing said in a case; `body` is typed by `kind`
    engine.cases.fold(documents)          -> File             the case as both sides see it: state, stamps, findings
    engine.cases.deadlines(file, times)   -> list[Deadline]   what is owed by whom until when
    engine.cases.provisional(measured)    -> Grade            RAT-like score and Airprox letter, with their inputs
    crypto.commitment                                         Merkle root over salted leaves, and proofs of some of them

A case is one matter. Where both sides opened one about the same matter, the two are one: it is called by the number of
the earlier opening, and what was said under the other number counts. So no order of arrival changes what a case is.

Stamps are UTC nanoseconds by the clock of who signed. `number` counts up over both sides: a document has a greater one
than every document that its writer knew, so that an answer never stands before what it answers, whatever the clocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import ClassVar

from armslength.domain.finding import Severity

__all__ = [
    "Acknowledgement", "Answer", "Body", "Closing", "Commitment", "Document", "Event", "Extension", "File",
    "FindingSignature", "Grade", "JointOrOwn", "Kind", "Letter", "Measure", "Medium", "Meeting", "Opening", "Part",
    "Proposal", "Report", "Stage", "State", "Statement", "Subject", "Substance", "Why",
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


class Kind(StrEnum):
    """What a document of a case is."""

    OPENING = "opening"
    COMMITMENT = "commitment"
    EVIDENCE = "evidence"
    REPORT = "report"
    ACKNOWLEDGEMENT = "acknowledgement"
    STATEMENT = "statement"
    ANSWER = "answer"
    EXTENSION = "extension"
    SESSION = "session"
    PROPOSAL = "proposal"
    SIGNATURE = "signature"
    MEASURE = "measure"
    CLOSING = "closing"


class Substance(StrEnum):
    """The answer on substance, as ANS has it."""

    ACCEPT = "ACCEPT"
    PART = "PART"
    DISPUTE = "DISPUTE"
    CANNOT = "CANNOT"
    DECLINE = "DECLINE"


class Why(StrEnum):
    """Why a case was opened."""

    FINDING = "FINDING"
    REPEATED = "REPEATED"
    CREW_REPORT = "CREW_REPORT"
    PERSON = "PERSON"


class Stage(StrEnum):
    """Which report it is."""

    INITIAL = "INITIAL"
    FULL = "FULL"


class JointOrOwn(StrEnum):
    """Whether a finding is offered to both, or is what one side states for itself."""

    JOINT = "JOINT"
    OWN = "OWN"


class Medium(StrEnum):
    """How the working group meets, as WGC has it."""

    VIDEO = "VIDEO"
    TELEPHONE = "TELEPHONE"
    GROUND_LINE = "GROUND_LINE"
    IN_PERSON = "IN_PERSON"


class Letter(StrEnum):
    """Airprox-like: A risk of collision, B safety not assured, C no risk or averted, D not determined, E reported,
    but normal procedures held."""

    A, B, C, D, E = "A", "B", "C", "D", "E"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about: when and roughly where, no identity of anybody.

    Attributes:
        from_ns, until_ns: the time in question [UTC ns].
        lat_arcmin, lon_arcmin: place, to the nearest minute of arc (about 1 NM), north and east positive; None: no
            place, or not said.
        rules: ids of the rules, in order; () where a person opened it without one.
        matter: id of the finding or message, where both sides know it by the same; "" otherwise.
    """

    from_ns: int
    until_ns: int
    lat_arcmin: int | None = None
    lon_arcmin: int | None = None
    rules: tuple[str, ...] = ()
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A case is opened."""

    kind: ClassVar[Kind] = Kind.OPENING
    why: Why
    severity: Severity
    subject: Subject
    terms: str
    """Digest of the version in force."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """The root over the salted leaves of one side's evidence, given before it sees the other's."""

    kind: ClassVar[Kind] = Kind.COMMITMENT
    root: str
    """64 hexadecimal digits."""
    leaves: int


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of what one side opens of its evidence, encrypted to both working groups."""

    kind: ClassVar[Kind] = Kind.EVIDENCE
    whole: str
    """Digest of the encrypted whole."""
    part: int
    parts: int
    data: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Report:
    """What one side reports: that of the side that opened the case counts for its deadline."""

    kind: ClassVar[Kind] = Kind.REPORT
    stage: Stage
    headline: str
    text: str
    language: str
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Fields of the incident form by name; what is unknown is left out."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A report was received by persons."""

    kind: ClassVar[Kind] = Kind.ACKNOWLEDGEMENT
    of: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one side says about the matter, whenever it wants to."""

    kind: ClassVar[Kind] = Kind.STATEMENT
    text: str
    language: str
    about: str = ""
    """Digest of the document that it is about; "" for the case as a whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer on substance to a report."""

    kind: ClassVar[Kind] = Kind.ANSWER
    substance: Substance
    of: str
    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """The side that owes the answer takes longer, once."""

    kind: ClassVar[Kind] = Kind.EXTENSION
    reason: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """The working group meets, or met, about the case."""

    kind: ClassVar[Kind] = Kind.SESSION
    at_ns: int
    medium: Medium
    agenda: str
    """REGULAR, EXTRAORDINARY or REVIEW."""
    minutes: str = ""
    """Digest of the minutes; "" while there are none."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A finding: offered to both for signature (JOINT), or stated by one side for itself (OWN)."""

    kind: ClassVar[Kind] = Kind.PROPOSAL
    stands: JointOrOwn
    letter: Letter
    score: int
    """RAT-like; -1 where it is not given."""
    text: str
    language: str
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingSignature:
    """One side signs a finding, or minutes, or a measure, that the other proposed."""

    kind: ClassVar[Kind] = Kind.SIGNATURE
    of: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What is to be done. A side binds itself alone at once; what binds the other holds once that one has signed."""

    kind: ClassVar[Kind] = Kind.MEASURE
    text: str
    language: str
    whose: str
    """Name of a party, or "both"."""
    due_ns: int = 0
    amendment: str = ""
    """Digest of a version of the agreement that does it; "" for none."""


@dataclass(frozen=True, slots=True)
class Closing:
    """One side closes the case. It is closed when both have."""

    kind: ClassVar[Kind] = Kind.CLOSING
    reason: str = ""


Body = (
    Opening
    | Commitment
    | Part
    | Report
    | Acknowledgement
    | Statement
    | Answer
    | Extension
    | Meeting
    | Proposal
    | FindingSignature
    | Measure
    | Closing
)
BODIES: Mapping[Kind, type[Body]] = {
    one.kind: one
    for one in (
        Opening, Commitment, Part, Report, Acknowledgement, Statement, Answer, Extension, Meeting, Proposal,
        FindingSignature, Measure, Closing,
    )
}  # fmt: skip


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
        commitments: by party. findings: by digest, the latest of each party. measures: by digest.
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
    signed: dict[str, set[str]] = field(default_factory=dict)
    closed_by: set[str] = field(default_factory=set)
