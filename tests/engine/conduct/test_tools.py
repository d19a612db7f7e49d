"""The tools that rules share: three outcomes, runs, encounters, the nearest moment between two samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.engine.conduct import doubt, runs
from armslength.engine.conduct.closest import closest
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, Regimes, Window
from armslength.units import NM
from engine.conduct.flights import fly, meeting, meetings_drawn

NUMBER = st.floats(-10.0, 10.0) | st.just(math.nan)


@given(st.lists(st.tuples(NUMBER, st.floats(0.0, 5.0)), min_size=1, max_size=20), st.floats(-5.0, 5.0))
def test_what_is_certain_is_nominal_and_what_is_nominal_is_possible(rows, limit):
    value, bound = (np.array(column) for column in zip(*rows, strict=True))
    for told in (doubt.under(value, bound, limit), doubt.over(value, bound, limit)):
        for one in (told, ~told, told & ~told, told | ~told):
            assert np.all(one.nominal[one.certain]) and np.all(one.possible[one.nominal])
        unknown = np.isnan(value)
        assert np.all(told.possible[unknown]) and not np.any(told.certain[unknown])


def test_on_the_limit_is_neither_under_nor_over():
    at = np.array([1000.0])
    assert not doubt.under(at, 0.0, 1000.0).nominal[0] and not doubt.over(at, 0.0, 1000.0).nominal[0]


def test_a_margin_is_positive_towards_breach():
    assert doubt.margin(1200.0, 100.0, 1000.0, breach_over=True) == 4.0
    assert doubt.margin(1200.0, 100.0, 1000.0, breach_over=False) == -4.0
    assert doubt.margin(math.nan, 100.0, 1000.0, breach_over=True) is None


def held_slowly(t, enter, hold, settle, leave):
    """Runs of one meeting, read from the words of `runs`: (first, last) sample."""
    out, i = [], 0
    while i < len(t):
        if not enter[i]:
            i += 1
            continue
        begun = last = i
        while t[last] - t[begun] < settle and last + 1 < len(t) and enter[last + 1] and t[last + 1] - t[last] <= 1.5:
            last += 1
        if t[last] - t[begun] < settle:
            i = last + 1
            continue
        j = last + 1
        while j < len(t):
            if t[j] - t[last] > max(leave, 1.5) or (not hold[j] and t[j] - t[last] >= leave):
                break
            if hold[j]:
                last = j
            j += 1
        out.append((begun, last))
        i = j
    return out


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([1, 1, 1, 1, 2, 5, 40]), st.integers(0, 2)), min_size=1, max_size=60),
    st.sampled_from([0.0, 1.0, 3.0, 6.0]), st.sampled_from([0.0, 2.0, 5.0, 30.0]),
)  # fmt: skip
def test_runs_are_equal_to_their_slow_reading(rows, settle, leave):
    t = np.cumsum([step for step, _ in rows]).astype(float)
    enter, hold = (np.array([state >= least for _, state in rows]) for least in (2, 1))
    start = np.array([0, len(t)], np.int64)
    first, last, _ = runs.held(start, t, enter, hold, np.full(len(t), settle), leave)
    read = held_slowly(t.tolist(), enter.tolist(), hold.tolist(), settle, leave)
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == read


def test_two_meetings_do_not_run_into_each_other():
    m = meeting((fly(20), fly(20, 1.0)), (fly(20), fly(20, 1.0)))
    found = runs.runs(m, np.ones(len(m.t), bool))
    assert found.of.tolist() == [0, 1] and found.seconds(m).tolist() == [20.0, 20.0]


@pytest.mark.parametrize(("apart", "groups"), [(600, 1), (601, 2)])
def test_encounters_are_ten_minutes_apart(apart, groups):
    m = meeting((fly(1300), fly(1300, 1.0)))
    of, first, last = np.array([0, 0]), np.array([0, 100 + apart]), np.array([100, 110 + apart])
    assert len(runs.encounters(m, of, first, last)) == groups


def test_a_pass_between_two_seconds_is_seen():
    m = meeting((fly(40, 0, -3.0, knots=600.0), fly(40, 0.01, 3.02, course=180.0, knots=480.0)))
    near = closest(m)
    assert near.slant.min() == pytest.approx(0.01 * NM, abs=0.5)
    assert m.slant.min() > 0.02 * NM


@settings(max_examples=30, deadline=None)
@given(meetings_drawn(60))
def test_the_nearest_moment_is_no_further_than_any_other(m):
    near, slant = closest(m), np.where(np.isnan(m.slant), m.d_h, m.slant)
    said = np.where(np.isnan(near.slant), near.d_h, near.slant)
    assert np.all(said <= slant + 1e-6)
    assert np.all(said[:-1][m.goes_on[:-1]] <= slant[1:][m.goes_on[:-1]] + 1e-6)


def test_a_window_covers_a_pair_for_all_of_a_time():
    window = Window(INTERCEPT, 100, 200, frozenset({"a", "b"}))
    regimes = Regimes((window,))
    assert regimes.at((JOIN, INTERCEPT), (), ("a", "b"), 100, 199) == INTERCEPT
    assert regimes.at((JOIN, INTERCEPT), (), ("a", "b"), 100, 200) == ""
    assert regimes.at((JOIN, INTERCEPT), (), ("a", "c"), 100, 199) == ""
    assert regimes.at((JOIN,), (), ("a", "b"), 100, 199) == ""
    assert Regimes((Window(JOIN, 0, None, frozenset({"a"})),)).at((JOIN,), (), ("a", "z"), 5, 9) == JOIN


def test_a_rule_is_shown_what_lies_around_its_reach_and_no_more():
    from armslength.domain.rule import RuleText
    from armslength.engine.conduct.rule import Reach, Rule
    from armslength.engine.conduct.shown import Shown
    from engine.conduct.flights import around

    text = RuleText("G00", "", "", "", "", (), (), "", "", "")
    m = meeting((fly(200, 0, -8), fly(200, -8, 0, course=90.0)), (fly(200), fly(200, 9.0)), error_h=0.0, error_v=0.0)
    shown = Shown(around(m))
    one = Rule(text, lambda m, c: [], lambda terms: Reach(NM, 300.0, 20.0, 5.0))
    part = shown.to(one)
    assert len(part.meetings) == 1 and part.who(0, 1) == around(m).who(0, 1)
    inside = np.flatnonzero(m.d_h[: m.start[1]] < NM)
    assert part.meetings.t.tolist() == list(range(inside[0] - 20, inside[-1] + 6))
    assert shown.to(one) is part
    assert shown.to(Rule(text, one.judge, lambda terms: Reach(50 * NM, 300.0))).meetings is m
