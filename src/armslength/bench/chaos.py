"""A stretch of cable that misbehaves: a TCP proxy on loopback that cuts, delays, throttles, half-opens and flips bytes.

It stands between two real processes. What it does can be changed at any moment, from any thread; a fault holds for
connections that stand and for new ones. A cut is silent, as in the world: nobody is told, and what was on its way is
lost. TCP would notice a lost byte, so a connection from which bytes were lost is dead: it never carries again, and it
is reset when the cable is mended.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import sys
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Self

LOOPBACK = "127.0.0.1"
PIECE = 4096
"""Bytes carried at a time."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What the cable does now. The default does nothing.

    Args:
        cut: nothing passes, and nobody is told.
        one_way: "there" (towards the listener behind it) or "back": what goes that way is lost; "" for neither.
        delay_s, jitter_s: each piece waits so long, and up to so much more [s]; order is kept.
        rate: bytes a second each way; 0 for no bound.
        flip: chance that a piece has one bit flipped.
    """

    cut: bool = False
    one_way: str = ""
    delay_s: float = 0.0
    jitter_s: float = 0.0
    rate: float = 0.0
    flip: float = 0.0


@dataclass(eq=False, slots=True)
class _Pair:
    """One connection: its two ends, and the ways on which bytes were lost."""

    ends: list[asyncio.StreamWriter]
    lost: set[str] = field(default_factory=set)


class Cable:
    """Listens on a free port of loopback and carries every connection to port `to`.

    Args:
        to: port on loopback.
        seed: of what it does by chance.

    Attributes:
        port: where it listens.
        carried, flipped: bytes carried and bits flipped so far.
    """

    def __init__(self, to: int, seed: int = 1) -> None:
        self.to, self.port = to, 0
        self.carried = self.flipped = 0
        self._faults = Faults()
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._pairs: list[_Pair] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="cable")
        self._thread.start()
        self._do(self._listen())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def be(self, **faults: Any) -> None:
        """Take on these faults and no others; what is named is as in `Faults`."""
        self._do(self._be(replace(Faults(), **faults)))

    def mend(self) -> None:
        """Take on no faults; connections from which bytes were lost are reset."""
        self.be()

    def reset(self) -> None:
        """Reset every connection, as a router does that has forgotten them."""
        self._do(self._reset())

    def close(self) -> None:
        """End every connection and listen no more."""
        if self._thread.is_alive():
            self._do(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10.0)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._joined, LOOPBACK, 0, limit=PIECE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _be(self, faults: Faults) -> None:
        self._faults = faults
        if not faults.cut and not faults.one_way:
            self._drop([pair for pair in self._pairs if pair.lost])
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _reset(self) -> None:
        self._drop(list(self._pairs))

    def _drop(self, pairs: list[_Pair]) -> None:
        for pair in pairs:
            for end in pair.ends:
                with contextlib.suppress(OSError):  # closing without lingering resets
                    linger = (1).to_bytes(4, sys.byteorder) + bytes(4)
                    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                end.transport.abort()

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = _Pair([writer])
        self._pairs.append(pair)
        try:
            while self._faults.cut:  # who calls gets no answer
                pair.lost.add("there")
                await self._changed.wait()
            with contextlib.suppress(OSError):
                back, there = await asyncio.open_connection(LOOPBACK, self.to, limit=PIECE)
                pair.ends.append(there)
                ways = [self._carry(reader, there, "there", pair), self._carry(back, writer, "back", pair)]
                carrying = [asyncio.create_task(way) for way in ways]
                try:
                    await asyncio.wait(carrying, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in carrying:
                        task.cancel()
        except asyncio.CancelledError:
            pass  # the cable is being taken down; nobody waits for this task
        finally:
            self._pairs.remove(pair)
            for end in pair.ends:
                end.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, pair: _Pair) -> None:
        with contextlib.suppress(OSError):
            while True:
                data = await reader.read(PIECE)
                now = self._faults
                if now.cut or now.one_way == way or way in pair.lost:
                    pair.lost.add(way)
                    if not data:  # not even the end gets through
                        await self._changed.wait()
                    continue
                if not data:
                    return
                if (
                    wait := now.delay_s
                    + now.jitter_s * self._random.random()
                    + (len(data) / now.rate if now.rate else 0)
                ):
                    await asyncio.sleep(wait)
                if now.flip and self._random.random() < now.flip:
                    at = self._random.randrange(len(data))
                    data = data[:at] + bytes([data[at] ^ 1 << self._random.randrange(8)]) + data[at + 1 :]
                    self.flipped += 1
                writer.write(data)
                await writer.drain()
                self.carried += len(data)
