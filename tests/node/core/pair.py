"""Two whole cores joined by an in-memory link under one virtual clock: each with its own store of committed writes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from armslength.agreement.terms import Party, Terms, default_terms
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book, Sealed
from armslength.domain.picture import Source
from armslength.node.core.books import Books
from armslength.node.core.core import Core
from armslength.node.core.inputs import Agreed, FrameIn, Input, LinkClosed, LinkOpened, PlotsIn, Standings, Tick
from armslength.node.core.watching import Watching
from armslength.node.core.witness import anchors
from armslength.node.membership import load_membership
from armslength.protocol.events import Now, Own, Timing
from armslength.protocol.writes import Put
from armslength.units import NS

BEGIN_NS = 1_700_000_000 * NS
MEMBERS = """
[[aircraft]]
party = "NORTH"
member = "NORTH"
ranges = ["d10000-d1ffff"]
category = "fast_jet"

[[aircraft]]
party = "SOUTH"
member = "SOUTH"
ranges = ["d20000-d2ffff"]
category = "fast_jet"
"""


def terms_of() -> Terms:
    """Return the rule of threes between NORTH and SOUTH, everywhere."""
    return replace(default_terms(), parties=(Party("NORTH"), Party("SOUTH")))


@dataclass
class Store:
    """What one node has committed: survives a restart."""

    entries: dict[str, list[Sealed]] = field(default_factory=dict)
    rows: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def scan(self) -> dict[str, list[tuple[str, bytes]]]:
        """Return all rows, by space, in order of keys."""
        return {space: sorted(rows.items()) for space, rows in self.rows.items()}


@dataclass
class Side:
    """One node of the pair."""

    party: str
    key: SigningKey
    store: Store = field(default_factory=Store)
    told: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[int, Any] = field(default_factory=dict)
    core: Core = None  # type: ignore[assignment]

    def heard(self, event: str, **what: Any) -> list[dict[str, Any]]:
        """Return the told events of that name and those values."""
        return [t for t in self.told if t["event"] == event and all(t.get(k) == v for k, v in what.items())]


class Pair:
    """NORTH and SOUTH. `run` lets time pass; `cut`, `mend` and `restart` are what happens to them."""

    def __init__(
        self, seed: int = 1, terms: Terms | None = None, agreement: str = "river-2026", members: str = MEMBERS
    ) -> None:
        self.members, self.step_ns = members, 0
        self.random = random.Random(seed)
        self.terms = terms or terms_of()
        self.agreement = agreement
        self.mono = 0.0
        self.linked = False
        self.number = 0
        self.wires: dict[str, list[tuple[float, bytes]]] = {}
        self.north = Side("NORTH", SigningKey(bytes([1]) * 32))
        self.south = Side("SOUTH", SigningKey(bytes([2]) * 32))
        for side in (self.north, self.south):
            self.start(side)

    @property
    def now(self) -> Now:
        """The moment on both clocks."""
        return Now(BEGIN_NS + self.step_ns + round(self.mono * NS), self.mono)

    def set_clock(self, step_s: int) -> None:
        """Set UTC of both nodes, and of what they hear, by `step_s`; the monotonic clock goes on."""
        self.step_ns += step_s * NS

    def other(self, side: Side) -> Side:
        """Return the one across."""
        return self.south if side is self.north else self.north

    def agreed(self, side: Side, **more: Any) -> Agreed:
        """Return how `side` stands with the other."""
        other = self.other(side)
        found = Agreed(other.party, f"{other.party} POST", other.key.public, self.agreement, "sha256:" + "ab" * 32)
        return replace(found, version=1, expires_ns=BEGIN_NS * 2, terms=self.terms, state="in force", **more)

    def start(self, side: Side) -> None:
        """Build the core of `side` from what it has committed."""
        restored, theirs = side.store.scan(), self.other(side).key.public
        books = [
            Book.restore(name, [bytes.fromhex(s.entry.hash) for s in sealed], anchors(restored, name, theirs))
            for name, sealed in side.store.entries.items()
        ]
        own = Own(side.party, f"{side.party} POST", side.key)
        members = load_membership(self.members, "members.toml", None)
        watching = Watching(side.party, members, [Source("radar", False), Source("adsb")])
        side.core = Core(own, watching, Books(b"s" * 32, own.post, books), restored, Timing())
        self.give(side, Standings((self.agreed(side),)))

    def give(self, side: Side, one: Input) -> None:
        """Step, commit, send."""
        effects = side.core.step(one, self.now)
        for book, sealed in effects.entries:
            side.store.entries.setdefault(book, []).append(sealed)
        for write in effects.writes:
            rows = side.store.rows.setdefault(write.space, {})
            if isinstance(write, Put):
                rows[write.key] = write.value
            else:
                rows.pop(write.key, None)
        side.told += [dict(t) for t in effects.tells]
        side.replies.update(dict(effects.replies))
        for connection, frame, _ in sorted(effects.frames, key=lambda one: not one[2]):
            if self.linked and connection == self.connection:
                delay = self.mono + self.random.uniform(0.001, 0.05)
                queue = self.wires.setdefault(side.party, [])
                queue.append((max([delay, *(at for at, _ in queue)]), frame))
        if any(connection == getattr(self, "connection", "") for connection, _ in effects.closes):
            self.cut()

    def mend(self) -> None:
        """Join the two by a new connection."""
        self.number += 1
        self.connection, self.linked, self.wires = f"ground#{self.number}", True, {}
        for side in (self.north, self.south):
            self.give(side, LinkOpened(self.connection, self.other(side).party, "/ground", self.random.randbytes(32)))

    def cut(self) -> None:
        """End the connection; what was on the way is lost."""
        if self.linked:
            self.linked, self.wires = False, {}
            for side in (self.north, self.south):
                self.give(side, LinkClosed(self.connection, "cut"))

    def restart(self, side: Side) -> None:
        """Kill `side` and start it from what it had committed."""
        self.cut()
        self.start(side)

    def plots(self, source: str, plots: tuple[Any, ...], *sides: Side) -> None:
        """Give plots to the sides (both)."""
        for side in sides or (self.north, self.south):
            self.give(side, PlotsIn(source, plots))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.mono + seconds
        while (at := self.next_s()) <= end:
            self.mono = max(self.mono, at)
            self._deliver()
            for side in (self.north, self.south):
                if side.core.next_deadline() <= self.mono:
                    self.give(side, Tick())
        self.mono = end

    def next_s(self) -> float:
        """Return when something happens next [s]: a frame comes, or a side is due."""
        comes = [at for queue in self.wires.values() for at, _ in queue[:1]]
        return min([*comes, *(side.core.next_deadline() for side in (self.north, self.south))])

    def _deliver(self) -> None:
        for side in (self.north, self.south):
            queue = self.wires.get(side.party, [])
            while queue and queue[0][0] <= self.mono and self.linked:
                _, frame = queue.pop(0)
                self.give(self.other(side), FrameIn(self.connection, frame))
                queue = self.wires.get(side.party, [])
