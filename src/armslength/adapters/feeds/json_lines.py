"""JSON lines from own systems: over TCP (loopback unless told otherwise), a local socket, a file or a pipe.

What the lines hold is described in `json_rows.py`. Whoever can connect can put aircraft into the picture, so a port
that others than this machine can reach must be asked for, and a local socket is open to its owner alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from armslength.adapters.feeds.json_rows import JsonReader
from armslength.adapters.feeds.lines import CUT, TOO_LONG, Lines
from armslength.adapters.feeds.port import DOWN, LIVE, STALE, Clock, FeedBatch, FeedHealth, Give
from armslength.adapters.feeds.values import Heard
from armslength.errors import FeedError

PIECE = 1 << 16
"""Bytes that are taken at once, some 350 lines in 7 ms: more would hold up everything else, and with less a picture of
thousands of aircraft comes in so many stretches that a look falls between them, and the next one waits for its turn."""
MOST_CONNECTIONS = 16
LOOK_S = 0.2
"""A file or a pipe is looked at so often [s]."""


@dataclass(frozen=True)
class Door:
    """Where lines come in: exactly one of the three.

    Attributes:
        listen: (host, port) to listen on.
        unix: path of a local socket to listen on.
        file: a file that grows, or a named pipe.
        remote: `listen` may be reached from other machines.
    """

    listen: tuple[str, int] | None = None
    unix: Path | None = None
    file: Path | None = None
    remote: bool = False

    def __str__(self) -> str:
        return f"{self.listen[0]}:{self.listen[1]}" if self.listen else str(self.unix or self.file)


@dataclass
class JsonLinesFeed:
    """A feed of JSON lines.

    Attributes:
        name: of the feed.
        door: where lines come in.
        clock: of the node.
        reader: makes plots of the lines.
    """

    name: str
    door: Door
    clock: Clock
    reader: JsonReader
    health: FeedHealth = field(default_factory=FeedHealth)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def run(self, give: Give) -> None:
        """Take lines in until cancelled.

        Raises:
            FeedError: the port or the socket cannot be opened.
        """
        if self.door.file is not None:
            await self._follow(self.door.file, give)
        else:
            await self._serve(give)

    async def _serve(self, give: Give) -> None:
        async def come(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._connection(stream, writer, give)

        try:
            server = await self._server(come)
        except OSError as error:
            why = f"cannot listen ({error.strerror or error})."
            raise FeedError(why, where=f"feed {self.name}, {self.door}", remedy="Is the port in use?") from None
        self.health.become(STALE, self.clock.utc_ns(), "nobody has connected yet")
        try:
            async with server:
                try:
                    await server.serve_forever()
                finally:
                    for writer in list(self._open):
                        writer.close()
        finally:
            if self.door.unix is not None:
                with contextlib.suppress(OSError):
                    self.door.unix.unlink()

    async def _server(self, come: object) -> asyncio.Server:
        if self.door.unix is not None:
            clear_old_socket(self.door.unix)
            before = os.umask(0o177)
            try:
                return await asyncio.start_unix_server(come, self.door.unix)  # type: ignore[arg-type]
            finally:
                os.umask(before)
        assert self.door.listen is not None
        host, port = self.door.listen
        if not self.door.remote and not is_loopback(host):
            raise FeedError(
                f"{host} can be reached from other machines.",
                where=f"feed {self.name}",
                remedy='Listen on "127.0.0.1:PORT", or write remote = true if that is meant.',
            )
        return await asyncio.start_server(come, host, port)  # type: ignore[arg-type]

    async def _connection(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter, give: Give) -> None:
        if len(self._open) >= MOST_CONNECTIONS:
            refused = Heard()
            refused.keep_aside("too many connections", f"more than {MOST_CONNECTIONS} at once")
            self._give(refused, give)
            writer.close()
            return
        self._open.add(writer)
        self.health.connections += 1
        lines = Lines()
        try:
            while data := await stream.read(PIECE):
                self._take(lines, data, give)
                await asyncio.sleep(0)  # what has come already is read without a pause
        except OSError:
            pass  # a connection that breaks ends like one that is closed
        finally:
            self._open.discard(writer)
            self._end(lines, give)
            writer.close()

    async def _follow(self, path: Path, give: Give) -> None:
        """Read what is added to a file, or written into a pipe."""
        lines = Lines()
        async for data in self._pieces(path):
            if data is None:
                self._end(lines, give)
            else:
                self._take(lines, data, give)

    async def _pieces(self, path: Path) -> AsyncIterator[bytes | None]:
        """Yield what comes; None where a file is replaced or the writers of a pipe leave: no line joins two of them."""
        while True:
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            except OSError as error:
                self.health.become(DOWN, self.clock.utc_ns(), f"{path}: {error.strerror or error}")
                await self.clock.sleep(LOOK_S * 5)
                continue
            self.health.connections += 1
            pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            try:
                while still_there(descriptor, path):
                    data = self._read(descriptor)
                    if data or (pipe and data is not None):
                        yield data or None
                    await (asyncio.sleep(0) if data else self.clock.sleep(LOOK_S))
            finally:
                os.close(descriptor)
            yield None

    def _read(self, descriptor: int) -> bytes | None:
        """Return what there is; b"" at the end (of a pipe: nobody writes); None where a writer of a pipe is silent."""
        try:
            return os.read(descriptor, PIECE)
        except BlockingIOError:
            return None
        except OSError as error:
            self.health.become(DOWN, self.clock.utc_ns(), f"{self.door}: {error.strerror or error}")
            return None

    def _take(self, lines: Lines, data: bytes, give: Give) -> None:
        heard = self.reader.read(lines.push(data), self.clock.utc_ns())
        heard.keep_aside(TOO_LONG, "a line does not end", lines.taken_too_long())
        if heard.plots or heard.aside:
            self.health.become(LIVE, self.clock.utc_ns())
            self._give(heard, give)

    def _end(self, lines: Lines, give: Give) -> None:
        if lines.end():
            cut = Heard()
            cut.keep_aside(CUT, "the stream ended within a line")
            self._give(cut, give)

    def _give(self, heard: Heard, give: Give) -> None:
        batch = FeedBatch(self.name, tuple(heard.plots), heard.aside, self.clock.utc_ns())
        for reason, says in heard.examples.items():
            self.health.example(reason, says)
        self.health.count(batch)
        give(batch)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def still_there(descriptor: int, path: Path) -> bool:
    """Return whether `path` is still what is open as `descriptor`, and was not cut short."""
    ours = os.fstat(descriptor)
    try:
        now = path.stat()
    except OSError:
        return False
    if (ours.st_dev, ours.st_ino) != (now.st_dev, now.st_ino):
        return False
    return not stat.S_ISREG(ours.st_mode) or os.lseek(descriptor, 0, os.SEEK_CUR) <= ours.st_size


def clear_old_socket(path: Path) -> None:
    """Remove the socket that a node which did not stop cleanly left at `path`; leave anything else alone.

    Raises:
        OSError: somebody listens there.
    """
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return
    except OSError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise OSError(98, "somebody listens there already")
