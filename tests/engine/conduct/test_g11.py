"""G11: fires when one turns and flies at the other, not when two cross; ordinary traffic; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g11
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import INTERCEPT, TEST, Window
from armslength.engine.conduct.told import RADAR_LOCK, Reported
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, samples, with_figures
from engine.conduct.reading import g11 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def found(*pairs, terms=None, windows=(), reported=(), **said):
    m = meeting(*pairs, **said)
    return [one for one in judge(m, around(m, terms, windows=windows, reported=reported)) if one.rule == "G11"]


def attack(breaks=135, level=30000.0, beside=0.0, ahead=0.0, knots=350.0, seconds=200):
    """The second turns to the south at 70 to 100 s, 7.5 NM ahead of the first, and turns away at `breaks`."""
    turns = [(70, 100, 3.0), (breaks, breaks + 20, 5.0)]
    return fly(seconds), fly(seconds, -8.67 + beside, 17.69 + ahead, level, course=90.0, knots=knots, turns=turns)


def test_who_turns_and_flies_at_the_other_breaches():
    [one] = found(attack())
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV1, "South")
    assert one.value == pytest.approx(141 - 135, abs=2.5) and (one.threshold, one.unit) == (15.0, "s")
    assert one.about == f"{one.second} {one.first}" and one.margin_sigma > 4.0
    assert "The second flew at the first" in one.explanation


def test_who_accelerates_at_the_other_does_as_well():
    tail = fly(200, 0, -7.5, knots=320.0, speeds=[(5, 45, 6.0)], turns=[(118, 136, 5.0)])
    [one] = found((fly(200), tail))
    assert (one.outcome, one.by) == (BREACH, "South")


@pytest.mark.parametrize(
    "pair",
    [attack(breaks=126), attack(level=31500.0), attack(beside=0.8), attack(ahead=-4.0), attack(level=31000.0)],
    ids=["breaks off in time", "another level", "predicted to pass by", "begins too near", "1,000 ft above"],
)
def test_its_near_twins_are_none(pair):
    assert found(pair) == []


def test_who_has_flown_straight_for_ninety_seconds_is_crossing_traffic():
    assert found((fly(200), fly(200, 0, 27.0, course=180.0, knots=350.0))) == []
    late = fly(200, -2.83, 12.7 + 9.0, course=90.0, knots=350.0, turns=[(10, 40, 3.0)])
    assert [one.by for one in found((fly(200), late))] == ["South"]  # steady for 80 s before it was near
    early = fly(260, -2.83, 12.7 + 18.0, course=90.0, knots=350.0, turns=[(10, 40, 3.0)])
    assert found((fly(260), early)) == []  # for more than 90 s


def test_what_the_crew_says_of_radar_stands_apart():
    said = Reported("form:7", RADAR_LOCK, "North", "a00001", "b00002", EPOCH_NS + 130 * NS)
    [one], [plain] = found(attack(), reported=[said]), found(attack())
    assert one.explanation.startswith(plain.explanation) and "stated a radar lock (form:7)" in one.explanation
    assert replace(one, explanation=plain.explanation) == plain
    assert found(attack(breaks=126), reported=[said]) == []
    for other in (replace(said, at_ns=EPOCH_NS + 600 * NS), replace(said, accused="cccccc")):
        assert found(attack(), reported=[other]) == [plain]


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(attack(breaks=127))
    assert one.outcome is UNSURE and "errors" in one.explanation
    [one] = found(attack(), datum=3)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV1) and "level" in one.explanation
    [one] = found(attack(level=30900.0), datum=2, error_v=300.0)
    assert one.outcome is UNSURE and "datums" in one.explanation
    assert any("s apart, too coarse" in one.explanation for one in found(attack(), update=12.0))
    pair = fly(120), fly(120, 0, 13.0, course=180.0, knots=350.0)
    assert {(one.outcome, "not known for long enough" in one.explanation) for one in found(pair)} == {(UNSURE, True)}


def test_intercept_does_not_relax_it_a_test_window_does():
    [one] = found(attack(), windows=[Window(INTERCEPT, EPOCH_NS, None)])
    assert one.outcome is BREACH
    [one] = found(attack(), windows=[Window(TEST, EPOCH_NS, None)])
    assert (one.outcome, one.regime) == (NO_BREACH, TEST)


ORDINARY = {
    "in trail on an airway": (fly(600, knots=450), fly(600, 0, -3.0, knots=450)),
    "an approach stream": (fly(300, 0, -4, 5000, knots=180, turns=[(60, 90, 3.0)]),
                           fly(300, 0, -7, 5300, knots=190, turns=[(115, 145, 3.0)])),
    "opposite on an airway, after a turn": (fly(240, 0, -15, knots=450),
                                            fly(240, -2, 19, 31000, course=160, knots=460, turns=[(40, 60, 1.0)])),
    "crossing": (fly(300, 0, -12, knots=450), fly(300, -12, 0, 31000, course=90, knots=450)),
    "parallel runways, one from each side": (fly(240, -4, -2, 4000, course=90, knots=170, turns=[(40, 70, -3.0)]),
                                             fly(240, 5, -2, 5000, course=270, knots=170, turns=[(45, 75, 3.0)])),
    "a holding stack": (fly(480, turns=[(60, 120, 3), (180, 240, 3)], knots=220),
                        fly(480, 0, 4, 31000, course=180, turns=[(60, 120, 3), (180, 240, 3)], knots=220)),
}  # fmt: skip


@pytest.mark.parametrize("what", ORDINARY)
@pytest.mark.parametrize("update", [1.0, 5.0])
def test_ordinary_traffic_is_nothing(what, update):
    assert found(ORDINARY[what], update=update) == []


@st.composite
def runs_drawn(draw):
    """Two who come together from anywhere, one of them after a turn; some of it unknown, some of it coarse."""
    number = st.floats
    pairs = []
    for _ in range(draw(st.integers(1, 2))):
        begins = draw(number(0.0, 60.0))
        turns = [(begins, begins + draw(number(5.0, 40.0)), draw(number(-4.0, 4.0)))]
        away = draw(number(60.0, 150.0))
        turns.append((away, away + 20.0, draw(number(-5.0, 5.0))))
        knots, own = draw(number(150.0, 500.0)), draw(number(60.0, 400.0))
        meet, course = draw(number(60.0, 160.0)), draw(st.sampled_from([180.0, 170.0, 0.0, 20.0, 120.0]))
        there = fly(160, course=course, knots=knots, turns=turns)
        at = int(meet)
        here = fly(160, knots=own)
        east = here.east[at] - there.east[at] + draw(number(-1200.0, 1200.0))
        north = here.north[at] - there.north[at] + draw(number(-1200.0, 1200.0))
        there.east += east
        there.north += north
        there.level += draw(st.sampled_from([0.0, 0.0, 150.0, 250.0, 300.0, 400.0]))
        pairs.append((here, there) if draw(st.booleans()) else (there, here))
    holes = [(a := draw(st.integers(0, 120)), a + draw(st.integers(1, 30)))] if draw(st.booleans()) else []
    return meeting(
        *pairs, error_h=draw(st.sampled_from([5.0, 80.0, 400.0])), error_v=draw(st.sampled_from([10.0, 38.1, 300.0])),
        update=draw(st.sampled_from([1.0, 1.0, 4.0, 12.0])), datum=draw(st.sampled_from([0, 0, 1, 2, 3])), holes=holes,
    )  # fmt: skip


def both(m, terms):
    """Return what the rule and its slow reading find."""
    context = around(m, terms)
    said = [
        (one.outcome.value, one.opened_ns, one.closed_ns, pytest.approx(one.value), one.by, one.first)
        for one in g11.judge(m, context)
    ]
    read = []
    for k in range(len(m)):
        for outcome, a, b, left, by in reading.read(samples(m, k), terms):
            read.append((by, k, (outcome, m.ns(a), m.ns(b), left, context.who(k, by).party, context.who(k, 0).address)))
    return said, [row for _, _, row in sorted(read, key=lambda row: (row[0], row[1]))]


@settings(max_examples=80)
@given(runs_drawn(), st.sampled_from([1.0, 3.0]), st.sampled_from([15.0, 40.0]), st.sampled_from([30.0, 90.0]))
def test_it_is_equal_to_its_slow_reading(m, rate, break_off, steady):
    terms = with_figures(
        "G11", sight_rate_dps=rate, break_off_s=break_off, steady_s=steady, predicted_m=1500.0, begins_m=7000.0,
        closure_mps=60.0,
    )  # fmt: skip
    said, read = both(m, terms)
    assert said == read


def test_the_reading_is_tested_on_what_is_found():
    said, read = both(meeting(attack(), attack(breaks=127)), default_terms())
    assert len(said) == len(read) == 2 and said == read
