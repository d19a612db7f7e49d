"""Two sides with noise of their own contradict each other at most once in a thousand runs near a threshold."""

from __future__ import annotations

import math

from armslength.engine.conduct import g01
from armslength.engine.conduct.rule import Rule
from engine.conduct.two_sides import contradictions, straight

SIGMA_H = 0.5 * 80.0 * math.sqrt(2.0)
SIGMA_V = 0.5 * 38.1 * math.sqrt(2.0)
RUNS = 2000


def beside(u: float):
    """Two side by side for four minutes, at the horizontal minimum and so many standard deviations more."""
    return straight(240), straight(240, 5556.0 + u * SIGMA_H)


def above(u: float):
    return straight(240), straight(240, 2000.0, level=9144.0 + 914.4 + u * SIGMA_V)


def leaving(u: float):
    """One that is inside for about the limit, then leaves at 20 m/s: the stay is uncertain by sigma / 20."""
    return straight(260), straight(260, 5556.0 * 1.1 - 20.0 * (180.0 + u * SIGMA_H / 20.0), v=(20.0, 150.0))


def test_at_the_minima_and_at_the_limit_of_the_stay():
    for make in (beside, above, leaving):
        wrong, said = contradictions(g01.RULE, make, RUNS, seed=5)
        assert wrong <= RUNS / 1000, make.__name__
        assert min(said.get(one, 0) for one in ("BREACH", "NOT_DETERMINABLE", "NO_BREACH")) > RUNS / 20, make.__name__


def test_a_rule_without_bounds_would_contradict_itself_often():
    """The control of the test above."""

    def blind(meetings, context):
        from dataclasses import replace

        zero = replace(meetings, error_h_m=0.0 * meetings.error_h_m, error_v_m=0.0 * meetings.error_v_m)
        return g01.judge(zero, replace(context, meetings=zero))

    wrong, _ = contradictions(Rule(g01.TEXT, blind, g01.reach), beside, 1000, seed=5)
    assert wrong > 20
