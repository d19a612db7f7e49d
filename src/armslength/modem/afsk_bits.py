"""AFSK 1200, receiving, first half: sound -> the tone of every bit.

Two correlators as long as a bit (mark and space, in quadrature) give E[tone, s], the complex amplitude of that tone in
the bit that would begin at sample s. Because the phase does not jump between bits, neighbours of a bit say something of
it: for all 2^7 patterns of seven bits the correlators are added with the phases that the pattern would have; the bit in
the middle is what the strongest pattern says. On white noise this needs less signal than looking at each bit alone
(Osborne & Luntz, "Coherent and noncoherent detection of CPFSK", IEEE Trans. Communications 22, 1974).

The beat of the bits is taken from the sound itself, over 64 bits before and after: how sharply patterns of three bits
decide, as a wave of 1200 Hz, whose phase says where bits begin (Oerder & Meyr, "Digital filter and square timing
recovery", IEEE Trans. Communications 36, 1988).

Radios tilt the two tones against each other; four readers in parallel look at the same bits: seven bits with the space
tone as it came, 4 dB down and 4 dB up, and each bit alone, which does not mind a transmitter off its frequency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armslength.modem.afsk_send import BAUD, MARK_HZ, SPACE_HZ
from armslength.modem.port import Samples

RATE = 12_000
"""Samples a second inside the receiver."""
BIT = RATE // BAUD
"""Samples in a bit."""
WINDOW = 64 * BIT
"""Samples before and after a bit from which its beat is taken."""
ARM = 3
"""Neighbours on each side of a bit that are asked about it."""
SPACE_DB = (0.0, -4.0, 4.0)
READERS = len(SPACE_DB) + 1

Tones = NDArray[np.complex64]

_HERTZ = np.array([SPACE_HZ, MARK_HZ])
_PROBE = np.exp(-2j * np.pi * _HERTZ[:, None] * np.arange(BIT) / RATE).astype(np.complex64)
_TURN = np.exp(2j * np.pi * _HERTZ / BAUD).astype(np.complex64)
"""How far each tone turns the phase in one bit."""
_BEAT = np.exp(-2j * np.pi * np.arange(BIT) / BIT)
_BEHIND, _AHEAD = WINDOW + ARM * BIT, WINDOW + (ARM + 2) * BIT
_NOW = 16 * BIT
_NOTHING = 1e-12
_OWN_BEAT = 2.0
"""Holds a steady beat where the sound has none (silence, one long tone): a burst is worth a hundred times as much."""


@dataclass(frozen=True)
class Strip:
    """A run of bits, one column each.

    Attributes:
        marks: (READERS, n) what each reader took the bit for: 1 mark, 0 space.
        starts: (n,) sample at which the bit began, since the first one fed.
        power: (n,) mean square of the sound in the bit.
        share: (n,) how much of that power is the modem's tones, 0 to 1; about 0.2 in white noise.
    """

    marks: NDArray[np.uint8]
    starts: NDArray[np.int64]
    power: NDArray[np.float64]
    share: NDArray[np.float64]


class BitReader:
    """Reads bits off sound at `RATE`. Needs 69 bits (58 ms) of sound after a bit to decide on it."""

    def __init__(self) -> None:
        self._held: Samples = np.zeros(_BEHIND + BIT, np.float32)
        self._base = -len(self._held)
        self._done = 0
        self._phase = 0.0
        self._last = -BIT
        self.share_now = 0.0
        """Share of the modem's tones in the last 16 bits, whatever their beat (for carrier sense)."""

    def feed(self, samples: Samples) -> Strip:
        """Return the bits that can be decided now."""
        held = np.concatenate((self._held, samples))
        upto = self._base + len(held) - _AHEAD
        tones = _correlate(held)
        sharp, share, energy = _patterns(held, tones)
        recent = share[: len(share) - 2 * BIT + 1][-_NOW:].reshape(-1, BIT).mean(axis=0)
        self.share_now = float(recent.max())
        if upto <= self._done:
            self._held = held
            return _EMPTY
        strip = self._strip(tones, self._beat(sharp, upto), energy, share)
        keep = upto - _BEHIND - BIT - self._base
        self._held, self._base, self._done = held[keep:], self._base + keep, upto
        return strip

    def _strip(
        self, tones: Tones, starts: NDArray[np.int64], energy: NDArray[np.float64], share: NDArray[np.float64]
    ) -> Strip:
        if not len(starts):
            return _EMPTY
        at = starts - self._base
        marks = np.stack([*(_read(tones, at, ARM, db) for db in SPACE_DB), _read(tones, at, 0, 0.0)])
        return Strip(marks, starts, energy[at + BIT] - energy[at], share[at])

    def _beat(self, sharp: NDArray[np.float64], upto: int) -> NDArray[np.int64]:
        """Return the samples in [done, upto) at which bits begin."""
        n = np.arange(self._done, upto)
        index = np.arange(self._base, self._base + len(sharp)) % BIT
        total = np.concatenate(([0.0], np.cumsum(sharp * _BEAT[index])))
        at = n - self._base
        wave = total[at + WINDOW] - total[at - WINDOW] + _OWN_BEAT
        # Half a sample early, so that the nearest sample is taken and not the next one.
        phase = (n % BIT / BIT + np.angle(wave) / (2.0 * np.pi) + 0.5 / BIT) % 1.0
        starts: NDArray[np.int64] = n[np.diff(phase, prepend=self._phase) < -0.5]
        apart = np.diff(starts, prepend=self._last) > BIT // 2
        starts = starts[apart]
        self._phase = float(phase[-1])
        self._last = int(starts[-1]) if len(starts) else self._last
        return starts


