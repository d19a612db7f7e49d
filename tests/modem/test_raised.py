"""A carrier or noise that never pauses raises the floor of a channel; talk, bursts and steady noise do not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from armslength.modem.raised import LASTING_S, MEMORY_S, Raised

RATE = 8000
DRAW = np.random.default_rng(5)


def noise(seconds: float, sigma: float) -> NDArray[np.float32]:
    return (sigma * DRAW.standard_normal(round(seconds * RATE))).astype(np.float32)


def carrier(seconds: float, level: float) -> NDArray[np.float32]:
    return (level * np.sin(2 * np.pi * 1000 / RATE * np.arange(round(seconds * RATE)))).astype(np.float32)


def heard(*pieces: NDArray[np.float32], block: int = 331) -> Raised:
    made, sound = Raised(RATE), np.concatenate(pieces)
    for at in range(0, len(sound), block):
        made.feed(sound[at : at + block])
    return made


@pytest.mark.parametrize("jam", [noise(40.0, 0.2), carrier(40.0, 0.2) + noise(40.0, 0.01)])
def test_what_never_pauses_is_noticed_after_its_time_and_its_end_at_once(jam: NDArray[np.float32]) -> None:
    quiet = noise(20.0, 0.01)
    assert not heard(quiet, jam[: RATE * (LASTING_S - 2)]).raised
    assert heard(quiet, jam[: RATE * (LASTING_S + 2)]).raised
    assert heard(quiet, jam).raised
    assert not heard(quiet, jam, noise(2.0, 0.01)).raised


def test_talk_bursts_and_a_noisy_channel_are_not() -> None:
    syllables = np.concatenate([np.concatenate([carrier(0.6, 0.3), noise(0.2, 0.01)]) for _ in range(60)])
    assert not heard(noise(20.0, 0.01), syllables).raised
    bursts = np.concatenate([np.concatenate([carrier(5.0, 0.3), noise(1.5, 0.01)]) for _ in range(8)])
    assert not heard(noise(20.0, 0.01), bursts).raised
    assert not heard(noise(60.0, 0.2)).raised  # it was always like that
    assert not heard(noise(20.0, 0.05), noise(40.0, 0.1)).raised


def test_silence_ends_it_and_what_lasts_is_in_the_end_what_the_channel_is_like() -> None:
    made = heard(noise(20.0, 0.01), noise(30.0, 0.2))
    assert made.raised
    made.silent()
    assert not made.raised
    long = heard(noise(2.0, 0.01), noise(MEMORY_S + 5.0, 0.2), block=RATE)
    assert not long.raised
