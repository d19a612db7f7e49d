"""The cylinder and the well-clear volume against their plain readings, and their symmetry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from armslength.engine.straight import Volume, cylinder, well_clear
from armslength.kernel import reference

LOOKAHEAD = 180.0
SAMPLES = 3600
METRES = st.integers(-30000, 30000).map(float) | st.floats(-3000.0, 3000.0)
LEVELS = st.integers(-1500, 1500).map(float)
SPEEDS = st.floats(-300.0, 300.0) | st.just(0.0)
CLIMBS = st.floats(-25.0, 25.0).filter(lambda w: abs(w) > 1e-3) | st.just(0.0)
VECTORS = st.tuples(METRES, METRES, LEVELS)
VELOCITIES = st.tuples(SPEEDS, SPEEDS, CLIMBS)
TERMS = st.sampled_from([(1219.2, 137.16, 35.0, 0.0), (1852.0, 137.16, 35.0, 20.0), (457.2, 137.16, 0.0, 0.0)])
Triple = tuple[float, float, float]


def moved(s: Triple, v: Triple, t: float) -> Triple:
    return (s[0] + v[0] * t, s[1] + v[1] * t, s[2] + v[2] * t)


def agrees(volume: Volume, stay: tuple[float, float] | None, shortest: float) -> bool:
    """Return whether the fast answer for one pair is the sampled one; a stay between two samples may escape that."""
    t_in, t_out = float(volume.t_in[0]), float(volume.t_out[0])
    if stay is None:
        return math.isnan(t_in) or t_out - t_in <= shortest
    return abs(t_in - stay[0]) < 1e-6 and abs(t_out - stay[1]) < 1e-6


def column(vector: Triple) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(vector).reshape(3, 1)


@settings(deadline=None, max_examples=120)
@given(VECTORS, VELOCITIES)
def test_cylinder_is_its_plain_reading(s: Triple, v: Triple) -> None:
    assume(math.hypot(v[0], v[1]) > 1e-3 or v[0] == v[1] == 0.0)
    fast = cylinder(column(s), column(v), horizontal=5556.0, vertical=304.8, lookahead=LOOKAHEAD)
    assert bool(fast.violated[0]) == reference.in_cylinder(s, 5556.0, 304.8)
    plain = reference.first_time_in(lambda t: reference.in_cylinder(moved(s, v, t), 5556.0, 304.8), LOOKAHEAD, SAMPLES)
    assert agrees(fast, plain, LOOKAHEAD / SAMPLES)


@settings(deadline=None, max_examples=120)
@given(VECTORS, VELOCITIES, TERMS)
def test_well_clear_is_its_plain_reading(s: Triple, v: Triple, terms: tuple[float, float, float, float]) -> None:
    assume(math.hypot(v[0], v[1]) > 1e-3 or v[0] == v[1] == 0.0)
    dthr, zthr, tthr, tcoa = terms
    fast = well_clear(column(s), column(v), dthr=dthr, zthr=zthr, tthr=tthr, tcoa=tcoa, lookahead=LOOKAHEAD)
    assert bool(fast.violated[0]) == reference.not_well_clear(s, v, *terms)
    plain = reference.first_time_in(lambda t: reference.not_well_clear(moved(s, v, t), v, *terms), LOOKAHEAD, SAMPLES)
    assert agrees(fast, plain, LOOKAHEAD / SAMPLES)


@settings(deadline=None)
@given(VECTORS, VELOCITIES, TERMS)
def test_exchanging_the_two_changes_no_bit(s: Triple, v: Triple, terms: tuple[float, float, float, float]) -> None:
    dthr, zthr, tthr, tcoa = terms
    here, there = column(s), column(v)
    for one, other in (
        (
            well_clear(here, there, dthr=dthr, zthr=zthr, tthr=tthr, tcoa=tcoa, lookahead=300.0),
            well_clear(-here, -there, dthr=dthr, zthr=zthr, tthr=tthr, tcoa=tcoa, lookahead=300.0),
        ),
        (
            cylinder(here, there, horizontal=dthr, vertical=zthr, lookahead=300.0),
            cylinder(-here, -there, horizontal=dthr, vertical=zthr, lookahead=300.0),
        ),
    ):
        assert one.violated.tobytes() == other.violated.tobytes()
        assert one.t_in.tobytes() == other.t_in.tobytes()
        assert one.t_out.tobytes() == other.t_out.tobytes()


def test_the_comparison_would_see_a_wrong_time_and_a_missing_stay() -> None:
    s, v = column((10000.0, 0.0, 0.0)), column((-100.0, 0.0, 0.0))
    fast = cylinder(s, v, horizontal=5556.0, vertical=304.8, lookahead=LOOKAHEAD)
    assert (fast.t_in[0], fast.t_out[0]) == pytest.approx((44.44, 155.56))
    assert agrees(fast, (44.44, 155.56), 0.0)
    assert not agrees(fast, (44.45, 155.56), 0.0)
    assert not agrees(fast, (44.44, 155.55), 0.0)
    assert not agrees(fast, None, 1.0)
    nowhere = Volume(np.array([False]), np.array([math.nan]), np.array([math.nan]))
    assert not agrees(nowhere, (44.44, 155.56), 0.0)


def test_a_pair_that_stands_still_inside_stays_to_the_end() -> None:
    still = cylinder([[10.0], [0.0], [0.0]], [[0.0], [0.0], [0.0]], horizontal=100.0, vertical=50.0, lookahead=60.0)
    assert (bool(still.violated[0]), still.t_in[0], still.t_out[0]) == (True, 0.0, 60.0)


def test_the_border_belongs_to_well_clear_and_not_to_the_cylinder() -> None:
    s, v = column((100.0, 0.0, 0.0)), column((0.0, 0.0, 0.0))
    assert not cylinder(s, v, horizontal=100.0, vertical=50.0, lookahead=60.0).violated[0]
    assert well_clear(s, v, dthr=100.0, zthr=50.0, tthr=0.0, lookahead=60.0).violated[0]
