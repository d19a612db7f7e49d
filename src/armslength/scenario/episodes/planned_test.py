"""3 November 2015: a planned test, one fighter of each side within five miles for three minutes. Nothing is found."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.domain import talk as t
from armslength.engine.conduct.regimes import TEST, Window
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode, address
from armslength.scenario.episodes.posts import checked, in_order, opened
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.units import FL, FT, NM

BEGINS_S, LASTS_S = 600.0, 180.0
APART_M = 4.5 * NM


def _compose(sky: Sky) -> None:
    north = State(0.0, 0.0, -BEGINS_S * FIGHTER.cruise, 250 * FL, 0.0, FIGHTER.cruise)
    for party, name, x, away in ((NORTH, "TEASEL11", 0.0, -40.0), (SOUTH, "OSIER11", APART_M, 40.0)):
        # Both come from their own side of the line, fly beside one another for three minutes, and part.
        course = Course(State(BEGINS_S + LASTS_S, x, 0.0, north.z + (500 * FT if x else 0.0), 0.0, north.speed))
        after = course.turn(away, g=FIGHTER.turn).straight(400.0).fly()
        back = Course(State(BEGINS_S, x, -LASTS_S * north.speed, course.start.z, radians(180), north.speed))
        before = back.turn(-away, g=FIGHTER.turn).straight(400.0).fly().reversed_about(BEGINS_S)
        beside = Course(State(BEGINS_S, x, -LASTS_S * north.speed, course.start.z, 0.0, north.speed)).straight(LASTS_S)
        sky.add(party, FIGHTER, name, before.then(beside.fly()).then(after))


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    pair = frozenset({address(sky, "TEASEL11"), address(sky, "OSIER11")})
    window = Window(TEST, clock.at(BEGINS_S - 120.0), clock.at(BEGINS_S + LASTS_S + 120.0), pair)
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
    return [window, *in_order(opened(clock), checked(clock, 60.0), calls)]


EPISODE = Episode(
    "planned-test",
    "a planned test: one fighter of each side within five miles for three minutes, and nothing is found (2015)",
    "2015-11-03T10:00:00Z",
    1400.0,
    _compose,
    (),
    _told,
)
