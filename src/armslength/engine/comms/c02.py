"""C02: who is called on the designated frequencies answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED, Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.calling import Run
from armslength.engine.comms.rule import BLIND, Rule, nanoseconds, seconds
from armslength.units import counted

UNKNOWN = "Nobody had ever answered there: it is not known that the other side listens."
NOISY = "Noise was heard on all of these frequencies: a call may not have been heard."
DEAD = "The other side told that nobody answers it there either: the frequencies may be dead for both."
THERE = "The other node was there on the ground line meanwhile: the frequencies may be dead."
RECEIVED = "The other side had received what was called, by another way and in time; word of it came late."


class NoAnswer(Rule):
    """C02. A matter is one party calling, until somebody answers."""

    takes = (t.Called, t.Marked, t.Replied, t.Lost, t.Restored, t.Suspended)
    text = RuleText(
        "C02",
        "No answer on the designated frequency",
        "A post or crew that is called again and again on two frequencies answers.",
        "22 guard calls to about ten aircraft in one shift of eight hours, without an answer; the order of calling of "
        "ICAO Annex 10.",
        "Breach when so many calls, at least so far apart, had no answer on two frequencies (on one, where the plan "
        "has no more), the time after the first of them is over, and so many have had as long for an answer as the "
        "last of them has where they follow one another as closely as they may. A call of a message that was "
        "received in that time, by whatever way, is answered. It is counted once until somebody answers. Not "
        "determinable where nobody ever answered on any of them, where noise was heard on all of them, where the "
        "other side told that they do not answer it either, where only the node called and the other was there on"
        " the ground line for some of the time, or where part of the time was not recorded.",
        (
            Parameter("failover.calls", "failover.calls", "", "calls without an answer"),
            Parameter("failover.call_every", "failover.call_every_s", "s", "between two calls; closer ones are one"),
            Parameter("failover.no_answer", "failover.no_answer_s", "s", "after the first call"),
        ),
        (
            "the other side is not known to be on the frequency",
            "an aircraft without a radio, whose post was reached",
            "what the other side received in time by another way",
            "a frequency in an outage that was told beforehand, by either side",
        ),
        "SEV3; SEV2 while a pair is inside the minima",
        "the stamps of the calls with their frequencies",
        "the party that was called",
        ("frequency", "conduct"),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._runs: dict[tuple[str, str], Run] = {}
        self._heard: set[str] = set()
        self._lost: set[tuple[str, str]] = set()
        self._called_on: dict[str, frozenset[str]] = {}
        self._received: dict[str, None] = {}
        """Messages that were received; a frequency may still call them for a while."""

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Count calls; an answer ends the matter."""
        if isinstance(fact, t.Called):
            self._called(fact)
        elif isinstance(fact, t.Marked):
            if fact.mark == "RECEIVED":
                yield from self._arrived(fact)
        elif isinstance(fact, t.Replied):
            self._heard.add(fact.medium)
            self._lost = {one for one in self._lost if one[0] != fact.medium}
            for key in [key for key in self._runs if key[1] == fact.to]:
                del self._runs[key]
            self.sleep(fact.to)
            if (found := self.open.get(fact.to)) is not None:
                yield from self.close(fact.to, fact.at_ns, seconds(fact.at_ns - found.opened_ns), fact.entry)
        elif isinstance(fact, t.Lost):
            self._lost.add((fact.medium, fact.by))
            yield from self._turn(self.around.across(fact.by))
        elif isinstance(fact, t.Restored):
            self._lost.discard((fact.medium, fact.by))
        elif isinstance(fact, t.Suspended) and self.resumed(fact):
            self._runs.clear()  # who did not answer in the suspension must now be called again
            for by in [by for by, one in self.open.items() if one.regime == SUSPENDED]:
                yield from self.close(by, fact.at_ns, seconds(fact.at_ns - self.open[by].opened_ns))

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """The time after the first call, and after so many of them, is over."""
        silent = self._silent(key)
        if key in self.open or len(silent) < self._wanted(due_ns):
            return
        if (due := self._due_of(silent)) > due_ns:
            self.wake(key, due)
            return
        around, media = self.around, sorted(silent)
        first = min(run.calls[0].at_ns for run in silent.values())
        calls = sorted((one for run in silent.values() for one in run.calls), key=lambda one: one.at_ns)
        noisy = {medium for medium in media if around.noise(medium, due_ns)}
        doubt = UNKNOWN if not self._heard & set(media) else NOISY if noisy >= set(media) else ""
        if not doubt and not any(one.voice for one in calls) and (around.session or around.session_since_ns >= first):
            doubt = THERE
        if self._is_dead(key, frozenset(media)):
            doubt = DEAD
        if around.was_blind(first):
            doubt = BLIND
        self._called_on[key] = frozenset(media)
        count = sum(len(run.counted(self._every())) for run in silent.values())
        yield self.find(
            key,
            Severity.SEV2 if around.inside else Severity.SEV3,
            around.across(key),
            (first, None),
            (seconds(due_ns - first), around.terms.failover.no_answer_s, "s"),
            [told for one in calls[:20] for told in (one.entry, one.id)],
            f"{counted(count, 'call')} of {key} on {' and '.join(media)} had no answer.",
            doubt=doubt,
        )

    def _called(self, fact: t.Called) -> None:
        if fact.by in self.open or fact.id in self._received or self._is_out(fact.medium, fact.at_ns):
            return
        run = self._runs.get((fact.medium, fact.by))
        if run is None or fact.at_ns - run.calls[-1].at_ns > nanoseconds(self.around.terms.failover.no_answer_s):
            run = self._runs[fact.medium, fact.by] = Run()
        run.add(fact)
        self._arm(fact.by, fact.at_ns)

    def _arm(self, by: str, at_ns: int) -> None:
        """Wait until the time of the calls of `by` is over, where there are enough of them."""
        if by in self.open:
            return
        silent = self._silent(by)
        if len(silent) < self._wanted(at_ns):
            self.sleep(by)
        else:
            self.wake(by, max(at_ns, self._due_of(silent)))

    def _due_of(self, silent: dict[str, Run]) -> int:
        """Return when the first of these calls, and the last that is wanted, have had their time [UTC ns]."""
        failover, every = self.around.terms.failover, self._every()
        whole = nanoseconds(failover.no_answer_s)
        least = max(every, whole - (failover.calls - 1) * every)
        last = max(run.counted(every)[failover.calls - 1] for run in silent.values())
        return max(min(run.calls[0].at_ns for run in silent.values()) + whole, last + least)

    def _every(self) -> int:
        return nanoseconds(self.around.terms.failover.call_every_s)

    def _arrived(self, mark: t.Marked) -> Iterator[Finding]:
        """A message was received, by whatever way: its calls of that time are answered. It is no answer of a medium."""
        self.keep(self._received, mark.id, None)
        since = min(mark.at_ns, mark.stamp_ns) - nanoseconds(self.around.terms.failover.no_answer_s)
        callers = set[str]()
        for key, run in list(self._runs.items()):
            left = [one for one in run.calls if one.id != mark.id or one.at_ns < since]
            if len(left) == len(run.calls):
                continue
            callers.add(key[1])
            run.calls = left
            if not left:
                del self._runs[key]
        for by in sorted(callers):
            self._arm(by, mark.at_ns)
            if (found := self.open.get(by)) is not None and len(self._silent(by)) < self._wanted(mark.at_ns):
                took = seconds(mark.at_ns - found.opened_ns)
                yield from self.close(by, mark.at_ns, took, mark.entry, turned=RECEIVED, doubt=self.late_word(by))

    def _is_dead(self, by: str, media: frozenset[str]) -> bool:
        """Return whether the other side, too, told of all these media that they do not answer."""
        return bool(media) and all((medium, self.around.across(by)) in self._lost for medium in media)

    def _turn(self, by: str) -> Iterator[Finding]:
        """What was a breach cannot be determined where the other side was as deaf: word of it may come later."""
        found = self.open.get(by)
        if found is None or found.outcome is not Outcome.BREACH or not self._is_dead(by, self._called_on[by]):
            return
        says = f"{found.explanation} {DEAD}"
        self.open[by] = turned = replace(found, outcome=Outcome.NOT_DETERMINABLE, explanation=says)
        yield turned

    def _silent(self, by: str) -> dict[str, Run]:
        calls, every = self.around.terms.failover.calls, self._every()
        return {m: run for (m, who), run in self._runs.items() if who == by and len(run.counted(every)) >= calls}

    def _wanted(self, at_ns: int) -> int:
        return min(2, max(1, sum(not self._is_out(medium, at_ns) for medium in self.around.plan)))

    def _is_out(self, medium: str, at_ns: int) -> bool:
        return self.around.planned_until(t.OUTAGE, medium, at_ns) > at_ns
