"""The circle that stands for a geodesic, against the geodesic itself and against its plain reading."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel import geodesy, reference
from armslength.kernel.motion import WIDTH, fill_motions, parting, phase, place

LATS, LONS, TRACKS = st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), st.floats(0.0, 360.0)


def geodesic(lat: float, lon: float, azimuth: float, way: float) -> tuple[float, float]:
    """Return where a geodesic from `lat`, `lon` towards `azimuth` [rad] ends after `way` [m].

    Source: Vincenty, Direct and Inverse Solutions of Geodesics on the Ellipsoid (Survey Review, 1975), direct solution.
    """
    f = geodesy.F
    b = geodesy.A * (1.0 - f)
    u1 = math.atan((1.0 - f) * math.tan(lat))
    s1, sin_a = math.atan2(math.tan(u1), math.cos(azimuth)), math.cos(u1) * math.sin(azimuth)
    cos2 = 1.0 - sin_a**2
    u2 = cos2 * (geodesy.A**2 - b**2) / b**2
    big_a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)))
    big_b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)))
    s = way / (b * big_a)
    for _ in range(50):
        m = math.cos(2.0 * s1 + s)
        last = big_b / 6.0 * m * (4.0 * math.sin(s) ** 2 - 3.0) * (4.0 * m * m - 3.0)
        s = way / (b * big_a) + big_b * math.sin(s) * (m + big_b / 4.0 * (math.cos(s) * (2.0 * m * m - 1.0) - last))
    x = math.sin(u1) * math.sin(s) - math.cos(u1) * math.cos(s) * math.cos(azimuth)
    y = math.sin(u1) * math.cos(s) + math.cos(u1) * math.sin(s) * math.cos(azimuth)
    over = math.cos(u1) * math.cos(s) - math.sin(u1) * math.sin(s) * math.cos(azimuth)
    c = f / 16.0 * cos2 * (4.0 + f * (4.0 - 3.0 * cos2))
    m = math.cos(2.0 * s1 + s)
    bent = (1.0 - c) * f * sin_a * (s + c * math.sin(s) * (m + c * math.cos(s) * (2.0 * m * m - 1.0)))
    return math.atan2(y, (1.0 - f) * math.hypot(sin_a, x)), lon + math.atan2(
        math.sin(s) * math.sin(azimuth), over
    ) - bent


def rows(*aircraft: reference.Aircraft) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the motions of the aircraft."""
    lat, lon, alt, track, gs, vs = np.array(aircraft, np.float64).T.copy()
    out = np.empty((len(aircraft), WIDTH))
    fill_motions(lat, lon, alt, track, gs, vs, out)
    return out


def test_the_geodesic_is_that_of_a_published_example() -> None:
    # Geoscience Australia, Flinders Peak to Buninyong, on GRS80 (0.1 mm from WGS-84): 54972.271 m at 306 52' 05.37".
    lat, lon = -math.radians(37 + 57 / 60 + 3.72030 / 3600), math.radians(144 + 25 / 60 + 29.52440 / 3600)
    azimuth = math.radians(306 + 52 / 60 + 5.37 / 3600)
    there = [math.degrees(angle) for angle in geodesic(lat, lon, azimuth, 54972.271)]
    assert there == pytest.approx([-(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600], abs=2e-8)


@settings(deadline=None)
@given(LATS, LONS, TRACKS, st.sampled_from([(75.0, 0.02), (150.0, 0.15), (900.0, 31.0)]))
def test_the_circle_leaves_the_geodesic_slowly(lat: float, lon: float, track: float, case: tuple[float, float]) -> None:
    way_km, error_m = case
    flown = place(rows(reference.Aircraft(lat, lon, 0.0, track, 250.0, 0.0)), 0, way_km * 1e3 / 250.0)[:3]
    true = geodesy.surface(*geodesic(math.radians(lat), math.radians(lon), math.radians(track), way_km * 1e3))
    assert math.dist(flown, true) < error_m


@settings(deadline=None)
@given(st.floats(-90.0, 90.0), LONS, TRACKS, st.floats(0.0, 1000.0), st.floats(0.0, 20000.0))
def test_the_fast_motion_is_the_plain_one(lat: float, lon: float, track: float, gs: float, t: float) -> None:
    one, other = reference.Aircraft(lat, lon, 0.0, track, gs, 0.0), reference.Aircraft(-lat, 7.0, 0.0, 200.0, 99.0, 0.0)
    m = rows(one, other)
    assert math.dist(place(m, 0, t)[:3], reference.place(one, t)) < 1e-6
    distance = math.sqrt(parting(m, 0, 1, t)[0])
    assert distance == pytest.approx(math.dist(reference.place(one, t), reference.place(other, t)), abs=1e-6)


@settings(deadline=None)
@given(st.floats(0.0, 1e-3), st.floats(0.0, 1e4))
def test_the_series_are_sines_and_cosines(w: float, t: float) -> None:
    s, c, k = phase(w, t)
    exact = (math.sin(w * t) / w, 2.0 * (math.sin(0.5 * w * t) / w) ** 2) if w > 1e-8 else (t, 0.5 * t * t)
    assert (s, c) == pytest.approx(exact, rel=1e-8 if w <= 1e-8 else 1e-13)
    assert k == pytest.approx(math.cos(w * t), abs=1e-14)


@settings(deadline=None)
@given(LATS, LONS, TRACKS, st.floats(1.0, 300.0), st.floats(0.0, 5000.0))
def test_the_derivatives_of_the_parting(lat: float, lon: float, track: float, gs: float, t: float) -> None:
    m = rows(
        reference.Aircraft(lat, lon, 0.0, track, gs, 0.0),
        reference.Aircraft(lat, lon + 0.5, 0.0, track + 90.0, 200.0, 0.0),
    )
    h = 0.5
    before, now, after = (parting(m, 0, 1, t + step) for step in (-h, 0.0, h))
    assert now[1] == pytest.approx((after[0] - before[0]) / (2.0 * h), rel=1e-5, abs=20.0)
    assert now[2] == pytest.approx((after[1] - before[1]) / (2.0 * h), rel=1e-5, abs=0.1)
