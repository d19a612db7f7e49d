"""Areas against slow readings in plain Python: poles, date line, any turn of the longitude, unknown levels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box, Circle, contains, distance_m

A, F = 6_378_137.0, 1 / 298.257223563
Vector = tuple[float, float, float]


def vector(lat: float, lon: float) -> Vector:
    up, turn = math.radians(lat), math.radians(lon)
    return math.cos(up) * math.cos(turn), math.cos(up) * math.sin(turn), math.sin(up)


def dot(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def beyond(lat: float, lon: float, bearing: float, arc: float) -> tuple[float, float]:
    """The point at `arc` degrees from another on the sphere."""
    up, turn, az, far = (math.radians(x) for x in (lat, lon, bearing, arc))
    sine = math.sin(up) * math.cos(far) + math.cos(up) * math.sin(far) * math.cos(az)
    up2 = math.asin(max(-1.0, min(1.0, sine)))
    east = math.sin(az) * math.sin(far) * math.cos(up)
    turn2 = turn + math.atan2(east, math.cos(far) - math.sin(up) * math.sin(up2))
    return math.degrees(up2), (math.degrees(turn2) + 180.0) % 360.0 - 180.0


def turns(ring: tuple[tuple[float, float], ...], lat: float, lon: float) -> float:
    """How often the ring goes around the axis through a point, seen from the point: 0 or +-1."""
    here = vector(lat, lon)
    total = 0.0
    for i, corner in enumerate(ring):
        a, b = vector(*ring[i - 1]), vector(*corner)
        a_side, b_side = cross(here, a), cross(here, b)
        total += math.atan2(dot(here, cross(a_side, b_side)), dot(a_side, b_side))
    return total / (2 * math.pi)


def in_ring_slowly(ring: tuple[tuple[float, float], ...], middle: Vector, lat: float, lon: float) -> bool:
    """Winding number; the same number belongs to the antipode, so the point must be on the ring's half of the earth."""
    return abs(turns(ring, lat, lon)) > 0.5 and dot(vector(lat, lon), middle) > 0


def off_edges(ring: tuple[tuple[float, float], ...], lat: float, lon: float) -> float:
    here = vector(lat, lon)
    planes = (cross(vector(*ring[i - 1]), vector(*corner)) for i, corner in enumerate(ring))
    return min(abs(dot(here, plane)) / math.sqrt(dot(plane, plane)) for plane in planes)


LAT = st.one_of(st.floats(-90, 90), st.sampled_from([90.0, -90.0, 89.9, -89.9, 0.0]))
LON = st.one_of(st.floats(-180, 180), st.sampled_from([180.0, -180.0, 179.9, -179.9, 0.0]))


@st.composite
def stars(draw: st.DrawFn) -> tuple[tuple[float, float], tuple[tuple[float, float], ...]]:
    """A centre, and a polygon around it that is seen from there corner by corner."""
    centre = draw(LAT), draw(LON)
    count = draw(st.integers(3, 9))
    size = draw(st.sampled_from([0.05, 1.0, 10.0, 40.0]))
    bearings = [360.0 / count * (i + draw(st.floats(0.0, 0.4))) for i in range(count)]
    ring = tuple(beyond(*centre, bearing, size * draw(st.floats(0.3, 1.0))) for bearing in bearings)
    return centre, ring


