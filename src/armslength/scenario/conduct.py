"""The river with three that do not keep to the rules of conduct: what the working groups of both sides will talk about.

Everybody of armslength.scenario.river flies as there. In the first minutes three fighters of SOUTH are added: one stays
beside a tanker, one flies through the block that NORTH has reserved, one crosses ahead of a large aircraft.
"""

from __future__ import annotations

import math

import numpy as np

from armslength.agreement.area import Area
from armslength.agreement.articles import Block
from armslength.scenario import river
from armslength.scenario.aircraft import FIGHTER, NORTH, SOUTH, SURVEILLANCE, TANKER, Aircraft, Kind
from armslength.scenario.cast import base_of
from armslength.scenario.kinematics import Course, Flight, State, about, through
from armslength.scenario.passes import shadowing
from armslength.scenario.sky import Excuse, Sky
from armslength.scenario.station import Place
from armslength.units import FL, FT, NM

SHADOWED_S, SHADOW_S = (50.0, 270.0), 45.0
"""A fighter stays beside a tanker from the one to the other, and takes so long to come and to go [s]."""
BESIDE_M, BEHIND_M, ABOVE_M = 1.2 * NM, 0.9 * NM, 400 * FT
"""Where it stays."""
CROSSED_S, AHEAD_M, OVER_M = 165.0, 0.4 * NM, 200 * FT
"""When a fighter crosses ahead of a nose [s], how far ahead and above [m]."""
ENTERED_S, INSIDE_S = 60.0, 75.0
"""When a fighter flies into the block, and for how long it goes on before it turns away [s]."""
BLOCK_NM = (-16.0, 34.0, 24.0, 52.0)
"""The block that NORTH reserves: west, south, east, north of the middle of the area."""
BLOCK_LEVELS = 25 * FL, 65 * FL
CORNER = (-16.0, 35.3)
"""Where it flies in [NM east, north], or at the other end: a mile and a third north of the southern edge, along it."""
LOW = 45 * FL
STRAIGHT_S, AFTER_S = 160.0, 60.0
"""Everybody flies straight for so long before, and after [s]."""
WEST, EAST = (-42.0, -24.0), (18.0, 40.0)
NORTH_BANK = (12.0, 30.0)
"""What is met is so many miles east and north of the middle: the two far from each other, for they are two matters."""


def compose(sky: Sky) -> None:
    """Put everybody into the sky."""
    river.compose(sky)
    sky.blocks.append(block_of(sky))
    _shadow(sky)
    _enter(sky)
    _cross(sky)


def block_of(sky: Sky) -> Block:
    """Return the block that NORTH has reserved in the terms of this sky."""
    west, south, east, north = (edge * NM for edge in BLOCK_NM)
    lat, lon = sky.plane.geodetic(np.array([west, east, east, west]), np.array([south, south, north, north]))
    ring = tuple((round(float(a), 5), round(float(b), 5)) for a, b in zip(lat, lon, strict=True))
    floor, ceiling = BLOCK_LEVELS
    return Block(Area("Northern low-level block", ring=ring, floor_m=floor, ceiling_m=ceiling), NORTH)


def _shadow(sky: Sky) -> None:
    middle = 0.5 * sum(SHADOWED_S)
    tanker = _on_north_bank(sky, WEST, TANKER, "DEPOT21", 230 * FL, middle, middle + SHADOW_S + 10.0)
    first, last = SHADOWED_S
    k = sky.scale(0.0, 0.0)

    def beside() -> Flight:
        side = k * float(sky.rng.choice([-1.0, 1.0]))
        far = 6.0 * NM * side, -2.0 * NM * k, 800 * FT
        near = BESIDE_M * side, -BEHIND_M * k, ABOVE_M
        places = [Place(first - SHADOW_S, *far), Place(first, *near), Place(last, *near), Place(last + SHADOW_S, *far)]
        away = float(sky.rng.uniform(50.0, 110.0)), float(sky.rng.uniform(50.0, 110.0))
        return shadowing(tanker.flight, places, FIGHTER, (base_of(SOUTH, 0), base_of(SOUTH, 1)), away)

    excuse = Excuse(tanker.address, first - SHADOW_S, last + SHADOW_S)
    shadow = sky.add(SOUTH, FIGHTER, "OSIER17", sky.best(SOUTH, beside, excuse=excuse), broadcasts=True)
    story = "OSIER17 (SOUTH) stays beside the tanker DEPOT21 (NORTH) for minutes, and nobody has agreed to it."
    sky.plan("shadowing", [(tanker, shadow)], story, t=middle, encounters=1)


