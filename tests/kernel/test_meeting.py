"""How two move about each other: equal to the plain reading; bounds that hold against a known truth."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel import meeting as kernel
from armslength.kernel import reference_meeting as plain
from armslength.kernel.geodesy import bases, surfaces
from armslength.kernel.sampling import DATUM, ERROR_H, ERROR_V, LEVEL, UPDATE, XYZ, T, sample

MIXED = 457.2


def ground(rng, n, lat, lon, *, step=250.0):
    """Return n surface points of somebody who wanders, about one step [m] a second."""
    course = rng.uniform(0, 2 * math.pi) + np.cumsum(rng.normal(0, 0.05, n))
    north, east = np.cumsum(step * np.cos(course)), np.cumsum(step * np.sin(course))
    return surfaces(
        math.radians(lat) + north / 6.37e6, math.radians(lon) + east / (6.37e6 * max(math.cos(math.radians(lat)), 0.02))
    )


def related(start, t, xyz, level, update):
    """Return what the kernel makes of both sides: v, climb, error, error_climb, _, relative, turning."""
    n = len(t)
    v, climb, error, error_climb = np.empty((2, 3, n)), np.empty((2, n)), np.empty((2, n)), np.empty((2, n))
    for side in (0, 1):
        kernel.moved(
            start, t, xyz[side], level[side], update[side], v[side], climb[side], error[side], error_climb[side]
        )
    place, relative, turning = np.empty((4, n)), np.empty((6, n)), np.empty((4, n))
    kernel.relate(start, t, xyz, v, error, update, place, relative, turning)
    return v, climb, error, error_climb, place, relative, turning


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.floats(-89.0, 89.0), st.sampled_from([0.0, 179.999, -120.0]),
    st.lists(st.sampled_from([1, 1, 1, 1, 1, 2, 30]), min_size=1, max_size=40), st.sampled_from([1.0, 3.2, 12.0, 60.0]),
)  # fmt: skip
def test_it_is_equal_to_its_plain_reading(seed, lat, lon, steps, every):
    rng = np.random.default_rng(seed)
    n = len(steps)
    t = np.cumsum(steps).astype(float)
    xyz = np.stack([ground(rng, n, lat, lon), ground(rng, n, lat, lon + 0.01)])
    level = np.cumsum(rng.normal(0, 5, (2, n)), axis=1)
    level[rng.uniform(size=(2, n)) < 0.1] = math.nan
    update = rng.uniform(0.5, every, (2, n))
    half = n // 2
    start = np.array([0, half, n], np.int64) if half else np.array([0, n], np.int64)
    v, climb, error, error_climb, _, relative, turning = related(start, t, xyz, level, update)
    for a, b in itertools.pairwise(start):
        times, part = t[a:b].tolist(), slice(a, b)
        points = [[tuple(p) for p in xyz[side, :, part].T.tolist()] for side in (0, 1)]
        moves = [
            [plain.move(times, points[s], level[s, part].tolist(), update[s, part].tolist(), i) for i in range(b - a)]
            for s in (0, 1)
        ]
        for i in range(b - a):
            axes = plain.plane(points[0][i], points[1][i])
            apart = tuple(q - p for p, q in zip(points[0][i], points[1][i], strict=True))
            assert relative[:2, a + i] == pytest.approx([plain.dot(apart, axis) for axis in axes], abs=1e-4)
            for side in (0, 1):
                one = moves[side][i]
                said = (climb[side, a + i], error[side, a + i], error_climb[side, a + i])
                if one is None:
                    assert np.all(np.isnan(v[side, :, a + i])) and math.isnan(error[side, a + i])
                    continue
                assert v[side, :, a + i] == pytest.approx(one.v, abs=1e-6)
                assert said == pytest.approx((one.climb, one.error, one.error_climb), abs=1e-5, nan_ok=True)
                ground_v = [plain.dot(one.v, axis) for axis in axes]
                assert relative[2 + 2 * side : 4 + 2 * side, a + i] == pytest.approx(ground_v, abs=1e-6)
                rate, bound = plain.turn(times, moves[side], update[side, a + i], i, axes)
                assert turning[side, a + i] == pytest.approx(rate, abs=1e-6, nan_ok=True)
                assert turning[2 + side, a + i] == pytest.approx(bound, abs=1e-6, nan_ok=True)


def track(rng, n, lat, lon):
    """Return a track as plain plots: some flights unknown, some levels missing, some plots on whole seconds."""
    t = np.cumsum(rng.choice([0.5, 1.0, 1.3, 4.0, 12.0], n))
    xyz = ground(rng, n, lat, lon)
    levels = rng.uniform(3000, 9000, (2, n))
    levels[rng.uniform(size=(2, n)) < 0.15] = math.nan
    linked = rng.uniform(size=n) < 0.85
    linked[-1] = False
    bounds = rng.uniform(20, 300, (2, n))
    return [
        plain.Plot(
            float(t[i]),
            tuple(xyz[:, i].tolist()),
            float(levels[0, i]),
            float(levels[1, i]),
            bool(linked[i]),
            float(bounds[0, i]),
            float(bounds[1, i]),
        )
        for i in range(n)
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(0, 40), st.integers(1, 60))
def test_seconds_are_sampled_as_the_plain_reading_finds_them(seed, n, since, length):
    rng = np.random.default_rng(seed)
    both = [track(rng, n, 40.0, 8.0), track(rng, n + 1, 40.0, 8.1)]
    every = [*both[0], *both[1]]
    arrays = [
        np.array([getattr(p, name) for p in every]) for name in ("t", "baro", "geo", "linked", "error_h", "error_v")
    ]
    t, baro, geo, linked, error_h, error_v = arrays
    xyz = np.ascontiguousarray(np.array([p.xyz for p in every]).T)
    one = np.array([0], np.int64)
    rows, of = sample(
        np.array([0, n, 2 * n + 1], np.int64), xyz, t, baro, geo, linked, error_h, error_v, MIXED, one, one + 1,
        np.array([since], np.int64), np.array([since + length], np.int64),
    )  # fmt: skip
    expected = []
    for g in range(since, since + length):
        here = [plain.where(one, float(g)) for one in both]
        if here[0] is not None and here[1] is not None:
            expected.append((g, *here))
    assert rows[:, T].tolist() == [float(g) for g, _, _ in expected] and set(of.tolist()) <= {0}
    for row, (_, first, second) in zip(rows, expected, strict=True):
        datum, *both_levels = plain.levels(first, second)
        assert row[DATUM] == datum
        assert row[XYZ : XYZ + 6] == pytest.approx([*first.xyz, *second.xyz], abs=1e-6)
        assert row[LEVEL : LEVEL + 2] == pytest.approx(both_levels, abs=1e-9, nan_ok=True)
        assert row[ERROR_H : ERROR_H + 2].tolist() == [first.error_h, second.error_h]
        more = MIXED if datum == 2 else 0.0
        assert row[ERROR_V : ERROR_V + 2] == pytest.approx([first.error_v, math.hypot(second.error_v, more)])
        assert row[UPDATE : UPDATE + 2].tolist() == [first.update, second.update]


def flown(every, noise, rate_deg, seed, *, seconds=300, speed=220.0):
    """Return the share of samples whose true velocity and turn lie within the bounds, and the median bounds.

    Somebody flies legs of a minute, straight and turning; plots come `every` [s], scattered by `noise` [m] (sigma).
    """
    rng = np.random.default_rng(seed)
    fine = np.arange(0, seconds + 1, 0.01)
    turning = np.where((fine // 60) % 2 == 1, math.radians(rate_deg), 0.0)
    course = np.cumsum(turning) * 0.01
    ve, vn = speed * np.sin(course), speed * np.cos(course)
    east, north = np.cumsum(ve) * 0.01, np.cumsum(vn) * 0.01
    at = np.arange(rng.uniform(0, every), seconds, every)
    pe = np.interp(at, fine, east) + rng.normal(0, noise, len(at))
    pn = np.interp(at, fine, north) + rng.normal(0, noise, len(at))
    grid = np.arange(math.ceil(at[0]), math.floor(at[-1]) + 1.0)
    ge, gn = np.interp(grid, at, pe), np.interp(grid, at, pn)
    lat, lon = math.radians(36.0), math.radians(38.0)
    xyz = surfaces(lat + gn / 6.359e6, lon + ge / (6.3857e6 * math.cos(lat)))
    n = len(grid)
    start, level, update = np.array([0, n], np.int64), np.zeros((2, n)), np.full((2, n), every)
    v, _, error, _, _, _, turn = related(start, grid, np.stack([xyz, xyz]), level, update)
    axes = bases(np.full(n, lat), np.full(n, lon))
    said = np.stack([np.sum(v[0] * axes[k, :, :], axis=0) for k in (0, 1)])
    truth = np.stack([np.interp(grid, fine, ve), np.interp(grid, fine, vn)])
    inner = slice(20, n - 20)
    rate = np.interp(grid, fine, turning)
    within = np.abs(said - truth)[:, inner] <= error[0, inner] + 0.8  # the plane is not the ellipsoid
    within_turn = np.abs(turn[0] - rate)[inner] <= turn[2, inner]
    return within.mean(), within_turn.mean(), float(np.median(error[0])), float(np.median(turn[2]))


@pytest.mark.parametrize("every", [1.0, 2.0, 5.0, 12.0])
@pytest.mark.parametrize(("noise", "rate"), [(1.0, 0.0), (3.0, 1.0), (10.0, 3.0), (40.0, 1.5)])
def test_the_bounds_hold_for_two_sigma(every, noise, rate):
    shares = np.array([flown(every, noise, rate, seed) for seed in range(8)])
    assert shares[:, 0].mean() >= 0.95 and shares[:, 1].mean() >= 0.93


def test_the_bounds_are_of_use():
    """A bound that is never broken because it is huge would be none: a knot is half a metre a second."""
    _, _, error, turn = flown(1.0, 3.0, 1.0, 1)
    assert error < 8.0 and math.degrees(turn) < 1.5
    _, _, error, _ = flown(5.0, 5.0, 1.0, 1)
    assert error < 12.0
