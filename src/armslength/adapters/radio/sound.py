"""What a station needs of whatever carries its sound, and of the clock: two small ports.

A listener is a port of its own, without `write`: what is only listened to cannot be made to talk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from armslength.modem.port import Samples


@dataclass(frozen=True)
class Quiet:
    """A stretch in which nobody talked: nothing but noise, which need not be demodulated.

    Attributes:
        samples: how long it was.
    """

    samples: int


class Timer(Protocol):
    """The clock of the node: every timer runs on it, as fast as it does."""

    @property
    def speed(self) -> float:
        """How many of its seconds pass in one second outside."""

    def mono(self) -> float:
        """Return seconds since some moment: never jumps."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock."""


class Listening(Protocol):
    """Sound that comes in."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""

    async def open(self) -> None:
        """Begin to listen."""

    async def close(self) -> None:
        """End it, whatever happens."""

    async def read(self) -> Samples | Quiet:
        """Return the next stretch of what is heard, in order and without gaps: what was lost is told as `Quiet`."""


class Sound(Listening, Protocol):
    """Sound that comes in and goes out."""

    @property
    def lead_s(self) -> float:
        """How much longer than its sound a burst is on the air [s]: a lead tone, a transmitter that rises and falls."""

    async def write(self, samples: Samples) -> None:
        """Transmit `samples`; return when the last has been played.

        Raises:
            InputError: it cannot be transmitted now; says why.
        """


@dataclass(frozen=True)
class AirHeard:
    """What another station of ours said.

    Attributes:
        channel: "F1": where.
        payload: the info field, as it was sent.
        sender: call sign it came from. Proves nothing.
        at_mono_s: when it ended [s, clock of the station].
        level_db: level [dB below full scale]; None where nobody can tell.
    """

    channel: str
    payload: bytes
    sender: str
    at_mono_s: float
    level_db: float | None = None
