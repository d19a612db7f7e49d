"""What a listener with a spectrogram sees: the tones, the band, the level, and that nothing is clipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from armslength.adapters import speech
from armslength.adapters.radio import codec2
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui

FRAME = Ui("ARMSLG", "NORTH1", bytes(range(100))).to_bytes()
Spectrum = tuple[NDArray[Any], NDArray[Any]]


def spectrum(sound: NDArray[np.float32], rate: int) -> Spectrum:
    """Return frequencies [Hz] and what share of the power is at each."""
    power = np.abs(np.fft.rfft(sound.astype(float) * np.hanning(len(sound)))) ** 2
    return np.fft.rfftfreq(len(sound), 1.0 / rate), np.asarray(power / power.sum(), np.float64)


def within(seen: Spectrum, low: float, high: float) -> float:
    """Return the share of the power between two frequencies [Hz]."""
    return float(seen[1][(seen[0] >= low) & (seen[0] < high)].sum())


def loudest(seen: Spectrum, low: float, high: float) -> float:
    """Return the loudest frequency between two [Hz]."""
    some = (seen[0] >= low) & (seen[0] < high)
    return float(seen[0][some][seen[1][some].argmax()])


def test_afsk_is_a_band_between_two_tones_after_lines_of_flags() -> None:
    modem = Afsk(8000)
    sound = modem.modulate(FRAME)
    assert 0.9 < len(sound) / 8000 <= 1.2 and np.abs(sound).max() <= 0.5
    whole = spectrum(sound[2000:], 8000)
    assert within(whole, 700.0, 2700.0) > 0.95 > within(whole, 1300.0, 2100.0)
    assert loudest(whole, 700.0, 1700.0) == pytest.approx(1200.0, abs=120.0)
    assert loudest(whole, 1700.0, 2700.0) == pytest.approx(2200.0, abs=120.0)
    # flags: one bit of eight turns the tone, so it is mark or space nearly all the time, with lines 150 Hz apart
    flags = spectrum(sound[160 : 160 + 960], 8000)
    first = loudest(flags, 1900.0, 2500.0)
    lines = [first + 150.0 * step for step in range(-14, 12)]
    assert first == pytest.approx(2200.0, abs=40.0)
    assert sum(within(flags, line - 25.0, line + 25.0) for line in lines) > 0.9
    assert sum(within(whole, line - 25.0, line + 25.0) for line in lines) < 0.7


def test_one_tone_alone_is_seen_as_one() -> None:
    """The control: what is no AFSK does not look like it."""
    tone = np.sin(2 * np.pi * 1700.0 * np.arange(8000) / 8000).astype(np.float32)
    assert within(spectrum(tone, 8000), 1300.0, 2100.0) > 0.99


def test_datac3_is_a_narrow_band_around_1500() -> None:
    if not codec2.available():
        pytest.skip("libcodec2 is not installed")
    modem = codec2.Datac3(8000)
    sound = modem.modulate(FRAME)
    assert 3.3 < len(sound) / 8000 < 3.9 and np.abs(sound).max() < 0.7
    seen = spectrum(sound, 8000)
    assert within(seen, 1200.0, 1800.0) > 0.95 and within(seen, 900.0, 2100.0) > 0.995


@pytest.mark.parametrize("edge", [lambda sound: sound, lambda sound: np.clip(4.0 * sound, -1.0, 1.0)])
def test_speech_is_voiced_below_4_khz_and_is_not_clipped(edge: Callable[..., NDArray[np.float32]]) -> None:
    if not speech.available():
        pytest.skip("espeak-ng is not installed")
    sound = edge(speech.synthesise("North post, for information, no commitment, mayday, over.", "en-gb"))
    clipped = float((np.abs(sound) >= 0.999).mean())
    rate = speech.RATES[1]
    seen = spectrum(sound, rate)
    if np.abs(sound).max() == 1.0:
        assert clipped > 0.001, "the control: this one is"
        return
    assert clipped == 0.0 and 0.3 < np.abs(sound).max() < 1.0
    assert within(seen, 60.0, 4000.0) > 0.95
    block = sound[: rate // 10 * (len(sound) // (rate // 10))].reshape(-1, rate // 10)
    loud = np.sqrt((block**2).mean(axis=1))
    assert 2.0 < len(sound) / rate < 8.0 and (loud < 0.01).any() and (loud > 0.05).mean() > 0.3  # words and pauses
