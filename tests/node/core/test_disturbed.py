"""What both sides' radios and receivers sense reaches C09 on both sides; what one alone senses is no finding."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.domain import talk as t
from armslength.domain.picture import Interference
from armslength.node.core.effects import Effects
from armslength.node.core.hearing import hear
from armslength.node.core.inputs import AirSensed
from armslength.protocol import events as e
from armslength.units import NS
from node.core.pair import Pair, Side
from node.core.test_duty import do, entries
from node.core.test_talk_facts import line_of
from node.core.test_talk_on_air import OnAir
from node.core.test_talking import found, with_plan

GNSS_LOSS = {"nature": "GNSS_LOSS", "commitment": "NONE"}


def senses(pair: Pair, side: Side, on: bool = True, medium: str = "F1") -> None:
    pair.give(side, AirSensed(pair.other(side).party, medium, on))


def loses(pair: Pair, side: Side, medium: str = "F1") -> None:
    """Have `side` lose a frequency, as its peer tells it."""
    line = line_of(side)
    lost = e.MediumLost(medium, pair.now.utc_ns - 30 * NS, 0, 1)
    line.talking.heard(lost, pair.now)
    hear(line, lost, Effects(), pair.now)
    pair.run(1.0)


@pytest.mark.parametrize(("north", "south"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_frequency_that_both_sense_and_tell_as_lost_is_found_on_both_sides(north: bool, south: bool) -> None:
    pair = with_plan()
    for side, on in ((pair.north, north), (pair.south, south)):
        if on:
            senses(pair, side)
        loses(pair, side)
    pair.run(40.0)
    for side in (pair.north, pair.south):
        assert [(one["about"], one["by"]) for one in found(side, "C09")] == [("F1", "")] * (north and south)
        told = [one.message.fields for one in line_of(side).log.latest() if one.outgoing and one.message.code == "LCM"]
        on = north if side is pair.north else south
        assert [one.get("note") for one in told] == ["INTERFERENCE" if on else None]


def test_its_end_is_told_by_the_frequency_being_restored() -> None:
    pair = with_plan()
    for side in (pair.north, pair.south):
        senses(pair, side)
        loses(pair, side)
    pair.run(40.0)
    do(pair, pair.south, "send", code="RES", fields={"medium": "F1", "backlog_count": 0, "change": 2})
    pair.run(2.0)
    assert [one["closed_ns"] is None for one in found(pair.north, "C09")] == [True, False]
    senses(pair, pair.south, on=False)
    pair.run(2.0)
    assert [one["closed_ns"] is None for one in found(pair.south, "C09")] == [True, False]


def test_a_check_that_is_answered_in_noise_says_so() -> None:
    pair = OnAir()
    pair.mend()
    for side in (pair.north, pair.south):
        senses(pair, side)
    pair.on_air(100.0)
    noted = {"F1": set[Any](), "F2": set[Any]()}
    for side in (pair.north, pair.south):
        for one in entries(side, "message out"):
            if one["code"] == "RCR":
                noted[one["fields"]["freq_id"]].add(one["fields"].get("note"))
    assert noted == {"F1": {"INTERFERENCE"}, "F2": {None}}
    assert found(pair.north, "C09") or found(pair.south, "C09")  # who asked knows


def test_satellite_navigation_that_both_report_is_found_and_a_report_is_over_after_ten_minutes() -> None:
    pair = with_plan()
    for side in (pair.north, pair.south):
        side.core.watching.picture.interference = Interference(active=True)
    pair.run(60.0)
    assert all(t.GNSS in line_of(side).talking.senses for side in (pair.north, pair.south))
    assert not found(pair.north, "C09") and not found(pair.south, "C09")  # neither knows of the other
    sent = do(pair, pair.south, "send", code="EMG", fields={**GNSS_LOSS, "aircraft": "SOUTH AIRCRAFT"})
    assert "id" in sent
    pair.run(40.0)
    assert [one["about"] for one in found(pair.north, "C09")] == [t.GNSS]
    assert not found(pair.south, "C09")  # north said nothing
    pair.run(600.0)
    assert [one["closed_ns"] is None for one in found(pair.north, "C09")] == [True, False]


def test_what_is_sensed_goes_on_in_a_record_that_begins_anew() -> None:
    pair = with_plan()
    senses(pair, pair.north)
    pair.set_clock(3600)
    pair.run(5.0)
    loses(pair, pair.south)
    assert not found(pair.north, "C09")
    note: Any = t.Noise(at_ns=pair.now.utc_ns, medium="F1", by="SOUTH", heard=True)
    line_of(pair.north).talking.note(note)
    pair.run(40.0)
    assert [one["about"] for one in found(pair.north, "C09")] == ["F1"]


def test_after_a_restart_only_what_is_sensed_again_goes_on() -> None:
    pair = with_plan()
    senses(pair, pair.north)
    pair.run(2.0)
    pair.restart(pair.north)
    pair.mend()
    note: Any = t.Noise(at_ns=pair.now.utc_ns, medium="F1", by="SOUTH", heard=True)
    line_of(pair.north).talking.note(note)
    pair.run(60.0)
    assert not found(pair.north, "C09")
    senses(pair, pair.north)
    pair.run(40.0)
    assert [one["about"] for one in found(pair.north, "C09")] == ["F1"]
