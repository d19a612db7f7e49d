"""What an officer reads off his screen, and when he calls by himself."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.demo.officer import advisory, calls_by_hand
from armslength.protocol.catalogue import CATALOGUE, fault_in
from demo.told import alert

AT = {"address": "d20001", "lat": -36.0, "lon": -20.0, "track_deg": 0.0}


def seen(**where: Any) -> dict[str, Any]:
    return {"address": "d10001", "lat": -36.0, "lon": -20.0, "track_deg": 180.0} | where


@pytest.mark.parametrize(
    ("where", "clock", "miles"),
    [({"lat": -35.5}, 12, 30), ({"lon": -19.5}, 3, 24), ({"lat": -36.5}, 6, 30), ({"lon": -20.5}, 9, 24)],
)
def test_clock_and_range_are_seen_from_the_one_who_is_warned(where: dict[str, float], clock: int, miles: int) -> None:
    said = advisory(alert(70.0, sounds=True), [AT, seen(**where)])
    assert said is not None
    assert (said["fields"]["clock"], said["fields"]["range_m"] // 1852) == (clock, pytest.approx(miles, abs=1))
    assert fault_in(CATALOGUE["TFA"], said["fields"]) == ""
    assert said["valid_for"] == "120 s"


def test_the_clock_turns_with_the_aircraft() -> None:
    said = advisory(alert(70.0), [AT | {"track_deg": 90.0}, seen(lat=-35.5)])
    assert said is not None and said["fields"]["clock"] == 9


def test_nothing_is_said_of_a_track_that_is_gone() -> None:
    assert advisory(alert(70.0), [AT]) is None


@pytest.mark.parametrize(
    ("changed", "calls"),
    [
        ({"automatic_ok": False}, True),
        ({}, False),
        ({"automatic_ok": False, "notes": ["d20001: no plot for 3 s"]}, False),
        ({"automatic_ok": False, "own_side_only": True}, False),
        ({"automatic_ok": False, "sounds": False}, False),
        ({"automatic_ok": False, "certainty": "not_determinable"}, False),
        ({"automatic_ok": False, "t_cpa_s": 0.0}, False),
    ],
)
def test_he_calls_where_the_node_may_not(changed: dict[str, Any], calls: bool) -> None:
    notes = ["d20001: seen by one kind of source alone"]
    assert calls_by_hand(alert(70.0, **{"notes": notes, **changed})) is calls
