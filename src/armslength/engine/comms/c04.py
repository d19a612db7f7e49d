"""C04: what is said is in the words of the catalogue, and what must be read back is."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.owed import Owed, OwedRule
from armslength.units import NS, counted

DAY_NS = 86_400 * NS
LEAST_TRAFFIC = 10
"""Fewer messages of a side in a day say nothing of its share of free text."""
ROUNDING = 1e-9
"""A share of a count that is no whole number in binary: exactly at the limit is within it."""
READ_BACK = "RBK"
INSTEAD = frozenset({"UNA", "SAG"})
"""Who cannot comply, or did not understand, reads nothing back."""


class Wording(OwedRule):
    """C04. A matter is one message, or the free text of one side on one day."""

    takes = (t.Path, t.Said, t.Marked, t.Answered, t.Garbled, t.Flagged)
    text = RuleText(
        "C04",
        "Identification, phraseology, civility, readback",
        "Messages are those of the catalogue; numbers are read back, and equal; free text is rare; nobody is uncivil.",
        "CUES: addressee, originator, text; other deals: fixed call signs, no uncivil words.",
        "Breach when something signed is no message of the catalogue; when a side's messages with free text are more "
        f"than the agreed share of its messages of a day (UTC; fewer than {LEAST_TRAFFIC} say nothing); when what must "
        "be read back is not, in the time agreed after it was received, or is read back unequal; and when a person "
        "says that something was uncivil. Readback times are by the receiver's clock. The share of a day that was not "
        "wholly recorded is not determinable.",
        (
            Parameter("conduct.C04.free_text", "free_text_share", "share", "of a side's messages that may hold it"),
            Parameter("conduct.C04.readback", "readback_s", "s", "from RECEIVED to the readback"),
        ),
        ("distress", "who answers UNA or SAG reads nothing back", "what expired is not read back"),
        "SEV4; SEV3 for an unequal readback and for incivility",
        "the message, its marks and its readback; of civility who said so, and about what",
        "who said it; of a readback, who owed it",
        ("conduct",),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._days: dict[str, tuple[int, int, int]] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow readbacks and free text; judge what is garbled or uncivil."""
        self.returned(fact)
        match fact:
            case t.Said() if not fact.voice:
                self._count(fact)
                if fact.read_back and fact.code != "EMG":
                    self.keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED"):
                yield from self.received(fact)
            case t.Answered() if fact.code in {READ_BACK, *INSTEAD} and not self.overtakes(fact):
                yield from self._answered(fact)
            case t.Garbled():
                key = f"{fact.by} {fact.at_ns}"
                says = f"{fact.by} signed something that is no message of the catalogue ({fact.why})."
                yield self._at_once(key, Severity.SEV4, fact.by, fact, (1.0, 0.0, "messages"), (fact.entry,), says)
            case t.Flagged():
                says = f"A person says that what {fact.by} said was uncivil. No machine judges that."
                told = (fact.entry, fact.id)
                yield self._at_once(
                    f"{fact.id} civility", Severity.SEV3, fact.by, fact, (1.0, 0.0, "calls"), told, says
                )
            case _:
                pass

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """A day is over, or a readback has not come."""
        if key in self._days:
            yield from self._day(key, due_ns)
            return
        yield from super().expire(key, due_ns)

    def limit_s(self, said: t.Said) -> float:
        """Return the time until the readback [s]."""
        return self.figure("readback_s")

    def late(self, key: str, owed: Owed, closed_ns: int | None) -> Finding:
        """Return the finding that nothing was read back in time."""
        span, value, limit = self.overdue(key, owed, closed_ns)
        says = f"{owed.by} did not read back in time what must be read back."
        return self.find(key, Severity.SEV4, owed.by, span, (value, limit, "s"), owed.evidence, says)

    def _at_once(
        self, key: str, severity: Severity, by: str, fact: t.Known, measured: tuple[float, float, str],
        told: tuple[str, ...], says: str,
    ) -> Finding:  # fmt: skip
        return self.find(key, severity, by, (fact.at_ns, fact.at_ns), measured, told, says)

    def _answered(self, fact: t.Answered) -> Iterator[Finding]:
        owed = self._owed.get(fact.id)
        if owed is None:
            return
        yield from self.done(fact.id, fact.stamp_ns, fact.entry, owing=fact.code == READ_BACK)
        if fact.equal is False:
            says, told = f"{owed.by} read back something else than was said.", (*owed.evidence, fact.entry)
            measured = (1.0, 0.0, "readbacks")
            yield self._at_once(f"{fact.id} unequal", Severity.SEV3, owed.by, fact, measured, told, says)

    def _count(self, fact: t.Said) -> None:
        if fact.code in {"EMG", "AST"}:
            return
        day = fact.at_ns // DAY_NS
        _, total, free = self._days.get(fact.by, (day, 0, 0))
        self._days[fact.by] = (day, total + 1, free + fact.free)
        self.wake(fact.by, (day + 1) * DAY_NS - 1)

    def _day(self, by: str, due_ns: int) -> Iterator[Finding]:
        day, total, free = self._days.pop(by)
        share = self.figure("free_text_share")
        if total < LEAST_TRAFFIC or free <= share * total + ROUNDING:
            return
        begin = day * DAY_NS
        says = f"{free:,} of {counted(total, 'message')} of {by} held free text on one day."
        measured = (free / total, share, "share")
        yield self.find(by, Severity.SEV4, by, (begin, due_ns), measured, (), says, doubt=self.blind(begin))
