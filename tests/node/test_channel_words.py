"""What becomes of a channel is told in words: no log line of a node shows the keys of an event."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.node.telling import in_words

SINCE = {"since_ns": "1795396727255918932", "last_ok_ns": "1795396724535641069"}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            {"state": "LOST", "medium": "F1", "change": 4, **SINCE},
            "SOUTH: F1 LOST, no answer since 01:18:47, last answer 01:18:44",
        ),
        (
            {"state": "RESTORED", "medium": "GROUND", "backlog_count": 2},
            "SOUTH: the ground line answers again, 2 messages wait",
        ),
        (
            {"state": "IN USE", "medium": "F2", "was": "F1", "says": "", "sounds": False},
            "SOUTH: F2 is in use (was F1)",
        ),
        ({"state": "IN USE", "medium": "F1", "was": "", "says": "", "sounds": False}, "SOUTH: F1 is in use"),
        (
            {"state": "IN USE", "medium": "", "was": "F1", "says": "NO CHANNEL ANSWERS.", "sounds": True},
            "SOUTH: NO CHANNEL ANSWERS.",
        ),
    ],
)
def test_a_change_of_channel_is_told_in_words(event: dict[str, Any], words: str) -> None:
    assert in_words({"event": "channel", "counterpart": "SOUTH", **event}, 0) == f"00:00:00  {words}"


def test_a_lost_channel_that_the_other_side_tells_of_is_told_with_times_that_people_read() -> None:
    fields = {"medium": "F1", **SINCE, "change": 4, "latitude_e5": 3512345}
    event = {"event": "received", "code": "LCM", "counterpart": "SOUTH", "id": "sha256:" + "ab" * 32, "fields": fields}
    told = in_words(event, 0)
    assert "since 2026-11-23T01:18:47Z, last_ok 2026-11-23T01:18:44Z" in told and "_ns" not in told
    assert "latitude 35.12345 deg" in told


def test_a_voice_contact_is_told_with_whom_and_what_ailed_it() -> None:
    event = {"event": "voice contact", "medium": "F1", "code": "RCK", "by": "NORTH", "with": "SOUTH POST"}
    told = in_words({**event, "answer": "RCR", "readability": 2, "note": "NOISE"}, 0)
    assert told.endswith(
        "voice: NORTH said RCK on F1, in contact with SOUTH POST, answer RCR, readability 2, note noise"
    )
    assert "note" not in in_words({**event, "answer": "none", "note": "none"}, 0)


@pytest.mark.parametrize(("by", "words"), [("own", "by us"), ("theirs", "by them")])
def test_an_outage_says_whose_it_is(by: str, words: str) -> None:
    event = {"event": "planned", "kind": "OUTAGE", "medium": "F1", "by": by, "from_ns": "0", "until_ns": "60000000000"}
    assert words in in_words(event, 0)
