"""Documents of made-up cases, in short words."""

from __future__ import annotations

from dataclasses import dataclass, field

from armslength.agreement.articles import WorkingGroup
from armslength.crypto.canonical import digest
from armslength.domain import case as c
from armslength.domain.case import Document, File
from armslength.domain.finding import Severity
from armslength.engine.cases.deadlines import NOTHING_FROZEN, Ice
from armslength.engine.cases.folding import fold, group_matters
from armslength.units import NS

START = 1_800_000_000 * NS
MINUTE, HOUR, DAY = 60 * NS, 3600 * NS, 86_400 * NS
PARTIES = ("North", "South")
GROUP = WorkingGroup()
TERMS = "sha256:" + "0" * 64


def subject(at_ns: int = START, lat: int | None = 2000, lon: int | None = 2100, **more: object) -> c.Subject:
    """Return a subject of one minute."""
    return c.Subject(at_ns, at_ns + MINUTE, lat, lon, **{"rules": ("G05",)} | more)  # type: ignore[arg-type]


@dataclass
class Said:
    """What both sides have said, each thing with the next number."""

    documents: list[Document] = field(default_factory=list)

    def say(self, by: str, body: c.Body, at_ns: int, case: str = "N-1", number: int | None = None) -> Document:
        """Add a document."""
        place = number or max((one.number for one in self.documents), default=0) + 1
        name = digest(repr((case, by, place, at_ns, body)).encode())
        made = Document(case, by, place, at_ns, name, body)
        self.documents.append(made)
        return made

    def open(self, severity: Severity = Severity.SEV2, at_ns: int = START, by: str = "North") -> Document:
        """Open a case."""
        number = f"{by[0]}-1"
        return self.say(by, c.Opening(c.Why.PERSON, severity, subject(at_ns), TERMS), at_ns, number)

    def file(self, now_ns: int, ice: Ice = NOTHING_FROZEN) -> File:
        """Return the only case."""
        (matter,) = group_matters(self.documents)
        return fold(matter, PARTIES, GROUP, now_ns, ice)


def root(sign: str) -> c.Commitment:
    """Return a commitment."""
    return c.Commitment(sign * 64, 64)


def report(stage: c.Stage = c.Stage.INITIAL) -> c.Report:
    """Return a report."""
    return c.Report(stage, "Crossing of the nose", "It crossed.", "en")


def finding(stands: c.JointOrOwn) -> c.Proposal:
    """Return a finding."""
    return c.Proposal(stands, c.Letter.B, 21, "What happened.", "en")


def whole_life(upto: str = "closed", two: bool = False) -> tuple[Said, int]:
    """Return a case that went its whole way, or up to a state, and the time."""
    said, at = Said(), START
    steps = ["open", "sealed", "reported", "acknowledged", "answered", "session", "found", "measures", "closed"]
    for step in steps[: steps.index(upto) + 1]:
        at += 10 * MINUTE
        if step == "open":
            said.open(at_ns=at)
        elif step == "sealed":
            said.say("North", root("a"), at)
            said.say("South", root("b"), at)
        elif step == "reported":
            said.say("North", report(), at)
        elif step == "acknowledged":
            said.say("South", c.Acknowledgement(said.documents[-1].digest), at)
        elif step == "answered":
            of = next(one.digest for one in said.documents if isinstance(one.body, c.Report))
            said.say("South", c.Answer(c.Substance.DISPUTE, of), at)
        elif step == "session":
            said.say("North", c.Meeting(at, c.Medium.VIDEO, "EXTRAORDINARY"), at)
        elif step == "found":
            offered = said.say("North", finding(c.JointOrOwn.JOINT), at)
            said.say("South", finding(c.JointOrOwn.OWN) if two else c.FindingSignature(offered.digest), at)
        elif step == "measures":
            said.say("South", c.Measure("Crews are told.", "en", "South", at + DAY), at)
        else:
            said.say("North", c.Closing(), at)
            said.say("South", c.Closing(), at)
    return said, at
