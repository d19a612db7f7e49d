"""An answer names what it answers: the node lets only such answers out as the code asked takes."""

from __future__ import annotations

from typing import Any

import pytest

from armslength.node.core import messages
from armslength.node.core.inputs import Command
from node.core.pair import Pair, Side
from node.core.test_talking import found, quick

AST = {"nature": "MEDICAL"}
EMG = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT"}


@pytest.fixture
def pair() -> Pair:
    made = Pair()
    made.mend()
    made.run(1.0)
    return made


def say(pair: Pair, side: Side, number: int, code: str, fields: dict[str, Any], ref: str | None = None) -> Any:
    args = {"code": code, "fields": fields} | ({"ref": ref} if ref else {})
    pair.give(side, Command(number, "duty officer", "send", args))
    pair.run(1.0)
    return side.replies[number]


def emergency(pair: Pair) -> str:
    return str(say(pair, pair.north, 1, "EMG", EMG)["id"])


def test_an_emergency_takes_roger_and_not_will_comply(pair: Pair) -> None:
    asked = emergency(pair)
    refused = say(pair, pair.south, 2, "WIL", {}, asked)["error"]
    assert "WIL does not answer EMG" in refused["what"] and "ROG" in refused["remedy"]
    assert not pair.south.heard("sent", code="WIL") and not pair.north.heard("received", code="WIL")
    assert "error" not in say(pair, pair.south, 3, "ROG", {}, asked)
    assert pair.north.heard("received", code="ROG")


def test_nobody_answers_his_own_message_and_a_correction_of_it_is_none(pair: Pair) -> None:
    asked = emergency(pair)
    assert "is ours" in say(pair, pair.north, 2, "ROG", {}, asked)["error"]["what"]
    assert "error" not in say(pair, pair.north, 3, "COR", {"field": "nature", "value": "DISTRESS"}, asked)


def test_without_the_check_it_would_go_out(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "may_answer", lambda answer, asked: True)
    asked = emergency(pair)
    assert "error" not in say(pair, pair.south, 2, "WIL", {}, asked)


@pytest.mark.parametrize(
    ("code", "fields"), [("ROG", {}), ("SBY", {"wait_s": 60}), ("WIL", {}), ("SAG", {"part": "ALL"})]
)
def test_a_request_for_assistance_is_declined_or_refused_and_nothing_else(
    pair: Pair, code: str, fields: dict[str, Any]
) -> None:
    asked = say(pair, pair.north, 1, "AST", AST)
    refused = say(pair, pair.south, 2, code, fields, asked["id"])["error"]
    assert refused["remedy"] == "Answers to AST: UNA, ADC."
    assert "error" not in say(pair, pair.south, 3, "UNA", {"reason": "NOT_IN_TERMS"}, asked["id"])


def test_the_post_that_asked_for_assistance_owes_nothing_on_the_answer_of_a_node() -> None:
    """An ADC sounds until somebody has it, and is no matter of C06 and C08; what was asked is one."""
    pair = Pair(terms=quick())
    pair.mend()
    asked = say(pair, pair.south, 1, "AST", AST)
    pair.run(500.0)
    (declined,) = pair.south.heard("received", code="ADC")
    assert declined["sounds"] and pair.south.heard("unanswered", id=declined["id"])
    assert not pair.south.heard("overdue")
    for side in (pair.north, pair.south):
        judged = [one for rule in ("C06", "C08") for one in found(side, rule)]
        assert {(one["about"], one["by"]) for one in judged} == {(asked["id"], "NORTH")}
