"""Everything bad that can come to the ground line: refused, named, told, and the next good connection opens.

Each test ends with `still_good`; the control of all of them is that the good counterpart gets in by the same door.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.bad_peers import BINARY, CLOSE, CONT, HELLO, PING, TEXT, asked, framed, issued, pem, refused, still_good
from adapters.lines import LOOPBACK, Side, client, ended, raw, run, running, two, until
from armslength.adapters.ground_line import Why


def test_no_certificate(tmp_path: Path) -> None:
    async def bad(north: Side, _: Side) -> None:
        reader, writer = await raw(north, client(None, north.certificate))
        writer.write(HELLO % b"/ground")
        assert b"HTTP" not in await ended(reader)

    refused(tmp_path, bad, Why.NO_CERTIFICATE)


def test_a_stranger_certificate(tmp_path: Path) -> None:
    async def bad(north: Side, _: Side) -> None:
        stranger = Side(tmp_path, "stranger")
        reader, writer = await raw(north, client(stranger, north.certificate))
        writer.write(HELLO % b"/ground")
        assert b"HTTP" not in await ended(reader)

    refused(tmp_path, bad, Why.WRONG_CERTIFICATE)


def test_a_stranger_certificate_by_our_own_line_and_he_is_told(tmp_path: Path) -> None:
    async def bad(north: Side, _: Side) -> None:
        stranger = Side(tmp_path, "stranger")
        stranger.pin("north", north.certificate)
        async with running(stranger):
            assert stranger.line
            stranger.line.dial("north", "/ground", north.url())
            await until(lambda: stranger.refused)
            assert stranger.refused[0] == (f"{LOOPBACK}:{north.port}", Why.REFUSED_US)
            assert stranger.line.calls()[0].why == Why.REFUSED_US

    refused(tmp_path, bad, Why.WRONG_CERTIFICATE)


def test_a_certificate_signed_with_a_pinned_key_is_not_the_pinned_certificate(tmp_path: Path) -> None:
    async def bad(north: Side, _: Side) -> None:
        authority, mine = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        pinned = issued("authority", "authority", authority, authority)
        north.pin("west", pinned.decode())
        forged = Side(tmp_path, "forged", (pem(mine), issued("leaf", "authority", mine, authority)))
        forged.carry(
            (pem(mine), forged.certificate_file.read_bytes() + pinned)
        )  # the whole chain: TLS itself is content
        reader, writer = await raw(north, client(forged, north.certificate))
        writer.write(HELLO % b"/ground")
        assert b"HTTP" not in await ended(reader)

    refused(tmp_path, bad, Why.WRONG_CERTIFICATE)


def test_an_expired_certificate(tmp_path: Path) -> None:
    async def bad(north: Side, _: Side) -> None:
        key, day = Ed25519PrivateKey.generate(), timedelta(days=1)
        now = datetime.now(UTC)
        old = Side(tmp_path, "old", (pem(key), issued("old", "old", key, key, begin=now - 2 * day, end=now - day)))
        north.pin("old", old.certificate)
        reader, writer = await raw(north, client(old, north.certificate))
        writer.write(HELLO % b"/ground")
        await ended(reader)

    refused(tmp_path, bad, Why.EXPIRED_CERTIFICATE)


def test_dialling_somebody_else_than_meant(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        west = Side(tmp_path, "west")
        for one, other in ((west, south), (south, west)):
            one.pin(other.name, other.certificate)
        async with running(north, south, west):
            assert south.line
            south.line.dial("north", "/ground", west.url())  # West is pinned too, but it is not North
            await until(lambda: south.refused)
            assert south.refused[0] == (f"{LOOPBACK}:{west.port}", Why.OTHER_COUNTERPART)
            assert south.opened == []
            south.line.hang_up("north")
            await still_good(north, south)

    run(test())


def test_a_server_that_is_not_pinned_learns_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        posing = Side(tmp_path, "posing")
        posing.pin("south", south.certificate)
        async with running(north, south, posing):
            assert south.line
            south.line.dial("north", "/ground", posing.url())
            await until(lambda: south.refused)
            assert south.refused[0][1] == Why.WRONG_CERTIFICATE
            assert posing.opened == []

    run(test())


NO_TLS = [b"\0" * 4000, b"GET / HTTP/1.1\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", random.Random(1).randbytes(5000)]


@pytest.mark.parametrize("garbage", NO_TLS, ids=["zeros", "HTTP", "SSH", "noise"])
def test_what_is_not_tls(tmp_path: Path, garbage: bytes) -> None:
    async def bad(north: Side, _: Side) -> None:
        reader, writer = await raw(north)
        writer.write(garbage)
        await ended(reader)

    refused(tmp_path, bad, Why.NOT_TLS, Why.NOT_TLS_1_3)


def test_older_tls(tmp_path: Path) -> None:
    async def bad(north: Side, south: Side) -> None:
        context = client(south, north.certificate)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            await raw(north, context)

    refused(tmp_path, bad, Why.NOT_TLS_1_3)


@pytest.mark.parametrize(
    "said",
    [
        b"hello there\r\n\r\n",
        b"GET /ground HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /ground HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        b"GET /ground HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % k for k in range(500)) + b"\r\n",
        b"GET /" + b"g" * 100_000,
        b"\x80\x00" * 9000,
        b"\r\n\r\n",
    ],
    ids=["words", "no upgrade", "post", "many headers", "long line", "bytes", "empty"],
)
def test_tls_but_not_websocket(tmp_path: Path, said: bytes) -> None:
    async def bad(north: Side, south: Side) -> None:
        reader, writer = await raw(north, client(south, north.certificate))
        writer.write(said)
        assert b" 101 " not in await ended(reader)

    refused(tmp_path, bad, Why.NOT_WEBSOCKET)


@pytest.mark.parametrize("path", [b"/", b"/ground3", b"/ground/", b"/ground?x=1", b"/../ground", b"//ground"])
def test_wrong_path(tmp_path: Path, path: bytes) -> None:
    async def bad(north: Side, south: Side) -> None:
        reader, writer = await raw(north, client(south, north.certificate))
        writer.write(HELLO % path)
        assert b" 404 " in await ended(reader)

    refused(tmp_path, bad, Why.WRONG_PATH)


BAD_FRAMES = {
    "text": (framed(TEXT, b"hello"), Why.TEXT),
    "empty": (framed(BINARY, b""), Why.EMPTY),
    "fragmented": (framed(BINARY, b"one", fin=False) + framed(CONT, b"two"), Why.FRAGMENTED),
    "oversized": (framed(BINARY, b"x", says=256 * 1024 + 1), Why.OVERSIZED),
    "very oversized": (framed(BINARY, b"x", says=2**62), Why.OVERSIZED),
    "not masked": (framed(BINARY, b"bare", masked=False), Why.GARBAGE),
    "reserved bits": (b"\xf2\x84\0\0\0\0abcd", Why.GARBAGE),
    "reserved opcode": (framed(5, b"what"), Why.GARBAGE),
    "long ping": (framed(PING, b"p" * 200), Why.GARBAGE),
    "continuation of nothing": (framed(CONT, b"two"), Why.GARBAGE),
    "bad close": (framed(CLOSE, b"\0"), Why.GARBAGE),
    "garbage": (b"\xff" * 500, Why.GARBAGE),
}


@pytest.mark.parametrize("kind", BAD_FRAMES)
def test_bad_frames(tmp_path: Path, kind: str) -> None:
    sent, why = BAD_FRAMES[kind]

    async def bad(north: Side, south: Side) -> None:
        reader, writer = await asked(north, south)
        writer.write(framed(BINARY, b"good first") + sent + framed(BINARY, b"never"))
        await ended(reader)
        await until(lambda: north.closed)
        assert north.frames == [(north.connection(), b"good first")]
        assert north.closed == [(north.connection(), why)]

    refused(tmp_path, bad, why)


def test_a_flipped_byte_is_noticed_by_tls(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert south.line

            async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, after: int) -> None:
                seen = 0
                with contextlib.suppress(OSError):
                    while data := await reader.read(4096):
                        seen += len(data)
                        if seen > after:
                            data = data[:-1] + bytes([data[-1] ^ 1])
                        writer.write(data)
                writer.close()

            async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                there = await asyncio.open_connection(LOOPBACK, north.port)
                await asyncio.gather(carry(reader, there[1], 5000), carry(there[0], writer, 10**9))

            server = await asyncio.start_server(through, LOOPBACK, 0)
            port = server.sockets[0].getsockname()[1]
            south.line.dial("north", "/ground", f"wss://{LOOPBACK}:{port}/ground")
            await until(lambda: north.opened and south.opened)
            south.line.send(south.connection(), b"x" * 5000)
            await until(lambda: north.closed)
            assert north.closed[0][1] == Why.DAMAGED and north.frames == []
            assert north.refused == [(LOOPBACK, Why.DAMAGED)]
            south.line.hang_up("north")
            server.close()
            await until(lambda: south.closed)
            await still_good(north, south)

    run(test())
