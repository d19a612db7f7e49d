"""Sound at one rate -> the same sound at another: a windowed sinc, piece by piece, without a step between pieces."""

from __future__ import annotations

from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from armslength.errors import InputError
from armslength.modem.port import Samples

SLOWEST, FASTEST = 8000, 192_000
"""Samples a second between which sound can be brought to a modem: below, the upper tone would not fit in."""
_MOST = np.float32(100.0)
_LOBES, _SHAPE, _PASS = 10, 7.0, 0.92
"""Lobes of the sinc on each side, Kaiser's beta (70 dB), and the share of the narrower band that passes."""


def check_rate(rate: int) -> int:
    """Return `rate` [samples/s].

    Raises:
        InputError: a rate that no modem here can use.
    """
    if not SLOWEST <= rate <= FASTEST:
        raise InputError(
            f"{rate:,} samples a second cannot carry the modem's tones.",
            remedy=f"Use {SLOWEST:,} to {FASTEST:,} samples a second; 48,000 is what sound cards like.",
        )
    return rate


def as_sound(samples: NDArray[np.floating]) -> Samples:
    """Return `samples` as float32 within a hundred times full scale; what is no number is silence."""
    return np.clip(np.nan_to_num(samples.astype(np.float32, copy=False), posinf=0.0, neginf=0.0), -_MOST, _MOST)


class Resampler:
    """Feeds on sound at `source` [samples/s] and gives it at `target`; sample k of it is at second k / target."""

    def __init__(self, source: int, target: int) -> None:
        check_rate(source), check_rate(target)
        common = gcd(source, target)
        self._up, self._down = target // common, source // common
        cut = 0.5 * _PASS * min(1.0, target / source)
        self._half = ceil(_LOBES / (2.0 * cut))
        at = np.arange(-self._half + 1, self._half + 1) - np.arange(self._up)[:, None] / self._up
        window = np.i0(_SHAPE * np.sqrt(np.clip(1.0 - (at / self._half) ** 2, 0.0, None))) / np.i0(_SHAPE)
        taps = 2.0 * cut * np.sinc(2.0 * cut * at) * window
        self._taps = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
        self._reach = np.arange(2 * self._half)
        self._held: Samples = np.zeros(self._half - 1, np.float32)
        self._first = -(self._half - 1)
        self._made = 0

    def feed(self, samples: Samples) -> Samples:
        """Return what is ready; the last few samples wait for their neighbours."""
        if self._up == self._down:
            return samples
        held = np.concatenate((self._held, samples))
        ready = max(0, (self._first + len(held) - self._half) * self._up)
        k = np.arange(self._made, max(self._made, -(-ready // self._down)))
        base, phase = np.divmod(k * self._down, self._up)
        rows = base[:, None] + (self._reach - self._half + 1 - self._first)
        out: Samples = np.einsum("ij,ij->i", held[rows], self._taps[phase]) if len(k) else np.zeros(0, np.float32)
        self._made += len(k)
        drop = max(0, self._made * self._down // self._up - self._half + 1 - self._first)
        self._held, self._first = held[drop:], self._first + drop
        return out

    def finish(self) -> Samples:
        """Return what still waited, as if silence followed."""
        return self.feed(np.zeros(self._half, np.float32)) if self._up != self._down else np.zeros(0, np.float32)
