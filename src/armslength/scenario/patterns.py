"""What aircraft do all day: racetracks, airways, taking off and coming home. Lengths in metres, levels too."""

from __future__ import annotations

import math

from armslength.scenario.aircraft import Kind
from armslength.scenario.kinematics import Course, Flight, State

ON_RUNWAY = 8.0
"""Ground speed [m/s] at which a flight begins and ends on the runway."""
BRAKING = 2.5
"""[m/s2]"""
FINAL_S = 40.0
"""Seconds of final approach at approach speed."""


def home(course: Course, kind: Kind, base: tuple[float, float], *, rate: float | None = None) -> Course:
    """Lead `course` to `base` and land there, descending at `rate` [m/s]. Flown backwards it is a take-off.

    Where the way is too short for the descent, it is begun at once, in turns.
    """
    rate = rate or kind.climb
    course.to_speed(kind.cruise, rate=kind.thrust)
    slow_s = (kind.cruise - kind.approach) / kind.thrust
    slow = 0.5 * (kind.cruise + kind.approach) * slow_s
    final = kind.approach * FINAL_S
    needed = course.now.z / rate + 20.0
    begun: float | None = None
    for _ in range(60):
        degrees, run = course.aim(*base, g=kind.turn)
        level = run - slow - final
        left = needed - (course.now.t - begun if begun is not None else 0.0)
        if level > 0 and level / kind.cruise + slow_s + FINAL_S >= left:
            break
        if begun is None:
            begun = course.now.t
            course.climb(0.0, rate=rate)
        course.straight(30.0).turn(180.0, g=kind.turn)
    course.turn(degrees, g=kind.turn)
    before = 0.0 if begun is not None else level / kind.cruise + slow_s + FINAL_S - needed
    before = min(max(before, 0.0), level / kind.cruise)
    course.straight(before).climb(0.0, rate=rate).ahead(level - before * kind.cruise)
    course.to_speed(kind.approach, rate=kind.thrust).straight(FINAL_S)
    return course.to_speed(ON_RUNWAY, rate=BRAKING)


def racetrack(course: Course, kind: Kind, leg: float, until: float, *, side: float = 1.0) -> Course:
    """Fly whole laps past `until` on a racetrack: straight legs of `leg` [m], turns to `side` (1 right, -1 left)."""
    while course.now.t < until:
        for _ in range(2):
            course.ahead(leg).turn(side * 180.0, g=kind.turn)
    return course


def lap_s(kind: Kind, leg: float, speed: float) -> float:
    """Return the duration of a lap [s]."""
    around = 2 * math.pi * speed**2 / (9.80665 * math.sqrt(kind.turn**2 - 1.0))
    return (2 * leg + around) / speed


def orbit(
    kind: Kind, *, entry: State, leg: float, until: float, base: tuple[float, float], side: float = 1.0
) -> Flight:
    """Return a flight on a racetrack from `entry` on, and home to `base` after the first whole lap past `until`."""
    return home(racetrack(Course(entry), kind, leg, until, side=side), kind, base).fly()
