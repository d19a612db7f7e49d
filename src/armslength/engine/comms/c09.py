"""C09: nobody disturbs the designated frequencies or satellite navigation; who is asked to stop answers."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED, Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.owed import Owed, OwedRule
from armslength.engine.comms.rule import GRACE_NS, nanoseconds, seconds

ANSWERS = frozenset({"WIL", "UNA"})
"""What answers a request to stop: who says that he has it, or waits, has not answered."""


class Interference(OwedRule):
    """C09. A matter is a medium on which both hear noise, or a request to stop."""

    takes = (t.Path, t.Noise, t.Unrecorded, t.Planned, t.Suspended, t.Said, t.Marked, t.Answered)
    text = RuleText(
        "C09",
        "Interference with designated frequencies or satellite navigation",
        "Nobody disturbs a designated frequency or satellite navigation; a request to stop is answered in time.",
        "Dangerous-activities agreements: no interference with command and control networks.",
        "Breach when both sides hear a carrier or noise on a designated frequency, or on satellite navigation (GNSS), "
        "at once and for longer than agreed; and when a request to stop jamming (STP, JAM) is not answered in the time "
        "agreed after RECEIVED (by WIL or UNA). What one side alone hears is no finding. Each side gives what "
        "its own radios and receivers sense and its people report; the other side tells of a frequency in LCM, until "
        "RES, and in RCR, and of satellite navigation in EMG: such a report holds ten minutes. Not determinable where "
        "part of the time was not recorded.",
        (
            Parameter("conduct.C09.noise", "noise_s", "s", "for which both hear it"),
            Parameter("conduct.C09.answer", "answer_s", "s", "from RECEIVED to the answer"),
        ),
        (
            "a test that was told beforehand, by either side: no breach until it is over; what goes on as long as "
            "agreed after it is one",
        ),
        "SEV2",
        "what each side reported, with stamps",
        "of noise, nobody; of a request, who did not answer",
        ("frequency", "conduct"),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._judged_ns = 0
        """Since when noise is judged: a suspension ended then."""

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow noise and requests to stop."""
        self.returned(fact)
        match fact:
            case t.Noise():
                yield from self._heard(fact)
            case t.Unrecorded():
                for medium in list(self.open):
                    yield from self._over(medium, fact.from_ns)
            case t.Planned():
                for medium in self.open.keys() - self._media() - self._owed.keys():
                    yield from self._end(medium, fact.at_ns)
            case t.Suspended():
                yield from self._resume(fact)
            case t.Said(code="STP", kind="JAM", voice=False):
                self.keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED"):
                yield from self.received(fact)
            case t.Answered() if fact.code in ANSWERS and not self.overtakes(fact):
                yield from self.done(fact.id, fact.stamp_ns, fact.entry)
            case _:
                pass

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """Both have heard noise for long enough, a report of it is over, or a request was not answered."""
        if key in self._owed:
            yield from super().expire(key, due_ns)
            return
        medium = key.partition(" ")[0]
        if medium != key:
            yield from self._over(medium, due_ns)
            return
        heard, limit = self._both(medium, due_ns), self.figure("noise_s")
        if not heard:
            return
        opened = self.open.get(medium)
        since = self._since(heard) if opened is None else opened.opened_ns
        free = self.around.planned_until(t.TEST, medium, since + GRACE_NS)  # clocks may differ so much
        after = max(since, free - GRACE_NS if free == since + GRACE_NS else free)
        due = after + nanoseconds(limit)
        says, outcome = f"Both sides hear noise or a carrier on {medium}.", Outcome.BREACH
        if due > due_ns:
            says, outcome = f"{says} A test was announced for that time.", Outcome.NO_BREACH
            self.wake(medium, due)
        elif after > since:
            says = f"{says} A test was announced, and it went on when that was over."
        told, measured = [one.entry for one in heard.values()], (seconds(due_ns - since), limit, "s")
        doubt = self.blind(since)
        yield self.find(medium, Severity.SEV2, "", (since, None), measured, told, says, outcome=outcome, doubt=doubt)

    def limit_s(self, said: t.Said) -> float:
        """Return the time until the answer to a request [s]."""
        return self.figure("answer_s")

    def late(self, key: str, owed: Owed, closed_ns: int | None) -> Finding:
        """Return the finding that a request was not answered in time."""
        span, value, limit = self.overdue(key, owed, closed_ns)
        says = f"{owed.by} had not answered in the time agreed a request to stop jamming."
        return self.find(key, Severity.SEV2, owed.by, span, (value, limit, "s"), owed.evidence, says)

    def _media(self) -> set[str]:
        return {*self.around.plan, t.GNSS}

    def _both(self, medium: str, at_ns: int) -> dict[str, t.Noise]:
        """Return what both sides hear on a medium at `at_ns` [UTC ns]; nothing where one hears nothing."""
        heard = self.around.noise(medium, at_ns) if medium in self._media() else {}
        return dict(heard) if heard.keys() == set(self.around.parties) else {}

    def _since(self, heard: dict[str, t.Noise]) -> int:
        return max(self._judged_ns, *(one.at_ns for one in heard.values()))

    def _heard(self, fact: t.Noise) -> Iterator[Finding]:
        ends = f"{fact.medium} {fact.by}"
        now = self.around.noise(fact.medium, fact.at_ns).get(fact.by)
        if now is None or now.until_ns is None:
            self.sleep(ends)
        else:
            self.wake(ends, now.until_ns)
        both = self._both(fact.medium, fact.at_ns)
        if not both:
            yield from self._end(fact.medium, fact.at_ns)
        elif fact.medium not in self.open:
            self.wake(fact.medium, self._since(both) + nanoseconds(self.figure("noise_s")))

    def _over(self, medium: str, at_ns: int) -> Iterator[Finding]:
        """Somebody is not known any more, from `at_ns` [UTC ns] on, to hear something on a medium."""
        if medium not in self._owed and not self._both(medium, at_ns + 1):
            yield from self._end(medium, at_ns)

    def _end(self, medium: str, at_ns: int) -> Iterator[Finding]:
        self.sleep(medium)
        if (found := self.open.get(medium)) is not None:
            yield from self.close(medium, at_ns, seconds(at_ns - found.opened_ns))

    def _resume(self, fact: t.Suspended) -> Iterator[Finding]:
        """What was recorded in the suspension ends with it; what goes on is judged from then on."""
        if not self.resumed(fact):
            return
        self._judged_ns = fact.at_ns
        for medium in [key for key, one in self.open.items() if one.regime == SUSPENDED and key not in self._owed]:
            yield from self._end(medium, fact.at_ns)
            if self._both(medium, fact.at_ns):
                self.wake(medium, fact.at_ns + nanoseconds(self.figure("noise_s")))
