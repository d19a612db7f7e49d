"""Resampling: the same sound, at the same time, in whatever pieces it comes."""

from __future__ import annotations

import numpy as np
import pytest

from armslength.errors import InputError
from armslength.modem.port import Samples
from armslength.modem.resample import Resampler


def tone(rate: int, seconds: float, hertz: float = 1700.0) -> Samples:
    return np.sin(2.0 * np.pi * hertz * np.arange(round(rate * seconds)) / rate + 0.3).astype(np.float32)


@pytest.mark.parametrize("source", [8000, 11_025, 22_050, 44_056, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("target", [8000, 12_000])
def test_a_tone_stays_that_tone_without_delay(source: int, target: int) -> None:
    resampler = Resampler(source, target)
    got = np.concatenate((resampler.feed(tone(source, 0.3)), resampler.finish()))
    wanted = tone(target, 0.3)
    assert abs(len(got) - len(wanted)) <= 1
    assert np.abs(got[100:-100] - wanted[100 : len(got) - 100]).max() < 1e-3
    assert np.abs(got[100:-100] - wanted[101 : len(got) - 99]).max() > 0.1  # a sample later would be seen


def test_pieces_change_nothing() -> None:
    sound, rng = tone(44_100, 0.5), np.random.default_rng(1)
    whole, parts = Resampler(44_100, 12_000), Resampler(44_100, 12_000)
    cuts = np.sort(rng.integers(0, len(sound), 60))
    got = [parts.feed(piece) for piece in np.split(sound, cuts)]
    assert np.array_equal(np.concatenate(got), whole.feed(sound))
    assert np.array_equal(parts.finish(), whole.finish())


def test_what_does_not_fit_is_taken_out() -> None:
    resampler = Resampler(48_000, 12_000)
    assert np.abs(resampler.feed(tone(48_000, 0.5, 9000.0))[100:-100]).max() < 1e-3


@pytest.mark.parametrize("rate", [0, -1, 7999, 192_001])
def test_other_rates_are_refused(rate: int) -> None:
    with pytest.raises(InputError, match="samples a second"):
        Resampler(rate, 12_000)
