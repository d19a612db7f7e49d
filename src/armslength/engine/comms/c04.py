"""C04: what is said is in the words of the catalogue, and what must be read back is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.rule import Rule, nanoseconds, seconds
from armslength.units import NS

DAY_NS = 86_400 * NS
LEAST_TRAFFIC = 10
"""Fewer messages of a side in a day say nothing of its share of free text."""
READ_BACK = "RBK"
INSTEAD = frozenset({"UNA", "SAG"})
"""Who cannot comply, or did not understand, reads nothing back."""


@dataclass
class Owed:
    """A readback that is owed: by whom, since when by that side's clock, and what is said of it [UTC ns]."""

    by: str
    since_ns: int
    evidence: tuple[str, ...]


class Wording(Rule):
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
        self._said: dict[str, t.Said] = {}
        self._owed: dict[str, Owed] = {}
        self._days: dict[str, tuple[int, int, int]] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow readbacks and free text; judge what is garbled or uncivil."""
        self.returned(fact)
        match fact:
            case t.Said() if not fact.voice:
                self._count(fact)
                if fact.read_back:
                    self.keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED") if fact.id in self._said:
                self._received(fact, self._said[fact.id])
            case t.Answered():
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
        owed, limit = self._owed[key], self.figure("readback_s")
        if not self.is_known(key, owed.by, due_ns):
            return
        says = f"{owed.by} did not read back in time what must be read back."
        opened = owed.since_ns + nanoseconds(limit)
        yield self.find(key, Severity.SEV4, owed.by, (opened, None), (limit, limit, "s"), owed.evidence, says)

    def _at_once(
        self, key: str, severity: Severity, by: str, fact: t.Known, measured: tuple[float, float, str],
        told: tuple[str, ...], says: str,
    ) -> Finding:  # fmt: skip
        return self.find(key, severity, by, (fact.at_ns, fact.at_ns), measured, told, says)

    def _received(self, fact: t.Marked, said: t.Said) -> None:
        limit = nanoseconds(self.figure("readback_s"))
        over = said.valid_until_ns is not None and said.valid_until_ns < fact.stamp_ns + limit
        if fact.expired or over or said.code == "EMG":
            del self._said[fact.id]
            return
        by = self.around.across(said.by)
        if fact.id not in self._owed:
            self._owed[fact.id] = Owed(by, fact.stamp_ns, (said.entry, fact.entry, fact.id))
            self.wait(fact.id, by, fact.at_ns + limit)

    def _answered(self, fact: t.Answered) -> Iterator[Finding]:
        owed = self._owed.get(fact.id)
        if owed is None or fact.code not in {READ_BACK, *INSTEAD}:
            return
        del self._owed[fact.id], self._said[fact.id]
        self.sleep(fact.id)
        took, limit = seconds(fact.stamp_ns - owed.since_ns), self.figure("readback_s")
        late = fact.stamp_ns - owed.since_ns > nanoseconds(limit)
        in_time = "" if late else "The readback was in time by the receiver's clock; word of it came late."
        was_open = fact.id in self.open
        yield from self.close(fact.id, fact.stamp_ns, took, fact.entry, turned=in_time)
        told = (*owed.evidence, fact.entry)
        if late and not was_open and fact.code == READ_BACK:
            span = (owed.since_ns + nanoseconds(limit), fact.stamp_ns)
            says = f"{owed.by} did not read back in time what must be read back."
            yield self.find(fact.id, Severity.SEV4, owed.by, span, (took, limit, "s"), told, says)
        if fact.equal is False:
            says = f"{owed.by} read back something else than was said."
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
        if total < LEAST_TRAFFIC or free <= share * total:
            return
        begin = day * DAY_NS
        says = f"{free} of {total} messages of {by} held free text on one day."
        doubt = "Part of that day was not recorded here." if self.around.was_blind(begin) else ""
        measured = (free / total, share, "share")
        yield self.find(by, Severity.SEV4, by, (begin, due_ns), measured, (), says, doubt=doubt)
