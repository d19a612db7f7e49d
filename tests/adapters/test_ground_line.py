"""The ground line between two sides that keep to the rules: opening, crossing, rotating, waiting, overtaking."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from adapters.lines import LOOPBACK, Side, run, running, two, until
from armslength.adapters.certificates import fingerprint, make_certificate
from armslength.adapters.ground_line import Why


def lines(*sides: Side) -> None:
    """Assert that every side was told of closing before the next opening of a pair."""
    for side in sides:
        names = [name for _, name in side.told]
        for name in set(names):
            kinds = [kind for kind, told in side.told if told == name]
            assert kinds in (["opened"], ["opened", "closed"]), (side.name, name, kinds)


def test_frames_flow_both_ways_on_two_paths_and_closing_is_told_once(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            south.line.dial("north", "/ground2", north.url("/ground2"))
            await until(lambda: len(north.opened) == 2 and len(south.opened) == 2)
            assert {(who, path) for _, who, path in north.opened} == {("south", "/ground"), ("south", "/ground2")}
            frames = [bytes([k % 251]) * (k + 1) for k in range(500)] + [b"x" * 256 * 1024]
            for connection, _, _ in south.opened:
                assert all(south.line.send(connection, frame) for frame in frames)
            await until(lambda: len(north.frames) == 2 * len(frames))
            for connection, _, _ in north.opened:
                assert [frame for name, frame in north.frames if name == connection] == frames  # whole, in order
                assert north.line.send(connection, b"back")
            await until(lambda: len(south.frames) == 2)
            south.line.hang_up("north")
            first = south.opened[0][0]
            south.line.close(first, "enough")
            await until(lambda: len(south.closed) == len(north.closed) == 1)
            assert south.closed == [(first, "enough")]
            assert north.closed[0][1] == Why.ENDED
            assert not south.line.send(first, b"late")
            south.line.close(first, "twice")
        assert len(south.closed) == len(north.closed) == 2
        assert {south.closed[1][1], north.closed[1][1]} <= {Why.STOPPED, Why.ENDED}
        assert north.refused == south.refused == []
        lines(north, south)

    run(test())


def test_two_that_dial_each_other_end_with_one_connection_the_same_on_both_sides(tmp_path: Path) -> None:
    async def test() -> None:
        for turn in range(8):
            folder = tmp_path / str(turn)
            folder.mkdir()
            north, south = two(folder)
            async with running(north, south):
                assert north.line and south.line
                north.line.dial("south", "/ground", south.url())
                south.line.dial("north", "/ground", north.url())
                await until(lambda n=north, s=south: n.opened and s.opened)
                await asyncio.sleep(0.1)
                await until(
                    lambda n=north, s=south: len(n.opened) - len(n.closed) == len(s.opened) - len(s.closed) == 1
                )
                assert north.line.send(north.connection(), b"to south")
                assert south.line.send(south.connection(), b"to north")
                await until(lambda n=north, s=south: n.frames and s.frames)
                assert south.frames[-1] == (south.connection(), b"to south")
                assert north.frames[-1] == (north.connection(), b"to north")
            lines(north, south)

    run(test())


def test_a_newer_connection_takes_the_place_of_an_older_and_the_old_one_is_closed_first(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        again = Side(tmp_path, "again", (south.key_file.read_bytes(), south.certificate_file.read_bytes()))
        again.pin("north", north.certificate)  # South as it comes back after a crash that North has not noticed
        async with running(north, south, again):
            assert south.line and again.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            south.line.hang_up("north")
            again.line.dial("north", "/ground", north.url())
            await until(lambda: len(north.opened) == 2)
            first, second = (name for name, _, _ in north.opened)
            assert north.told[:3] == [("opened", first), ("closed", first), ("opened", second)]
            assert north.closed[0] == (first, Why.REPLACED)
            await until(lambda: south.closed)

    run(test())


def test_a_connection_that_ends_is_dialled_again_until_hung_up(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(south):
            await north.make((LOOPBACK, 0)).start()
            port = north.port
            assert south.line and north.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: south.opened)
            await north.line.stop()
            await until(lambda: south.closed)
            await until(lambda: south.line and south.line.calls()[0].attempts >= 3)
            assert south.line.calls()[0].why
            await north.make((LOOPBACK, port)).start()
            await until(lambda: len(south.opened) == 2)
            assert south.line.calls()[0].why == ""
            south.line.hang_up("north")
            assert south.line.calls() == []
            south.line.close(south.connection(), "done")
            await until(lambda: len(south.closed) == 2)
            await asyncio.sleep(0.5)
            assert len(south.opened) == 2
            await north.line.stop()

    run(test())


def test_several_addresses_are_tried_in_their_order_and_one_connection_stays(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        with socket.create_server((LOOPBACK, 0)) as door:
            nobody = f"wss://{LOOPBACK}:{door.getsockname()[1]}/ground"
        async with running(north, south):
            assert south.line
            for url in (nobody, north.url(), north.url().replace(LOOPBACK, "localhost"), north.url()):
                south.line.dial("north", "/ground", url)
            await until(lambda: north.opened and south.opened)
            await asyncio.sleep(0.7)
            assert len(north.opened) == 1 and not north.closed
            (call,) = south.line.calls()
            assert (call.attempts, call.address, call.why) == (2, f"{LOOPBACK}:{north.port}", "")

    run(test())


def test_a_counterpart_is_accepted_and_withdrawn_while_running(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        kept = (dict(north.pins), list(north.anchors))
        north.pins.clear()
        north.anchors.clear()
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.refused)
            assert set(north.why()) == {Why.WRONG_CERTIFICATE} and not north.opened
            await until(lambda: Why.REFUSED_US in south.why())
            north.pins.update(kept[0])
            north.anchors.extend(kept[1])
            await until(lambda: north.opened and south.opened)
            north.pins.clear()
            await until(lambda: north.closed)  # by the review that runs once a second
            assert north.closed[0][1] == Why.WITHDRAWN

    run(test())


@pytest.mark.parametrize("caller", ["north", "south"])
def test_a_certificate_that_is_known_and_not_to_be_taken_opens_nothing_and_is_told_apart(
    tmp_path: Path, caller: str
) -> None:
    """Also where the one of a good connection is called or calls: that connection stays."""

    async def test() -> None:
        north, south = two(tmp_path)
        (tmp_path / "later").mkdir()
        later = Side(tmp_path / "later", "south")
        later.pin("north", north.certificate)
        north.barred[fingerprint(later.certificate)] = "south"
        north.anchors.append(later.certificate)
        async with running(north, south, later):
            assert north.line and south.line and later.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            if caller == "south":
                later.line.dial("north", "/ground", north.url())
            else:
                north.line.dial("south", "/ground2", later.url("/ground2"))
            await until(lambda: north.turned_away)
            assert north.turned_away[0] == ("south", fingerprint(later.certificate), Why.NOT_NAMED)
            assert len(north.opened) == 1 and not north.closed and not north.refused

    run(test())


def test_a_key_is_rotated_while_running(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            south.carry(make_certificate())  # South's own new key; its old one is still pinned at North
            north.pin("south", south.certificate)
            south.line.close(south.connection(), "rotated")
            await until(lambda: len(north.opened) == 2)
            north.pins.pop(next(iter(north.pins)))
            north.line.review()
            await asyncio.sleep(0.05)
            assert len(north.closed) == 1  # the new one is pinned and stays

    run(test())
