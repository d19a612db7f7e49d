"""C03: guards are for distress and first contact; calls are made on frequencies of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import GRACE_NS, Rule, nanoseconds, seconds

DISTRESS = frozenset({"EMG", "AST", "ADC"})
CONTACT = frozenset({"RCK", "RCR", "IDQ", "IDR", "MON"})
"""What makes contact, or leads away from the guard."""


class WrongFrequency(Rule):
    """C03. A matter is one thing said."""

    takes = (t.Called, t.Replied, t.CheckAnswered, t.Lost, t.Planned, t.Said)
    text = RuleText(
        "C03",
        "Wrong frequency or guard misuse",
        "Once contact is made and a working frequency answers, talk leaves the guard; nobody calls outside the plan.",
        "Other deals: contact on 121.5 or 243.0 MHz, then a working frequency.",
        "Breach when something other than distress or first contact is said on a guard while a frequency of the plan "
        "has answered for longer than agreed; and when something is said on a frequency that is not in the plan.",
        (Parameter("conduct.C03.guard", "guard_s", "s", "how long talk may stay on a guard after that"),),
        (
            "distress",
            "a frequency on which whoever speaks has called for as long as two calls are apart, and nobody answered",
        ),
        "SEV4",
        "the plan in force, and what was said with its stamp",
        "who said it",
        ("frequency", "conduct"),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._works: dict[str, int] = {}
        self._calling: dict[tuple[str, str], int] = {}
        self._former: dict[str, int] = {}
        self._plan: frozenset[str] = frozenset()

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow which frequencies answer, and judge what is said."""
        plan = self.around.plan
        if isinstance(fact, t.Called):
            self._calling.setdefault((fact.medium, fact.by), fact.at_ns)
        elif isinstance(fact, t.Replied | t.CheckAnswered) and fact.medium in plan:
            self._works.setdefault(fact.medium, fact.at_ns)
            for party in self.around.parties:
                self._calling.pop((fact.medium, party), None)
        elif isinstance(fact, t.Lost):
            self._works.pop(fact.medium, None)
        elif isinstance(fact, t.Planned):
            self._works = {medium: at for medium, at in self._works.items() if medium in plan}
            self._former = dict.fromkeys(self._plan - plan.keys(), fact.at_ns)
            self._plan = frozenset(plan)
        elif isinstance(fact, t.Said) and fact.medium and fact.code not in DISTRESS:
            yield from self._judge(fact)

    def _judge(self, fact: t.Said) -> Iterator[Finding]:
        if fact.medium in t.GUARD_CHANNELS:
            limit = self.figure("guard_s")
            works = self._answering(fact)
            since = min(works.values(), default=fact.at_ns)
            if fact.code in CONTACT or fact.at_ns - since <= nanoseconds(limit):
                return
            says = f"{fact.code} was said on the guard {fact.medium}, though {', '.join(sorted(works))} had answered."
            measured = (seconds(fact.at_ns - since), limit, "s")
        elif self.around.plan and fact.medium not in {*self.around.plan, t.GROUND, t.TELEPHONE}:
            if fact.medium in self._former and fact.at_ns <= self._former[fact.medium] + GRACE_NS:
                return  # it was on the way when the plan changed
            says = f"{fact.code} was said on {fact.medium}, which is not in the plan."
            measured = (1.0, 0.0, "calls")
        else:
            return
        span = (fact.at_ns, fact.at_ns)
        yield self.find(fact.id, Severity.SEV4, fact.by, span, measured, (fact.entry, fact.id), says)

    def _answering(self, fact: t.Said) -> dict[str, int]:
        """Return the frequencies that had answered, but for those on which who says `fact` calls without an answer."""
        every = nanoseconds(self.around.terms.failover.call_every_s)
        called = {medium: at for (medium, by), at in self._calling.items() if by == fact.by}
        return {one: at for one, at in self._works.items() if called.get(one, fact.at_ns) + every > fact.at_ns}
