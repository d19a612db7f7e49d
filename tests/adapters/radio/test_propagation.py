"""Noise, fading and jamming: as strong as they are said to be, the same however time is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.adapters.radio.ether_wire import REFERENCE
from armslength.adapters.radio.propagation import CHUNK, REFERENCE_HZ, Fading, Jam, Noise, key_of, noise_sigma

RATE = 12_000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(1, 3 * CHUNK), min_size=1, max_size=8))
def test_noise_does_not_depend_on_how_time_is_cut(first: int, cuts: list[int]) -> None:
    whole = Noise(7).between(first, sum(cuts))
    noise, at, parts = Noise(7), first, []
    for count in cuts:
        parts.append(noise.between(at, count))
        at += count
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(Noise(8).between(first, sum(cuts)), whole)


@pytest.mark.parametrize("snr_db", [-3.0, 12.0])
@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_snr_is_that_in_3_khz(snr_db: float, rate: int) -> None:
    noise = Noise(1).between(0, 1 << 18) * noise_sigma(snr_db, rate)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    inside = np.fft.rfftfreq(len(noise), 1 / rate) <= REFERENCE_HZ
    in_3khz = 2.0 * spectrum[inside].sum() / len(noise) ** 2
    assert 10.0 * np.log10(REFERENCE**2 / in_3khz) == pytest.approx(snr_db, abs=0.2)


def test_no_noise() -> None:
    assert noise_sigma(None, RATE) == 0.0


@settings(max_examples=20, deadline=None)
@given(st.floats(0.2, 20.0), st.floats(0.1, 1.0), st.integers(0, 1000))
def test_fading_keeps_the_mean_power_and_does_not_depend_on_cuts(rate_hz: float, depth: float, key: int) -> None:
    fading = Fading(rate_hz, depth)
    count = int(RATE * 200 / rate_hz)
    gain = fading.gain(key, 0, min(count, RATE * 100), RATE)
    assert gain is not None
    assert np.mean(gain.astype(np.float64) ** 2) == pytest.approx(1.0, abs=0.35)
    assert gain.min() ** 2 >= (1.0 - depth) - 1e-3
    part = fading.gain(key, 5_001, 2_000, RATE)
    assert part is not None
    assert np.allclose(part, gain[5_001:7_001], atol=1e-4)


def test_deep_fading_fades() -> None:
    gain = Fading(2.0, 1.0).gain(3, 0, RATE * 60, RATE)
    assert gain is not None
    assert gain.min() < 0.1
    assert gain.max() > 1.5
    assert Fading(0.0).gain(3, 0, 100, RATE) is None


@pytest.mark.parametrize("kind", ["noise", "carrier"])
def test_a_jam_lasts_as_long_as_it_says(kind: str) -> None:
    jam = Jam("F1", 60.0, 120.0, kind)
    sound = jam.sound(Noise(1), 59 * RATE, 2 * RATE, RATE)
    assert sound is not None
    assert not sound[: RATE - 1].any()
    assert np.sqrt(np.mean(sound[RATE:] ** 2)) > 5 * REFERENCE
    assert jam.sound(Noise(1), 0, 60 * RATE, RATE) is None
    assert jam.sound(Noise(1), 120 * RATE, RATE, RATE) is None
    assert Jam("F1", 0.0, float("inf")).sound(Noise(1), 10**12, 10, RATE) is not None


def test_every_way_has_a_seed_of_its_own() -> None:
    keys = {key_of(seed, way, a, b) for seed in (0, 1) for way in ("x", "y") for a, b in (("A", "B"), ("B", "A"))}
    assert len(keys) == 8
