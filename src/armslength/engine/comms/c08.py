"""C08: what is for crews is passed on to them: delivery is not effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import Rule, nanoseconds, seconds

LATE_WORD = "It was relayed in time by the receiver's clock; word of it came late."


@dataclass
class Owed:
    """A message that is to be relayed: by whom, since when by that side's clock [UTC ns]."""

    said: t.Said
    by: str
    since_ns: int
    evidence: tuple[str, ...]


class NotRelayed(Rule):
    """C08. A matter is one message for crews."""

    takes = (t.Path, t.Said, t.Marked, t.Answered)
    text = RuleText(
        "C08",
        "Acknowledged but not passed on",
        "What is for crews is marked RECEIVED, UNDERSTOOD and RELAYED, or answered UNA with a reason, in time.",
        "Al-Tanf, June 2016: warned by the line, a second wave came 90 minutes later; the pilots had not been told.",
        "Breach when neither RELAYED nor UNA came in the time agreed after RECEIVED, by the receiver's clock. What is "
        "not known of the other side because no way stands is waited for.",
        (
            Parameter("answering.flash_relayed", "answering.flash_relayed_s", "s", "until FLASH is relayed"),
            Parameter("answering.relayed", "answering.relayed_s", "s", "until everything else is"),
        ),
        ("UNA with its reason", "what arrived expired, or expires before the time is over, is owed to nobody"),
        "SEV2",
        "the marks, signed by the receiver",
        "who received it",
        (),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._said: dict[str, t.Said] = {}
        self._owed: dict[str, Owed] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow what is for crews until it is relayed."""
        self.returned(fact)
        match fact:
            case t.Said(crew=True, voice=False):
                self.keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED") if fact.id in self._said:
                self._received(fact, self._said.pop(fact.id))
            case t.Marked(mark="RELAYED"):
                yield from self._done(fact.id, fact.stamp_ns, fact.entry)
            case t.Answered(code="UNA"):
                yield from self._done(fact.id, fact.stamp_ns, fact.entry)
            case _:
                pass

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """It was not relayed in time."""
        owed = self._owed[key]
        if self.is_known(key, owed.by, due_ns):
            yield self._late(key, owed, None)

    def _received(self, fact: t.Marked, said: t.Said) -> None:
        limit = nanoseconds(self._limit_s(said))
        if fact.expired or (said.valid_until_ns is not None and said.valid_until_ns <= fact.stamp_ns + limit):
            return
        by = self.around.across(said.by)
        self._owed[fact.id] = Owed(said, by, fact.stamp_ns, (said.entry, fact.entry, fact.id))
        self.wait(fact.id, by, fact.at_ns + limit)

    def _done(self, key: str, stamp_ns: int, entry: str) -> Iterator[Finding]:
        owed = self._owed.pop(key, None)
        if owed is None:
            return
        self.sleep(key)
        took = stamp_ns - owed.since_ns
        late = took > nanoseconds(self._limit_s(owed.said))
        if key in self.open:
            yield from self.close(key, stamp_ns, seconds(took), entry, turned="" if late else LATE_WORD)
        elif late:
            owed.evidence = (*owed.evidence, entry)
            yield self._late(key, owed, stamp_ns)

    def _late(self, key: str, owed: Owed, closed_ns: int | None) -> Finding:
        limit = self._limit_s(owed.said)
        value = limit if closed_ns is None else seconds(closed_ns - owed.since_ns)
        span = (owed.since_ns + nanoseconds(limit), closed_ns)
        says = f"{owed.by} had not relayed {owed.said.code} ({owed.said.precedence}) to crews in the time agreed."
        return self.find(key, Severity.SEV2, owed.by, span, (value, limit, "s"), owed.evidence, says)

    def _limit_s(self, said: t.Said) -> float:
        answering = self.around.terms.answering
        return answering.flash_relayed_s if said.precedence == "FLASH" else answering.relayed_s
