"""What stands on a frequency without a pause is sensed by its station; it is told when it comes and when it goes."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adapters.radio.hearing import FakeSound, post_on, stop, until
from armslength.adapters.radio.frames import frame_of
from armslength.adapters.radio.sound import Quiet
from armslength.adapters.radio.station import Listener
from armslength.modem.afsk import Afsk
from armslength.modem.port import Samples
from armslength.modem.raised import LASTING_S
from armslength.node.clock import ScaledClock
from armslength.node.core.inputs import AirSensed
from armslength.node.radio import Radios, _Serving

CLOCK = ScaledClock(20.0, 0, 0.0)
RATE = Afsk().rate


def noise(seconds: int, sigma: float) -> list[np.ndarray[Any, Any]]:
    draw = np.random.default_rng(3)
    return [(sigma * draw.standard_normal(RATE // 2)).astype(np.float32) for _ in range(2 * seconds)]


def test_a_station_senses_a_jammer_and_hears_through_what_is_no_jammer() -> None:
    async def run() -> None:
        sound = FakeSound()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        for block in noise(5, 0.003):
            sound.put(block)
        sound.put_frame(frame_of("SOUTH1", bytes((1,)) + bytes(50)))
        await until(lambda: bool(post.payloads), "a frame")
        assert not post.station.raised
        for block in noise(LASTING_S + 3, 0.3):
            sound.put(block)
        await until(lambda: post.station.raised, "the jammer")
        sound.put(Quiet(RATE))
        await until(lambda: not post.station.raised, "its end")
        await stop(post)

    asyncio.run(run())


class Slow(FakeSound):
    """Sound that is transmitted until the test lets it end."""

    def __init__(self) -> None:
        super().__init__()
        self.talks, self.ends = False, asyncio.Event()

    async def write(self, samples: Samples) -> None:
        """Keep it, and wait."""
        self.talks = True
        await self.ends.wait()
        self.talks = False
        await super().write(samples)


@pytest.mark.parametrize("jammed", [True, False])
def test_what_is_not_heard_because_this_station_talks_says_nothing_of_the_channel(jammed: bool) -> None:
    """Neither has a jammer ended, nor is the usual noise of an open receiver much louder than it was."""

    async def run() -> None:
        sound = Slow()
        post = post_on(sound, "NORTH1", CLOCK)
        await post.station.start()
        usual, told = noise(5, 0.03), list[bool]()
        for block in (*usual, *(noise(LASTING_S + 3, 0.3) if jammed else ())):
            sound.put(block)
        await until(lambda: post.station.raised is jammed and sound._heard.empty(), "what is there")
        talker: Any = post.station._talker  # it is asked past its carrier sense, which need not be heard to end here
        talk = asyncio.create_task(talker._transmit(frame_of("NORTH1", bytes(20))))
        await until(lambda: sound.talks, "that it talks")
        for _ in range(5):
            sound.put(Quiet(RATE))
        await until(sound._heard.empty, "that it is read")
        await asyncio.sleep(0.05)
        told.append(post.station.raised)
        sound.ends.set()
        await talk
        await until(lambda: not post.station._is_deaf(), "that it hears again")
        for block in noise(LASTING_S + 5, 0.3 if jammed else 0.03):
            sound.put(block)
        await until(sound._heard.empty, "that it is read")
        await asyncio.sleep(0.05)
        told.append(post.station.raised)
        sound.put(Quiet(RATE))
        await until(lambda: not post.station.raised, "its end")
        await stop(post)
        assert told == [jammed, jammed]

    asyncio.run(run())


def test_the_node_is_told_what_changes_and_that_it_ends_with_the_station() -> None:
    told: list[Any] = []
    radios = Radios((), CLOCK, told.append, told.append)
    station: Any = Listener("F1", Afsk(), FakeSound(), clock=CLOCK, heard=lambda one: None)
    noise_of: Any = SimpleNamespace(raised=False)
    station._noise = noise_of
    radios._serving[("SOUTH", "F1")] = _Serving(station, ("132.055", True, 0.2))
    tnc: Any = SimpleNamespace(raised=True)
    radios._serving[("SOUTH", "F2")] = _Serving(tnc, ("127.480", True, 0.2))
    for raised in (False, True, True, False, True):
        noise_of.raised = raised
        radios.sense()
    assert told == [AirSensed("SOUTH", "F1", on) for on in (True, False, True)]
    del radios._serving[("SOUTH", "F2")]
    asyncio.run(radios.retune(()))
    assert told[-1] == AirSensed("SOUTH", "F1", False)
