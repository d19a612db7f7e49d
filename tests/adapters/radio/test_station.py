"""A station: what it hears, what it may say, and what it can never say."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from adapters.radio.hearing import FLASH, ROUTINE, FakeSound, post_on, stop, until
from armslength.adapters.radio.frames import EVERYONE, frame_of
from armslength.adapters.radio.guard import is_guard
from armslength.adapters.radio.sound import Quiet
from armslength.adapters.radio.station import FAULTS, Listener, Station
from armslength.adapters.radio.talking import VOICE_ONLY
from armslength.errors import InputError, LocalProtocolError
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui
from armslength.node.clock import ScaledClock, SystemClock

CLOCK = ScaledClock(20.0, 0, 0.0)
PAYLOAD = bytes((1,)) + bytes(50)


@pytest.mark.parametrize(
    "guard", ["121.5", "121.500", "121.50 MHz", " 121.500 mhz", "121500 kHz", "121.505", "121.490", "243.0",
              "243.000 MHz", "243.000", "243000 kHz", "GUARD", "121,5"],
)  # fmt: skip
def test_no_data_goes_over_guard(guard: str) -> None:
    assert is_guard(guard)
    for how in ({"channel": guard}, {"frequency": guard}):
        with pytest.raises(LocalProtocolError, match="Guard"):
            post_on(FakeSound(), "NORTH1", CLOCK, **how)


@pytest.mark.parametrize(
    "channel", ["F1", "132.055", "251.000 MHz", "121.600", "121.475", "243.025 MHz", "4125.0 kHz", ""]
)
def test_other_channels_are_no_guard(channel: str) -> None:
    assert not is_guard(channel)
    post_on(FakeSound(), "NORTH1", CLOCK, frequency=channel)


@pytest.mark.parametrize("frequency", ["121.500", "132.055"])
def test_a_station_on_a_voice_channel_hears_and_cannot_be_made_to_send(frequency: str) -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK, data=False, frequency=frequency)
        await post.station.start()
        with pytest.raises(LocalProtocolError, match="not marked for data"):
            post.station.send(PAYLOAD, rank=FLASH, number=1)
        assert post.station._talker is None
        sound.put_frame(frame_of("SOUTH1", PAYLOAD))
        await until(lambda: post.payloads == [PAYLOAD], "what was said")
        await stop(post)
        assert sound.written == [] and sound.closed
        assert post.station.counts[VOICE_ONLY] == 1

    asyncio.run(run())


def test_a_listener_has_nothing_to_talk_with() -> None:
    listener: Any = Listener("F1", Afsk(), FakeSound(), clock=CLOCK, heard=lambda one: None)
    assert not hasattr(listener, "send") and not hasattr(listener, "_talker")


def test_what_is_foreign_is_told_as_foreign() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        sound.put_frame(Ui("CQ", "SOUTH1", PAYLOAD).to_bytes())
        sound.put_frame(Ui(EVERYONE, "SOUTH1", b"").to_bytes())
        sound.put_frame(bytes(range(60, 140)))
        sound.put_frame(frame_of("NORTH1", PAYLOAD))  # yesterday's call of ours, played again
        sound.put_frame(frame_of("SOUTH1", PAYLOAD))
        await until(lambda: post.heard, "the last frame")
        await stop(post)
        counts = post.station.counts
        assert (counts["foreign"], counts["our own call sign"], counts["heard"]) == (3, 1, 1)
        assert len(post.foreign) == 4 and all(one.why for one in post.foreign)

    asyncio.run(run())


def test_noise_music_and_broken_bursts_are_no_messages() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        draw = np.random.default_rng(1)
        sound.put(draw.standard_normal(24_000).astype(np.float32) * np.float32(0.2))
        sound.put(Quiet(100))
        at = np.arange(24_000) / 12_000
        sound.put((0.3 * np.sin(2 * np.pi * 440 * at) + 0.2 * np.sin(2 * np.pi * 1320 * at)).astype(np.float32))
        burst = Afsk().modulate(frame_of("SOUTH1", PAYLOAD))
        sound.put((burst[: len(burst) // 2] * 0.3).astype(np.float32))
        sound.put(Quiet(100))
        sound.put_frame(frame_of("SOUTH1", PAYLOAD))
        await until(lambda: post.heard, "the last frame")
        await stop(post)
        assert post.payloads == [PAYLOAD] and not post.foreign
        assert post.station.counts["truncated"] >= 1

    asyncio.run(run())


def test_a_fault_of_the_demodulator_does_not_end_the_watch() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        sound.put(np.array([["not a sound"]]))  # type: ignore[arg-type]
        sound.put_frame(frame_of("SOUTH1", PAYLOAD))
        await until(lambda: post.heard, "a frame after the fault")
        assert post.station.counts[FAULTS] == 1 and post.station.says == ""
        await stop(post)

    asyncio.run(run())


def test_it_waits_while_somebody_talks() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        burst = Afsk().modulate(frame_of("SOUTH1", bytes((1,)) + bytes(200)))
        noise = np.random.default_rng(1).standard_normal(len(burst) + 6_000).astype(np.float32) * np.float32(1e-3)
        heard = noise.copy()
        heard[6_000:] += burst * np.float32(0.3)
        sound.put(heard[: len(burst) // 2])
        await until(lambda: post.station.busy, "that it is busy")
        post.station.send(PAYLOAD, rank=FLASH, number=1)
        await CLOCK.sleep(20.0)
        assert sound.written == [] and post.station.waiting == 1
        sound.put(heard[len(burst) // 2 :])
        sound.put(noise)
        await until(lambda: post.sent == [1], "its turn")
        await stop(post)

    asyncio.run(run())


def test_flash_goes_first_and_what_is_forgotten_does_not_go() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        for number in range(3):
            post.station.send(PAYLOAD, rank=ROUTINE, number=number)
        post.station.send(PAYLOAD, rank=FLASH, number=9)
        post.station.send(PAYLOAD, rank=ROUTINE, number=2)  # again: once is enough
        post.station.forget(1)
        await post.station.start()
        await until(lambda: len(post.sent) == 3, "all three")
        await CLOCK.sleep(10.0)
        await stop(post)
        assert post.sent == [9, 0, 2] and len(sound.written) == 3

    asyncio.run(run())


def test_the_queue_is_bounded() -> None:
    async def run() -> None:
        post = post_on(FakeSound(), "NORTH1", CLOCK)
        taken = [post.station.send(PAYLOAD, rank=ROUTINE, number=number) for number in range(200)]
        assert taken == [True] * 64 + [False] * 136
        assert post.station.send(PAYLOAD, rank=FLASH, number=999)
        assert post.station.waiting == 64 == len(post.station._talker._frames)  # type: ignore[union-attr]
        counts = post.station.counts
        assert (counts["not taken"], counts["displaced by more urgent ones"]) == (136, 1)

    asyncio.run(run())


def test_the_share_of_the_terms_is_held_and_flash_passes_it() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK, occupancy=0.05)
        await post.station.start()
        for number in range(10):
            post.station.send(PAYLOAD, rank=ROUTINE, number=number)
        await until(lambda: len(sound.written) >= 2, "some frames")
        await CLOCK.sleep(30.0)
        assert post.station.occupied <= 0.05 + 1e-6 and post.station.waiting >= 4
        post.station.send(PAYLOAD, rank=FLASH, number=99)
        await until(lambda: 99 in post.sent, "FLASH")
        await stop(post)

    asyncio.run(run())


def test_a_transmission_that_fails_is_told_and_the_next_one_goes() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        sound.fails = True
        post.station.send(PAYLOAD, rank=FLASH, number=1)
        await until(lambda: post.station.counts["could not be sent"] == 1, "the failure")
        assert "The fake fails." in post.station.says and post.sent == []
        sound.fails = False
        post.station.send(PAYLOAD, rank=FLASH, number=2)
        await until(lambda: post.sent == [2], "the next one")
        assert post.station.says == ""
        await stop(post)

    asyncio.run(run())


def test_what_does_not_fit_into_a_frame_and_who_has_no_call_sign() -> None:
    post = post_on(FakeSound(), "NORTH1", SystemClock())
    with pytest.raises(InputError, match="do not fit"):
        post.station.send(bytes(300), rank=FLASH, number=1)
    with pytest.raises(InputError, match="call sign"):
        post_on(FakeSound(), "TOOLONGNAME", SystemClock())
    assert isinstance(post.station, Station)
