"""A1 to A3: shares are of who flew what, right of way is that of Annex 2, and who could know is who was told."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.engine.conduct.attribution import (
    BACK_S,
    Knew,
    converging_since,
    could_know,
    lowered,
    right_of_way,
    who_knew,
    who_lowered,
)  # fmt: skip
from armslength.engine.conduct.told import Asked, Said, Warned
from armslength.units import NM, NS
from engine.conduct.flights import EPOCH_NS, NORTH, SOUTH, around, fly, meeting, meetings_drawn, samples
from engine.conduct.reading import attribution as reading

STRAIGHT = fly(120, 0.0, -5.0)
TURNED = fly(120, 3.0, 5.0, course=180.0, turns=[(10, 22, 3.0), (40, 52, -3.0)])


def test_who_turned_towards_the_other_lowered_it():
    told = lowered(meeting((STRAIGHT, TURNED), error_h=10.0), 60)
    assert told.shares == (0.0, 1.0) and told.metres[1] > 1.0 * NM
    told = lowered(meeting((TURNED, STRAIGHT), error_h=10.0), 60)
    assert told.shares == (1.0, 0.0)


def test_shares_of_two_who_both_turned_are_between():
    mirrored = fly(120, 0.0, -5.0, turns=[(10, 22, 1.0), (40, 52, -1.0)])
    shares = lowered(meeting((mirrored, TURNED), error_h=10.0), 60).shares
    assert shares is not None and 0.1 < shares[0] < 0.5 and sum(shares) == pytest.approx(1.0)


def test_nobody_lowers_it_by_flying_straight_or_away():
    m = meeting((STRAIGHT, fly(120, 0.3, 5.0, course=180.0)), error_h=10.0)
    assert lowered(m, 60).shares is None and "Neither lowered" in who_lowered(m, 60)
    away = fly(120, 0.1, 5.0, course=180.0, turns=[(10, 25, -2.0)])
    assert lowered(meeting((STRAIGHT, away), error_h=10.0), 50).metres[1] < 0.0


def test_what_is_further_back_does_not_count_and_what_is_unknown_is_said():
    late = fly(300, 12.0, 5.0, course=180.0, knots=100.0, turns=[(10, 40, 3.0)])
    m = meeting((fly(300, 0.0, -5.0, knots=100.0), late), error_h=10.0)
    assert abs(lowered(m, 40).metres[1]) > 100.0
    assert abs(lowered(m, round(45 + BACK_S)).metres[1]) < 50.0
    assert math.isnan(lowered(m, 0).metres[0]) and "not known" in who_lowered(m, 0)
    assert lowered(m, 0).more(0, 1000.0) == (True, False, False)


def test_what_both_lowered_is_what_the_prediction_changed_by():
    m = meeting((STRAIGHT, TURNED), error_h=10.0)
    told = lowered(m, 60)
    assert sum(told.metres) == pytest.approx(m.d_cpa[0] - m.d_cpa[60], abs=0.05 * NM)


@pytest.mark.parametrize(
    ("other", "side"),
    [
        (fly(120, 5.0, 0.0, course=270.0), 1),  # on the right
        (fly(120, -5.0, 0.0, course=90.0), 0),  # on the left
        (fly(120, 0.1, 5.0, course=180.0), None),  # head-on
        (fly(120, 0.1, -3.0, knots=100.0), 1),  # overtaken
        (fly(120, 0.1, -8.0, knots=500.0), 0),  # overtaking
        (fly(120, 5.0, 0.0, course=90.0), None),  # parting
    ],
)
def test_right_of_way(other, side):
    told, certain = right_of_way(meeting((STRAIGHT, other), error_h=10.0), 20)
    assert told == side and (certain or side is None)


def test_right_of_way_within_the_errors_is_not_certain():
    at_the_tail = fly(120, 2.93, -5.67, course=303.0, knots=400.0)
    assert right_of_way(meeting((STRAIGHT, at_the_tail), error_h=10.0), 10) == (0, True)
    assert right_of_way(meeting((STRAIGHT, at_the_tail), error_h=1500.0), 10) == (0, False)


def test_converging_begins_after_the_last_break():
    m = meeting((STRAIGHT, TURNED), error_h=10.0, holes=[(30, 35)])
    assert m.t[converging_since(m, 50)] == 35.0
    parting = fly(200, 0.5, 1.0, turns=[(50, 110, 3.0)], knots=400.0)
    m = meeting((fly(200, 0.0, -5.0, knots=200.0), parting), error_h=10.0)
    assert 55.0 < m.t[converging_since(m, 120)] < 90.0


def test_who_could_know_is_who_was_told_in_time():
    m = meeting((STRAIGHT, TURNED))
    at = EPOCH_NS + 60 * NS
    pair = (NORTH.address, SOUTH.address)
    alert = Warned("w", "South", *pair, at - 30 * NS, at - 20 * NS, at)
    late = Warned("x", "North", *pair, at + 1, None, at)
    other = Warned("y", "North", "a00001", "c00003", at - 30 * NS, None, at)
    call, asked = Said("s", "TFA", "North", *pair, at - NS), Asked("a", "South", "North", "", "", at - 2 * NS)
    context = around(m, warned=(alert, late, other), said=(call,), asked=(asked,))
    assert could_know(context, 0, 60) == (Knew(False, False, True), Knew(True, True, True))
    assert who_knew(context, 0, 60) == (
        " The side of the first had called. An alert had reached the side of the second, acknowledged."
        " The side of the second had called."
    )
    assert who_knew(around(m), 0, 60) == ""


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(most=1), st.integers(0, 240), st.sampled_from([100.0, 926.0]))
def test_they_are_equal_to_their_slow_reading(m, at, least):
    read, at = samples(m, 0), min(at, len(m.t) - 1)
    told, slow = lowered(m, at), reading.lowered(read, at)
    assert told.metres == pytest.approx(slow[0], abs=1e-6, nan_ok=True)
    assert told.bounds == pytest.approx(slow[1], abs=1e-6, nan_ok=True)
    for side in (0, 1):
        assert told.more(side, least) == reading.more((told.metres, told.bounds), side, least)
    assert converging_since(m, at) == reading.converging_since(read, at)
    assert right_of_way(m, at) == reading.right_of_way(read[at])
