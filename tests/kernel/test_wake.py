"""The nearest point of the path that another flew: equal to the plain reading, anywhere on earth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.kernel import reference_wake as plain
from armslength.kernel.wake import in_wake


def wander(rng, n, lat, lon, speed):
    course = rng.uniform(0, 2 * math.pi) + np.cumsum(rng.normal(0, 0.1, n))
    north, east = np.cumsum(speed * np.cos(course)), np.cumsum(speed * np.sin(course))
    out = lon + np.degrees(east / (6.378e6 * math.cos(math.radians(lat))))
    return lat + np.degrees(north / 6.36e6), (out + 180.0) % 360.0 - 180.0


@given(
    st.integers(0, 2**32 - 1), st.floats(-80.0, 80.0), st.sampled_from([0.0, 179.9999, -120.0]),
    st.lists(st.sampled_from([1, 1, 1, 1, 1, 1, 2, 30]), min_size=1, max_size=60), st.sampled_from([5.0, 20.0, 60.0]),
    st.sampled_from([20.0, 60.0, 250.0]), st.sampled_from([0, 1]),
    st.sampled_from([200.0, 1500.0, 1e9]),
)  # fmt: skip
def test_it_is_equal_to_its_plain_reading(seed, lat, lon, steps, longest, speed, by, nearest):
    rng = np.random.default_rng(seed)
    n = len(steps)
    t = np.cumsum(steps).astype(float)
    places = [wander(rng, n, lat, lon, speed), wander(rng, n, lat + rng.uniform(-0.01, 0.01), lon, speed)]
    lats, lons = (np.stack([one[c] for one in places]) for c in (0, 1))
    level = np.cumsum(rng.normal(0, 5, (2, n)), axis=1)
    level[rng.uniform(size=(2, n)) < 0.1] = math.nan
    cut = n // 2
    begins = np.where(np.arange(n) < cut, 0, cut)
    out = np.empty((4, n))
    in_wake(begins, np.arange(n), t, lats, lons, level, by, longest, np.full(n, nearest), out)
    for i in range(n):
        path = [(t[j], lats[by, j], lons[by, j], level[by, j]) for j in range(begins[i], i + 1)]
        here = lats[1 - by, i], lons[1 - by, i], level[1 - by, i]
        said, read = out[:, i], plain.in_wake(here, path, longest, nearest)
        if min(abs(one - nearest) for one in (said[0], read[0])) < 0.01 * nearest:
            continue  # on the edge
        assert said[0] == pytest.approx(read[0], rel=3e-3, abs=0.05, nan_ok=True)
        if said[0] < 1000.0 and said[1] == pytest.approx(read[1], abs=0.05):  # else two points were equally near
            assert said[2] == pytest.approx(read[2], rel=3e-3, abs=0.5)
            assert said[3] == pytest.approx(read[3], abs=1.0, nan_ok=True)


def test_who_follows_is_behind_by_what_it_is_late():
    t = np.arange(61.0)
    lat = np.stack([36.0 + t * 1e-3, 36.0 + (t - 20.0) * 1e-3])
    lon, level = np.full((2, 61), 38.0), np.stack([np.full(61, 3000.0), np.full(61, 2900.0)])
    out = np.empty((4, 2))
    in_wake(np.zeros(2, np.int64), np.array([60, 10]), t, lat, lon, level, 0, 60.0, np.full(2, 1e6), out)
    assert out[:, 0] == pytest.approx([0.0, 20.0, 20.0 * 110.95, 100.0], abs=2.0)
    assert out[1, 1] == 10.0  # ten seconds of path are not enough: the nearest is its oldest point


def test_a_path_that_stays_away_is_none():
    t = np.arange(61.0)
    lat = np.stack([36.0 + t * 1e-3, 36.0 + (t - 20.0) * 1e-3])
    lon, level = np.stack([np.full(61, 38.0), np.full(61, 38.05)]), np.zeros((2, 61))
    out = np.empty((4, 2))
    for nearest, known in ((4000.0, False), (5000.0, True)):
        in_wake(np.zeros(2, np.int64), np.array([60, 40]), t, lat, lon, level, 0, 60.0, np.full(2, nearest), out)
        assert np.all(np.isfinite(out)) == known and np.all(np.isnan(out)) != known
