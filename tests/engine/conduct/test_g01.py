"""G01: fires when somebody stays, not when somebody passes; three outcomes; regimes; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import Separation, default_terms
from armslength.domain.finding import SUSPENDED, Outcome, Severity
from armslength.engine.conduct import g01
from armslength.engine.conduct.judge import judge as every
from armslength.engine.conduct.regimes import INTERCEPT, Window
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, meetings_drawn, samples, with_figures
from engine.conduct.reading import g01 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def beside(seconds, abeam_nm=2.0, apart_ft=0.0):
    """Two who fly side by side."""
    return fly(seconds), fly(seconds, abeam_nm, level_ft=30000.0 + apart_ft)


def judge(m, context):
    """What this rule finds among all."""
    return [one for one in every(m, context) if one.rule == "G01"]


def found(*pairs, terms=None, **said):
    m = meeting(*pairs, **said)
    return judge(m, around(m, terms))


def test_who_stays_longer_than_the_limit_breaches():
    [one] = found(beside(300))
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "")
    assert (one.value, one.threshold, one.unit) == (300.0, 180.0, "s")
    assert (one.opened_ns, one.closed_ns) == (EPOCH_NS, EPOCH_NS + 300 * NS)
    assert one.margin_sigma > 4.0


@pytest.mark.parametrize(("seconds", "outcome"), [(180, NO_BREACH), (181, BREACH)])
def test_the_limit_itself_is_allowed(seconds, outcome):
    assert found(beside(seconds))[0].outcome is outcome


def test_entry_alone_is_an_observation():
    [one] = found((fly(240, 0, -9), fly(240, -10, 0, course=90.0)))
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4)
    assert "no breach" in one.explanation


@pytest.mark.parametrize(("abeam", "apart"), [(3.2, 0.0), (0.1, 3500.0)])
def test_who_is_outside_by_one_of_the_two_is_not_found(abeam, apart):
    assert found(beside(300, abeam, apart)) == []


def test_nearer_than_a_quarter_of_both_minima_is_worse():
    assert found(beside(300, 0.6))[0].severity is Severity.SEV1
    assert found(beside(300, 0.6, 1000.0))[0].severity is Severity.SEV2


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(beside(300, 3.02))
    assert one.outcome is UNSURE
    assert "errors" in one.explanation
    [one] = found(beside(300), datum=3)
    assert one.outcome is UNSURE
    assert "level" in one.explanation


def test_a_short_exit_within_the_hysteresis_does_not_end_the_stay():
    out = fly(300, 2.9, turns=[(100, 120, 0.3), (120, 140, -0.3), (180, 200, -0.3), (200, 220, 0.3)])
    narrow = with_figures("G01", hysteresis_share=1.0, leave_s=1.0)
    assert found((fly(300), out), error_h=5.0)[0].value == 300.0
    assert found((fly(300), out), error_h=5.0, terms=narrow)[0].value < 250.0


def test_two_stays_of_one_encounter_are_one_finding():
    up_and_down = [(100, 160, 4000.0), (250, 310, -4000.0)]
    [one] = found((fly(400), fly(400, 2.0, climbs=up_and_down)))
    assert "They were inside 2 times." in one.explanation


def test_what_is_not_known_is_not_judged():
    [one] = found(beside(300), holes=[(150, 250)])
    assert one.outcome is NO_BREACH


def test_a_regime_relaxes_it_and_a_suspension_keeps_it_unjudged():
    m = meeting(beside(300))
    late = Window(INTERCEPT, EPOCH_NS + 100 * NS, None)
    [one] = judge(m, around(m, windows=[Window(INTERCEPT, EPOCH_NS, EPOCH_NS + 400 * NS)]))
    assert (one.outcome, one.regime) == (NO_BREACH, INTERCEPT)
    assert judge(m, around(m, windows=[late]))[0].outcome is BREACH
    stopped = Window(SUSPENDED, EPOCH_NS + 100 * NS, None, provisions=frozenset({"separation"}))
    [one] = judge(m, around(m, windows=[stopped]))
    assert (one.outcome, one.regime) == (UNSURE, SUSPENDED)


def test_it_can_be_switched_off():
    terms = default_terms()
    off = replace(terms, conduct={**terms.conduct, "G01": replace(terms.conduct["G01"], enabled=False)})
    assert found(beside(300), terms=off) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(), st.sampled_from([20.0, 60.0, 180.0]))
def test_it_is_equal_to_its_slow_reading(m, limit):
    terms = replace(default_terms(), separation=Separation(5556.0, 914.4, limit))
    said = [
        (one.about, one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns, one.value)
        for one in g01.judge(m, around(m, terms))
    ]
    read = []
    for k in range(len(m)):
        one, two = (around(m).who(k, side).address for side in (0, 1))
        read += [
            (f"{one} {two}", outcome, grade, m.ns(a), m.ns(b), dwell)
            for outcome, grade, a, b, dwell in reading.read(samples(m, k), terms)
        ]
    assert said == read
