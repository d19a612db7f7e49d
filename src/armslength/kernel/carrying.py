"""Tracks carried on to one moment, and the sources of each aircraft joined.

Of several sources of one aircraft the surest is followed, and kept while none is much surer; they are not mixed,
because their biases would make the track zigzag. What they differ by more than both explain is told, and widens the
bounds.

Units: s, m, m/s, rad; degrees where said. NaN means unknown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.following import (
    ACC,
    AGILITY,
    CLOCK_SLACK,
    LEVELS,
    P00,
    SLACK_MOST,
    TURN,
    T,
    coast,
    normal,
)
from armslength.kernel.geodesy import E2
from armslength.kernel.jit import jit
from armslength.kernel.leveling import FORGET, LEVEL_STATE, LT, carry_level

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

# Columns of what is carried: degrees, m/s, 1-sigma values; places and velocities earth-centred.
LAT, LON, GS, TRACK, SIGMA_H, SIGMA_GS, VS, SIGMA_VS, RATE, AGE, X, U = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13
LEVEL, SIGMA_V, LEVEL_AGE = 16, 18, 20
"""Two columns each: barometric, geometric."""
CARRIED = 22
BIAS = (19.05, 22.5)
"""1-sigma of what the levels of one sensor are off by, barometric and geometric [m]: half of 125 ft and of 45 m."""
SURER = 0.67
"""Another source is followed when its 1-sigma is below this share of that of the one followed."""
FRESH = 15.0
"""Sources are compared while their plots are no older [s]."""


@jit
def carry(rows: I64, now: float, hardest: F64, state: F64, out: F64) -> None:
    """Write to `out`, shape (N, CARRIED), what `rows` of `state` are at `now` [s]. hardest: [m/s2], shape (N,)."""
    deg = 180.0 / math.pi
    for i in range(len(rows)):
        s, o = state[rows[i]], out[i]
        dt = max(0.0, now - s[T])
        p, v, p00, _p01, p11 = coast(s, dt, AGILITY * hardest[i])
        n = normal(p[0], p[1], p[2])
        flat = math.sqrt(p[0] * p[0] + p[1] * p[1])
        o[LAT] = math.atan2(p[2], (1.0 - E2) * flat) * deg
        o[LON] = math.atan2(p[1], p[0]) * deg
        if o[LON] >= 180.0:
            o[LON] -= 360.0
        lam = math.atan2(p[1], p[0])
        east = -math.sin(lam) * v[0] + math.cos(lam) * v[1]
        north = v[2] * math.hypot(n[0], n[1]) - n[2] * (math.cos(lam) * v[0] + math.sin(lam) * v[1])
        o[GS] = math.hypot(east, north)
        o[TRACK] = math.atan2(east, north) * deg % 360.0
        unseen = 0.5 * AGILITY * hardest[i] * dt * dt  # a turn since the last plot that nobody has seen
        o[SIGMA_H] = math.sqrt(max(s[ACC] * s[ACC], s[P00]) + (p00 - s[P00]) + unseen * unseen)
        o[SIGMA_GS], o[RATE], o[AGE] = math.sqrt(p11), s[TURN], dt
        for k in range(3):
            o[X + k], o[U + k] = p[k], v[k]
        o[VS], o[SIGMA_VS] = math.nan, math.nan
        for d in range(2):
            line = s[LEVELS + d * LEVEL_STATE : LEVELS + (d + 1) * LEVEL_STATE]
            since = max(0.0, now - line[LT])
            o[LEVEL + d], o[SIGMA_V + d], o[LEVEL_AGE + d] = math.nan, math.nan, math.nan
            if since <= FORGET:
                z, rate, q00, _q01, q11 = carry_level(line, since)
                o[LEVEL + d], o[SIGMA_V + d], o[LEVEL_AGE + d] = z, math.sqrt(q00 + BIAS[d] ** 2), since
                if math.isnan(o[VS]) or math.sqrt(q11) < o[SIGMA_VS]:
                    o[VS], o[SIGMA_VS] = rate, math.sqrt(q11)


@jit
def join(
    start: I64, carried: F64, extra: F64, before: I64, lead: I64, level_of: I64, apart: F64, differs: Bool
) -> None:
    """Join the sources of each aircraft.

    Args:
        start: shape (K + 1,): the sources of aircraft k are start[k]:start[k + 1] of `carried`.
        extra: shape (N,): 1-sigma to add for what is known against a source [m].
        before: shape (K,): the one followed so far, -1 none.
        lead: shape (K,), filled: the one to follow. level_of: shape (K, 2), filled: whose level, by datum, -1 nobody's.
        apart: shape (K,), filled: how far the others are from it, where more than noise explains [m]; else 0.
        differs: shape (N,), filled: this source is one of two that are so far apart.
    """
    for k in range(len(start) - 1):
        best, least = start[k], math.inf
        level_of[k, 0], level_of[k, 1], apart[k] = -1, -1, 0.0
        for i in range(start[k], start[k + 1]):
            differs[i] = False
            sigma = math.hypot(carried[i, SIGMA_H], extra[i])
            if sigma < least:
                best, least = i, sigma
            for d in range(2):
                held = level_of[k, d]
                if not math.isnan(carried[i, LEVEL + d]) and (
                    held < 0 or carried[i, SIGMA_V + d] < carried[held, SIGMA_V + d]
                ):
                    level_of[k, d] = i
        old = before[k]
        if old >= 0 and SURER * math.hypot(carried[old, SIGMA_H], extra[old]) <= least:
            best = old
        lead[k] = best
        for d in range(2):
            if not math.isnan(carried[best, LEVEL + d]):
                level_of[k, d] = best
        if carried[best, AGE] > FRESH:
            continue
        for i in range(start[k], start[k + 1]):
            if i == best or carried[i, AGE] > FRESH:
                continue
            off = 0.0
            for x in range(3):
                off += (carried[i, X + x] - carried[best, X + x]) ** 2
            off = math.sqrt(off)
            noise = 4.0 * math.hypot(carried[i, SIGMA_H], carried[best, SIGMA_H])
            if off > noise + min(CLOCK_SLACK * carried[best, GS], SLACK_MOST):
                differs[i] = differs[best] = True
                apart[k] = max(apart[k], off)
