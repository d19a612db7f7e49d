"""`following`, `leveling` and `foresight` read plainly: textbook matrices and small steps. Slow; for the tests.

Written once more from their description, not from the compiled code, in a flat sky: x east, y north, SI throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Matrix = list[list[float]]
Vector = list[float]


def product(a: Matrix, b: Matrix) -> Matrix:
    """Return the matrix product."""
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


@dataclass
class Line:
    """A Kalman filter of nearly constant velocity in one dimension; `x` is place and velocity, `p` their covariance."""

    x: Vector
    p: Matrix

    def predict(self, dt: float, q: float) -> None:
        """Carry it on by `dt` [s] with white-noise acceleration of density `q` [m^2/s^3]."""
        f = [[1.0, dt], [0.0, 1.0]]
        self.x = [self.x[0] + dt * self.x[1], self.x[1]]
        moved = product(product(f, self.p), [[1.0, 0.0], [dt, 1.0]])
        noise = [[q * dt**3 / 3.0, q * dt**2 / 2.0], [q * dt**2 / 2.0, q * dt]]
        self.p = [[m + n for m, n in zip(a, b, strict=True)] for a, b in zip(moved, noise, strict=True)]

    def measure(self, which: int, value: float, r: float) -> None:
        """Take a measured place (0) or velocity (1) of variance `r`."""
        spread = self.p[which][which] + r
        gain = [self.p[0][which] / spread, self.p[1][which] / spread]
        off = value - self.x[which]
        self.x = [self.x[k] + gain[k] * off for k in range(2)]
        keep = [[1.0 - gain[0] if which == 0 else 1.0, -gain[0] if which == 1 else 0.0],
                [-gain[1] if which == 0 else 0.0, 1.0 - gain[1] if which == 1 else 1.0]]  # fmt: skip
        self.p = product(keep, self.p)


@dataclass
class Flown:
    """East and north of one aircraft followed by `Line`s, with the surprise that an unexpected manoeuvre is."""

    q: float
    place_r: float
    rate_r: float
    lines: list[Line] = field(default_factory=list)

    def begin(self, place: Sequence[float], rate: Sequence[float] | None, unknown_rate: float) -> None:
        """Begin with a plot; a velocity that is not reported has the 1-sigma `unknown_rate` [m/s]."""
        spread = self.rate_r if rate is not None else unknown_rate**2
        self.lines = [
            Line([place[k], rate[k] if rate is not None else 0.0], [[self.place_r, 0.0], [0.0, spread]])
            for k in range(2)
        ]

    def follow(self, dt: float, place: Sequence[float], rate: Sequence[float] | None) -> None:
        """Take the next plot."""
        for line in self.lines:
            line.predict(dt, self.q)
        off2 = sum((place[k] - line.x[0]) ** 2 for k, line in enumerate(self.lines))
        if off2 > 18.0 * (self.lines[0].p[0][0] + self.place_r):
            more = off2 / dt**2
            for line in self.lines:
                line.p[0][0] += more * dt**2 / 3.0
                line.p[0][1] += more * dt / 2.0
                line.p[1][0] += more * dt / 2.0
                line.p[1][1] += more
        for k, line in enumerate(self.lines):
            line.measure(0, place[k], self.place_r)
        if rate is None:
            return
        off2 = sum((rate[k] - line.x[1]) ** 2 for k, line in enumerate(self.lines))
        if off2 > 18.0 * (self.lines[0].p[1][1] + self.rate_r):
            for line in self.lines:
                line.p[1][1] += 0.5 * off2
        for k, line in enumerate(self.lines):
            line.measure(1, rate[k], self.rate_r)


@dataclass(frozen=True)
class Mover:
    """One aircraft in a flat sky: place and velocity (3), rate of turn [rad/s, right positive]."""

    place: tuple[float, float, float]
    velocity: tuple[float, float, float]
    turn: float = 0.0

    def at(self, t: float, until: float = 0.0) -> tuple[float, float, float]:
        """Return where it is after `t` [s]: turning until `until` [s], straight since, in small steps."""
        x, y, z = self.place
        vx, vy, vz = self.velocity
        step, now = 0.01, 0.0
        while now < min(t, until) - 1e-9:
            angle = self.turn * step
            ax, ay = vx, vy
            vx, vy = vx * math.cos(angle) + vy * math.sin(angle), vy * math.cos(angle) - vx * math.sin(angle)
            x, y, now = x + 0.5 * (ax + vx) * step, y + 0.5 * (ay + vy) * step, now + step
        return x + vx * (t - now), y + vy * (t - now), z + vz * t


def apart(one: Mover, other: Mover, t: float, until: float = 0.0) -> tuple[float, float]:
    """Return horizontal and vertical distance after `t` [s]; who turns does so until `until` [s]."""
    a, b = one.at(t, until), other.at(t, until)
    return math.hypot(a[0] - b[0], a[1] - b[1]), abs(a[2] - b[2])


def first_time(holds: Callable[[float], bool], lookahead: float, step: float) -> float:
    """Return the first of the moments 0, step, 2 step ... up to `lookahead` at which `holds`; NaN none."""
    for k in range(int(lookahead / step) + 1):
        if holds(k * step):
            return k * step
    return math.nan


def leaders(
    names: Sequence[str], groups: Sequence[int], alone: Sequence[bool], apart_m: Callable[[int, int], float],
    together: Callable[[int, int], bool], near: float, most: int,
) -> list[int]:  # fmt: skip
    """Return who leads each aircraft: by name in order, each free one takes the nearest free ones of its group."""
    lead = list(range(len(names)))
    free = set(lead)
    for i in sorted(lead, key=lambda k: names[k]):
        if i not in free:
            continue
        free.discard(i)
        if groups[i] < 0 or alone[i]:
            continue
        fit = [j for j in free if groups[j] == groups[i] and not alone[j] and apart_m(i, j) < near and together(i, j)]
        for j in sorted(fit, key=lambda k: (apart_m(i, k), names[k]))[: most - 1]:
            lead[j] = i
            free.discard(j)
    return lead