@settings(max_examples=150, deadline=None)
@given(stars(), st.lists(st.tuples(st.floats(0, 360), st.floats(0, 2)), min_size=1, max_size=12), st.integers(-2, 2))
def test_a_polygon_holds_what_the_slow_reading_finds_inside(
    star: tuple[tuple[float, float], tuple[tuple[float, float], ...]], places: list[tuple[float, float]], turn: int
) -> None:
    centre, ring = star
    assume(len({(round(lat, 6), round(lon, 6)) for lat, lon in ring}) == len(ring))
    reach = max(math.acos(min(1.0, dot(vector(*centre), vector(*corner)))) for corner in ring)
    points = [beyond(*centre, bearing, min(179.0, part * math.degrees(reach))) for bearing, part in places]
    points += [centre, beyond(*centre, 0.0, 180.0)]
    points = [point for point in points if off_edges(ring, *point) > 1e-9]
    assume(points)
    middle = tuple(sum(vector(*corner)[k] for corner in ring) for k in range(3))
    expected = [in_ring_slowly(ring, middle, *point) for point in points]  # type: ignore[arg-type]
    lat, lon = np.array(points).T
    for corners in (ring, ring[::-1], ring[1:] + ring[:1]):
        assert Area("star", ring=corners).contains(lat, lon + 360.0 * turn, 0.0).tolist() == expected


def test_the_slow_reading_of_polygons_is_right_about_known_ones() -> None:
    around_pole = ((80.0, 0.0), (80.0, 90.0), (80.0, 180.0), (80.0, -90.0))
    assert in_ring_slowly(around_pole, (0.0, 0.0, 1.0), 89.0, 33.0)
    assert not in_ring_slowly(around_pole, (0.0, 0.0, 1.0), -89.0, 33.0)
    assert not in_ring_slowly(around_pole, (0.0, 0.0, 1.0), 80.5, 45.0), "the great circle passes poleward of it"


def test_a_polygon_across_the_date_line_and_one_around_the_south_pole() -> None:
    date_line = Area("fiji", ring=((-20.0, 170.0), (-20.0, -170.0), (-10.0, -170.0), (-10.0, 170.0)))
    assert date_line.contains([-15, -15, -15, -15], [180.0, -180.0, 175.0, 165.0], 0.0).tolist() == [True] * 3 + [False]
    pole = Area("pole", ring=((-70.0, 0.0), (-70.0, 120.0), (-70.0, -120.0)))
    assert pole.contains([-90.0, -90.0, -69.0, 90.0], [0.0, 77.0, 0.0, 0.0], 0.0).tolist() == [True, True, False, False]


@settings(deadline=None)
@given(LAT, LAT, st.integers(-180, 180), st.integers(1, 360), LAT, st.integers(-900, 900))
def test_a_box_holds_what_one_meets_going_east_from_its_west_edge(
    one: float, other: float, west: int, width: int, lat: float, lon: int
) -> None:
    assume(one != other and not (width < 360 and abs(lat) == 90.0))
    box = Box(min(one, other), west, max(one, other), west + 360 if width == 360 else (west + width + 180) % 360 - 180)
    assume(width == 360 or box.east != box.west)
    met = any((west + step - lon) % 360 == 0 for step in range(width + 1))
    assert Area("box", box=box).contains(lat, float(lon), 0.0).item() == (box.south <= lat <= box.north and met)


def test_a_box_to_the_pole_holds_the_pole_on_every_meridian() -> None:
    cap = Area("cap", box=Box(80.0, 10.0, 90.0, 20.0))
    assert cap.contains([90.0, 89.0, 89.0], [-120.0, -120.0, 15.0], 0.0).tolist() == [True, False, True]


def vincenty(lat: float, lon: float, bearing: float, far_m: float) -> tuple[float, float]:
    """The direct problem on WGS-84 (T. Vincenty, Survey Review XXIII, 1975)."""
    b = A * (1 - F)
    az, u1 = math.radians(bearing), math.atan2((1 - F) * math.sin(math.radians(lat)), math.cos(math.radians(lat)))
    s1, sa = math.atan2(math.tan(u1), math.cos(az)), math.cos(u1) * math.sin(az)
    c2 = 1 - sa * sa
    u2 = c2 * (A * A - b * b) / (b * b)
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    sigma = far_m / (b * big_a)
    for _ in range(30):
        m = math.cos(2 * s1 + sigma)
        step = big_b / 4 * (math.cos(sigma) * (-1 + 2 * m * m) - big_b / 6 * m * (-3 + 4 * math.sin(sigma) ** 2))
        sigma = far_m / (b * big_a) + big_b * math.sin(sigma) * (m + step)
    m = math.cos(2 * s1 + sigma)
    down = math.hypot(sa, math.sin(u1) * math.sin(sigma) - math.cos(u1) * math.cos(sigma) * math.cos(az))
    up = math.sin(u1) * math.cos(sigma) + math.cos(u1) * math.sin(sigma) * math.cos(az)
    turn = math.atan2(
        math.sin(sigma) * math.sin(az), math.cos(u1) * math.cos(sigma) - math.sin(u1) * math.sin(sigma) * math.cos(az)
    )
    c = F / 16 * c2 * (4 + F * (4 - 3 * c2))
    turn -= (1 - c) * F * sa * (sigma + c * math.sin(sigma) * (m + c * math.cos(sigma) * (-1 + 2 * m * m)))
    return math.degrees(math.atan2(up, (1 - F) * down)), lon + math.degrees(turn)


