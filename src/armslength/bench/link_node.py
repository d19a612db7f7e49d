"""A node as far as its ground line, in a process of its own that can be killed: the real core, loop, store and line.

It has no home and no feeds; agreement and counterpart are given. What it accepts to send and what it receives stand in
its ledger like everything else, and are counted there afterwards.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from armslength.adapters.ground_line import GroundLine
from armslength.adapters.store import Store
from armslength.agreement.terms import default_terms
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book
from armslength.errors import InputError, StoreError
from armslength.node.clock import SystemClock
from armslength.node.core.books import Books
from armslength.node.core.core import Core
from armslength.node.core.inputs import Agreed, FrameIn, LinkClosed, LinkRefused, Standings
from armslength.node.core.watching import Watching
from armslength.node.core.witness import anchors
from armslength.node.runner import Runner
from armslength.protocol.events import Own, Timing

AGREEMENT = "bench"
PATH = "/ground"
YEAR_NS = 365 * 86_400 * 10**9
VALID = "1 h"
MIX = ("TFA",) * 7 + ("EMG",) + ("AMD",) * 2
"""Seven advisories, one emergency, two notices of an amendment: all three precedences."""
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "TFA": {"clock": 3, "urgency": "NORMAL", "range_m": 9000, "direction": "NE", "closest_s": 90},
    "EMG": {"nature": "URGENCY", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 1"},
    "AMD": {"from_hash": "sha256:" + "0" * 64, "to_hash": "sha256:" + "1" * 64},
}
GATHERED = 512
"""Messages in hand at once when they are to be kept together."""


@dataclass(frozen=True, slots=True)
class Post:
    """One side of the bench.

    Args:
        folder: of store, key and certificate.
        name, key: of this party.
        other, other_key, other_certificate: name, public key and pinned certificate (PEM) of the counterpart.
        port: where it listens; 0 for not.
        dial: port on loopback that is dialled; 0 for none.
    """

    folder: Path
    name: str
    key: bytes
    other: str
    other_key: str
    other_certificate: str
    port: int = 0
    dial: int = 0

    @property
    def store(self) -> Path:
        """The file of its ledger and outbox."""
        return self.folder / f"{self.name}.db"


def serve(post: Post, orders: Connection) -> None:
    """Run one side until it is told to stop, or until nobody is there to tell it."""
    asyncio.run(_Node(post, orders).run())


class _Node:
    def __init__(self, post: Post, orders: Connection) -> None:
        self._post, self._orders = post, orders
        self._rate = 0.0
        self._said = self._marked = 0
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Put the parts together as a node does, and do what is ordered."""
        post, loop = self._post, asyncio.get_running_loop()
        store = Store(post.store)
        store.check()
        core = _core(post, store)
        self._runner = runner = Runner(core, store, SystemClock(), self._told, _no_document)
        line = _line(post, runner)
        runner.wire = line
        runner.give(Standings((_agreed(post),)))
        await line.start()
        if post.dial:
            line.dial(post.other, PATH, f"wss://127.0.0.1:{post.dial}{PATH}")
        loop.add_reader(self._orders.fileno(), self._order)
        sending = loop.create_task(self._steadily())
        try:
            await runner.run()
        finally:
            sending.cancel()
            await line.stop()
            store.close()

    def _told(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "marked" and event["by"] == "theirs" and event["mark"] == "RECEIVED":
            self._marked += 1
            self._changed.set()
        elif event["event"] == "link":
            self._say({"link": event["state"], "at_s": time.monotonic()})

    def _say(self, what: Mapping[str, Any]) -> None:
        try:
            self._orders.send(dict(what))
        except OSError:
            self._runner.stop()

    def _order(self) -> None:
        try:
            verb, *rest = self._orders.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._orders.fileno())
            self._runner.stop()
            return
        if verb == "rate":
            self._rate = rest[0]
            self._changed.set()
        elif verb == "cpu":
            self._say({"cpu_s": time.process_time()})
        elif verb == "stop":
            self._runner.stop()
        elif verb == "emergency":
            self._begin(self._send(MIX.index("EMG")))
        elif verb == "idle":
            self._begin(self._idle())
        else:
            self._begin(self._burst(rest[0], at_once=GATHERED if verb == "together" else 1))

    def _begin(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, number: int) -> None:
        """Send one message, and say whether it was taken and kept."""
        code = MIX[number % len(MIX)]
        args: dict[str, Any] = {"counterpart": self._post.other, "code": code, "fields": dict(FIELDS[code])}
        if code == "TFA":
            args["valid_for"] = VALID
        try:
            answer = await self._runner.ask("send", args)
        except (InputError, StoreError) as wrong:
            self._say({"refused": str(wrong)})
        else:
            self._said += 1
            self._say({"accepted": answer["id"]})

    async def _steadily(self) -> None:
        """Send at the rate ordered, by the clock: what was late is made up for."""
        due, number = time.monotonic(), 0
        while True:
            if self._rate <= 0.0:
                self._changed.clear()
                await self._changed.wait()
                due = time.monotonic()
                continue
            self._begin(self._send(number))
            number += 1
            due += 1.0 / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _burst(self, count: int, *, at_once: int) -> None:
        """Send `count` messages, `at_once` of them in hand; say when all were kept, and when all were marked."""
        begin, numbers = time.monotonic(), iter(range(count))

        async def hand() -> None:
            for number in numbers:
                await self._send(number)

        await asyncio.gather(*(hand() for _ in range(at_once)))
        kept = time.monotonic()
        await self._all_marked()
        self._say({"burst": count, "kept_s": kept - begin, "marked_s": time.monotonic() - begin})

    async def _idle(self) -> None:
        """Say when everything said so far was marked by the other side."""
        await self._all_marked()
        self._say({"idle_s": time.monotonic()})

    async def _all_marked(self) -> None:
        while self._marked < self._said:
            self._changed.clear()
            await self._changed.wait()


def _core(post: Post, store: Store) -> Core:
    own = Own(post.name, f"{post.name} POST".upper(), SigningKey(post.key))
    restored = {space: store.scan(space) for space in store.spaces()}
    books = [Book.restore(name, store.leaves(name), anchors(restored, name, post.other_key)) for name in store.books()]
    return Core(own, Watching(post.name, None, []), Books(post.key, own.post, books), restored, Timing())


def _agreed(post: Post) -> Agreed:
    terms = default_terms()
    return Agreed(
        post.other,
        f"{post.other} POST".upper(),
        post.other_key,
        agreement=AGREEMENT,
        digest="sha256:" + "b" * 64,
        version=1,
        expires_ns=time.time_ns() + YEAR_NS,
        terms=terms,
        state="IN_FORCE",
    )


def _line(post: Post, runner: Runner) -> GroundLine:
    from armslength.adapters.certificates import fingerprint

    pin = {fingerprint(post.other_certificate): post.other}
    return GroundLine(
        post.folder / f"{post.name}.crt",
        post.folder / f"{post.name}.key",
        ("127.0.0.1", post.port) if post.port else None,
        (PATH,),
        lambda: pin,
        lambda: [post.other_certificate],
        on_opened=runner.opened,
        on_frame=lambda connection, frame: runner.give(FrameIn(connection, frame)),
        on_closed=lambda connection, why: runner.give(LinkClosed(connection, why)),
        on_refused=lambda address, why: runner.give(LinkRefused(address, why)),
    )


async def _no_document(_: str, __: bytes) -> None:
    """No documents are exchanged here."""
