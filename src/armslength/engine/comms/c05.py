"""C05: the ground line is checked in time, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import GRACE_NS, Rule, nanoseconds, seconds


@dataclass
class Way:
    """Checks that one party calls: the last that succeeded, and what it called since [UTC ns]."""

    ok_ns: int
    entry: str = ""
    called: list[tuple[int, str]] = field(default_factory=list)


class GroundCheckDue(Rule):
    """C05. A matter is the checks that one of the two parties calls."""

    takes = (t.Planned, t.Suspended, t.Session, t.Checked, t.CheckAnswered)
    text = RuleText(
        "C05",
        "Ground-line check overdue",
        "The line between the posts is tested by each side at least so often, and the test is answered.",
        "A sister line is tested twice a day by a call; the line of the deal was used ten times a day.",
        "Breach when a side's last check that was answered, with a signature, is longer ago than the time agreed and "
        "the grace. A telephone call is no such check.",
        (
            Parameter("ground_line.check_every", "ground_line.check_every_s", "s", "between two successful checks"),
            Parameter("ground_line.grace", "ground_line.grace_s", "s", "on top of it"),
            Parameter("conduct.C05.severe", "severe_s", "s", "without a successful check makes it worse"),
        ),
        (
            "an outage that was told beforehand, by either side: the check is due when it is over, and the grace; but "
            "outages excuse no longer than the time that makes it worse, and the grace",
        ),
        "SEV3; SEV2 after the longer time",
        "checks and answers, signed",
        "while the line stands who was called and did not answer, or who did not call; else nobody",
        (),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._ways: dict[str, Way] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow checks of the ground line."""
        if not self._ways:  # the time runs from the first thing recorded
            for party in self.around.parties:
                self._ways[party] = Way(fact.at_ns)
                self.wake(party, fact.at_ns + self._limit())
        if isinstance(fact, t.Checked) and fact.medium == t.GROUND:
            way = self._ways[fact.by]
            way.called = [*way.called[-4:], (fact.at_ns, fact.id)]
        elif isinstance(fact, t.CheckAnswered) and fact.medium == t.GROUND and fact.authentic:
            was, self._ways[fact.by] = self._ways[fact.by], Way(fact.at_ns, fact.entry)
            yield from self.close(fact.by, fact.at_ns, seconds(fact.at_ns - was.ok_ns), fact.entry, fact.id)
            self.wake(fact.by, fact.at_ns + self._limit())

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """No check of `key` succeeded in time, or for so long that it is worse."""
        way, limit = self._ways[key], self._limit()
        worse = way.ok_ns + max(nanoseconds(self.figure("severe_s")), limit)
        grace = nanoseconds(self.around.terms.ground_line.grace_s)
        over = min(self.around.planned_until(t.OUTAGE, t.GROUND, due_ns, grace), worse + grace)
        if over > due_ns:
            self.wake(key, over)
            return
        opened = self.open.get(key)
        since = opened.opened_ns if opened else due_ns
        called = [one for at, one in way.called if at + GRACE_NS <= due_ns]
        if not self.around.session:
            by, says = "", f"No check of the ground line by {key} succeeded in the time agreed; it did not stand."
        elif called:
            by, says = self.around.across(key), f"Checks of the ground line that {key} called were not answered."
        else:
            by, says = key, f"{key} did not check the ground line in the time agreed, while it stood."
        severity = Severity.SEV2 if due_ns >= worse else Severity.SEV3
        measured = (seconds(due_ns - way.ok_ns), seconds(limit), "s")
        yield self.find(key, severity, by, (since, None), measured, (way.entry, *called), says)
        if due_ns < worse:
            self.wake(key, worse)

    def _limit(self) -> int:
        line = self.around.terms.ground_line
        return nanoseconds(line.check_every_s + line.grace_s)
