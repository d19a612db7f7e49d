"""G06: a passage close over or under is found, one well clear is not; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.domain.finding import SUSPENDED, Outcome, Severity
from armslength.engine.conduct import g06
from armslength.engine.conduct.context import Aircraft
from armslength.engine.conduct.judge import under_regime
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Regimes, Window
from armslength.engine.conduct.told import Said
from armslength.units import FT, NM, NS
from engine.conduct.flights import EPOCH_NS, NORTH, SOUTH, around, fly, meeting, meetings_drawn, samples, with_figures
from engine.conduct.reading import g06 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
FINE = {"error_h": 10.0, "error_v": 5.0}
DRONE = Aircraft("b00002", "South", "uncrewed_large")


def over_it(apart_ft=800.0, beside_nm=0.2, knots=300.0, course=90.0, seconds=60):
    """The second crosses over the first, 30 s on."""
    way = 30.0 * knots / 3600.0
    one = fly(seconds, 0.0, -2.5)
    if course == 90.0:
        return one, fly(seconds, -way, beside_nm, 30000.0 + apart_ft, course=90.0, knots=knots)
    return one, fly(seconds, beside_nm, -way, 30000.0 + apart_ft, course=0.0, knots=knots)


def found(*pairs, terms=None, pair=(NORTH, SOUTH), said=(), **how):
    m = meeting(*pairs, **how)
    return g06.judge(m, around(m, terms, pair, said=tuple(said)))


def test_passing_over_is_found():
    [one] = found(over_it(), **FINE)
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV3, "")
    assert (one.value, one.threshold, one.unit) == (pytest.approx(800 * FT, abs=0.1), pytest.approx(1000 * FT), "m")
    assert "The second passed over the first 800 ft apart" in one.explanation
    assert abs((one.opened_ns - EPOCH_NS) / NS - 30) <= 2 and one.closed_ns - one.opened_ns == NS
    assert "The second passed under" in found(over_it(-800.0), **FINE)[0].explanation


def test_under_five_hundred_feet_it_is_worse():
    assert found(over_it(470.0), **FINE)[0].severity is Severity.SEV2
    assert found(over_it(520.0), **FINE)[0].severity is Severity.SEV3
    assert found(over_it(470.0), error_h=10.0)[0].severity is Severity.SEV3  # what makes it worse must be certain


@pytest.mark.parametrize(("apart", "beside"), [(1030.0, 0.2), (800.0, 0.74)])
def test_well_clear_is_none(apart, beside):
    """Crossing at right angles, 0.74 NM ahead is 0.52 NM at the nearest."""
    assert found(over_it(apart, beside), **FINE) == []
    assert found(over_it(800.0, 0.68), **FINE) != []


def test_an_uncrewed_aircraft_is_given_more_room():
    for pair in ((NORTH, DRONE), (DRONE, NORTH)):
        [one] = found(over_it(1500.0), pair=pair, **FINE)
        assert one.threshold == pytest.approx(2000 * FT)
    assert found(over_it(2050.0), pair=(NORTH, DRONE), **FINE) == []
    assert found(over_it(1500.0), **FINE) == []


@pytest.mark.parametrize(("knots", "count"), [(350.0, 1), (315.0, 0)])
def test_who_hardly_moves_past_does_not_pass(knots, count):
    assert len(found(over_it(course=0.0, knots=knots), **FINE)) == count


def test_a_passage_where_nothing_is_known_is_none():
    assert found(over_it(), holes=[(25, 36)], **FINE) == []
    assert found(over_it(seconds=25), **FINE) == []


def test_what_depends_on_the_errors_or_is_too_coarse_is_not_determinable():
    [one] = found(over_it(1000.0), **FINE)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV3) and "two-sigma errors" in one.explanation
    [one] = found(over_it(beside_nm=0.0), error_h=700.0, update=12.0)
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation
    [one] = found(over_it(), error_h=10.0, datum=3)
    assert one.outcome is UNSURE and "level" in one.explanation and one.value == pytest.approx(0.14 * NM, rel=0.1)
    [one] = found(over_it(), error_h=10.0, error_v=300.0, datum=2)
    assert one.outcome is UNSURE and "datums" in one.explanation


def test_a_crossing_that_was_accepted_is_no_breach():
    def said(code, by, at_s):
        return Said(f"{code}-{by}", code, by, NORTH.address, SOUTH.address, EPOCH_NS + at_s * NS)

    agreed = [said("PRP", "South", -60), said("WIL", "North", -40)]
    [one] = found(over_it(), said=agreed, **FINE)
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4) and "accepted" in one.explanation
    assert found(over_it(), said=agreed[:1], **FINE)[0].outcome is BREACH
    assert found(over_it(), said=[agreed[0], said("WIL", "North", 50)], **FINE)[0].outcome is BREACH


def test_two_passages_of_one_encounter_are_one_finding():
    back = fly(240, -2.5, 0.2, 30800.0, course=90.0, turns=[(50, 110, 3.0)])
    slow = fly(240, 0.0, -0.5, knots=60.0)
    wide = with_figures("G06", offset_m=3.0 * NM)
    assert len(found((slow, back), terms=wide, **FINE)) == 1


def test_regimes_relax_it_and_the_area_bounds_it():
    m = meeting(over_it(), **FINE)
    context = around(m)
    [one] = g06.judge(m, context)
    for kind, outcome in ((JOIN, NO_BREACH), (TEST, NO_BREACH), (INTERCEPT, BREACH), (SUSPENDED, UNSURE)):
        window = Window(kind, EPOCH_NS, None, provisions=frozenset({"conduct"}))
        assert under_regime(g06.RULE, one, replace(context, regimes=Regimes((window,)))).outcome is outcome
    context.__dict__["in_area"] = m.near & False
    assert g06.judge(m, context) == []


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(spread_nm=2.0), st.booleans(), st.sampled_from([0.5, 1.5]))
def test_it_is_equal_to_its_slow_reading(m, uncrewed, offset):
    terms = with_figures("G06", offset_m=offset * NM)
    context = around(m, terms, (NORTH, DRONE if uncrewed else SOUTH))
    got = sorted((one.about, one.outcome.value, int(one.severity), one.opened_ns) for one in g06.judge(m, context))
    read = []
    for k in range(len(m)):
        one, two = (context.who(k, side).address for side in (0, 1))
        read += [
            (f"{one} {two}", outcome, grade, m.ns(a))
            for outcome, grade, a in reading.read(samples(m, k), terms, uncrewed)
        ]
    assert got == sorted(read)
