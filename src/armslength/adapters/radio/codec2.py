"""DATAC3 as a modem: an OFDM modem of libcodec2 for bad channels, at -3 dB in 3 kHz, 120 bytes in 3.6 s.

The library carries packets of 126 bytes with a check sum of 16 bits (`freedv.py`). Every packet is a burst of its own.
A frame goes over as many packets as it needs, in order, without a pause:

    index and count - 1 of parts, 4 bits each | bytes used, 1 byte | 124 bytes of (frame | CRC-32 of the frame)

A frame of which a part is missing is truncated. The CRC-32 (ISO/IEC 13239) holds the parts together, and makes a wrong
frame far rarer than the packet's own check sum would.
"""

from __future__ import annotations

import zlib
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log10

import numpy as np

from armslength.adapters.radio import freedv
from armslength.errors import InputError, LocalProtocolError
from armslength.modem.loudness import Loudness
from armslength.modem.port import BAD_CHECK, TRUNCATED, Demodulator, Heard, Samples
from armslength.modem.resample import Resampler, as_sound, check_rate

LARGEST = 328
"""Bytes of the longest frame: that of AX.25, in three packets."""
_HEAD, _CRC = 2, 4
_PART = freedv.PACKET - _HEAD
_LATE = 1280
"""Samples from the end of a packet until the library says so: postamble and filters."""
_APART_S = 5.0
"""Longest time [s] from the end of one part to the end of the next; a burst takes 3.63 s."""


def available() -> bool:
    """Return whether a libcodec2 with DATAC3 is installed."""
    return freedv.library() is not None


@dataclass(frozen=True)
class Datac3:
    """DATAC3 at any `rate` between 8,000 and 192,000 samples a second.

    Raises:
        InputError: another rate, or libcodec2 is not installed.
    """

    rate: int = freedv.RATE
    name: str = "datac3"
    largest: int = LARGEST

    def __post_init__(self) -> None:
        check_rate(self.rate)
        if not available():
            raise InputError(
                "The modem datac3 needs libcodec2, which is not installed.",
                remedy="Install it (Debian: libcodec2-1.0), or use the modem afsk.",
            )

    def seconds(self, length: int) -> float:
        """Return the time on the air [s] of a frame of `length` bytes."""
        return _parts(length) * _burst() / freedv.RATE

    def modulate(self, frame: bytes) -> Samples:
        """Return the sound of `frame`: one burst for each part.

        Raises:
            LocalProtocolError: an empty frame, or one longer than `largest`.
        """
        if not 0 < len(frame) <= self.largest:
            raise LocalProtocolError(f"A frame of {len(frame)} bytes cannot be sent; 1 to {self.largest} bytes can.")
        whole, count = frame + zlib.crc32(frame).to_bytes(_CRC, "big"), _parts(len(frame))
        # A new modem for each frame: the library's filters remember the packet before, and sound would depend on it.
        radio, bursts = freedv.Radio(), []
        for i in range(count):
            part = whole[i * _PART : (i + 1) * _PART]
            bursts.append(radio.send(bytes((i << 4 | count - 1, len(part))) + part.ljust(_PART, b"\0")))
        resampler = Resampler(freedv.RATE, self.rate)
        return np.concatenate((resampler.feed(np.concatenate(bursts)), resampler.finish()))

    def demodulator(self) -> Demodulator:
        """Return a receiver that has heard nothing yet."""
        return Datac3Demodulator(self.rate)


