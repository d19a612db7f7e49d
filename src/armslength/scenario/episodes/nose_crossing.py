"""17 October 2016: a fighter without lights crosses the nose of a large aircraft at night, under half a mile."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.engine.conduct.told import LIGHTS_OFF, WASH, Reported
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH, SURVEILLANCE
from armslength.scenario.episodes.episode import Clock, Episode, Expected, address
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.units import FL, FT, NM

CROSSES_S = 240.0
AHEAD_M = 0.4 * NM
ABOVE_M = 150 * FT


def _compose(sky: Sky) -> None:
    north, south = SURVEILLANCE.cruise, FIGHTER.cruise
    large = Course(State(0.0, -north * CROSSES_S, 0.0, 310 * FL, radians(90), north)).straight(sky.duration)
    sky.add(NORTH, SURVEILLANCE, "LOFT31", large.fly())
    begins = State(0.0, AHEAD_M, south * CROSSES_S, 310 * FL + ABOVE_M, radians(180), south)
    sky.add(SOUTH, FIGHTER, "OSIER11", Course(begins).straight(sky.duration).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    large, fighter = address(sky, "LOFT31"), address(sky, "OSIER11")
    return (
        Reported("form 1", LIGHTS_OFF, NORTH, large, fighter, clock.at(CROSSES_S), AHEAD_M),
        Reported("form 2", WASH, NORTH, large, fighter, clock.at(CROSSES_S + 4.0), AHEAD_M),
    )


EPISODE = Episode(
    "nose-crossing",
    "a fighter without lights crosses the nose of a large aircraft at night, under half a mile (October 2016)",
    "2016-10-17T23:00:00Z",
    480.0,
    _compose,
    (
        Expected("D03", "NO_BREACH", "SEV4", SOUTH, "OSIER11"),
        Expected("G01", "NO_BREACH", "SEV4", "", "LOFT31", "OSIER11"),
        Expected("G02", "BREACH", "SEV2", "", "LOFT31", "OSIER11"),
        Expected("G04", "BREACH", "SEV2", "", "LOFT31", "OSIER11"),
        Expected("G05", "BREACH", "SEV1", SOUTH, "LOFT31", "OSIER11"),
        Expected("G06", "BREACH", "SEV2", "", "LOFT31", "OSIER11"),
        Expected("G07", "BREACH", "SEV1", SOUTH, "LOFT31", "OSIER11"),
    ),
    _told,
)
