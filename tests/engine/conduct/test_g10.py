"""G10: fires when one follows the turns of the other, not when traffic flies in trail; equal to its slow reading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g10
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Window
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, paths, samples, with_figures
from engine.conduct.reading import g10 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
WEAVE = ((40, 50, 3.0), (80, 100, -3.0), (130, 140, 3.0))


def found(*pairs, terms=None, windows=(), **said):
    m = meeting(*pairs, **said)
    return [one for one in judge(m, around(m, terms, windows=windows)) if one.rule == "G10"]


def chase(lag=12.0, behind=1.0, repeats=3, weave=WEAVE, seconds=180, level=30000.0, beside=0.0):
    """The second flies behind the first and turns as it does, `lag` s later."""
    turns = [(a + lag, b + lag, rate) for a, b, rate in weave[:repeats]]
    return fly(seconds, turns=weave), fly(seconds, beside, -behind, level, turns=turns)


def test_who_follows_the_turns_breaches():
    [one] = found(chase())
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "South")
    assert (one.value, one.threshold, one.unit) == (3.0, 2.0, "")
    assert one.about == f"{one.second} {one.first}"
    assert "repeated 3 of its course changes" in one.explanation


def test_two_repeated_are_enough():
    [one] = found(chase(repeats=2, seconds=125))
    assert (one.outcome, one.value) == (BREACH, 2.0)


@pytest.mark.parametrize(
    "pair",
    [
        chase(repeats=1, seconds=125), chase(lag=20.0, behind=20.0 / 12.0), chase(level=33300.0),
        chase(weave=((40, 44, 3.0), (80, 84, -3.0), (130, 134, 3.0))), chase(behind=0.2, lag=2.4),
        (fly(180, turns=WEAVE), fly(180, 1.5, -1.0, turns=[(a + 12, b + 12, -r) for a, b, r in WEAVE])),
    ],
    ids=["once", "too late", "another level", "too little", "too near", "the other way"],
)  # fmt: skip
def test_its_near_twins_are_none(pair):
    assert found(pair) == []


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(chase(weave=((40, 47, 3.0), (80, 87, -3.0), (130, 137, 3.0))))
    assert one.outcome is UNSURE and "errors" in one.explanation
    [one] = found(chase(), datum=3)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV2) and "level" in one.explanation
    [one] = found(chase(level=31000.0), datum=2, error_v=700.0)
    assert one.outcome is UNSURE and "datums" in one.explanation
    [one] = found(chase(), update=12.0)
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation


def test_intercept_allows_it_as_long_as_its_limit():
    window = Window(INTERCEPT, EPOCH_NS, EPOCH_NS + 145 * NS)
    [one] = found(chase(), windows=[window])
    assert one.outcome is BREACH and "INTERCEPT" in one.explanation
    [one] = found(chase(), windows=[window], terms=with_figures("G10", intercept_s=150.0))
    assert (one.outcome, one.severity, one.regime) == (NO_BREACH, Severity.SEV4, INTERCEPT)


@pytest.mark.parametrize("kind", [JOIN, TEST])
def test_what_was_agreed_is_no_breach(kind):
    [one] = found(chase(), windows=[Window(kind, EPOCH_NS, None)])
    assert (one.outcome, one.regime) == (NO_BREACH, kind)


ROUTE = ((100, 120, 1.5), (240, 260, -1.5), (330, 360, 1.5))
ORDINARY = {
    "in trail on an airway with bends": chase(24.0, 3.0, 3, ROUTE, 480),
    "an approach stream": (fly(400, 0, 0, 6000, knots=180, turns=[(60, 90, 3.0), (150, 180, 3.0)]),
                           fly(400, 0, -3, 6000, knots=180, turns=[(120, 150, 3.0), (210, 240, 3.0)])),
    "a holding stack": (fly(480, turns=[(60, 120, 3), (180, 240, 3), (300, 360, 3)], knots=220),
                        fly(480, 0, 0.5, 31000, turns=[(75, 135, 3), (195, 255, 3), (315, 375, 3)], knots=220)),
    "parallel runways": (fly(240, -4, 0, 5000, course=90, knots=170, turns=[(60, 90, -3.0)]),
                         fly(240, 5, 0, 5000, course=270, knots=170, turns=[(65, 95, 3.0)])),
}  # fmt: skip


@pytest.mark.parametrize("what", ORDINARY)
@pytest.mark.parametrize("update", [1.0, 5.0])
def test_ordinary_traffic_is_nothing(what, update):
    assert found(ORDINARY[what], update=update) == []


@st.composite
def chases_drawn(draw):
    """One behind the other, who turns some of its turns later, or goes anywhere."""
    number = st.floats
    pairs = []
    for _ in range(draw(st.integers(1, 2))):
        weave, t = [], draw(number(10.0, 40.0))
        for _ in range(draw(st.sampled_from([3, 2, 4, 1]))):
            lasts = draw(number(4.0, 20.0) | number(8.0, 15.0))
            weave.append((t, t + lasts, draw(st.sampled_from([4.0, -4.0, -2.0, 2.0]))))
            t += lasts + draw(number(5.0, 40.0))
        lag = draw(number(-3.0, 20.0) | number(2.0, 14.0))
        behind = max(lag / 12.0, 0.2) + draw(st.sampled_from([0.0, 0.0, 0.3, 1.0]))
        one, two = chase(lag, behind, draw(st.sampled_from([4, 4, 2, 1, 0])), tuple(weave), 200)
        if draw(st.integers(0, 5)) == 5:
            two = draw(paths(200, 2.0))
        two.level[:] += draw(st.sampled_from([0.0, 0.0, 500.0, 900.0]))
        pairs.append((one, two) if draw(st.booleans()) else (two, one))
    holes = [(a := draw(st.integers(0, 160)), a + draw(st.integers(1, 30)))] if draw(st.booleans()) else []
    return meeting(
        *pairs, error_h=draw(st.sampled_from([5.0, 80.0, 300.0])), error_v=draw(st.sampled_from([38.1, 300.0])),
        update=draw(st.sampled_from([1.0, 1.0, 3.0, 12.0])), datum=draw(st.sampled_from([0, 0, 1, 2, 3])), holes=holes,
    )  # fmt: skip


@settings(max_examples=60)
@given(
    chases_drawn(), st.sampled_from([1.0, 2.0]), st.sampled_from([5.0, 15.0]), st.sampled_from([15.0, 40.0]),
    st.booleans(), st.integers(0, 100),
)  # fmt: skip
def test_it_is_equal_to_its_slow_reading(m, turns, time, nose, intercept, since):
    terms = with_figures("G10", turns=turns, time_s=time, nose_angle_deg=nose, turn_deg=15.0, intercept_s=50.0)
    windows = [Window(INTERCEPT, EPOCH_NS + since * NS, EPOCH_NS + (since + 70) * NS)] if intercept else []
    context = around(m, terms, windows=windows)
    said = [
        (one.about, one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns, one.value)
        for one in g10.judge(m, context)
    ]
    read = []
    for k in range(len(m)):
        names = [context.who(k, side).address for side in (0, 1)]
        for outcome, grade, a, b, count, by in reading.read(
            samples(m, k), terms, lambda s: intercept and since <= s.t < since + 70
        ):
            read.append((by, k, (f"{names[by]} {names[1 - by]}", outcome, grade, m.ns(a), m.ns(b), count)))
    assert said == [row for _, _, row in sorted(read, key=lambda row: row[:2])]
