"""C09: nobody disturbs the designated frequencies or satellite navigation; who is asked to stop answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import Rule, nanoseconds, seconds

GNSS = "GNSS"
"""Satellite navigation among the media."""
HOLDING = frozenset({"SBY", "SAG"})
LATE_WORD = "It was answered in time by the receiver's clock; word of it came late."


@dataclass
class Asked:
    """A request to stop jamming: who owes the answer, since when by that side's clock [UTC ns]."""

    by: str
    since_ns: int
    evidence: tuple[str, ...]


class Interference(Rule):
    """C09. A matter is a medium on which both hear noise, or a request to stop."""

    takes = (t.Path, t.Noise, t.Announced, t.Said, t.Marked, t.Answered)
    text = RuleText(
        "C09",
        "Interference with designated frequencies or satellite navigation",
        "Nobody disturbs a designated frequency or satellite navigation; a request to stop is answered in time.",
        "Dangerous-activities agreements: no interference with command and control networks.",
        "Breach when both sides hear a carrier or noise on a designated frequency, or on satellite navigation (GNSS), "
        "at once and for longer than agreed; and when a request to stop jamming (STP, JAM) is not answered in the time "
        "agreed after RECEIVED. What one side alone hears is no finding. Not determinable where part of the time was "
        "not recorded.",
        (
            Parameter("conduct.C09.noise", "noise_s", "s", "for which both hear it"),
            Parameter("conduct.C09.answer", "answer_s", "s", "from RECEIVED to the answer"),
        ),
        ("a test that was announced: no breach",),
        "SEV2",
        "what each side reported, with stamps",
        "of noise, nobody; of a request, who did not answer",
        ("frequency", "conduct"),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._noise: dict[str, dict[str, tuple[int, str]]] = {}
        self._tests: list[tuple[str, int, int]] = []
        self._said: dict[str, t.Said] = {}
        self._asked: dict[str, Asked] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow noise and requests to stop."""
        self.returned(fact)
        match fact:
            case t.Noise():
                yield from self._heard(fact)
            case t.Announced(kind="test"):
                self._tests = [*self._tests[-9:], (fact.medium, fact.from_ns, fact.until_ns)]
            case t.Said(code="STP", kind="JAM", voice=False):
                self.keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED") if fact.id in self._said:
                by = self.around.across(self._said.pop(fact.id).by)
                self._asked[fact.id] = Asked(by, fact.stamp_ns, (fact.entry, fact.id))
                self.wait(fact.id, by, fact.at_ns + nanoseconds(self.figure("answer_s")))
            case t.Answered() if fact.code not in HOLDING:
                yield from self._answered(fact)
            case _:
                pass

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """Both have heard noise for long enough, or a request was not answered."""
        asked = self._asked.get(key)
        if asked is not None:
            if self.is_known(key, asked.by, due_ns):
                yield self._unanswered(key, asked, None, ())
            return
        heard, limit = self._noise[key], self.figure("noise_s")
        since = max(at for at, _ in heard.values())
        tested = any(m == key and start <= since and due_ns < end for m, start, end in self._tests)
        says = f"Both sides hear noise or a carrier on {key}."
        outcome = Outcome.NO_BREACH if tested else Outcome.BREACH
        says += " A test was announced for that time." if tested else ""
        doubt = "Part of that time was not recorded here." if self.around.was_blind(since) else ""
        told = [entry for _, entry in heard.values()]
        measured = (seconds(due_ns - since), limit, "s")
        yield self.find(key, Severity.SEV2, "", (since, None), measured, told, says, outcome=outcome, doubt=doubt)

    def _heard(self, fact: t.Noise) -> Iterator[Finding]:
        if fact.medium not in {*self.around.plan, GNSS}:
            return
        heard = self._noise.setdefault(fact.medium, {})
        if fact.heard:
            heard.setdefault(fact.by, (fact.at_ns, fact.entry))
            if set(heard) == set(self.around.parties) and fact.medium not in self.open:
                since = max(at for at, _ in heard.values())
                self.wake(fact.medium, since + nanoseconds(self.figure("noise_s")))
            return
        heard.pop(fact.by, None)
        self.sleep(fact.medium)
        if (found := self.open.get(fact.medium)) is not None:
            yield from self.close(fact.medium, fact.at_ns, seconds(fact.at_ns - found.opened_ns), fact.entry)

    def _answered(self, fact: t.Answered) -> Iterator[Finding]:
        asked = self._asked.pop(fact.id, None)
        if asked is None:
            return
        self.sleep(fact.id)
        took = fact.stamp_ns - asked.since_ns
        late = took > nanoseconds(self.figure("answer_s"))
        if fact.id in self.open:
            yield from self.close(fact.id, fact.stamp_ns, seconds(took), fact.entry, turned="" if late else LATE_WORD)
        elif late:
            yield self._unanswered(fact.id, asked, fact.stamp_ns, (fact.entry,))

    def _unanswered(self, key: str, asked: Asked, closed_ns: int | None, more: tuple[str, ...]) -> Finding:
        limit = self.figure("answer_s")
        value = limit if closed_ns is None else seconds(closed_ns - asked.since_ns)
        span = (asked.since_ns + nanoseconds(limit), closed_ns)
        says = f"{asked.by} had not answered in the time agreed a request to stop jamming."
        return self.find(
            key, Severity.SEV2, asked.by, span, (value, limit, "s"), (*asked.evidence, *more), says
        )  # fmt: skip
