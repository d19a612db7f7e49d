"""Call signs are those of the terms: others do not leave, and are kept as evidence where they come in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.terms import Party
from armslength.node.core import line
from armslength.node.core.callsigns import call_signs, stranger
from armslength.node.core.inputs import Command
from armslength.node.telling import in_words
from node.core.pair import Pair, terms_of

TERMS = replace(terms_of(), parties=(Party("NORTH", post="NORTH POST"), Party("SOUTH", callsign="RIVER FLIGHT")))
EMG: dict[str, Any] = {"nature": "MEDICAL", "commitment": "NONE"}


def test_a_party_names_its_aircraft_or_they_have_its_name() -> None:
    assert call_signs(TERMS) == ("NORTH AIRCRAFT", "RIVER FLIGHT")
    odd = replace(TERMS, parties=(Party("Long Republic of the North"), Party("Север")))
    assert all(0 < len(one) <= 21 for one in call_signs(odd))
    assert all(stranger(odd, "EMG", {"aircraft": f"{one} 21"}) == "" for one in call_signs(odd))


@pytest.mark.parametrize("sign", ["NORTH AIRCRAFT", "NORTH AIRCRAFT 2", "RIVER FLIGHT 21"])
def test_what_the_terms_call_aircraft_is_known(sign: str) -> None:
    assert stranger(TERMS, "EMG", {"aircraft": sign}) == ""
    assert stranger(TERMS, "INC", {"addressed": sign}) == ""
    assert stranger(TERMS, "COR", {"field": "aircraft", "value": sign}) == ""


@pytest.mark.parametrize(
    "sign", ["SU-35 RED 24", "F-16-VIPER-21", "NORTH AIRCRAFT 123", "SOUTH AIRCRAFT", "NORTH POST"]
)
def test_any_other_call_sign_is_not(sign: str) -> None:
    assert stranger(TERMS, "EMG", {"aircraft": sign}) == "aircraft"
    assert stranger(TERMS, "INC", {"addressed": sign}) == "addressed"
    assert stranger(TERMS, "COR", {"field": "aircraft", "value": sign}) == "value"


def test_an_identity_is_a_side_of_the_terms_and_no_free_text() -> None:
    assert stranger(TERMS, "IDR", {"side": "NORTH AIRCRAFT", "number_in_flight": 2}) == ""
    dashed = replace(TERMS, parties=(Party("NORTH-EAST"), Party("SOUTH", callsign="RIVER FLIGHT")))
    assert stranger(dashed, "IDR", {"side": "NORTH EAST AIRCRAFT"}) == ""
    for other in ("NORTH AIRCRAFT TWO", "TANKER OVER THE RIVER", "NORTH POST", "NORTH"):
        assert stranger(TERMS, "IDR", {"side": other}) == "side"
        assert stranger(TERMS, "COR", {"field": "side", "value": other}) == "value"
    pair = Pair()
    assert say(pair, "IDR", {"side": "FOUR STRIKE FIGHTERS", "number_in_flight": 4})["error"]["where"] == "side"
    assert "error" not in say(Pair(), "IDR", {"side": "SOUTH AIRCRAFT", "number_in_flight": 4})


def test_a_station_may_be_a_post() -> None:
    assert stranger(TERMS, "RCK", {"station": "NORTH POST"}) == ""
    assert stranger(TERMS, "RCK", {"station": "VIPER 21"}) == "station"


def say(pair: Pair, code: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Let South say it, and return the reply."""
    pair.mend()
    pair.run(1.0)
    command = {"code": code, "fields": fields, **more}
    pair.give(pair.south, Command(1, "duty officer", "send", command))
    pair.run(1.0)
    return dict(pair.south.replies[1])


CLB: dict[str, Any] = {"to_level_ft": 25_000, "to_level_datum": "STANDARD"}


def test_the_gate_refuses_it_and_names_the_verb_that_shows_them() -> None:
    pair = Pair()
    reply = say(pair, "CLB", {**CLB, "aircraft": "F-16-VIPER-21"}, valid_for="60 s")
    assert reply["error"]["where"] == "aircraft" and "armslength agreement show" in reply["error"]["remedy"]
    assert not any(sign in str(reply) for sign in (*call_signs(terms_of()), "VIPER"))
    assert pair.north.heard("received", code="CLB") == []
    assert "error" not in say(Pair(), "CLB", {**CLB, "aircraft": "SOUTH AIRCRAFT 2"}, valid_for="60 s")


@pytest.mark.parametrize(
    ("code", "fields"),
    [("EMG", EMG | {"aircraft": "VIPER 21"}), ("TFA", {"clock": 3, "urgency": "NORMAL", "addressed": "VIPER 21"})],
)
def test_no_warning_waits_for_a_call_sign_but_it_is_flagged_on_both_sides(code: str, fields: dict[str, Any]) -> None:
    pair = Pair()
    more = {"valid_for": "60 s"} if code == "TFA" else {}
    where = "aircraft" if code == "EMG" else "addressed"
    reply = say(pair, code, fields, **more)
    assert reply["unknown_call_sign"] == where
    (received,) = pair.north.heard("received", code=code)
    assert received["unknown_call_sign"] == where and "CALL SIGN NOT OF THE TERMS" in in_words(received, 0)
    assert pair.north.heard("evidence") == [], "a warning accuses nobody"
    pair.restart(pair.north)
    log = next(iter(pair.north.core.lines.values())).log.latest()
    kept = {one.message.code: one.unknown_call_sign for one in log}
    assert kept[code] == where and set(kept.values()) == {"", where}, "it is flagged after a restart too"
    plain = say(Pair(), code, {**fields, where: "SOUTH AIRCRAFT"}, **more)
    assert plain["unknown_call_sign"] == ""


def test_a_dry_run_says_the_same_as_the_gate() -> None:
    assert "error" in say(Pair(), "CLB", {**CLB, "aircraft": "VIPER 21"}, dry_run=True)
    assert say(Pair(), "EMG", {**EMG, "aircraft": "VIPER 21"}, dry_run=True)["unknown_call_sign"] == "aircraft"


def test_one_that_comes_in_is_delivered_flagged_and_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    for sign, gate, breaches in (("SU-35 RED 24", False, 1), ("SOUTH AIRCRAFT 2", True, 0)):
        with monkeypatch.context() as patch:
            if not gate:
                patch.setattr(line, "checked", lambda *_: "")  # a South that does not hold itself to the terms
            pair = Pair()
            say(pair, "CLB", {**CLB, "aircraft": sign}, valid_for="60 s")
        (received,) = pair.north.heard("received", code="CLB")
        assert received["unknown_call_sign"] == ("aircraft" if breaches else "")
        assert len(pair.north.heard("evidence", reason="unknown call sign")) == breaches
