"""The record of talk on one line: collected from what the line does anyway, judged as time passes.

A finding is entered into the agreement's book whenever something new is said of it, and the own officer is told once.
What the rules need over a restart is kept in the store: the last checks, holds, answers, noise; messages that came in
are in the inbox anyway. What was owed on own messages before a restart is judged by the other side alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import canonical, digest
from armslength.domain import talk as t
from armslength.domain.alert import Tier
from armslength.domain.finding import Finding
from armslength.engine.comms.judge import Judge
from armslength.node.core import talk_facts
from armslength.node.core.content import Contents
from armslength.node.core.senses import Senses
from armslength.node.core.talk_rows import MOST_ROWS, RECENT_NS, is_passing, kept, row_of
from armslength.protocol import events as e
from armslength.protocol.writes import Delete, Put
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.effects import Effects
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now
    from armslength.protocol.messages import Message

__all__ = ["FINDINGS", "Talking", "near", "space_of", "summary"]

FINDINGS = "finding/"
"""Space of the store, with the agreement's id, of what was found: the last word on each matter."""
ALIVE = "alive"
ALIVE_S = 60.0
"""How often it is kept that something is recorded here [s]."""
LOOK_S = 1.0
HELD_FINDINGS = 200
FINDINGS_AN_HOUR = 200
"""Entered one by one; more are only counted, so that nobody can fill our disk with his own faults."""
GARBLED = frozenset({"unknown code", "bad field"})
HOUR_NS = 3600 * NS


def space_of(agreement: str) -> str:
    """Return the space of the store that keeps what the rules need over a restart."""
    return f"talk/{agreement}"