class Datac3Demodulator:
    """A receiver for DATAC3 at `rate` [samples/s]; see `armslength.modem.port.Demodulator`."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate, freedv.RATE)
        self._radio = freedv.Radio()
        self._held: Samples = np.zeros(0, np.float32)
        self._taken = 0
        self._loudness = Loudness(freedv.RATE)
        self._power: deque[float] = deque(maxlen=_spoken() // self._radio.need())
        self._synced = self._told = False
        self._parts = Parts()
        self._refused: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """Whether a packet is coming in, or anything much louder than the noise has been."""
        return self._synced or self._loudness.loud

    @property
    def refused(self) -> Mapping[str, int]:
        """Bursts that are no frame, by reason."""
        return {reason: n for reason, n in self._refused.items() if n}

    def feed(self, samples: Samples) -> list[Heard]:
        """Return the frames that ended in `samples`; a frame is found about 0.2 s after its end."""
        return self._work(self._resampler.feed(as_sound(samples)))

    def finish(self) -> list[Heard]:
        """Return what was still on its way, as if silence followed."""
        silence = np.zeros(freedv.RATE // 2, np.float32)
        found = self._work(np.concatenate((self._resampler.finish(), silence)))
        if self._synced or self._parts.begun:
            self._refused[TRUNCATED] += 1
        self._synced, self._parts = False, Parts()
        return found

    def _work(self, sound: Samples) -> list[Heard]:
        self._held = np.concatenate((self._held, sound))
        found: list[Heard] = []
        while len(self._held) >= (need := self._radio.need()):
            piece, self._held = self._held[:need], self._held[need:]
            self._taken += need
            self._loudness.feed(piece)
            self._power.append(float(np.mean(np.square(piece, dtype=np.float64))) if need else 0.0)
            found += self._step(self._radio.hear(piece))
        return found

    def _step(self, said: freedv.Step) -> list[Heard]:
        ended_s = (self._taken - _LATE) / freedv.RATE
        if said.lost:
            self._refused[BAD_CHECK] += 1
        elif self._synced and not said.synced and not said.packet and not self._told:
            self._refused[TRUNCATED] += 1
        self._told = said.synced and (self._told or said.lost or bool(said.packet))
        self._synced = said.synced
        if self._parts.begun and (said.lost or ended_s - self._parts.ended_s > _APART_S):
            self._refused[TRUNCATED] += not said.lost
            self._parts = Parts()
        if not said.packet:
            return []
        self._refused[TRUNCATED] += self._parts.begun and not said.packet[0] >> 4
        reason = self._parts.add(said.packet, ended_s)
        if reason:
            self._refused[reason] += 1
            self._parts = Parts()
        if reason or self._parts.frame is None:
            return []
        frame, began_s, self._parts = self._parts.frame, self._parts.began_s, Parts()
        power = float(np.mean(self._power))
        return [Heard(frame, ended_s, 10.0 * log10(2.0 * power) if power > 0.0 else None, max(0.0, began_s))]


class Parts:
    """The parts of one frame, as they come in."""

    def __init__(self) -> None:
        self.began_s = self.ended_s = 0.0
        self.frame: bytes | None = None
        """The frame, once it is whole."""
        self._whole, self._next, self._count = b"", 0, 0

    @property
    def begun(self) -> bool:
        """Whether parts have come, and more are to come."""
        return self._next > 0 and self.frame is None

    def add(self, packet: bytes, ended_s: float) -> str:
        """Take the next packet; return why the frame is refused, or nothing."""
        index, count, used = packet[0] >> 4, (packet[0] & 15) + 1, packet[1]
        if not index:
            self._next, self._count, self._whole = 0, count, b""
            self.began_s = ended_s - _spoken() / freedv.RATE
        last = index == count - 1
        if index != self._next or count != self._count or count > _parts(LARGEST):
            return TRUNCATED
        if not (1 <= used <= _PART if last else used == _PART) or any(packet[_HEAD + used :]):
            return BAD_CHECK
        self._whole += packet[_HEAD : _HEAD + used]
        self._next, self.ended_s = index + 1, ended_s
        if last:
            frame = self._whole[:-_CRC]
            if not frame or zlib.crc32(frame).to_bytes(_CRC, "big") != self._whole[-_CRC:]:
                return BAD_CHECK
            self.frame = frame
        return ""


@cache
def _burst() -> int:
    """Return the samples of one burst."""
    return freedv.Radio().burst


@cache
def _spoken() -> int:
    """Return the samples of one burst that carry something."""
    return freedv.Radio().spoken


def _parts(length: int) -> int:
    return -(-(length + _CRC) // _PART)
