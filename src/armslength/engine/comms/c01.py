"""C01: every designated frequency is checked, in time and before it is first used."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED, Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import Rule, nanoseconds, seconds

CHECKS = frozenset({"RCK", "RCR"})


class RadioCheckDue(Rule):
    """C01. A matter is a frequency, or the first use of one."""

    takes = (t.Planned, t.Suspended, t.CheckAnswered, t.Said)
    text = RuleText(
        "C01",
        "Radio check due",
        "Each designated frequency is checked both ways at least so often, and after each change before it is used.",
        "The planned test of 3 November 2015: first use was not to be in an unplanned encounter; other deals ask for "
        "agreed channels.",
        "Breach when the last successful check (answered, readable as agreed) is longer ago than agreed, counted from "
        "the entry into the plan where there was none; and when something other than a check is said on a frequency "
        "of which no check has succeeded since it was entered or changed. Not determinable where part of the time was "
        "not recorded.",
        (
            Parameter("radio.check_every", "radio.check_every_s", "s", "longest time between two successful checks"),
            Parameter("radio.least_readability", "radio.least_readability", "", "from which on a check succeeds"),
            Parameter("conduct.C01.misses", "misses", "", "checks missed in a row that make it worse"),
        ),
        (
            "what is FLASH goes by every channel at once, checked or not",
            "guards are not checked",
            "an outage that was told beforehand, by either side: the check is due when it is over, and the grace of "
            "the ground line; but outages excuse no longer than the misses that make it worse, and the grace",
            "after a suspension the time runs from its end",
        ),
        "SEV4; SEV3 after the number of misses in the terms",
        "the checks with their readability, signed messages or voice contacts",
        "nobody's: either side can call a check",
        ("frequency", "conduct"),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._since: dict[str, int] = {}
        self._ok: dict[str, tuple[int, str]] = {}
        self._used: set[str] = set()
        self._channels: dict[str, str] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow the plan, checks and uses."""
        if isinstance(fact, t.Planned):
            yield from self._replan(fact)
        elif isinstance(fact, t.Suspended):
            if self.resumed(fact):
                yield from self._resume(fact)
        elif isinstance(fact, t.CheckAnswered) and fact.medium in self._since:
            if fact.readability >= self.around.terms.radio.least_readability:
                since = self._base(fact.medium)
                self._ok[fact.medium] = (fact.at_ns, fact.entry)
                yield from self.close(fact.medium, fact.at_ns, seconds(fact.at_ns - since), fact.entry, fact.id)
                self.wake(fact.medium, fact.at_ns + self._every())
        elif isinstance(fact, t.Said) and fact.medium in self._since.keys() - self._ok.keys() - self._used:
            if fact.code in CHECKS or fact.precedence == "FLASH":
                return
            self._used.add(fact.medium)
            yield self._first_use(fact)

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """The check is due, or missed so often that it is worse."""
        grace = nanoseconds(self.around.terms.ground_line.grace_s)
        base, every, misses = self._base(key), self._every(), int(self.figure("misses"))
        over = min(self.around.planned_until(t.OUTAGE, key, due_ns, grace), base + misses * every + grace)
        if over > due_ns:
            self.wake(key, over)
            return
        worse = due_ns >= base + misses * every
        ok = self._ok.get(key)
        last = "It was never checked since it stands in the plan." if ok is None else ""
        yield self.find(
            key,
            Severity.SEV3 if worse else Severity.SEV4,
            "",
            (self.open[key].opened_ns if key in self.open else due_ns, None),
            (seconds(due_ns - base), seconds(every), "s"),
            () if ok is None else (ok[1],),
            f"No successful check of {key} in the time agreed. {last}".strip(),
            doubt=self.blind(base),
        )
        if not worse:
            self.wake(key, base + misses * every)

    def _every(self) -> int:
        return nanoseconds(self.around.terms.radio.check_every_s)

    def _base(self, medium: str) -> int:
        return max(self._since[medium], self._ok.get(medium, (0, ""))[0])

    def _replan(self, fact: t.Planned) -> Iterator[Finding]:
        was = self._channels
        now = dict(fact.frequencies)
        for medium in [one for one in was if now.get(one) != was[one]]:
            yield from self.close(medium, fact.at_ns, seconds(fact.at_ns - self._base(medium)), fact.entry)
            self.sleep(medium)
            del self._since[medium]
            self._ok.pop(medium, None)
            self._used.discard(medium)
        for medium in now:
            if medium not in self._since:
                self._since[medium] = fact.at_ns
                self.wake(medium, fact.at_ns + self._every())
        self._channels = now

    def _resume(self, fact: t.Suspended) -> Iterator[Finding]:
        """Checks are owed again; the time runs from now."""
        for medium in self._since:
            found = self.open.get(medium)
            if found is None or found.regime == SUSPENDED:
                yield from self.close(medium, fact.at_ns, seconds(fact.at_ns - self._base(medium)))
                self._since[medium] = fact.at_ns
                self.wake(medium, fact.at_ns + self._every())

    def _first_use(self, fact: t.Said) -> Finding:
        since = self._since[fact.medium]
        return self.find(
            f"{fact.medium} first use",
            Severity.SEV4,
            "",
            (fact.at_ns, fact.at_ns),
            (seconds(fact.at_ns - since), 0.0, "s"),
            (fact.entry, fact.id),
            f"{fact.medium} was used before a check of it had succeeded.",
            doubt=self.blind(since),
        )
