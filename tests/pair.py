"""Two nodes' peers, lossy links in memory, virtual clocks, one seed.

A side is what the node is to its peer: it commits the writes of a step together with what it learned from the events,
then sends, then closes. It may be killed at any of these moments, and comes back from what was committed, nothing else.
Links behave as the ground line does: streams that keep their order until they break. `Weather` can make them worse than
that. Nothing here reads a clock or draws a number but from the seed.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from armslength.crypto.keys import SigningKey
from armslength.errors import RemoteProtocolError
from armslength.protocol.events import (
    AgreementRef,
    Counterpart,
    Event,
    Marked,
    Now,
    Output,
    Own,
    Received,
    Timing,
)
from armslength.protocol.messages import Mark, Message
from armslength.protocol.peer import Peer
from armslength.protocol.writes import Put

EPOCH_NS = 1_790_000_000_000_000_000
NORTH, SOUTH = SigningKey(b"north key, for tests only, 32 b."), SigningKey(b"south key, for tests only, 32 b.")
AGREEMENT = AgreementRef("0123456789abcdef", "sha256:" + "1" * 64, EPOCH_NS * 2)
AMENDED = AgreementRef(AGREEMENT.id, "sha256:" + "2" * 64, EPOCH_NS * 2, (AGREEMENT.digest,))
OWN = {"NORTH": Own("NORTH", "NORTH POST", NORTH), "SOUTH": Own("SOUTH", "SOUTH POST", SOUTH)}
OTHER = {
    "NORTH": Counterpart("SOUTH", "SOUTH POST", SOUTH.public),
    "SOUTH": Counterpart("NORTH", "NORTH POST", NORTH.public),
}
TFA = {"clock": 3, "urgency": "NORMAL", "range_m": 9000, "direction": "SW"}
EMG = {"nature": "DISTRESS", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 2"}
AMD = {"from_hash": "sha256:" + "3" * 64, "to_hash": "sha256:" + "4" * 64}


@dataclass(frozen=True)
class Weather:
    """What happens to frames and sides. Chances are for each frame; rates are for each second of virtual time."""

    delay_s: tuple[float, float] = (0.01, 0.08)
    loss: float = 0.0
    twice: float = 0.0
    flip: float = 0.0
    overtake: float = 0.0
    cuts: float = 0.15
    half_open: float = 0.3
    kills: float = 0.1
    dies_in_commit: float = 0.3
    clock_jumps: float = 0.0
    drift: float = 0.0
    paths: int = 1
    amends: bool = False


@dataclass
class Connection:
    """A link between the two sides: who still has it, and when the last frame of each direction arrives.

    When it is dead nothing enters it any more; what is under way still arrives until `ends_s`.
    """

    name: str
    open: set[str] = field(default_factory=lambda: {"NORTH", "SOUTH"})
    dead: bool = False
    ends_s: float = float("inf")
    arrives: dict[str, float] = field(default_factory=lambda: {"NORTH": 0.0, "SOUTH": 0.0})


class Side:
    """One node: its disk, its clocks, its peer, and what it knows for certain because it was committed."""

    def __init__(self, name: str, pair: Pair) -> None:
        self.name, self.pair = name, pair
        self.disk: dict[str, dict[str, bytes]] = {}
        self.sent: list[Message] = []
        self.received: list[Received] = []
        self.marked: list[Marked] = []
        self.stated: list[tuple[str, Mark]] = []
        self.events: list[Event] = []
        self.lateness: list[tuple[Received, float]] = []
        self.refused: Counter[str] = Counter()
        self.jump_s, self.drift = 0.0, 0.0
        self.agreement: AgreementRef | None = AGREEMENT
        self.ticking = float("inf")
        self._new_sent: list[Message] = []
        self._new_stated: list[tuple[str, Mark]] = []
        self.start()

    def now(self) -> Now:
        """Return this side's time: UTC may have jumped; the monotonic clock drifts and starts anew with the process."""
        run = self.pair.time_s * (1 + self.drift)
        return Now(EPOCH_NS + round((run + self.jump_s) * 1e9), run - self.began_s + 100.0)

    def start(self) -> None:
        """A new process: everything not on the disk is forgotten."""
        self.began_s = self.pair.time_s * (1 + self.drift)
        self._new_sent, self._new_stated = [], []
        restored = {space: sorted(rows.items()) for space, rows in self.disk.items()}
        self.peer = Peer(OWN[self.name], OTHER[self.name], self.agreement, restored=restored, timing=self.pair.timing)
        self.ticking = float("inf")
        self.pair.call(0.0, self.tick)

    def send(self, code: str, fields: dict[str, str | int], valid_s: float | None = None) -> None:
        """Say something."""
        now = self.now()
        until = None if valid_s is None else now.utc_ns + round(valid_s * 1e9)
        self._new_sent.append(self.peer.send(code, fields, now, valid_until_ns=until))
        self.settle()

    def receive(self, path: str, frame: bytes) -> None:
        """A frame arrives. Nothing but a RemoteProtocolError may come out of the door."""
        try:
            self.peer.receive(path, frame, self.now())
        except RemoteProtocolError as wrong:
            self.refused[wrong.reason] += 1
        self.settle()

    def tick(self) -> None:
        """The timer of the peer has run out."""
        if self.pair.time_s >= self.ticking - 1e-9 or self.ticking == float("inf"):
            self.ticking = float("inf")
            self.peer.tick(self.now())
            self.settle()

    def settle(self) -> None:
        """Carry out what the peer wants: commit, then send, then close; or die on the way."""
        outputs = [self.peer.take()]
        while outputs[-1].events:
            self.react(outputs[-1].events)
            outputs.append(self.peer.take())
        dies = self.pair.dies(outputs)
        if dies == "before":
            return self.pair.kill(self)
        self.commit(outputs)
        if dies == "after":
            return self.pair.kill(self)
        self.emit(outputs)
        return self.plan()

    def commit(self, outputs: list[Output]) -> None:
        """One transaction: the writes, and what this side knows from the events."""
        for output in outputs:
            for write in output.writes:
                rows = self.disk.setdefault(write.space, {})
                if isinstance(write, Put):
                    rows[write.key] = write.value
                else:
                    rows.pop(write.key, None)
            self.events += output.events
            for event in output.events:
                if isinstance(event, Received):
                    self.received.append(event)
                    if (until := event.message.valid_until_ns) is not None:
                        self.lateness.append((event, (self.pair.facing(self).now().utc_ns - until) / 1e9))
            self.marked += [event for event in output.events if isinstance(event, Marked)]
        self.sent += self._new_sent
        self.stated += self._new_stated
        self._new_sent, self._new_stated = [], []

    def emit(self, outputs: list[Output]) -> None:
        """The sends, then the closes."""
        for output in outputs:
            for path, frame in output.frames:
                self.pair.carry(self, path, frame)
            for path, _ in output.close:
                self.pair.hang_up(self, path)

    def amend(self) -> None:
        """The amended version is in force here from now on."""
        self.agreement = AMENDED
        self.peer.adopt(AMENDED, self.now())
        self.settle()

    def react(self, events: tuple[Event, ...]) -> None:
        """Mark some of what came, as a person would."""
        for event in events:
            if isinstance(event, Received) and self.pair.chance(0.3):
                for mark in (Mark.UNDERSTOOD, Mark.RELAYED)[: 1 + self.pair.chance(0.5)]:
                    self.peer.mark(event.message.id, mark, self.now())
                    self._new_stated.append((event.message.id, mark))

    def plan(self) -> None:
        """Wake up when the peer wants to be ticked."""
        ahead = (self.peer.next_deadline() - self.now().mono_s) / (1 + self.drift)
        due = self.pair.time_s + max(0.0, ahead) + 1e-6
        if due < self.ticking:
            self.ticking = due
            self.pair.call(due - self.pair.time_s, self.tick)


