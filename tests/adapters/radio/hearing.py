"""What tests of radios need: an ether in a process of its own, stations on it, sound without any device."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from armslength.adapters.radio.ether_orders import EtherControl
from armslength.adapters.radio.ether_sound import EtherSound
from armslength.adapters.radio.frames import Foreign
from armslength.adapters.radio.sound import AirHeard, Quiet
from armslength.adapters.radio.station import Station
from armslength.errors import InputError
from armslength.modem.afsk import Afsk
from armslength.modem.port import Samples
from armslength.node.clock import ScaledClock

FLASH, ROUTINE = 0, 2
PATIENCE_S = 60.0
"""The longest that a test waits for what must come (real seconds)."""


@dataclass
class Running:
    """An ether that runs."""

    process: subprocess.Popen[str]
    port: int
    clock: ScaledClock

    @property
    def control(self) -> EtherControl:
        """Give it orders."""
        return EtherControl(self.port)


@contextmanager
def ether(*options: str, speed: float = 10.0) -> Iterator[Running]:
    """Run `armslength radio ether` with these options."""
    process = subprocess.Popen(
        [sys.executable, "-m", "armslength", "radio", "ether", "--json", "--speed", str(speed), *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready"
        yield Running(process, ready["port"], ScaledClock(speed, 0, ready["origin_s"]))
    finally:
        process.terminate()
        process.communicate(timeout=20)


@dataclass
class Post:
    """A station with what it heard and sent."""

    station: Station
    heard: list[AirHeard] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    @property
    def payloads(self) -> list[bytes]:
        """What it heard."""
        return [one.payload for one in self.heard]


def post_on(sound: Any, own: str, clock: Any, *, channel: str = "F1", **how: Any) -> Post:
    """Return a station over `sound`, not yet started."""
    heard: list[AirHeard] = []
    foreign: list[Foreign] = []
    sent: list[int] = []
    station = Station(
        channel, Afsk(), sound, own, clock=clock, heard=heard.append, foreign=foreign.append,
        sent=lambda _, number: sent.append(number),
        **{"occupancy": 1.0, "seed": len(own) + ord(own[0]), "data": True, **how},
    )  # fmt: skip
    return Post(station, heard, foreign, sent)


async def on_ether(running: Running, *names: str, channel: str = "F1", **how: Any) -> list[Post]:
    """Return stations of these names that have joined."""
    posts = []
    for name in names:
        sound = EtherSound(running.port, channel, name, Afsk().rate)
        posts.append(post_on(sound, name, running.clock, channel=channel, **how))
        await posts[-1].station.start()
        assert posts[-1].station.says == ""
    return posts


async def until(wanted: Callable[[], object], what: str) -> None:
    """Wait until something is so.

    Raises:
        AssertionError: it does not become so.
    """
    ends = time.monotonic() + PATIENCE_S
    while not wanted():
        assert time.monotonic() < ends, f"waited in vain for: {what}"
        await asyncio.sleep(0.01)


async def stop(*posts: Post) -> None:
    """Stop stations."""
    for one in posts:
        await one.station.stop()


class FakeSound:
    """Sound that a test puts in and takes out; nothing lasts any time.

    Attributes:
        written: what was transmitted. fails: makes every transmission fail. closed: whether it was closed.
    """

    def __init__(self, rate: int = 12_000) -> None:
        self.rate = rate
        self.lead_s = 0.0
        self.says = ""
        self.written: list[Samples] = []
        self.fails = self.closed = False
        self._heard: asyncio.Queue[Samples | Quiet] = asyncio.Queue()

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Remember it."""
        self.closed = True

    async def read(self) -> Samples | Quiet:
        """Return what the test has put in."""
        return await self._heard.get()

    async def write(self, samples: Samples) -> None:
        """Keep it."""
        if self.fails:
            raise InputError("The fake fails.")
        self.written.append(samples)

    def put(self, sound: Samples | Quiet) -> None:
        """Let it be heard."""
        self._heard.put_nowait(sound)

    def put_frame(self, frame: bytes, *, amplitude: float = 0.3) -> None:
        """Let a frame be heard, between stretches of noise, and quiet after it."""
        noise = np.random.default_rng(1).standard_normal(2 * self.rate).astype(np.float32) * np.float32(1e-3)
        sound = Afsk(self.rate).modulate(frame) * np.float32(amplitude)
        self.put(noise[: self.rate // 4])
        self.put(sound + np.resize(noise, len(sound)))
        self.put(noise[: self.rate // 4])
        self.put(Quiet(self.rate))
