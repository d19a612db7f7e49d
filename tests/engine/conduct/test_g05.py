"""G05: who crosses close ahead is found, who crosses behind or far ahead is not; equal to its slow reading."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.domain.finding import SUSPENDED, Outcome, Severity
from armslength.engine.conduct import g05
from armslength.engine.conduct.judge import under_regime
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, Regimes, Window
from armslength.units import NM, NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, meetings_drawn, samples, with_figures
from engine.conduct.reading import g05 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
FINE = {"error_h": 10.0, "error_v": 5.0}


def crossing(ahead_nm, *, knots=300.0, slow=300.0, apart_ft=0.0, course=270.0, side=1.0, seconds=180):
    """The second crosses ahead of the first, which flies north, at half time; from the right if side > 0."""
    half = seconds / 2 / 3600.0
    return fly(seconds, 0.0, -half * slow, knots=slow), fly(
        seconds, side * half * knots, ahead_nm, 30000.0 + apart_ft, course=course, knots=knots
    )


def found(*pairs, terms=None, **said):
    m = meeting(*pairs, **said)
    return g05.judge(m, around(m, terms))


def test_crossing_within_a_mile_is_a_breach_of_the_one_that_crosses():
    [one] = found(crossing(0.8), **FINE)
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "South")
    assert (one.value, one.threshold, one.unit) == (pytest.approx(0.8 * NM, rel=0.01), NM, "m")
    assert (one.closed_ns - one.opened_ns, one.margin_sigma > 4.0) == (NS, True)
    assert abs((one.opened_ns - EPOCH_NS) / NS - 90) <= 1 and "9.6 s" in one.explanation


def test_within_half_a_mile_it_is_worse():
    assert found(crossing(0.4), **FINE)[0].severity is Severity.SEV1
    assert found(crossing(0.06), **FINE)[0].severity is Severity.SEV1
    # What makes it worse must be certain.
    assert found(crossing(0.49), error_h=80.0)[0].severity is Severity.SEV2


def test_the_other_way_round_it_is_the_first_that_crosses():
    one, two = crossing(0.8)
    [said] = found((two, one), **FINE)
    assert said.by == "North" and said.about.startswith("a") and "The first crossed" in said.explanation


def test_a_mile_ahead_of_a_fast_one_is_too_soon():
    [one] = found(crossing(1.2, slow=480.0), **FINE)
    assert (one.outcome, one.unit, one.threshold) == (BREACH, "s", 10.0)
    assert one.value == pytest.approx(9.0, rel=0.01)


@pytest.mark.parametrize("ahead", [1.05, 2.9])
def test_just_outside_it_is_recorded_and_no_breach(ahead):
    [one] = found(crossing(ahead), **FINE)
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4)
    assert found(crossing(3.1), **FINE) == []


def test_who_crosses_behind_is_not_found():
    assert [one for one in found(crossing(-0.8), **FINE) if one.by == "South"] == []


@pytest.mark.parametrize(
    ("how", "count"),
    [({"apart_ft": 990.0}, 1), ({"apart_ft": 1030.0}, 0), ({"course": 325.0}, 1), ({"course": 335.0}, 0)],
)
def test_level_and_angle_at_the_crossing(how, count):
    one, two = crossing(0.8, **how)
    if "course" in how:
        way, rad = 0.5 * 300.0 * 180 / 3600.0, math.radians(how["course"])
        two = fly(180, -way * math.sin(rad), 0.8 - way * math.cos(rad), course=how["course"])
    assert len(found((one, two), **FINE)) == count


def test_who_swings_the_nose_past_another_is_not_crossed():
    """The second flies slowly to the right ahead; the first turns right, so that the bearing goes left."""
    one = fly(60, 0.0, 0.0, turns=[(20, 40, 3.0)])
    two = fly(60, 0.2, 4.0, course=100.0, knots=100.0)
    assert [told for told in found((one, two), **FINE) if told.by == "South"] == []


def test_near_the_limit_and_too_coarse_are_not_determinable():
    [one] = found(crossing(1.0), **FINE)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV2) and "two-sigma errors" in one.explanation
    [one] = [x for x in found(crossing(0.6), error_h=620.0, update=12.0) if x.by == "South"]
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation
    [one] = [x for x in found(crossing(0.6), error_h=10.0, datum=3) if x.by == "South"]
    assert one.outcome is UNSURE and "level" in one.explanation
    [one] = [x for x in found(crossing(0.6, apart_ft=700.0), error_h=10.0, error_v=300.0, datum=2) if x.by == "South"]
    assert one.outcome is UNSURE and "datums" in one.explanation


@pytest.mark.parametrize(("apart", "grade"), [(940.0, Severity.SEV2), (960.0, Severity.SEV4), (1000.0, Severity.SEV4)])
def test_two_cruising_levels_are_no_crossing_of_the_nose(apart, grade):
    [one] = found(crossing(0.6, apart_ft=apart), error_h=10.0, error_v=38.1)
    assert (one.outcome, one.severity) == (UNSURE, grade)
    assert one.explanation.count("As measured it was none.") == (grade is Severity.SEV4)


def test_it_cannot_always_be_told_who_was_ahead():
    both = found(crossing(0.02), error_h=80.0)
    assert {one.by for one in both if one.outcome is UNSURE} >= {"South"}
    [behind] = [one for one in found(crossing(-0.02), error_h=80.0) if one.by == "South"]
    assert behind.outcome is UNSURE and "behind the first as measured, possibly ahead of it" in behind.explanation
    assert behind.severity is Severity.SEV4


def turned_in(side, seconds=180):
    """The first turns towards the second, which crosses straight; from the right if side > 0."""
    one = fly(seconds, -side * 3.0, -7.2, turns=[(20.0, 30.0, side * 4.0), (77.0, 87.0, -side * 4.0)])
    return one, fly(seconds, side * 7.5, 0.55, course=270.0 if side > 0 else 90.0)


def test_who_has_the_right_of_way_and_was_closed_on_is_excused():
    wide = with_figures("G05", distance_m=3.0 * NM, severe_m=0.5 * NM)
    [one] = [x for x in found(turned_in(1.0), terms=wide, **FINE) if x.by == "South"]
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4)
    assert "The first was the closer: no breach." in one.explanation and "first is 1.00" in one.explanation
    # From the left it has no right of way, whoever was the closer.
    [one] = [x for x in found(turned_in(-1.0), terms=wide, **FINE) if x.by == "South"]
    assert one.outcome is BREACH and "first had the right of way" in one.explanation
    # From the right, but nobody was the closer.
    [one] = found(crossing(0.8), **FINE)
    assert "second had the right of way" in one.explanation and one.outcome is BREACH


def test_an_exception_within_the_errors_is_not_determinable():
    wide = with_figures("G05", distance_m=3.0 * NM, severe_m=0.95 * NM)
    [one] = [x for x in found(turned_in(1.0), terms=wide, error_h=10.0, update=4.0) if x.by == "South"]
    assert one.outcome is UNSURE and "the closer is not certain" in one.explanation


def test_no_regime_relaxes_it():
    m = meeting(crossing(0.8), **FINE)
    context = around(m)
    [one] = g05.judge(m, context)
    for kind, outcome in ((INTERCEPT, BREACH), (JOIN, BREACH), (SUSPENDED, UNSURE)):
        window = Window(kind, EPOCH_NS, None, provisions=frozenset({"conduct"}))
        assert under_regime(g05.RULE, one, replace(context, regimes=Regimes((window,)))).outcome is outcome


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(spread_nm=2.5), st.sampled_from([0.3, 1.0]))
def test_it_is_equal_to_its_slow_reading(m, severe):
    terms = with_figures("G05", severe_m=severe * NM)
    context = around(m, terms)
    said = sorted(
        (one.about, one.outcome.value, int(one.severity), one.opened_ns) for one in g05.judge(m, context)
    )  # fmt: skip
    read = []
    for k in range(len(m)):
        names = [context.who(k, side).address for side in (0, 1)]
        read += [
            (f"{names[by]} {names[1 - by]}", outcome, grade, m.ns(a))
            for by, outcome, grade, a, _ in reading.read(samples(m, k), terms)
        ]
    assert said == sorted(read)