_EMPTY = Strip(np.zeros((READERS, 0), np.uint8), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


def _correlate(held: Samples) -> Tones:
    """Return E[tone, s] for every s at which a whole bit is held."""
    windows = np.lib.stride_tricks.sliding_window_view(held, BIT)
    return np.stack([windows @ probe.real + 1j * (windows @ probe.imag) for probe in _PROBE]).astype(np.complex64)


def _strongest(bits: Tones, arm: int) -> NDArray[np.float32]:
    """Return, for space and mark in the middle, the squared sum of the strongest pattern of 2 arm + 1 bits.

    `bits` is (2 arm + 1, 2, n): the correlators of each bit of the pattern, for n patterns side by side.
    """
    n = bits.shape[2]
    turn = _TURN[:, None, None]
    before = after = np.zeros((1, n), np.complex64)
    for i in range(arm):
        before = (turn * (bits[i][:, None] + before)).reshape(-1, n)
        after = (bits[-1 - i][:, None] + (turn.conj() * after if i else after)).reshape(-1, n)
    return np.stack([_peak(bits[arm][b] + before, _TURN[b].conj() * after) for b in (0, 1)])


def _peak(before: Tones, after: Tones) -> NDArray[np.float32]:
    both = (before[:, None] + after[None]).reshape(-1, before.shape[1])
    return (both.real**2 + both.imag**2).max(axis=0)  # type: ignore[no-any-return]


def _patterns(held: Samples, tones: Tones) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return for every sample: how sharply three bits around it decide, the share of tones, the energy before it."""
    width = tones.shape[1] - 2 * BIT
    space, mark = _strongest(np.stack([tones[:, i * BIT : i * BIT + width] for i in range(3)]), 1).astype(np.float64)
    energy = np.concatenate(([0.0], np.cumsum(held.astype(np.float64) ** 2)))
    three = energy[3 * BIT : 3 * BIT + width] - energy[:width]
    low, high = np.sqrt(space), np.sqrt(mark)
    sharp = np.zeros(len(held))
    sharp[BIT : BIT + width] = np.abs(high - low) / (high + low + _NOTHING)
    share = np.zeros(len(held))
    share[BIT : BIT + width] = np.maximum(space, mark) * 2.0 / (3 * BIT * three + _NOTHING)
    return sharp, share, energy / BIT


def _read(tones: Tones, at: NDArray[np.int64], arm: int, space_db: float) -> NDArray[np.uint8]:
    """Return 1 where the bit that begins at index `at` is a mark."""
    bits = np.stack([tones[:, at + i * BIT] for i in range(-arm, arm + 1)])
    bits[:, 0] *= np.float32(10.0 ** (space_db / 20.0))
    space, mark = _strongest(bits, arm)
    marks: NDArray[np.uint8] = (mark > space).astype(np.uint8)
    return marks
