"""C07: when a frequency fails, the next way carries the talk in time, and no message is lost on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import Rule, nanoseconds, seconds
from armslength.units import counted

WAY = "way"
NO_WAY = "There was no way at all for a time: what waits is kept, and goes out on return."

LATE = "late"


@dataclass
class Lack:
    """Messages of one side that are missing: their numbers, since when it is known [UTC ns].

    `given_up`: that side says that they will not come.
    """

    by: str
    precedence: str
    numbers: set[int]
    since_ns: int
    entry: str
    given_up: bool


class Failover(Rule):
    """C07. A matter is the change to another way, or a run of missing numbers."""

    takes = (t.Path, t.Lost, t.Restored, t.InUse, t.Missing, t.Arrived)
    text = RuleText(
        "C07",
        "Failover late or a message lost",
        "When a frequency fails, another way is in use in time, and both sides are told; nothing is lost meanwhile.",
        "The deal: a communication line on the ground backs up the frequencies.",
        "Breach when, after the first call without an answer on the medium in use, no other medium is in use in the "
        "time agreed, nor the same one again; and when numbers of a side's messages are missing, that side itself says "
        "that they will not come, and they have not come for as long as that while a way stands. No breach where no "
        "way stood at all: messages wait, and go out on return. Not determinable where part was not recorded, "
        "and where later messages came and the sender has not said that the missing ones will not: it may hold them, "
        "or they are on their way.",
        (Parameter("failover.ground_line", "failover.ground_line_s", "s", "from the first call to the next way"),),
        ("both media down: then store, and forward on return",),
        "SEV2 for a late change, SEV1 for a loss",
        "what each side told of its media, which was in use when; sequence numbers",
        "of a loss, who sent; of a late change, nobody",
        (),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._failed: tuple[str, str, int, str] | None = None
        self._in_use, self._in_use_ns = "", 0
        self._lacks: dict[str, Lack] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow media that fail, the one in use, and numbers that are missing."""
        self.returned(fact)
        match fact:
            case t.Lost() if fact.medium == self._in_use and self._failed is None:
                since = min(max(fact.since_ns, self._in_use_ns), fact.at_ns)  # before, another way carried it
                self._failed = (fact.medium, fact.by, since, fact.entry)
                self.wake(WAY, since + self._limit())
            case t.Restored() if self._failed is not None and (fact.medium, fact.by) == self._failed[:2]:
                yield from self._changed(fact)
            case t.InUse():
                self._in_use, self._in_use_ns = fact.medium, fact.at_ns
                if fact.medium:
                    yield from self._changed(fact)
            case t.Missing():
                yield from self._missing(fact)
            case t.Arrived():
                yield from self._arrived(fact)
            case _:
                pass

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """No other way is in use in time, or numbers are still missing."""
        limit = self.around.terms.failover.ground_line_s
        if key == WAY:
            if self._failed is None or not self._in_use:
                return  # what is open is said when a way is in use again
            medium, _, since, entry = self._failed
            says = f"{medium} did not answer, and no other way was in use in the time agreed."
            yield self._way(since, None, limit, (entry,), says)
            return
        lack = self._lacks.get(key)
        if lack is None:
            return
        if not self.around.path:
            self._cut.add(key)
            return
        back = self.around.path_since_ns + self._limit()
        if back > due_ns:  # the time runs while a way stands
            self.wake(key, back)
            return
        first, last, count = min(lack.numbers), max(lack.numbers), len(lack.numbers)
        numbers = f"numbers {first} to {last}" if last > first else f"number {first}"
        what = f"{counted(count, 'message')} of {lack.by} ({lack.precedence}, {numbers})"
        says, doubt = f"{what} did not come.", self.blind(lack.since_ns)
        if not lack.given_up:
            says = f"{what} {'has' if count == 1 else 'have'} not come yet."
            doubt = f"{lack.by} has not said that they will not: it may hold them, or they are on their way."
        measured = (float(count), 0.0, "messages")
        yield self.find(key, Severity.SEV1, lack.by, (lack.since_ns, None), measured, (lack.entry,), says, doubt=doubt)

    def _limit(self) -> int:
        return nanoseconds(self.around.terms.failover.ground_line_s)

    def _changed(self, fact: t.InUse | t.Restored) -> Iterator[Finding]:
        """Some way is in use again: another, or that which had failed."""
        if self._failed is None:
            return
        (medium, _, since, entry), self._failed = self._failed, None
        self.sleep(WAY)
        took = seconds(fact.at_ns - since)
        turned = NO_WAY if self.around.was_cut(since) else ""
        if WAY in self.open:
            yield from self.close(WAY, fact.at_ns, took, fact.entry, turned=turned)
        elif fact.at_ns - since > self._limit():
            says = turned or f"{medium} did not answer, and no other way was in use in the time agreed."
            yield self._way(since, fact.at_ns, took, (entry, fact.entry), says, turned=bool(turned))

    def _way(
        self, since: int, closed: int | None, took: float, told: tuple[str, ...], says: str, *, turned: bool = False
    ) -> Finding:  # fmt: skip
        limit = self.around.terms.failover.ground_line_s
        outcome = Outcome.NO_BREACH if turned else Outcome.BREACH
        doubt = self.blind(since)
        span = (since + self._limit(), closed)
        return self.find(WAY, Severity.SEV2, "", span, (took, limit, "s"), told, says, outcome=outcome, doubt=doubt)

    def _missing(self, fact: t.Missing) -> Iterator[Finding]:
        """Numbers are missing; what is given up now is not merely late any more."""
        key = f"{fact.by} {fact.precedence} {min(fact.numbers)}"
        if fact.given_up:
            yield from self._told(fact)
        else:
            key = f"{key} {LATE}"
        lack = Lack(fact.by, fact.precedence, set(fact.numbers), fact.at_ns, fact.entry, fact.given_up)
        self.keep(self._lacks, key, lack)
        self.wake(key, fact.at_ns + self._limit())

    def _arrived(self, fact: t.Arrived) -> Iterator[Finding]:
        for key, entry in self._take_off(fact, {fact.number}, late_only=False):
            says = f"All that was missing of {fact.by} came after all."
            for found in self.close(key, fact.at_ns, 0.0, entry):
                yield replace(found, outcome=Outcome.NO_BREACH, explanation=says)

    def _told(self, fact: t.Missing) -> Iterator[Finding]:
        """What was late is given up: that is another matter from now on."""
        for key, entry in self._take_off(fact, set(fact.numbers), late_only=True):
            for found in self.close(key, fact.at_ns, float(len(fact.numbers)), entry):
                says = f"{found.explanation} Then {fact.by} said that they will not: that is another matter."
                yield replace(found, explanation=says)

    def _take_off(
        self, fact: t.Arrived | t.Missing, numbers: set[int], *, late_only: bool
    ) -> Iterator[tuple[str, str]]:
        """Take numbers off what is missing; yield the key of each matter of which nothing is left, and the entry."""
        for key, lack in list(self._lacks.items()):
            if (lack.by, lack.precedence) != (fact.by, fact.precedence) or lack.numbers.isdisjoint(numbers):
                continue
            if late_only and lack.given_up:
                continue
            lack.numbers -= numbers
            if not lack.numbers:
                del self._lacks[key]
                self.sleep(key)
                yield key, fact.entry
