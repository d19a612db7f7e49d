"""The clock of a node: UTC for stamps, a monotonic clock for every timer, both `speed` times as fast as outside.

Several processes on one machine keep one scaled time when they are given the same origins: CLOCK_MONOTONIC is the same
for all of them.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from armslength.units import NS


class Clock(Protocol):
    """What everything that waits or stamps asks."""

    @property
    def speed(self) -> float:
        """How many of its seconds pass in one second outside."""

    def utc_ns(self) -> int:
        """Return UTC [ns]: for stamps only, it may jump."""

    def mono(self) -> float:
        """Return seconds since some moment: never jumps, for every timer."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock."""


@dataclass(frozen=True)
class SystemClock:
    """The clocks of the machine."""

    speed: float = 1.0

    def utc_ns(self) -> int:
        """Return UTC [ns]."""
        return time.time_ns()

    def mono(self) -> float:
        """Return CLOCK_MONOTONIC [s]."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(max(0.0, seconds))


@dataclass(frozen=True)
class ScaledClock:
    """A clock that showed `utc_origin_ns` when CLOCK_MONOTONIC was `mono_origin_s`, and runs `speed` times as fast."""

    speed: float
    utc_origin_ns: int
    mono_origin_s: float

    def utc_ns(self) -> int:
        """Return scaled UTC [ns]."""
        return self.utc_origin_ns + round(self.mono() * NS)

    def mono(self) -> float:
        """Return scaled seconds since the origin."""
        return (time.monotonic() - self.mono_origin_s) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)


def clock_of(speed: float, utc_origin_ns: int | None = None, mono_origin_s: float | None = None) -> Clock:
    """Return the clock that node.toml asks for: the machine's, unless a speed or an origin is given."""
    if speed == 1.0 and utc_origin_ns is None:
        return SystemClock()
    mono = time.monotonic() if mono_origin_s is None else mono_origin_s
    return ScaledClock(speed, time.time_ns() if utc_origin_ns is None else utc_origin_ns, mono)
