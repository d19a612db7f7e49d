"""G08: who meets head-on and does not turn right is found, on both sides; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.domain.finding import SUSPENDED, Outcome, Severity
from armslength.engine.conduct import g08
from armslength.engine.conduct.judge import under_regime
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Regimes, Window
from armslength.engine.conduct.told import Said, Warned
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, NORTH, SOUTH, around, fly, meeting, samples
from engine.conduct.reading import g08 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
FINE = {"error_h": 10.0, "error_v": 5.0}


def against(abeam_nm=0.2, apart_ft=0.0, *, course=180.0, seconds=140, first=(), second=(), climbs=()):
    """They would meet at 120 s; `first` and `second` are turns, `climbs` the second's."""
    return fly(seconds, 0.0, -10.0, turns=first), fly(
        seconds, abeam_nm, 10.0, 30000.0 + apart_ft, course=course, turns=second, climbs=climbs
    )


def found(*pairs, terms=None, **how):
    told = {name: how.pop(name) for name in ("said", "warned") if name in how}
    m = meeting(*pairs, **how)
    return g08.judge(m, around(m, terms, **told))


def test_neither_moves_and_both_are_found():
    one, two = found(against(), **FINE)
    assert [(x.outcome, x.severity, x.by) for x in (one, two)] == [
        (BREACH, Severity.SEV2, "North"), (BREACH, Severity.SEV2, "South"),
    ]  # fmt: skip
    assert (one.value, one.threshold, one.unit) == (pytest.approx(0.0, abs=0.1), 5.0, "deg")
    assert abs((one.opened_ns - EPOCH_NS) / NS - 60) <= 1 and abs((one.closed_ns - EPOCH_NS) / NS - 100) <= 1
    assert one.id != two.id and one.margin_sigma > 2.0


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_turn_to_the_right_in_time_is_enough(side):
    assert found(against(**{side: [(70, 78, 1.0)]}), **FINE) == []
    assert len(found(against(**{side: [(70, 74, 1.0)]}), **FINE)) == 2


def test_a_turn_to_the_left_or_too_late_is_milder_for_who_made_it():
    for turn in ((70, 78, -1.0), (106, 116, 1.0)):
        one, two = found(against(0.6, second=[turn]), **FINE)
        assert (one.severity, two.severity) == (Severity.SEV2, Severity.SEV3)
        assert one.outcome is two.outcome is BREACH


def test_a_change_of_level_in_time_is_enough():
    assert found(against(climbs=[(65, 90, 1500.0)]), **FINE) == []
    assert found(against(climbs=[(65, 90, 1000.0)]), **FINE) != []


@pytest.mark.parametrize("how", [{"abeam_nm": 1.3}, {"apart_ft": 1050.0}])
def test_who_passes_well_clear_is_none(how):
    assert found(against(**how), **FINE) == []


def test_courses_less_opposed_are_none():
    def at(course, east, north):
        return fly(140, 0.0, -10.0), fly(140, east, north, course=course)

    assert found(at(205.0, 4.2, 9.0), **FINE) != []
    assert found(at(215.0, 5.7, 8.2), **FINE) == []


def test_what_depends_on_the_errors_or_is_too_coarse_is_not_determinable():
    one, _ = found(against(1.0), **FINE)
    assert one.outcome is UNSURE and "two-sigma errors" in one.explanation
    one, _ = found(against(), error_h=600.0, update=12.0)
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation
    one, _ = found(against(), error_h=10.0, datum=3)
    assert one.outcome is UNSURE and "level" in one.explanation
    one, _ = found(against(), error_h=10.0, error_v=300.0, datum=2)
    assert one.outcome is UNSURE and "datums" in one.explanation
    one, _ = found(against(second=[(70, 75, 1.0)]), error_h=10.0)
    assert one.outcome is UNSURE


def test_what_was_flown_must_be_known_from_the_early_time_to_the_late_one():
    one, _ = found(against(), holes=[(40, 70)], **FINE)
    assert one.outcome is UNSURE and "from 60 s before on is not all known" in one.explanation
    one, _ = found(against(), holes=[(80, 90)], **FINE)
    assert one.outcome is UNSURE and "until 20 s before is not known" in one.explanation


def said(code, by, at_s):
    return Said(f"{code}-{by}", code, by, NORTH.address, SOUTH.address, EPOCH_NS + at_s * NS)


def test_a_manoeuvre_that_was_accepted_is_no_breach():
    agreed = [said("PRP", "South", 30), said("WIL", "North", 50)]
    assert {(x.outcome, x.severity) for x in found(against(), said=agreed, **FINE)} == {(NO_BREACH, Severity.SEV4)}
    assert {x.outcome for x in found(against(), said=agreed[:1], **FINE)} == {BREACH}


def test_who_could_know_is_said():
    alert = Warned("w", "South", NORTH.address, SOUTH.address, EPOCH_NS + 20 * NS, None, EPOCH_NS + 120 * NS)
    one, _ = found(against(), warned=[alert], **FINE)
    assert "An alert had reached the side of the second." in one.explanation


def test_regimes_relax_it_and_the_area_bounds_it():
    m = meeting(against(), **FINE)
    context = around(m)
    one, _ = g08.judge(m, context)
    for kind, outcome in ((JOIN, NO_BREACH), (TEST, NO_BREACH), (INTERCEPT, BREACH), (SUSPENDED, UNSURE)):
        window = Window(kind, EPOCH_NS, None, provisions=frozenset({"conduct"}))
        assert under_regime(g08.RULE, one, replace(context, regimes=Regimes((window,)))).outcome is outcome
    context.__dict__["in_area"] = m.near & False
    assert g08.judge(m, context) == []


@st.composite
def head_on(draw):
    """Two who fly at each other more or less, with turns and climbs, holes, and errors of all sizes."""
    number = st.floats
    one = fly(150, 0.0, -10.0, turns=[(draw(number(40, 90)), draw(number(90, 110)), draw(number(-1.0, 1.0)))])
    two = fly(
        150, draw(number(-1.5, 1.5)), 10.0, draw(st.sampled_from([29000.0, 30000.0, 30900.0])),
        course=draw(number(165.0, 195.0)), knots=draw(number(150.0, 500.0)),
        turns=[(draw(number(40, 90)), draw(number(90, 130)), draw(number(-1.0, 1.0)))] * draw(st.integers(0, 1)),
        climbs=[(60.0, 100.0, draw(number(-2000.0, 2000.0)))] * draw(st.integers(0, 1)),
    )  # fmt: skip
    hole = draw(st.integers(0, 140))
    return meeting(
        (one, two), (two, one), error_h=draw(st.sampled_from([5.0, 80.0, 400.0])),
        error_v=draw(st.sampled_from([5.0, 38.1])), update=draw(st.sampled_from([1.0, 4.0, 12.0])),
        datum=draw(st.sampled_from([0, 0, 0, 3])), holes=[(hole, hole + 4)] * draw(st.integers(0, 1)),
    )  # fmt: skip


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(head_on())
def test_it_is_equal_to_its_slow_reading(m):
    context = around(m)
    got = sorted(
        (one.about, one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns)
        for one in g08.judge(m, context)
    )  # fmt: skip
    read = []
    for k in range(len(m)):
        names = [context.who(k, side).address for side in (0, 1)]
        read += [
            (f"{names[by]} {names[1 - by]}", outcome, grade, m.ns(a), m.ns(b))
            for by, outcome, grade, a, b in reading.read(samples(m, k), context.terms)
        ]
    assert got == sorted(read)
