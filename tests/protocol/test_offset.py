"""The clock offset is an interval, and the truth lies in it, whatever the ways take, however clocks drift or jump."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.protocol.events import Now, OffsetKnown
from armslength.protocol.offset import DRIFT, WINDOW, Offset
from pair import EPOCH_NS, Pair, Weather
from straight import Straight


class Clocks:
    """Ours and theirs, and the way between them. `theirs_s`: their UTC minus ours at the beginning [s]."""

    def __init__(self, seed: int, theirs_s: float, drift: float) -> None:
        self.random = random.Random(seed)
        self.time_s, self.theirs_s, self.ours_s, self.drift = 0.0, theirs_s, 0.0, drift
        self.offset = Offset()

    def ours(self) -> Now:
        return Now(EPOCH_NS + round((self.time_s + self.ours_s) * 1e9), 500.0 + self.time_s)

    def theirs_ns(self) -> int:
        return EPOCH_NS + round((self.time_s * (1 + self.drift) + self.theirs_s) * 1e9)

    def ping(self) -> None:
        """A ping and its answer, each way as long as it likes."""
        asked = self.ours().mono_s
        self.time_s += self.random.expovariate(20)
        said = self.theirs_ns()
        self.time_s += self.random.expovariate(20)
        self.offset.measured(asked, self.ours().mono_s, said)

    def holds(self) -> bool:
        """Return whether the truth lies in the interval."""
        between = self.offset.between(self.ours())
        truth = self.theirs_ns() - self.ours().utc_ns
        return between is not None and between[0] - 1 <= truth <= between[1] + 1


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.floats(-1e4, 1e4), st.floats(-DRIFT, DRIFT), st.lists(st.sampled_from("pwoj")))
def test_the_truth_lies_in_the_interval(seed: int, theirs_s: float, drift: float, story: list[str]) -> None:
    clocks = Clocks(seed, theirs_s, drift)
    clocks.ping()
    assert clocks.holds()
    for step in story:
        if step == "p":
            clocks.ping()
        elif step == "w":
            clocks.time_s += clocks.random.uniform(0, 100)
        elif step == "o":
            clocks.ours_s += clocks.random.uniform(-60, 60)
        else:
            clocks.theirs_s += clocks.random.choice([-1, 1]) * clocks.random.uniform(20, 60)
            clocks.ping()
        assert clocks.holds(), step


def straight(bounds: list[tuple[float, int, int]], mono_s: float) -> tuple[int, int]:
    """Return the intersection of the last WINDOW bounds, each as wide as its age makes it, one by one."""
    ages = [(round((mono_s - at) * DRIFT * 1e9), low, high) for at, low, high in bounds[-WINDOW:]]
    low, high = max(low - age for age, low, _ in ages), min(high + age for age, _, high in ages)
    age, newest_low, newest_high = ages[-1]
    return (low, high) if low <= high else (newest_low - age, newest_high + age)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0.001, 30.0), st.floats(0.0, 2.0), st.floats(0.0, 1.0)), min_size=1, max_size=80))
def test_the_interval_is_the_intersection_of_the_window(story: list[tuple[float, float, float]]) -> None:
    offset, mono_s, bounds = Offset(), 1000.0, list[tuple[float, int, int]]()
    for waits_s, took_s, part in story:
        mono_s += waits_s + took_s
        theirs_ns = EPOCH_NS + round((mono_s - took_s * part) * 1e9)
        offset.measured(mono_s - took_s, mono_s, theirs_ns)
        bounds.append((mono_s, theirs_ns - round(mono_s * 1e9), theirs_ns - round((mono_s - took_s) * 1e9)))
        for later_s in (0.0, 7.3):
            at = mono_s + later_s
            low, high = offset.between(Now(round(at * 1e9), at)) or (0, 0)
            assert max(abs(a - b) for a, b in zip((low, high), straight(bounds, at), strict=True)) <= 1
    assert offset.jumps == 0


def test_the_interval_is_no_wider_than_the_best_round_trip() -> None:
    clocks = Clocks(1, 3.0, 0.0)
    widths = []
    for _ in range(WINDOW):
        clocks.ping()
        low, high = clocks.offset.between(clocks.ours()) or (0, 0)
        widths.append(high - low)
    assert widths[-1] < widths[0] / 4
    assert widths[-1] < 20e6


def test_the_middle_of_a_round_trip_alone_would_be_wrong() -> None:
    """The control: ways that differ put the midpoint outside of what half a hundredth of the round trip allows."""
    clocks = Clocks(1, 0.0, 0.0)
    asked = clocks.ours().mono_s
    clocks.time_s += 1.0
    said = clocks.theirs_ns()
    clocks.offset.measured(asked, clocks.ours().mono_s, said)
    low, high = clocks.offset.between(clocks.ours()) or (0, 0)
    assert clocks.holds() and abs((low + high) / 2) > 0.4e9


def test_a_jump_of_theirs_is_seen_and_ours_is_none() -> None:
    clocks = Clocks(2, 0.0, 0.0)
    for _ in range(5):
        clocks.ping()
    clocks.ours_s += 60
    clocks.ping()
    assert clocks.offset.jumps == 0 and clocks.holds()
    clocks.theirs_s -= 60
    clocks.ping()
    assert clocks.offset.jumps == 1 and clocks.holds()


def test_late_by_every_reading_only() -> None:
    clocks = Clocks(3, 100.0, 0.0)
    clocks.ping()
    low, high = clocks.offset.between(clocks.ours()) or (0, 0)
    now = clocks.ours()
    assert clocks.offset.late_ns(now.utc_ns + low - 5, now) == 5
    assert clocks.offset.late_ns(now.utc_ns + low, now) == 0
    assert clocks.offset.late_ns((2 * now.utc_ns + low + high) // 2, now) == 0


def test_the_offset_is_told_after_the_greeting_and_now_and_then() -> None:
    pair = Straight()
    assert pair.north.of(OffsetKnown) == [OffsetKnown(0.0, 0.0)]
    pair.wait(35.0)
    assert len(pair.north.of(OffsetKnown)) == 4
    assert pair.north.peer.offset_s(pair.now) is not None
    assert Straight(connect=False).north.peer.offset_s(pair.now) is None


def test_the_truth_lies_in_the_interval_between_two_nodes() -> None:
    for seed in range(4):
        pair = Pair(seed, Weather(drift=1e-4 / 3))
        for _ in range(20):
            pair.trouble(1.0, 1.0)
            for side in pair.sides:
                known = side.peer.offset_s(side.now())
                truth = (pair.facing(side).now().utc_ns - side.now().utc_ns) / 1e9
                assert known is None or known[0] - 1e-6 <= truth <= known[1] + 1e-6, seed
