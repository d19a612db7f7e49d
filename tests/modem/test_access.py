"""When a station may talk: many stations, one channel, one allowance."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.modem.access import ANSWER, FLASH, Access, Limits, limits_of

NOTICED_S = 0.05
"""How long it takes until others notice a burst."""
ROUTINE = 2


def most_filled(bursts: list[tuple[float, float]], window_s: float) -> float:
    """Return the most that any window holds of `bursts`, as a share: every window that ends with one of them."""
    most = 0.0
    for _, end in bursts:
        total, last = 0.0, end - window_s
        for began, ended in sorted(bursts):
            low, high = max(began, last), min(ended, end)
            if high > low:
                total, last = total + high - low, high
        most = max(most, total)
    return most / window_s


@dataclass
class Channel:
    """Stations that all hear each other, in virtual time.

    Attributes:
        counting: whether stations count what others send.
        bursts: (began, ended, station, rank), as they were sent.
        waits: how long each FLASH waited [s].
    """

    stations: list[Access]
    step_s: float = 0.02
    counting: bool = True
    bursts: list[tuple[float, float, int, int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    offered: dict[int, tuple[float, int, float]] = field(default_factory=dict)
    under_way: list[tuple[float, float, Access]] = field(default_factory=list)
    now_s: float = 1000.0

    def offer(self, station: int, number: int, rank: int, seconds: float) -> bool:
        """Give a station something to send."""
        self.offered[number] = (self.now_s, rank, seconds)
        return self.stations[station].offer(number, rank, seconds)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        until = self.now_s + seconds
        asked = [0.0] * len(self.stations)
        while self.now_s < until:
            for i, one in enumerate(self.stations):
                if self.now_s >= asked[i]:
                    asked[i] = self._ask(i, one)
            self.now_s += self.step_s

    def _ask(self, i: int, one: Access) -> float:
        now = self.now_s
        for began, ended, other in [burst for burst in self.under_way if burst[1] <= now]:
            other.heard(began, ended)
            self.under_way.remove((began, ended, other))
        busy = any(b + NOTICED_S <= now < e for b, e, who, _ in self.bursts[-40:] if who != i)
        turn = one.turn(now, busy=busy)
        if turn.number is not None:
            since, rank, length = self.offered[turn.number]
            self.bursts.append((now, now + length, i, rank))
            if rank == FLASH:
                self.waits.append(now - since)
            if self.counting:
                self.under_way += [(now, now + length, other) for other in self.stations if other is not one]
        return min(turn.again_s, now + 0.1)


def channel(count: int, seed: int, limits: Limits, *, counting: bool = True) -> Channel:
    return Channel([Access(limits, random.Random(seed * 100 + i).random) for i in range(count)], counting=counting)


def saturated(count: int, seed: int, share: float, minutes: float, *, counting: bool = True) -> Channel:
    """Return a channel on which every station always has a routine frame to send."""
    air = channel(count, seed, Limits(share=share), counting=counting)
    draw = random.Random(seed)
    number = 0
    for _ in range(int(minutes * 6)):
        for i in range(count):
            while len(air.stations[i]) < 4:
                number += 1
                assert air.offer(i, number, ROUTINE, draw.uniform(0.3, 1.3))
        air.run(10.0)
    return air


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 12), st.integers(0, 10_000), st.sampled_from([0.05, 0.2, 0.5]))
def test_many_stations_hold_the_share_together(count: int, seed: int, share: float) -> None:
    air = saturated(count, seed, share, 3.0)
    # Stations that begin in the same slot, before any has noticed the other, pass the bound by one burst at most.
    assert most_filled([(b, e) for b, e, _, _ in air.bursts], 60.0) <= share + 1.3 / 60.0
    assert len(air.bursts) >= share * 60.0, "the allowance is used"


def test_one_station_holds_the_share_exactly() -> None:
    air = saturated(1, 4, 0.2, 10.0)
    filled = most_filled([(b, e) for b, e, _, _ in air.bursts], 60.0)
    assert 0.16 < filled <= 0.2 - Limits().answer_s / 60.0 + 1e-9


def test_stations_that_do_not_count_each_other_would_not_hold_it() -> None:
    air = saturated(4, 4, 0.2, 3.0, counting=False)
    assert most_filled([(b, e) for b, e, _, _ in air.bursts], 60.0) > 0.4


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10_000))
def test_flash_never_starves(count: int, seed: int) -> None:
    air = channel(count, seed, Limits(share=0.2))
    draw = random.Random(seed)
    number = 0
    for turn in range(30):
        for i in range(count):
            while len(air.stations[i]) < 3:
                number += 1
                air.offer(i, number, ROUTINE, 1.2)
        number += 1
        assert air.offer(turn % count, number, FLASH, 1.2)
        air.run(draw.uniform(2.0, 8.0))
    air.run(20.0)
    assert len(air.waits) == 30
    assert max(air.waits) < 12.0
    assert sorted(air.waits)[15] < 1.5


def test_flash_passes_the_bound_and_others_pay_for_it() -> None:
    air = channel(1, 1, Limits(share=0.2))
    for number in range(20):
        air.offer(0, number, FLASH, 1.0)
    air.offer(0, 99, ROUTINE, 1.0)
    air.run(40.0)
    assert [rank for *_, rank in air.bursts] == [FLASH] * 20
    assert air.stations[0].occupied(air.now_s) > 0.3
    air.run(60.0)
    assert air.bursts[-1][3] == ROUTINE
    assert most_filled([(b, e) for b, e, _, _ in air.bursts if b >= air.bursts[-1][0] - 59.0], 60.0) <= 0.2 + 1e-9


def test_flash_goes_before_what_waited_longer() -> None:
    air = channel(1, 1, Limits())
    for number, rank in enumerate((3, 2, 1, FLASH, FLASH - 1)):
        air.offer(0, number, rank, 0.5)
    air.run(20.0)
    assert [rank for *_, rank in air.bursts] == [FLASH - 1, FLASH, 1, 2, 3]


def test_nothing_goes_while_somebody_talks() -> None:
    access = Access(Limits(), random.Random(1).random)
    assert access.offer(1, FLASH, 1.0)
    now = 0.0
    for _ in range(500):
        turn = access.turn(now, busy=True)
        assert turn.number is None
        assert turn.again_s > now
        now += 0.05
    sent = [n for _ in range(40) if (n := access.turn((now := now + 0.1), busy=False).number) is not None]
    assert sent == [1]


def test_the_queue_is_bounded_and_flash_displaces() -> None:
    access = Access(Limits(waiting=3), random.Random(1).random)
    assert [access.offer(n, ROUTINE, 1.0) for n in range(5)] == [True, True, True, False, False]
    assert access.offer(9, FLASH, 1.0)
    assert access.numbers == {0, 1, 9}
    assert (access.refused, access.displaced) == (2, 1)


def test_what_the_share_never_lets_pass_is_refused_at_once() -> None:
    access = Access(Limits(share=0.01), random.Random(1).random)
    assert not access.offer(1, ROUTINE, 1.0)
    assert access.offer(2, ROUTINE, 0.5)
    assert access.offer(3, FLASH, 30.0)


def test_what_is_forgotten_is_not_sent() -> None:
    access = Access(Limits(), random.Random(1).random)
    access.offer(1, FLASH, 1.0)
    assert access.forget(1)
    assert not access.forget(1)
    assert access.turn(0.0, busy=False).again_s == inf


@given(
    st.lists(st.tuples(st.floats(0, 200), st.floats(0.01, 5)), max_size=30),
    st.floats(0.1, 10.0),
    st.integers(0, 100),
)
def test_the_moment_that_it_names_is_allowed_and_nothing_sooner(
    heard: list[tuple[float, float]], seconds: float, seed: int
) -> None:
    access = Access(Limits(), random.Random(seed).random)
    for began, length in heard:
        access.heard(began, began + length)
    now = max([0.0, *(began + length for began, length in heard)])
    opens = access._allowed(seconds, now)
    bursts = [(began, began + length) for began, length in heard]

    def filled(at: float) -> float:
        burst = (at, at + seconds)
        inside = [(max(b, burst[1] - 60.0), min(e, burst[1])) for b, e in bursts]
        return most_filled([(b, e) for b, e in inside if e > b] + [burst], 60.0)

    assert filled(opens) <= 0.2 + 1e-6
    if opens > now + 0.01:
        assert filled(opens - 0.01) > 0.2 - 1e-6


@pytest.mark.parametrize(("rank", "goes"), [(ANSWER, True), (ROUTINE, False)])
def test_whoever_calls_leaves_room_for_the_answer(rank: int, goes: bool) -> None:
    """A frequency that callers have filled as far as they may still takes an answer, and no other call."""
    access, limits, now = Access(Limits(), random.Random(1).random), Limits(), 0.0
    while access._allowed(1.2, now, limits.answer_s) <= now:
        access.heard(now, now + 1.2)
        now += 1.2
    assert access.offer(1, rank, limits.answer_s)
    soon = [access.turn(now + k * limits.slot_s, busy=False).number for k in range(100)]
    assert (1 in soon) is goes


@pytest.mark.parametrize("busy", [True, False])
def test_an_empty_queue_asks_for_nothing(busy: bool) -> None:
    assert Access(Limits(), random.Random(1).random).turn(5.0, busy=busy).number is None


def collisions(places: tuple[int | None, int | None], seed: int) -> tuple[int, int]:
    """Return how many bursts of two stations, each with much to say, began while the other was on the air; and all."""
    chance = random.Random(seed)
    stations = [Access(limits_of(1.0, 0.1, 0.02, place), chance.random) for place in places]
    channel = Channel(stations, step_s=0.005)
    for number in range(200):
        channel.offer(number % 2, number, FLASH, 1.0)
        channel.run(chance.uniform(0.0, 2.5))
    channel.run(400.0)
    bursts = sorted(channel.bursts)
    at_once = sum(one[1] > other[0] and one[2] != other[2] for one, other in pairwise(bursts))
    return at_once, len(bursts)


def test_where_two_share_a_channel_their_slots_alternate_and_they_do_not_begin_at_once():
    at_once, sent = (sum(both) for both in zip(*(collisions((0, 1), seed) for seed in range(5)), strict=True))
    assert sent == 1000 and at_once == 0
    at_once, sent = (sum(both) for both in zip(*(collisions((None, None), seed) for seed in range(5)), strict=True))
    assert sent == 1000 and at_once > 20, "the control"
    at_once, sent = (sum(both) for both in zip(*(collisions((1, 1), seed) for seed in range(5)), strict=True))
    assert at_once > 20, "the control: both have the same slots"


@given(st.lists(st.floats(0.3, 1.5), max_size=12), st.floats(0.3, 1.5))
def test_how_long_a_call_must_wait_for_the_share_is_known_beforehand(before: list[float], seconds: float) -> None:
    access = Access(Limits(), lambda: 0.0)
    now = 1000.0
    for burst in before:
        access.heard(now, now + burst)
        now += burst
    wait_s = access.wait_s(seconds, now)
    assert wait_s <= 60.0 and (wait_s > 0.0) is (sum(before) + seconds + Limits().answer_s > 12.0 + 1e-9)
    assert access.offer(1, ROUTINE, seconds)
    assert access.wait_s(seconds, now) >= wait_s - 1e-6, "what waits goes first"
    access.turn(now, busy=False)
    if wait_s > 0.5:
        assert access.turn(now + wait_s - 0.1, busy=False).number is None
    assert access.turn(now + wait_s + 0.5, busy=False).number == 1
