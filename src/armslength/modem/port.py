"""The one small interface of every modem: bytes in, sound out; sound in, bytes out.

A frame is an AX.25 UI frame without its check sum (`armslength.modem.ax25`), whatever the modem does with it on the
air. Sound is float32, mono, in [-1, 1], at the modem's own rate. A demodulator is fed pieces of any length, in order,
without gaps; its times are seconds of sound since its first sample, so that it needs no clock.

What was heard but is no frame is counted by the reasons below, never dropped silently and never guessed at: no bit of a
frame is mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

BAD_CHECK = "bad check sum"
"""A burst with a beginning and an end whose check sum does not fit: noise, fading, or two talking at once."""
TRUNCATED = "truncated"
"""A burst that began as a frame and broke off, or whose parts did not all come."""
NO_FRAME = "no frame"
"""The modem's tones without a frame in them: speech, music, another modem."""
OVERSIZED = "oversized"
"""A good check sum on more bytes than `largest`."""
REASONS = (BAD_CHECK, TRUNCATED, NO_FRAME, OVERSIZED)


@dataclass(frozen=True)
class Heard:
    """One frame whose check sum fits.

    Attributes:
        frame: the bytes that were sent, without flags and check sum. Not yet known to be AX.25, nor from whom.
        ended_s: when its last bit ended [s of sound since the first sample fed].
        level_db: mean level of the burst [dB below a sine of full scale]; None where the modem cannot tell.
        began_s: when its first bit began [s of sound since the first sample fed].
    """

    frame: bytes
    ended_s: float
    level_db: float | None = None
    began_s: float = 0.0


class Demodulator(Protocol):
    """One receiver: keeps what it has heard so far of a frame. Not shared between channels."""

    @property
    def busy(self) -> bool:
        """Whether somebody is talking now (carrier sense), as of the last sample fed."""

    @property
    def refused(self) -> Mapping[str, int]:
        """How many bursts were heard and are no frame, by the reasons above."""

    def feed(self, samples: Samples) -> list[Heard]:
        """Return the frames that ended in `samples`, in order of time."""

    def finish(self) -> list[Heard]:
        """Say that no more sound will come; return the frames that were still on their way through the filters."""


class Modem(Protocol):
    """One kind of modulation. Holds no state: `modulate` of the same bytes gives the same sound."""

    @property
    def name(self) -> str:
        """What people call it: "afsk" or "datac3"."""

    @property
    def rate(self) -> int:
        """Samples a second, of what it makes and of what it must be fed."""

    @property
    def largest(self) -> int:
        """Bytes of the longest frame that it takes."""

    def seconds(self, length: int) -> float:
        """Return the longest time on the air [s] of a frame of `length` bytes, with preamble and tail."""

    def modulate(self, frame: bytes) -> Samples:
        """Return the sound of one burst that carries `frame`.

        Raises:
            LocalProtocolError: a frame shorter than an AX.25 header, or longer than `largest`.
        """

    def demodulator(self) -> Demodulator:
        """Return a receiver that has heard nothing yet."""
