"""What every rule about process is made of: the record that it goes by, and how a deadline becomes a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from armslength.agreement.terms import Terms
from armslength.domain.case import Deadline, Document, File
from armslength.domain.finding import SUSPENDED, Finding, Outcome, Severity
from armslength.domain.rule import RuleText
from armslength.units import NS

__all__ = ["GRACE_NS", "Notice", "Record", "Rule", "Spoken", "made", "on_time"]

GRACE_NS = 30 * NS
"""What the other side did in time may become known here so much later, once a way stands [ns]."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A signed notice of suspension or resumption.

    Attributes:
        digest: of it. by: the party that gave it. provision: which. resumes: it is one of resumption.
        issued_ns, effect_ns: as it says. received_ns: when the other side had it; None while that is not known.
        both: both sides have signed it. All UTC [ns].
    """

    digest: str
    by: str
    provision: str
    resumes: bool
    issued_ns: int
    effect_ns: int
    received_ns: int | None
    both: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message SUS or RSM: who said it, when, about which provision, under which id."""

    id: str
    code: str
    by: str
    at_ns: int
    provision: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the rules go by, as one side has it.

    Attributes:
        own, other: the parties. terms: in force. since_ns: from when on the agreement is in force.
        now_ns: UTC [ns]. stands_ns: since when a way to the other side stands; None where none does.
        files: cases. owed: what was and is owed in each, by its number.
        broken: by (number of the case, party): why its evidence is not what it committed to.
        serious: when cases of SEV2 were opened lately [UTC ns], in order.
        meetings: documents that say that the working group met, whatever the case.
        notices, spoken: of suspensions. suspended: provisions suspended now.
        entries: by digest of a document, the id of its ledger entry.
    """

    own: str
    other: str
    terms: Terms
    since_ns: int
    now_ns: int
    stands_ns: int | None = None
    files: Sequence[File] = ()
    owed: Mapping[str, Sequence[Deadline]] = field(default_factory=dict)
    broken: Mapping[tuple[str, str], str] = field(default_factory=dict)
    serious: Sequence[int] = ()
    meetings: Sequence[Document] = ()
    notices: Sequence[Notice] = ()
    spoken: Sequence[Spoken] = ()
    suspended: frozenset[str] = frozenset()
    entries: Mapping[str, str] = field(default_factory=dict)

    def knows(self, by: str, due_ns: int) -> bool:
        """Return whether what `by` did up to `due_ns` must be known here by now."""
        if by == self.own:
            return True
        return self.stands_ns is not None and self.now_ns > max(due_ns, self.stands_ns) + GRACE_NS


class Rule:
    """A rule about process. It keeps nothing: what it finds follows from the record."""

    text: ClassVar[RuleText]

    @classmethod
    def judge(cls, record: Record) -> Iterator[Finding]:
        """Yield what is found: the last word on each matter."""
        yield from ()


def made(
    text: RuleText,
    record: Record,
    about: str,
    severity: Severity,
    by: str,
    span: tuple[int, int | None],
    measured: tuple[float, float, str],
    explanation: str,
    *,
    outcome: Outcome = Outcome.BREACH,
    evidence: Sequence[str] = (),
) -> Finding:
    """Return a finding; of a breach in a suspension it says so, and does not judge."""
    regime = ""
    if outcome is Outcome.BREACH and (stopped := [one for one in text.provisions if one in record.suspended]):
        outcome, regime = Outcome.NOT_DETERMINABLE, SUSPENDED
        explanation = f"{explanation} Recorded, not judged: {stopped[0]} is suspended."
    told = tuple(dict.fromkeys(record.entries.get(one, one) for one in evidence if one))
    (opened, closed), (value, threshold, unit) = span, measured
    return Finding(
        text.id, about, outcome, severity, by, opened, closed, value, threshold, unit, told, explanation, regime
    )  # fmt: skip


def on_time(
    text: RuleText, record: Record, file: File, owed: Deadline, severity: Severity, what: str
) -> Iterator[Finding]:  # fmt: skip
    """Yield the finding about something that was owed in a case, where it was not done in time, or may not have been.

    Args:
        text, record: of the rule.
        file, owed: the case, and what was owed.
        severity: of a breach.
        what: what was to be done, for the sentence "NORTH did not WHAT in time".
    """
    due = owed.due_ns
    if due is None or record.now_ns <= due:
        return
    allowed = (due - owed.since_ns) / NS
    about, who = f"{file.case} {owed.what} {owed.by}".strip(), owed.by or "The working group"
    if owed.done_ns is None:
        if record.knows(owed.by or record.other, due):
            says = f"Case {file.case}: {who} did not {what} in the time agreed."
            yield made(text, record, about, severity, owed.by, (due, None), (allowed, allowed, "s"), says)
        return
    taken = (owed.done_ns - owed.since_ns) / NS
    span, measured = (due, max(owed.done_ns, due)), (taken, allowed, "s")
    if owed.done_ns > due:
        says = f"Case {file.case}: {who} did {what} after the time agreed was over."
        yield made(text, record, about, severity, owed.by, span, measured, says)
    elif owed.known_ns is not None and owed.known_ns > due + GRACE_NS:
        came = (owed.known_ns - due) / NS
        says = (
            f"Case {file.case}: what {who} did came {came:.0f} s after the time was over; by its stamp it was in time."
        )
        stood = record.stands_ns is not None and record.stands_ns < due
        outcome = Outcome.NOT_DETERMINABLE if stood else Outcome.NO_BREACH
        says += " But the ground line stood all that time: why it came so late is not known." if stood else ""
        yield made(text, record, about, severity, owed.by, span, measured, says, outcome=outcome)
