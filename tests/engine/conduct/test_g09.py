"""G09: fires when one stays beside the other, not when one goes by; ordinary traffic; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import Area, Circle, default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g09
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Window
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, LAT, LON, around, fly, meeting, meetings_drawn, samples, with_figures
from engine.conduct.reading import g09 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def found(*pairs, terms=None, windows=(), **said):
    m = meeting(*pairs, **said)
    return [one for one in judge(m, around(m, terms, windows=windows)) if one.rule == "G09"]


def trail(seconds, behind=1.5, beside=0.0, faster=0.0, below=0.0, turned=0.0):
    """The second flies behind and beside the first."""
    return fly(seconds), fly(seconds, beside, -behind, 30000.0 - below, course=turned, knots=300.0 + faster)


def test_who_follows_for_minutes_is_a_shadow():
    [one] = found(trail(240))
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV3, "South")
    assert (one.value, one.threshold, one.unit) == (240.0, 60.0, "s")
    assert one.about == f"{one.second} {one.first}" and one.margin_sigma > 4.0
    assert "second was on average 1.50 NM behind" in one.explanation


@pytest.mark.parametrize(
    "pair",
    [trail(59), trail(240, 3.3), trail(240, faster=48.0), trail(240, 1.5, 0.5, turned=25.0), trail(240, below=3300.0)],
    ids=["not for long", "too far", "too fast past", "another course", "the vertical minimum apart"],
)  # fmt: skip
def test_its_near_twins_are_none(pair):
    assert found(pair) == []


@pytest.mark.parametrize("pair", [trail(60), trail(200, 2.8), trail(120, faster=25.0), trail(240, below=2000.0)])
def test_just_within_it_is_one(pair):
    assert [(one.outcome, one.severity) for one in found(pair)] == [(BREACH, Severity.SEV3)]


def test_a_formation_is_worse_and_counts_sooner():
    [one] = found((fly(40), fly(40, 0.2)))
    assert (one.outcome, one.severity, one.threshold, one.by) == (BREACH, Severity.SEV2, 30.0, "")
    assert "side by side" in one.explanation
    assert found((fly(29), fly(29, 0.2))) == []
    [one] = found((fly(90), fly(90, 0.2, level_ft=30800.0)))
    assert one.severity is Severity.SEV3


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(trail(240, 3.02))
    assert one.outcome is UNSURE and "errors" in one.explanation
    [one] = found(trail(240), datum=3)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV3) and "level" in one.explanation
    [one] = found(trail(240, below=1000.0), datum=2, error_v=700.0)
    assert one.outcome is UNSURE and "datums" in one.explanation
    [one] = found(trail(240), update=12.0)
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation


def test_intercept_allows_it_as_long_as_its_limit():
    whole = Window(INTERCEPT, EPOCH_NS, EPOCH_NS + 1000 * NS)
    [one] = found(trail(180), windows=[whole])
    assert (one.outcome, one.severity, one.regime) == (NO_BREACH, Severity.SEV4, INTERCEPT)
    [one] = found(trail(190), windows=[whole])
    assert (one.outcome, one.threshold, one.regime) == (BREACH, 180.0, "")
    assert "under INTERCEPT" in one.explanation


def test_before_and_after_intercept_it_counts_as_ever():
    window = Window(INTERCEPT, EPOCH_NS + 50 * NS, EPOCH_NS + 150 * NS)
    [one] = found(trail(200), windows=[window])
    assert one.outcome is NO_BREACH
    [one] = found(trail(230), windows=[window])
    assert (one.outcome, one.value) == (BREACH, 80.0)
    other = replace(window, aircraft=frozenset({"a00001", "cccccc"}))
    assert found(trail(200), windows=[other])[0].value == 200.0


@pytest.mark.parametrize("kind", [JOIN, TEST])
def test_what_was_agreed_is_no_breach(kind):
    [one] = found(trail(240), windows=[Window(kind, EPOCH_NS, None)])
    assert (one.outcome, one.regime) == (NO_BREACH, kind)


def test_where_no_minima_hold_it_is_not_looked_at():
    here = replace(default_terms(), exempt=(Area("Base", circle=Circle(LAT, LON, 90_000.0)),))
    assert found(trail(240), terms=here) == []


def test_one_finding_for_an_encounter():
    away = fly(500, 0.0, -1.5, turns=[(150, 180, 1.0), (180, 210, -1.0), (240, 270, -1.0), (270, 300, 1.0)])
    assert len(found((fly(500), away))) == 1


ORDINARY = {
    "in trail on an airway": [(fly(600, knots=450), fly(600, 0, -3.2, knots=450))],
    "an approach stream": [(fly(400, level_ft=6000, knots=170, climbs=[(0, 400, -800)]),
                            fly(400, 0, -3.1, 6800, knots=165, climbs=[(0, 400, -800)]))],
    "opposite on an airway": [(fly(300, 0, -15, knots=450), fly(300, 0, 15, 31000, course=180, knots=450))],
    "crossing": [(fly(300, 0, -12, knots=450), fly(300, -12, 2, 31000, course=90, knots=450))],
    "a slow overtaking at the next level": [(fly(900, knots=450), fly(900, 0, -2.5, 32000, knots=470))],
    "a holding stack": [(fly(480, turns=[(60, 120, 3), (180, 240, 3), (300, 360, 3)], knots=220),
                         fly(480, 0, 4, 31000, turns=[(120, 180, 3), (240, 300, 3), (360, 420, 3)], knots=220))],
    "parallel runways a mile apart": [(fly(240, knots=140), fly(240, 1.0, -0.5, knots=145))],
}  # fmt: skip


@pytest.mark.parametrize("what", ORDINARY)
def test_ordinary_traffic_is_nothing_graver_than_a_shadow(what):
    assert all(one.severity >= Severity.SEV3 for one in found(*ORDINARY[what]))


def test_ordinary_traffic_apart_by_its_minima_is_nothing():
    for what in ("in trail on an airway", "an approach stream", "opposite on an airway", "crossing"):
        assert [one for one in found(*ORDINARY[what]) if one.outcome is BREACH] == [], what


@settings(max_examples=60)
@given(
    meetings_drawn(spread_nm=2.0), st.sampled_from([2.0, 10.0, 60.0]), st.sampled_from([20.0, 200.0]), st.booleans(),
    st.integers(0, 100),
)  # fmt: skip
def test_it_is_equal_to_its_slow_reading(m, least, speed, intercept, since):
    terms = with_figures(
        "G09", shadow_time_s=least, formation_time_s=least / 2.0, relative_speed_mps=speed, track_difference_deg=90.0,
        intercept_s=20.0, formation_horizontal_m=2500.0, formation_vertical_m=500.0,
    )  # fmt: skip
    windows = [Window(INTERCEPT, EPOCH_NS + since * NS, EPOCH_NS + (since + 70) * NS)] if intercept else []
    context = around(m, terms, windows=windows)
    said = [
        (one.about, one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns, one.value, one.by)
        for one in g09.judge(m, context)
    ]
    read = []
    for k in range(len(m)):
        one, two = (context.who(k, side) for side in (0, 1))
        rows = reading.read(samples(m, k), terms, lambda s: intercept and since <= s.t < since + 70)
        for outcome, grade, a, b, lasted, who in rows:
            about = f"{two.address} {one.address}" if who == 1 else f"{one.address} {two.address}"
            by = "" if who is None else (one, two)[who].party
            read.append((about, outcome, grade, m.ns(a), m.ns(b), lasted, by))
    assert said == read
