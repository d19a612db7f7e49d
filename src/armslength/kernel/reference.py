"""Plain-Python readings of straight flight and of the volumes, to hold the fast kernels equal to.

Nothing here is shared with them but the constants of the ellipsoid: each pair on its own, motion by sines and cosines,
times by sampling densely, refining every dip, and halving. Slow, and meant to be read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from armslength.kernel.geodesy import E2, R_MEAN, A

SAMPLES = 120
"""Into so many parts a span of time is cut at first; a dip or a rise within a part is then looked for."""
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


class Aircraft(NamedTuple):
    """One aircraft: degrees, metres, metres per second; NaN for an unknown level or vertical rate."""

    lat: float
    lon: float
    alt: float
    track: float
    gs: float
    vs: float


class Stay(NamedTuple):
    """What is known of one pair that comes inside; see `armslength.detect`."""

    t_in: float
    t_out: float
    t_cpa: float
    hmd: float
    vmd: float
    inside: bool
    altitude_unknown: bool


def place(aircraft: Aircraft, t: float) -> tuple[float, float, float]:
    """Return the surface point [m] of `aircraft` at `t` [s]: on the circle that osculates its geodesic at t = 0."""
    phi, lam, azimuth = (math.radians(x) for x in (aircraft.lat, aircraft.lon, aircraft.track))
    w2 = 1.0 - E2 * math.sin(phi) ** 2
    m, n = A * (1.0 - E2) / w2**1.5, A / math.sqrt(w2)
    radius = 1.0 / (math.cos(azimuth) ** 2 / m + math.sin(azimuth) ** 2 / n)
    up = (math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi))
    north = (-math.sin(phi) * math.cos(lam), -math.sin(phi) * math.sin(lam), math.cos(phi))
    east = (-math.sin(lam), math.cos(lam), 0.0)
    start = (n * up[0], n * up[1], n * (1.0 - E2) * up[2])
    angle = aircraft.gs * t / radius
    x, y, z = (
        start[k]
        + radius * math.sin(angle) * (math.sin(azimuth) * east[k] + math.cos(azimuth) * north[k])
        - 2.0 * radius * math.sin(0.5 * angle) ** 2 * up[k]
        for k in range(3)
    )
    return x, y, z


def distance(first: Aircraft, second: Aircraft, t: float) -> float:
    """Return the distance over ground [m] at `t` [s]."""
    chord = math.dist(place(first, t), place(second, t))
    return 2.0 * R_MEAN * math.asin(min(1.0, chord / (2.0 * R_MEAN)))


def halved(inside: Callable[[float], bool], a: float, b: float) -> float:
    """Return the moment between a and b at which `inside` changes; it differs at the two."""
    at_a = inside(a)
    for _ in range(80):
        middle = 0.5 * (a + b)
        if inside(middle) == at_a:
            a = middle
        else:
            b = middle
    return b


def lowest(f: Callable[[float], float], a: float, b: float) -> float:
    """Return where f is least in [a, b], where it has one dip: golden section."""
    c, d = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    for _ in range(80):
        if f(c) <= f(d):
            b, d = d, c
            c = b - GOLDEN * (b - a)
        else:
            a, c = c, d
            d = a + GOLDEN * (b - a)
    return min((a, 0.5 * (a + b), b), key=f)


def moments(f: Callable[[float], float], a: float, b: float) -> list[float]:
    """Return moments of [a, b], in order, that show every dip and rise of f that lasts: samples, and their turns."""
    times = [a + (b - a) * k / SAMPLES for k in range(SAMPLES + 1)]
    values = [f(t) for t in times]
    turns = []
    for k in range(1, SAMPLES):
        if values[k] <= min(values[k - 1], values[k + 1]):
            turns.append(lowest(f, times[k - 1], times[k + 1]))
        elif values[k] >= max(values[k - 1], values[k + 1]):
            turns.append(lowest(lambda t: -f(t), times[k - 1], times[k + 1]))
    # A dip may also stand at either end, between the first two or the last two samples.
    turns += [lowest(f, times[0], times[1]), lowest(f, times[-2], times[-1])]
    return sorted({*times, *turns})


def first_stay(below: Callable[[float], float], a: float, b: float) -> tuple[float, float] | None:
    """Return the first stay of `below` under 0 within [a, b], clipped to it."""
    times = moments(below, a, b) if b > a else [a]
    inside = [below(t) < 0.0 for t in times]
    if True not in inside:
        return None
    k = inside.index(True)
    t_in = a if k == 0 else halved(lambda t: below(t) < 0.0, times[k - 1], times[k])
    later = [j for j in range(k, len(times)) if not inside[j]]
    t_out = b if not later else halved(lambda t: below(t) < 0.0, times[later[0] - 1], times[later[0]])
    return t_in, t_out


def level_window(dz: float, climb: float, vertical: float, lookahead: float) -> tuple[float, float] | None:
    """Return when in [0, lookahead] |dz + climb t| < vertical; all of it where a level is unknown."""
    if math.isnan(dz):
        return 0.0, lookahead
    if climb == 0.0:
        return (0.0, lookahead) if abs(dz) < vertical else None
    a, b = sorted(((-vertical - dz) / climb, (vertical - dz) / climb))
    a, b = max(a, 0.0), min(b, lookahead)
    return (a, b) if a < b or (a == b == 0.0 and abs(dz) < vertical) else None


def straight_pair(
    first: Aircraft, second: Aircraft, horizontal: float, vertical: float, lookahead: float
) -> Stay | None:
    """Return the stay of one pair in the cylinder, or None. Arguments as `armslength.detect`."""
    dz, climb = second.alt - first.alt, second.vs - first.vs
    unknown = math.isnan(dz + climb)
    if unknown:
        dz = climb = math.nan
    window = level_window(dz, climb, vertical, lookahead)
    if window is None:
        return None

    def apart(t: float) -> float:
        return distance(first, second, t)

    stay = first_stay(lambda t: apart(t) - horizontal, *window)
    if stay is None:
        return None
    t_cpa = min(moments(apart, 0.0, lookahead), key=apart) if lookahead > 0.0 else 0.0
    inside = apart(0.0) < horizontal and not abs(dz) >= vertical
    return Stay(*stay, t_cpa, apart(t_cpa), abs(dz + climb * t_cpa), inside, unknown)


def straight(
    traffic: list[Aircraft], horizontal: float, vertical: float, lookahead: float
) -> dict[tuple[int, int], Stay]:
    """Return the stay of every pair that comes inside, by its indices: the double loop."""
    found = {}
    for i, first in enumerate(traffic):
        for j in range(i + 1, len(traffic)):
            stay = straight_pair(first, traffic[j], horizontal, vertical, lookahead)
            if stay is not None:
                found[i, j] = stay
    return found


def in_cylinder(s: tuple[float, float, float], horizontal: float, vertical: float) -> bool:
    """Return whether relative position `s` [m] is in the open cylinder."""
    return math.hypot(s[0], s[1]) < horizontal and abs(s[2]) < vertical


def not_well_clear(
    s: tuple[float, float, float], v: tuple[float, float, float], dthr: float, zthr: float, tthr: float, tcoa: float
) -> bool:
    """Return whether a pair at `s` [m] with `v` [m/s] is not well clear now: DO-365 with modified tau."""
    closing, speed2 = -(s[0] * v[0] + s[1] * v[1]), v[0] ** 2 + v[1] ** 2
    near = math.hypot(s[0], s[1])
    horizontal = near <= dthr
    if not horizontal and closing > 0.0:
        t_cpa = closing / speed2
        miss = math.hypot(s[0] + v[0] * t_cpa, s[1] + v[1] * t_cpa)
        horizontal = miss <= dthr and (near**2 - dthr**2) / closing <= tthr
    to_level = -s[2] / v[2] if s[2] * v[2] < 0.0 else math.inf
    return horizontal and (abs(s[2]) <= zthr or to_level <= tcoa)


def first_time_in(inside: Callable[[float], bool], lookahead: float, samples: int) -> tuple[float, float] | None:
    """Return the first stay in [0, lookahead] in which `inside` holds, as far as so many samples show it."""
    times = [lookahead * k / samples for k in range(samples + 1)]
    held = [inside(t) for t in times]
    if True not in held:
        return None
    k = held.index(True)
    t_in = 0.0 if k == 0 else halved(inside, times[k - 1], times[k])
    later = [j for j in range(k, len(times)) if not held[j]]
    return t_in, lookahead if not later else halved(inside, times[later[0] - 1], times[later[0]])
