"""Random traffic for measuring detection: a square of sky at 45N 10E, uniformly filled.

Levels FL100 to FL400, any track, 150 to 250 m/s; three in five fly level, the others climb or sink at up to
2,000 ft/min.
"""

from __future__ import annotations

import math

import numpy as np

from armslength.domain.plot import F64
from armslength.units import FL, FPM

NORTH, EAST = 45.0, 10.0
EARTH_M = 6371000.0
DENSE_M, SPARSE_M = 200e3, 1000e3
"""Sides of the two squares that are measured [m]."""


def square(n: int, side: float, seed: int = 20151020) -> dict[str, F64]:
    """Return the arguments of `armslength.detect` for `n` aircraft in a square of `side` [m]."""
    draw = np.random.default_rng([seed, n, int(side)])
    x, y = draw.uniform(-0.5 * side, 0.5 * side, (2, n))
    climbing = draw.random(n) < 0.4
    return {
        "lat": NORTH + np.degrees(y / EARTH_M),
        "lon": EAST + np.degrees(x / (EARTH_M * math.cos(math.radians(NORTH)))),
        "alt": draw.uniform(100 * FL, 400 * FL, n),
        "track": draw.uniform(0.0, 360.0, n),
        "gs": draw.uniform(150.0, 250.0, n),
        "vs": np.where(climbing, draw.uniform(-2000 * FPM, 2000 * FPM, n), 0.0),
    }


def vectors(pairs: int, seed: int = 20151020) -> tuple[F64, F64]:
    """Return relative positions [m] and velocities [m/s] of `pairs` pairs, shape (3, P), within some 60 km."""
    draw = np.random.default_rng([seed, pairs])
    s = draw.uniform(-40e3, 40e3, (3, pairs))
    v = draw.uniform(-350.0, 350.0, (3, pairs))
    s[2] *= 0.05
    v[2] = np.where(draw.random(pairs) < 0.4, 0.0, v[2] * 0.05)
    return s, v
