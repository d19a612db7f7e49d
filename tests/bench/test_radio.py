"""The bench of the modems counts what it says, and its judge would see a wrong message."""

from __future__ import annotations

import numpy as np
import pytest

from armslength.bench import noisy_air, radio
from armslength.modem.afsk import Afsk
from armslength.modem.port import Demodulator, Heard, Samples


def test_no_wrong_message_is_accepted_on_bad_channels() -> None:
    done = noisy_air.signed_tries(100, 3)
    assert done.accepted_wrong == done.not_accepted == done.wrong_frames == 0
    assert 10 <= done.right < 100
    assert done.refused["bad check sum"] > 10


class _Careless(Afsk):
    """A modem whose receiver turns one bit of every frame over and says nothing of it."""

    def demodulator(self) -> Demodulator:
        ears = super().demodulator()
        right = ears.feed

        def feed(samples: Samples) -> list[Heard]:
            return [Heard(one.frame[:-1] + bytes((one.frame[-1] ^ 1,)), one.ended_s) for one in right(samples)]

        ears.feed = feed  # type: ignore[method-assign]
        return ears


def test_a_careless_receiver_and_a_credulous_judge_are_seen() -> None:
    strict = noisy_air.signed_tries(20, 3, _Careless())
    assert strict.wrong_frames > 0 and strict.accepted_wrong == 0
    loose = noisy_air.noisy_tries(20, lambda i: i.to_bytes(100, "big"), lambda info: True, seed=3, modem=_Careless())
    assert loose.accepted_wrong == loose.wrong_frames > 0


def test_the_noise_is_as_strong_as_it_says() -> None:
    rng, rate = np.random.default_rng(1), 48_000
    burst = Afsk(rate).modulate(bytes(200))
    noisy = radio.in_noise(burst, rate, 10.0, rng) * 3.0
    quiet = noisy[: rate // 4]
    spectrum = np.abs(np.fft.rfft(quiet)) ** 2 / len(quiet) / (rate / 2.0)  # power per Hz
    noise = 3000.0 * float(spectrum.mean())
    assert 10.0 * np.log10(float(np.mean(burst**2)) / noise) == pytest.approx(10.0, abs=0.3)


def test_counts_and_costs_are_told() -> None:
    row = radio.decoded(Afsk(), 10.0, 3, 1)
    assert row == {"snr_db": 10.0, "sent": 3, "decoded": 3, "wrong": 0}
    assert 0.0 < radio.hearing_cost(Afsk(), 3.0, 1) < 1000.0
    assert 0.0 < radio.sending_cost(Afsk(), 3.0) < 1000.0
