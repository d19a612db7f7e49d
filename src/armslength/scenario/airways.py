"""A busy country for bulk traffic: gates, aerodromes and fixes, the airways between them, and a controller.

Places are unit vectors from the middle of a spherical earth, shape (3,); distances metres on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from armslength.units import FPM, FT

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

MIDDLE = (-36.0, -20.0)
"""Latitude and longitude of the middle of the country [deg]."""
SIDE_M = 1.0e6
RADIUS_M = 6371008.8
"""Mean radius of the earth [m]."""
GATES, AERODROMES, FIXES, ROUTES = 20, 20, 16, 110
LEVELS = np.arange(20, 42)
"""Cruising levels [thousands of ft]."""
CLIMB, DESCENT = 2000 * FPM, 1500 * FPM
DEPARTURE_M, ARRIVAL_M = 5000 * FT, 2000 * FT
"""Levels at which flights appear above an aerodrome and disappear over one."""
SLOT_S = 60.0
"""The controller thinks in slots of this length [s]: flights over one place at one level are a slot apart."""
SLOTS = 256
"""Slots that he looks ahead; the longest flight with its delay is shorter."""
DELAYS = 12
"""Slots that a flight may have to wait."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way through the country.

    Attributes:
        fixes: indices of the fixes that it turns at.
        legs: lengths between the fixes [m]; length: of the whole [m].
        nodes, along: places that it shares with other routes, by index, and how far along it they are [m].
        climbs, descends: it begins and ends at an aerodrome.
        levels: cruising levels [thousands of ft]: odd eastbound, even westbound.
    """

    fixes: tuple[int, ...]
    legs: tuple[float, ...]
    length: float
    nodes: I64
    along: F64
    climbs: bool
    descends: bool
    levels: I64


@dataclass(frozen=True, slots=True)
class Network:
    """Fixes, shape (K, 3), and the routes over them. `nodes`: how many places routes share."""

    fixes: F64
    routes: list[Route]
    nodes: int


def draw_network(rng: np.random.Generator) -> Network:
    """Return a country: gates at its edge, aerodromes and fixes within, routes with the least detour."""
    fixes = _fixes(rng)
    ways = _ways(rng, fixes)
    edges = sorted({(min(i, j), max(i, j)) for way in ways for i, j in pairwise(way)})
    crossed: dict[tuple[int, int], list[tuple[int, float]]] = {edge: [] for edge in edges}
    one, two, places = crossings(fixes[[i for i, _ in edges]], fixes[[j for _, j in edges]])
    for node, (k, m, place) in enumerate(zip(one.tolist(), two.tolist(), places, strict=True), start=len(fixes)):
        for edge in (edges[k], edges[m]):
            crossed[edge].append((node, angle(fixes[edge[0]], place) * RADIUS_M))
    return Network(fixes, [_route(way, fixes, crossed) for way in ways], len(fixes) + len(places))


class Controller:
    """Gives every flight a level and a time of departure at which it shares no place with another, if he can."""

    def __init__(self, network: Network) -> None:
        self._taken = np.zeros((SLOTS, LEVELS[-1] + 2, network.nodes), np.bool_)
        self._now = -(10**9)

    def clear(self, route: Route, begin: float, speed: float, first: int) -> tuple[float, float]:
        """Return when the flight begins, not before `begin` [s], and its level [m].

        Flights are asked for in order of `begin`. `first` says which level is tried first.
        """
        self._forget(begin)
        levels = np.roll(route.levels, -(first % len(route.levels)))
        after = route.along / speed
        low, high = _between(route, after, route.length / speed, levels)
        slot = (np.floor((begin + after) / SLOT_S).astype(np.int64) + np.arange(DELAYS)[:, None]) % SLOTS
        waits = slot[:, None, :]
        busy = self._taken[waits, low, route.nodes] | self._taken[waits, high, route.nodes]
        wait, k = divmod(int(np.argmin(busy.sum(axis=2))), len(levels))  # the shortest wait with the fewest clashes
        for by in (-1, 0, 1):
            self._taken[(slot[wait] + by) % SLOTS, low[k], route.nodes] = True
            self._taken[(slot[wait] + by) % SLOTS, high[k], route.nodes] = True
        return begin + wait * SLOT_S, float(levels[k]) * 1000 * FT

    def _forget(self, begin: float) -> None:
        """Free the slots that no flight from now on can be in."""
        slot = math.floor(begin / SLOT_S) - 2
        if slot - self._now >= SLOTS:
            self._taken[:] = False
        else:
            for old in range(self._now, slot):
                self._taken[old % SLOTS] = False
        self._now = slot


def _between(route: Route, after: F64, whole: float, levels: I64) -> tuple[I64, I64]:
    """Return the levels below and above [thousands of ft] at each node, shape (levels, nodes).

    `after`: seconds from the beginning to each node; `whole`: to the end; `levels`: cruising levels.
    """
    at = levels[:, None] * (1000.0 * FT) + np.zeros(len(after))
    if route.climbs:
        at = np.minimum(at, DEPARTURE_M + CLIMB * after)
    if route.descends:
        at = np.minimum(at, ARRIVAL_M + DESCENT * (whole - after))
    thousands = at / (1000.0 * FT)
    return np.floor(thousands + 1e-6).astype(np.int64), np.ceil(thousands - 1e-6).astype(np.int64)


def angle(one: F64, two: F64) -> float:
    """Return the angle between two unit vectors [rad]."""
    return math.atan2(float(np.linalg.norm(np.cross(one, two))), float(one @ two))


def crossings(starts: F64, ends: F64) -> tuple[I64, I64, F64]:
    """Return which of the great-circle arcs starts[k]-ends[k] cross, as (k, m, where), k < m; (E, 3) in, (C, 3) out.

    Arcs that share an end do not cross. They are short of half the earth.
    """
    k, m = np.triu_indices(len(starts), 1)
    first, second = np.cross(starts, ends)[k], np.cross(starts, ends)[m]
    place = np.cross(first, second)
    length = np.linalg.norm(place, axis=1)
    place /= np.maximum(length, 1e-300)[:, None]
    place *= np.where((place * (starts + ends)[k]).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    within = length > 1e-12
    for normal, arc in ((first, k), (second, m)):
        within &= (np.cross(starts[arc], place) * normal).sum(axis=1) > 1e-12
        within &= (np.cross(place, ends[arc]) * normal).sum(axis=1) > 1e-12
    return k[within], m[within], place[within]


def _fixes(rng: np.random.Generator) -> F64:
    """Return unit vectors, shape (GATES + AERODROMES + FIXES, 3)."""
    around = np.sort(rng.uniform(0.0, 4.0, GATES))
    side, along = around.astype(int) % 4, (around % 1.0 - 0.5) * SIDE_M
    half = 0.5 * SIDE_M
    x = np.select([side == 0, side == 1, side == 2], [along, half, -along], -half)
    y = np.select([side == 0, side == 1, side == 2], [-half, along, half], -along)
    inside = rng.uniform(-0.42 * SIDE_M, 0.42 * SIDE_M, (2, AERODROMES + FIXES))
    x, y = np.concatenate([x, inside[0]]), np.concatenate([y, inside[1]])
    lat = np.radians(MIDDLE[0]) + y / RADIUS_M
    lon = np.radians(MIDDLE[1]) + x / (RADIUS_M * math.cos(math.radians(MIDDLE[0])))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _ways(rng: np.random.Generator, fixes: F64) -> list[tuple[int, ...]]:
    """Return ways between gates and aerodromes far enough apart, by one or two of the fixes of least detour."""
    ends, inner = GATES + AERODROMES, range(GATES + AERODROMES, GATES + AERODROMES + FIXES)
    ways: list[tuple[int, ...]] = []
    while len(ways) < ROUTES:
        i, j = (int(k) for k in rng.choice(ends, 2, replace=False))
        if angle(fixes[i], fixes[j]) * RADIUS_M < 0.4 * SIDE_M:
            continue
        detour = sorted(inner, key=lambda k: angle(fixes[i], fixes[k]) + angle(fixes[k], fixes[j]))
        via = sorted(detour[: int(rng.integers(1, 3))], key=lambda k: angle(fixes[i], fixes[k]))
        lons = np.diff(np.arctan2(fixes[[i, *via, j], 1], fixes[[i, *via, j], 0]))
        if (lons > 0).all() or (lons < 0).all():  # so that nobody meets his own level head-on on an airway
            ways.append((i, *via, j))
    return ways


def _route(way: tuple[int, ...], fixes: F64, crossed: dict[tuple[int, int], list[tuple[int, float]]]) -> Route:
    nodes, along, length = [way[0]], [0.0], 0.0
    legs = tuple(angle(fixes[i], fixes[j]) * RADIUS_M for i, j in pairwise(way))
    for (i, j), leg in zip(pairwise(way), legs, strict=True):
        for node, at in crossed[min(i, j), max(i, j)]:
            nodes.append(node)
            along.append(length + (at if i < j else leg - at))
        length += leg
        nodes.append(j)
        along.append(length)
    one, two = fixes[way[0]], fixes[way[-1]]
    east = bool(one[0] * two[1] - one[1] * two[0] > 0)
    aerodromes = range(GATES, GATES + AERODROMES)
    return Route(
        way, legs, length, np.array(nodes), np.array(along), way[0] in aerodromes, way[-1] in aerodromes,
        LEVELS[east == LEVELS % 2],
    )  # fmt: skip
