"""13 December 2017: forty minutes of contact across the agreed line, flares, calls on guard, and a hard manoeuvre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import radians
from typing import Any

import numpy as np

from armslength.agreement.area import Area
from armslength.agreement.articles import Block
from armslength.agreement.terms import Terms
from armslength.domain import talk as t
from armslength.engine.conduct.told import FLARES, Reported
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode, Expected, address
from armslength.scenario.episodes.posts import called, checked, in_order, opened
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.scenario.station import Place, keep_station, wingman
from armslength.units import FL, FT, KT, NM

SLOW = 300 * KT
LEG_M = 95 * NM
NEAR_S = (700.0, 1300.0)
"""From the one to the other a fighter of NORTH flies beside the two that crossed."""
FLARES_S = 1000.0
MEETS_S = 2200.0
"""Then another one of SOUTH would have passed close ahead of the second of NORTH, had this one not broken away."""
EAST_OF_THE_LINE = (0.0, -65.0, 60.0, 65.0)
"""The block of NORTH: west, south, east, north [NM]."""


def _compose(sky: Sky) -> None:
    begins = State(0.0, -25 * NM, -48 * NM, 180 * FL, radians(90), SLOW)
    pair = Course(begins).ahead(31 * NM).turn(-90.0, g=FIGHTER.turn).ahead(LEG_M).turn(-180.0, g=FIGHTER.turn)
    crossed = pair.ahead(LEG_M).turn(90.0, g=FIGHTER.turn).ahead(30 * NM).fly()
    sky.add(SOUTH, FIGHTER, "OSIER11", crossed)
    sky.add(SOUTH, FIGHTER, "OSIER12", wingman(crossed, -1600.0, 0.0, 3.0))
    since, until = NEAR_S
    beside = (
        Place(since - 240.0, 9 * NM, -4 * NM, 2000 * FT), Place(since, 2.2 * NM, 0.8 * NM, 1000 * FT),
        Place(until, 2.2 * NM, 0.8 * NM, 1000 * FT), Place(until + 150.0, 9 * NM, 3 * NM, 2000 * FT),
    )  # fmt: skip
    sky.add(NORTH, FIGHTER, "TEASEL11", keep_station(crossed, 0.0, beside))
    _break_away(sky)


def _break_away(sky: Sky) -> None:
    speed = FIGHTER.cruise
    at = State(MEETS_S - 400.0, 40 * NM, -400.0 * speed, 260 * FL, 0.0, speed)
    second = Course(at).straight(386.0).turn(-90.0, g=4.5).straight(400.0).fly()
    sky.add(NORTH, FIGHTER, "TEASEL12", second)
    from_west = State(MEETS_S - 400.0, 40 * NM - 400.0 * speed + 200.0, 0.0, 260 * FL, radians(90), speed)
    sky.add(SOUTH, FIGHTER, "OSIER21", Course(from_west).straight(520.0).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    form = Reported(
        "form 1", FLARES, SOUTH, address(sky, "OSIER11"), address(sky, "TEASEL11"), clock.at(FLARES_S), 2 * NM
    )
    inside = [t.Inside(at_ns=clock.at(NEAR_S[0]), inside=True), t.Inside(at_ns=clock.at(NEAR_S[1]), inside=False)]
    calls = called(clock, FLARES_S - 120.0, 3, *t.GUARD_CHANNELS)
    return [form, *in_order(opened(clock), checked(clock, 60.0), inside, calls)]


def _terms(terms: Terms, sky: Sky, clock: Clock) -> Terms:
    west, south, east, north = (edge * NM for edge in EAST_OF_THE_LINE)
    lat, lon = sky.plane.geodetic(np.array([west, east, east, west]), np.array([south, south, north, north]))
    ring = tuple((round(float(a), 5), round(float(b), 5)) for a, b in zip(lat, lon, strict=True))
    return replace(terms, blocks=(Block(Area("East of the line", ring=ring), NORTH),))


EPISODE = Episode(
    "river-line",
    "forty minutes of contact across the agreed line, flares, calls on guard, a hard manoeuvre (December 2017)",
    "2017-12-13T09:00:00Z",
    3600.0,
    _compose,
    (
        Expected("C02", "NOT_DETERMINABLE", "SEV2", SOUTH),
        Expected("D01", "BREACH", "SEV2", SOUTH, "OSIER11"),
        Expected("D01", "BREACH", "SEV2", SOUTH, "OSIER21"),
        Expected("G01", "BREACH", "SEV2", "", "TEASEL11", "OSIER11"),
        Expected("G01", "NO_BREACH", "SEV4", "", "TEASEL12", "OSIER21"),
        Expected("G04", "BREACH", "SEV2", "", "TEASEL12", "OSIER21"),
        Expected("G05", "NO_BREACH", "SEV4", SOUTH, "TEASEL12", "OSIER21"),
        Expected("G09", "BREACH", "SEV3", "", "TEASEL11", "OSIER11"),
        Expected("G13", "BREACH", "SEV2", SOUTH, "TEASEL12", "OSIER21"),
        Expected("G14", "BREACH", "SEV2", NORTH, "TEASEL11", "OSIER11"),
    ),
    _told,
    _terms,
)
