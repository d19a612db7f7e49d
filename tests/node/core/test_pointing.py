"""The rescue centre of an ADC: on the screens of both posts by the terms in force there, and in no message or log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.articles import Assistance
from armslength.agreement.terms import Terms
from armslength.node.core.inputs import Command
from armslength.node.core.pointing import CENTRE, NO_CENTRE, centre_said, from_terms
from armslength.node.telling import as_json, in_words
from armslength.wording import spoken, words
from node.core.pair import Pair, Side, terms_of

RESCUE = "River rescue, +00 112"
NAMED: Terms = replace(terms_of(), assistance=Assistance(rescue_centre=RESCUE))


def posts(terms: Terms = NAMED) -> Pair:
    """Return two posts where South has asked for assistance and North has declined by itself."""
    pair = Pair(terms=terms)
    pair.mend()
    pair.run(1.0)
    pair.give(pair.south, Command(1, "duty officer", "send", {"code": "AST", "fields": {"nature": "SEARCH"}}))
    pair.run(2.0)
    return pair


def told(side: Side) -> dict[str, Any]:
    """Return the ADC as its officer is told of it."""
    (found,) = side.heard("received", code="ADC") or side.heard("sent", code="ADC")
    return found


def test_both_officers_see_and_hear_the_centre_with_its_contact() -> None:
    pair = posts()
    for side in (pair.north, pair.south):
        adc = told(side)
        assert adc["fields"] == {"rescue_centre": CENTRE} and adc["from_terms"] == {"rescue_centre": RESCUE}
        for language in ("en", "ru"):
            said = words(("ADC", adc["fields"]), language, "A", "B", from_terms=adc["from_terms"])
            assert RESCUE.upper() in said and CENTRE.upper() not in said
        aloud = spoken(words(("ADC", adc["fields"]), "en", "A", "B", from_terms=adc["from_terms"]))
        assert "RIVER RESCUE" in aloud and "PLUS ZERO ZERO ONE ONE TWO" in aloud
        (line,) = side.core.lines.values()
        rows = [one.as_dict(line.name) for one in line.log.latest() if one.message.code == "ADC"]
        assert [row["from_terms"] for row in rows] == [{"rescue_centre": RESCUE}]


def test_no_log_ledger_or_store_holds_the_centre() -> None:
    pair = posts()
    for side in (pair.north, pair.south):
        adc = told(side)
        logs = "".join(as_json(one, 0) + in_words(one, 0) for one in (adc, {**adc, "event": "news"}))
        assert "River" not in logs and logs.count(CENTRE) == 4
        assert "River" not in str(side.store) and "River" in str(side.told)


@pytest.mark.parametrize(
    ("centre", "said", "seen"),
    [
        (RESCUE, CENTRE, {"rescue_centre": RESCUE}),
        (RESCUE, NO_CENTRE, {"rescue_centre": RESCUE}),
        ("", CENTRE, {"rescue_centre": NO_CENTRE}),
        (RESCUE, "+99 1", {"rescue_centre": f"{RESCUE}; the other side names +99 1"}),
        ("", "+99 1", {}),
        (RESCUE, RESCUE, {}),
    ],
)
def test_the_terms_of_the_reader_prevail(centre: str, said: str, seen: dict[str, str]) -> None:
    terms = replace(NAMED, assistance=Assistance(rescue_centre=centre))
    assert from_terms("ADC", {"rescue_centre": said}, terms) == seen
    assert from_terms("AST", {"nature": "SEARCH"}, terms) == {}
    assert centre_said(terms) == (CENTRE if centre else NO_CENTRE)
