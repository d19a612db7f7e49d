"""What is planned is told beforehand and honoured by both judges; what is not told, or too late, excuses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.node.core.inputs import Command
from armslength.units import NS
from node.core.pair import Pair, Side
from node.core.test_duty import do, entries
from node.core.test_talk_on_air import OnAir
from node.core.test_talking import found, quick, with_plan


def plan(pair: Pair, side: Side, medium: str, after_s: float, lasts: str, **more: Any) -> dict[str, Any]:
    begins = str(pair.now.utc_ns + round(after_s * NS))
    return do(pair, side, "outage", medium=medium, from_ns=begins, lasts=lasts, **more)


def cut_for(told: bool, taken_back: bool = False) -> Pair:
    """Return a pair whose ground line was down from 100 s to 700 s, with a check due every 300 s and 60 s of grace."""
    pair = Pair(terms=quick())
    pair.mend()
    pair.run(50.0)
    if told:
        begins = plan(pair, pair.south, "GROUND", 45.0, "600 s")["from_ns"]
        pair.run(5.0)
        if taken_back:
            do(pair, pair.south, "outage", medium="GROUND", from_ns=begins, lasts="0 s")
    pair.run(45.0)
    pair.cut()
    pair.run(600.0)
    pair.mend()
    pair.run(30.0)
    return pair


def test_an_outage_of_the_ground_line_that_was_told_is_no_finding_on_either_side() -> None:
    pair = cut_for(told=True)
    for side in (pair.north, pair.south):
        assert not found(side, "C05")


@pytest.mark.parametrize(("told", "taken_back"), [(False, False), (True, True)])
def test_one_that_was_not_told_or_was_taken_back_is(told: bool, taken_back: bool) -> None:
    pair = cut_for(told, taken_back)
    for side in (pair.north, pair.south):
        assert {one["about"] for one in found(side, "C05")} == {"NORTH", "SOUTH"}


def test_one_that_is_not_delivered_before_it_begins_excuses_nothing() -> None:
    pair = Pair(terms=quick())
    pair.mend()
    pair.run(50.0)
    pair.cut()
    plan(pair, pair.south, "GROUND", 45.0, "600 s")
    pair.run(650.0)
    pair.mend()
    pair.run(30.0)
    for side in (pair.north, pair.south):
        assert {one["about"] for one in found(side, "C05")} == {"NORTH", "SOUTH"}
        assert not do(pair, side, "outages")["planned"]


def test_a_frequency_that_is_out_is_not_called_in_vain_and_its_check_waits() -> None:
    for told in (True, False):
        pair = with_plan()
        for medium in ("F1", "F2"):
            do(pair, pair.north, "voice", medium=medium, code="RCK", answer="RCR", readability=5)
            if told:
                plan(pair, pair.south, medium, 5.0, "900 s")
        pair.run(10.0)
        for _ in range(8):
            for medium in ("F1", "F2"):
                do(pair, pair.north, "voice", medium=medium, code="IDQ")
            pair.run(10.0)
        assert len(found(pair.north, "C02")) == (not told)
        pair.run(500.0)
        for side in (pair.north, pair.south):
            assert bool(found(side, "C01")) is not told


def test_both_sides_have_it_and_keep_it_over_a_restart() -> None:
    pair = with_plan()
    told = plan(pair, pair.north, "F1", 600.0, "30 min", kind="TEST")
    pair.run(5.0)
    for side in (pair.north, pair.south):
        (one,) = do(pair, side, "outages")["planned"]
        assert (one["by"], one["medium"], one["kind"]) == ("NORTH", "F1", "TEST")
        assert (one["from_ns"], one["until_ns"]) == (told["from_ns"], told["until_ns"])
        pair.restart(side)
        pair.mend()
        pair.run(2.0)
        assert do(pair, side, "outages")["planned"] == [one]
    assert [one["by"] for one in pair.south.heard("planned")] == ["theirs"]
    assert not [one for one in pair.south.heard("unanswered") if one["code"] == "LCM"]  # it rings nowhere
    assert [one["code"] for one in entries(pair.north, "message out")].count("LCM") == 1
    pair.run(3000.0)
    assert not do(pair, pair.north, "outages")["planned"]


def test_nothing_follows_from_it_for_the_channel_in_use() -> None:
    pair = OnAir()
    pair.mend()
    pair.on_air(60.0)
    plan(pair, pair.north, "F1", 60.0, "30 min")
    pair.on_air(20.0)
    lines = [line for side in (pair.north, pair.south) for line in side.core.lines.values()]
    assert [line.using for line in lines] == ["F1", "F1"]
    lost = {"medium": "F1", "since_ns": str(pair.now.utc_ns), "change": 50}  # the control: it is lost
    do(pair, pair.north, "send", code="LCM", fields=lost)
    pair.on_air(5.0)
    assert lines[1].using == "F2"


@pytest.mark.parametrize(
    "args",
    [
        {"medium": "F9", "after_s": 60.0, "lasts": "10 min"},
        {"medium": "GROUND", "after_s": 60.0, "lasts": "10 min", "kind": "TEST"},
        {"medium": "F3", "after_s": 60.0, "lasts": "10 min"},
        {"medium": "F1", "after_s": 0.0, "lasts": "10 min"},
        {"medium": "F1", "after_s": 60.0, "lasts": "25 h"},
        {"medium": "F1", "after_s": 60.0, "lasts": "61 min", "kind": "TEST"},
        {"medium": "F1", "after_s": 60.0, "lasts": "-1 s"},
        {"medium": "F1", "after_s": 60.0, "lasts": "soon"},
        {"medium": "F1", "after_s": 60.0, "lasts": 7},
        {"medium": "F1", "after_s": 31 * 86_400.0, "lasts": "10 min"},
        {"medium": "F1", "after_s": 60.0, "lasts": "10 min", "kind": "JAM"},
    ],
)
def test_what_cannot_be_planned_is_refused_and_nothing_is_sent(args: dict[str, Any]) -> None:
    pair = with_plan()
    assert "error" in plan(pair, pair.north, **args)
    assert not [one for one in entries(pair.north, "message out") if one["code"] == "LCM"]


def test_without_a_beginning_it_is_refused() -> None:
    pair = with_plan()
    for args in ({"medium": "F1", "lasts": "1 h"}, {"medium": "F1", "lasts": "1 h", "from_ns": "tomorrow"}):
        pair.give(pair.north, Command(900, "duty officer", "outage", args))
        assert "error" in pair.north.replies[900]
