"""17 September 2018: notice comes under a minute before, and names another place than where it is flown."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

import numpy as np

from armslength.agreement.area import Area, Circle
from armslength.domain.declared import Notified
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH, SURVEILLANCE
from armslength.scenario.episodes.episode import Clock, Episode, Expected, address
from armslength.scenario.episodes.posts import checked, in_order, opened, told
from armslength.scenario.kinematics import Course, State
from armslength.scenario.patterns import racetrack
from armslength.scenario.sky import Sky
from armslength.scenario.station import wingman
from armslength.units import FL, NM

BEGINS_S, LASTS_S = 1500.0, 1200.0
LEAD_S = 50.0
IN_THE_NORTH = (0.0, 60 * NM, 15 * NM)
"""The place that the notice names: x, y, radius [m]."""
FOUR = ("TEASEL11", "TEASEL12", "TEASEL13", "TEASEL14")


def _compose(sky: Sky) -> None:
    speed = FIGHTER.cruise
    # They come from the far west, turn back before the coast, and were never in the north.
    begins = State(BEGINS_S - 300.0, -110 * NM, -40 * NM, 200 * FL, radians(90), speed)
    lead = Course(begins).straight(540.0).turn(180.0, g=FIGHTER.turn).straight(500.0).fly()
    for k, name in enumerate(FOUR):
        sky.add(NORTH, FIGHTER, name, lead if k == 0 else wingman(lead, 150.0 * k, 0.0, 1.5 * k))
    orbit = State(0.0, -10 * NM, 0.0, 160 * FL, radians(0), SURVEILLANCE.cruise)
    sky.add(SOUTH, SURVEILLANCE, "BEACON61", racetrack(Course(orbit), SURVEILLANCE, 30 * NM, sky.duration).fly())


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    x, y, radius = IN_THE_NORTH
    (lat,), (lon,) = sky.plane.geodetic(np.array([x]), np.array([y]))
    area = Area("The north", circle=Circle(round(float(lat), 5), round(float(lon), 5), radius))
    begins, said = clock.at(BEGINS_S), clock.at(BEGINS_S - LEAD_S)
    who = frozenset(address(sky, name) for name in FOUR)
    notice = Notified(
        at_ns=said, id="notice 1", by=NORTH, receiver=SOUTH, kind="URGENT", area=area, from_ns=begins,
        until_ns=clock.at(BEGINS_S + LASTS_S), aircraft=who,
    )  # fmt: skip
    return in_order(opened(clock), checked(clock, 60.0), told(notice, LEAD_S / 2))


EPISODE = Episode(
    "late-notice",
    "notice under a minute before, of another place than where it is flown (September 2018)",
    "2018-09-17T18:30:00Z",
    3600.0,
    _compose,
    (Expected("D04", "BREACH", "SEV3", NORTH), Expected("D05", "BREACH", "SEV2", NORTH, "TEASEL11")),
    _told,
)
