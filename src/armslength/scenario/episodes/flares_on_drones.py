"""July 2023: fighters drop flares ahead of a drone, which evades, and over another one, which is struck."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.engine.conduct.told import FLARES, Reported
from armslength.scenario.aircraft import FIGHTER, LARGE_DRONE, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode, Expected, address
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.units import FL, FT, KT, NM

EVADES_S, STRUCK_S = 600.0, 600.0
FAST = 340 * KT
OVERHEAD_M, BESIDE_M = 600 * FT, 60.0
AHEAD_M, ABOVE_M = 0.8 * NM, 800 * FT


def _compose(sky: Sky) -> None:
    slow = LARGE_DRONE.cruise
    evades = State(0.0, -slow * EVADES_S, 40 * NM, 180 * FL, radians(90), slow)
    flies = Course(evades).straight(EVADES_S + 4.0).turn(-50.0, g=LARGE_DRONE.turn).straight(400.0)
    sky.add(NORTH, LARGE_DRONE, "KITE41", flies.fly())
    ahead = State(0.0, AHEAD_M - FAST * EVADES_S, 40 * NM, 180 * FL + ABOVE_M, radians(90), FAST)
    sky.add(SOUTH, FIGHTER, "OSIER11", Course(ahead).straight(EVADES_S + 400.0).fly())
    struck = State(0.0, -slow * STRUCK_S, -40 * NM, 180 * FL, radians(90), slow)
    sky.add(NORTH, LARGE_DRONE, "KITE42", Course(struck).straight(STRUCK_S + 400.0).fly())
    over = State(0.0, -FAST * STRUCK_S, -40 * NM + BESIDE_M, 180 * FL + OVERHEAD_M, radians(90), FAST)
    sky.add(SOUTH, FIGHTER, "OSIER12", Course(over).straight(STRUCK_S + 400.0).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    ahead, over = (
        (address(sky, drone), address(sky, fighter))
        for drone, fighter in (("KITE41", "OSIER11"), ("KITE42", "OSIER12"))
    )
    return (
        Reported("form 1", FLARES, NORTH, *ahead, clock.at(EVADES_S + 2.0), AHEAD_M, evaded=True),
        Reported("form 2", FLARES, NORTH, *over, clock.at(STRUCK_S), OVERHEAD_M, struck=True),
    )


EPISODE = Episode(
    "flares-on-drones",
    "flares ahead of a drone, which evades, and over another, which is struck (July 2023)",
    "2023-07-23T09:00:00Z",
    1000.0,
    _compose,
    (
        Expected("G01", "NO_BREACH", "SEV4", "", "KITE41", "OSIER11"),
        Expected("G01", "NO_BREACH", "SEV4", "", "KITE42", "OSIER12"),
        Expected("G02", "BREACH", "SEV2", "", "KITE41", "OSIER11"),
        Expected("G02", "BREACH", "SEV2", "", "KITE42", "OSIER12"),
        Expected("G04", "BREACH", "SEV2", SOUTH, "KITE41", "OSIER11"),
        Expected("G04", "BREACH", "SEV2", SOUTH, "KITE42", "OSIER12"),
        Expected("G06", "BREACH", "SEV3", "", "KITE41", "OSIER11"),
        Expected("G06", "BREACH", "SEV3", "", "KITE42", "OSIER12"),
        Expected("G07", "BREACH", "SEV2", SOUTH, "KITE41", "OSIER11"),
        Expected("G07", "BREACH", "SEV2", SOUTH, "KITE42", "OSIER12"),
        Expected("G13", "BREACH", "SEV2", SOUTH, "KITE41", "OSIER11"),
        Expected("G14", "BREACH", "SEV1", SOUTH, "KITE41", "OSIER11"),
        Expected("G14", "BREACH", "SEV1", SOUTH, "KITE42", "OSIER12"),
    ),
    _told,
)
