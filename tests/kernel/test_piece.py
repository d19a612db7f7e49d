"""One piece in closed form against sampling and searching: stays, least ratio, lowest value."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from armslength.kernel import piece
from armslength.kernel.reference_passage import lowest

NUMBERS = st.one_of(st.just(0.0), st.floats(-20_000, 20_000), st.floats(-1e-6, 1e-6))
RADII = st.floats(1.0, 10_000.0)
MOTION = {"x": NUMBERS, "y": NUMBERS, "wx": NUMBERS, "wy": NUMBERS, "z0": NUMBERS, "wz": NUMBERS}
SLACK = 1e-6
"""Metres by which rounding may move a limit, for distances up to 40 km."""


def products(x, y, wx, wy):
    return wx * wx + wy * wy, x * wx + y * wy, x * x + y * y


def horizontal(x, y, wx, wy, s):
    return math.hypot(x + s * wx, y + s * wy)


def ends_of(f, limit, low=0.0, high=1.0):
    """Return by halving from when to when the convex `f` is under `limit`; None where it is nowhere."""
    middle = lowest(f, low, high)
    if not f(middle) < limit:
        return None
    out = []
    for end in (low, high):
        inside, outside = middle, end
        if f(end) < limit:
            out.append(end)
            continue
        for _ in range(80):
            half = 0.5 * (inside + outside)
            inside, outside = (half, outside) if f(half) < limit else (inside, half)
        out.append(outside)
    return out


def holds(found, f, limit, slack):
    """Whether `found` is where `f` is under `limit`, give or take `slack` in the limit."""
    wide, narrow = ends_of(f, limit + slack), ends_of(f, limit - slack)
    if found[0] > found[1]:
        return narrow is None or narrow[1] - narrow[0] < 1e-9
    if wide is None or not (wide[0] - 1e-9 <= found[0] and found[1] <= wide[1] + 1e-9):
        return False
    return narrow is None or (found[0] <= narrow[0] + 1e-9 and narrow[1] - 1e-9 <= found[1])


@settings(max_examples=300, deadline=None)
@given(**MOTION, radius=RADII)
@example(x=100.0, y=0.0, wx=0.0, wy=0.0, z0=0.0, wz=0.0, radius=100.0)
@example(x=0.0, y=0.0, wx=0.0, wy=0.0, z0=0.0, wz=0.0, radius=1.0)
@example(x=-10.0, y=0.0, wx=20.0, wy=0.0, z0=0.0, wz=0.0, radius=10.0)
@example(x=50.0, y=0.0, wx=1e-160, wy=0.0, z0=0.0, wz=0.0, radius=100.0)
def test_below_is_where_the_distance_is_under_the_radius(x, y, wx, wy, z0, wz, radius):
    assert holds(piece.below(*products(x, y, wx, wy), radius), lambda s: horizontal(x, y, wx, wy, s), radius, 1e-5)


@settings(max_examples=200, deadline=None)
@given(z0=NUMBERS, wz=NUMBERS, height=RADII)
@example(z0=300.0, wz=0.0, height=300.0)
@example(z0=-300.0, wz=600.0, height=300.0)
def test_between_is_where_the_levels_are_close(z0, wz, height):
    assert holds(piece.between(z0, wz, height), lambda s: abs(z0 + s * wz), height, SLACK)


@settings(max_examples=300, deadline=None)
@given(**MOTION, h=RADII, v=RADII)
def test_inside_is_where_both_are(x, y, wx, wy, z0, wz, h, v):
    def ratio(s):
        return max(horizontal(x, y, wx, wy, s) / h, abs(z0 + s * wz) / v)

    found = piece.inside(*products(x, y, wx, wy), z0, wz, h, v)
    assert holds(found, ratio, 1.0, 1e-5 / min(h, v) + 1e-9)


@settings(max_examples=300, deadline=None)
@given(**MOTION, h=RADII, v=RADII, low=st.floats(0, 1), high=st.floats(0, 1))
def test_no_ratio_is_less_than_the_least(x, y, wx, wy, z0, wz, h, v, low, high):
    low, high = min(low, high), max(low, high)

    def ratio(s):
        return max(horizontal(x, y, wx, wy, s) / h, abs(z0 + s * wz) / v)

    s = piece.least_ratio(*products(x, y, wx, wy), z0, wz, h, v, low, high)
    assert low <= s <= high
    best = ratio(lowest(ratio, low, high))
    assert ratio(s) <= best + 1e-6 * (1.0 + best) + 1e-3 / min(h, v)
    for i in range(41):
        assert ratio(s) <= ratio(low + (high - low) * i / 40) + 1e-6 + 1e-3 / min(h, v)


@settings(max_examples=200, deadline=None)
@given(**MOTION, h=RADII, v=RADII)
def test_exchanged_signs_change_no_bit(x, y, wx, wy, z0, wz, h, v):
    there, back = products(x, y, wx, wy), products(-x, -y, -wx, -wy)
    assert piece.inside(*there, z0, wz, h, v) == piece.inside(*back, -z0, -wz, h, v)
    assert piece.least_ratio(*there, z0, wz, h, v, 0.0, 1.0) == piece.least_ratio(*back, -z0, -wz, h, v, 0.0, 1.0)


@settings(max_examples=100, deadline=None)
@given(**MOTION, h=RADII, v=RADII)
def test_a_wider_cylinder_holds_the_narrower_stay(x, y, wx, wy, z0, wz, h, v):
    narrow = piece.inside(*products(x, y, wx, wy), z0, wz, h, v)
    wide = piece.inside(*products(x, y, wx, wy), z0, wz, h * 1.1, v * 1.1)
    assume(narrow[0] < narrow[1])
    assert wide[0] <= narrow[0]
    assert narrow[1] <= wide[1]


def test_unknown_is_nowhere():
    nan = math.nan
    for found in (piece.below(1.0, nan, 1.0, 5.0), piece.below(nan, 0.0, 1.0, 5.0), piece.between(nan, 1.0, 5.0)):
        assert found[0] > found[1]


@pytest.mark.parametrize("radius", [1.001, 0.999])
def test_a_shifted_radius_is_noticed(radius):
    """Control: the comparison fails when the kernel works with another radius."""
    x, y, wx, wy = -5000.0, 300.0, 10_000.0, 0.0
    found = piece.below(*products(x, y, wx, wy), 1000.0 * radius)
    assert not holds(found, lambda s: horizontal(x, y, wx, wy, s), 1000.0, 1e-5)
    assert not holds((2.0, -1.0), lambda s: horizontal(x, y, wx, wy, s), 1000.0, 1e-5)
