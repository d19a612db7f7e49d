"""`meeting` and `sampling` read plainly: one sample at a time, lists and tuples, nothing compiled. For the tests.

Units as there. Directions come from latitude and longitude here, and from the vectors themselves there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from armslength.kernel import meeting as words

Vector = tuple[float, float, float]
EQUATORIAL, ECCENTRICITY2 = 6378137.0, 0.0066943799901413165


@dataclass(frozen=True)
class Plot:
    """One plot of a track, and whether the flight from it to the next one is known."""

    t: float
    xyz: Vector
    baro: float
    geo: float
    linked: bool
    error_h: float
    error_v: float


@dataclass(frozen=True)
class Here:
    """Where one aircraft is at a second.

    Its point, its barometric and geometric level, its level by whatever each plot has (barometric first), the bounds,
    the time between the plots.
    """

    xyz: Vector
    baro: float
    geo: float
    either: float
    error_h: float
    error_v: float
    update: float


def where(track: Sequence[Plot], at: float) -> Here | None:
    """Return where an aircraft is, None where its flight is not known; the link from a plot goes before that to it."""
    links = [(p, q) for p, q in pairwise(track) if p.linked and p.t <= at <= q.t]
    if not links:
        return None
    p, q = max(links, key=lambda link: link[0].t)
    s = (at - p.t) / (q.t - p.t)
    x, y, z = (a + s * (b - a) for a, b in zip(p.xyz, q.xyz, strict=True))
    one, two = (plot.geo if math.isnan(plot.baro) else plot.baro for plot in (p, q))
    baro, geo, either = (a + s * (b - a) for a, b in ((p.baro, q.baro), (p.geo, q.geo), (one, two)))
    return Here((x, y, z), baro, geo, either, p.error_h, p.error_v, q.t - p.t)


def levels(one: Here, two: Here) -> tuple[int, float, float]:
    """Return the datum on which levels are compared (as in `passage`), and both levels."""
    if not math.isnan(one.baro + two.baro):
        return 0, one.baro, two.baro
    if not math.isnan(one.geo + two.geo):
        return 1, one.geo, two.geo
    return (3 if math.isnan(one.either + two.either) else 2), one.either, two.either


@dataclass(frozen=True)
class Move:
    """What one side moves by at a sample: velocity [m/s, ECEF], climb and the bounds of both [m/s]; None: unknown."""

    v: Vector
    climb: float
    error: float
    error_climb: float


def span(t: Sequence[float], i: int, update: float) -> tuple[int, int]:
    """Return the samples between which sample i moves: h seconds on both sides, as far as no second is missing."""
    h = min(max(math.ceil(update - 1e-6), words.REACH), words.FARTHEST)
    low = high = i
    while low > 0 and i - low < h and t[low] - t[low - 1] < 1.5:
        low -= 1
    while high + 1 < len(t) and high - i < h and t[high + 1] - t[high] < 1.5:
        high += 1
    return low, high


def off(places: Sequence[Sequence[float]], low: int, i: int, high: int) -> float:
    """Return how far place i is from the straight line between two others; 0 where one is not known."""
    s = (i - low) / (high - low)
    apart = math.dist(places[i], [a + s * (b - a) for a, b in zip(places[low], places[high], strict=True)])
    return 0.0 if math.isnan(apart) else apart


def move(
    t: Sequence[float], xyz: Sequence[Vector], level: Sequence[float], update: Sequence[float], i: int
) -> Move | None:
    """Return how one side moves at sample i of one meeting; None where no sample follows or goes before at once."""
    low, high = span(t, i, update[i])
    if low == high:
        return None
    seconds = high - low
    x, y, z = ((b - a) / seconds for a, b in zip(xyz[low], xyz[high], strict=True))
    climb = (level[high] - level[low]) / seconds
    flat = [(one,) for one in level]
    spans = [(at, *span(t, at, update[at])) for at in (low, i, high)]
    worst = max(off(xyz, a, at, b) for at, a, b in spans)
    worst_level = max(off(flat, a, at, b) for at, a, b in spans)

    def bound(scatter: float, least: float, acceleration: float) -> float:
        return math.hypot(
            math.sqrt(2.0) * max(2.0 / math.sqrt(1.5) * scatter, least) / seconds, acceleration * update[i] / 2.0
        )

    error_climb = math.nan if math.isnan(climb) else bound(worst_level, words.LEVEL_SCATTER, words.GENTLE_CLIMB)
    return Move((x, y, z), climb, bound(worst, words.SCATTER, words.GENTLE), error_climb)


def plane(one: Vector, two: Vector) -> tuple[Vector, Vector]:
    """Return the directions east and north in the middle between two points."""
    x, y, z = ((a + b) / 2.0 for a, b in zip(one, two, strict=True))
    lat, lon = math.atan2(z, (1.0 - ECCENTRICITY2) * math.hypot(x, y)), math.atan2(y, x)
    east = (-math.sin(lon), math.cos(lon), 0.0)
    return east, (-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat))


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def turn(
    t: Sequence[float], moves: Sequence[Move | None], update: float, i: int, axes: tuple[Vector, Vector]
) -> tuple[float, float]:
    """Return the rate of the course at sample i and its bound [rad/s]; NaN where there is none."""
    low, high = span(t, i, update)
    before, after = moves[low], moves[high]
    if low == high or before is None or after is None:
        return math.nan, math.nan
    east, north = axes
    one = math.atan2(dot(before.v, east), dot(before.v, north))
    two = math.atan2(dot(after.v, east), dot(after.v, north))
    speed = min(math.hypot(dot(m.v, east), dot(m.v, north)) for m in (before, after))
    error = max(before.error, after.error)
    course = math.asin(error / speed) if error < speed else math.pi
    return math.remainder(two - one, 2.0 * math.pi) / (high - low), math.sqrt(2.0) * course / (high - low)
