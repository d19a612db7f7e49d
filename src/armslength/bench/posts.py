"""Two whole nodes without a network: two cores, their stores, a ground line and frequencies, one clock, one seed.

Everything that decides is the real part (`node.core`); everything that the world does is a line of a script:
frequencies are jammed, fade or go deaf in one direction, the ground line is cut, nodes are killed, clocks jump.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from armslength.adapters.radio.sound import AirHeard
from armslength.agreement.articles import Frequency
from armslength.agreement.terms import Party, Terms, default_terms
from armslength.bench.posts_air import Air
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book, Sealed
from armslength.domain.picture import Source
from armslength.node.core.books import Books
from armslength.node.core.core import Core
from armslength.node.core.inputs import (
    Agreed,
    Command,
    FrameIn,
    Input,
    LinkClosed,
    LinkOpened,
    Standings,
    Started,
    Tick,
)
from armslength.node.core.watching import Watching
from armslength.node.core.witness import anchors
from armslength.node.radio import Radios
from armslength.protocol.events import Now, Own, Timing
from armslength.protocol.writes import Put
from armslength.units import NS

__all__ = ["FREQUENCIES", "Posts", "Side"]

BEGIN_NS = 1_790_000_000 * NS
FREQUENCIES = (
    Frequency("F1", "132.055", "primary", "data"),
    Frequency("F2", "127.500", "alternate", "data"),
)
SOON_S = 0.001


def terms_of() -> Terms:
    """Return the rule of threes with two frequencies that carry data."""
    return replace(default_terms(), parties=(Party("NORTH"), Party("SOUTH")), frequencies=FREQUENCIES)


@dataclass
class Side:
    """One node: what it has committed survives its death.

    Attributes:
        told: (time [s], event) of what its officer was told since the beginning.
        using: (time [s], channel in use), each change.
        jump_s: by how much its UTC was set.
        alarmed: the last that its officer was told of channels is that none is left.
    """

    party: str
    key: SigningKey
    entries: dict[str, list[Sealed]] = field(default_factory=dict)
    rows: dict[str, dict[str, bytes]] = field(default_factory=dict)
    told: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    using: list[tuple[float, str]] = field(default_factory=list)
    jump_s: float = 0.0
    alive: bool = False
    alarmed: bool = False
    radios: Radios = None  # type: ignore[assignment]
    ticking_s: float = float("inf")
    core: Core = None  # type: ignore[assignment]

    def channel(self) -> str:
        """Return the channel in use as this side has it."""
        line = next(iter(self.core.lines.values()), None)
        return line.using if line is not None else ""

    def heard(self) -> list[dict[str, Any]]:
        """Return every event of a message received, in order."""
        return [event for _, event in self.told if event["event"] == "received"]


class _Timer:
    """The clock of the simulation, for radios."""

    speed = 1.0

    def __init__(self, posts: Posts) -> None:
        self._posts = posts

    def utc_ns(self) -> int:
        """Return UTC [ns]."""
        return BEGIN_NS + round(self._posts.time_s * NS)

    def mono(self) -> float:
        """Return the time [s]."""
        return self._posts.time_s

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise NotImplementedError


class Posts:
    """NORTH and SOUTH. `run` lets time pass; everything else is what happens to them."""

    def __init__(self, seed: int = 1, terms: Terms | None = None) -> None:
        self.chance = random.Random(seed)
        self.terms = terms or terms_of()
        self.time_s = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = self._links = 0
        self.connection, self.ground_cut = "", False
        self._arrives = {"NORTH": 0.0, "SOUTH": 0.0}
        self.air = {one.id: Air(one.id, self.chance, self.call, lambda: self.time_s) for one in self.terms.frequencies}
        self.sides = {
            name: Side(name, SigningKey(bytes([number]) * 32)) for number, name in enumerate(("NORTH", "SOUTH"), 1)
        }
        for side in self.sides.values():
            self.start(side)
        self.mend()

    def call(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something later."""
        self._count += 1
        heapq.heappush(self._events, (self.time_s + max(seconds, 0.0), self._count, what))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.time_s + seconds
        while self._events and self._events[0][0] <= end:
            at, _, what = heapq.heappop(self._events)
            self.time_s = max(self.time_s, at)
            what()
        self.time_s = end

    def now(self, side: Side) -> Now:
        """Return the time of a side: its UTC may have been set, its monotonic clock never is."""
        return Now(BEGIN_NS + round((self.time_s + side.jump_s) * NS), self.time_s)

    def other(self, side: Side) -> Side:
        """Return the one across."""
        return self.sides["SOUTH" if side.party == "NORTH" else "NORTH"]

    def say(self, side: Side, code: str, fields: dict[str, Any], valid_for: str = "") -> None:
        """Have a person say something; a node that is down says nothing."""
        args: dict[str, Any] = {"code": code, "fields": fields} | ({"valid_for": valid_for} if valid_for else {})
        if side.alive:
            self.give(side, Command(0, "duty officer", "send", args))

    def start(self, side: Side) -> None:
        """Start a node from what it has committed."""
        other = self.other(side) if len(self.sides) == 2 else None
        key = other.key.public if other is not None else ""
        restored = {space: sorted(rows.items()) for space, rows in side.rows.items()}
        books = [
            Book.restore(name, [bytes.fromhex(one.entry.hash) for one in sealed], anchors(restored, name, key))
            for name, sealed in side.entries.items()
        ]
        own = Own(side.party, f"{side.party} POST", side.key)
        watching = Watching(side.party, None, [Source("radar", False)])
        other_name = "SOUTH" if side.party == "NORTH" else "NORTH"
        radios = {other_name: frozenset(self.air)}
        side.core = Core(own, watching, Books(b"s" * 32, own.post, books), restored, Timing(), radios=radios)
        side.alarmed, side.radios = False, self._radios(side, other_name)
        side.alive, side.ticking_s = True, float("inf")
        self.give(side, Started())
        self.give(side, Standings((self._agreed(side),)))

    def kill(self, side: Side, seconds: float) -> None:
        """Kill a node; it comes back after so long, and the ground line with it."""
        if not side.alive:
            return
        self.cut(for_good=False)
        side.alive = False
        for air in self.air.values():
            air.forget(side.party)
        self.call(seconds, lambda: self._revive(side))

    def cut(self, *, for_good: bool = True) -> None:
        """Cut the ground line: what is on the way is lost."""
        self.ground_cut = self.ground_cut or for_good
        gone, self.connection = self.connection, ""
        for side in self.sides.values():
            if gone and side.alive:
                self.give(side, LinkClosed(gone, "cut"))

    def mend(self) -> None:
        """Mend the ground line; it stands again a moment later, when both nodes are there."""
        self.ground_cut = False
        self.call(0.3, self._connect)

    def give(self, side: Side, one: Input) -> None:
        """Step, commit, then send."""
        effects = side.core.step(one, self.now(side))
        for book, sealed in effects.entries:
            side.entries.setdefault(book, []).append(sealed)
        for write in effects.writes:
            rows = side.rows.setdefault(write.space, {})
            if isinstance(write, Put):
                rows[write.key] = write.value
            else:
                rows.pop(write.key, None)
        for event in effects.tells:
            side.told.append((self.time_s, dict(event)))
            if event["event"] == "channel" and event["state"] == "IN USE":
                side.alarmed = bool(event["sounds"])
        using = side.channel()
        if not side.using or side.using[-1][1] != using:
            side.using.append((self.time_s, using))
        for connection, frame, _ in sorted(effects.frames, key=lambda frame: not frame[2]):
            self._send(side, connection, frame)
        for counterpart, message in effects.hush:
            side.radios.hush(counterpart, message)
        for one_said in effects.air:
            side.radios.say(*one_said)
        if any(connection == self.connection for connection, _ in effects.closes):
            self.cut(for_good=False)
            self.call(0.5, self._connect)
        self._schedule(side)

    def _agreed(self, side: Side) -> Agreed:
        name = "SOUTH" if side.party == "NORTH" else "NORTH"
        key = SigningKey(bytes([1 if name == "NORTH" else 2]) * 32).public
        found = Agreed(name, f"{name} POST", key, "river-2026", "sha256:" + "ab" * 32)
        return replace(found, version=1, expires_ns=BEGIN_NS * 2, terms=self.terms, state="in force")

    def _connect(self) -> None:
        if self.connection or self.ground_cut or not all(side.alive for side in self.sides.values()):
            return
        self._links += 1
        self.connection = f"ground#{self._links}"
        self._arrives = dict.fromkeys(self._arrives, 0.0)
        for side in self.sides.values():
            nonce = self.chance.randbytes(32)
            self.give(side, LinkOpened(self.connection, self.other(side).party, "/ground", nonce))

    def _revive(self, side: Side) -> None:
        self.start(side)
        self.call(0.5, self._connect)

    def _send(self, side: Side, connection: str, frame: bytes) -> None:
        if connection != self.connection:
            return
        other = self.other(side)
        at = max(self.time_s + self.chance.uniform(0.001, 0.02), self._arrives[side.party])
        self._arrives[side.party] = at

        def arrive() -> None:
            if connection == self.connection and other.alive:
                self.give(other, FrameIn(connection, frame))

        self.call(at - self.time_s, arrive)

    def _radios(self, side: Side, other: str) -> Radios:
        """Return the radios of a node that starts, with a station on each frequency."""

        def give(one: Input) -> None:
            self.call(0.0, lambda: self.give(side, one) if side.alive and side.radios is radios else None)

        radios, share = Radios((), _Timer(self), give, lambda told: None), self.terms.radio.most_occupancy_share
        for one in self.terms.frequencies:
            station = self.air[one.id].station(side.party, share)
            heard, station.sent = radios.serve(other, one, share, station)
            station.heard = _hearing(heard, one.id, other, self)
        return radios

    def _schedule(self, side: Side) -> None:
        """Tick when the core wants it, once."""
        due = max(side.core.next_deadline(), self.time_s + SOON_S)
        if due >= side.ticking_s and side.ticking_s > self.time_s:
            return
        side.ticking_s = due
        core = side.core

        def tick() -> None:
            if side.alive and side.core is core and side.ticking_s <= self.time_s:
                side.ticking_s = float("inf")
                self.give(side, Tick())

        self.call(due - self.time_s, tick)


def _hearing(heard: Callable[[AirHeard], None], channel: str, sender: str, posts: Posts) -> Callable[[bytes], None]:
    return lambda payload: heard(AirHeard(channel, payload, sender, posts.time_s))