class Talking:
    """The talk of one line.

    Args:
        line: whose talk it is.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.judge: Judge | None = None
        self.findings: dict[str, Finding] = {}
        self.counts: dict[str, int] = {}
        self.untold = 0
        self.voices: deque[str] = deque(maxlen=500)
        self.followed: dict[str, None] = {}
        """Messages of which marks and answers matter."""
        self.called: dict[str, str] = {}
        """Own and their radio checks by nonce: the id."""
        self.aloud: dict[str, None] = {}
        """Messages of ours that were called on frequencies."""
        self.missing = False
        self.senses = Senses(line.own.party, self.note)
        self._found: list[Finding] = []
        self.content = Contents(line, self._found_more)
        self._rows: list[Put | Delete] = []
        self._agreement = ""
        self._plan: tuple[tuple[str, str], ...] = ()
        self._told: dict[str, str] = {}
        self._passing: dict[str, None] = {}
        self._stands: tuple[bool | None, bool | None] = (None, None)
        self._inside = False
        self._last_ns = 0
        self._shift_ns: int | None = None
        self._alive_s = self._look_s = float("-inf")
        self._hour, self._in_hour = 0, 0

    def place(self, number: int) -> str:
        """Return the id of an entry of the line's book; "" for one that was not made."""
        return f"{self.line.book}#{number}" if number >= 0 else ""

    def adopt(self, effects: Effects, now: Now) -> None:
        """Go by what is in force now; take up the record where an agreement begins, or goes on after a restart."""
        line, terms = self.line, self.line.agreed.terms
        if terms is None or not line.agreed.agreement:
            self.judge, self._agreement = None, ""
            return
        if self._agreement != line.agreed.agreement or self.judge is None:
            self._begin(now)
        assert self.judge is not None
        self.judge.adopt(terms)
        self.content.adopt(terms)
        self.note(t.Suspended(at_ns=now.utc_ns, provisions=frozenset(line.agreed.suspended)))
        self.replan(now)
        self.flush(effects, now)

    def replan(self, now: Now) -> None:
        """Say which frequencies are designated now, where that changed."""
        plan = tuple((one.id, one.channel) for one in self.line.terms.frequencies if one.role != "guard")
        if plan != self._plan:
            self._plan = plan
            self.note(t.Planned(at_ns=now.utc_ns, frequencies=plan))

    def note(self, fact: t.Fact) -> None:
        """Add a fact to the record. What is found waits for `flush`."""
        if self.judge is None:
            return
        if fact.at_ns < self._last_ns:
            fact = talk_facts.moved(fact, self._last_ns)
        self._last_ns = fact.at_ns
        self._found += self.judge.take(fact)
        self.content.take(fact)
        row = row_of(fact, self.followed)
        if row is not None:
            self._rows.append(Put(space_of(self._agreement), *row))
            self._bound(row[0])

    def _found_more(self, found: list[Finding]) -> None:
        self._found += found

    def _bound(self, key: str) -> None:
        """Let the oldest rows about single messages go."""
        if not is_passing(key):
            return
        self._passing.pop(key, None)
        self._passing[key] = None
        while len(self._passing) > MOST_ROWS:
            oldest = next(iter(self._passing))
            del self._passing[oldest]
            self._rows.append(Delete(space_of(self._agreement), oldest))

    def voiced(self, contact: str) -> None:
        """Remember a voice contact in which the other side spoke: a person may flag it."""
        self.voices.append(contact)

    def heard(self, event: e.Event, now: Now) -> None:
        """Note what an event of the peer says, before anything else is done with it."""
        if self.judge is not None:
            for fact in talk_facts.heard(self, event, self._next(), now.utc_ns):
                self.note(fact)
            if isinstance(event, e.Received):
                self.content.said(event.message, self._next(), now, own=False)

    def sent(self, message: Message, number: int, now: Now) -> None:
        """Note a message of ours."""
        if self.judge is not None:
            for fact in talk_facts.sent(self, message, self.place(number), now.utc_ns):
                self.note(fact)
            self.content.said(message, self.place(number), now, own=True)

    def aired(self, frames: Iterable[tuple[str, bytes, int, str]], now: Now) -> None:
        """Note what is called on frequencies."""
        own = self.line.own.party
        for channel, message in {(one[0], one[3]): None for one in frames if one[3]}:
            talk_facts.remember(self.aloud, message, None)
            self.note(t.Called(at_ns=now.utc_ns, medium=channel, by=own, id=message))

    def marked(self, message_id: str, mark: str, number: int, now: Now) -> None:
        """Note a mark that this side put on a message."""
        self.note(t.Marked(at_ns=now.utc_ns, entry=self.place(number), id=message_id, mark=mark, stamp_ns=now.utc_ns))

    def accused(self, reason: str, now: Now) -> None:
        """Note that the other side signed what is no message."""
        if reason in GARBLED:
            self.note(t.Garbled(at_ns=now.utc_ns, entry=self._next(), by=self.line.name, why=reason))

    def near(self, inside: bool, now: Now) -> None:
        """Say whether some pair of both sides is inside the minima."""
        if inside is not self._inside:
            self._inside = inside
            self.note(t.Inside(at_ns=now.utc_ns, inside=inside))

    def planned(self, now: Now) -> list[t.Announced]:
        """Return the outages and tests that were told beforehand and are not over."""
        found = self.judge.planned if self.judge is not None else ()
        return [one for one in found if one.until_ns > now.utc_ns]

    def tick(self, effects: Effects, now: Now) -> None:
        """Let time pass."""
        if self.judge is None or now.mono_s < self._look_s:
            return
        self._look_s = now.mono_s + LOOK_S
        shift = now.utc_ns - round(now.mono_s * NS)
        before, self._shift_ns = self._shift_ns, shift
        if before is not None and abs(shift - before) > NS * max(self.line.speed, 1.0):
            self._begin(now, again=True)
        self.replan(now)
        if now.mono_s >= self._alive_s:
            self._alive_s = now.mono_s + ALIVE_S * max(self.line.speed, 1.0)
            self._rows.append(Put(space_of(self._agreement), ALIVE, str(now.utc_ns).encode()))
        self._last_ns = max(self._last_ns, now.utc_ns)
        self._found += self.judge.until(now.utc_ns)
        self.content.until(now.utc_ns)
        self.flush(effects, now)

    def flush(self, effects: Effects, now: Now) -> None:
        """See how the line stands, and enter what was found."""
        if self.judge is None:
            return
        self._look(now)
        effects.writes += self._rows
        self._rows = []
        found, self._found = self._found, []
        for one in found:
            self._enter(one, effects, now)

    def _look(self, now: Now) -> None:
        """Note whether a session, or any way, stands; where that changed."""
        line = self.line
        session = line.standing == "OPEN"
        stands = (session, session or line.using not in ("", t.GROUND))
        was, self._stands = self._stands, stands
        if stands[0] is not was[0]:
            self.note(t.Session(at_ns=now.utc_ns, stands=stands[0]))
        if stands[1] is not was[1]:
            self.note(t.Path(at_ns=now.utc_ns, stands=stands[1]))

    def add(self, found: Finding, effects: Effects, now: Now) -> None:
        """Enter a finding that was made from something else than talk; once for everything new that it says."""
        self._enter(found, effects, now)

    def _enter(self, found: Finding, effects: Effects, now: Now) -> None:
        said = found.as_dict()
        key, line = found.id, self.line
        same = digest(canonical({name: value for name, value in said.items() if name != "evidence"}))
        first = key not in self._told
        self.findings.pop(key, None)
        self.findings[key] = found
        again = self._told.get(key) == same  # said before a restart; its case may not have been opened then
        line.cases.process.found(found, again=again)
        if again:
            return
        self._told[key] = same
        if first:
            name = f"{found.rule} {found.outcome.value}"
            self.counts[name] = self.counts.get(name, 0) + 1
        effects.writes.append(Put(FINDINGS + self._agreement, key, canonical({"said": said, "digest": same})))
        while len(self.findings) > HELD_FINDINGS:
            oldest = next(iter(self.findings))
            del self.findings[oldest]
            self._told.pop(oldest, None)
            effects.writes.append(Delete(FINDINGS + self._agreement, oldest))
        hour = now.utc_ns // HOUR_NS
        self._in_hour = self._in_hour + 1 if hour == self._hour else 1
        self._hour = hour
        if self._in_hour > FINDINGS_AN_HOUR:
            self.untold += 1
            return
        line.books.enter(effects, line.book, "finding", {**said, "version": line.agreed.version}, now.utc_ns)
        if first:
            whole = {"event": "finding", "counterpart": line.name, **said, "says": found.explanation}
            effects.tells.append(whole)

    def _next(self) -> str:
        """Return the id of the entry that is made next in the line's book."""
        books = self.line.books
        return "" if books.full else self.place(books.book(self.line.book).size)

    def _begin(self, now: Now, *, again: bool = False) -> None:
        """Begin the record: from what is kept, or, where the own clock was set (`again`), anew from now."""
        line, terms = self.line, self.line.terms
        self._agreement, self._last_ns = line.agreed.agreement, 0
        self.judge = Judge(line.own.party, line.name, terms)
        self.content.begin(terms)
        self._stands, self._plan, self._inside = (None, None), (), False
        if again:
            self.note(t.Unrecorded(at_ns=now.utc_ns, from_ns=now.utc_ns))
            self.note(t.Suspended(at_ns=now.utc_ns, provisions=frozenset(line.agreed.suspended)))
            self.senses.again(now)
            return
        rows = line.restored.get(space_of(self._agreement), ())
        for key, value in line.restored.get(FINDINGS + self._agreement, ()):
            if (told := talk_facts.said_of(value, now.utc_ns - RECENT_NS)) is None:
                self._rows.append(Delete(FINDINGS + self._agreement, key))
            else:
                self._told[key] = told
        self._passing = dict.fromkeys(key for key, _ in rows if is_passing(key))
        facts, alive_ns = kept(rows, now.utc_ns)
        facts += talk_facts.received(self, now.utc_ns - RECENT_NS)
        for fact in sorted((one for one in facts if one.at_ns <= now.utc_ns), key=lambda one: one.at_ns):
            if isinstance(fact, t.Planned):
                self._plan = fact.frequencies
            self._last_ns = fact.at_ns
            self._found += self.judge.take(fact)
            self.content.take(fact)
            talk_facts.reapply(line, fact)
        if alive_ns is not None:
            self.note(t.Unrecorded(at_ns=now.utc_ns, from_ns=alive_ns))
        self.senses.again(now)


def near(core: Core, now: Now) -> None:
    """Tell each line whether a pair of its two sides is inside the minima, and satellite navigation interfered with."""
    interfered = core.watching.picture.interference.active
    inside = {name for name, alert in core.watching.open_alerts() if alert.tier >= Tier.INSIDE}
    for name, line in core.lines.items():
        line.talking.near(name in inside, now)
        line.talking.senses.say(t.GNSS, interfered, now)


def summary(talking: Talking) -> dict[str, Any]:
    """Return what is found on a line, for people and programs: open ones, and counts by rule and outcome."""
    lasting = [one.as_dict() for one in talking.findings.values() if one.closed_ns is None]
    return {"open": lasting, "counts": dict(sorted(talking.counts.items())), "untold": talking.untold}
