"""Two recordings held against each other: a planted clock and a planted place are found, and where the stories part."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.engine.cases.comparing import EARTH_M, Comparison, Recorded, compare
from armslength.units import NS

AT = 1_767_269_000.0
VELOCITIES = {"North": (200.0, 30.0), "South": (-150.0, 120.0)}


def recorded(
    v: tuple[float, float], seed: int, *, every: float = 4.0, noise: float = 20.0, lag: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0), bend: float = 0.0, level: float = 9000.0,
) -> Recorded:  # fmt: skip
    """Return a straight flight of 400 s, as a sensor with these faults saw it; `bend`: off at the end [m]."""
    rng = np.random.default_rng(seed)
    t = np.arange(0.0, 400.0, every) + rng.uniform(0.0, 1.0)
    east = v[0] * t + shift[0] + rng.normal(0.0, noise, len(t))
    north = v[1] * t + shift[1] + rng.normal(0.0, noise, len(t)) + np.where(t > 300.0, bend, 0.0)
    lat = 35.0 + np.degrees(north / EARTH_M)
    lon = 36.0 + np.degrees(east / EARTH_M / math.cos(math.radians(35.0)))
    return Recorded(AT + t + lag, lat, lon, np.full(len(t), level), np.full(len(t), 3.5 * noise))


def pair(seed: int, **faults: object) -> Comparison:
    """Return the comparison of an honest recording with one that has these faults."""
    ours = {party: recorded(v, seed + n) for n, (party, v) in enumerate(VELOCITIES.items())}
    theirs = {party: recorded(v, seed + 10 + n, **faults) for n, (party, v) in enumerate(VELOCITIES.items())}  # type: ignore[arg-type]
    found = compare(ours, theirs)
    assert found is not None
    return found


@given(st.integers(0, 50), st.floats(-3.0, 3.0), st.floats(-900.0, 900.0), st.floats(-900.0, 900.0))
@settings(max_examples=40, deadline=None)
def test_a_wrong_clock_and_a_wrong_place_are_found_and_told_apart(
    seed: int, lag: float, east: float, north: float
) -> None:
    found = pair(seed, lag=lag, shift=(east, north), level=9100.0)
    assert found.told_apart
    assert abs(found.lag_s - lag) < 5.0 * found.lag_sigma_s + 0.02 and found.lag_sigma_s < 0.1
    assert math.hypot(found.east_m - east, found.north_m - north) < 5.0 * found.shift_sigma_m + 3.0
    assert abs(found.level_m - 100.0) < 1e-6


def test_honest_recordings_part_nowhere() -> None:
    parted = sum(len(pair(seed).differences) for seed in range(20))
    assert parted <= 4, "bounds of 3.5 sigma each are beyond now and then"


def test_where_the_stories_part_is_pointed_at() -> None:
    found = pair(3, lag=1.5, bend=900.0)
    assert abs(found.lag_s - 1.5) < 0.3, "what parts does not bend the estimate"
    assert {one.party for one in found.differences} == {"North", "South"}
    for one in found.differences:
        assert 290.0 < one.from_ns / NS - AT < 310.0 and one.largest_m > 700.0 > one.bound_m


def test_one_aircraft_that_flies_straight_on_tells_no_clock_from_a_place() -> None:
    v = VELOCITIES["North"]
    found = compare({"North": recorded(v, 1, noise=2.0)}, {"North": recorded(v, 2, noise=2.0, lag=2.0)})
    assert found is not None and not found.told_apart and found.lag_s == 0.0 and math.isinf(found.lag_sigma_s)
    assert abs(found.east_m + 400.0) < 5.0, "it is stated as a place"


@pytest.mark.parametrize("seconds", [8.0, 20.0])
def test_too_little_in_common_is_nothing(seconds: float) -> None:
    whole = recorded(VELOCITIES["North"], 1)
    part = slice(0, int(seconds / 4.0))
    few = Recorded(*(getattr(whole, name)[part] for name in ("t", "lat", "lon", "level_m", "error_m")))
    assert compare({"North": whole}, {"North": few}) is None
    assert compare({}, {}) is None and compare({"North": whole}, {"South": whole}) is None


def test_unknown_levels_are_said_to_be_unknown() -> None:
    found = pair(1, level=math.nan)
    assert math.isnan(found.level_m) and found.samples > 100
