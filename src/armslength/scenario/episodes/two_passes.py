"""2017: a pass at 20 ft that both sides rated safe, and one at 5 ft that was rated unsafe for its closure."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Any

from armslength.domain.declared import Joins
from armslength.domain.talk import Answered
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH, SURVEILLANCE
from armslength.scenario.episodes.episode import Clock, Episode, Expected, address
from armslength.scenario.kinematics import Course, State
from armslength.scenario.sky import Sky
from armslength.scenario.station import Place, keep_station
from armslength.units import FL, FT, NM

PASSES_S = 900.0
WINGS_M = 40.0
"""Half of both wing spans together [m]: between wing tips it is so much less than between their middles."""
SLOWLY = (Place(PASSES_S - 840.0, -1 * NM, -4 * NM, 5.0), Place(PASSES_S - 240.0, -1 * NM, -40.0, 5.0))
"""First abeam a mile away, then beside the wing tip: never faster than 30 kt to the other."""
FAST = (Place(PASSES_S - 110.0, -3 * NM, -2 * NM, 5.0),)
"""From behind to the wing tip at up to 240 kt."""
PAIRS = (("LOFT31", "OSIER11", 40 * NM), ("LOFT32", "OSIER12", -40 * NM))


def _compose(sky: Sky) -> None:
    speed = SURVEILLANCE.cruise
    for (large, fighter, y), right, comes in zip(PAIRS, (20 * FT, 5 * FT), (SLOWLY, FAST), strict=True):
        begins = State(0.0, -speed * PASSES_S, y, 290 * FL, radians(90), speed)
        flight = Course(begins).straight(sky.duration).fly()
        sky.add(NORTH, SURVEILLANCE, large, flight)
        beside = -WINGS_M - right, -40.0, 5.0
        places = (
            *comes, Place(PASSES_S, *beside), Place(PASSES_S + 60.0, *beside),
            Place(PASSES_S + 360.0, -12 * NM, -4 * NM, 0.0),
        )  # fmt: skip
        sky.add(SOUTH, FIGHTER, fighter, keep_station(flight, radians(90), places))


def _told(sky: Sky, clock: Clock) -> Sequence[Any]:
    facts: list[Any] = []
    for number, (large, fighter, _) in enumerate(PAIRS, 1):
        pair, join, taken = frozenset({address(sky, large), address(sky, fighter)}), f"join {number}", clock.at(60.0)
        facts.append(
            Joins(
                at_ns=clock.at(30.0), id=join, by=SOUTH, stamp_ns=clock.at(30.0), until_ns=clock.at(sky.duration),
                aircraft=pair,
            )
        )  # fmt: skip
        facts.append(Answered(at_ns=taken, id=join, code="ROG", stamp_ns=taken))
    return facts


EPISODE = Episode(
    "two-passes",
    "a pass at 20 ft that was rated safe and one at 5 ft that was rated unsafe (2017)",
    "2017-06-19T10:00:00Z",
    1300.0,
    _compose,
    (
        Expected("G01", "NO_BREACH", "SEV1", "", "LOFT31", "OSIER11", "JOIN"),
        Expected("G01", "NO_BREACH", "SEV1", "", "LOFT32", "OSIER12", "JOIN"),
        Expected("G02", "NO_BREACH", "SEV1", "", "LOFT31", "OSIER11", "JOIN"),
        Expected("G02", "NO_BREACH", "SEV1", "", "LOFT32", "OSIER12", "JOIN"),
        Expected("G04", "BREACH", "SEV1", SOUTH, "LOFT32", "OSIER12"),
        Expected("G09", "NO_BREACH", "SEV2", "", "LOFT31", "OSIER11", "JOIN"),
        Expected("G09", "NO_BREACH", "SEV2", "", "LOFT32", "OSIER12", "JOIN"),
    ),
    _told,
    sigma_m=1.0,
)
