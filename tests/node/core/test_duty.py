"""Watch-keeping: who is on duty, what rings until somebody takes it, what is held, and what is not relayed in time."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from armslength.node.core.inputs import Command
from armslength.node.telling import in_words
from armslength.node.views import NodeViews
from node.core.pair import Pair, Side

EMG = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "SOUTH AIRCRAFT"}
LIT = {"kind": "FLARE"}


def do(pair: Pair, side: Side, verb: str, **args: Any) -> dict[str, Any]:
    """Ask `side` for something, and return the answer."""
    number = len(side.replies) + 1
    pair.give(side, Command(number, "duty officer", verb, args))
    return dict(side.replies[number])


def entries(side: Side, kind: str, book: str = "river-2026") -> list[dict[str, Any]]:
    return [json.loads(s.payload) for s in side.store.entries.get(book, []) if s.entry.kind == kind]


def open_pair() -> Pair:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    return pair


def views(pair: Pair, side: Side) -> NodeViews:
    clock: Any = SimpleNamespace(utc_ns=lambda: pair.now.utc_ns, speed=1.0)
    runner: Any = SimpleNamespace(storing=True, hangs=False, steps=3, commits=2, clock=clock)
    return NodeViews(side.core, runner, clock, pair.now.utc_ns)


def test_a_watch_goes_on_duty_hands_over_and_goes_off_and_is_entered() -> None:
    pair = open_pair()
    assert views(pair, pair.north).status()["duty"]["watch"] is None
    on = do(pair, pair.north, "duty on", watch="red", languages="English,Russian")
    assert (on["watch"], on["languages"]) == ("RED", ["English", "Russian"])
    assert "error" in do(pair, pair.north, "duty on", watch="BLUE", languages="English")
    assert "error" in do(pair, pair.north, "duty hand-over", watch="RED")
    over = do(pair, pair.north, "duty hand-over", watch="BLUE")
    assert (over["watch"], over["was"], over["languages"]) == ("BLUE", "RED", ["English", "Russian"])
    assert do(pair, pair.north, "duty off")["watch"] is None
    assert "error" in do(pair, pair.north, "duty off")
    assert [one["what"] for one in entries(pair.north, "duty", "node")] == ["on", "handed over", "off"]
    assert not entries(pair.north, "duty")  # whose watch it is concerns no counterpart


@pytest.mark.parametrize("watch", ["", "COL. IVANOV", "A" * 13, "Ж", "red/blue"])
def test_what_is_no_name_of_a_watch_is_refused(watch: str) -> None:
    pair = open_pair()
    assert "error" in do(pair, pair.north, "duty on", watch=watch, languages="English")


@pytest.mark.parametrize("languages", ["", "English;Russian", [1], "x", None])
def test_what_is_no_language_is_refused(languages: Any) -> None:
    pair = open_pair()
    assert "error" in do(pair, pair.north, "duty on", watch="RED", languages=languages)


def test_a_watch_stays_on_duty_over_a_restart() -> None:
    pair = open_pair()
    do(pair, pair.north, "duty on", watch="RED", languages="English")
    before = views(pair, pair.north).status()["duty"]
    pair.restart(pair.north)
    assert views(pair, pair.north).status()["duty"] == before


def test_ground_line_checks_carry_the_watch_and_none_where_nobody_is_on_duty() -> None:
    pair = open_pair()
    do(pair, pair.north, "check")
    pair.run(1.0)
    do(pair, pair.north, "duty on", watch="RED", languages="English")
    do(pair, pair.south, "duty on", watch="NIGHT 2", languages="Russian")
    do(pair, pair.north, "check")
    pair.run(1.0)
    said = [one["fields"].get("watch") for one in entries(pair.south, "message in") if one["code"] == "GCK"]
    assert said[-1] == "RED" and said[-2] is None
    answers = [one["fields"].get("watch") for one in entries(pair.north, "message in") if one["code"] == "GCR"]
    assert answers[-1] == "NIGHT 2" and answers[-2] is None


def test_a_watch_that_speaks_no_agreed_language_is_said() -> None:
    pair = open_pair()
    assert not do(pair, pair.north, "duty on", watch="RED", languages="English")["says"]
    assert "no language" in do(pair, pair.north, "duty hand-over", watch="BLUE", languages="Russian")["says"]


def test_every_call_that_is_owed_an_answer_rings_until_it_is_taken_and_flash_is_louder() -> None:
    pair = open_pair()
    urgent = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    usual = do(pair, pair.south, "send", code="SAG", fields={"part": "ALL"})["id"]
    pair.run(65.0)
    loud, low = (pair.north.heard("unanswered", id=one) for one in (urgent, usual))
    assert {one["loudness"] for one in loud} == {"full"} and {one["loudness"] for one in low} == {"low"}
    assert len(loud) > len(low) >= 1 and all(one["sounds"] for one in loud + low)
    do(pair, pair.north, "mark", id=urgent, mark="UNDERSTOOD")
    assert "error" not in do(pair, pair.north, "mark", id=usual, mark="UNDERSTOOD")
    count = len(pair.north.heard("unanswered"))
    pair.run(100.0)
    assert len(pair.north.heard("unanswered")) == count
    do(pair, pair.north, "check")
    pair.run(60.0)
    assert len(pair.south.heard("unanswered")) == 0  # what a node says by itself rings nowhere


def test_an_answer_takes_a_call_and_stand_by_does_not() -> None:
    pair = open_pair()
    first, second = (do(pair, pair.south, "send", code="STP", fields=LIT)["id"] for _ in range(2))
    pair.run(1.0)
    assert "id" in do(pair, pair.north, "send", code="WIL", ref=first)
    assert "id" in do(pair, pair.north, "send", code="SBY", ref=second, fields={"wait_s": 60})
    pair.run(50.0)
    assert not pair.north.heard("unanswered", id=first) and pair.north.heard("unanswered", id=second)
    pair.restart(pair.north)
    pair.run(30.0)
    (line,) = pair.north.core.lines.values()
    assert [one.message.id for one in line.unanswered(pair.now)] == [second]  # nor is that forgotten


def test_what_expires_rings_no_more_and_what_came_too_late_never() -> None:
    pair = open_pair()
    fields = {"min_dist_m": 9260}
    sent = do(pair, pair.south, "send", code="INC", fields=fields, valid_for="25 s")
    assert "id" in sent, sent
    pair.run(60.0)
    assert 1 <= len(pair.north.heard("unanswered", id=sent["id"])) <= 3
    pair.cut()
    late = do(pair, pair.south, "send", code="INC", fields=fields, valid_for="5 s")["id"]
    pair.run(30.0)
    pair.mend()
    pair.run(60.0)
    assert pair.north.heard("received", id=late)[0]["expired"]
    assert not pair.north.heard("unanswered", id=late)


def test_a_hand_over_understands_nothing() -> None:
    pair = open_pair()
    do(pair, pair.north, "duty on", watch="RED", languages="English")
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(1.0)
    assert do(pair, pair.north, "duty hand-over", watch="BLUE")["ringing"] == 1
    pair.run(30.0)
    assert pair.north.heard("unanswered", id=message)


def test_an_answer_that_is_held_goes_on_ringing_and_is_entered_with_its_reason() -> None:
    pair = open_pair()
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(1.0)
    assert "error" in do(pair, pair.north, "hold", id=message, reason="lunch")
    assert "error" in do(pair, pair.south, "hold", id=message, reason="named-person")
    held = do(pair, pair.north, "hold", id=message[:15], reason="named-person")
    assert held["reason"] == "NAMED_PERSON"
    pair.run(200.0)
    assert pair.north.heard("unanswered", id=message)
    assert [one["reason"] for one in entries(pair.north, "held")] == ["NAMED_PERSON"]
    late = [one for one in entries(pair.north, "finding") if one["rule"] == "C06"]
    assert [one["about"] for one in late] == [f"{message} capture"] and "named person" in late[0]["explanation"]


def test_what_is_not_relayed_in_time_is_told_and_sounds_until_it_is() -> None:
    pair = open_pair()
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(1.0)
    do(pair, pair.north, "mark", id=message, mark="UNDERSTOOD")
    pair.run(pair.terms.answering.flash_relayed_s - 2.0)
    assert not pair.north.heard("overdue")
    pair.run(30.0)
    told = pair.north.heard("overdue", id=message)
    assert told and told[0]["sounds"] and "NOT RELAYED" in in_words(told[0], pair.now.utc_ns)
    do(pair, pair.north, "mark", id=message, mark="RELAYED")
    count = len(pair.north.heard("overdue"))
    pair.run(60.0)
    assert len(pair.north.heard("overdue")) == count
