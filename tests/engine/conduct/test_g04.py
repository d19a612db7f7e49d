"""G04: fires from behind, near and far, and on little time; what was agreed is none; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.domain.finding import SUSPENDED, Outcome, Severity
from armslength.engine.conduct import g04
from armslength.engine.conduct.judge import under_regime
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Regimes, Window
from armslength.engine.conduct.told import Said
from armslength.units import KT, NS
from engine.conduct.flights import EPOCH_NS, NORTH, SOUTH, around, fly, meeting, meetings_drawn, samples, with_figures
from engine.conduct.reading import g04 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
FINE = {"error_h": 10.0, "error_v": 5.0}


def overtaking(closure_kt, *, abeam_nm=0.8, apart_ft=0.0, seconds=60, behind_nm=2.5, course=0.0):
    """The second comes up from behind."""
    return fly(seconds, 0.0, 0.0, knots=300.0), fly(
        seconds, abeam_nm, -behind_nm, 30000.0 + apart_ft, course=course, knots=300.0 + closure_kt
    )


def found(*pairs, terms=None, said=(), **how):
    m = meeting(*pairs, **how)
    return g04.judge(m, around(m, terms, said=tuple(said)))


def test_closing_fast_from_behind_is_a_breach_of_the_one_behind():
    [one] = found(overtaking(200.0), **FINE)
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "South")
    assert one.unit == "m/s" and one.threshold == pytest.approx(150 * KT) and one.value > 180 * KT
    assert "The second closed on the first from behind" in one.explanation and one.margin_sigma > 2.0
    first, second = overtaking(200.0)
    assert found((second, first), **FINE)[0].by == "North"


def test_just_slower_or_further_it_is_none():
    assert found(overtaking(140.0, seconds=30), **FINE) == []
    assert found(overtaking(200.0, behind_nm=7.0), **FINE) == []
    assert found(overtaking(200.0, apart_ft=1050.0), **FINE) == []


def test_near_the_lesser_closure_counts():
    [one] = found(overtaking(70.0, behind_nm=0.9, abeam_nm=0.0, seconds=20), **FINE)
    assert (one.outcome, one.threshold) == (BREACH, pytest.approx(50 * KT))
    assert found(overtaking(40.0, behind_nm=0.9, abeam_nm=0.0, seconds=20), **FINE) == []
    assert found(overtaking(70.0, behind_nm=1.6, abeam_nm=0.0, seconds=15), **FINE) == []


def test_from_the_side_it_is_not_from_behind():
    assert found((fly(30, 0.0, 0.0), fly(30, 2.8, -0.5, course=280.0, knots=300.0)), **FINE) == []


def against(abeam_nm, apart_ft=0.0, seconds=60):
    return fly(seconds, 0.0, -5.0), fly(seconds, abeam_nm, 5.0, 30000.0 + apart_ft, course=180.0)


def test_little_time_is_a_breach_of_nobody_by_name():
    [one] = found(against(0.2), **FINE)
    assert (one.outcome, one.severity, one.by, one.unit, one.threshold) == (BREACH, Severity.SEV2, "", "s", 20.0)
    assert one.value < 20.0 and "modified tau was down" in one.explanation


@pytest.mark.parametrize(("abeam", "apart"), [(0.56, 0.0), (0.2, 1050.0)])
def test_opposite_courses_that_lead_past_each_other_are_none(abeam, apart):
    assert found(against(abeam, apart), **FINE) == []


def test_three_updates_are_asked_for():
    short = overtaking(200.0, seconds=2)
    assert found(short, **FINE) == []
    assert found(overtaking(200.0, seconds=3), **FINE) != []
    assert found(overtaking(200.0, seconds=11), error_h=10.0, update=4.0) == []


def test_with_a_near_miss_it_is_worse():
    assert found(against(0.02, seconds=57), **FINE)[0].severity is Severity.SEV2  # they have not met yet
    [one] = found(against(0.02, seconds=90), **FINE)
    assert one.severity is Severity.SEV1 and "nearer than a near miss" in one.explanation


def test_what_depends_on_the_errors_or_is_too_coarse_is_not_determinable():
    [one] = found(overtaking(154.0, abeam_nm=0.2, seconds=15), **FINE)
    assert one.outcome is UNSURE and "two-sigma errors" in one.explanation
    [one] = found(overtaking(170.0, seconds=60), error_h=300.0, update=12.0)
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation
    assert found(overtaking(200.0), error_h=10.0, datum=3)[0].outcome is UNSURE
    [one] = found(overtaking(200.0, apart_ft=800.0), error_h=10.0, error_v=300.0, datum=2)
    assert one.outcome is UNSURE and "datums" in one.explanation


def said(code, by, at_s=0.0):
    return Said(f"{code}-{by}", code, by, NORTH.address, SOUTH.address, EPOCH_NS + round(at_s * NS))


def test_what_both_declared_or_agreed_on_is_no_breach():
    both = [said("HLD", "North"), said("TRN", "South")]
    [one] = found(overtaking(200.0), said=both, **FINE)
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4) and "told each other" in one.explanation
    assert (
        found(overtaking(200.0), said=[said("PRP", "South"), said("WIL", "North", 2)], **FINE)[0].outcome is NO_BREACH
    )
    for alone in ([both[0]], [said("PRP", "South"), said("WIL", "South", 2)], [said("WIL", "North"), said("PRP", "S")]):
        assert found(overtaking(200.0), said=alone, **FINE)[0].outcome is BREACH
    early = [said("HLD", "North", -301.0), said("TRN", "South", -301.0)]
    assert found(overtaking(200.0), said=early, **FINE)[0].outcome is BREACH


def test_regimes_relax_it_and_the_area_bounds_it():
    m = meeting(overtaking(200.0), **FINE)
    context = around(m)
    [one] = g04.judge(m, context)
    for kind, outcome in ((INTERCEPT, NO_BREACH), (JOIN, BREACH), (TEST, NO_BREACH), (SUSPENDED, UNSURE)):
        window = Window(kind, EPOCH_NS, None, provisions=frozenset({"conduct"}))
        assert under_regime(g04.RULE, one, replace(context, regimes=Regimes((window,)))).outcome is outcome
    context.__dict__["in_area"] = m.near & False
    assert g04.judge(m, context) == []


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(spread_nm=2.5), st.sampled_from([1, 3]), st.sampled_from([20.0, 60.0]))
def test_it_is_equal_to_its_slow_reading(m, updates, tau):
    terms = with_figures("G04", updates=updates, tau_s=tau)
    context = around(m, terms)
    got = sorted(
        (one.about, one.by, one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns)
        for one in g04.judge(m, context)
    )
    read = []
    for k in range(len(m)):
        sides = [context.who(k, side) for side in (0, 1)]
        for by, outcome, grade, a, b in reading.read(samples(m, k), terms):
            one, two = (sides[1], sides[0]) if by == 1 else sides
            party = "" if by is None else sides[by].party
            read.append((f"{one.address} {two.address}", party, outcome, grade, m.ns(a), m.ns(b)))
    assert got == sorted(read)