def _enter(sky: Sky) -> None:
    def enters() -> Flight:
        west, y = CORNER
        from_west = bool(sky.rng.integers(2))
        x = west if from_west else BLOCK_NM[2]
        at = State(ENTERED_S, x * NM, y * NM, LOW, math.radians(90.0 if from_west else -90.0), FIGHTER.cruise)
        return _straight_through(at, SOUTH, FIGHTER, INSIDE_S, south_s=float(sky.rng.uniform(0.0, 60.0)))

    sky.add(SOUTH, FIGHTER, "OSIER18", sky.best(SOUTH, enters), broadcasts=True)


def _cross(sky: Sky) -> None:
    large = _on_north_bank(sky, EAST, SURVEILLANCE, "LOFT21", 395 * FL, CROSSED_S, AFTER_S)
    one = large.flight.state(CROSSED_S)
    ahead = AHEAD_M * sky.scale(one.x, one.y)
    x, y = one.x + ahead * math.sin(one.heading), one.y + ahead * math.cos(one.heading)

    def crosses() -> Flight:
        # From its left, give or take: whoever is on the right has the right of way, and that is the large one.
        heading = one.heading + math.radians(float(sky.rng.uniform(60.0, 120.0)))
        at = State(CROSSED_S, x, y, one.z + OVER_M, heading, FIGHTER.cruise)
        return _straight_through(at, SOUTH, FIGHTER, AFTER_S, base=int(sky.rng.integers(2)))

    excuse = Excuse(large.address, CROSSED_S - 60.0, CROSSED_S + 60.0)
    fighter = sky.add(SOUTH, FIGHTER, "OSIER19", sky.best(SOUTH, crosses, excuse=excuse), broadcasts=True)
    story = "OSIER19 (SOUTH) crosses the nose of LOFT21 (NORTH) from the left, less than half a mile ahead."
    sky.plan("nose-crossing", [(large, fighter)], story, t=CROSSED_S, encounters=1)


def _on_north_bank(
    sky: Sky, where: tuple[float, float], kind: Kind, callsign: str, level: float, t: float, after_s: float
) -> Aircraft:
    """Put a large aircraft of NORTH into the sky that flies straight around `t`, and broadcasts."""

    def draw() -> Flight:
        x, y = (float(sky.rng.uniform(*reach)) * NM for reach in (where, NORTH_BANK))
        at = State(t, x, y, level, float(sky.rng.uniform(0.0, 2 * math.pi)), kind.cruise)
        return _straight_through(at, NORTH, kind, after_s, base=int(sky.rng.integers(2)))

    return sky.add(NORTH, kind, callsign, sky.best(NORTH, draw), broadcasts=True)


def _straight_through(
    at: State, party: str, kind: Kind, after_s: float, *, south_s: float = 0.0, base: int = 0
) -> Flight:
    """Return a level flight from one aerodrome of `party` through `at`, straight around it, to another, `base`.

    `south_s`: after that it flies due south for so long first [s].
    """
    after = Course(at).straight(after_s)
    if south_s:
        after.turn(math.copysign(180.0, at.heading) - math.degrees(at.heading), g=kind.turn).straight(south_s)
    after.toward(*base_of(party, base), g=kind.turn)
    before = Course(about(at)).straight(STRAIGHT_S).toward(*base_of(party, 1 - base), g=kind.turn)
    return through(before, after)
