"""What happens on the frequencies, told once, in order, and without claiming too much."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.demo.story import ALARM, GOOD, WARN, Story
from demo.told import PLAN, message


@pytest.fixture
def story() -> Story:
    return Story(PLAN)


def told(story: Story, **event: Any) -> list[tuple[str, str]]:
    return [(line.tone, line.text) for line in story.tell("NORTH", {"counterpart": "SOUTH", **event}, 1.0)]


def call(number: int, code: str = "ACT") -> dict[str, Any]:
    return {"event": "called", "channel": "F1", "id": "sha256:0123456789", "code": code, "call": number}


def test_calls_without_an_answer_are_told_until_the_frequency_is_given_up(story: Story) -> None:
    assert told(story, **call(1)) == [] and told(story, **call(2, "RCK")) == []
    assert told(story, **call(2)) == [(WARN, "No answer on F1: called twice. [01234567]")]
    assert told(story, **call(3)) == [(WARN, "No answer on F1: called 3 times. [01234567]")]
    ((tone, text),) = told(story, event="channel", state="LOST", medium="F1")
    assert tone == WARN and text.startswith("F1 does not answer")
    assert told(story, **call(3)) == []


def test_a_channel_in_use_and_none_at_all(story: Story) -> None:
    used = {"event": "channel", "state": "IN USE"}
    assert told(story, **used, medium="F2", was="F1") == [(WARN, "The talk goes by F2 now, no longer by F1.")]
    ((tone, text),) = told(story, **used, medium="", was="F2", says="NO CHANNEL ANSWERS.")
    assert (tone, text) == (ALARM, "NO CHANNEL ANSWERS.")


def test_a_check_is_told_once_and_only_where_it_came_by_its_own_frequency(story: Story) -> None:
    def check(channel: str) -> dict[str, Any]:
        return message("received", "RCR", "m1", fields={"freq_id": "F1", "readability": 4}, channel=channel)

    assert told(story, **check("GROUND")) == []
    assert told(story, **check("F1")) == [(GOOD, "Radio check on F1: SOUTH reads us 4 of 5.")]
    assert told(story, **check("F1")) == []


def test_what_the_other_side_tells_of_channels(story: Story) -> None:
    def of(code: str) -> dict[str, Any]:
        return message("received", code, "m1", fields={"medium": "F1"}, channel="F2")

    assert told(story, **of("RES")) == [], "nothing was lost"
    assert told(story, **of("LCM")) == [(WARN, "SOUTH tells by F2 that F1 is lost there (LCM).")]
    assert told(story, **of("RES")) == [(GOOD, "SOUTH tells by F2 that F1 answers there (RES).")]


def test_a_readback_is_told_with_its_units_and_a_gap_as_what_it_is(story: Story) -> None:
    fields = {"track_deg": 90, "level_ft": 25_000, "level_datum": "STANDARD"}
    told(story, **message("sent", "HLD", "m7", fields=fields))
    ((_, text),) = told(story, **message("received", "RBK", "m8", ref="m7", fields={"values": "90 25000 STANDARD"}))
    assert "I READ BACK TRACK 090 deg, FL250 (7620 m)" in text or "FL250 (7620 m)" in text
    ((_, text),) = told(story, **message("received", "RBK", "m9", ref="m1", fields={"values": "90 25000 STANDARD"}))
    assert "I READ BACK 90 25000 STANDARD" in text, "of what is not known, as it came"
    assert told(story, event="gap", count=1)[0][1].startswith("What came overtook others: 1 older message of SOUTH has")
    assert "5 older messages of SOUTH have not come yet" in told(story, event="gap", count=5)[0][1]


@pytest.mark.parametrize(
    ("outcome", "how"),
    [("BREACH", ""), ("NOT_DETERMINABLE", ", not determinable"), ("NO_BREACH", ", no breach after all")],
)
def test_a_finding_says_how_sure_it_is(story: Story, outcome: str, how: str) -> None:
    found = {"event": "finding", "rule": "C02", "by": "SOUTH", "explanation": "No answer.", "outcome": outcome}
    assert told(story, **found)[0][1] == f"Finding C02 (SOUTH){how}: No answer."
