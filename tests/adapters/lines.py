"""Ground lines for tests: homes with certificates, what they were told, and a wait that ends."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from armslength.adapters.certificates import fingerprint, make_certificate
from armslength.adapters.ground_line import GroundLine, Limits
from armslength.errors import HomeError

PATHS = ("/ground", "/ground2")
LOOPBACK = "127.0.0.1"


class Side:
    """One node as far as its ground line: a certificate, the pins it holds, and all that it was told."""

    def __init__(self, folder: Path, name: str, made: tuple[bytes, bytes] | None = None) -> None:
        self.name = name
        self.key_file, self.certificate_file = folder / f"{name}.key", folder / f"{name}.crt"
        self.carry(made or make_certificate())
        self.pins: dict[str, str] = {}
        self.anchors: list[str] = []
        self.barred: dict[str, str] = {}
        self.turned_away: list[tuple[str, str, str]] = []
        self.opened: list[tuple[str, str, str]] = []
        self.frames: list[tuple[str, bytes]] = []
        self.closed: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.told: list[tuple[str, str]] = []
        self.take: Callable[[str, bytes], None] = lambda connection, frame: self.frames.append((connection, frame))
        self.limits = Limits()
        self.line: GroundLine | None = None
        self.unreadable = False

    def carry(self, made: tuple[bytes, bytes]) -> None:
        """Take this key and certificate for one's own."""
        self.key_file.write_bytes(made[0])
        self.certificate_file.write_bytes(made[1])
        self.certificate = made[1].decode()

    def pin(self, name: str, certificate: str) -> None:
        """Believe this certificate to be `name`."""
        self.pins[fingerprint(certificate)] = name
        self.anchors.append(certificate)
        if self.line is not None:
            self.line.review()

    def read_pins(self) -> dict[str, str]:
        """Return the pins, as the ground line asks for them."""
        if self.unreadable:
            raise HomeError("It cannot be read.", where="counterparts")
        return self.pins

    def make(self, listen: tuple[str, int] | None) -> GroundLine:
        """Return the ground line of this side; what it is told is kept."""

        def opened(connection: str, counterpart: str, path: str) -> None:
            self.opened.append((connection, counterpart, path))
            self.told.append(("opened", connection))

        def closed(connection: str, why: str) -> None:
            self.closed.append((connection, why))
            self.told.append(("closed", connection))

        self.line = GroundLine(
            self.certificate_file,
            self.key_file,
            listen,
            PATHS,
            self.read_pins,
            lambda: self.anchors,
            on_opened=opened,
            on_frame=self.take,
            on_closed=closed,
            on_refused=lambda address, why: self.refused.append((address, why)),
            limits=self.limits,
            barred=lambda: self.barred,
            on_barred=lambda name, shown, why: self.turned_away.append((name, shown, why)),
        )
        return self.line

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self.line is not None
        return self.line.port

    def url(self, path: str = PATHS[0]) -> str:
        """Where it is dialled."""
        return f"wss://{LOOPBACK}:{self.port}{path}"

    def connection(self) -> str:
        """The connection that was opened last."""
        return self.opened[-1][0]

    def why(self) -> list[str]:
        """Why others were refused."""
        return [why for _, why in self.refused]


@contextlib.asynccontextmanager
async def running(*sides: Side) -> AsyncIterator[None]:
    """Start the lines of `sides`, each listening at a free port of the loopback; stop them at the end."""
    for side in sides:
        await side.make((LOOPBACK, 0)).start()
    try:
        yield
    finally:
        for side in sides:
            assert side.line is not None
            await side.line.stop()


def two(folder: Path) -> tuple[Side, Side]:
    """Return North and South, each with the other's certificate pinned."""
    north, south = Side(folder, "north"), Side(folder, "south")
    north.pin("south", south.certificate)
    south.pin("north", north.certificate)
    return north, south


async def until(true: Callable[[], object], what: str = "", patience_s: float = 10.0) -> None:
    """Wait until it is so; a failure names what never came."""
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, f"never: {what or true}"
        await asyncio.sleep(0.005)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test in a fresh event loop; what the loop would only log fails it."""
    wrong: list[dict[str, Any]] = []

    async def whole() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
        await test

    asyncio.run(whole())
    assert wrong == []


def client(side: Side | None, trusted: str) -> ssl.SSLContext:
    """Return a TLS context that shows the certificate of `side`, or none, and believes `trusted`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=trusted)
    if side is not None:
        context.load_cert_chain(side.certificate_file, side.key_file)
    return context


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def raw(to: Side, context: ssl.SSLContext | None = None) -> Awaitable[Streams]:
    """Connect without our own code: plain TCP, or TLS with `context`."""
    name = None if context is None else ""
    return asyncio.open_connection(LOOPBACK, to.port, ssl=context, server_hostname=name)


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Read until the other side ends the connection; return what it said."""
    said = b""
    with contextlib.suppress(OSError):  # ssl.SSLError is one
        while data := await asyncio.wait_for(reader.read(65536), 10.0):
            said += data
    return said
