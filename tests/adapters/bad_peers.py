"""Somebody who does everything wrong at the door of a ground line, and the good counterpart who comes after."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from adapters.lines import LOOPBACK, Side, Streams, client, raw, run, running, two, until
from armslength.adapters.ground_line import Limits
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
