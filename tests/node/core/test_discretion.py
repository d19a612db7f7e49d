"""Free text that the filter stops does not leave a core, by whatever door, until a person has decided."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.articles import Assistance, Scope
from armslength.errors import DisclosureError
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Command
from armslength.units import NS
from node.core.pair import Pair, Side, terms_of

CASE = {"case": "N-12", "rule_ids": "G05", "language": "en"}
HARMLESS = "Your aircraft passed 0.3 NM ahead of ours at FL250, at 03:10:05 UTC, and did not answer on F1."
WORD = "After that your aircraft turned back, armed, and left to the west."
PLACE = "It was over 35.4321N 38.1234E."
EMG = {"nature": "DISTRESS", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT"}


@pytest.fixture
def pair() -> Pair:
    """Return two nodes that talk."""
    made = Pair()
    made.mend()
    made.run(5.0)
    return made


def ask(pair: Pair, verb: str, side: Side | None = None, **args: Any) -> dict[str, Any]:
    """Return what a verb answers; NORTH is asked."""
    pair.number += 1
    asked = side or pair.north
    pair.give(asked, Command(pair.number, "duty officer", verb, args))
    return dict(asked.replies[pair.number])


def protest(pair: Pair, text: str, **more: Any) -> dict[str, Any]:
    """Return what the wish to send a protest with this text is answered with."""
    return ask(pair, "send", code="PRT", fields={**CASE, "text": text, **more})


def entered(pair: Pair, kind: str) -> list[dict[str, Any]]:
    """Return the entries of one kind in NORTH's book."""
    found = pair.north.store.entries.get(pair.agreement, [])
    return [json.loads(one.payload) for one in found if one.entry.kind == kind]


def test_what_holds_nothing_leaves(pair: Pair) -> None:
    assert "error" not in protest(pair, HARMLESS)
    pair.run(5.0)
    assert [one["code"] for one in pair.south.heard("received")].count("PRT") == 1
    assert entered(pair, "draft stopped") == []


def test_a_word_stops_it_until_somebody_has_decided(pair: Pair) -> None:
    refused = protest(pair, WORD)["error"]
    assert refused["where"] == "text" and "weapon" in refused["what"] and "armed" not in str(refused)
    (stopped,) = entered(pair, "draft stopped")
    assert stopped["kinds"] == ["weapon"] and WORD not in str(stopped)
    done = ask(pair, "draft decide", text=WORD, decision="misread", reason="it says how they left")
    assert done["decided"] == "MISREAD" and done["draft"] == stopped["draft"]
    (decided,) = entered(pair, "draft decided")
    assert decided["post"] == "NORTH POST" and decided["reason"] and WORD not in str(decided)
    assert "error" not in protest(pair, WORD)
    (left,) = entered(pair, "draft let out")
    assert left["decided"] == "MISREAD"


def test_a_decision_holds_for_that_draft_alone_and_over_a_restart(pair: Pair) -> None:
    ask(pair, "draft decide", text=WORD, decision="MISREAD", reason="seen")
    pair.restart(pair.north)
    pair.mend()
    pair.run(5.0)
    assert "error" in protest(pair, WORD + " ")
    assert "error" not in protest(pair, WORD)
    ask(pair, "draft decide", text=WORD, decision="hold", reason="thought better of it")
    assert "error" in protest(pair, WORD)


def test_what_leaves_no_doubt_nobody_can_let_go(pair: Pair) -> None:
    for choice in ("MISREAD", "LET_GO"):
        refused = ask(pair, "draft decide", text=PLACE, decision=choice, reason="needed")["error"]
        assert refused["where"] == "decision" and "35.4321" not in str(refused)
    assert ask(pair, "draft decide", text=PLACE, decision="HOLD", reason="no")["decided"] == "HOLD"
    assert "error" in protest(pair, PLACE)


def test_what_the_terms_do_not_keep_out_a_person_can_let_go() -> None:
    pair = Pair(terms=replace(terms_of(), scope=Scope(("purpose_of_flight", "third_party_tracks"))))
    pair.mend()
    pair.run(5.0)
    assert "error" in protest(pair, PLACE), "it is asked about all the same"
    assert "error" not in ask(pair, "draft decide", text=PLACE, decision="LET_GO", reason="both agreed to such")
    assert "error" not in protest(pair, PLACE)


def test_the_position_of_the_own_aircraft_leaves_while_lives_depend_on_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, theirs = f"Our aircraft ditched. {PLACE[:-1]}, our crew is in a raft.", f"Your position was {PLACE[7:]}"
    assert "error" in protest(pair, own)
    assert "error" not in ask(pair, "send", code="EMG", fields=EMG)
    assert "error" not in protest(pair, own)
    assert "error" in protest(pair, theirs)
    monkeypatch.setattr("armslength.node.core.discretion.NEED_NS", 60 * NS)
    pair.run(70.0)
    assert "error" in protest(pair, own)


