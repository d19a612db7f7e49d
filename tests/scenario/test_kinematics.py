"""Courses end where they were aimed, flights are smooth, and nobody flies what his aircraft cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.scenario.kinematics import DT, Course, Flight, State, about, load_factor, through, turn_rate
from armslength.scenario.registry import draw, scenario
from armslength.scenario.sky import Sky
from armslength.units import FT, KT

G0 = 9.80665


def start(speed: float = 200.0, heading: float = 1.0, z: float = 8000.0) -> State:
    return State(100.0, 5000.0, -3000.0, z, heading, speed)


def test_turn_rate_is_that_of_the_books() -> None:
    """25 degrees of bank at 250 kt: 2.04 deg/s and a radius of 3,616 m (g tan(bank) / v, v^2 / (g tan(bank)))."""
    speed = 250 * KT
    rate = turn_rate(speed, load_factor(25.0))
    assert math.degrees(rate) == pytest.approx(2.037, abs=0.002)
    assert speed / rate == pytest.approx(3617, abs=3)


def test_a_racetrack_closes() -> None:
    course = Course(start())
    for _ in range(2):
        course.straight(60.0).turn(180.0, g=1.1)
    assert (course.now.x, course.now.y) == pytest.approx((5000.0, -3000.0), abs=1e-6)
    flight = course.straight(20.0).fly()
    assert math.cos(flight.state(math.floor(course.now.t)).heading - 1.0) == pytest.approx(1.0, abs=1e-12)


legs = st.lists(
    st.one_of(
        st.tuples(st.just("straight"), st.floats(20, 200)),
        st.tuples(st.just("turn"), st.floats(-200, 200)),
        st.tuples(st.just("speed"), st.floats(120, 330)),
        st.tuples(st.just("climb"), st.floats(500, 12000)),
    ),
    max_size=6,
)


def drawn(plan: list[tuple[str, float]]) -> Course:
    course = Course(start()).straight(20.0)
    for what, value in plan:
        if what == "straight":
            course.straight(value)
        elif what == "turn":
            course.turn(value, g=1.3)
        elif what == "speed":
            course.to_speed(value, rate=2.0)
        else:
            course.climb(value, rate=20.0)
        course.straight(15.0)
    return course.straight(20.0)


@settings(max_examples=60, deadline=None)
@given(legs)
def test_flown_as_reckoned(plan: list[tuple[str, float]]) -> None:
    """The integrated flight ends within metres of the dead reckoning: only the build-up of turns is between."""
    course = drawn(plan)
    flight = course.fly()
    end = course.now
    last = flight.state(flight.t1)
    overrun = (flight.t1 - end.t) * end.speed
    away = math.hypot(last.x - end.x, last.y - end.y)
    turned = sum(abs(rate) * (b - a) for a, b, rate in course.turns)
    thrust = sum(abs(rate) * (b - a) for a, b, rate in course.thrusts)
    assert away <= overrun + 1.0 + 12.0 * turned + 0.6 * thrust
    assert last.speed == pytest.approx(end.speed, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(legs, st.floats(0, 1))
def test_velocity_is_the_derivative_of_position(plan: list[tuple[str, float]], share: float) -> None:
    flight = drawn(plan).fly()
    t = np.array([flight.t0 + 1.0 + share * (flight.t1 - flight.t0 - 2.0)])
    step = 1e-4
    ahead, behind, now = flight.at(t + step), flight.at(t - step), flight.velocity(t)
    for a, b, v in zip(ahead, behind, now, strict=True):
        assert (a - b)[0] / (2 * step) == pytest.approx(v[0], abs=2e-3)
    assert math.hypot(now[0][0], now[1][0]) < 340.0


def test_toward_ends_short_of_its_aim() -> None:
    course = Course(start()).straight(10.0).toward(60000.0, 40000.0, g=1.2, short=2000.0)
    assert math.hypot(course.now.x - 60000.0, course.now.y - 40000.0) == pytest.approx(2000.0, abs=1e-6)
    behind = Course(start()).toward(5000.0 - 400.0, -3000.0, g=1.2)  # inside its own turning circle
    assert (behind.now.x, behind.now.y) == pytest.approx((4600.0, -3000.0), abs=1e-6)


def test_through_passes_its_start_smoothly() -> None:
    at = start()
    flight = through(Course(about(at)).straight(60.0).turn(50.0, g=1.2), Course(at).straight(60.0).turn(-70.0, g=1.2))
    here = flight.state(at.t)
    assert (here.x, here.y, here.z, here.speed) == pytest.approx((at.x, at.y, at.z, at.speed), abs=1e-6)
    assert here.heading == pytest.approx(at.heading, abs=1e-9)


def test_outside_its_time_a_flight_is_nowhere() -> None:
    flight = Course(start()).straight(10.0).fly()
    assert np.isnan(flight.at(np.array([99.9]))[0])[0]
    assert np.isnan(flight.velocity(np.array([110.6]))[0])[0]
    assert not np.isnan(flight.at(np.array([100.0, 110.0]))[0]).any()


def strains(flight: Flight) -> tuple[float, float, float, float, float, float]:
    """Return greatest speed, least speed, climb [m/s], load factor, vertical and longitudinal acceleration [m/s2]."""
    speed = np.hypot(flight.vx, flight.vy)
    turning = np.diff(np.unwrap(np.arctan2(flight.vx, flight.vy))) / DT
    load = np.hypot(1.0, turning * 0.5 * (speed[1:] + speed[:-1]) / G0)
    up, along = np.abs(np.diff(flight.vz)) / DT, np.abs(np.diff(speed)) / DT
    return speed.max(), speed.min(), np.abs(flight.vz).max(), load.max(), up.max(), along.max()


@pytest.mark.parametrize(("name", "seed"), [("euphrates", 1), ("euphrates", 6), ("dateline", 3), ("quiet", 2)])
def test_nobody_flies_what_he_cannot(name: str, seed: int) -> None:
    for aircraft in draw(scenario(name), seed).aircraft:
        kind, who = aircraft.kind, f"{aircraft.callsign} ({aircraft.kind.name})"
        fastest, slowest, climb, load, up, along = strains(aircraft.flight)
        assert fastest <= kind.fastest, who
        assert slowest >= 5.0, who
        assert climb <= kind.steepest * 1.001, who
        assert load <= kind.hardest + 0.01, who
        assert up <= 0.95 * G0, who
        assert along <= 0.65 * G0, who
        assert aircraft.flight.z.min() > -1.0, who
        assert max(np.abs(aircraft.flight.x).max(), np.abs(aircraft.flight.y).max()) < 127 * 1852.0, who


def test_the_limits_are_used(sky: Sky) -> None:
    """Five g, Mach 1.2 and fast climbs are flown by somebody, and a tanker never turns harder than 25 degrees."""
    strain = {a.callsign: strains(a.flight) for a in sky.aircraft}
    assert max(s[3] for s in strain.values()) == pytest.approx(5.0, abs=0.02)
    assert max(s[0] for s in strain.values()) == pytest.approx(690 * KT, rel=1e-6)
    assert max(s[2] for s in strain.values()) > 9000 * FT / 60
    assert max(strain[a.callsign][3] for a in sky.aircraft if a.kind.name == "tanker") < load_factor(25.0) + 1e-3
