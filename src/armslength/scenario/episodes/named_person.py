"""17 September 2016: a caller is kept waiting for his usual contact while strikes go on."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.domain import talk as t
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode, Expected
from armslength.scenario.episodes.posts import in_order, opened
from armslength.scenario.kinematics import Course, State
from armslength.scenario.patterns import racetrack
from armslength.scenario.sky import Sky
from armslength.units import FL, NM

CALLS_S = 600.0
PICKED_UP_S = 20.0
WAITED_S = 27 * 60.0


def _compose(sky: Sky) -> None:
    begins = State(0.0, -15 * NM, 0.0, 220 * FL, radians(90), FIGHTER.cruise)
    sky.add(NORTH, FIGHTER, "TEASEL11", racetrack(Course(begins), FIGHTER, 20 * NM, sky.duration).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    call, picked = "call 1", clock.at(CALLS_S + PICKED_UP_S)
    return in_order(
        opened(clock),
        [
            t.Said(
                at_ns=clock.at(CALLS_S), id=call, by=SOUTH, code="STP", precedence="FLASH", medium=t.TELEPHONE,
                rings=True, voice=True,
            ),
            t.Answered(at_ns=picked, id=call, code="SBY", stamp_ns=picked),
            t.Held(at_ns=picked, id=call, reason=t.NAMED_PERSON),
            t.Answered(
                at_ns=clock.at(CALLS_S + PICKED_UP_S + WAITED_S), id=call, code="WIL",
                stamp_ns=clock.at(CALLS_S + PICKED_UP_S + WAITED_S),
            ),
        ],
    )  # fmt: skip


EPISODE = Episode(
    "named-person",
    "a caller is kept waiting 27 minutes for his usual contact while strikes go on (September 2016)",
    "2016-09-17T14:00:00Z",
    3600.0,
    _compose,
    (Expected("C06", "BREACH", "SEV1", NORTH),),
    _told,
)
