"""What is cut away of a meeting before a rule sees it changes nothing that the rule finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.engine.conduct.registry import RULES
from armslength.engine.conduct.shown import Shown
from engine.conduct.flights import around, meeting, meetings_drawn
from engine.conduct.test_g07 import passes_drawn
from engine.conduct.test_g10 import chases_drawn
from engine.conduct.test_g11 import attack, runs_drawn

SCENES = {"G07": passes_drawn(), "G09": meetings_drawn(spread_nm=3.0), "G10": chases_drawn(), "G11": runs_drawn()}


def both(number, m):
    """Return what a rule finds in the whole, and in what it is shown."""
    context = around(m)
    part = Shown(context).to(RULES[number])
    return RULES[number].judge(m, context), RULES[number].judge(part.meetings, part) if len(part.meetings) else []


@pytest.mark.parametrize("number", SCENES)
@settings(max_examples=20)
@given(st.data())
def test_a_rule_finds_the_same_in_what_it_is_shown(number, data):
    whole, shown = both(number, data.draw(SCENES[number]))
    assert whole == shown


def test_less_is_shown_than_there_is():
    m = meeting(attack())
    part = Shown(around(m)).to(RULES["G11"])
    assert 0 < len(part.meetings.t) < len(m.t)
    whole, shown = both("G11", m)
    assert whole == shown and len(whole) == 1
