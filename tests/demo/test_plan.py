"""What the demonstration knows beforehand is what the scenario says."""

from __future__ import annotations

from armslength.demo.plan import plan_of
from armslength.scenario.registry import draw, scenario
from demo.told import BEGINS, PLAN


def test_the_plan_of_the_river() -> None:
    sky = draw(scenario("river"), 1)
    plan = plan_of(sky, BEGINS)
    assert [m.name for m in plan.meetings][:2] == ["head-on", "excluded-force"]
    assert {m.name for m in plan.meetings if m.warning == "early"} == {
        "head-on", "converging", "overtaking", "four-on-four",
    }  # fmt: skip
    assert len(next(m for m in plan.meetings if m.name == "four-on-four").pairs) == 16
    assert plan.seconds(BEGINS + 5_000_000_000) == 5.0
    assert plan.callsigns["d20001"] and plan.parties["d20001"] == "SOUTH"


def test_a_meeting_is_known_whichever_side_stands_first() -> None:
    meeting = PLAN.meetings[0]
    assert meeting.is_about(["d20001", "d29999"], ["d10001"])
    assert meeting.is_about(["d10001"], ["d20001"])
    assert not meeting.is_about(["d10001"], ["d20002"])
    assert PLAN.meeting_of(["d10001"], ["d20002"]) is None


def test_elements_are_called_by_their_call_signs() -> None:
    assert PLAN.named(["d10001"]) == "TEASEL11"
    assert PLAN.named(["d10001", "d10002"]) == "TEASEL11 and 1 more"
    assert PLAN.named(["abcdef"]) == "abcdef"
