"""The ellipsoid against published figures and against itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel import geodesy

LATS = st.floats(-math.pi / 2, math.pi / 2)
LONS = st.floats(-7.0, 7.0)


def test_surface_points_of_known_places() -> None:
    b = 6356752.314245  # polar radius of WGS-84
    assert geodesy.surface(0.0, 0.0) == pytest.approx((6378137.0, 0.0, 0.0), abs=1e-6)
    assert geodesy.surface(math.pi / 2, 1.0) == pytest.approx((0.0, 0.0, b), abs=1e-5)
    assert geodesy.surface(0.0, math.pi / 2) == pytest.approx((0.0, 6378137.0, 0.0), abs=1e-6)


def test_radii_at_equator_and_pole() -> None:
    # NGA.STND.0036: polar radius of curvature 6399593.6258 m.
    m, n = geodesy.radii(0.0)
    assert (m, n) == pytest.approx((6335439.3273, 6378137.0), abs=1e-3)
    m, n = geodesy.radii(math.pi / 2)
    assert (m, n) == pytest.approx((6399593.6258, 6399593.6258), abs=1e-3)
    assert geodesy.radius_along(0.0, math.pi / 2) == pytest.approx(6378137.0)
    assert geodesy.radius_along(0.0, math.pi) == pytest.approx(6335439.3273)


@given(LATS, LONS)
def test_points_lie_on_the_ellipsoid_and_directions_are_orthonormal(lat: float, lon: float) -> None:
    x, y, z = geodesy.surface(lat, lon)
    b = geodesy.A * (1.0 - geodesy.F)
    assert (x * x + y * y) / geodesy.A**2 + z * z / b**2 == pytest.approx(1.0, abs=1e-14)
    axes = np.array(geodesy.basis(lat, lon))
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(axes) == pytest.approx(1.0)


@given(st.floats(-1.5, 1.5), LONS)
def test_radii_are_the_derivatives_of_the_surface(lat: float, lon: float) -> None:
    h = 1e-5
    m, n = geodesy.radii(lat)
    north = (np.array(geodesy.surface(lat + h, lon)) - np.array(geodesy.surface(lat - h, lon))) / (2 * h)
    east = (np.array(geodesy.surface(lat, lon + h)) - np.array(geodesy.surface(lat, lon - h))) / (2 * h)
    axes = np.array(geodesy.basis(lat, lon))
    assert axes @ north == pytest.approx([0.0, m, 0.0], abs=1e-1)
    assert axes @ east == pytest.approx([n * math.cos(lat), 0.0, 0.0], abs=1e-1)


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.tuples(LATS, LONS), max_size=5))
def test_batch_twins_equal_the_scalars(places: list[tuple[float, float]]) -> None:
    lat, lon = np.array(places, float).reshape(-1, 2).T.copy()
    points, axes, radii = geodesy.surfaces(lat, lon), geodesy.bases(lat, lon), geodesy.radii_of(lat)
    for i, (phi, lam) in enumerate(places):
        assert tuple(points[:, i]) == geodesy.surface(phi, lam)
        assert np.array_equal(axes[:, :, i], np.array(geodesy.basis(phi, lam)))
        assert tuple(radii[:, i]) == geodesy.radii(phi)


def test_arc_of_a_chord() -> None:
    assert geodesy.arc(0.0) == 0.0
    assert geodesy.arc(2 * geodesy.R_MEAN * math.sin(0.05)) == pytest.approx(0.1 * geodesy.R_MEAN)
    assert geodesy.arc(3 * geodesy.R_MEAN) == pytest.approx(math.pi * geodesy.R_MEAN)
