"""The ground line under load: what is urgent overtakes, who waits loses nothing, who is slow holds nobody up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from adapters.lines import Side, run, running, two, until
from armslength.adapters.ground_line import Limits, Why


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
