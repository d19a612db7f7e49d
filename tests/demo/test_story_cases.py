"""What was found and what is said in cases, in plain words, once, on the side that it concerns."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.demo.story import Story
from armslength.demo.tones import ALARM, GOOD, WARN
from demo.told import PLAN


def finding(**more: Any) -> dict[str, Any]:
    return {
        "event": "finding", "finding": "finding:1", "rule": "G05", "outcome": "BREACH", "severity": "SEV1",
        "by": "SOUTH", "first": "d10001", "second": "d20001",
        "explanation": "The second crossed 0.40 NM (+- 0.03 NM) ahead of the first, 3.7 s before it. By Annex 2 the "
        "first had the right of way. Neither lowered it.",
    } | more  # fmt: skip


def case(**more: Any) -> dict[str, Any]:
    return {"event": "case", "case": "N-0001", "by": "NORTH", "kind": "report", "document": "sha256:1",
            "says": "Case N-0001: NORTH made its initial report: It crossed."} | more  # fmt: skip


@pytest.fixture
def story() -> Story:
    return Story(PLAN)


def test_a_breach_is_told_with_call_signs_and_in_two_sentences(story: Story) -> None:
    (said,) = story.tell("NORTH", finding(), 9.0)
    assert said.tone == ALARM
    assert said.text == (
        "Finding G05 (SEV1, by SOUTH), TEASEL11 and OSIER11: OSIER11 crossed 0.40 NM (+- 0.03 NM) ahead of TEASEL11, "
        "3.7 s before it. By Annex 2 TEASEL11 had the right of way."
    )


def test_what_cannot_be_determined_is_counted_and_said_once(story: Story) -> None:
    for _ in range(3):
        assert story.tell("NORTH", finding(outcome="NOT_DETERMINABLE"), 9.0) == []
    assert story.doubts("NORTH").startswith("Another 3 might be breaches")
    assert story.doubts("NORTH") == "" and story.doubts("SOUTH") == ""


def test_a_finding_about_one_aircraft_and_one_about_talk(story: Story) -> None:
    (one,) = story.tell("SOUTH", finding(rule="D01", severity="SEV3", second="", explanation="It was inside."), 9.0)
    assert (one.tone, one.text) == (WARN, "Finding D01 (SEV3, by SOUTH), TEASEL11: It was inside.")
    talk = {"event": "finding", "rule": "C06", "outcome": "NO_BREACH", "by": "SOUTH", "explanation": "It was held."}
    assert story.tell("NORTH", talk, 9.0)[0].text == "Finding C06 (SOUTH), no breach after all: It was held."


def test_a_document_is_told_by_who_says_it_alone_and_an_opening_by_both(story: Story) -> None:
    assert len(story.tell("SOUTH", case(kind="opening"), 9.0)) == 1
    assert len(story.tell("NORTH", case(), 9.0)) == 1 and story.tell("SOUTH", case(), 9.0) == []


def test_evidence_that_does_not_hold_alarms(story: Story) -> None:
    opened = {"event": "case", "case": "N-0001", "what": "evidence opened", "by": "SOUTH", "says": "It is."}
    assert [story.tell("NORTH", {**opened, "holds": holds}, 9.0)[0].tone for holds in (True, False)] == [GOOD, ALARM]
    assert story.tell("NORTH", {**opened, "what": "reminder"}, 9.0) == []


def test_two_persons_and_times_without_a_day(story: Story) -> None:
    act = {"event": "case", "case": "N-0001", "what": "case act prepared", "kind": "answer", "person": "legal officer"}
    assert "the legal officer decides (answer). It binds" in story.tell("NORTH", act, 9.0)[0].text
    met = case(says="Case N-0001: the working group meets 2026-11-23T07:20:54.406Z, video.", kind="session")
    assert story.tell("NORTH", met, 9.0)[0].text == "Case N-0001: the working group meets 07:20:54Z, video."


def test_what_is_not_taken_is_told_where_it_came(story: Story) -> None:
    refused = case(
        by="SOUTH", why="It is closed.", says="What SOUTH sent about case N-0001 is not taken: It is closed."
    )
    assert len(story.tell("NORTH", refused, 9.0)) == 1
