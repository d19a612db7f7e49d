"""What can be said in a case: one class for each kind of document. `case` has what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from armslength.domain.finding import Severity

GROUP = "GROUP"
"""The number under which stands what is about no single case: sessions, and what is said and signed of them."""


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