@settings(deadline=None)
@given(st.floats(-89.9, 89.9), LON, st.floats(0, 360), st.floats(100.0, 1_800_000.0))
def test_a_circle_ends_at_its_radius_on_the_ellipsoid(lat: float, lon: float, bearing: float, radius: float) -> None:
    area = Area("circle", circle=Circle(lat, lon, radius))
    inner, outer = (vincenty(lat, lon, bearing, radius + by) for by in (-4.0, 4.0))
    assert area.contains(*inner, 0.0)
    assert not area.contains(*outer, 0.0)
    assert area.contains(lat, lon, 0.0)


def test_distances_along_the_equator_and_a_meridian_are_those_of_wgs_84() -> None:
    assert distance_m(0.0, 0.0, np.array([0.0]), np.array([1.0]))[0] == pytest.approx(111_319.491, abs=0.01)
    assert distance_m(0.0, 0.0, np.array([90.0]), np.array([0.0]))[0] == pytest.approx(10_001_965.7, abs=20.0)


def test_levels_bound_an_area_and_an_unknown_level_could_be_any() -> None:
    area = Area("slab", circle=Circle(35.0, 39.0, 1000.0), floor_m=1000.0, ceiling_m=2000.0)
    levels = [999.0, 1000.0, 2000.0, 2001.0, math.nan]
    assert area.contains(35.0, 39.0, levels).tolist() == [False, True, True, False, True]
    assert area.contains(35.0, 39.0, levels, unknown_level=False).tolist() == [False, True, True, False, False]
    assert not area.contains(36.0, 39.0, math.nan), "elsewhere is elsewhere at every level"
    open_area = Area("open", circle=Circle(35.0, 39.0, 1000.0))
    assert open_area.contains(35.0, 39.0, math.nan, unknown_level=False), "no limit, so the level does not matter"


@pytest.mark.parametrize(
    "area",
    [
        Area("ring", ring=((0.0, 0.0), (0.0, 9.0), (9.0, 0.0))),
        Area("box", box=Box(-10.0, -10.0, 10.0, 10.0)),
        Area("all", box=Box(-90.0, -180.0, 90.0, 180.0)),
        Area("circle", circle=Circle(0.0, 0.0, 1e6)),
    ],
)
def test_an_unknown_place_is_outside(area: Area) -> None:
    assert not area.contains([math.nan, 1.0, math.nan, 90.0], [1.0, math.nan, math.nan, math.nan], 0.0).any()


def test_no_area_is_everywhere_and_shapes_broadcast() -> None:
    assert contains(None, np.zeros((2, 3)), 0.0, math.nan).shape == (2, 3)
    assert contains(None, np.zeros((2, 3)), 0.0, math.nan).all()
    assert Area("c", circle=Circle(0.0, 0.0, 1.0)).contains(np.zeros((2, 3)), 0.0, 0.0).shape == (2, 3)
    assert Area("r", ring=((0.0, 0.0), (0.0, 9.0), (9.0, 0.0))).contains(np.zeros(0), np.zeros(0), 0.0).shape == (0,)
