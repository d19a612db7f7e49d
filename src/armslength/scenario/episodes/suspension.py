"""June 2017: the arrangement is suspended from one hour to the next, and a week later the line is in use."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED
from armslength.engine.process.rule import Notice
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH
from armslength.scenario.episodes.episode import Clock, Episode, Expected
from armslength.scenario.episodes.posts import checked, in_order, opened
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.units import FL, NM

HOUR, DAY = 3600.0, 86_400.0
SUSPENDS_S = 6 * HOUR
PROVISIONS = ("separation", "conduct")
MEETS_S = 6 * DAY + 4 * HOUR
WARNS_S = 6 * DAY + 8 * HOUR
LASTS_S = 420.0


def _compose(sky: Sky) -> None:
    for party, name, behind in ((NORTH, "TEASEL11", 0.0), (SOUTH, "OSIER11", 1.5 * NM)):
        speed = FIGHTER.cruise
        began = State(MEETS_S, -60 * NM - behind, 0.0, 240 * FL, radians(90), speed)
        away = 60.0 if party == SOUTH else -60.0
        sky.add(party, FIGHTER, name, Course(began).straight(LASTS_S).turn(away, g=FIGHTER.turn).straight(300.0).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    given, holds = clock.at(SUSPENDS_S), clock.at(SUSPENDS_S + HOUR)
    warning = clock.at(WARNS_S)
    talk = in_order(
        opened(clock),
        checked(clock, *(10 * HOUR * k + 600.0 for k in range(17))),
        [
            t.Suspended(at_ns=holds, provisions=frozenset(PROVISIONS)),
            t.Said(
                at_ns=warning, id="warning 1", by=SOUTH, code="ACT", precedence="PRIORITY", medium=t.GROUND, rings=True
            ),
            t.Marked(at_ns=warning, id="warning 1", mark="RECEIVED", stamp_ns=warning),
            t.Answered(
                at_ns=clock.at(WARNS_S + 50.0), id="warning 1", code="ROG", stamp_ns=clock.at(WARNS_S + 50.0)
            ),
        ],
    )  # fmt: skip
    notices = [Notice(f"notice {one}", SOUTH, one, False, given, given, given) for one in PROVISIONS]
    return [*notices, *talk]


EPISODE = Episode(
    "suspension",
    "suspended from one hour to the next, and a week later the line is in use (June 2017)",
    "2017-06-19T06:00:00Z",
    7 * DAY,
    _compose,
    (
        Expected("C01", "NOT_DETERMINABLE", "SEV3", "", regime=SUSPENDED),
        Expected("C01", "NOT_DETERMINABLE", "SEV3", "", regime=SUSPENDED),
        Expected("G01", "NOT_DETERMINABLE", "SEV2", "", "TEASEL11", "OSIER11", SUSPENDED),
        Expected("G09", "NOT_DETERMINABLE", "SEV3", SOUTH, "TEASEL11", "OSIER11", SUSPENDED),
        Expected("P06", "BREACH", "SEV4", SOUTH),
        Expected("P06", "BREACH", "SEV4", SOUTH),
    ),
    _told,
)
