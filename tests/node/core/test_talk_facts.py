"""Events of a peer and messages as facts: channels, gaps, readbacks, requests to stop, pairs inside the minima."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from armslength.domain import talk as t
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Standings
from armslength.node.core.line import Line
from armslength.node.core.ringing import MOST
from armslength.node.core.talk_rows import MOST_ROWS, kept, row_of
from armslength.protocol import events as e
from armslength.protocol.messages import Precedence
from armslength.units import NS
from node.core.pair import Pair, Side
from node.core.test_duty import EMG, do, entries, open_pair
from node.core.test_gate import BLK, MON
from node.core.test_talking import found, with_plan


def line_of(side: Side) -> Line:
    (line,) = side.core.lines.values()
    return line


def happens(pair: Pair, side: Side, *events: e.Event) -> None:
    """Have `side` hear of events, as the peer tells them."""
    for event in events:
        line_of(side).talking.heard(event, pair.now)


def test_a_frequency_that_fails_and_no_other_way_in_time() -> None:
    pair = with_plan()
    happens(pair, pair.north, e.InUse("F1", ""))
    pair.run(40.0)
    happens(pair, pair.north, e.MediumLost("F1", pair.now.utc_ns - 30 * NS, 0, 1))
    pair.run(59.0)
    assert not found(pair.north, "C07")
    pair.run(3.0)
    assert [(one["severity"], one["outcome"]) for one in found(pair.north, "C07")] == [("SEV2", "BREACH")]
    happens(pair, pair.north, e.InUse("GROUND", "F1"))
    pair.run(2.0)
    assert found(pair.north, "C07")[-1]["closed_ns"] is not None


def test_the_next_way_in_time_is_no_finding() -> None:
    pair = with_plan()
    happens(pair, pair.north, e.InUse("F1", ""))
    happens(pair, pair.north, e.MediumLost("F1", pair.now.utc_ns - 30 * NS, 0, 1))
    pair.run(50.0)
    happens(pair, pair.north, e.InUse("GROUND", "F1"))
    pair.run(100.0)
    assert not found(pair.north, "C07")


def test_numbers_that_are_missing_are_a_loss_unless_they_come() -> None:
    pair = open_pair()
    happens(pair, pair.north, e.GapSeen(Precedence.PRIORITY, (700, 701), given_up=True))
    pair.run(89.0)
    assert not found(pair.north, "C07")
    pair.run(3.0)
    (one,) = found(pair.north, "C07")
    assert (one["severity"], one["by"], one["value"], one["unit"]) == ("SEV1", "SOUTH", "2.000", "messages")
    assert one["outcome"] == "BREACH"


@pytest.mark.parametrize("honest", [True, False])
def test_a_message_that_is_held_accuses_nobody_and_one_that_is_given_up_does(honest: bool) -> None:
    pair = open_pair()
    pair.cut()
    do(pair, pair.north, "send", code="MON", fields=MON)
    for side in (pair.north, pair.south):
        pair.give(side, Standings((pair.agreed(side, suspended=frozenset({"frequency"})),)))
    pair.mend()
    pair.run(1.0)
    do(pair, pair.north, "send", code="BLK", fields=BLK)
    pair.run(100.0)
    assert [one["outcome"] for one in found(pair.south, "C07")] == ["NOT_DETERMINABLE"]
    (gap,) = pair.south.heard("gap")
    assert (gap["missing"], gap["given_up"]) == ([0], False)
    if not honest:  # the control: NORTH loses what waits, and says at the next greeting that it is past
        for space in [space for space in pair.north.store.rows if space.startswith("out/")]:
            del pair.north.store.rows[space]
        pair.restart(pair.north)
    pair.cut()
    for side in (pair.north, pair.south):
        pair.give(side, Standings((pair.agreed(side),)))
    pair.run(3.0)
    pair.mend()
    pair.run(110.0)
    last = {one["about"]: one["outcome"] for one in found(pair.south, "C07")}
    assert ("BREACH" in last.values()) is not honest, last
    assert honest or last["NORTH PRIORITY 0"] == "BREACH"
    assert not honest or set(last.values()) == {"NO_BREACH"}


def test_a_request_to_stop_jamming_that_nobody_answers() -> None:
    pair = open_pair()
    sent = do(pair, pair.south, "send", code="STP", fields={"kind": "JAM"})
    pair.run(1.0)
    do(pair, pair.north, "mark", id=sent["id"], mark="UNDERSTOOD")
    pair.run(598.0)
    assert not found(pair.north, "C09")
    pair.run(20.0)
    for side in (pair.north, pair.south):
        assert [(one["by"], one["severity"]) for one in found(side, "C09")] == [("NORTH", "SEV2")]


def test_a_readback_that_is_owed_late_unequal_or_right() -> None:
    pair = open_pair()
    ids = []
    for _ in range(3):
        sent = do(pair, pair.south, "send", code="INC", fields={"min_dist_m": 9260}, valid_for="10 min")
        ids.append(sent["id"])
    pair.run(5.0)
    for number, values in zip(ids, ("9260", "926"), strict=False):
        assert "id" in do(pair, pair.north, "send", code="RBK", ref=number, fields={"values": values})
    pair.run(60.0)
    for side in (pair.north, pair.south):
        said = {(one["about"], one["severity"], one["by"]) for one in found(side, "C04")}
        assert said == {(f"{ids[1]} unequal", "SEV3", "NORTH"), (ids[2], "SEV4", "NORTH")}


def test_unanswered_calls_weigh_more_while_a_pair_is_inside() -> None:
    pair = with_plan()
    for medium in ("F1", "F2"):
        do(pair, pair.north, "voice", medium=medium, code="RCK", answer="RCR", readability=5)
    line_of(pair.north).talking.near(True, pair.now)
    for _ in range(8):
        for medium in ("F1", "F2"):
            do(pair, pair.north, "voice", medium=medium, code="IDQ")
        pair.run(10.0)
    assert [one["severity"] for one in found(pair.north, "C02")] == ["SEV2"]


def test_noise_that_both_report_is_found_and_one_alone_is_not() -> None:
    pair = with_plan()
    do(pair, pair.north, "voice", medium="F1", code="RCK", note="interference")
    pair.run(60.0)
    assert not found(pair.north, "C09")
    line = line_of(pair.north)
    line.talking.note(t.Noise(at_ns=pair.now.utc_ns, medium="F1", by="SOUTH", heard=True))
    pair.run(40.0)
    assert [one["by"] for one in found(pair.north, "C09")] == [""]


def test_what_is_kept_comes_back_as_it_was() -> None:
    known: dict[str, Any] = {"at_ns": 1_700_000_000 * NS, "entry": "river#1"}
    facts: list[t.Fact] = [
        t.Planned(**known, frequencies=(("F1", "132.055"),)),
        t.CheckAnswered(**known, medium="F1", by="N", id="c", readability=4),
        t.Held(**known, id="m", reason=t.NAMED_PERSON),
        t.Answered(**known, id="m", code="RBK", stamp_ns=1_700_000_001 * NS, equal=False),
        t.Noise(**known, medium="F1", by="N", heard=True),
        t.Announced(**known, medium="GROUND", by="N", kind="OUTAGE", from_ns=1, until_ns=1_700_100_000 * NS, told_ns=0),
    ]
    rows = [row for fact in facts if (row := row_of(fact, {"m"})) is not None]
    assert len(rows) == len(facts)
    assert kept([*rows, ("alive", b"17")], 1_700_000_100 * NS) == (facts, 17)
    later, _ = kept(rows, 1_800_000_000 * NS)
    assert {type(one) for one in later} == {t.Planned, t.CheckAnswered, t.Noise}
    assert row_of(facts[3], set()) is None


def test_rows_about_single_messages_do_not_grow_for_ever() -> None:
    pair = open_pair()
    talking = line_of(pair.north).talking
    for number in range(MOST_ROWS + 50):
        talking.note(t.Held(at_ns=pair.now.utc_ns, id=f"m{number}", reason=t.NAMED_PERSON))
    pair.run(2.0)
    rows = pair.north.store.rows["talk/river-2026"]
    held = [key for key in rows if key.startswith("held/")]
    assert len(held) == MOST_ROWS and "held/m0" not in rows and f"held/m{MOST_ROWS + 49}" in rows


def test_reminders_of_a_flood_are_bounded_and_say_how_many() -> None:
    pair = open_pair()
    for _ in range(MOST + 10):
        do(pair, pair.south, "send", code="EMG", fields=EMG)
        pair.run(0.2)
    before = len(pair.north.told)
    pair.run(10.5)
    told = [one for one in pair.north.told[before:] if one["event"] == "unanswered"]
    assert len(told) == MOST
    assert str(MOST + 10) in pair.north.heard("ringing")[-1]["says"]
    assert not entries(pair.north, "fault", "node")


def test_effects_hold_no_fact_of_a_line_without_an_agreement() -> None:
    pair = Pair()
    line = line_of(pair.north)
    line.agreed = replace(line.agreed, terms=None, agreement="")
    effects = Effects()
    line.talking.adopt(effects, pair.now)
    line.talking.heard(e.InUse("F1", ""), pair.now)
    line.talking.tick(effects, pair.now)
    assert line.talking.judge is None and not effects.entries and not effects.writes
