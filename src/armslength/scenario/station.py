"""Flights that follow another: wingmen, receivers behind a tanker, a fighter that shadows.

A follower keeps an offset from its leader in axes that do not turn (right and ahead of one fixed heading), so its speed
is the leader's plus that of the change of offset. That is meant for the straight legs of the leader, and for offsets
that are small against its turns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armslength.scenario.kinematics import DT, Flight

F64 = NDArray[np.float64]

SPREAD_M = 1500.0
"""Below this level [m] a formation closes up vertically: on the runway all are at one level."""


@dataclass(frozen=True, slots=True)
class Place:
    """From `t` [s] on (after a smooth change that ends then): so far right, ahead and above [m] of the leader."""

    t: float
    right: float
    ahead: float
    above: float


def keep_station(leader: Flight, heading: float, places: Sequence[Place], *, hold: Sequence[float] = ()) -> Flight:
    """Return the flight from the first to the last of `places`, moving smoothly from one to the next.

    Args:
        leader: whom it follows.
        heading: direction [rad] from which right and ahead are counted.
        places: at least two, times on the grid of DT.
        hold: for each place the seconds [s] it is held before moving on (default none).
    """
    knots: list[tuple[float, float, float, float]] = []
    for k, place in enumerate(places):
        knots.append((place.t, place.right, place.ahead, place.above))
        if k < len(hold) and hold[k] > 0:
            knots.append((place.t + hold[k], place.right, place.ahead, place.above))
    path = leader.between(knots[0][0], knots[-1][0])
    t: F64 = path.t0 + DT * np.arange(len(path.x), dtype=np.float64)
    offset, rate = _blend(t, np.array(knots))
    sin, cos = math.sin(heading), math.cos(heading)
    dx, dy = offset[0] * cos + offset[1] * sin, offset[1] * cos - offset[0] * sin
    dvx, dvy = rate[0] * cos + rate[1] * sin, rate[1] * cos - rate[0] * sin
    return Flight(
        path.t0, path.x + dx, path.y + dy, path.z + offset[2], path.vx + dvx, path.vy + dvy, path.vz + rate[2]
    )


def wingman(leader: Flight, right: float, above: float, behind: float) -> Flight:
    """Return a flight in formation: `behind` seconds later on the leader's path, `right` of it and `above` it [m].

    The first seconds are flown straight back from the leader's first heading.
    """
    lag = round(behind / DT)
    t = np.arange(len(leader.x)) - lag
    k = np.maximum(t, 0)
    early = np.minimum(t, 0) * DT
    speed = np.hypot(leader.vx, leader.vy)
    ux, uy = leader.vx / speed, leader.vy / speed
    # The offset turns with the leader, which adds right * turn rate to the speed: take it from the path itself.
    x = (leader.x + right * uy)[k] + early * leader.vx[0]
    y = (leader.y - right * ux)[k] + early * leader.vy[0]
    low = np.clip(leader.z[k] / SPREAD_M, 0.0, 1.0)
    z = leader.z[k] + above * low * low * (3 - 2 * low)
    return Flight(leader.t0, x, y, z, np.gradient(x, DT), np.gradient(y, DT), np.gradient(z, DT))


def mirrored(flight: Flight, x: float, y: float, above: float) -> Flight:
    """Return the flight turned by half a turn about (x, y) and lifted by `above` [m]: it is always opposite."""
    return Flight(flight.t0, 2 * x - flight.x, 2 * y - flight.y, flight.z + above, -flight.vx, -flight.vy, flight.vz)


def _blend(t: F64, knots: F64) -> tuple[F64, F64]:
    """Return offset and its rate, shape (3, T): quintic steps between knots (t, right, ahead, above), (K, 4)."""
    k = np.clip(np.searchsorted(knots[:, 0], t, side="right") - 1, 0, len(knots) - 2)
    span = knots[k + 1, 0] - knots[k, 0]
    u = np.clip((t - knots[k, 0]) / span, 0.0, 1.0)
    step, slope = u**3 * (10 - 15 * u + 6 * u * u), 30 * u * u * (1 - u) ** 2 / span
    change = (knots[k + 1, 1:] - knots[k, 1:]).T
    return knots[k, 1:].T + change * step, change * slope
