"""The plane against the ellipsoid, and Vincenty's formula against a published line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.scenario.geodesic import distance
from armslength.scenario.plane import E2, A, Plane

LIMIT = 230e3


def test_published_line() -> None:
    """Flinders Peak to Buninyong: 54,972.271 m (Geocentric Datum of Australia technical manual, GRS80)."""
    one = -(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600
    two = -(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600
    found = distance(np.array([one[0]]), np.array([one[1]]), np.array([two[0]]), np.array([two[1]]))
    assert found[0] == pytest.approx(54972.271, abs=0.002)


def test_distance_of_a_point_from_itself_and_across_the_date_line() -> None:
    lat, lon = np.array([12.0, 12.0]), np.array([179.999, 179.999])
    found = distance(lat, lon, lat, np.array([179.999, -179.999]))
    assert found[0] == 0.0
    assert found[1] == pytest.approx(math.radians(0.002) * A * math.cos(math.radians(12.0)), rel=1e-3)


@given(
    lat=st.floats(-70, 70),
    lon=st.floats(-180, 180),
    x=st.floats(-LIMIT, LIMIT),
    y=st.floats(-LIMIT, LIMIT),
    course=st.floats(0, 360),
)
def test_scale_and_convergence(lat: float, lon: float, x: float, y: float, course: float) -> None:
    """A short line of any direction is `scale` times its length on the earth, and runs `convergence` off true."""
    plane, sin, cos = Plane(lat, lon), math.sin(math.radians(course)), math.cos(math.radians(course))
    ends = np.array([-500.0, 500.0])
    phi, lam = plane.geodetic(x + ends * sin, y + ends * cos)
    length = distance(phi[:1], lam[:1], phi[1:], lam[1:])[0]
    k = plane.scale(np.array([x]), np.array([y]))[0]
    assert length * k == pytest.approx(1000.0, abs=0.02)
    w = math.sqrt(1 - E2 * math.sin(math.radians(phi.mean())) ** 2)
    north = math.radians(phi[1] - phi[0]) * A * (1 - E2) / w**3
    east = math.radians((lam[1] - lam[0] + 180) % 360 - 180) * A / w * math.cos(math.radians(phi.mean()))
    true = math.degrees(math.atan2(east, north))
    off = (true - course - plane.convergence(np.array([x]), np.array([y]))[0] + 180) % 360 - 180
    assert abs(off) < 0.01


def test_the_origin_is_the_middle() -> None:
    lat, lon = Plane(-36.0, 179.9).geodetic(np.array([0.0]), np.array([0.0]))
    assert (lat[0], lon[0]) == (pytest.approx(-36.0, abs=1e-9), pytest.approx(179.9, abs=1e-9))
