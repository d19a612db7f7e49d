"""Everything bad that can come to the ground line: refused, named, told, and the next good connection opens.

Each test ends with `still_good`; the control of all of them is that the good counterpart gets in by the same door.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from adapters.lines import LOOPBACK, Side, Streams, client, ended, raw, run, running, two, until
from armslength.adapters.ground_line import Limits, Why
from armslength.adapters.ground_line.refusals import OTHERS

HELLO = (
    b"GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, BINARY, CONT, PING, CLOSE = 1, 2, 0, 9, 8


def framed(opcode: int, data: bytes, *, fin: bool = True, masked: bool = True, says: int | None = None) -> bytes:
    """Return a WebSocket frame (RFC 6455, 5.2) as a client sends it; `says` is a length that may be a lie."""
    length = len(data) if says is None else says
    head = bytes([opcode | (0x80 if fin else 0)])
    bit = 0x80 if masked else 0
    if length < 126:
        head += bytes([bit | length])
    elif length < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    return head + (b"\0\0\0\0" if masked else b"") + data


def issued(subject: str, issuer: str, key: Ed25519PrivateKey, by: Ed25519PrivateKey, **at: datetime) -> bytes:
    """Return a certificate, PEM, signed by `by`; it may sign others itself."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at.get("begin", datetime(2000, 1, 1, tzinfo=UTC)))
        .not_valid_after(at.get("end", datetime(2999, 1, 1, tzinfo=UTC)))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(by, None)
        .public_bytes(serialization.Encoding.PEM)
    )


def pem(key: Ed25519PrivateKey) -> bytes:
    """Return a key as PEM."""
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)


async def still_good(north: Side, south: Side) -> None:
    """Assert that the good counterpart gets in."""
    assert south.line
    before = (len(north.opened), len(south.opened))
    south.line.dial("north", "/ground", north.url())
    await until(lambda: len(north.opened) > before[0] and len(south.opened) > before[1], "the good counterpart gets in")
    south.line.send(south.connection(), b"good")
    await until(lambda: north.frames and north.frames[-1][1] == b"good")


def refused(
    tmp_path: Path, bad: Callable[[Side, Side], Awaitable[None]], *whys: str, limits: Limits | None = None
) -> None:
    """Do something bad to North; assert that North refuses it for one of `whys`, and that South still gets in."""

    async def test() -> None:
        north, south = two(tmp_path)
        north.limits = limits or north.limits
        async with running(north, south):
            await bad(north, south)
            await until(lambda: north.refused, "refused")
            assert set(north.why()) <= set(whys), north.refused
            assert {address for address, _ in north.refused} <= {LOOPBACK, OTHERS}
            assert not north.opened or len(north.closed) == len(north.opened)
            await still_good(north, south)

    run(test())


async def asked(north: Side, south: Side, path: bytes = b"/ground") -> Streams:
    """Connect as South by hand, over TLS, with the WebSocket greeting done."""
    reader, writer = await raw(north, client(south, north.certificate))
    writer.write(HELLO % path)
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


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


BRIEF = Limits(greeting_s=0.4)
"""Like the limits of a node, with less patience."""


@pytest.mark.parametrize("layer", ["nothing", "TLS", "WebSocket"])
def test_a_greeting_byte_by_byte_is_cut_off(tmp_path: Path, layer: str) -> None:
    async def bad(north: Side, south: Side) -> None:
        context = client(south, north.certificate) if layer == "WebSocket" else None
        reader, writer = await raw(north, context)
        sent = {
            "nothing": b"",
            "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
            "WebSocket": HELLO,
        }
        end = asyncio.create_task(ended(reader))
        for byte in sent[layer]:
            if end.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        assert await end == b""
        writer.close()

    refused(tmp_path, bad, Why.SLOW_GREETING, limits=BRIEF)


def test_a_greeting_may_take_five_seconds() -> None:
    assert Limits().greeting_s == 5.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more than one loopback address by itself")
def test_too_many_half_open_of_one_address_and_from_all(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        north.limits = Limits(greeting=6, greeting_each=4, greeting_s=1.0)
        async with running(north, south):

            def knock(address: str) -> socket.socket:
                return socket.create_connection((LOOPBACK, north.port), 5.0, (address, 0))

            held = [knock("127.0.0.1") for _ in range(4)]
            await asyncio.sleep(0.05)
            held.append(knock("127.0.0.1"))
            await until(lambda: north.refused == [("127.0.0.1", Why.TOO_MANY_OF_ADDRESS)])
            held += [knock(f"127.0.0.{k}") for k in (2, 3)]
            await asyncio.sleep(0.05)
            held.append(knock("127.0.0.4"))
            await until(lambda: ("127.0.0.4", Why.TOO_MANY) in north.refused)
            await until(lambda: north.why().count(Why.SLOW_GREETING) == 6)
            for one in held:
                one.close()
            await still_good(north, south)

    run(test())


def test_a_storm_of_connections_leaves_nothing_behind(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            for _ in range(30):
                storm = await asyncio.gather(*(raw(north) for _ in range(20)), return_exceptions=True)
                for one in storm:
                    if not isinstance(one, BaseException):
                        one[1].write(b"garbage" * 10)
                        one[1].transport.abort()
            south.line.send(south.connection(), b"through the storm")
            await until(lambda: north.frames)
            assert len(north.closed) == 0
            await until(lambda: len(north.line._links) == 1 if north.line else False, "everything else is let go")
            told = [entry for entry in north.refused if entry[0] != OTHERS]
            assert len(told) <= 20 * 10  # twenty a second, however many there are

    run(test())


def test_who_asks_for_answers_and_does_not_read_them_is_cut_off(tmp_path: Path) -> None:
    async def bad(north: Side, south: Side) -> None:
        line = socket.create_connection((LOOPBACK, north.port), 5.0)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(True)
        tls = client(south, north.certificate)

        def flood() -> None:
            with contextlib.suppress(OSError), tls.wrap_socket(line) as wrapped:
                wrapped.sendall(HELLO % b"/ground")
                end = time.monotonic() + 20
                while time.monotonic() < end:
                    wrapped.sendall(framed(PING, b"p" * 120) * 500)

        await asyncio.get_running_loop().run_in_executor(None, flood)
        await until(lambda: north.closed)
        assert north.closed[0][1] == Why.TOO_SLOW

    refused(tmp_path, bad, Why.TOO_SLOW, limits=Limits(queued=200_000))


def test_a_session_that_was_recorded_opens_nothing_when_it_is_played_again(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert south.line
            recorded: list[bytes] = []

            async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: list[bytes]) -> None:
                with contextlib.suppress(OSError):
                    while data := await reader.read(4096):
                        keep.append(data)
                        writer.write(data)
                writer.close()

            async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                there = await asyncio.open_connection(LOOPBACK, north.port)
                await asyncio.gather(carry(reader, there[1], recorded), carry(there[0], writer, []))

            server = await asyncio.start_server(through, LOOPBACK, 0)
            port = server.sockets[0].getsockname()[1]
            south.line.dial("north", "/ground", f"wss://{LOOPBACK}:{port}/ground")
            await until(lambda: north.opened and south.opened)
            south.line.send(south.connection(), b"once")
            await until(lambda: north.frames)
            south.line.hang_up("north")
            south.line.close(south.connection(), "done")
            await until(lambda: north.closed)
            server.close()
            reader, writer = await raw(north)
            writer.write(b"".join(recorded))
            await ended(reader)
            await until(lambda: north.refused)
            assert len(north.frames) == len(north.opened) == 1
            await still_good(north, south)

    run(test())