def test_a_draft_that_was_stopped_is_decided_by_its_digest(pair: Pair) -> None:
    draft = protest(pair, WORD)["error"]["remedy"].split("--draft ")[1].split()[0]
    assert "error" not in ask(pair, "draft decide", draft=draft, decision="misread", reason="seen")
    assert "error" not in protest(pair, WORD)
    for wrong in ("ffffffff", draft[:7], ""):
        assert ask(pair, "draft decide", draft=wrong, decision="misread", reason="seen")["error"]["where"] == "draft"
    pair.restart(pair.north)
    assert ask(pair, "draft review", draft=draft)["error"]["where"] == "draft", "no text outlives the node"


def test_a_reason_is_a_text_too(pair: Pair) -> None:
    refused = ask(pair, "draft decide", text=WORD, decision="MISREAD", reason="the missile was at 35.4321N 38.1234E")
    assert refused["error"]["where"] == "reason"
    assert entered(pair, "draft decided") == []


def test_a_review_enters_nothing(pair: Pair) -> None:
    before = len(pair.north.store.entries[pair.agreement])
    found = ask(pair, "draft review", text=f"{WORD} {PLACE}")
    assert found["final"] and found["kinds"] == ["ground position", "weapon"] and found["choices"] == ["HOLD"]
    assert len(pair.north.store.entries[pair.agreement]) == before


def test_there_is_no_other_door(pair: Pair) -> None:
    line = pair.north.core.lines["SOUTH"]
    with pytest.raises(DisclosureError):
        line.send("ANS", {"case": "N-1", "answer": "DISPUTE", "ref_hash": "sha256:" + "0" * 64, "language": "en",
                          "text": PLACE}, Effects(), pair.now, role="watch")  # fmt: skip


@pytest.mark.parametrize("verb", ["draft review", "draft decide"])
@pytest.mark.parametrize(
    ("args", "where"),
    [({}, "text"), ({"text": " "}, "text"), ({"text": "x" * 50_000}, "text"), ({"text": "\ud800"}, "text")],
)
def test_bad_input(pair: Pair, verb: str, args: dict[str, Any], where: str) -> None:
    assert ask(pair, verb, **args, decision="HOLD", reason="no")["error"]["where"] == where


def test_decisions_are_bounded(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armslength.node.core.discretion.MOST_DECIDED", 3)
    for number in range(5):
        ask(pair, "draft decide", text=f"{WORD} {number}", decision="MISREAD", reason="seen")
        pair.run(1.0)
    assert len(pair.north.store.rows[f"draft/{pair.agreement}"]) == 3
    assert "error" in protest(pair, f"{WORD} 0")
    assert "error" not in protest(pair, f"{WORD} 4")


def found(pair: Pair, side: Side) -> list[tuple[str, str, str]]:
    """Return outcome, party and first word of what D06 said last of each matter, in the book of `side`."""
    said: dict[str, dict[str, Any]] = {}
    for one in side.store.entries.get(pair.agreement, []):
        if one.entry.kind == "finding" and (payload := json.loads(one.payload))["rule"] == "D06":
            said[payload["finding"]] = payload
    return [(one["outcome"], one["by"], one["severity"]) for one in said.values()]


def test_what_was_let_go_both_sides_find(pair: Pair) -> None:
    ask(pair, "draft decide", text=WORD, decision="MISREAD", reason="seen")
    protest(pair, WORD)
    pair.run(5.0)
    assert found(pair, pair.north) == found(pair, pair.south) == [("NOT_DETERMINABLE", "NORTH", "SEV3")]


def test_a_filter_that_is_walked_around_is_found_by_the_other_side(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armslength.node.core.line.guard", lambda *_: None)
    protest(pair, PLACE)
    protest(pair, HARMLESS)
    pair.run(5.0)
    assert found(pair, pair.south) == [("BREACH", "NORTH", "SEV3")]


def test_a_draft_that_was_stopped_is_no_breach(pair: Pair) -> None:
    protest(pair, WORD)
    pair.run(2.0)
    assert found(pair, pair.north) == [("NO_BREACH", "NORTH", "SEV3")] and found(pair, pair.south) == []
    ask(pair, "draft decide", text=WORD, decision="HOLD", reason="no")
    pair.run(2.0)
    (last,) = [one for one in entered(pair, "finding") if one["rule"] == "D06"][-1:]
    assert last["closed_ns"] is not None and "HOLD" in last["explanation"]


def test_a_request_for_assistance_is_declined_by_the_node_itself(pair: Pair) -> None:
    ask(pair, "send", code="AST", fields={"nature": "RESCUE"})
    pair.run(400.0)
    assert found(pair, pair.north) == found(pair, pair.south) == []


def test_one_that_a_person_does_not_answer_is_found() -> None:
    pair = Pair(terms=replace(terms_of(), assistance=Assistance(answer="by a person")))
    pair.mend()
    pair.run(5.0)
    ask(pair, "send", code="AST", fields={"nature": "RESCUE"})
    pair.run(330.0)
    assert found(pair, pair.north) == found(pair, pair.south) == [("BREACH", "SOUTH", "SEV3")]