class Pair:
    """Both sides, the links between them, and the virtual time."""

    side_class: type[Side] = Side

    def __init__(self, seed: int, weather: Weather | None = None) -> None:
        self.random = random.Random(seed)
        self.weather = weather or Weather()
        self.timing = Timing()
        self.time_s, self.calm = 0.0, False
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self.connections: dict[str, Connection] = {}
        self._made = 0
        self.north, self.south = self.side_class("NORTH", self), self.side_class("SOUTH", self)
        for side in self.sides:
            side.drift = self.random.uniform(-1, 1) * self.weather.drift
            side.jump_s = self.random.uniform(-5, 5)
        self.dial()

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.north, self.south

    def facing(self, side: Side) -> Side:
        """Return the other side."""
        return self.south if side is self.north else self.north

    def chance(self, share: float) -> bool:
        """Draw."""
        return self.random.random() < share

    def call(self, after_s: float, action: Callable[[], None]) -> None:
        """Let something happen later."""
        self.call_at(self.time_s + after_s, action)

    def call_at(self, time_s: float, action: Callable[[], None]) -> None:
        """Let something happen at a time; of what happens at one time, what was asked for first is first."""
        self._order += 1
        heapq.heappush(self._queue, (time_s, self._order, action))

    def run(self, seconds: float) -> None:
        """Let virtual time pass."""
        end = self.time_s + seconds
        while self._queue and self._queue[0][0] <= end:
            self.time_s, _, action = heapq.heappop(self._queue)
            action()
        self.time_s = end

    def dial(self) -> None:
        """Connect where a path is wanting, again and again: now one side dials, now the other."""
        alive = [one for one in self.connections.values() if not one.dead and len(one.open) == 2]
        if len(alive) < self.weather.paths:
            self._made += 1
            connection = Connection(f"path {self._made}")
            self.connections[connection.name] = connection
            for side in self.sides:
                side.peer.connected(connection.name, side.now(), self.random.randbytes(32))
                side.settle()
        self.call(self.random.uniform(0.2, 0.8), self.dial)

    def carry(self, side: Side, path: str, frame: bytes) -> None:
        """Bring a frame over, as the weather allows."""
        connection, weather = self.connections.get(path), self.weather
        if connection is None or connection.dead or side.name not in connection.open:
            return
        rough = not self.calm
        if rough and self.chance(weather.loss):
            return
        if rough and self.chance(weather.flip):
            where = self.random.randrange(len(frame))
            frame = frame[:where] + bytes([frame[where] ^ (1 << self.random.randrange(8))]) + frame[where + 1 :]
        facing = self.facing(side)
        for _ in range(2 if rough and self.chance(weather.twice) else 1):
            at = self.time_s + self.random.uniform(*weather.delay_s)
            if not (rough and self.chance(weather.overtake)):
                at = connection.arrives[side.name] = max(at, connection.arrives[side.name])
            self.call_at(at, lambda: self._arrive(connection, facing, frame))

    def _arrive(self, connection: Connection, side: Side, frame: bytes) -> None:
        if self.time_s <= connection.ends_s and side.name in connection.open:
            side.receive(connection.name, frame)

    def hang_up(self, side: Side, path: str) -> None:
        """`side` closes a connection: the other hears of it a little later."""
        connection = self.connections.get(path)
        if connection is None or side.name not in connection.open:
            return
        self.drop(connection, side, tell_s=0.0)
        self.drop(connection, self.facing(side), tell_s=self.random.uniform(*self.weather.delay_s))

    def drop(self, connection: Connection, side: Side, tell_s: float | None) -> None:
        """`side` loses a connection; it hears of it after `tell_s` (None: never)."""

        def tell() -> None:
            if side.name in connection.open:
                connection.open.discard(side.name)
                side.peer.disconnected(connection.name, side.now())
                side.settle()

        if tell_s is not None:
            self.call(tell_s, tell)

    def cut(self) -> None:
        """A link breaks. Now and then a side is not told (half open)."""
        alive = [one for one in self.connections.values() if not one.dead and one.open]
        if not alive:
            return
        connection = self.random.choice(alive)
        self._end(connection)
        for side in self.sides:
            self.drop(connection, side, None if self.chance(self.weather.half_open) else self.random.uniform(0, 0.5))

    def _end(self, connection: Connection) -> None:
        connection.dead, connection.ends_s = True, self.time_s + self.random.uniform(0.0, 0.1)

    def kill(self, side: Side) -> None:
        """`side` dies and comes back a little later; its links are gone, and the other may not be told."""
        for connection in self.connections.values():
            if side.name in connection.open:
                connection.open.discard(side.name)
                self._end(connection)
                told = None if self.chance(self.weather.half_open) else self.random.uniform(0, 0.3)
                self.drop(connection, self.facing(side), told)
        side.start()

    def dies(self, outputs: list[Output]) -> str:
        """Draw whether the side that carries out `outputs` dies on the way: "", "before" or "after" the commit."""
        busy = any(output.writes for output in outputs)
        if self.calm or not busy or not self.chance(self.weather.kills * 0.1 * self.weather.dies_in_commit):
            return ""
        return "before" if self.chance(0.5) else "after"

    def trouble(self, seconds: float, rate: float) -> None:
        """Let both sides talk at `rate` messages a second while the weather does what it does, for `seconds`."""
        end = self.time_s + seconds
        weather = self.weather

        def again(every: float, action: Callable[[], None]) -> None:
            if every > 0 and self.time_s < end:

                def now_and_later() -> None:
                    if self.time_s < end:
                        action()
                        again(every, action)

                self.call(self.random.expovariate(every), now_and_later)

        for side in self.sides:
            again(rate, lambda side=side: self.talk(side))
            if weather.amends:
                self.call(self.random.uniform(0.0, seconds), side.amend)
        again(weather.cuts, self.cut)
        again(weather.kills, lambda: self.kill(self.random.choice(self.sides)))
        again(weather.clock_jumps, self.jump)
        self.run(seconds)

    def talk(self, side: Side) -> None:
        """Say something of some precedence."""
        draw = self.random.random()
        if draw < 0.2:
            side.send("EMG", EMG)
        elif draw < 0.6:
            side.send("TFA", TFA, valid_s=self.random.choice([0.02, 5.0, 60.0]))
        else:
            side.send("AMD", AMD)

    def jump(self) -> None:
        """UTC of a side jumps by up to a minute."""
        self.random.choice(self.sides).jump_s += self.random.uniform(-60, 60)

    def settle(self, seconds: float = 40.0) -> None:
        """Good weather, until everything is where it belongs."""
        self.calm = True
        self.run(seconds)
