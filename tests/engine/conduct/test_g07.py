"""G07: fires when one passes in front of the other, not when traffic is in trail; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g07
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import INTERCEPT, TEST, Window
from armslength.engine.conduct.told import CONTROL_LOST, FLARES, WASH, Reported
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, NORTH, SOUTH, around, fly, meeting, paths, samples, with_figures
from engine.conduct.reading import g07 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
BIG = replace(SOUTH, category="transport")


def found(*pairs, terms=None, windows=(), reported=(), ahead=BIG, **said):
    m = meeting(*pairs, **said)
    context = around(m, terms, (NORTH, ahead), windows, reported=reported)
    return [one for one in judge(m, context) if one.rule == "G07"]


def passing(front=0.5, above=0.0, knots=450.0, seconds=120, turns=()):
    """The second crosses the nose of the first at 60 s, `front` NM ahead and `above` ft above it."""
    level = 30000.0 + above
    return fly(seconds, turns=turns), fly(seconds, -knots / 60.0, 5.0 + front, level, course=90.0, knots=knots)


def test_who_passes_in_front_breaches():
    [one] = found(passing())
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "South")
    assert one.value < 20.0 and (one.threshold, one.unit) == (150.0, "m")
    assert one.about == f"{one.second} {one.first}" and one.margin_sigma > 1.0
    assert "second, 4 s after" in one.explanation or "second, 5 s after" in one.explanation


def test_who_turns_in_ahead_and_who_descends_ahead_do_as_well():
    [one] = found((fly(300), fly(300, -4.5, 6.0, course=90.0, turns=[(40, 70, -3.0)])))
    assert (one.outcome, one.by) == (BREACH, "South")
    [one] = found((fly(240), fly(240, 0.0, 1.0, 33000.0, climbs=[(60, 120, -3000.0)])), error_h=20.0)
    assert (one.outcome, one.by) == (BREACH, "South")


@pytest.mark.parametrize(
    "pair",
    [passing(5.4), passing(above=1000.0), passing(above=1500.0), passing(above=-400.0), passing(4.6, knots=900.0)],
    ids=["too old", "1,000 ft below", "1,500 ft below", "above it", "too old and far behind"],
)
def test_its_near_twins_are_none(pair):
    assert found(pair) == []


@pytest.mark.parametrize("pair", [passing(4.2, knots=300.0), passing(above=600.0), passing(above=-100.0)])
def test_just_within_it_is_one(pair):
    assert [one.by for one in found(pair)] == ["South"]


def test_the_wake_of_a_light_fighter_reaches_less_far():
    assert found(passing(3.0))[0].outcome is not None
    assert found(passing(3.0), ahead=replace(SOUTH, category="fast_jet")) == []
    [one] = found(passing(1.9, knots=600.0), ahead=replace(SOUTH, category="unknown"))
    assert one.outcome is UNSURE and "What kind of aircraft was ahead is not known." in one.explanation


def test_who_chose_the_trail_is_no_finding():
    assert found((fly(300), fly(300, 0.0, 3.0))) == []  # from the beginning
    assert found((fly(300, knots=400.0), fly(300, 0.0, 6.0, knots=340.0))) == []  # came up from behind
    behind = fly(300, -4.5, -2.0, course=90.0, turns=[(40, 70, -3.0)]), fly(300)
    assert found(behind) == []  # turned in behind
    climbing = fly(240, level_ft=27000.0, climbs=[(60, 120, 3000.0)]), fly(240, 0.0, 1.0)
    assert found(climbing) == []  # climbed up behind


def test_the_report_of_the_crew_makes_it_graver():
    said = Reported("form:3", WASH, "North", "a00001", "b00002", EPOCH_NS + 70 * NS)
    [one] = found(passing(), reported=[said])
    assert (one.outcome, one.severity) == (BREACH, Severity.SEV1) and "form:3" in one.explanation
    assert found(passing(), reported=[replace(said, kind=CONTROL_LOST, accused="")])[0].severity is Severity.SEV1
    for other in (
        replace(said, kind=FLARES), replace(said, accused="cccccc"), replace(said, at_ns=EPOCH_NS + 900 * NS),
        replace(said, reporter="b00002"),
    ):  # fmt: skip
        assert found(passing(), reported=[other])[0].severity is Severity.SEV2
    assert found(passing(above=1500.0), reported=[said]) == []


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(passing(), error_h=200.0)
    assert one.outcome is UNSURE and "errors" in one.explanation
    [one] = found(passing(), datum=3)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV2) and "level" in one.explanation
    [one] = found(passing(above=800.0), datum=2, error_v=300.0)
    assert one.outcome is UNSURE and "datums" in one.explanation
    [one] = found(passing(3.0), update=5.0)
    assert one.outcome is UNSURE
    [one] = found(passing(2.5, turns=[(80, 84, 2.0)]))
    assert one.outcome is UNSURE and "without turning cannot be told" in one.explanation


def test_intercept_does_not_relax_it_a_test_window_does():
    [one] = found(passing(), windows=[Window(INTERCEPT, EPOCH_NS, None)])
    assert one.outcome is BREACH
    [one] = found(passing(), windows=[Window(TEST, EPOCH_NS, None)])
    assert (one.outcome, one.regime) == (NO_BREACH, TEST)


ROUTE = ((100, 120, 1.5), (240, 260, -1.5), (330, 360, 1.5))
ORDINARY = {
    "in trail on an airway": (fly(600, knots=450), fly(600, 0, 3.0, knots=450)),
    "in trail through bends": (fly(480, knots=300, turns=ROUTE),
                               fly(480, 0, -3, knots=300, turns=[(a + 36, b + 36, r) for a, b, r in ROUTE])),
    "an approach stream": (fly(400, 0, 0, 6000, knots=180, turns=[(60, 90, 3.0)], climbs=[(90, 400, -800)]),
                           fly(400, 0, -3.2, 6000, knots=175, turns=[(125, 155, 3.0)], climbs=[(155, 400, -800)])),
    "crossing at the next level": (fly(300, 0, -12, knots=450), fly(300, -13, 0, 31000, course=90, knots=450)),
    "crossing 5 NM behind": (fly(300, 0, -19, knots=450), fly(300, -12, 0, course=90, knots=450)),
    "parallel runways": (fly(240, knots=140), fly(240, 0.25, 0.4, knots=150)),
    "a holding stack": (fly(480, turns=[(60, 120, 3), (180, 240, 3), (300, 360, 3)], knots=220),
                        fly(480, 0, 1, 31000, turns=[(90, 150, 3), (210, 270, 3), (330, 390, 3)], knots=220)),
}  # fmt: skip


@pytest.mark.parametrize("what", ORDINARY)
@pytest.mark.parametrize("update", [1.0, 5.0])
def test_ordinary_traffic_is_nothing(what, update):
    assert found(ORDINARY[what], update=update) == []


@st.composite
def passes_drawn(draw):
    """Two who cross, one of whom may turn or climb, or anybody."""
    number, pairs = st.floats, []
    for _ in range(draw(st.integers(1, 2))):
        turns = [(a := draw(number(0.0, 90.0)), a + 10.0, draw(st.sampled_from([0.0, 0.0, 1.0, -3.0])))]
        one, two = passing(
            draw(number(-1.0, 5.0)), draw(number(-600.0, 1200.0)), draw(number(150.0, 600.0)), 150, turns
        )
        if draw(st.integers(0, 3)) == 3:
            two = draw(paths(150, 2.0))
        elif draw(st.booleans()):
            two.level[60:] += draw(st.sampled_from([-200.0, 300.0]))
        pairs.append((one, two) if draw(st.booleans()) else (two, one))
    holes = [(a := draw(st.integers(0, 120)), a + draw(st.integers(1, 30)))] if draw(st.booleans()) else []
    return meeting(
        *pairs, error_h=draw(st.sampled_from([5.0, 20.0, 80.0, 400.0])),
        error_v=draw(st.sampled_from([38.1, 10.0, 300.0])), update=draw(st.sampled_from([1.0, 1.0, 4.0, 12.0])),
        datum=draw(st.sampled_from([0, 0, 1, 2, 3])), holes=holes,
    )  # fmt: skip


@settings(max_examples=40)
@given(
    passes_drawn(), st.sampled_from([150.0, 500.0]), st.sampled_from([60.0, 20.0]),
    st.sampled_from(["transport", "fast_jet", "unknown"]),
)  # fmt: skip
def test_it_is_equal_to_its_slow_reading(m, lateral, age, category):
    terms = with_figures("G07", lateral_m=lateral, age_s=age)
    context = around(m, terms, (NORTH, replace(SOUTH, category=category)))
    said = [
        (one.about, one.outcome.value, one.opened_ns, one.closed_ns, pytest.approx(one.value, abs=0.1))
        for one in g07.judge(m, context)
    ]
    read = []
    for k in range(len(m)):
        names = [context.who(k, side).address for side in (0, 1)]
        kinds = [context.who(k, side).category for side in (0, 1)]
        for outcome, a, b, distance, by in reading.read(samples(m, k), terms, kinds):
            read.append((by, k, (f"{names[by]} {names[1 - by]}", outcome, m.ns(a), m.ns(b), distance)))
    assert said == [row for _, _, row in sorted(read, key=lambda row: row[:2])]
