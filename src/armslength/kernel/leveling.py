"""Levels followed report by report: a Kalman filter of nearly constant vertical rate, one row for each datum.

A level that no aircraft could have reached is left out; three that agree with each other are believed, and told as a
jump. Units: s, m, m/s. NaN means unknown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit

F64 = NDArray[np.float64]

BARO, GEO = 8.0, 15.0
"""1-sigma scatter of reported levels about the flight [m]: rounding to 25 ft and jitter; not their bias."""
COARSE = 14.0
"""The same where no vertical rate is reported: then the level is likely to be rounded to 100 ft [m]."""
LT, L, LV, L00, L01, L11, ELSE_T, ELSE, ELSE_N, LEVEL_STATE = range(10)
CLIMB_MAX, SLACK = 200.0, 100.0
"""No level changes by more than CLIMB_MAX [m/s] over the time, and SLACK [m]."""
FORGET = 30.0
"""A level is unknown when it was not reported for longer [s]."""
AGILITY = 0.5
"""1-sigma vertical acceleration of ordinary flight [m/s2], lasting a second."""
RATE_ERROR, RATE_UNKNOWN = 1.5, 15.0
"""1-sigma of a vertical rate [m/s]: reported; and not known at all."""
CONFIRM = 3


@jit
def carry_level(s: F64, dt: float) -> tuple[float, float, float, float, float]:
    """Return level, rate and covariance of row `s` after `dt` [s]."""
    q = AGILITY * AGILITY * dt
    return (
        s[L] + s[LV] * dt,
        s[LV],
        s[L00] + 2.0 * s[L01] * dt + s[L11] * dt * dt + q * dt * dt / 3.0,
        s[L01] + s[L11] * dt + q * dt / 2.0,
        s[L11] + q,
    )


@jit
def begin_level(s: F64, t: float, level: float, rate: float, scatter: float) -> None:
    """Begin row `s` anew."""
    known = not math.isnan(rate)
    s[LT], s[L], s[LV] = t, level, rate if known else 0.0
    s[L00], s[L01] = scatter * scatter, 0.0
    s[L11] = RATE_ERROR**2 if known else RATE_UNKNOWN**2
    s[ELSE_N], s[ELSE_T], s[ELSE] = 0.0, math.nan, math.nan


@jit
def follow_level(s: F64, t: float, level: float, rate: float, scatter: float, anew: bool) -> bool:
    """Take a reported `level` [m] and vertical `rate` [m/s] (NaN unknown) into row `s`; return whether it jumped.

    Args:
        scatter: 1-sigma of the report [m]. anew: the track began with this plot: what was known before counts nothing.
    """
    if math.isnan(level):
        if anew:
            s[LT] = math.nan
        return False
    dt = t - s[LT]
    scatter = max(scatter, COARSE) if math.isnan(rate) else scatter
    if anew or math.isnan(s[LT]) or dt > FORGET:
        begin_level(s, t, level, rate, scatter)
        return False
    if dt <= 0.0:
        return False
    if abs(level - s[L]) > CLIMB_MAX * dt + SLACK:
        since = t - s[ELSE_T]
        near = s[ELSE_N] > 0.0 and abs(level - s[ELSE]) <= CLIMB_MAX * since + SLACK
        s[ELSE_N] = s[ELSE_N] + 1.0 if near else 1.0
        s[ELSE], s[ELSE_T] = level, t
        if s[ELSE_N] < CONFIRM:
            return False
        begin_level(s, t, level, rate, scatter)
        return True
    s[ELSE_N] = 0.0
    z, v, p00, p01, p11 = carry_level(s, dt)
    r, off = scatter * scatter, level - z
    if off * off > 16.0 * (p00 + r):  # it begins or ends a climb
        more = off * off / (dt * dt)
        p00, p01, p11 = p00 + more * dt * dt / 3.0, p01 + more * dt / 2.0, p11 + more
    k0, k1 = p00 / (p00 + r), p01 / (p00 + r)
    z, v = z + k0 * off, v + k1 * off
    p00, p01, p11 = (1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01
    if not math.isnan(rate):
        r, off = RATE_ERROR**2, rate - v
        if off * off > 9.0 * (p11 + r):
            p11 += off * off
        k0, k1 = p01 / (p11 + r), p11 / (p11 + r)
        z, v = z + k0 * off, v + k1 * off
        p00, p01, p11 = p00 - k0 * p01, (1.0 - k1) * p01, (1.0 - k1) * p11
    s[LT], s[L], s[LV], s[L00], s[L01], s[L11] = t, z, v, p00, p01, p11
    return False
