"""C08: what is for crews is passed on to them: delivery is not effect."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.owed import Owed, OwedRule


class NotRelayed(OwedRule):
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

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow what is for crews until it is relayed."""
        self.returned(fact)
        match fact:
            case t.Said(crew=True, voice=False):
                self.keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED"):
                yield from self.received(fact)
            case t.Marked(mark="RELAYED") | t.Answered(code="UNA"):
                if not self.overtakes(fact):
                    yield from self.done(fact.id, fact.stamp_ns, fact.entry)
            case _:
                pass

    def late(self, key: str, owed: Owed, closed_ns: int | None) -> Finding:
        """Return the finding that it was not relayed in time."""
        span, value, limit = self.overdue(key, owed, closed_ns)
        says = f"{owed.by} had not relayed {owed.said.code} ({owed.said.precedence}) to crews in the time agreed."
        return self.find(key, Severity.SEV2, owed.by, span, (value, limit, "s"), owed.evidence, says)

    def limit_s(self, said: t.Said) -> float:
        """Return the time until RELAYED [s]."""
        answering = self.around.terms.answering
        return answering.flash_relayed_s if said.precedence == "FLASH" else answering.relayed_s
