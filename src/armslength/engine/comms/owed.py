"""What the receiver of a message owes on it, in a time that runs from its mark RECEIVED, by its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.domain import talk as t
from armslength.domain.finding import Finding
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import Rule, came_late, is_over, nanoseconds, seconds

HOLDING = frozenset({"SBY", "SAG"})
"""Answers of somebody who has picked up and done nothing yet."""
LATE_WORD = "It was in time by the receiver's clock; word of it came late."


@dataclass
class Owed:
    """What is owed on `said`: by whom, since when by that side's clock [UTC ns]."""

    said: t.Said
    by: str
    since_ns: int
    evidence: tuple[str, ...]


class OwedRule(Rule):
    """A rule, or a part of one, of which the matter is one message and what its receiver owes on it."""

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._said: dict[str, t.Said] = {}
        self._owed: dict[str, Owed] = {}
        self._early: dict[str, t.Marked | t.Answered] = {}

    def limit_s(self, said: t.Said) -> float:
        """Return how long the receiver may take [s]."""
        raise NotImplementedError

    def late(self, key: str, owed: Owed, closed_ns: int | None) -> Finding:
        """Return the finding that it took, or takes, longer."""
        raise NotImplementedError

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """It was not done in time."""
        owed = self._owed[key]
        if self.is_known(key, owed.by, due_ns):
            yield self.late(key, owed, None)

    def overtakes(self, fact: t.Marked | t.Answered) -> bool:
        """Return whether `fact`, by which it is done, came before word that its message was received; it then waits.

        On the air words overtake each other.
        """
        if fact.id in self._said and fact.id not in self._early:
            self.keep(self._early, fact.id, fact)
        return fact.id in self._said

    def received(self, mark: t.Marked) -> Iterator[Finding]:
        """Begin the time, where what was received is not over before its end; take what overtook the mark."""
        early = self._early.pop(mark.id, None)
        self._begin(mark)
        if early is not None:
            yield from self.take(early)

    def _begin(self, mark: t.Marked) -> None:
        said = self._said.pop(mark.id, None)
        if said is None:
            if mark.id in self._owed and mark.id not in self.open and came_late(self._owed[mark.id].said, mark):
                del self._owed[mark.id]  # it was held until it was over
                self.sleep(mark.id)
            return
        limit = nanoseconds(self.limit_s(said))
        if came_late(said, mark) or is_over(said, mark.stamp_ns + limit):
            return
        by = self.around.across(said.by)
        self._owed[mark.id] = Owed(said, by, mark.stamp_ns, (said.entry, mark.entry, mark.id))
        self.wait(mark.id, by, mark.at_ns + limit)

    def done(self, key: str, stamp_ns: int, entry: str, *, owing: bool = True) -> Iterator[Finding]:
        """It was done, at `stamp_ns` [UTC ns] of the receiver's clock; `owing`: so late is a matter of its own."""
        owed = self._owed.pop(key, None)
        if owed is None:
            return
        self.sleep(key)
        took = stamp_ns - owed.since_ns
        late = took > nanoseconds(self.limit_s(owed.said))
        if key in self.open:
            turned, doubt = ("", "") if late else (LATE_WORD, self.late_word(key))
            yield from self.close(key, stamp_ns, seconds(took), entry, turned=turned, doubt=doubt)
        elif late and owing:
            owed.evidence = (*owed.evidence, entry)
            yield self.late(key, owed, stamp_ns)

    def overdue(self, key: str, owed: Owed, closed_ns: int | None) -> tuple[tuple[int, int | None], float, float]:
        """Return when it was over and closed [UTC ns], how long it took at least, and the limit [s]."""
        limit = self.limit_s(owed.said)
        value = limit if closed_ns is None else seconds(closed_ns - owed.since_ns)
        return (owed.since_ns + nanoseconds(limit), closed_ns), value, limit
