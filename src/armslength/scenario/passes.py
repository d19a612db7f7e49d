"""Flights that pass another aircraft at an exactly known time and distance.

The aircraft that is passed flies straight and level around that time. The passer is put at the wanted place beside it,
square to the velocity between the two, and its course is drawn from there: forwards to home, and backwards to where it
came from. So the closest point is met exactly, whatever the rest of the course is like.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armslength.scenario.aircraft import FIGHTER, Kind
from armslength.scenario.kinematics import DT, Course, Flight, State, about, through
from armslength.scenario.patterns import home
from armslength.scenario.sky import Sky
from armslength.scenario.station import Place, keep_station


@dataclass(frozen=True, slots=True)
class Pass:
    """How an aircraft passes another.

    Attributes:
        d_h: horizontal distance at the closest point, on the earth [m].
        d_v: how much higher the passer is there [m].
        crossing: course of the passer minus course of the passed [deg].
        side: 1 or -1: on which side.
        speed: of the passer [m/s].
        steady: seconds that it flies straight before and after.
        away: turn [deg] and load factor with which it leaves; none when 0.
        hop: it comes from so much farther in level [m], and goes back there: `d_v` holds for a moment only.
    """

    d_h: float
    d_v: float
    crossing: float
    side: float = 1.0
    speed: float = FIGHTER.cruise
    steady: float = 75.0
    away: tuple[float, float] = (0.0, 1.5)
    hop: float = 0.0


def steady_moment(flight: Flight, near: float, margin: float) -> float:
    """Return the whole second nearest to `near` [s] around which `flight` is straight and level for +- `margin` [s].

    Raises:
        LookupError: it never flies straight for so long.
    """
    heading = np.unwrap(np.arctan2(flight.vx, flight.vy))
    busy = (np.abs(np.diff(heading)) > 1e-7) | (np.abs(flight.vz[1:]) > 1e-6)
    busy |= np.abs(np.diff(np.hypot(flight.vx, flight.vy))) > 1e-6
    reach = math.ceil(margin / DT)
    summed = np.concatenate([[0], np.cumsum(busy)])
    k = np.arange(reach, len(busy) - reach)
    free = k[(summed[k + reach] - summed[k - reach]) == 0]
    moments = flight.t0 + DT * free
    moments = moments[(np.abs(moments - np.round(moments)) < 1e-6) & (moments > margin)]
    if not len(moments):
        raise LookupError(f"no straight stretch of {2 * margin:.0f} s")
    return float(moments[np.argmin(np.abs(moments - near))])


def passing(sky: Sky, passed: Flight, t: float, how: Pass, kind: Kind, base: tuple[float, float]) -> Flight:
    """Return a flight of `kind` from and to `base` that passes `passed` as `how` says at time `t`."""
    at = beside(sky, passed, t, how)
    after, before = _leave(at, how, kind, base, 1.0), _leave(about(at), how, kind, base, -1.0)
    flight = through(before, after)
    return hopped(flight, t, how) if how.hop else flight


def beside(sky: Sky, passed: Flight, t: float, how: Pass) -> State:
    """Return where the passer is at time `t`: at the distance of `how`, square to the velocity between the two."""
    one = passed.state(t)
    heading = one.heading + math.radians(how.crossing)
    vx = how.speed * math.sin(heading) - one.speed * math.sin(one.heading)
    vy = how.speed * math.cos(heading) - one.speed * math.cos(one.heading)
    closing = math.hypot(vx, vy)
    nx, ny = how.side * vy / closing, -how.side * vx / closing
    k = sky.scale(one.x + 0.5 * how.d_h * nx, one.y + 0.5 * how.d_h * ny)
    level = one.z + how.d_v + math.copysign(how.hop, how.d_v)
    return State(t, one.x + nx * how.d_h * k, one.y + ny * how.d_h * k, level, heading, how.speed)


def shadowing(
    leader: Flight,
    places: Sequence[Place],
    kind: Kind,
    bases: tuple[tuple[float, float], tuple[float, float]],
    away: tuple[float, float],
) -> Flight:
    """Return a flight that keeps `places` beside `leader` (on a straight leg of it), from and to `bases`.

    `away` [deg]: how far it turns outwards after it, and from how far outwards it comes.
    """
    path = keep_station(leader, leader.state(places[0].t).heading, places)
    first, last = path.state(path.t0), path.state(path.t1)
    side = math.copysign(1.0, places[0].right)
    before = home(Course(about(first)).straight(20.0).turn(-side * away[0], g=kind.turn).straight(40.0), kind, bases[0])
    side = math.copysign(1.0, places[-1].right)
    after = home(Course(last).straight(20.0).turn(side * away[1], g=kind.turn).straight(40.0), kind, bases[1])
    return before.fly().reversed_about(first.t).then(path).then(after.fly())


def _leave(at: State, how: Pass, kind: Kind, base: tuple[float, float], sense: float) -> Course:
    course = Course(at).straight(how.steady)
    degrees, g = how.away
    if degrees and sense > 0:
        course.turn(degrees, g=g).straight(20.0)
    return home(course, kind, base, rate=kind.climb if sense > 0 else min(kind.steepest, 1.6 * kind.climb))


def hopped(flight: Flight, t: float, how: Pass) -> Flight:
    """Return `flight` with a hump of `hop` [m] towards the passed at `t`: hop * (1 - (s/W)^2)^3, s seconds from `t`."""
    wide = how.steady - 5.0
    u = np.clip((flight.t0 + DT * np.arange(len(flight.x)) - t) / wide, -1.0, 1.0)
    towards = -math.copysign(how.hop, how.d_v)
    dz, dvz = towards * (1 - u * u) ** 3, -6 * towards * u * (1 - u * u) ** 2 / wide
    return Flight(flight.t0, flight.x, flight.y, flight.z + dz, flight.vx, flight.vy, flight.vz + dvz)
