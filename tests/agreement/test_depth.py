"""How deep inside an area: equal to distances on the ellipsoid, of one sign with `contains`, over the date line too."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box, Circle, distance_m
from armslength.agreement.depth import bounds, depth_m, local_m

RING = Area("river", ring=((35.0, 38.0), (36.5, 38.4), (36.2, 40.0), (35.1, 39.6)))
BOX = Area("box", box=Box(35.0, 38.0, 36.0, 39.0))
DATE_LINE = Area("pacific", box=Box(-1.0, 179.5, 1.0, -179.5))
CIRCLE = Area("site", circle=Circle(60.0, 10.0, 5556.0))


def at(area, lat, lon):
    return float(depth_m(area, np.array([lat]), np.array([lon]))[0])


def test_the_middle_of_a_box_is_as_deep_as_the_nearest_edge_is_far():
    away = float(distance_m(35.5, 38.5, np.array([35.5]), np.array([39.0]))[0])
    assert at(BOX, 35.5, 38.5) == pytest.approx(away, rel=2e-3)
    assert at(BOX, 35.5, 39.1) == pytest.approx(
        -float(distance_m(35.5, 39.1, np.array([35.5]), np.array([39.0]))[0]), 2e-3
    )


def test_a_corner_is_the_nearest_point_from_beyond_it():
    away = float(distance_m(36.1, 39.1, np.array([36.0]), np.array([39.0]))[0])
    assert at(BOX, 36.1, 39.1) == pytest.approx(-away, rel=2e-3)


def test_over_the_date_line_and_in_a_circle():
    assert at(DATE_LINE, 0.0, -179.9) == pytest.approx(at(DATE_LINE, 0.0, 179.9), rel=1e-9)
    assert at(DATE_LINE, 0.0, 179.4) == pytest.approx(-11132.0, rel=1e-3)
    assert at(CIRCLE, 60.0, 10.0) == pytest.approx(5556.0)
    assert at(CIRCLE, 60.1, 10.0) == pytest.approx(5556.0 - 11141.0, rel=1e-2)


def test_nothing_is_said_of_no_position_and_the_whole_earth_has_no_edge():
    assert math.isnan(at(RING, math.nan, 38.0)) and math.isnan(at(BOX, 35.0, math.nan))
    assert at(Area("all", box=Box(-90.0, -180.0, 90.0, 180.0)), 10.0, 10.0) == math.inf


@given(st.sampled_from([RING, BOX]), st.floats(34.5, 37.0), st.floats(37.5, 40.5))
def test_it_has_the_sign_of_being_inside_and_a_search_along_the_edge_finds_nothing_nearer(area, lat, lon):
    depth = at(area, lat, lon)
    assert (depth > 0.0) == bool(area.contains(lat, lon, math.nan)) or abs(depth) < 1e-6
    corners = list(area.ring) or [(35.0, 38.0), (35.0, 39.0), (36.0, 39.0), (36.0, 38.0)]
    nearest = math.inf
    for (a_lat, a_lon), (b_lat, b_lon) in zip(corners, corners[1:] + corners[:1], strict=True):
        s = np.linspace(0.0, 1.0, 2001)
        if area.ring:  # along the great circle
            e, f = (_vector(*p) for p in ((a_lat, a_lon), (b_lat, b_lon)))
            on = e[:, None] * (1 - s) + f[:, None] * s
            edge = np.degrees(np.arctan2(on[2], np.hypot(on[0], on[1]))), np.degrees(np.arctan2(on[1], on[0]))
        else:
            edge = a_lat + s * (b_lat - a_lat), a_lon + s * (b_lon - a_lon)
        nearest = min(nearest, float(distance_m(lat, lon, *edge).min()))
    assert abs(depth) == pytest.approx(nearest, rel=4e-3, abs=60.0)


def _vector(lat, lon):
    a, b = math.radians(lat), math.radians(lon)
    return np.array([math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)])


@given(st.sampled_from([RING, BOX, DATE_LINE, CIRCLE]), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_the_bounds_hold_all_that_is_near(area, up, turn):
    middle = {"river": (35.7, 39.0), "box": (35.5, 38.5), "pacific": (0.0, 180.0), "site": (60.0, 10.0)}[area.name]
    lat, lon = middle[0] + 2.0 * up, (middle[1] + 3.0 * turn + 180.0) % 360.0 - 180.0
    if at(area, lat, lon) > -9260.0:
        south, west, north, east = bounds(area, 9260.0)
        assert south <= lat <= north
        assert west <= lon <= east if west <= east else lon >= west or lon <= east


def test_local_distances_are_those_on_the_ellipsoid():
    east, north = local_m(47.0, 8.0, 47.1, 8.2)
    assert math.hypot(float(east), float(north)) == pytest.approx(
        float(distance_m(47.0, 8.0, np.array([47.1]), np.array([8.2]))[0]), rel=1e-4
    )
