"""16 June 2016: after a warning that the line delivered, a second wave comes 90 minutes later; crews do not answer."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.domain import talk as t
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode, Expected
from armslength.scenario.episodes.posts import called, checked, heard, in_order, opened
from armslength.scenario.kinematics import Course, State
from armslength.scenario.patterns import racetrack
from armslength.scenario.sky import Sky
from armslength.units import FL, NM

FIRST_S = 1200.0
WARNED_S = 1800.0
SECOND_S = WARNED_S + 90 * 60.0
CALLED_S = SECOND_S - 120.0


def _compose(sky: Sky) -> None:
    speed = FIGHTER.cruise
    patrol = State(0.0, -10 * NM, 60 * NM, 280 * FL, radians(90), speed)
    sky.add(NORTH, FIGHTER, "TEASEL11", racetrack(Course(patrol), FIGHTER, 20 * NM, sky.duration).fly())
    for number, over in enumerate((FIRST_S, SECOND_S)):
        for wing in (0, 1):
            begins = State(over - 400.0, -400.0 * speed - 900.0 * wing, -900.0 * wing, 180 * FL, radians(90), speed)
            sky.add(SOUTH, FIGHTER, f"OSIER{number + 1}{wing + 1}", Course(begins).straight(800.0).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    warning, at = "warning 1", clock.at(WARNED_S)
    got = [
        t.Marked(at_ns=clock.at(WARNED_S + after), id=warning, mark=mark, stamp_ns=clock.at(WARNED_S + after))
        for mark, after in (("RECEIVED", 2.0), ("UNDERSTOOD", 40.0))
    ]
    said = t.Said(
        at_ns=at, id=warning, by=NORTH, code="STP", precedence="FLASH", medium=t.GROUND, rings=True, crew=True
    )
    return in_order(
        opened(clock), heard(clock, "F1", "F2", at=60.0), checked(clock, 300.0), [said, *got],
        called(clock, CALLED_S, 3, "F1", "F2"),
    )  # fmt: skip


EPISODE = Episode(
    "second-wave",
    "a second wave 90 minutes after a warning that the line delivered, crews silent (June 2016)",
    "2016-06-16T06:00:00Z",
    9000.0,
    _compose,
    (Expected("C02", "BREACH", "SEV3", SOUTH), Expected("C08", "BREACH", "SEV2", SOUTH)),
    _told,
)
