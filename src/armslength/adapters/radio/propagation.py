"""What happens to sound between two stations: noise, fading, jamming. Seeded, and a function of time alone, so that it
does not depend on how the time was cut into blocks.

SNR is mean power of a station's sound to that of the noise in 3 kHz. The noise is white up to half the sample rate.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armslength.adapters.radio.ether_wire import REFERENCE

REFERENCE_HZ = 3_000.0
"""Bandwidth in which SNR is told [Hz]."""
CHUNK = 2_048
"""Samples of noise drawn together."""
PATHS = 8
"""Waves that make up a fading signal."""
FADING_POINTS = 16
"""Points of the envelope computed in one period of the fastest fading; straight lines between them."""
CARRIER_HZ = 1_000.0
"""Whistle of a jammer that sends a carrier."""


def key_of(*parts: object) -> int:
    """Return a seed that belongs to `parts` alone."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:16], "big")


def noise_sigma(snr_db: float | None, rate: int) -> float:
    """Return the standard deviation of noise `snr_db` below `REFERENCE` in 3 kHz, of full scale; 0 for None."""
    if snr_db is None:
        return 0.0
    in_3khz = REFERENCE**2 / 10.0 ** (snr_db / 10.0)
    return float(np.sqrt(in_3khz * (rate / 2.0) / REFERENCE_HZ))


class Noise:
    """White Gaussian noise of one listener.

    Args:
        key: seed.
    """

    def __init__(self, key: int) -> None:
        self._key = key
        self._chunk = -1
        self._drawn = np.empty(0, np.float32)

    def between(self, first: int, count: int) -> NDArray[np.float32]:
        """Return noise of standard deviation 1 for `count` samples from `first` on."""
        out = np.empty(count, np.float32)
        at = 0
        while at < count:
            chunk, offset = divmod(first + at, CHUNK)
            if chunk != self._chunk:
                source = np.random.Philox(key=self._key, counter=chunk)
                self._drawn = np.random.Generator(source).standard_normal(CHUNK, np.float32)
                self._chunk = chunk
            part = min(CHUNK - offset, count - at)
            out[at : at + part] = self._drawn[offset : offset + part]
            at += part
        return out


@dataclass(frozen=True)
class Fading:
    """Rayleigh fading by Clarke's model: waves from all sides, received by something that moves.

    Attributes:
        rate_hz: greatest Doppler shift [Hz]: about how often a second it fades; 0: no fading.
        depth: 0: none; 1: full Rayleigh fading; between: that share of the power fades.
    """

    rate_hz: float = 0.0
    depth: float = 1.0

    def gain(self, key: int, first: int, count: int, rate: int) -> NDArray[np.float32] | None:
        """Return the amplitude of `count` samples from `first` on; mean power 1. None: 1 throughout.

        Args:
            key: seed of the way from one station to another.
            rate: samples a second.
        """
        if self.rate_hz <= 0.0 or self.depth <= 0.0:
            return None
        draw = np.random.default_rng(key)
        # Equal angles with one random turn, so that the power does not depend on the draw.
        angles = 2.0 * np.pi * (np.arange(PATHS) + draw.random()) / PATHS
        phases = 2.0 * np.pi * draw.random(PATHS)
        step = max(1, int(rate / (self.rate_hz * FADING_POINTS)))
        points = np.arange(first // step, (first + count) // step + 2) * step
        turns = np.outer(points / rate, 2.0 * np.pi * self.rate_hz * np.cos(angles)) + phases
        power = np.abs(np.exp(1j * turns).sum(1)) ** 2 / PATHS
        envelope = np.sqrt((1.0 - self.depth) + self.depth * power)
        gain: NDArray[np.float32] = np.interp(np.arange(first, first + count), points, envelope).astype(np.float32)
        return gain


@dataclass(frozen=True)
class Jam:
    """A window in which a channel is jammed.

    Attributes:
        channel: "F1". from_s, until_s: [s of the scenario].
        kind: "noise" or "carrier".
        level_db: how much stronger it is than a station [dB], in 3 kHz.
    """

    channel: str
    from_s: float
    until_s: float
    kind: str = "noise"
    level_db: float = 20.0

    def sound(self, noise: Noise, first: int, count: int, rate: int) -> NDArray[np.float32] | None:
        """Return what it adds to `count` samples from `first` on; None: nothing."""
        low, high = max(first, round(self.from_s * rate)), min(first + count, _samples(self.until_s, rate))
        if high <= low:
            return None
        out = np.zeros(count, np.float32)
        inside = slice(low - first, high - first)
        if self.kind == "carrier":
            peak = REFERENCE * np.sqrt(2.0) * 10.0 ** (self.level_db / 20.0)
            out[inside] = peak * np.sin(2.0 * np.pi * CARRIER_HZ / rate * np.arange(low, high))
        else:
            out[inside] = noise_sigma(-self.level_db, rate) * noise.between(low, high - low)
        return out


def _samples(seconds: float, rate: int) -> int:
    return 1 << 62 if seconds == float("inf") else round(seconds * rate)
