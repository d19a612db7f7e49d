"""C06: a call is picked up in time and its content written down; nobody waits for a named person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.comms.around import Around
from armslength.engine.comms.owed import HOLDING, LATE_WORD
from armslength.engine.comms.rule import Rule, came_late, is_over, nanoseconds, seconds

TAKEN = frozenset({"UNDERSTOOD", "RELAYED"})
MOST_EARLY = 8
BY_ITSELF = frozenset({"ADC"})
"""Answers that a node gives: nobody has picked up."""


@dataclass
class Call:
    """A call that rings: who owes it what, since when by that side's clock [UTC ns]."""

    said: t.Said
    by: str
    rung_ns: int
    evidence: tuple[str, ...]
    picked_ns: int | None = None
    held: str = ""


class AnsweredLate(Rule):
    """C06. A matter is one call until it is picked up, and once more until its content is captured."""

    takes = (t.Path, t.Said, t.Marked, t.Answered, t.Held)
    text = RuleText(
        "C06",
        "Ground line answered late, or message held for a named person",
        "A call is picked up in time, and its content written down in time; the duty post is addressed, no person.",
        "17 September 2016: a caller waited 27 minutes for his usual contact; 15 of 37 strikes fell into them.",
        "A call rings at the receiver from its mark RECEIVED. It is picked up when somebody there shows that he has "
        "it: by UNDERSTOOD or RELAYED, by any answer but ADC, which nodes give, or by noting that the answer is held. "
        "Its content is captured by UNDERSTOOD or RELAYED, or by an answer other than SBY, SAG and ADC. Breach when "
        "either takes longer than agreed, "
        "by the receiver's clock; that of the content counts for FLASH, and for what is held (there as long as the "
        "pick-up). A telephone that nobody answers rings from the call until the next one that is answered. What is "
        "not known of the other side because no way stands is waited for.",
        (
            Parameter("answering.flash_pick_up", "answering.flash_pick_up_s", "s", "until FLASH is picked up"),
            Parameter("answering.priority_pick_up", "answering.priority_pick_up_s", "s", "until PRIORITY is"),
            Parameter("answering.routine_pick_up", "answering.routine_pick_up_s", "s", "until ROUTINE is"),
            Parameter("answering.flash_capture", "answering.flash_capture_s", "s", "from then to its content"),
        ),
        (
            "before RECEIVED it is an outage, and C07 is asked",
            "what arrived expired, or expires before the time is over, is owed to nobody",
            "what a node says by itself (checks, changes of channel) rings nowhere",
        ),
        "SEV1 for FLASH, SEV3 otherwise",
        "the stamps of both ends, signed marks, the reason of a hold",
        "who was called",
        (),
    )

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._said: dict[str, t.Said] = {}
        self._early: dict[str, list[t.Marked | t.Answered]] = {}
        """By id: what came of a call before word that it was received: on the air words overtake each other."""
        self._calls: dict[str, Call] = {}

    def take(self, fact: t.Fact) -> Iterator[Finding]:
        """Follow calls from ringing to captured."""
        self.returned(fact)
        match fact:
            case t.Said(rings=True):
                if fact.voice:
                    self._ring(fact, fact.at_ns, fact.at_ns, (fact.entry, fact.id))
                else:
                    self.keep(self._said, fact.id, fact)
            case t.Marked() if fact.id in self._said and fact.mark == "RECEIVED":
                said = self._said.pop(fact.id)
                if not came_late(said, fact):
                    self._ring(said, fact.stamp_ns, fact.at_ns, (said.entry, fact.entry, fact.id))
                for early in self._early.pop(fact.id, ()):
                    yield from self.take(early)
            case t.Marked() | t.Answered() if fact.id in self._said:
                self.keep(self._early, fact.id, [*self._early.get(fact.id, ()), fact][:MOST_EARLY])
            case t.Marked(mark="RECEIVED") if fact.id in self._calls:
                self._held_too_long(fact)
            case t.Marked() if fact.mark in TAKEN:
                yield from self._taken(fact.id, fact.stamp_ns, fact.at_ns, fact.entry, captured=True)
            case t.Answered() if fact.code not in BY_ITSELF:
                for key in self._answers(fact.id):
                    captured = fact.code not in HOLDING
                    yield from self._taken(key, fact.stamp_ns, fact.at_ns, fact.entry, captured=captured)
            case t.Held() if fact.id in self._calls:
                self._calls[fact.id].held = fact.reason
                yield from self._taken(fact.id, fact.at_ns, fact.at_ns, fact.entry, captured=False)
            case _:
                pass

    def expire(self, key: str, due_ns: int) -> Iterator[Finding]:
        """A call was not picked up, or not captured, in time."""
        number = key.removesuffix(" capture")
        call = self._calls[number]
        if not self.is_known(key, call.by, due_ns):
            return
        if key == number:
            yield self._late(call, key, call.rung_ns, self._pick_up_s(call), None)
        elif call.picked_ns is not None:
            yield self._late(call, key, call.picked_ns, self._capture_s(call), None)

    def _ring(self, said: t.Said, rung_ns: int, known_ns: int, evidence: tuple[str, ...]) -> None:
        call = Call(said, self.around.across(said.by), rung_ns, evidence)
        limit = nanoseconds(self._pick_up_s(call))
        if is_over(said, rung_ns + limit):
            return
        self._calls[said.id] = call
        self.wait(said.id, self.around.own if said.voice else call.by, known_ns + limit)

    def _held_too_long(self, mark: t.Marked) -> None:
        """A message that was received in time was held there until it was over: it never rang."""
        call = self._calls[mark.id]
        if call.picked_ns is None and mark.id not in self.open and came_late(call.said, mark):
            del self._calls[mark.id]
            self.sleep(mark.id)

    def _answers(self, number: str) -> list[str]:
        """Return the calls that an answer to `number` takes up: a telephone that is answered ends its ringing."""
        if number in self._calls and self._calls[number].said.medium != t.TELEPHONE:
            return [number]
        call = self._calls.get(number)
        if call is None:
            return []
        return [key for key, one in self._calls.items() if (one.said.medium, one.by) == (t.TELEPHONE, call.by)]

    def _taken(self, key: str, stamp_ns: int, known_ns: int, entry: str, *, captured: bool) -> Iterator[Finding]:
        call = self._calls.get(key)
        if call is None:
            return
        if call.picked_ns is None:
            call.picked_ns = stamp_ns
            yield from self._over(call, key, call.rung_ns, self._pick_up_s(call), stamp_ns, entry)
        second = f"{key} capture"
        if captured:
            del self._calls[key]
            yield from self._over(call, second, call.picked_ns, self._capture_s(call), stamp_ns, entry)
        elif second not in self.open and (limit := self._capture_s(call)):
            self.wait(second, call.by, known_ns + nanoseconds(limit))

    def _over(
        self, call: Call, key: str, since_ns: int, limit_s: float, stamp_ns: int, entry: str
    ) -> Iterator[Finding]:  # fmt: skip
        """Something was done: say whether too late."""
        self.sleep(key)
        took = stamp_ns - since_ns
        late = bool(limit_s) and took > nanoseconds(limit_s)
        if key in self.open:
            turned, doubt = ("", "") if late else (LATE_WORD, self.late_word(key))
            yield from self.close(key, stamp_ns, seconds(took), entry, turned=turned, doubt=doubt)
        elif late:
            call.evidence = (*call.evidence, entry)
            yield self._late(call, key, since_ns, limit_s, stamp_ns)

    def _late(self, call: Call, key: str, since_ns: int, limit_s: float, closed_ns: int | None) -> Finding:
        flash = call.said.precedence == "FLASH"
        what = "captured the content of" if key.endswith(" capture") else "picked up"
        says = f"{call.by} had not {what} {call.said.code} ({call.said.precedence}) in the time agreed."
        if call.held:
            says += f" The answer was held: {t.HOLDS.get(call.held, call.held)}."
        opened = since_ns + nanoseconds(limit_s)
        value = limit_s if closed_ns is None else seconds(closed_ns - since_ns)
        severity = Severity.SEV1 if flash else Severity.SEV3
        return self.find(
            key, severity, call.by, (opened, closed_ns), (value, limit_s, "s"), call.evidence, says
        )  # fmt: skip

    def _pick_up_s(self, call: Call) -> float:
        answering = self.around.terms.answering
        if call.said.precedence == "FLASH":
            return answering.flash_pick_up_s
        return answering.priority_pick_up_s if call.said.precedence == "PRIORITY" else answering.routine_pick_up_s

    def _capture_s(self, call: Call) -> float:
        """Return how long the content may take [s]; 0 where the terms set no time."""
        if call.said.precedence == "FLASH":
            return self.around.terms.answering.flash_capture_s
        return self._pick_up_s(call) if call.held else 0.0
