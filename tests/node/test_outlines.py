"""The areas of the terms as lines: every corner lies on the edge of its area."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box, Circle, distance_m
from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import default_terms
from armslength.node.outlines import CORNERS, outlines, ring

TERMS = """\
title = "T"
[area]
name = "All"
polygon = ["36 N, 36 E", "36 N, 40 E", "33 N, 38 E"]
[[exempt]]
name = "Round"
circle = { centre = "35 N, 38 E", radius = "20 NM" }
[[exempt]]
name = "Square"
box = { south = "34 N", west = "37 E", north = "35 N", east = "38 E" }
"""


def test_terms_without_areas_have_no_outlines() -> None:
    assert outlines(default_terms()) == ()


def test_each_area_by_its_name_and_kind() -> None:
    found = outlines(parse_terms(TERMS, "t.toml"))
    assert [(name, kind) for name, kind, _ in found] == [("All", "area"), ("Round", "exempt"), ("Square", "exempt")]
    assert found[0][2] == ((36.0, 36.0), (36.0, 40.0), (33.0, 38.0))


@given(
    lat=st.floats(-85.0, 85.0), lon=st.floats(-180.0, 179.99), radius=st.floats(500.0, 400_000.0)
)  # fmt: skip
def test_a_circle_keeps_its_radius(lat: float, lon: float, radius: float) -> None:
    """A line on a map: on the sphere instead of the ellipsoid, so within 0.6 %."""
    corners = ring(Area("c", circle=Circle(lat, lon, radius)))
    assert len(corners) == CORNERS
    for north, east in corners:
        assert -90.0 <= north <= 90.0 and -180.0 <= east < 180.0
        assert float(distance_m(lat, lon, np.asarray(north), np.asarray(east))) == pytest.approx(radius, rel=6e-3)


def test_a_circle_begins_in_the_north_and_turns_east() -> None:
    corners = ring(Area("c", circle=Circle(10.0, 20.0, 60 * 1852.0)))
    assert corners[0] == (pytest.approx(11.0, abs=0.01), pytest.approx(20.0))
    assert corners[CORNERS // 4] == (
        pytest.approx(10.0, abs=0.02),
        pytest.approx(20.0 + 1 / math.cos(math.radians(10)), abs=0.02),
    )


@given(
    south=st.floats(-89.0, 0.0), north=st.floats(1.0, 89.0), west=st.floats(-180.0, 179.0), width=st.floats(0.5, 359.0)
)
def test_a_box_follows_its_parallels_and_meridians(south: float, north: float, west: float, width: float) -> None:
    east = (west + width + 180.0) % 360.0 - 180.0
    corners = ring(Area("b", box=Box(south, west, north, east)))
    assert {lat for lat, _ in corners} == {south, north}
    assert all(-180.0 <= lon < 180.0 for _, lon in corners)
    middle = len(corners) // 2
    assert [lat for lat, _ in corners[:middle]] == [south] * middle
    steps = [(b - a) % 360.0 for (_, a), (_, b) in pairwise(corners[:middle])]
    assert sum(steps) == pytest.approx(width, abs=1e-6)
    assert max(steps) - min(steps) < 1e-6, "evenly, so that a parallel is drawn as one"
    assert turned(corners[0][1] - west) and turned(corners[middle - 1][1] - east)
    assert turned(corners[middle][1] - east) and turned(corners[-1][1] - west)


def turned(difference: float) -> bool:
    """Return whether two longitudes are the same."""
    return abs((difference + 180.0) % 360.0 - 180.0) < 1e-6


def test_a_box_across_the_date_line_and_one_around_the_earth() -> None:
    across = ring(Area("b", box=Box(-10.0, 170.0, 10.0, -170.0)))
    assert min(abs(lon) for _, lon in across) == pytest.approx(170.0)
    around = ring(Area("b", box=Box(60.0, -180.0, 90.0, 180.0)))
    eastwards = [lon for _, lon in around[: len(around) // 2]]
    assert len({round(lon, 6) for lon in eastwards}) == len(eastwards) - 1, "once around, back where it began"
