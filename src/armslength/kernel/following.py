"""Following aircraft plot by plot: where each is, how fast it goes, how sure that is, and what cannot be true.

One row of `state` for each aircraft and source. Place and velocity are a Kalman filter of nearly constant velocity on
the surface of the ellipsoid (Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation,
2001, chapter 6.2: continuous white-noise acceleration); east and north share one covariance, which is why it is three
numbers. A velocity that the aircraft reports is a second measurement, unless positions have contradicted it.
Levels on either datum are the same filter in one dimension, after a level that no aircraft could have reached was left
out.

A plot that no aircraft of its category could have flown to is held apart; when the next ones agree with it and none
with the old place, the track moves there, and is marked. Nothing is thrown away here: every plot gets a verdict.

Units: s, m, m/s, rad; positions and velocities earth-centred (surface points and tangents). NaN means unknown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import E2, R_MEAN
from armslength.kernel.jit import inlined, jit
from armslength.kernel.leveling import BARO, GEO, LEVEL_STATE, follow_level

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
Vector = tuple[float, float, float]

# Verdicts on a plot.
USED, INITIATED, OLDER, REPEATED, APART = 0, 1, 2, 3, 4
# Columns of `seen`: when each mark was last earned, in order of the bits of `armslength.domain.picture.MARKS`.
TELEPORT, TOO_FAST, TWO_PLACES, TOO_HARD, VELOCITY, LEVEL_JUMP, STOOD_STILL, DISAGREE, REPLAYED = range(9)
JUMP = 9
"""Column of `seen` for a plot that was held apart: a sign of interference, not a mark."""
SEEN = 10
# Columns of `state`: the last plot used, place and velocity then, their covariance, 1-sigma of the plot.
T, P, V = 0, 1, 4
P00, P01, P11, ACC = 7, 8, 9, 10
# The last plot as it was reported, and how far places and reported velocities have been apart of late.
LAST, REPORTED, MISFIT, MISFITS = 11, 14, 17, 20
# Rate of turn; plots used; since when the place stands still; plots from the past.
TURN, COUNT, STILL, OLD, OLD_T = 21, 22, 23, 24, 25
# Where the aircraft may be instead, how many plots say so and how many have said the old place since; the first plot.
ANCHOR_T, ANCHOR, ANCHOR_N, ANCHOR_MAIN, FIRST_T = 26, 27, 30, 31, 32
# Plots held apart one after the other.
APARTS = 33
LEVELS = 34
STATE = LEVELS + 2 * LEVEL_STATE
COUNTERS = (MISFITS, COUNT, OLD, ANCHOR_N, ANCHOR_MAIN, APARTS)
"""Columns that begin at 0; the others begin at NaN."""
DROP = 60.0
"""After so long without a plot [s] the next one starts anew."""
CONFIRM = 3
"""Plots in a row that must agree with a new place before it is believed."""
AXIS = 2.4477
"""95 % radius over 1-sigma of one axis, for a round normal distribution: sqrt(-2 ln 0.05)."""
USUAL = 92.6
"""95 % radius [m] assumed where none is reported (NACp 8)."""
AGILITY = 0.05
"""1-sigma acceleration of ordinary flight, as a share of the hardest of the category; lasting a second."""
RATE_ERROR = 2.5
"""1-sigma of a reported velocity, each axis [m/s] (NACv 2: 3 m/s at 95 %; lag and rounding beside)."""
CLOCK_SLACK = 1.0
"""A place may be so late [s] without being a contradiction..."""
SLACK_MOST = 300.0
"""... but no further off than this [m]."""
MISFIT_FOR = 30.0
"""Displacement and reported velocity are compared over about so long [s]."""
STALE_ALONG, STALE_ACROSS = (1.0, 1.5), (0.5, 0.7)
"""Seconds of flight, and seconds for each second of the interval, by which a place may be older than its stamp."""
STILL_AFTER, MOVING = 5.0, 15.0
"""A position that stands still for longer [s] while the aircraft flies faster [m/s] is marked."""
TURN_FOR = 4.0
"""The rate of turn is smoothed over so long [s]."""


@inlined
def dot(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> float:
    """Return the scalar product."""
    return ax * bx + ay * by + az * bz


@inlined
def normal(x: float, y: float, z: float) -> Vector:
    """Return the geodetic normal at a surface point [m]."""
    w = z / (1.0 - E2)
    length = math.sqrt(x * x + y * y + w * w)
    return x / length, y / length, w / length


@inlined
def tangent(x: float, y: float, z: float, n: Vector) -> Vector:
    """Return the part of a vector that is across `n`."""
    up = x * n[0] + y * n[1] + z * n[2]
    return x - up * n[0], y - up * n[1], z - up * n[2]


@jit
def coast(s: F64, dt: float, agility: float) -> tuple[Vector, Vector, float, float, float]:
    """Return place, velocity and covariance of row `s` after `dt` [s] of straight flight; `agility` as 1-sigma [m/s2].

    Ordinary manoeuvres widen the covariance: q = agility^2 x 1 s.
    """
    n = normal(s[P], s[P + 1], s[P + 2])
    v2 = dot(s[V], s[V + 1], s[V + 2], s[V], s[V + 1], s[V + 2])
    sag = 0.5 * v2 * dt * dt / R_MEAN
    x = s[P] + s[V] * dt - sag * n[0]
    y = s[P + 1] + s[V + 1] * dt - sag * n[1]
    z = s[P + 2] + s[V + 2] * dt - sag * n[2]
    n = normal(x, y, z)
    vx, vy, vz = tangent(s[V], s[V + 1], s[V + 2], n)
    flat = math.sqrt(dot(vx, vy, vz, vx, vy, vz))
    keep = math.sqrt(v2) / flat if flat > 0.0 else 1.0
    q = agility * agility * dt
    p00 = s[P00] + 2.0 * s[P01] * dt + s[P11] * dt * dt + q * dt * dt / 3.0
    p01 = s[P01] + s[P11] * dt + q * dt / 2.0
    return (x, y, z), (vx * keep, vy * keep, vz * keep), p00, p01, s[P11] + q


@jit
def initiate(s: F64, t: float, p: Vector, v: Vector, radius: float, fastest: float) -> None:
    """Begin a track in row `s`; a velocity that is not reported could be any up to `fastest` [m/s]."""
    s[T], s[FIRST_T], s[COUNT], s[ACC] = t, t, 1.0, radius / AXIS
    known = not math.isnan(v[0])
    for k in range(3):
        s[P + k], s[LAST + k], s[REPORTED + k] = p[k], p[k], v[k]
        s[V + k] = v[k] if known else 0.0
        s[MISFIT + k] = 0.0
    s[P00], s[P01] = s[ACC] * s[ACC], 0.0
    s[P11] = RATE_ERROR * RATE_ERROR if known else 0.25 * fastest * fastest
    s[MISFITS], s[TURN], s[STILL] = 0.0, 0.0, math.nan
    s[ANCHOR_N], s[ANCHOR_MAIN], s[ANCHOR_T], s[APARTS] = 0.0, 0.0, math.nan, 0.0


@jit
def hold_apart(s: F64, seen: F64, t: float, p: Vector, reach: float, slack: float, fastest: float) -> bool:
    """Note a plot that does not continue row `s`; return whether the track has to move to it.

    Args:
        reach: how far the aircraft could have flown [m]. slack: what place and time may be off by [m].
    """
    seen[JUMP] = t
    s[APARTS] += 1.0
    off = math.sqrt((p[0] - s[LAST]) ** 2 + (p[1] - s[LAST + 1]) ** 2 + (p[2] - s[LAST + 2]) ** 2)
    kind = TELEPORT if off > reach else TOO_HARD
    since = t - s[ANCHOR_T]
    there = math.sqrt((p[0] - s[ANCHOR]) ** 2 + (p[1] - s[ANCHOR + 1]) ** 2 + (p[2] - s[ANCHOR + 2]) ** 2)
    if s[ANCHOR_N] > 0.0 and since < DROP and there <= fastest * since + slack:
        s[ANCHOR_N] += 1.0
        seen[kind] = t
        if s[ANCHOR_MAIN] >= 2.0:
            seen[TWO_PLACES] = t
    else:
        s[ANCHOR_N], s[ANCHOR_MAIN] = 1.0, 0.0
    if s[APARTS] >= CONFIRM:  # they need not agree with each other
        seen[kind] = t
    s[ANCHOR_T] = t
    for k in range(3):
        s[ANCHOR + k] = p[k]
    return bool(s[ANCHOR_N] >= CONFIRM and s[ANCHOR_MAIN] == 0.0)


@jit
def compare_velocity(s: F64, seen: F64, t: float, dt: float, p: Vector, v: Vector, room: float) -> None:
    """Mark a reported velocity that the positions contradict over MISFIT_FOR; `room` [m] is what noise explains.

    Positions of real feeds are older than their stamps say, by up to their interval and more: along the flight that
    explains much, across it only what a turn makes of it (STALE_ALONG, STALE_ACROSS).
    """
    if math.isnan(v[0]) or math.isnan(s[REPORTED]):
        return
    fade, n = math.exp(-dt / MISFIT_FOR), normal(p[0], p[1], p[2])
    size, along, gs = 0.0, 0.0, math.sqrt(dot(v[0], v[1], v[2], v[0], v[1], v[2]))
    gap = (
        p[0] - s[LAST] - 0.5 * dt * (v[0] + s[REPORTED]),
        p[1] - s[LAST + 1] - 0.5 * dt * (v[1] + s[REPORTED + 1]),
        p[2] - s[LAST + 2] - 0.5 * dt * (v[2] + s[REPORTED + 2]),
    )
    flat = tangent(gap[0], gap[1], gap[2], n)
    for k in range(3):
        s[MISFIT + k] = s[MISFIT + k] * fade + flat[k]
        size += s[MISFIT + k] ** 2
        along += s[MISFIT + k] * v[k] / gs if gs > 0.0 else 0.0
    across = math.sqrt(max(size - along * along, 0.0))
    late = abs(along) > room + gs * (STALE_ALONG[0] + STALE_ALONG[1] * dt)
    s[MISFITS] = s[MISFITS] + 1.0 if late or across > room + gs * (STALE_ACROSS[0] + STALE_ACROSS[1] * dt) else 0.0
    if s[MISFITS] >= CONFIRM:
        seen[VELOCITY] = t


@jit
def correct(s: F64, seen: F64, t: float, dt: float, z: Vector, v: Vector, r: float, agility: float) -> None:
    """Take a plot at place `z`, variance `r` [m^2], with reported velocity `v` (NaN unknown) into row `s`."""
    p, vel, p00, p01, p11 = coast(s, dt, agility)
    n = normal(p[0], p[1], p[2])
    e = tangent(z[0] - p[0], z[1] - p[1], z[2] - p[2], n)
    off2 = dot(e[0], e[1], e[2], e[0], e[1], e[2])
    if off2 > 9.0 * 2.0 * (p00 + r) and dt > 0.0:  # it manoeuvres: the velocity is not what it was
        more = off2 / (dt * dt)
        p00, p01, p11 = p00 + more * dt * dt / 3.0, p01 + more * dt / 2.0, p11 + more
    k0, k1 = p00 / (p00 + r), p01 / (p00 + r)
    p00, p01, p11 = (1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01
    before = vel
    x = (p[0] + k0 * e[0], p[1] + k0 * e[1], p[2] + k0 * e[2])
    u = (vel[0] + k1 * e[0], vel[1] + k1 * e[1], vel[2] + k1 * e[2])
    if not math.isnan(v[0]) and not t - seen[VELOCITY] < DROP:
        d = tangent(v[0] - u[0], v[1] - u[1], v[2] - u[2], n)
        off2, rv = dot(d[0], d[1], d[2], d[0], d[1], d[2]), RATE_ERROR * RATE_ERROR
        if off2 > 9.0 * 2.0 * (p11 + rv):
            p11 += 0.5 * off2
        k0, k1 = p01 / (p11 + rv), p11 / (p11 + rv)
        p00, p01, p11 = p00 - k0 * p01, (1.0 - k1) * p01, (1.0 - k1) * p11
        x = (x[0] + k0 * d[0], x[1] + k0 * d[1], x[2] + k0 * d[2])
        u = (u[0] + k1 * d[0], u[1] + k1 * d[1], u[2] + k1 * d[2])
    v2 = dot(u[0], u[1], u[2], u[0], u[1], u[2])
    if v2 > 1.0 and dt > 0.0:
        across = n[0] * (before[1] * u[2] - before[2] * u[1])
        across += n[1] * (before[2] * u[0] - before[0] * u[2]) + n[2] * (before[0] * u[1] - before[1] * u[0])
        along = dot(before[0], before[1], before[2], u[0], u[1], u[2])
        rate = -math.atan2(across, along) / dt  # clockwise from above is positive
        s[TURN] += (rate - s[TURN]) * (1.0 - math.exp(-dt / TURN_FOR))
    for k in range(3):
        s[P + k], s[V + k] = x[k], u[k]
    s[P00], s[P01], s[P11] = p00, p01, p11


@jit
def follow_one(
    s: F64, seen: F64, t: float, p: Vector, v: Vector, radius: float, clock: float, fastest: float, hardest: float
) -> int:
    """Take one plot into row `s`; return the verdict. Arguments as in `follow`."""
    dt = t - s[T]
    if math.isnan(s[T]) or dt > DROP:
        initiate(s, t, p, v, radius, fastest)
        return INITIATED
    if dt <= 0.0:
        if dt < -STILL_AFTER:
            s[OLD] = s[OLD] + 1.0 if s[T] - s[OLD_T] < DROP else 1.0
            s[OLD_T] = s[T]
            if s[OLD] >= CONFIRM:
                seen[REPLAYED] = s[T]
        return OLDER
    agility = AGILITY * hardest
    q, _v, p00, _p01, _p11 = coast(s, dt, agility)
    speed = math.sqrt(dot(s[V], s[V + 1], s[V + 2], s[V], s[V + 1], s[V + 2]))
    if p[0] == s[LAST] and p[1] == s[LAST + 1] and p[2] == s[LAST + 2] and speed > MOVING and s[COUNT] > 1.0:
        s[STILL] = s[T] if math.isnan(s[STILL]) else s[STILL]
        if t - s[STILL] > STILL_AFTER:
            seen[STOOD_STILL] = t
        return REPEATED
    r = (radius / AXIS) ** 2 + (0.5 * clock * speed) ** 2
    slack = 4.0 * math.sqrt(2.0 * r) + min(speed * CLOCK_SLACK, SLACK_MOST)
    n = normal(q[0], q[1], q[2])
    e = tangent(p[0] - q[0], p[1] - q[1], p[2] - q[2], n)
    off = math.sqrt(dot(e[0], e[1], e[2], e[0], e[1], e[2]))
    far = (p[0] - q[0]) * n[0] + (p[1] - q[1]) * n[1] + (p[2] - q[2]) * n[2]
    if off > 4.0 * math.sqrt(p00 + r) + slack + 0.5 * hardest * dt * dt or abs(far) > 2e5:
        if not hold_apart(s, seen, t, p, 1.1 * fastest * dt + slack, slack, fastest):
            return APART
        initiate(s, t, p, v, radius, fastest)
        return INITIATED
    s[APARTS] = 0.0
    if s[ANCHOR_N] > 0.0:
        s[ANCHOR_MAIN] += 1.0
        if s[ANCHOR_N] >= 2.0 and s[ANCHOR_MAIN] >= 2.0:
            seen[TWO_PLACES] = t
        if t - s[ANCHOR_T] > DROP:
            s[ANCHOR_N] = 0.0
    room = 4.0 * math.sqrt(2.0 * r) + 3.0 * MISFIT_FOR + 0.125 * hardest * dt * dt
    compare_velocity(s, seen, t, dt, p, v, room)
    correct(s, seen, t, dt, p, v, r, agility)
    gs = math.sqrt(dot(v[0], v[1], v[2], v[0], v[1], v[2]))
    speed = math.sqrt(dot(s[V], s[V + 1], s[V + 2], s[V], s[V + 1], s[V + 2]))
    if gs > 1.1 * fastest or (s[COUNT] > 2.0 and speed - 3.0 * math.sqrt(s[P11]) > 1.1 * fastest):
        seen[TOO_FAST] = t
    s[T], s[ACC], s[STILL] = t, radius / AXIS, math.nan
    s[COUNT] += 1.0
    for k in range(3):
        s[LAST + k], s[REPORTED + k] = p[k], v[k]
    return USED


@jit
def follow(
    rows: I64, t: F64, xyz: F64, velocity: F64, radius: F64, baro: F64, geo: F64, vs: F64, clock: float,
    fastest: F64, hardest: F64, state: F64, seen: F64, verdict: U8,
) -> None:  # fmt: skip
    """Take plots, in order of time, each into its row of `state`.

    Args:
        rows: shape (N,): the row of each plot. t: time [s].
        xyz, velocity: shape (3, N): surface points [m]; velocity over ground [m/s], NaN where it is not reported.
        radius: 95 % radius [m], NaN not reported. baro, geo, vs: levels [m] and vertical rate [m/s].
        clock: two-sigma error of the time stamps [s].
        fastest, hardest: shape (N,): what no aircraft of its category exceeds [m/s, m/s2].
        state, seen: shape (rows, STATE) and (rows, SEEN); NaN in T before the first plot, `seen` NaN where never.
        verdict: shape (N,), filled.
    """
    for i in range(len(rows)):
        s, noted = state[rows[i]], seen[rows[i]]
        p, v = (xyz[0, i], xyz[1, i], xyz[2, i]), (velocity[0, i], velocity[1, i], velocity[2, i])
        size = USUAL if math.isnan(radius[i]) else max(radius[i], 1.0)
        verdict[i] = follow_one(s, noted, t[i], p, v, size, clock, fastest[i], hardest[i])
        if verdict[i] == OLDER or verdict[i] == APART:
            continue
        anew = verdict[i] == INITIATED and t[i] - s[T] == 0.0 and s[COUNT] == 1.0
        jumped = follow_level(s[LEVELS : LEVELS + LEVEL_STATE], t[i], baro[i], vs[i], BARO, anew)
        jumped |= follow_level(s[LEVELS + LEVEL_STATE :], t[i], geo[i], vs[i], GEO, anew)
        if jumped:
            noted[LEVEL_JUMP] = t[i]
