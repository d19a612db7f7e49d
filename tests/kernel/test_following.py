"""Following plots, beside textbook matrices; and what each verdict and each mark is for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from armslength.kernel import carrying as c
from armslength.kernel import following as f
from armslength.kernel.geodesy import radii, surfaces
from armslength.kernel.leveling import L00, L01, L11, LEVEL_STATE, LV, L
from armslength.kernel.reference_following import Flown, Line

F64 = NDArray[np.float64]
FASTEST, HARDEST, RADIUS = 400.0, 20.0, 92.6
M, N = radii(0.0)


class One:
    """One aircraft near 0 N 0 E, followed in metres east and north of there."""

    def __init__(self) -> None:
        self.state, self.seen = np.full((1, f.STATE), np.nan), np.full((1, f.SEEN), np.nan)
        self.state[:, f.COUNTERS] = 0.0

    def give(self, t: float, e: float, n: float, rate: tuple[float, float] | None = None, baro: float = math.nan,
             vs: float = math.nan, fastest: float = FASTEST, hardest: float = HARDEST) -> int:  # fmt: skip
        one, verdict = np.ones(1), np.zeros(1, np.uint8)
        xyz = surfaces(np.array([n / M]), np.array([e / N]))
        velocity = np.array([[math.nan], [rate[0] if rate else math.nan], [rate[1] if rate else math.nan]])
        velocity[0] = 0.0 if rate else math.nan
        f.follow(
            np.zeros(1, np.int64), one * t, xyz, velocity, one * RADIUS, one * baro, one * math.nan, one * vs, 0.0,
            one * fastest, one * hardest, self.state, self.seen, verdict,
        )  # fmt: skip
        return int(verdict[0])

    def at(self, now: float) -> F64:
        out = np.empty((1, c.CARRIED))
        c.carry(np.zeros(1, np.int64), now, np.full(1, HARDEST), self.state, out)
        return out[0]

    def marked(self, which: int) -> bool:
        return not math.isnan(self.seen[0, which])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 5.0, 12.0]), st.booleans(), st.sampled_from([0.0, 30.0, 80.0]))
def test_place_and_velocity_are_those_of_textbook_matrices(seed: int, every: float, told: bool, noise: float) -> None:
    rng = np.random.default_rng(seed)
    v = rng.uniform(-200, 200, 2)
    one = One()
    plain = Flown((f.AGILITY * HARDEST) ** 2, (RADIUS / f.AXIS) ** 2, f.RATE_ERROR**2)
    for k in range(12):
        place = v * k * every + rng.normal(0, noise, 2)
        rate = v + rng.normal(0, 1.0, 2) if told else None
        verdict = one.give(k * every, *place, rate=tuple(rate) if rate is not None else None)
        if k == 0:
            assert verdict == f.INITIATED
            plain.begin(place, rate, 0.5 * FASTEST)
            continue
        assert verdict == f.USED
        plain.follow(every, place, rate)
    s, e, n = one.state[0], plain.lines[0], plain.lines[1]
    assert s[f.P00] == pytest.approx(e.p[0][0], rel=1e-3)
    assert s[f.P01] == pytest.approx(e.p[0][1], rel=1e-3)
    assert s[f.P11] == pytest.approx(e.p[1][1], rel=1e-3)
    at = one.at(11 * every)
    assert math.radians(at[c.LON]) * N == pytest.approx(e.x[0], abs=1.0)
    assert math.radians(at[c.LAT]) * M == pytest.approx(n.x[0], abs=1.0)
    assert at[c.GS] == pytest.approx(math.hypot(e.x[1], n.x[1]), abs=0.3)


def test_levels_are_those_of_textbook_matrices() -> None:
    one, rng = One(), np.random.default_rng(3)
    line = Line([0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]])
    for k in range(30):
        level, rate = 3000.0 + 5.0 * k + rng.normal(0, 4.0), 5.0 + rng.normal(0, 0.5)
        one.give(float(k), 200.0 * k, 0.0, (200.0, 0.0), level, rate)
        if k == 0:
            line = Line([level, rate], [[64.0, 0.0], [0.0, 2.25]])
            continue
        line.predict(1.0, 0.25)
        line.measure(0, level, 64.0)
        line.measure(1, rate, 2.25)
    s = one.state[0, f.LEVELS : f.LEVELS + LEVEL_STATE]
    said = [s[L], s[LV], s[L00], s[L01], s[L11]]
    assert said == pytest.approx([*line.x, line.p[0][0], line.p[0][1], line.p[1][1]], rel=1e-3)


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 0.0), (89.99, 10.0), (-60.0, 179.999), (45.0, -180.0)])
def test_it_carries_on_along_the_great_circle_anywhere(lat: float, lon: float) -> None:
    """East-bound at the poles and over the date line: distance flown is speed x time."""
    state, seen = np.full((1, f.STATE), np.nan), np.full((1, f.SEEN), np.nan)
    state[:, f.COUNTERS] = 0.0
    p = surfaces(np.radians([lat]), np.radians([lon]))
    east = np.array([[-math.sin(math.radians(lon))], [math.cos(math.radians(lon))], [0.0]])
    one = np.ones(1)
    f.follow(np.zeros(1, np.int64), one * 0.0, p, 250.0 * east, one * RADIUS, one * 1e3, one * math.nan, one * 0.0, 0.0,
             one * FASTEST, one * HARDEST, state, seen, np.zeros(1, np.uint8))  # fmt: skip
    out = np.empty((1, c.CARRIED))
    c.carry(np.zeros(1, np.int64), 60.0, np.full(1, HARDEST), state, out)
    there = surfaces(np.radians(out[:, c.LAT]), np.radians(out[:, c.LON]))
    assert float(np.linalg.norm(there - p)) == pytest.approx(15000.0, abs=5.0)
    assert out[0, c.GS] == pytest.approx(250.0, abs=1e-6)
    assert -180.0 <= out[0, c.LON] < 180.0


def test_a_right_turn_is_positive_and_a_left_one_negative() -> None:
    for sign in (1.0, -1.0):
        one, way, x, y = One(), 0.0, 0.0, 0.0
        for k in range(40):
            one.give(float(k), x, y, (150 * math.sin(way), 150 * math.cos(way)))
            way += sign * math.radians(3.0)
            x, y = x + 150 * math.sin(way), y + 150 * math.cos(way)
        assert math.degrees(one.state[0, f.TURN]) == pytest.approx(3.0 * sign, abs=0.4)


def straight(one: One, seconds: range, e0: float = 0.0, speed: float = 200.0) -> None:
    for k in seconds:
        one.give(float(k), e0 + speed * k, 0.0, (speed, 0.0), 5000.0, 0.0)


def test_one_wild_plot_is_held_apart_and_changes_nothing() -> None:
    one, clean = One(), One()
    straight(one, range(10))
    straight(clean, range(10))
    assert one.give(9.5, 80_000.0, 0.0, (200.0, 0.0)) == f.APART
    straight(one, range(10, 15))
    straight(clean, range(10, 15))
    assert np.array_equal(one.state[0, : f.COUNT], clean.state[0, : f.COUNT], equal_nan=True)
    assert not one.marked(f.TELEPORT)


def test_a_teleport_is_believed_with_its_third_plot_and_marked() -> None:
    one = One()
    straight(one, range(10))
    verdicts = [one.give(float(k), 90_000.0 + 200.0 * k, 0.0, (200.0, 0.0)) for k in range(10, 14)]
    assert verdicts == [f.APART, f.APART, f.INITIATED, f.USED]
    assert one.marked(f.TELEPORT) and not one.marked(f.TWO_PLACES)


def test_an_aircraft_in_two_places_is_marked() -> None:
    one = One()
    straight(one, range(10))
    for k in range(10, 18):
        one.give(float(k), 200.0 * k, 0.0, (200.0, 0.0))
        one.give(k + 0.5, 90_000.0 + 200.0 * k, 0.0, (200.0, 0.0))
    assert one.marked(f.TWO_PLACES)
    assert one.at(17.5)[c.LON] * math.pi / 180 * N < 10_000.0


def test_a_velocity_that_the_places_contradict_is_marked_and_left() -> None:
    """A shifted track: it reports 200 m/s east, and drifts north at 30 m/s beside."""
    one = One()
    for k in range(60):
        one.give(float(k), 200.0 * k, 30.0 * k, (200.0, 0.0))
    assert one.marked(f.VELOCITY)
    at = one.at(59.0)
    assert at[c.GS] * math.cos(math.radians(at[c.TRACK])) == pytest.approx(30.0, abs=8.0)
    honest = One()
    straight(honest, range(60))
    assert not honest.marked(f.VELOCITY)


@pytest.mark.parametrize(("mark", "feed"), [
    (f.STOOD_STILL, lambda one: [one.give(k, 1800.0, 0.0, (200.0, 0.0)) for k in range(10, 18)]),
    (f.TOO_FAST, lambda one: [one.give(10.0 + k, 2000.0 + 600.0 * k, 0.0, (600.0, 0.0)) for k in range(3)]),
    (f.LEVEL_JUMP, lambda one: [one.give(10.0 + k, 2000.0 + 200.0 * k, 0.0, (200.0, 0.0), 9000.0) for k in range(4)]),
    (f.REPLAYED, lambda one: [one.give(2.0 + 0.1 * k, 400.0, 0.0) for k in range(3)]),
    (f.TOO_HARD, lambda one: [one.give(10.0 + k, 2000.0 + 200.0 * k, 2000.0, (200.0, 0.0), hardest=1.0, fastest=4e3)
                              for k in range(4)]),
])  # fmt: skip
def test_what_cannot_be_is_marked(mark: int, feed: object) -> None:
    one = One()
    straight(one, range(10))
    assert not one.marked(mark)
    feed(one)  # type: ignore[operator]
    assert one.marked(mark)


def test_after_a_minute_without_plots_a_track_starts_anew() -> None:
    one = One()
    straight(one, range(5))
    assert one.give(66.0, 400_000.0, 0.0, (200.0, 0.0)) == f.INITIATED
    assert not one.marked(f.TELEPORT)


def test_coasting_widens_the_bounds_and_levels_are_forgotten() -> None:
    one = One()
    straight(one, range(10))
    near, far = one.at(10.0), one.at(50.0)
    assert far[c.SIGMA_H] > 5 * near[c.SIGMA_H]
    assert far[c.SIGMA_GS] > near[c.SIGMA_GS]
    assert near[c.LEVEL] == pytest.approx(5000.0) and math.isnan(far[c.LEVEL])
