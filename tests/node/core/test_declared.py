"""Joins and entered levels: kept over a restart, listed, withdrawn, forgotten in time; levels carry their datum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.agreement.articles import Automation
from armslength.domain.levels import GEOMETRIC, MIXED_M, QFE, QFE_UNKNOWN_M, QNH, QNH_UNKNOWN_M, STANDARD, told
from armslength.domain.plot import Plot
from armslength.errors import InputError
from armslength.node.core.declared import JOINS, LEVELS, listed
from armslength.node.core.inputs import Command
from armslength.units import FT
from node.core.pair import Pair, Side, terms_of
from node.core.test_core import fly, head_on


def ask(pair: Pair, side: Side, verb: str, **args: Any) -> dict[str, Any]:
    number = len(side.replies) + 100
    pair.give(side, Command(number, "duty officer", verb, args))
    return dict(side.replies[number])


def kinds(side: Side) -> list[str]:
    return [sealed.entry.kind for sealed in side.store.entries["node"]]


def flying(seconds: int = 5, **terms: Any) -> Pair:
    pair = Pair(terms=replace(terms_of(), **terms))
    pair.mend()
    fly(pair, seconds)
    return pair


def test_a_join_is_kept_over_a_restart_listed_and_withdrawn() -> None:
    pair = flying()
    north = pair.north
    said = ask(pair, north, "join", first="d20001", second="d10001", lasts="30 min")
    assert said["acknowledged"] is False and "nothing is silenced" in said["says"]
    pair.start(north)
    (join,) = listed(north.core)["joins"]
    assert (join["first"], join["second"], join["acknowledged"]) == ("d10001", "d20001", False)
    assert ask(pair, north, "join withdraw", first="d10001", second="d20001") == {"first": "d10001", "second": "d20001"}
    assert listed(north.core)["joins"] == [] and not north.store.rows[JOINS]
    assert "error" in ask(pair, north, "join withdraw", first="d10001", second="d20001")
    assert {"join declared", "join withdrawn"} <= set(kinds(north))


def test_a_join_of_one_side_silences_neither_the_own_post_nor_the_advisory() -> None:
    pair = flying(5, automation=Automation(traffic_advisory=True))
    ask(pair, pair.north, "join", first="d10001", second="d20001", lasts="30 min")
    fly(pair, 55)
    assert [a["tier"] for a in pair.north.heard("alert", change="raised", sounded=True)] == ["ALERT"]
    assert pair.north.heard("sent", code="TFA")
    assert any("only this side declared" in n for a in pair.north.heard("alert") for n in a["notes"])


def test_a_join_ends_when_its_time_is_over_also_while_the_node_was_down() -> None:
    pair = flying()
    ask(pair, pair.north, "join", first="d10001", second="d20001", lasts="20 s")
    pair.run(25.0)
    assert "join expired" in kinds(pair.north) and not pair.north.store.rows[JOINS]
    ask(pair, pair.north, "join", first="d10001", second="d20001", lasts="20 s")
    pair.mono += 60.0
    pair.start(pair.north)
    pair.run(2.0)
    assert listed(pair.north.core)["joins"] == [] and not pair.north.store.rows[JOINS]


def unlevelled(pair: Pair, seconds: int) -> None:
    """Fly with an aircraft of SOUTH that tells no level."""
    for _ in range(seconds):
        one, other = head_on(pair, pair.mono)
        plots: tuple[Plot, ...] = (one, other._replace(alt_baro_m=float("nan"), alt_geo_m=float("nan")))
        pair.plots("radar", plots)
        pair.run(1.0)


def test_an_entered_level_is_kept_with_its_datum_listed_withdrawn_and_forgotten() -> None:
    pair = Pair()
    unlevelled(pair, 4)
    north = pair.north
    said = ask(pair, north, "level", address="d20001", level="29000 ft", datum="qnh", pressure="1003 hPa")
    assert said["datum"] == "QNH" and said["pressure_hpa"] == "1003.0"
    pair.start(north)
    unlevelled(pair, 3)
    snapshot = north.core.watching.snapshot
    assert snapshot is not None
    row = snapshot.addresses.index("d20001")
    assert float(snapshot.level_m[row]) == pytest.approx(29_000 * FT + 86.0, abs=2.0)
    (level,) = listed(north.core)["levels"]
    assert level["address"] == "d20001" and level["datum"] == "QNH"
    ask(pair, north, "level withdraw", address="d20001")
    assert listed(north.core)["levels"] == [] and not north.store.rows[LEVELS]
    assert "error" in ask(pair, north, "level withdraw", address="d20001")
    ask(pair, north, "level", address="d20001", level="FL290")
    pair.run(305.0)
    assert listed(north.core)["levels"] == [] and not north.store.rows[LEVELS]
    assert [k for k in kinds(north) if k.startswith("level")] == [
        "level entered", "level withdrawn", "level entered", "level expired"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "args",
    [
        {"level": "3000 ft"},
        {"level": "3000 ft", "datum": "sea"},
        {"level": "FL290", "datum": "QNH"},
        {"level": "3000 ft", "datum": "QNH", "pressure": "30 inHg"},
        {"level": "3000 ft", "datum": "QNH", "pressure": "400 hPa"},
        {"level": "3000 ft", "datum": "GEOMETRIC", "pressure": "1013 hPa"},
    ],
)
def test_a_level_without_its_datum_is_asked_for(args: dict[str, str]) -> None:
    pair = flying(3)
    answer = ask(pair, pair.north, "level", address="d20001", **args)
    assert answer["error"]["remedy"] and listed(pair.north.core)["levels"] == []


@given(st.floats(600.0, 1100.0), st.floats(-500.0, 15_000.0))
def test_a_setting_below_standard_puts_the_level_higher(pressure: float, level: float) -> None:
    """27 to 30 ft for each hPa near standard pressure, as every pilot knows it."""
    found = told(level, QNH, pressure, geometric=False)
    assert (found.level_m > level) == (pressure < 1013.25) or pressure == 1013.25
    assert told(level, QFE, pressure, geometric=False).level_m == found.level_m and found.sigma_m == 0.0
    if abs(pressure - 1013.25) > 1.0 and pressure > 950.0:
        assert 26.0 <= (found.level_m - level) / FT / (1013.25 - pressure) <= 30.0


def test_what_is_not_known_widens() -> None:
    assert told(1000.0, STANDARD, 0.0, geometric=False).sigma_m == 0.0
    assert told(1000.0, QNH, 0.0, geometric=False).sigma_m == QNH_UNKNOWN_M
    assert told(1000.0, QFE, 0.0, geometric=False).sigma_m == QFE_UNKNOWN_M
    assert told(1000.0, GEOMETRIC, 0.0, geometric=False).sigma_m == MIXED_M
    assert told(1000.0, GEOMETRIC, 0.0, geometric=True).sigma_m == 0.0
    assert told(1000.0, STANDARD, 0.0, geometric=True).sigma_m == MIXED_M
    with pytest.raises(InputError, match="datum"):
        told(1000.0, "", 0.0, geometric=False)
