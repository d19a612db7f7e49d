"""What every rule about communications is made of: deadlines, one for each matter, and findings that open and close."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar, TypeVar

from armslength.domain.finding import SUSPENDED, Finding, Outcome, Severity
from armslength.domain.rule import RuleText
from armslength.domain.talk import Fact, Marked, Path, Said, Suspended
from armslength.engine.comms.around import Around
from armslength.units import NS

GRACE_NS = 10 * NS
"""What the other side did in time may become known here so much later, once a way stands [ns]."""

DIFFER_NS = 60 * NS
"""Clocks differ by less: a mark "expired" that was put so long before the message was over is not believed [ns]."""
BLIND = "Part of that time was not recorded here."
STOOD = "But the ground line stood all that time: why word of it came so late is not known."

MOST = 4096
"""Messages that wait to be received: the other side's outbox holds no more."""
Held = TypeVar("Held")


class Rule:
    """One rule over one record. It is given facts in their order, and time between them; it keeps what is undecided.

    A deadline is over when the time is beyond it: what happens in that very nanosecond is in time.
    """

    text: ClassVar[RuleText]
    takes: ClassVar[tuple[type, ...]]
    """The facts that it wants to be given."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.open: dict[str, Finding] = {}
        self._heap: list[tuple[int, str]] = []
        self._due: dict[str, int] = {}
        self._cut: set[str] = set()
        self._stopped = False

    def take(self, fact: Fact) -> Iterator[Finding]:
        """Yield what follows from a fact."""
        yield from ()

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """Yield what follows from the deadline of the matter `key` being over."""
        yield from ()

    def due_ns(self) -> int | None:
        """Return the next deadline [UTC ns]."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def until(self, now_ns: int) -> Iterator[Finding]:
        """Yield what follows from the deadlines that are over at `now_ns`, in their order."""
        while (due := self.due_ns()) is not None and now_ns > due:
            key = heapq.heappop(self._heap)[1]
            del self._due[key]
            yield from self.expire(key, due)

    def wake(self, key: str, due_ns: int) -> None:
        """Have `expire` called for `key` when `due_ns` is over; an earlier wish for it is forgotten."""
        if self._due.get(key) != due_ns:
            self._due[key] = due_ns
            heapq.heappush(self._heap, (due_ns, key))

    def sleep(self, key: str) -> None:
        """Forget the deadline of `key`."""
        self._due.pop(key, None)
        self._cut.discard(key)

    def wait(self, key: str, by: str, due_ns: int) -> None:
        """As `wake`, for what the party `by` has to state: of the other side, with time for it to become known here."""
        self.wake(key, due_ns if by == self.around.own else due_ns + GRACE_NS)

    def is_known(self, key: str, by: str, due_ns: int) -> bool:
        """Return whether what `by` stated up to `due_ns` must be known by now; if not, `key` is woken when it is."""
        around = self.around
        if by == around.own:
            return True
        if not around.path:
            self._cut.add(key)
            return False
        if around.path_since_ns + GRACE_NS > due_ns:
            self.wake(key, around.path_since_ns + GRACE_NS)
            return False
        return True

    def returned(self, fact: Fact) -> None:
        """Wake what waited for a way to the other side, where `fact` says that one stands."""
        if isinstance(fact, Path) and fact.stands:
            for key in sorted(self._cut):
                self.wake(key, fact.at_ns + GRACE_NS)
            self._cut.clear()

    def find(
        self,
        key: str,
        severity: Severity,
        by: str,
        span: tuple[int, int | None],
        measured: tuple[float, float, str],
        evidence: Iterable[str],
        explanation: str,
        *,
        outcome: Outcome = Outcome.BREACH,
        doubt: str = "",
    ) -> Finding:
        """Return a finding about `key`, and hold it while it lasts.

        Args:
            key: what it is about.
            severity, by, evidence, explanation, outcome: as in `Finding`.
            span: when it opened, and closed (None: it lasts) [UTC ns].
            measured: value, threshold, unit.
            doubt: why it cannot be determined; "" where it can.
        """
        around, text = self.around, self.text
        regime = ""
        if doubt and outcome is Outcome.BREACH:
            outcome, explanation = Outcome.NOT_DETERMINABLE, f"{explanation} {doubt}"
        if stopped := [one for one in text.provisions if one in around.suspended]:
            outcome, regime = Outcome.NOT_DETERMINABLE, SUSPENDED
            explanation = f"{explanation} Recorded, not judged: {stopped[0]} is suspended."
        told = tuple(dict.fromkeys(one for one in evidence if one))
        (opened, closed), (value, threshold, unit) = span, measured
        found = Finding(
            text.id, key, outcome, severity, by, opened, closed, value, threshold, unit, told, explanation, regime
        )
        if span[1] is None:
            self.open[key] = found
        else:
            self.open.pop(key, None)
        return found

    def close(
        self, key: str, at_ns: int, value: float, *evidence: str, turned: str = "", doubt: str = ""
    ) -> Iterator[Finding]:  # fmt: skip
        """Yield the open finding about `key`, closed with its last value.

        Args:
            key: what it is about; nothing is open: nothing is yielded.
            at_ns: when it ended.
            value: in the unit of the finding.
            evidence: more of it.
            turned: why it is no breach after all; "" where it stays what it was.
            doubt: why that cannot be determined; "" where it can.
        """
        found = self.open.pop(key, None)
        if found is None:
            return
        told = tuple(dict.fromkeys([*found.evidence, *(one for one in evidence if one)]))
        found = replace(found, closed_ns=max(at_ns, found.opened_ns), value=value, evidence=told)
        if turned and found.outcome is Outcome.BREACH:
            outcome = Outcome.NOT_DETERMINABLE if doubt else Outcome.NO_BREACH
            found = replace(found, outcome=outcome, explanation=f"{turned} {doubt}".strip())
        yield found

    def late_word(self, key: str) -> str:
        """Return why word of `key` that comes now, and says that it was in time, is doubted; "" where it is not.

        A stamp is believed as far as nothing speaks against it: a line that stood all the time would have brought it.
        """
        found = self.open.get(key)
        doubted = found is not None and found.by != self.around.own and self.around.stood(found.opened_ns)
        return STOOD if doubted else ""

    def blind(self, since_ns: int) -> str:
        """Return the doubt where something since then [UTC ns] was not recorded; "" where all was."""
        return BLIND if self.around.was_blind(since_ns) else ""

    def resumed(self, fact: Fact) -> bool:
        """Return whether `fact` ends the suspension of what this rule is about."""
        if not isinstance(fact, Suspended):
            return False
        was, self._stopped = self._stopped, not self.around.suspended.isdisjoint(self.text.provisions)
        return was and not self._stopped

    @staticmethod
    def keep(store: dict[str, Held], key: str, value: Held) -> None:
        """Hold `value`; of what never goes on, the oldest beyond MOST is let go."""
        store[key] = value
        if len(store) > MOST:
            del store[next(iter(store))]

    def figure(self, name: str) -> float:
        """Return a figure that the terms keep with this rule, in SI."""
        return self.around.terms.conduct[self.text.id][name]


def seconds(ns: int) -> float:
    """Return nanoseconds as seconds."""
    return ns / NS


def nanoseconds(s: float) -> int:
    """Return seconds as whole nanoseconds."""
    return round(s * NS)


def is_over(said: Said, due_ns: int) -> bool:
    """Return whether `said` is over at `due_ns` [UTC ns]: what is due no sooner is owed to nobody."""
    return said.valid_until_ns is not None and said.valid_until_ns <= due_ns


def came_late(said: Said, mark: Marked) -> bool:
    """Return whether `mark` tells that `said` came too late, and that can be so."""
    return mark.expired and is_over(said, mark.stamp_ns + DIFFER_NS)
