"""3 November 2015: a planned test, one fighter of each side within five miles for three minutes. Nothing is found."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

import numpy as np

from armslength.agreement.area import Area, Circle
from armslength.domain import talk as t
from armslength.domain.declared import Notified
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode
from armslength.scenario.episodes.posts import checked, in_order, opened, told
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.units import FL, FT, NM

HOUR = 3600.0
TOLD_S = HOUR
BEGINS_S, LASTS_S = 26 * HOUR + 600.0, 180.0
VOLUME_M = 80 * NM
"""Radius of the volume of the test."""
APART_M = 4.5 * NM


def _compose(sky: Sky) -> None:
    level, speed = 250 * FL, FIGHTER.cruise
    for party, name, x, away in ((NORTH, "TEASEL11", 0.0, -40.0), (SOUTH, "OSIER11", APART_M, 40.0)):
        # Both come from their own side of the line, fly beside one another for three minutes, and part.
        course = Course(State(BEGINS_S + LASTS_S, x, 0.0, level + (500 * FT if x else 0.0), 0.0, speed))
        after = course.turn(away, g=FIGHTER.turn).straight(400.0).fly()
        back = Course(State(BEGINS_S, x, -LASTS_S * speed, course.start.z, radians(180), speed))
        before = back.turn(-away, g=FIGHTER.turn).straight(400.0).fly().reversed_about(BEGINS_S)
        beside = Course(State(BEGINS_S, x, -LASTS_S * speed, course.start.z, 0.0, speed)).straight(LASTS_S)
        sky.add(party, FIGHTER, name, before.then(beside.fly()).then(after))


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    (lat,), (lon,) = sky.plane.geodetic(np.array([0.0]), np.array([0.0]))
    area = Area("Test area", circle=Circle(round(float(lat), 5), round(float(lon), 5), VOLUME_M))
    notices = [
        fact
        for by, other in ((NORTH, SOUTH), (SOUTH, NORTH))
        for fact in told(
            Notified(
                at_ns=clock.at(TOLD_S), id=f"notice of {by}", by=by, receiver=other, kind="PLANNED", area=area,
                from_ns=clock.at(BEGINS_S - 120.0), until_ns=clock.at(BEGINS_S + LASTS_S + 120.0),
            ),
            30.0,
        )
    ]  # fmt: skip
    calls: list[t.Fact] = []
    for k, by in enumerate((NORTH, SOUTH)):
        rung, picked = clock.at(BEGINS_S + 30.0 + 60.0 * k), clock.at(BEGINS_S + 40.0 + 60.0 * k)
        calls += [
            t.Said(
                at_ns=rung, id=f"call {k + 1}", by=by, code="TFA", precedence="PRIORITY", medium=t.TELEPHONE,
                rings=True, voice=True,
            ),
            t.Answered(at_ns=picked, id=f"call {k + 1}", code="ROG", stamp_ns=picked),
        ]  # fmt: skip
    lines = checked(clock, 0.2 * HOUR, 10 * HOUR, 20 * HOUR)
    radio = checked(clock, 2 * HOUR, 20 * HOUR, media=("F1", "F2"))
    return in_order(opened(clock), lines, radio, notices, calls)


EPISODE = Episode(
    "planned-test",
    "a planned test: one fighter of each side within five miles for three minutes, and nothing is found (2015)",
    "2015-11-02T08:00:00Z",
    BEGINS_S + 1000.0,
    _compose,
    (),
    _told,
)
