"""The country of bulk traffic: arcs that cross where they are said to, and a controller who keeps his word."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from armslength.scenario.airways import FIXES, GATES, RADIUS_M, Controller, angle, crossings, draw_network

KT = 1852 / 3600


def unit(lat: float, lon: float) -> NDArray[np.float64]:
    phi, lam = math.radians(lat), math.radians(lon)
    return np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])


corner = st.tuples(st.floats(-40, 40), st.floats(-40, 40))


@settings(max_examples=200)
@given(st.lists(st.tuples(corner, corner), min_size=2, max_size=6))
def test_crossings_lie_on_both_arcs(arcs: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    """Slow reading: the ends of each arc are on different sides of the other's plane, on the near half of the earth."""
    starts, ends = (np.array([unit(*arc[e]) for arc in arcs]) for e in (0, 1))
    one, two, places = crossings(starts, ends)
    found = dict(zip(zip(one.tolist(), two.tolist(), strict=True), places, strict=True))
    for k in range(len(arcs)):
        for m in range(k + 1, len(arcs)):
            a, b, c, d = starts[k], ends[k], starts[m], ends[m]
            sides = [float(np.cross(a, b) @ c), float(np.cross(a, b) @ d), float(np.cross(c, d) @ a)]
            sides.append(float(np.cross(c, d) @ b))
            if min(abs(side) for side in sides) < 1e-9:
                continue  # they touch: either answer will do
            expected = sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0
            assert ((k, m) in found) == expected
            if expected:
                place = found[k, m]
                assert angle(a, place) + angle(place, b) == pytest.approx(angle(a, b), abs=1e-7)
                assert angle(c, place) + angle(place, d) == pytest.approx(angle(c, d), abs=1e-7)


def test_routes_are_flown_one_way() -> None:
    """Every leg of a route goes the way of the whole: levels by direction keep opposite traffic apart."""
    network = draw_network(np.random.default_rng(3))
    for route in network.routes:
        lon = np.arctan2(network.fixes[list(route.fixes), 1], network.fixes[list(route.fixes), 0])
        east = np.diff(lon) > 0
        assert east.all() or not east.any()
        assert (route.levels % 2 == int(east[0])).all()
        assert route.length == pytest.approx(sum(route.legs))
        assert route.along.max() == pytest.approx(route.length)
        assert (np.diff(np.sort(route.along)) >= 0).all()
        assert route.length > 0.39 * 1e6
        assert route.climbs == (GATES <= route.fixes[0] < network.fixes.shape[0] - FIXES)


def test_controller_keeps_flights_apart() -> None:
    """In thin traffic no two level flights share a place within a minute; in thick traffic few do."""
    network = draw_network(np.random.default_rng(5))
    shared = {}
    for gap in (60.0, 4.0):
        controller, rng = Controller(network), np.random.default_rng(8)
        visits: dict[tuple[int, float], list[float]] = {}
        flights = 0
        for begin in np.arange(0.0, 9000.0, gap):
            route = network.routes[int(rng.integers(len(network.routes)))]
            start, level = controller.clear(route, float(begin), 440 * KT, int(rng.integers(99)))
            assert start >= begin
            if route.climbs or route.descends:
                continue
            flights += 1
            for node, along in zip(route.nodes.tolist(), route.along, strict=True):
                visits.setdefault((node, level), []).append(start + along / (440 * KT))
        close = sum(int((np.diff(np.sort(times)) < 60.0).sum()) for times in visits.values())
        shared[gap] = close / max(1, flights)
    assert shared[60.0] == 0.0
    assert shared[4.0] < 0.2


def test_angles() -> None:
    assert angle(unit(0, 0), unit(0, 90)) * RADIUS_M == pytest.approx(math.pi / 2 * RADIUS_M)
    assert angle(unit(10, 10), unit(10, 10)) == 0.0
