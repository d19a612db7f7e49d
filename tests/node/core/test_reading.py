"""A message that is read back: compared, in the ledger, and told; what differs sounds."""

from __future__ import annotations

import json
from typing import Any

from armslength.node.core.inputs import Command
from armslength.node.telling import in_words
from node.core.pair import Pair

CLB = {"to_level_ft": 25000, "to_level_datum": "STANDARD"}


def read_back(values: str) -> tuple[Pair, dict[str, Any]]:
    """Let South say CLB and North read back `values`; return the pair and what South was told."""
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    send = {"code": "CLB", "fields": CLB, "valid_for": "60 s"}
    pair.give(pair.south, Command(1, "duty officer", "send", send))
    pair.run(1.0)
    ref = pair.south.replies[1]["id"]
    pair.give(pair.north, Command(2, "duty officer", "send", {"code": "RBK", "fields": {"values": values}, "ref": ref}))
    pair.run(1.0)
    (told,) = pair.south.heard("read back")
    return pair, told


def test_an_equal_read_back_is_entered_and_does_not_sound() -> None:
    pair, told = read_back("25000 STANDARD")
    assert told["outcome"] == "equal" and not told["sounds"] and told["differs"] == []
    (entry,) = [s for s in pair.south.store.entries["river-2026"] if s.entry.kind == "read back"]
    assert json.loads(entry.payload)["outcome"] == "equal"
    assert "equal" in in_words(told, 0)
    assert pair.north.heard("read back") == []


def test_a_wrong_read_back_sounds_and_names_the_field() -> None:
    pair, told = read_back("26000 STANDARD")
    assert told["sounds"] and told["differs"] == [{"field": "to_level_ft", "said": "25000", "heard": "26000"}]
    assert "to_level_ft 25000 as 26000" in in_words(told, 0)
    (entry,) = [s for s in pair.south.store.entries["river-2026"] if s.entry.kind == "read back"]
    assert json.loads(entry.payload)["outcome"] == "differs"


def test_who_speaks_to_whom_is_told_and_nothing_is_sent_in_a_dry_run() -> None:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    pair.give(pair.south, Command(1, "duty officer", "send", {"code": "CLB", "fields": CLB, "dry_run": True}))
    reply = pair.south.replies[1]
    assert (reply["to"], reply["from"], reply["languages"]) == ("NORTH POST", "SOUTH POST", ["English"])
    assert reply["allowed"] and "id" not in reply
    assert pair.south.heard("sent", code="CLB") == []


def test_a_frequency_without_a_radio_is_refused() -> None:
    pair = Pair()
    pair.mend()
    pair.give(pair.south, Command(1, "duty officer", "check", {"frequency": "F1"}))
    assert "F1" in pair.south.replies[1]["error"]["what"] and pair.south.replies[1]["error"]["remedy"]
    pair.give(pair.south, Command(2, "duty officer", "check", {"frequency": "ground"}))
    assert pair.south.replies[2]["code"] == "GCK" and pair.south.replies[2]["time_ns"].isdecimal()
