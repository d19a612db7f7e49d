"""Two recordings of the same two aircraft held against each other: first what they differ by as a whole, then where.

A sample of theirs differs from our flight at that time by s - L v: s is a shift in place, L how far their clock is
ahead, v the velocity. Over all samples of both aircraft that is a linear system in s and L; two aircraft that fly
differently tell a wrong clock from a wrong place, one that flies straight on does not, and that is said. It is solved
for the least sum of distances (not of squares), so that what parts does not bend it, then once more without what lies
beyond three sigma. What remains of a difference after clock and place are allowed for, beyond the bounds of both
recordings, is where the two stories part.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from armslength.domain.plot import F64
from armslength.units import NS

__all__ = ["Comparison", "Difference", "Recorded", "compare"]

GAP_S = 15.0
"""Our flight is known between two samples that are no further apart [s]."""
ROUNDS, CUT_SIGMA = 20, 3.0
MEDIAN = 1.1774
"""The median of a distance in a plane is so many sigma of one coordinate."""
LEAST = 8
"""Fewer samples than these estimate nothing."""
TOLD_APART_MPS = 20.0
"""The velocities must spread by so much for a clock to be told from a place [m/s]."""
APART_S = 20.0
"""Differences that are no further apart are one stretch [s]."""
EARTH_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Recorded:
    """One aircraft as one side recorded it, in order of time.

    Attributes:
        t: UTC [s]. lat, lon: WGS-84 [deg]. level_m: NaN unknown. error_m: two-sigma bound of the position.
    """

    t: F64
    lat: F64
    lon: F64
    level_m: F64
    error_m: F64


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two recordings of one aircraft part, beyond the bounds of both; `party` is whose aircraft it is."""

    party: str
    from_ns: int
    until_ns: int
    largest_m: float
    bound_m: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two recordings differ by: theirs, as seen from ours.

    Attributes:
        samples: of theirs that could be held against ours.
        lag_s, lag_sigma_s: how far their clock is ahead.
        east_m, north_m, shift_sigma_m: by how much their positions are shifted.
        level_m: by how much their levels are higher; NaN where nobody knows.
        told_apart: whether the flights were such that a clock can be told from a place.
        differences: after all that, in order of time.
    """

    samples: int
    lag_s: float
    lag_sigma_s: float
    east_m: float
    north_m: float
    shift_sigma_m: float
    level_m: float
    told_apart: bool
    differences: tuple[Difference, ...] = ()


def compare(ours: Mapping[str, Recorded], theirs: Mapping[str, Recorded]) -> Comparison | None:
    """Return what theirs differs by from ours; None where they have too little in common.

    Args:
        ours, theirs: the aircraft by the party that they belong to.
    """
    parts = [(party, *_against(ours[party], theirs[party])) for party in sorted(ours.keys() & theirs.keys())]
    d, v = (np.concatenate([part[at] for part in parts]) if parts else np.empty((0, 2)) for at in (2, 3))
    if len(d) < LEAST:
        return None
    spread = float(np.max(np.ptp(v, axis=0)))
    (east, north, lag), sigmas = _estimate(d, v, told_apart=spread >= TOLD_APART_MPS)
    levels = np.concatenate([part[5] for part in parts])
    level = float(np.median(levels[np.isfinite(levels)])) if np.isfinite(levels).any() else math.nan
    found: list[Difference] = []
    for party, t, apart, speed, bound, _ in parts:
        rest = apart - (np.array([east, north]) - lag * speed)
        found += _stretches(party, t, np.hypot(rest[:, 0], rest[:, 1]), bound)
    found.sort(key=lambda one: (one.from_ns, one.party))
    shift_sigma = float(np.hypot(sigmas[0], sigmas[1]))
    told = spread >= TOLD_APART_MPS
    return Comparison(len(d), lag, float(sigmas[2]), east, north, shift_sigma, level, told, tuple(found))


def _against(ours: Recorded, theirs: Recorded) -> tuple[F64, F64, F64, F64, F64]:
    """Return of each sample of theirs that falls on a known flight of ours: t, d [m], v [m/s], bound [m], level [m].

    `d` (N, 2) is theirs minus ours, east and north; `v` (N, 2) our velocity there.
    """
    if len(ours.t) < 2 or not len(theirs.t):
        return np.empty(0), np.empty((0, 2)), np.empty((0, 2)), np.empty(0), np.empty(0)
    after = np.clip(np.searchsorted(ours.t, theirs.t, side="right"), 1, len(ours.t) - 1)
    step = ours.t[after] - ours.t[after - 1]
    known = (theirs.t >= ours.t[0]) & (theirs.t <= ours.t[-1]) & (step <= GAP_S) & (step > 0.0)
    lat0, lon0 = float(ours.lat[0]), float(ours.lon[0])
    mine = np.stack(_flat(ours.lat, ours.lon, lat0, lon0), axis=1)
    yours = np.stack(_flat(theirs.lat, theirs.lon, lat0, lon0), axis=1)[known]
    after, t = after[known], theirs.t[known]
    step = step[known]
    v = (mine[after] - mine[after - 1]) / step[:, None]
    at = mine[after - 1] + v * (t - ours.t[after - 1])[:, None]
    bound = np.interp(t, ours.t, ours.error_m) + theirs.error_m[known]
    level = theirs.level_m[known] - np.interp(t, ours.t, ours.level_m)
    return t, yours - at, v, bound, level


def _flat(lat: F64, lon: F64, lat0: float, lon0: float) -> tuple[F64, F64]:
    apart = (lon - lon0 + 180.0) % 360.0 - 180.0
    return np.radians(apart) * EARTH_M * math.cos(math.radians(lat0)), np.radians(lat - lat0) * EARTH_M


def _estimate(d: F64, v: F64, *, told_apart: bool) -> tuple[tuple[float, float, float], F64]:
    """Return (east, north [m], lag [s]) and their sigmas; the lag 0, not known, where it cannot be told apart."""
    count = len(d)
    columns = np.zeros((2 * count, 3 if told_apart else 2))
    columns[:count, 0], columns[count:, 1] = 1.0, 1.0
    if told_apart:
        columns[:, 2] = -np.concatenate([v[:, 0], v[:, 1]])
    y = np.concatenate([d[:, 0], d[:, 1]])
    weight = np.ones(count)
    for _ in range(ROUNDS):
        root = np.sqrt(np.concatenate([weight, weight]))
        found = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
        rest = (y - columns @ found).reshape(2, count)
        far = np.hypot(rest[0], rest[1])
        weight = 1.0 / np.maximum(far, 1.0)
    sigma_m = max(float(np.median(far)) / MEDIAN, 1.0)
    keep = far <= CUT_SIGMA * sigma_m
    both = np.concatenate([keep, keep])
    found = np.linalg.lstsq(columns[both], y[both], rcond=None)[0]
    spread = sigma_m * np.sqrt(np.diag(np.linalg.pinv(columns[both].T @ columns[both])))
    x, sigma = np.zeros(3), np.full(3, np.inf)
    x[: len(found)], sigma[: len(found)] = found, spread
    return (float(x[0]), float(x[1]), float(x[2])), sigma


def _stretches(party: str, t: F64, apart: F64, bound: F64) -> Sequence[Difference]:
    """Return where `apart` is beyond `bound`, neighbouring moments as one."""
    out: list[Difference] = []
    where = np.flatnonzero(apart > bound)
    for part in np.split(where, np.flatnonzero(np.diff(t[where]) > APART_S) + 1) if len(where) else ():
        worst = part[int(np.argmax(apart[part]))]
        begins, ends = round(float(t[part[0]]) * NS), round(float(t[part[-1]]) * NS)
        out.append(Difference(party, begins, ends, float(apart[worst]), float(bound[worst])))
    return out
