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


@pytest.mark.parametrize(("by", "words"), [("own", "by us"), ("theirs", "by them")])
def test_an_outage_says_whose_it_is(by: str, words: str) -> None:
    event = {"event": "planned", "kind": "OUTAGE", "medium": "F1", "by": by, "from_ns": "0", "until_ns": "60000000000"}
    assert words in in_words(event, 0)
