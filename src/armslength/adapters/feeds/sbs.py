"""SBS-1 (BaseStation) over TCP: connects, reads, and connects again with growing patience. See `sbs_lines.py`."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass, field

from armslength.adapters.feeds.lines import CUT, TOO_LONG, Lines
from armslength.adapters.feeds.port import DOWN, LIVE, STALE, Clock, FeedBatch, FeedHealth, Give
from armslength.adapters.feeds.sbs_lines import SbsReader
from armslength.adapters.feeds.values import Heard

PIECE = 1 << 14
"""Bytes that are taken at once: what is read of a longer stretch would hold up everything else."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Wait before another attempt to connect: doubled each time, up to the second [s]."""
CONNECT_S = 10.0


@dataclass
class SbsFeed:
    """A BaseStation port.

    Attributes:
        name: of the feed.
        host, port: of the program that decodes, usually 30003.
        clock: of the node.
        reader: makes plots of the lines.
        silence_s: after this long without a byte the connection is taken for dead and made anew [s].
    """

    name: str
    host: str
    port: int
    clock: Clock
    reader: SbsReader = field(default_factory=SbsReader)
    silence_s: float = 120.0
    health: FeedHealth = field(default_factory=FeedHealth)

    async def run(self, give: Give) -> None:
        """Listen until cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            heard_before = self.health.heard_ns
            try:
                why = await self._listen(give)
            except (OSError, TimeoutError, UnicodeError) as error:
                why = f"cannot be reached ({_told(error)})"
            self.health.become(DOWN, self.clock.utc_ns(), f"{self.host}:{self.port}: {why}")
            wait_s = FIRST_WAIT_S if self.health.heard_ns != heard_before else wait_s
            await self.clock.sleep(wait_s)
            wait_s = min(2.0 * wait_s, LONGEST_WAIT_S)

    async def _listen(self, give: Give) -> str:
        """Read one connection to its end; return why it ended.

        Raises:
            OSError, TimeoutError: it cannot be made, or it broke.
        """
        async with asyncio.timeout(CONNECT_S):  # wait_for of Python 3.11 can lose a cancellation
            stream, writer = await asyncio.open_connection(self.host, self.port)
        lines = Lines()
        self.health.connections += 1
        self.health.become(STALE, self.clock.utc_ns(), "connected, nothing heard yet")
        try:
            while data := await self._heard(stream):
                self._take(lines.push(data), lines.taken_too_long(), give)
                await asyncio.sleep(0)  # what has come already is read without a pause
            return "the connection was closed"
        except TimeoutError:
            return f"silent for {self.silence_s:.0f} s"
        finally:
            if lines.end():
                cut = Heard()
                cut.keep_aside(CUT, "the connection ended within a line")
                self._give(cut, give)
            writer.close()

    async def _heard(self, stream: asyncio.StreamReader) -> bytes:
        async with asyncio.timeout(self.silence_s):
            return await stream.read(PIECE)

    def _take(self, lines: list[bytes], too_long: int, give: Give) -> None:
        heard = self.reader.read(lines, self.clock.utc_ns())
        heard.keep_aside(TOO_LONG, "a line does not end", too_long)
        if lines or too_long:
            self.health.become(LIVE, self.clock.utc_ns())
            self._give(heard, give)

    def _give(self, heard: Heard, give: Give) -> None:
        batch = FeedBatch(self.name, tuple(heard.plots), heard.aside, self.clock.utc_ns())
        for reason, says in heard.examples.items():
            self.health.example(reason, says)
        self.health.count(batch)
        give(batch)


def _told(error: Exception) -> str:
    """Return what the system says, without the address that it may repeat."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "nobody knows that name"
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else "no answer"
