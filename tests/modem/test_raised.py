"""A carrier or noise that never pauses raises the floor of a channel; talk, bursts and steady noise do not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from armslength.modem.raised import LASTING_S, LONGEST_S, MEMORY_S, Raised

RATE, SLOW = 8000, 20
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


def test_silence_ends_it() -> None:
    made = heard(noise(20.0, 0.01), noise(30.0, 0.2))
    assert made.raised
    made.silent()
    assert not made.raised


def level(seconds: int, amplitude: float) -> NDArray[np.float32]:
    """Return sound of one loudness, at the least rate that has slices."""
    return np.full(seconds * SLOW, amplitude, np.float32)


@pytest.fixture
def quiet() -> Raised:
    made = Raised(SLOW)
    made.feed(level(MEMORY_S, 0.01))
    return made


@pytest.mark.parametrize("minutes", [5, 11, 30, 200])
def test_a_jammer_that_stays_counts_until_it_ends(quiet: Raised, minutes: int) -> None:
    quiet.feed(level(LASTING_S, 0.2))
    for _ in range(minutes):
        quiet.feed(level(60, 0.2))
        assert quiet.raised, "it has not ended"
    quiet.feed(level(2, 0.01))
    assert not quiet.raised
    quiet.feed(level(LASTING_S + 2, 0.2))
    assert quiet.raised, "it comes again, and how quiet it was is known still"


def test_what_lasts_for_hours_is_in_the_end_what_the_channel_is_like(quiet: Raised) -> None:
    quiet.feed(level(LONGEST_S - 1, 0.2))
    assert quiet.raised
    quiet.feed(level(3, 0.2))
    assert not quiet.raised
    quiet.feed(level(MEMORY_S, 0.2))
    assert not quiet.raised, "and it stays so"
    quiet.feed(level(60, 0.01))
    quiet.feed(level(LASTING_S + 2, 0.2))
    assert quiet.raised


def test_a_channel_that_was_quiet_longer_ago_than_is_remembered_is_not_raised_by_what_it_is_now(quiet: Raised) -> None:
    quiet.feed(level(MEMORY_S + 1, 0.02))  # louder, and not so much that it counts
    quiet.feed(level(60, 0.05))
    assert not quiet.raised
