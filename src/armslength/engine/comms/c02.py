"""C02: who is called on the designated frequencies answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED, Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import BLIND, Rule, nanoseconds, seconds

UNKNOWN = "Nobody had ever answered there: it is not known that the other side listens."
NOISY = "Noise was heard on all of these frequencies: a call may not have been heard."
DEAD = "The other side told that nobody answers it there either: the frequencies may be dead for both."
THERE = "The other node was there on the ground line all the while: the frequencies may be dead."


@dataclass
class Run:
    """Calls on one medium that nobody has answered [UTC ns]."""

    first_ns: int
    last_ns: int
    calls: int = 1
    voice: bool = False
    evidence: list[str] = field(default_factory=list)


class NoAnswer(Rule):
    """C02. A matter is one party calling, until somebody answers."""

    takes = (t.Called, t.Replied, t.Lost, t.Restored, t.Suspended)
    text = RuleText(
        "C02",
        "No answer on the designated frequency",
        "A post or crew that is called again and again on two frequencies answers.",
        "22 guard calls to about ten aircraft in one shift of eight hours, without an answer; the order of calling of "
        "ICAO Annex 10.",
        "Breach when so many calls, at least so far apart, had no answer on two frequencies (on one, where the plan "
        "has no more), and the time after the first of them is over. It is counted once until somebody answers. Not "
        "determinable where nobody ever answered on any of them, where noise was heard on all of them, where the "
        "other side told that they do not answer it either, where only the node called and the other was there on"
        " the ground line, or where part of the time was not recorded.",
        (
            Parameter("failover.calls", "failover.calls", "", "calls without an answer"),
            Parameter("failover.call_every", "failover.call_every_s", "s", "between two calls; closer ones are one"),
            Parameter("failover.no_answer", "failover.no_answer_s", "s", "after the first call"),
        ),
        (
            "the other side is not known to be on the frequency",
            "an aircraft without a radio, whose post was reached",
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

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Count calls; an answer ends the matter."""
        if isinstance(fact, t.Called):
            self._called(fact)
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
        """The time after the first call is over."""
        silent = self._silent(key)
        if key in self.open or len(silent) < self._wanted(due_ns):
            return
        first = min(run.first_ns for run in silent.values())
        media = sorted(silent)
        noisy = {medium for medium in media if self.around.noise(medium, due_ns)}
        doubt = UNKNOWN if not self._heard & set(media) else NOISY if noisy >= set(media) else ""
        if not doubt and self.around.session and not any(run.voice for run in silent.values()):
            doubt = THERE
        if self._is_dead(key, frozenset(media)):
            doubt = DEAD
        if self.around.was_blind(first):
            doubt = BLIND
        self._called_on[key] = frozenset(media)
        calls = sum(run.calls for run in silent.values())
        yield self.find(
            key,
            Severity.SEV2 if self.around.inside else Severity.SEV3,
            self.around.across(key),
            (first, None),
            (seconds(due_ns - first), self.around.terms.failover.no_answer_s, "s"),
            [one for run in silent.values() for one in run.evidence],
            f"{calls} calls of {key} on {' and '.join(media)} had no answer.",
            doubt=doubt,
        )

    def _called(self, fact: t.Called) -> None:
        failover = self.around.terms.failover
        if self._is_out(fact.medium, fact.at_ns):
            return
        key, told = (fact.medium, fact.by), [fact.entry, fact.id]
        run = self._runs.get(key)
        stale = run is not None and fact.at_ns - run.last_ns > nanoseconds(failover.no_answer_s)
        if run is None or (stale and fact.by not in self.open):
            self._runs[key] = Run(fact.at_ns, fact.at_ns, 1, fact.voice, told)
        elif fact.at_ns - run.last_ns >= nanoseconds(failover.call_every_s):
            run.calls, run.last_ns = run.calls + 1, fact.at_ns
            run.voice = run.voice or fact.voice
            run.evidence = (run.evidence + told)[:20]
        silent = self._silent(fact.by)
        if fact.by in self.open or len(silent) < self._wanted(fact.at_ns):
            return
        first = min(one.first_ns for one in silent.values())
        self.wake(fact.by, first + nanoseconds(failover.no_answer_s))

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
        calls = self.around.terms.failover.calls
        return {m: run for (m, caller), run in self._runs.items() if caller == by and run.calls >= calls}

    def _wanted(self, at_ns: int) -> int:
        return min(2, max(1, sum(not self._is_out(medium, at_ns) for medium in self.around.plan)))

    def _is_out(self, medium: str, at_ns: int) -> bool:
        return self.around.planned_until(t.OUTAGE, medium, at_ns) > at_ns
