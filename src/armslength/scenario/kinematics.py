"""How scenario aircraft fly: a course of legs with turns, climbs and speed changes, integrated into a flight.

Everything is SI on the plane of the scenario (armslength.scenario.plane): x east, y north, z pressure altitude [m];
headings clockwise from the plane's north [rad]; times in seconds from the start of the scenario, on a grid of DT.
A flight is the truth: between knots it is the cubic through both positions and velocities, so it has one position
and one velocity at every moment, and nothing of it is noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from armslength.units import G0

F64 = NDArray[np.float64]

DT = 0.5
"""Time between knots [s]."""
ROLL, THROTTLE, PITCH = 5, 9, 21
"""Knots over which a turn, a change of speed and a change of climb build up (2.5 s, 4.5 s, 10.5 s)."""


@dataclass(frozen=True, slots=True)
class State:
    """Where an aircraft is at `t` [s]: x, y, z [m], heading [rad], speed over ground [m/s]."""

    t: float
    x: float
    y: float
    z: float
    heading: float
    speed: float


@dataclass(frozen=True, slots=True)
class Flight:
    """The true flight of one aircraft: knots every DT from `t0`, each shape (K,): positions [m], velocities [m/s]."""

    t0: float
    x: F64
    y: F64
    z: F64
    vx: F64
    vy: F64
    vz: F64

    @property
    def t1(self) -> float:
        """The last moment of the flight [s]."""
        return self.t0 + DT * (len(self.x) - 1)

    def at(self, t: F64) -> tuple[F64, F64, F64]:
        """Return x, y, z [m] at times `t` [s], any shape; NaN outside the flight."""
        k, u, outside = self._place(t)
        h01 = u * u * (3 - 2 * u)
        h00, h10, h11 = 1 - h01, u * (1 - u) ** 2 * DT, u * u * (u - 1) * DT
        out = []
        for p, v in ((self.x, self.vx), (self.y, self.vy), (self.z, self.vz)):
            out.append(np.where(outside, np.nan, h00 * p[k] + h01 * p[k + 1] + h10 * v[k] + h11 * v[k + 1]))
        return out[0], out[1], out[2]

    def velocity(self, t: F64) -> tuple[F64, F64, F64]:
        """Return vx, vy, vz [m/s] at times `t` [s], any shape; NaN outside the flight."""
        k, u, outside = self._place(t)
        slope, d0, d1 = 6 * u * (1 - u) / DT, (1 - u) * (1 - 3 * u), u * (3 * u - 2)
        out = []
        for p, v in ((self.x, self.vx), (self.y, self.vy), (self.z, self.vz)):
            out.append(np.where(outside, np.nan, slope * (p[k + 1] - p[k]) + d0 * v[k] + d1 * v[k + 1]))
        return out[0], out[1], out[2]

    def state(self, t: float) -> State:
        """Return the state at `t`, which lies within the flight."""
        moment = np.array([t])
        (x,), (y,), (z,) = self.at(moment)
        (vx,), (vy,), _ = self.velocity(moment)
        return State(t, float(x), float(y), float(z), math.atan2(vx, vy), math.hypot(vx, vy))

    def between(self, t0: float, t1: float) -> Flight:
        """Return the part of the flight from `t0` to `t1` (rounded inwards to knots)."""
        first = max(0, math.ceil((t0 - self.t0) / DT - 1e-9))
        last = min(len(self.x) - 1, math.floor((t1 - self.t0) / DT + 1e-9))
        cut = slice(first, max(first, last) + 1)
        parts = (part[cut] for part in (self.x, self.y, self.z, self.vx, self.vy, self.vz))
        return Flight(self.t0 + first * DT, *parts)

    def then(self, later: Flight) -> Flight:
        """Return this flight followed by `later`, which begins where and when this one ends."""
        ends = (self.x, self.y, self.z, self.vx, self.vy, self.vz)
        begins = (later.x, later.y, later.z, later.vx, later.vy, later.vz)
        return Flight(self.t0, *(np.concatenate([a, b[1:]]) for a, b in zip(ends, begins, strict=True)))

    def reversed_about(self, t: float) -> Flight:
        """Return the flight run backwards in time about moment `t`: what came after `t` now leads to it."""
        back = slice(None, None, -1)
        return Flight(
            2 * t - self.t1, self.x[back], self.y[back], self.z[back], -self.vx[back], -self.vy[back], -self.vz[back]
        )

    def _place(self, t: F64) -> tuple[NDArray[np.int64], F64, NDArray[np.bool_]]:
        where = (np.asarray(t, dtype=np.float64) - self.t0) / DT
        outside = (where < -1e-9) | (where > len(self.x) - 1 + 1e-9)
        k = np.clip(np.floor(where), 0, max(0, len(self.x) - 2)).astype(np.int64)
        return k, np.clip(where - k, 0.0, 1.0), outside


@dataclass
class Course:
    """Legs flown one after another from a state; `fly` integrates them.

    Turns, speed changes and climbs are each written to a channel as (from, to, rate). A course keeps its dead reckoning
    (`now`) as it grows, so that the next leg can be aimed; rounding by the build-up of turns moves it by metres.
    """

    now: State
    turns: list[tuple[float, float, float]] = field(default_factory=list)
    thrusts: list[tuple[float, float, float]] = field(default_factory=list)
    climbs: list[tuple[float, float, float]] = field(default_factory=list)
    start: State = field(init=False)
    _climb_free: float = field(init=False)

    def __post_init__(self) -> None:
        self.start, self._climb_free = self.now, self.now.t

    def straight(self, seconds: float) -> Course:
        """Hold heading and speed for `seconds`."""
        s, run = self.now, self.now.speed * max(0.0, seconds)
        x, y = s.x + run * math.sin(s.heading), s.y + run * math.cos(s.heading)
        self.now = State(s.t + max(0.0, seconds), x, y, s.z, s.heading, s.speed)
        return self

    def ahead(self, metres: float) -> Course:
        """Hold heading and speed for `metres` over ground."""
        return self.straight(metres / self.now.speed)

    def turn(self, degrees: float, *, g: float) -> Course:
        """Turn by `degrees` (positive: right) in a level turn of load factor `g`."""
        if abs(degrees) < 0.05:
            return self
        s, angle = self.now, math.radians(degrees)
        rate = math.copysign(turn_rate(s.speed, g), angle)
        took, radius = angle / rate, s.speed / rate
        new = s.heading + angle
        x = s.x + radius * (math.cos(s.heading) - math.cos(new))
        y = s.y + radius * (math.sin(new) - math.sin(s.heading))
        self.turns.append((s.t, s.t + took, rate))
        self.now = State(s.t + took, x, y, s.z, new, s.speed)
        return self

    def to_speed(self, speed: float, *, rate: float) -> Course:
        """Hold heading and change to `speed` [m/s] at `rate` [m/s2]."""
        s, change = self.now, speed - self.now.speed
        took = abs(change) / rate
        if took < 1e-9:
            return self
        self.thrusts.append((s.t, s.t + took, math.copysign(rate, change)))
        run = 0.5 * (s.speed + speed) * took
        x, y = s.x + run * math.sin(s.heading), s.y + run * math.cos(s.heading)
        self.now = State(s.t + took, x, y, s.z, s.heading, speed)
        return self

    def climb(self, to: float, *, rate: float) -> Course:
        """Begin now (or when the last climb ends) to climb or descend to `to` [m] at `rate` [m/s]; legs go on."""
        begin = max(self.now.t, self._climb_free)
        change = to - self.now.z
        if abs(change) > 0.01:
            self._climb_free = begin + abs(change) / rate
            self.climbs.append((begin, self._climb_free, math.copysign(rate, change)))
            s = self.now
            self.now = State(s.t, s.x, s.y, to, s.heading, s.speed)
        return self

    def toward(self, x: float, y: float, *, g: float, short: float = 0.0) -> Course:
        """Turn the shorter way and fly straight to (x, y), ending `short` metres before it."""
        for _ in range(60):
            degrees, run = self.aim(x, y, g=g)
            if run >= 0.0:
                return self.turn(degrees, g=g).ahead(max(0.0, run - short))
            self.straight(10.0)  # inside the turning circle: gain room first
        return self

    def fly(self) -> Flight:
        """Integrate the course: a flight from its start to its last whole knot."""
        cells = max(1, math.ceil((self.now.t - self.start.t) / DT - 1e-9))
        t0, s = self.start.t, self.start
        turning = _smooth(_cells(self.turns, t0, cells), ROLL)
        thrust = _smooth(_cells(self.thrusts, t0, cells), THROTTLE)
        climbing = _smooth(_cells(self.climbs, t0, cells), PITCH)
        heading = s.heading + _summed(turning)
        speed = s.speed + _summed(thrust)
        z = s.z + _summed(climbing)
        half_h, half_v = 0.5 * (heading[1:] + heading[:-1]), 0.5 * (speed[1:] + speed[:-1])
        vx, vy = speed * np.sin(heading), speed * np.cos(heading)
        mx, my = half_v * np.sin(half_h), half_v * np.cos(half_h)
        x = s.x + _summed((vx[:-1] + 4 * mx + vx[1:]) / 6)
        y = s.y + _summed((vy[:-1] + 4 * my + vy[1:]) / 6)
        edge = np.concatenate([climbing[:1], climbing, climbing[-1:]])
        return Flight(t0, x, y, z, vx, vy, 0.5 * (edge[1:] + edge[:-1]))

    def aim(self, x: float, y: float, *, g: float) -> tuple[float, float]:
        """Return the turn [deg] and the straight run after it [m] to (x, y); a negative run: no such turn."""
        s = self.now
        bearing = math.atan2(x - s.x, y - s.y)
        off = (bearing - s.heading + math.pi) % (2 * math.pi) - math.pi
        if abs(off) < 1e-6:
            return 0.0, math.hypot(x - s.x, y - s.y)
        side = math.copysign(1.0, off)
        radius = s.speed / turn_rate(s.speed, g)
        cx, cy = s.x + side * radius * math.cos(s.heading), s.y - side * radius * math.sin(s.heading)
        away = math.hypot(x - cx, y - cy)
        if away <= radius * 1.0001:
            return 0.0, -1.0
        run = math.sqrt(away**2 - radius**2)
        course = math.atan2(x - cx, y - cy) + side * math.asin(radius / away)
        angle = (side * (course - s.heading)) % (2 * math.pi)
        return side * math.degrees(angle if angle < 2 * math.pi - 1e-6 else 0.0), run


def turn_rate(speed: float, g: float) -> float:
    """Return the rate [rad/s] of a level turn of load factor `g` at `speed` [m/s]."""
    return G0 * math.sqrt(g * g - 1.0) / speed


def load_factor(bank: float) -> float:
    """Return the load factor of a level turn at `bank` [deg]."""
    return 1.0 / math.cos(math.radians(bank))


def through(before: Course, after: Course) -> Flight:
    """Return the flight that `before`, flown backwards, leads to its start, and `after` leads on from there.

    Both start in the same state but for the heading, which is turned about in `before`.
    """
    return before.fly().reversed_about(after.start.t).then(after.fly())


def about(s: State) -> State:
    """Return the state with its heading turned about: where a course that leads up to `s` starts, backwards."""
    return State(s.t, s.x, s.y, s.z, s.heading + math.pi, s.speed)


def _cells(channel: list[tuple[float, float, float]], t0: float, cells: int) -> F64:
    """Return the mean rate in each cell of DT, shape (cells,)."""
    out = np.zeros(cells)
    edges = t0 + DT * np.arange(cells + 1)
    for begin, end, rate in channel:
        inside = np.clip(edges, begin, end)
        out += rate * (inside[1:] - inside[:-1]) / DT
    return out


def _smooth(rates: F64, width: int) -> F64:
    """Return the rates spread over `width` cells; what they sum up to stays the same but for the last cells."""
    if not rates.any():
        return rates
    reach = width // 2
    padded = np.pad(rates, reach)
    summed = np.concatenate([[0.0], np.cumsum(padded)])
    spread: F64 = (summed[width:] - summed[:-width]) / width
    return spread


def _summed(rates: F64) -> F64:
    return np.concatenate([[0.0], np.cumsum(rates)]) * DT
