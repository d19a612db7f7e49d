"""An emergency passes a full queue: two real nodes, a real ground line, and an other side that reads too slowly."""

from __future__ import annotations

import asyncio
import json
import socket
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from armslength.adapters.store import Store
from armslength.bench.link_node import FIELDS, PATH, Post, _agreed, _core, _line, _no_document
from armslength.bench.link_side import posts
from armslength.node.clock import SystemClock
from armslength.node.core.inputs import FrameIn, Input, Standings
from armslength.node.runner import Runner
from armslength.protocol.messages import Precedence

WARMED, BACKLOG = 600, 300
"""ROUTINE messages that open the window of the sender, and that wait then."""
PASSED = 40
"""At least so many frames of the queue are passed by an emergency; before the rest lies what the system holds."""


class _Side:
    """A node in this process: core, runner, store and line, and in what order messages came."""

    def __init__(self, post: Post) -> None:
        self.post, self.came = post, list[tuple[str, int]]()
        self.store = Store(post.store)
        self.runner = Runner(_core(post, self.store), self.store, SystemClock(), lambda _: None, _no_document)
        self.runner.give, self._give = self._note, self.runner.give  # type: ignore[method-assign]
        self.line = _line(post, self.runner)
        self.runner.wire = self.line
        self.runner.give(Standings((_agreed(post),)))

    def _note(self, one: Input) -> None:
        if isinstance(one, FrameIn) and b"armslength.message" in one.frame:
            message = json.loads(b64decode(json.loads(one.frame)["payload"]))
            self.came.append((message["code"], message["seq"]))
        self._give(one)

    async def send(self, code: str) -> None:
        """Send a message; it is kept when this returns."""
        args = {"counterpart": self.post.other, "code": code, "fields": dict(FIELDS[code])}
        await self.runner.ask("send", args)

    @property
    def connection(self) -> str:
        """The one connection."""
        return next(iter(self.line._open))

    @property
    def peer(self) -> Any:
        """The protocol towards the other side."""
        return self.runner.core.lines[self.post.other].peer


@asynccontextmanager
async def joined(folder: Path) -> AsyncIterator[tuple[_Side, _Side]]:
    """Give two nodes whose line is open; the first one listens, with little room in the system."""
    listens, dials = posts(folder)
    north, south = _Side(listens), _Side(replace(dials, dial=listens.port))
    running = [asyncio.ensure_future(side.runner.run()) for side in (north, south)]
    try:
        for side in (north, south):
            await side.line.start()
        assert north.line._server is not None
        for door in north.line._server.sockets:  # what waits, waits with the sender and not in the system
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        south.line.dial("north", PATH, f"wss://127.0.0.1:{listens.port}{PATH}")
        await until(lambda: {side.peer.standing() for side in (north, south)} == {"OPEN"})
        yield north, south
    finally:
        for side in (north, south):
            side.runner.stop()
        await asyncio.gather(*running)
        for side in (north, south):
            await side.line.stop()
            await side.runner.finish()
            side.store.close()


async def until(what: Callable[[], bool]) -> None:
    """Wait until `what` holds."""
    for _ in range(1500):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def overtaken(folder: Path, *, urgently: bool = True) -> int:
    """Return how many ROUTINE messages that had left an emergency passed on its way to a side that reads slowly.

    Args:
        folder: for the two stores.
        urgently: False takes the urgency from every frame, as a control.
    """
    async with joined(folder) as (north, south):
        if not urgently:
            ranked = south.line.send

            def unranked(connection: str, frame: bytes, *, urgent: bool = False) -> bool:
                del urgent
                return ranked(connection, frame)

            south.line.send = unranked  # type: ignore[method-assign]
        await asyncio.gather(*(south.send("AMD") for _ in range(WARMED)))
        await until(lambda: not south.peer.waiting())
        north.line.pause()
        await asyncio.gather(*(south.send("AMD") for _ in range(BACKLOG)))
        queued = south.line.waiting(south.connection)
        assert queued > PASSED * 2048  # the queue is full, and it is ours
        left = len(south.peer._traffic._outbox.under_way(Precedence.ROUTINE))
        await south.send("EMG")
        assert not [code for code, _ in north.came if code == "EMG"]
        while south.peer.waiting():  # slowly: a little at a time
            north.line.resume()
            await asyncio.sleep(0.005)
            north.line.pause()
            await asyncio.sleep(0.005)
        north.line.resume()
        came = list(dict.fromkeys(north.came))  # a connection that was opened anew sends again what was under way
        order = [seq for code, seq in came if code == "AMD"]  # checks count in the same stream
        assert order == sorted(order) and len(order) == WARMED + BACKLOG
        codes = [code for code, _ in came]
        assert codes.count("EMG") == 1
        behind = len(codes) - 1 - codes.index("EMG")
        return behind - (BACKLOG - left)  # what had not left yet, it passed in the outbox


def test_an_emergency_passes_a_full_queue_of_routine_frames(tmp_path: Path) -> None:
    assert asyncio.run(overtaken(tmp_path)) >= PASSED


def test_without_its_urgency_it_would_wait_behind_them(tmp_path: Path) -> None:
    """The control: frames without rank keep the order in which they were handed over."""
    assert asyncio.run(overtaken(tmp_path, urgently=False)) == 0
