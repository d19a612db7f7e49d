"""One channel of the ether, without a process: who hears what."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from armslength.adapters.radio.ether_channel import AHEAD_S, Air, AirChannel, Heard, Third, rms, to_int16
from armslength.adapters.radio.propagation import Jam
from armslength.adapters.radio.sound import Quiet

RATE = 8_000
Int16 = NDArray[np.int16]


def tone(hz: float, seconds: float = 1.0) -> Int16:
    return to_int16((0.1 * np.sin(2 * np.pi * hz / RATE * np.arange(round(seconds * RATE)))).astype(np.float32))


def heard_by(heard: list[Heard], first: int, end: int) -> Int16:
    """Return all samples between two, zeros where it was quiet; every sample must be told exactly once."""
    out, at = np.zeros(end - first, np.int16), first
    for begun, what in heard:
        assert begun == at, "no gap, nothing twice"
        if isinstance(what, Quiet):
            at += what.samples
        else:
            out[at - first : at - first + len(what)] = what
            at += len(what)
    assert at == end
    return out


def advance(channel: AirChannel, end: int, step: int = 160) -> dict[str, Int16]:
    first = channel.done
    told: dict[str, list[Heard]] = {name: [] for name in channel.members}
    while channel.done < end:
        for name, some in channel.advance(min(end, channel.done + step)).items():
            told[name] += some
    return {name: heard_by(some, first, end) for name, some in told.items()}


def channel_of(*names: str, air: Air | None = None) -> AirChannel:
    channel = AirChannel("F1", RATE, 1_000, air or Air(snr_db=None))
    for name in names:
        channel.join(name, always=False)
    return channel


@pytest.mark.parametrize("step", [37, 160, 5_000])
def test_what_one_says_the_others_hear(step: int) -> None:
    channel = channel_of("A", "B", "C")
    sound = tone(700.0)
    channel.take(channel.members["A"], 3_000, sound)
    heard = advance(channel, 20_000, step)
    for name in ("B", "C"):
        assert np.array_equal(heard[name][2_000:10_000], sound)
        assert not heard[name][:2_000].any() and not heard[name][10_000:].any()
    assert not heard["A"].any(), "who talks hears nothing"
    assert not channel.members["A"].bursts, "what was heard is not kept"


def test_two_at_once_are_added_up_and_hear_nothing_of_each_other() -> None:
    channel = channel_of("A", "B", "C")
    one, two = tone(700.0), tone(1_900.0)
    channel.take(channel.members["A"], 2_000, one)
    channel.take(channel.members["B"], 6_000, two)
    heard = advance(channel, 16_000)
    mixed = np.zeros(15_000, np.int32)
    mixed[1_000:9_000] += one
    mixed[5_000:13_000] += two
    assert np.abs(heard["C"] - mixed).max() <= 1
    assert np.abs(heard["A"][9_000:13_000] - two[4_000:]).max() <= 1
    assert not heard["A"][5_000:8_990].any()


def test_a_quiet_channel_is_told_in_a_few_words() -> None:
    channel = channel_of("A", "B", air=Air(snr_db=0.0))
    assert channel.advance(9_000)["A"] == [(1_000, Quiet(8_000))]
    assert not channel.talking(10_000)


def test_noise_can_be_heard_by_who_asks_for_it() -> None:
    channel = channel_of("A", air=Air(snr_db=0.0))
    channel.join("N", always=True)
    assert channel.talking(9_000)
    heard = advance(channel, 9_000)
    assert not heard["A"].any()
    assert 0.05 < np.std(heard["N"] / 32_767.0) < 0.2


def test_noise_is_around_a_burst_too_and_differs_between_listeners() -> None:
    channel = channel_of("A", "B", "C", air=Air(snr_db=10.0))
    channel.take(channel.members["A"], 5_000, tone(700.0))
    heard = advance(channel, 20_000)
    assert heard["B"][3_700:4_000].any() and not heard["B"][:3_000].any()
    assert heard["B"][12_000:13_500].any() and not heard["B"][16_000:].any()
    assert not np.array_equal(heard["B"], heard["C"])


def test_one_way() -> None:
    channel = channel_of("A", "B", "C", air=Air(snr_db=None, deaf={("F1", "A", "B")}))
    channel.take(channel.members["A"], 2_000, tone(700.0))
    heard = advance(channel, 16_000)
    assert heard["C"].any() and not heard["B"].any()
    channel.take(channel.members["B"], 17_000, tone(700.0))
    assert advance(channel, 30_000)["A"].any()


def test_jamming_lies_over_it() -> None:
    channel = channel_of("A", "B", air=Air(snr_db=None, jams=[Jam("F1", 0.5, 0.75), Jam("F2", 0.0, 9.0)]))
    channel.take(channel.members["A"], 2_000, tone(700.0))
    heard = advance(channel, 16_000)["B"]
    assert np.array_equal(heard[1_000:3_000], tone(700.0)[:2_000])
    assert rms((heard[3_000:5_000] / 32_767.0).astype(np.float32)) > 0.4
    assert np.array_equal(heard[5_000:9_000], tone(700.0)[4_000:])


def test_a_burst_that_comes_late_is_heard_later_as_a_whole() -> None:
    channel = channel_of("A", "B")
    advance(channel, 8_000)
    sound = tone(700.0)
    for at in range(0, len(sound), 800):
        channel.take(channel.members["A"], 5_000 + at, sound[at : at + 800])
    assert np.array_equal(advance(channel, 20_000)["B"][:8_000], sound)
    assert not channel.counts


def test_a_hole_in_a_burst_is_lost_and_counted() -> None:
    channel = channel_of("A", "B")
    sound = tone(700.0)
    channel.take(channel.members["A"], 2_000, sound[:4_000])
    advance(channel, 8_000)
    channel.take(channel.members["A"], 6_000, sound[4_000:4_800])
    assert channel.counts["late"] == 1


def test_nobody_can_fill_its_memory() -> None:
    channel = channel_of("A")
    most = round(AHEAD_S * RATE)
    channel.take(channel.members["A"], 1_000 + most, tone(700.0))
    assert channel.counts["too much"] == 1
    for _ in range(100):
        channel.take(channel.members["A"], 2_000, tone(700.0))
    assert sum(len(one.samples) for one in channel.members["A"].bursts) <= most + RATE
    assert channel.counts["too much"] > 50


def test_a_long_pause_of_everything_is_skipped() -> None:
    channel = channel_of("A", air=Air(snr_db=0.0))
    channel.join("N", always=True)
    told = channel.advance(RATE * 100_000)
    assert sum(len(what) for _, what in told["N"] if not isinstance(what, Quiet)) < RATE * 80


def test_a_third_station_talks_over_everybody() -> None:
    channel = channel_of("A", "B")
    calls: list[int] = []

    def sound(number: int, rate: int) -> NDArray[np.float32]:
        calls.append(number)
        return np.sin(np.arange(rate // 2) * 1.0).astype(np.float32)

    channel.third(Third("F1", 1.0, 3.5, 1.0, 10.0, sound))
    heard = advance(channel, RATE * 6)
    assert calls == [0, 1, 2]
    assert np.array_equal(heard["A"], heard["B"])
    loud = heard["A"][RATE - 1_000 : RATE + 3_000 - 1_000] / 32_767.0
    assert rms(loud.astype(np.float32)) == pytest.approx(0.316, rel=0.1)
    late = channel_of("A")
    late.third(Third("F1", 0.0, 1e9, 5.0, 10.0, sound))
    assert late._thirds[0][1] == 1, "what lies before is not made up for"
