"""`step(input, now) -> effects`: the whole flow of a live node on one page. Deterministic; no file, clock or socket.

plots -> picture -> watch -> own officer -> (gate) -> coded advisory to the other post
frames -> line (peer) -> ledger, own officer, answers
commands -> commanding
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

from armslength import __version__
from armslength.domain.alert import AlertChange, Kind
from armslength.node.core import airing, declared, flood
from armslength.node.core.books import NODE, Books
from armslength.node.core.commanding import command
from armslength.node.core.duty import Duty
from armslength.node.core.duty import restored as on_duty
from armslength.node.core.effects import Effects
from armslength.node.core.happening import happen
from armslength.node.core.inputs import (
    AirHeld,
    AirIn,
    AirSensed,
    Command,
    FeedState,
    FrameIn,
    Happened,
    Input,
    LinkClosed,
    LinkOpened,
    LinkRefused,
    MembersIn,
    PlotsIn,
    Recorded,
    Standings,
    Started,
    Stopped,
    StoreState,
    Tick,
)
from armslength.node.core.line import Line
from armslength.node.core.recorded import Entered
from armslength.node.core.talking import near
from armslength.node.core.warning import advise, warn
from armslength.node.core.watching import ALONE, Watching
from armslength.protocol.events import Now, Own, Timing
from armslength.units import NS

LOOK_S, STILL_S = 1.0, 0.1
"""The watch looks at least once in this time [s]; over an empty sky, where it costs nothing, with every tick so much
later than the last look ..."""
SOON_S, APART_S = 0.04, 0.1
"""... and so soon after new plots came, but not oftener than that: a burst of them is looked at once. Real seconds."""
LOOK_US, STEP_US = 8_000.0, 16_000.0
"""A look is cut where it took so long, and a step is to take no longer [microseconds, as they are reckoned]."""
UNTOLD = "more than could be told one by one"
NOT_NAMED = (
    "It showed a certificate that was accepted here, but is not the one that the agreement in force names. "
    "If that is meant, sign an amendment that names it (armslength agreement amend), and exchange it as files."
)
_MANY = re.compile(r"([0-9][0-9,]*) more refused\b")
KEPT_ENCOUNTERS = 200
STEP_NS = NS
"""UTC that moves by more than this against the monotonic clock between two inputs was set."""
REFUSALS_S = 60.0
"""Refused connections are entered into the ledger at most once in this time, with their number."""


@dataclass
class Core:
    """One node.

    Args:
        own: who we are.
        watching: picture and watches.
        books: the ledgers.
        restored: what the store holds, by space.
        timing: of the sessions.
        speed: seconds of the node's clock in one real second.
        radios: for each counterpart the frequencies, by their ids, on which this node has a radio.
    """

    own: Own
    watching: Watching
    books: Books
    restored: Mapping[str, Sequence[tuple[str, bytes]]]
    timing: Timing
    speed: float = 1.0
    radios: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    duty: Duty = field(default_factory=Duty)
    feeds: dict[str, FeedState] = field(default_factory=dict)
    encounters: deque[Mapping[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_ENCOUNTERS))
    store: StoreState = field(default_factory=lambda: StoreState(True, ""))
    silenced: dict[tuple[str, str], str] = field(default_factory=dict)
    encounters_told: int = 0
    alerts_opened: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    _where: dict[str, str] = field(default_factory=dict)
    _ending: set[str] = field(default_factory=set)
    _shift_ns: int | None = None
    _interfered: bool = False
    _look_s: float = 0.0
    _looked_s: float = float("-inf")
    _refusals: dict[str, int] = field(default_factory=dict)
    _refusals_s: float = float("inf")
    _flood: flood.Flood = field(default_factory=flood.Flood)

    def __post_init__(self) -> None:
        self._taking = self._take  # bound once: to find the method anew costs more than most steps
        self.duty = on_duty(self.restored)
        self._recorded = Entered(self.books, self.restored)
        declared.restore(self)

    def step(self, one: Input, now: Now) -> Effects:
        """Return what `one` leads to."""
        effects = Effects()
        self._check_clock(effects, now)
        self._taking(one, effects, now)
        if self.watching.looks:
            if isinstance(one, Tick):  # the other inputs had their turn
                self._look_on(effects, now)
        elif now.mono_s >= self._look_s and not isinstance(one, PlotsIn):  # these took their time already
            self._watch(effects, now)
        elif self._flood and isinstance(one, Tick):
            self._tell_alerts((), effects, now)
        self._ending.update(connection for connection, _ in effects.closes if connection in self._where)
        return effects

    def _check_clock(self, effects: Effects, now: Now) -> None:
        """See that UTC runs with the monotonic clock; where it was set, say so and begin the picture anew."""
        shift = now.utc_ns - round(now.mono_s * NS)
        before, self._shift_ns = self._shift_ns, shift
        if before is None or abs(shift - before) <= STEP_NS * max(self.speed, 1.0):
            return
        step = f"{(shift - before) / NS:+.3f}"
        self.books.enter(effects, NODE, "clock", {"own_clock_set_by_s": step}, now.utc_ns)
        says = f"The clock of this node was set by {step} s. The picture begins anew: watch the sky by other means."
        effects.tells.append({"event": "fault", "says": says})
        self._tell_alerts(self.watching.begin_anew(), effects, now)

    def next_deadline(self) -> float:
        """Return when a Tick is due [s, monotonic]."""
        if self._flood or self.watching.looks:
            return float("-inf")
        return min([self._look_s, self._refusals_s, *(line.next_deadline() for line in self.lines.values())])

    @singledispatchmethod
    def _take(self, one: object, effects: Effects, now: Now) -> None:
        raise TypeError(type(one))

    @_take.register
    def _(self, one: Tick, effects: Effects, now: Now) -> None:
        for line in self.lines.values():
            if line.is_due(now):
                line.tick(effects, now)
        if self.watching.still and now.mono_s >= self._looked_s + STILL_S:
            self._look_s = now.mono_s
        if now.mono_s >= self._refusals_s:
            self._enter_refusals(effects, now)

    @_take.register
    def _(self, one: Started, effects: Effects, now: Now) -> None:
        what = {"armslength": __version__, "party": self.own.party, "key": self.own.key.public}
        self.books.enter(effects, NODE, "started", what, now.utc_ns)

    @_take.register
    def _(self, one: Stopped, effects: Effects, now: Now) -> None:
        self._end_look(effects, now)
        while self._flood:
            self._tell_alerts((), effects, now)
        for line in self.lines.values():
            if line.standing == "OPEN":
                line.witness.offer(line, effects, now, last=True)
                line.settle(effects, now)
        if self._refusals:
            self._enter_refusals(effects, now)
        self.books.enter(effects, NODE, "stopped", {}, now.utc_ns)

    @_take.register
    def _(self, one: PlotsIn, effects: Effects, now: Now) -> None:
        self.watching.take(one, now.utc_ns)
        soon = max(now.mono_s + SOON_S * self.speed, self._looked_s + APART_S * self.speed)
        self._look_s = min(self._look_s, soon)

    @_take.register
    def _(self, one: FeedState, effects: Effects, now: Now) -> None:
        before, self.feeds[one.source] = self.feeds.get(one.source), one
        if before is None or before.working != one.working:
            what = {"source": one.source, "working": one.working, "says": one.says}
            self.books.enter(effects, NODE, "feed", what, now.utc_ns)
            effects.tells.append({"event": "feed", **what})

    @_take.register
    def _(self, one: LinkOpened, effects: Effects, now: Now) -> None:
        line = self.lines.get(one.counterpart)
        if line is None:
            effects.closes.append((one.connection, "no counterpart of that name is known"))
            return
        self._where[one.connection] = one.counterpart
        line.opened(one.connection, one.path, one.nonce, effects, now)

    @_take.register
    def _(self, one: FrameIn, effects: Effects, now: Now) -> None:
        line = self.lines.get(self._where.get(one.connection, ""))
        if line is not None:
            line.frame(one.connection, one.frame, effects, now)

    @_take.register
    def _(self, one: AirHeld, effects: Effects, now: Now) -> None:
        line = self.lines.get(one.counterpart)
        if line is not None:
            line.peer.held(one.channel)

    @_take.register
    def _(self, one: AirIn, effects: Effects, now: Now) -> None:
        line = self.lines.get(one.counterpart)
        if line is not None:
            airing.hear(line, one, effects, now)

    @_take.register
    def _(self, one: AirSensed, effects: Effects, now: Now) -> None:
        line = self.lines.get(one.counterpart)
        if line is not None:
            line.talking.senses.say(one.channel, one.sensed, now)

    @_take.register
    def _(self, one: LinkClosed, effects: Effects, now: Now) -> None:
        line = self.lines.get(self._where.pop(one.connection, ""))
        by_us = one.connection in self._ending  # for what it was accused of already
        self._ending.discard(one.connection)
        if line is not None:
            if one.breach and not by_us:
                line.accuse(one.why, "The connection was ended: no frame may be like that.", effects, now)
            line.closed(one.connection, effects, now)

    @_take.register
    def _(self, one: LinkRefused, effects: Effects, now: Now) -> None:
        if one.counterpart in self.lines:
            self.lines[one.counterpart].shown(one.certificate, one.why, NOT_NAMED, effects, now)
            return
        many = _MANY.match(one.why)  # a flood is told as a number
        why, count = (UNTOLD, int(many[1].replace(",", ""))) if many else (one.why, 1)
        self.refused[why] = self.refused.get(why, 0) + count
        self._refusals[why] = self._refusals.get(why, 0) + count
        if self._refusals_s == float("inf"):
            self._refusals_s = now.mono_s + REFUSALS_S
            effects.tells.append({"event": "refused", "address": one.address, "says": one.why})

    @_take.register
    def _(self, one: Command, effects: Effects, now: Now) -> None:
        command(self, one, effects, now)

    @_take.register
    def _(self, one: Standings, effects: Effects, now: Now) -> None:
        self._end_look(effects, now)
        before = {name: line.agreed for name, line in self.lines.items()}
        for agreed in one.lines:
            if agreed.counterpart not in self.lines:
                line = Line(
                    self.own,
                    agreed,
                    self.books,
                    self.restored,
                    self.timing,
                    self.speed,
                    self.radios.get(agreed.counterpart, frozenset()),
                    self.duty,
                )
                self.lines[agreed.counterpart] = line
                line.cases.encounters = self.encounters
                line.talking.adopt(effects, now)
                line.offer(effects, now)
            else:
                self.lines[agreed.counterpart].adopt(agreed, effects, now)
        self._tell_alerts(self.watching.adopt({agreed.counterpart: agreed for agreed in one.lines}), effects, now)
        self._tell_changes(before, one, effects)

    @_take.register
    def _(self, one: Happened, effects: Effects, now: Now) -> None:
        happen(self.books, self.lines, one, effects, now)
        if one.counterpart in self.lines:
            self.lines[one.counterpart].cases.process.noticed(one.payload, effects, now)

    @_take.register
    def _(self, one: MembersIn, effects: Effects, now: Now) -> None:
        self.books.enter(effects, NODE, "membership", {"digest": one.digest}, now.utc_ns)
        self.watching.belong(one.membership)

    @_take.register
    def _(self, one: Recorded, effects: Effects, now: Now) -> None:
        known, fresh = self._recorded.take(one, self.own.party, self.lines, effects, now)
        self.encounters.extend(known)
        self.encounters_told += fresh

    @_take.register
    def _(self, one: StoreState, effects: Effects, now: Now) -> None:
        self.store = one
        self.books.enter(effects, NODE, "store", {"working": one.working, "says": one.says}, now.utc_ns)
        effects.tells.append({"event": "store", "working": one.working, "says": one.says})

    def _enter_refusals(self, effects: Effects, now: Now) -> None:
        self.books.enter(effects, NODE, "refused", {"reasons": dict(self._refusals)}, now.utc_ns)
        self._refusals, self._refusals_s = {}, float("inf")

    def _tell_changes(self, before: Mapping[str, Any], one: Standings, effects: Effects) -> None:
        for agreed in one.lines:
            was = before.get(agreed.counterpart)
            if was is None or (was.digest, was.suspended, was.state) != (agreed.digest, agreed.suspended, agreed.state):
                what = {"state": agreed.state, "version": agreed.version, "suspended": sorted(agreed.suspended)}
                effects.tells.append({"event": "terms", "counterpart": agreed.counterpart, **what})

    def _watch(self, effects: Effects, now: Now) -> None:
        """Look, warn the own officer, then tell the other post what the terms let out."""
        self._looked_s, self._look_s = now.mono_s, now.mono_s + LOOK_S
        declared.expire(self, effects, now)
        self.watching.begin(now.utc_ns)
        self._look_on(effects, now)

    def _look_on(self, effects: Effects, now: Now, most_us: float = LOOK_US) -> None:
        """Go on with the look in hand, for so long; what it does not come to is done with the next Tick."""
        changes, spent_us = self.watching.go_on(most_us)
        state, interfered = self.watching.picture.interference, self._interfered
        if state.active != self._interfered:
            self._interfered = state.active
            what = {"active": state.active, "why": state.why}
            self.books.enter(effects, NODE, "interference", what, now.utc_ns)
            effects.tells.append({"event": "interference", **what})
        if changes or state.active or interfered:
            near(self, now)
        self._tell_alerts(changes, effects, now, spent_us)

    def _end_look(self, effects: Effects, now: Now) -> None:
        """End the look in hand before what it is about changes."""
        if self.watching.looks:
            self._look_on(effects, now, float("inf"))

    def _tell_alerts(
        self, changes: Iterable[tuple[str, AlertChange]], effects: Effects, now: Now, spent_us: float = 0.0
    ) -> None:
        """Warn of `changes` and of what waits already, as many as can be told at once; the rest with the next Tick.

        Where the step has `spent_us` of its time already, less is told at once; but something always is.
        """
        self._flood.add(changes)
        most = max(round(flood.MOST_AT_ONCE * (1.0 - spent_us / STEP_US)), 1)
        for name, change, last in self._flood.take(most):
            warn(self, name, change, effects, now)
            if last and change.kind is not Kind.CLOSED and name != ALONE:
                advise(self, self.lines[name], change.alert, effects, now)
        if self._flood and (waiting := self._flood.begins(now.mono_s)):
            says = f"MORE ALERTS than can be told at once: {waiting:,} wait. The most urgent and nearest come first."
            effects.tells.append({"event": "home", "says": says})
