"""AFSK 1200 as a modem: what every packet radio since 1980 understands. See `afsk_send`, `afsk_bits`, `afsk_hear`."""

from __future__ import annotations

from dataclasses import dataclass

from armslength.modem import afsk_send
from armslength.modem.afsk_hear import AfskDemodulator
from armslength.modem.port import Demodulator, Samples
from armslength.modem.resample import check_rate

RATE = 12_000
"""Samples a second, where nothing else asks for another rate: what the receiver works at."""
LARGEST = 328
"""Bytes of the longest AX.25 frame: ten addresses, control, PID, 256 bytes of info."""


@dataclass(frozen=True)
class Afsk:
    """AFSK 1200 (Bell 202) with HDLC frames, at any `rate` between 8,000 and 192,000 samples a second.

    Raises:
        InputError: another rate.
    """

    rate: int = RATE
    name: str = "afsk"
    largest: int = LARGEST

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def seconds(self, length: int) -> float:
        """Return the longest time on the air [s] of a frame of `length` bytes."""
        return afsk_send.seconds(length)

    def modulate(self, frame: bytes) -> Samples:
        """Return the sound of `frame`.

        Raises:
            LocalProtocolError: a frame shorter than an AX.25 header, or longer than `largest`.
        """
        return afsk_send.modulate(frame, self.rate, self.largest)

    def demodulator(self) -> Demodulator:
        """Return a receiver that has heard nothing yet."""
        return AfskDemodulator(self.rate, self.largest)
