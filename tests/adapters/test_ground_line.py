"""The ground line between two sides that keep to the rules: opening, crossing, rotating, waiting, overtaking."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from adapters.lines import LOOPBACK, Side, run, running, two, until
from armslength.adapters.certificates import make_certificate
from armslength.adapters.ground_line import Limits, Why
from armslength.adapters.ground_line.refusals import OTHERS, Refusals
from armslength.adapters.ground_line.trust import Trust
from armslength.errors import HomeError, InputError, LocalProtocolError


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


def test_urgent_frames_overtake_what_waits(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            north.line.pause()
            name = south.connection()
            backlog = 0
            while south.line.waiting(name) < 1024 * 1024:
                assert south.line.send(name, b"p" * 1000)
                backlog += 1
                await asyncio.sleep(0)
            assert south.line.send(name, b"URGENT", urgent=True)
            assert not north.frames
            north.line.resume()
            await until(lambda: len(north.frames) == backlog + 1)
            place = [frame for _, frame in north.frames].index(b"URGENT")
            assert place <= backlog - 900  # before all that waited here; behind what the system already had

    run(test())


def test_while_paused_nothing_is_read_and_nothing_is_lost(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            taken = north.frames
            north.line.pause(north.connection())
            for k in range(2000):
                assert south.line.send(south.connection(), k.to_bytes(4, "big") * 100)
            await asyncio.sleep(0.2)
            assert len(taken) == 0
            north.line.resume(north.connection())
            await until(lambda: len(taken) == 2000)
            assert [int.from_bytes(frame[:4], "big") for _, frame in taken] == list(range(2000))

    run(test())


def test_who_connects_while_all_are_paused_is_not_read_either(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            north.line.pause()
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            south.line.send(south.connection(), b"early")
            await asyncio.sleep(0.1)
            assert north.frames == []
            north.line.resume()
            await until(lambda: north.frames)

    run(test())


def test_pausing_in_the_middle_of_a_batch_stops_at_that_frame(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        taken: list[bytes] = []

        def full_after_three(_: str, frame: bytes) -> None:
            taken.append(frame)
            if len(taken) == 3:
                assert north.line
                north.line.pause()

        north.take = full_after_three
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            for k in range(50):
                south.line.send(south.connection(), b"%d" % k)
            await until(lambda: len(taken) == 3)
            await asyncio.sleep(0.1)
            assert len(taken) == 3
            north.line.resume()
            await until(lambda: len(taken) == 50)
            assert taken == [b"%d" % k for k in range(50)]

    run(test())


def test_who_takes_its_frames_too_slowly_is_cut_off_and_others_are_not_held_up(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        west = Side(tmp_path, "west")
        west.pin("north", north.certificate)
        north.pin("west", west.certificate)
        north.limits = Limits(queued=300_000)
        async with running(north, south, west):
            assert north.line and south.line and west.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            slow = north.connection()
            west.line.dial("north", "/ground", north.url())
            await until(lambda: len(north.opened) == 2)
            south.line.pause()
            taken = 0
            while north.line.send(slow, b"s" * 50_000):
                taken += 1
                assert north.line.send(north.opened[1][0], b"w" * 500)
                assert taken < 2000
                await asyncio.sleep(0)
            await until(lambda: north.closed)
            assert north.closed == [(slow, Why.TOO_SLOW)]
            await until(lambda: len(west.frames) == taken)

    run(test())


def test_what_our_side_must_not_send_is_a_fault_of_ours(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            for frame in (b"", b"x" * (256 * 1024 + 1)):
                with pytest.raises(LocalProtocolError):
                    south.line.send(south.connection(), frame)

    run(test())


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:1/ground",
        "wss://127.0.0.1:1/other",
        "wss://127.0.0.1:1/ground?x=1",
        "wss://user:word@127.0.0.1:1/ground",
        "wss:///ground",
        "wss://127.0.0.1:port/ground",
        "",
    ],
)
def test_a_url_that_cannot_be_dialled_is_bad_input(tmp_path: Path, url: str) -> None:
    async def test() -> None:
        north, _ = two(tmp_path)
        with pytest.raises(InputError, match="wss://HOST:PORT/ground"):
            north.make(None).dial("south", "/ground", url)

    run(test())


def test_a_port_in_use_and_a_certificate_that_does_not_fit_are_bad_input(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north):
            with pytest.raises(InputError, match=r"cannot listen here.*node\.toml"):
                await south.make((LOOPBACK, north.port)).start()
        south.key_file.write_bytes(north.key_file.read_bytes())
        with pytest.raises(InputError, match="TLS certificate or key cannot be used"):
            await south.make(None).start()
        south.key_file.unlink()
        with pytest.raises(InputError, match="TLS certificate or key cannot be used"):
            await south.make(None).start()

    run(test())


def test_a_damaged_pin_does_not_shut_out_the_others(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        north.anchors.insert(0, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
        north.anchors.insert(0, "")
        async with running(north, south):
            assert south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)

    run(test())


def test_what_cannot_be_read_while_running_changes_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            north.unreadable = True
            kept = north.key_file.read_bytes()
            north.key_file.write_bytes(b"half-writt")  # being replaced at this moment
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            north.line.review()
            await asyncio.sleep(1.2)  # the review of every second
            assert not north.closed
            north.key_file.write_bytes(kept)
            north.unreadable = False
            north.pins.clear()
            await until(lambda: north.closed)

    run(test())


def test_pins_that_cannot_be_read_at_the_start_are_said(tmp_path: Path) -> None:
    async def test() -> None:
        north, _ = two(tmp_path)
        north.unreadable = True
        with pytest.raises(HomeError):
            await north.make(None).start()

    run(test())


def test_a_flood_does_not_make_the_node_read_its_pins_each_time(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        asked = 0

        def certificates() -> list[str]:
            nonlocal asked
            asked += 1
            return [south.certificate]

        trust = Trust(north.certificate_file, north.key_file, lambda: north.pins, certificates)
        trust.start()
        for _ in range(500):
            trust.context(answering=True)
            trust.counterpart("0" * 64)
        assert asked < 50
        trust.refresh()
        assert asked < 51

    run(test())


def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "wss_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)

    run(test())


def test_stopping_twice_or_without_a_start_does_no_harm(tmp_path: Path) -> None:
    async def test() -> None:
        north, _ = two(tmp_path)
        line = north.make(None)
        await line.stop()
        await line.start()
        assert line.port == 0
        await line.stop()
        await line.stop()

    run(test())


def test_a_flood_of_refusals_is_told_as_a_number() -> None:
    told: list[tuple[str, str]] = []
    refusals = Refusals(lambda address, why: told.append((address, why)), each_s=3)
    for _ in range(1000):
        refusals.add("192.0.2.1", Why.NOT_TLS, 5.0)
    assert told == [("192.0.2.1", "not TLS")] * 3
    refusals.tick(5.5)
    assert len(told) == 3
    refusals.tick(6.5)
    assert told[3:] == [(OTHERS, "997 more refused within a second, not told one by one")]
    refusals.add("192.0.2.1", Why.NOT_TLS, 6.6)
    assert len(told) == 5 and refusals.total == 1001


def test_every_reason_is_a_fault_or_not_and_garbage_is_one() -> None:
    ours = {Why.CUT, Why.ENDED, Why.REPLACED, Why.STOPPED, Why.WITHDRAWN, Why.REFUSED_US}
    assert {why for why in Why if not why.fault} == ours
    assert Why.GARBAGE.fault and Why.NO_CERTIFICATE.fault
