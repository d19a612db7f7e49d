"""The face of the package: what it accepts, what it refuses and how it says so; known cases of straight flight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import armslength
from armslength.errors import InputError

TERMS: dict[str, Any] = {"horizontal": 9260.0, "vertical": 304.8, "lookahead": 300.0}


def sky(**columns: list[float]) -> dict[str, Any]:
    """Return the arguments of `detect` for two aircraft, level and alike but for `columns`."""
    out: dict[str, Any] = {
        "lat": [45.0, 45.0], "lon": [10.0, 10.0], "alt": [1e4, 1e4], "track": [0.0, 0.0], "gs": [200.0, 200.0],
        "vs": [0.0, 0.0],
    }  # fmt: skip
    return out | columns


def test_head_on_across_the_date_line() -> None:
    pairs = armslength.detect(**sky(lat=[10.0, 10.0], lon=[179.9, -179.9], track=[90.0, 270.0]), **TERMS)
    assert (pairs.first.tolist(), pairs.second.tolist()) == ([0], [1])
    apart = math.radians(0.2) * 6378137.0 / math.sqrt(1 - 0.00669438 * math.sin(math.radians(10)) ** 2)
    apart *= math.cos(math.radians(10.0))
    assert pairs.t_cpa[0] == pytest.approx(apart / 400.0, abs=0.01)
    assert pairs.t_in[0] == pytest.approx((apart - 9260.0) / 400.0, abs=0.01)
    assert pairs.hmd[0] < 5.0


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_head_on_over_the_pole(pole: float) -> None:
    lat = math.copysign(89.8, pole)
    poleward = 0.0 if pole > 0 else 180.0
    pairs = armslength.detect(**sky(lat=[lat, lat], lon=[-77.0, 103.0], track=[poleward] * 2), **TERMS)
    assert len(pairs) == 1
    assert pairs.hmd[0] < 0.1
    assert pairs.t_cpa[0] == pytest.approx(math.radians(0.2) * 6399593.6 / 200.0, abs=0.01)


def test_at_the_pole_itself() -> None:
    # 20 km apart on opposite sides: both fly along the meridian given, away from the pole.
    pairs = armslength.detect(**sky(lat=[90.0, 90.0], lon=[0.0, 180.0], track=[180.0, 180.0]), **TERMS)
    assert len(pairs) == 1
    assert bool(pairs.inside[0])
    assert pairs.t_out[0] == pytest.approx(9260.0 / 400.0, abs=0.01)


def test_equal_velocities_too_close_stay_so() -> None:
    pairs = armslength.detect(**sky(lon=[10.0, 10.05]), **TERMS)
    assert pairs.inside.tolist() == [True]
    assert (pairs.t_in[0], pairs.t_out[0]) == (0.0, 300.0)


def test_the_same_aircraft_twice() -> None:
    pairs = armslength.detect(**sky(), **TERMS)
    assert (pairs.hmd.tolist(), pairs.vmd.tolist(), pairs.t_cpa.tolist()) == ([0.0], [0.0], [0.0])


def test_inside_is_strict_in_level() -> None:
    assert len(armslength.detect(**sky(alt=[0.0, 304.8]), **TERMS)) == 0
    assert len(armslength.detect(**sky(alt=[0.0, 304.7]), **TERMS)) == 1


def test_levels_that_cross_bound_the_stay() -> None:
    pairs = armslength.detect(**sky(alt=[0.0, 1000.0], vs=[10.0, 0.0]), **TERMS)
    assert (pairs.t_in[0], pairs.t_out[0]) == pytest.approx((69.52, 130.48))


@pytest.mark.parametrize("unknown", [{"alt": [math.nan, 1e4]}, {"vs": [0.0, math.nan]}])
def test_an_unknown_level_could_be_any(unknown: dict[str, list[float]]) -> None:
    pairs = armslength.detect(**sky(**({"alt": [3e3, 1e4]} | unknown)), **TERMS)
    assert pairs.altitude_unknown.tolist() == [True]
    assert math.isnan(pairs.vmd[0])
    assert (pairs.t_in[0], pairs.t_out[0]) == (0.0, 300.0)


def test_no_lookahead_asks_about_now() -> None:
    now = TERMS | {"lookahead": 0.0}
    pairs = armslength.detect(**sky(lon=[10.0, 10.01]), **now)
    assert (pairs.inside.tolist(), pairs.t_in.tolist(), pairs.t_out.tolist()) == ([True], [0.0], [0.0])
    assert len(armslength.detect(**sky(lon=[10.0, 10.5], track=[90.0, 270.0]), **now)) == 0


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_and_one_alone(n: int) -> None:
    pairs = armslength.detect(**{name: values[:n] for name, values in sky().items()}, **TERMS)
    assert len(pairs) == 0
    assert [str(a.dtype) for a in (pairs.first, pairs.t_in, pairs.inside)] == ["int32", "float64", "bool"]


def test_hours_ahead_the_first_stay_is_taken() -> None:
    # Two great circles from one place meet again at the other side of the earth, and after the whole way round.
    pairs = armslength.detect(
        **sky(lat=[0.0, 0.0], track=[80.0, 100.0], gs=[250.0, 250.0]), **TERMS | {"lookahead": 9e4}
    )
    assert pairs.inside.tolist() == [True]
    assert pairs.t_in[0] == 0.0
    assert pairs.t_out[0] == pytest.approx(9260.0 / (2 * 250.0 * math.sin(math.radians(10.0))), rel=1e-3)
    later = armslength.detect(
        **sky(lat=[1.0, -1.0], track=[80.0, 100.0], gs=[250.0, 250.0]), **TERMS | {"lookahead": 9e4}
    )
    assert len(later) == 1
    assert 7e4 < later.t_in[0] < later.t_out[0]


@pytest.mark.parametrize("name", ["lat", "lon", "track", "gs"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_must_be_known_is_named_with_its_index(name: str, value: float) -> None:
    columns: dict[str, Any] = sky()
    columns[name] = [columns[name][0], value]
    with pytest.raises(InputError, match=rf"^{name}\[1\] is -?(nan|inf)\."):
        armslength.detect(**columns, **TERMS)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"lat": [45.0, 90.5]}, r"lat\[1\] is 90\.5"),
    ({"gs": [-1.0, 200.0]}, r"gs\[0\] is -1"),
    ({"gs": [1e9, 200.0]}, r"gs\[0\]"),
    ({"alt": [math.inf, 0.0]}, r"alt\[0\] is inf"),
    ({"vs": [math.inf, 0.0]}, r"vs\[0\] is inf"),
    ({"lat": [45.0]}, r"differ in length: lat 1, lon 2"),
    ({"lat": ["here", "there"]}, r"lat is not an array of numbers"),
    ({"lat": [[45.0, 45.0]]}, r"lat has the shape \(1, 2\)"),
    ({"horizontal": 0.0}, r"horizontal is 0\.0"),
    ({"vertical": math.nan}, r"vertical is nan"),
    ({"lookahead": -1.0}, r"lookahead is -1\.0"),
    ({"lookahead": 1e9}, r"lookahead is 1000000000\.0"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_what_cannot_be_used_is_refused_in_words(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        armslength.detect(**sky() | TERMS | change)


def test_any_longitude_and_any_number_type() -> None:
    plain = armslength.detect(**sky(lon=[10.0, 10.05]), **TERMS)
    turned = armslength.detect(**sky(lon=[730.0, -709.95]), **TERMS)
    assert turned.hmd == pytest.approx(plain.hmd, abs=1e-6)
    columns: dict[str, Any] = {name: np.array(values, np.float32) for name, values in sky(lon=[10.0, 10.0625]).items()}
    assert len(armslength.detect(**columns, **TERMS)) == 1


def test_one_spoofed_aircraft_changes_nothing_for_the_others() -> None:
    rng = np.random.default_rng(7)
    n = 500
    columns: dict[str, Any] = {
        "lat": rng.uniform(44, 46, n), "lon": rng.uniform(9, 12, n), "alt": rng.uniform(3e3, 1e4, n),
        "track": rng.uniform(0, 360, n), "gs": rng.uniform(100, 250, n), "vs": np.zeros(n),
    }  # fmt: skip
    before = armslength.detect(**columns, **TERMS)
    columns["gs"][11], columns["vs"][11] = 2058.0, 300.0
    after = armslength.detect(**columns, **TERMS)
    others = [(pairs.first != 11) & (pairs.second != 11) for pairs in (before, after)]
    assert before.hmd[others[0]].tobytes() == after.hmd[others[1]].tobytes()
    assert len(before) > 100


VOLUMES: list[tuple[Any, Any, dict[str, Any], str]] = [
    ([[1.0], [2.0]], [[0.0], [0.0], [0.0]], {}, r"s has the shape \(2, 1\)"),
    ([[1.0], [2.0], [math.nan]], [[0.0]] * 3, {}, r"s\[2, 0\] is nan"),
    ([[1.0]] * 3, [[0.0, 1.0]] * 3, {}, r"s has 1 pairs and v has 2"),
    ([[1.0]] * 3, [[0.0]] * 3, {"lookahead": -1.0}, r"lookahead is -1"),
    ([["a"]] * 3, [[0.0]] * 3, {}, r"s is not an array of numbers"),
]


@pytest.mark.parametrize(("s", "v", "change", "says"), VOLUMES)
def test_volumes_refuse_in_words(s: Any, v: Any, change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        armslength.cylinder(s, v, **{"horizontal": 1.0, "vertical": 1.0, "lookahead": 1.0} | change)
    with pytest.raises(InputError, match=says):
        armslength.well_clear(s, v, **{"dthr": 1.0, "zthr": 1.0, "tthr": 1.0, "lookahead": 1.0} | change)


def test_volumes_of_no_pair() -> None:
    nobody = np.empty((3, 0))
    assert len(armslength.cylinder(nobody, nobody, horizontal=1.0, vertical=1.0, lookahead=1.0)) == 0
    assert len(armslength.well_clear(nobody, nobody, dthr=1.0, zthr=1.0, tthr=1.0, lookahead=1.0)) == 0
