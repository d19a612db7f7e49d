"""Real stations over a real ether in a process of its own: what gets through, and what does not."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from adapters.radio.hearing import FLASH, ROUTINE, Running, ether, on_ether, stop, until
from armslength.adapters.radio.ether_orders import EtherControl
from armslength.adapters.radio.ether_sound import MOST_S, EtherSound
from armslength.adapters.radio.ether_wire import HOST, Datagram, Kind, pieces, read, told
from armslength.adapters.radio.sound import Quiet
from armslength.errors import InputError
from armslength.modem.afsk import Afsk
from armslength.modem.port import BAD_CHECK, NO_FRAME, TRUNCATED


@pytest.fixture(scope="module")
def air() -> Iterator[Running]:
    """Return one ether for the tests that need a channel of their own and no more."""
    with ether("--snr", "12", "--one-way", "WAY:NORTH1>SOUTH1", "--third", "THIRD@0-", speed=12) as running:
        yield running


def payload(number: int) -> bytes:
    return bytes((1, number)) + bytes(98)


def test_messages_go_both_ways_and_a_quiet_channel_is_told_as_quiet(air: Running) -> None:
    async def run() -> None:
        north, south = await on_ether(air, "NORTH1", "SOUTH1", channel="BOTH")
        for number in range(4):
            one, other = (north, south) if number % 2 else (south, north)
            assert one.station.send(payload(number), rank=FLASH if number < 2 else ROUTINE, number=number)
            await until(lambda n=number, o=other: payload(n) in o.payloads, "the message")
            await until(lambda n=number, o=one: n in o.sent, "that it has been sent")
        heard = north.heard[0]
        assert (heard.channel, heard.sender, heard.payload) == ("BOTH", "SOUTH1", payload(0))
        assert heard.level_db is not None and -25 < heard.level_db < -10
        assert 0.0 < heard.at_mono_s <= air.clock.mono()
        assert 0.02 < north.station.occupied < 0.5
        assert north.station.counts["heard"] == north.station.counts["sent"] == 2
        await stop(north, south)
        assert air.control.order("status")["channels"]["BOTH"]["stations"] == []

    asyncio.run(run())


def test_two_at_once_spoil_each_other_and_later_frames_get_through(air: Running) -> None:
    async def run() -> None:
        north, south, other = await on_ether(air, "NORTH1", "SOUTH1", "OTHER1", channel="TWO")
        both = [one.station._sound for one in (north, south)]
        frames = [Afsk().modulate(bytes([0x82] * 16) + bytes([n] * 100)) for n in (1, 2)]
        await asyncio.gather(*(sound.write(frame) for sound, frame in zip(both, frames, strict=True)))
        counts = other.station.counts
        await until(lambda: sum(other.station.counts[r] for r in (BAD_CHECK, TRUNCATED, NO_FRAME)), "a spoilt burst")
        assert counts["heard"] == counts["foreign"] == 0
        assert not north.heard and not south.heard
        north.station.send(payload(7), rank=FLASH, number=7)
        await until(lambda: other.payloads == [payload(7)] == south.payloads, "a frame alone")
        await stop(north, south, other)

    asyncio.run(run())


def test_a_jammed_channel_carries_nothing_and_the_other_one_does(air: Running) -> None:
    async def run() -> None:
        air.control.jam("JAM")
        north, south = await on_ether(air, "NORTH1", "SOUTH1", channel="JAM")
        north2, south2 = await on_ether(air, "NORTH1", "SOUTH1", channel="F2")
        north.station.send(payload(1), rank=FLASH, number=1)
        north2.station.send(payload(2), rank=FLASH, number=2)
        await until(lambda: north.sent and south2.payloads == [payload(2)], "F2")
        await air.clock.sleep(3.0)
        assert south.payloads == []
        assert air.control.order("status")["jammed"] == ["JAM"]
        air.control.clear("JAM")
        north.station.send(payload(3), rank=FLASH, number=3)
        await until(lambda: south.payloads == [payload(3)], "F1 when it is no longer jammed")
        await stop(north, south, north2, south2)

    asyncio.run(run())


def test_a_jam_on_the_command_line_begins_and_ends_when_it_says() -> None:
    async def run() -> None:
        with ether("--jam", "F1@0-30", "--jam", "F2@1000-", speed=15) as running:
            assert running.control.order("status")["jammed"] == ["F1"]
            north, south = await on_ether(running, "NORTH1", "SOUTH1")
            north.station.send(payload(1), rank=FLASH, number=1)
            await until(lambda: running.clock.mono() > 31.0, "its end")
            assert south.payloads == []
            north.station.send(payload(2), rank=FLASH, number=2)
            await until(lambda: payload(2) in south.payloads, "a frame after the jam")
            await stop(north, south)

    asyncio.run(run())


def test_one_way_and_mended(air: Running) -> None:
    async def run() -> None:
        north, south = await on_ether(air, "NORTH1", "SOUTH1", channel="WAY")
        north.station.send(payload(1), rank=FLASH, number=1)
        await until(lambda: north.sent == [1], "that it has gone")
        south.station.send(payload(2), rank=FLASH, number=2)
        await until(lambda: north.payloads == [payload(2)], "the other direction")
        assert south.payloads == []
        air.control.deaf("WAY", "NORTH1", "SOUTH1", deaf=False)
        north.station.send(payload(3), rank=FLASH, number=3)
        await until(lambda: south.payloads == [payload(3)], "both directions")
        await stop(north, south)

    asyncio.run(run())


def test_fading_takes_some_frames_and_never_changes_one() -> None:
    async def run() -> None:
        with ether("--fading", "0.5", "--snr", "10", "--seed", "3", speed=15) as running:
            north, south = await on_ether(running, "NORTH1", "SOUTH1")
            sent = {payload(number) for number in range(15)}
            for number in range(15):
                assert north.station.send(payload(number), rank=FLASH, number=number)
            await until(lambda: len(north.sent) == 15, "the last frame")
            await running.clock.sleep(5.0)
            assert 0 < len(south.payloads) < 15
            assert set(south.payloads) <= sent and len(set(south.payloads)) == len(south.payloads)
            await stop(north, south)

    asyncio.run(run())


def test_a_third_station_is_foreign(air: Running) -> None:
    async def run() -> None:
        (north,) = await on_ether(air, "NORTH1", channel="THIRD")
        await until(lambda: len(north.foreign) >= 2, "the third station")
        assert "THIRD" in north.foreign[0].why and not north.heard
        await stop(north)

    asyncio.run(run())


def test_many_frames_one_after_the_other(air: Running) -> None:
    async def run() -> None:
        north, south = await on_ether(air, "NORTH1", "SOUTH1", channel="MANY")
        for number in range(25):
            assert north.station.send(payload(number), rank=FLASH, number=number)
        await until(lambda: len(north.sent) == 25, "the last frame")
        await air.clock.sleep(5.0)
        assert len(south.payloads) >= 22, "a busy machine may tear a hole into one, not into many"
        assert sorted(set(south.payloads)) == sorted(south.payloads)
        await stop(north, south)

    asyncio.run(run())


def test_many_stations_share_the_channel(air: Running) -> None:
    async def run() -> None:
        posts = await on_ether(air, *(f"P{i}" for i in range(5)), channel="SHARE", seed=1)
        for i, one in enumerate(posts):
            assert one.station.send(payload(i), rank=ROUTINE, number=i)
        await until(lambda: all(one.sent for one in posts), "everybody's turn")
        await air.clock.sleep(5.0)
        got = {data for one in posts for data in one.payloads}
        assert len(got) >= 2, "not all collide"
        await stop(*posts)

    asyncio.run(run())


def test_stations_join_again_when_the_ether_is_back() -> None:
    async def run() -> None:
        with ether(speed=8) as running:
            north, south = await on_ether(running, "NORTH1", "SOUTH1")
            port = running.port
        await until(lambda: north.station.says and south.station.says, "that it is gone")
        north.station.send(payload(1), rank=FLASH, number=1)
        await until(lambda: north.station.counts["could not be sent"] == 1, "that nothing can be sent")
        with ether("--port", str(port), speed=8):
            await until(lambda: not (south.station.says or north.station._sound.says), "that it is back")
            north.station.send(payload(2), rank=FLASH, number=2)
            await until(lambda: south.payloads == [payload(2)], "a frame over the new one")
            await stop(north, south)

    asyncio.run(run())


def test_ctrl_c_ends_it_without_a_word_too_many() -> None:
    with ether() as running:
        running.process.send_signal(signal.SIGINT)
        out, _ = running.process.communicate(timeout=20)
        assert running.process.returncode == 0
        assert out == '{"event": "ended", "channels": [], "dropped": {}}\n'


def test_another_modem_on_the_channel_is_refused(air: Running) -> None:
    async def run() -> None:
        (north,) = await on_ether(air, "NORTH1", channel="MODEM")
        with pytest.raises(InputError, match="12000 samples"):
            await EtherSound(air.port, "MODEM", "SOUTH1", 8_000).open()
        await stop(north)

    asyncio.run(run())


def test_garbage_and_strangers_are_counted_and_hurt_nobody(air: Running) -> None:
    async def run() -> None:
        north, south = await on_ether(air, "NORTH1", "SOUTH1", channel="GARBAGE")
        draw = np.random.default_rng(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect((HOST, air.port))
            for size in range(0, 300, 3):
                line.send(draw.bytes(size))
            line.send(b"AE\x01\x03" + bytes(16))
            line.send(pieces(1, 0, np.ones(100, np.int16))[0])  # in the name of a station that joined elsewhere
            for body in (
                {},
                {"channel": 3},
                {"channel": "GARBAGE", "station": "x" * 99, "rate": 12_000},
                {"rate": True},
            ):
                line.send(told(Kind.JOIN, body))
            line.send(Datagram(Kind.JOIN, body=b"[" * 50_000).to_bytes())
            line.send(Datagram(Kind.ORDER, body=b"\xff\xff").to_bytes())
        dropped = air.control.order("status")["dropped"]
        assert dropped["garbage"] >= 90 and dropped["strangers"] >= 1
        north.station.send(payload(1), rank=FLASH, number=1)
        await until(lambda: south.payloads == [payload(1)], "a frame after all that")
        await stop(north, south)

    asyncio.run(run())


@pytest.mark.parametrize(
    "order",
    [
        {"order": "jam"}, {"order": "jam", "channel": "F1", "from_s": 9, "until_s": 1}, {"order": "no"},
        {"order": "noise"},
        {"order": "jam", "channel": "F1", "kind": "music"}, {"order": "noise", "snr_db": "much"}, {"order": "deaf"},
        {"order": "fading", "rate_hz": True}, {"order": "third", "channel": "F1", "every_s": []},
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(order: dict[str, object]) -> None:
    from armslength.adapters.radio.ether import Ether
    from armslength.adapters.radio.ether_orders import obey

    one = Ether(random_third=lambda number, rate: np.zeros(10, np.float32))
    assert "error" in obey(one, order)
    assert obey(one, {"order": "status"})["jammed"] == []


def test_an_order_to_nobody() -> None:
    with pytest.raises(InputError, match="No ether answers"):
        EtherControl(9, timeout_s=0.5).order("status")


def test_what_nobody_reads_does_not_pile_up() -> None:
    """A listener that hangs loses what is old, and knows that something is missing."""
    sound = EtherSound(9, "F1", "A", 8_000)
    sound._slot = 5
    block = np.ones(8_000, np.int16)
    for second in range(100):
        for piece in pieces(5, second * 8_000, block):
            one = read(piece)
            assert one is not None
            sound._take(one)
    assert sound.dropped >= 2
    assert sum(count for _, count, what in sound._heard if what is not None) <= MOST_S * 8_000
    assert isinstance(asyncio.run(sound.read()), Quiet)
    for _ in range(1000):
        sound._take(Datagram(Kind.QUIET, 5, sound._expected, 8_000))
    assert len(sound._heard) < 100, "quiet and quiet is one quiet"


def test_no_thread_of_a_station_stays(air: Running) -> None:
    async def run() -> None:
        await stop(*await on_ether(air, "NORTH1", "SOUTH1", channel="THREAD"))

    asyncio.run(run())
    assert not [t for t in threading.enumerate() if t.name.startswith("radio-") and t.is_alive() and not t.join(5)]
