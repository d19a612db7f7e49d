"""11 December 2016: in a shift of eight hours 22 calls on guard to about ten aircraft have no answer."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.domain.talk import GUARD_CHANNELS
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH, SURVEILLANCE
from armslength.scenario.episodes.episode import Clock, Episode, Expected
from armslength.scenario.episodes.posts import called, heard, in_order, opened
from armslength.scenario.kinematics import Course, State
from armslength.scenario.patterns import racetrack
from armslength.scenario.sky import Sky
from armslength.units import FL, NM

EVERY_S = 2700.0
FIRST_S = 1500.0
TIMES = (2, 2, 3, 2, 2, 2, 2, 3, 2, 2)
"""How often each of the ten aircraft is called: 22 calls."""


def _compose(sky: Sky) -> None:
    orbit = State(0.0, -30 * NM, 10 * NM, 310 * FL, radians(90), SURVEILLANCE.cruise)
    flight = racetrack(Course(orbit), SURVEILLANCE, 60 * NM, sky.duration, side=-1.0).fly()
    sky.add(NORTH, SURVEILLANCE, "LOFT31", flight)
    for k in range(len(TIMES)):
        speed = FIGHTER.cruise
        begins = State(FIRST_S + EVERY_S * k - 300.0, -300.0 * speed, -20 * NM, 290 * FL, radians(90), speed)
        sky.add(SOUTH, FIGHTER, f"OSIER{k + 10}", Course(begins).straight(600.0).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    calls = [called(clock, FIRST_S + EVERY_S * k, times, *GUARD_CHANNELS) for k, times in enumerate(TIMES)]
    return in_order(opened(clock), heard(clock, *GUARD_CHANNELS, at=60.0), *calls)


EPISODE = Episode(
    "unanswered-calls",
    "22 calls on guard in eight hours, to about ten aircraft, and no answer (December 2016)",
    "2016-12-11T06:00:00Z",
    28800.0,
    _compose,
    (Expected("C02", "BREACH", "SEV3", SOUTH),),
    _told,
)
