"""Who is slow, greedy or many at the door of the ground line, or plays a recording: cut off, told, forgotten.

As in test_ground_line_bad.py, the good counterpart gets in afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from pathlib import Path

import pytest

from adapters.bad_peers import HELLO, PING, framed, refused, still_good
from adapters.lines import LOOPBACK, Side, client, ended, raw, run, running, two, until
from armslength.adapters.ground_line import Limits, Why
from armslength.adapters.ground_line.refusals import OTHERS

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
