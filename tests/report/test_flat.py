"""The projection against distances on the sphere, and the base map that is laid on it."""

from __future__ import annotations

from math import asin, cos, hypot, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.report.basemap import BORDER, COAST, lines, within
from armslength.report.projection import RADIUS_M, Projection, around

LAT, LON = st.floats(-90, 90), st.floats(-180, 179.999)


def sphere(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance [m] by the haversine formula."""
    a, b, d = radians(lat1), radians(lat2), radians(lon2 - lon1)
    return 2 * RADIUS_M * asin(min(1.0, sqrt(sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(d / 2) ** 2)))


@given(LAT, LON, st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_near_its_middle_the_plane_keeps_distances_everywhere_on_earth(
    lat: float, lon: float, up: float, on: float
) -> None:
    there = max(-90.0, min(90.0, lat + up)), lon + on
    x, y = Projection(lat, lon).forward(np.array([there[0]]), np.array([there[1]]))
    assert hypot(float(x[0]), float(y[0])) == pytest.approx(sphere(lat, lon, *there), rel=1e-4, abs=0.5)


@given(LAT, LON, LAT, LON)
def test_a_stereographic_distance_is_twice_the_tangent_of_half_the_angle(
    a: float, b: float, c: float, d: float
) -> None:
    angle = sphere(a, b, c, d) / RADIUS_M
    x, y = Projection(a, b).forward(np.array([c]), np.array([d]))
    if angle < 2.0:
        expected = 2 * RADIUS_M * sin(angle / 2) / cos(angle / 2)
        assert hypot(float(x[0]), float(y[0])) == pytest.approx(expected, rel=1e-6, abs=1.0)
    elif angle > 2.2:
        assert np.isnan(x[0])


def test_north_is_up_and_east_is_right() -> None:
    x, y = Projection(47.0, 8.0).forward(np.array([48.0, 47.0]), np.array([8.0, 9.0]))
    assert x[0] == pytest.approx(0, abs=1e-6) and y[0] > 1e5 and x[1] > 7e4 and abs(y[1]) < 1000


def test_the_middle_of_places_across_the_date_line_is_on_it() -> None:
    plane = around(np.array([-17.0, -17.0]), np.array([179.0, -179.0]))
    assert not plane.world and abs(abs(plane.lon) - 180) < 1e-6 and plane.lat == pytest.approx(-17, abs=0.01)


@pytest.mark.parametrize("lat", [np.array([]), np.array([np.nan]), np.array([0.0, 0.0]), np.array([70.0, -70.0])])
def test_nothing_and_everything_is_the_world(lat: np.ndarray) -> None:
    assert around(lat, np.array([0.0, 180.0])[: len(lat)]).world


def test_the_base_map_holds_the_earth() -> None:
    kinds = {kind for kind, _, _ in lines()}
    lat = np.concatenate([part for _, part, _ in lines()])
    lon = np.concatenate([part for _, _, part in lines()])
    assert kinds == {COAST, BORDER}
    assert -90 <= lat.min() < -80 and 80 < lat.max() <= 90 and lon.min() >= -180 and lon.max() <= 180
    near_land_s_end = np.hypot(lat - 50.066, (lon + 5.715) * cos(radians(50))).min()
    assert near_land_s_end < 0.03


def test_only_what_crosses_the_window_comes_along() -> None:
    plane, window = Projection(46.2, 6.1), (-1e5, -1e5, 1e5, 1e5)
    coasts, borders = within(plane, window, 100.0)
    assert not coasts and borders
    points = np.concatenate(borders)
    assert np.abs(points).max() < 1.6e5
    assert (np.abs(points) <= 1e5).all(axis=1).mean() > 0.9


def test_the_world_map_wraps_around_its_middle() -> None:
    x, y = Projection(0, 100, world=True).forward(np.array([10.0, 10.0]), np.array([-179.0, -81.0]))
    assert np.degrees(x / RADIUS_M) == pytest.approx([81, 179]) and np.degrees(y / RADIUS_M) == pytest.approx([10, 10])


def test_no_line_runs_across_the_world_map() -> None:
    half = np.pi * RADIUS_M
    for part in within(Projection(0, 100, world=True), (-half, -half / 2, half, half / 2), 20_000.0):
        assert part
        assert max(np.abs(np.diff(line[:, 0])).max() for line in part) < 1e7
