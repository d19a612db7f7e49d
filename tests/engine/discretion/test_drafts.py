"""The filter held against drafts in two languages: what may leave passes, what must not is stopped; what is missed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from armslength.agreement.plain import plain
from armslength.agreement.terms import Party, Terms, default_terms
from armslength.engine.discretion import KINDS, review
from armslength.wording import lexicon

HERE = Path(__file__).parent
TERMS = replace(default_terms(), parties=(Party("NORTH"), Party("SOUTH")))


def drafts(name: str) -> list[list[str]]:
    """Return the rows of a file of drafts, in their columns."""
    rows = [row for row in (HERE / name).read_text("utf-8").splitlines() if row and not row.startswith("#")]
    return [row.split(" | ", 1 if name == "harmless.txt" else 2) for row in rows]


HARMLESS, STOPS, MISSED = (drafts(f"{name}.txt") for name in ("harmless", "stops", "missed"))


def test_there_are_enough_of_them() -> None:
    for language in ("en", "ru"):
        assert sum(row[0] == language for row in HARMLESS) >= 100
        assert sum(row[1] == language for row in STOPS) >= 60


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_what_may_leave_passes(language: str, text: str) -> None:
    assert [(text[one.start : one.end], one.kind, one.form) for one in review(text, language, TERMS).hits] == []


@pytest.mark.parametrize(("kind", "language", "text"), STOPS)
def test_what_must_not_is_stopped(kind: str, language: str, text: str) -> None:
    found = review(text, language, TERMS)
    assert found.stops and (kind == "any" or kind in found.kinds)
    for hit in found.hits:
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.why and hit.remedy and hit.article and hit.kind in KINDS


@pytest.mark.parametrize(("kind", "language", "text"), MISSED)
def test_what_is_missed_is_known(kind: str, language: str, text: str) -> None:
    """One that is stopped some day moves to the others."""
    assert not review(text, language, TERMS).stops


@pytest.mark.parametrize(("written", "most"), [(str.upper, 11), (str.lower, 15)])
def test_in_one_case_throughout_names_are_missed_and_little_else(written: Callable[[str], str], most: int) -> None:
    stopped = [text for language, text in HARMLESS if review(written(text), language, TERMS).stops]
    missed = [text for _, language, text in STOPS if not review(written(text), language, TERMS).stops]
    assert stopped == [] and len(missed) <= most


@pytest.mark.parametrize(("kind", "language", "text"), STOPS)
def test_a_draft_is_stopped_whatever_stands_around_it(kind: str, language: str, text: str) -> None:
    around = f"{HARMLESS[0][1]} {text}\n{HARMLESS[1][1]}"
    assert review(around, language, TERMS).stops


@pytest.mark.parametrize("short", ["en", "ru"])
def test_the_words_of_the_messages_pass(short: str) -> None:
    """They were written by others, for the same people."""
    said = [text for code in lexicon(short).codes.values() for text in (code.say, code.meaning)]
    assert len(said) == 80
    assert [text for text in said if review(text, short, TERMS).stops] == []


def test_the_terms_in_words_are_stopped_where_they_name_what_they_keep_out() -> None:
    said = [sentence for section in plain(TERMS) for sentence in section.sentences]
    stopped = [sentence for sentence in said if review(sentence, "en", TERMS).stops]
    assert len(said) > 40 and len(stopped) <= 3
    assert any(sentence.startswith("Not part of this deal") for sentence in stopped)


def terms_without(*items: str) -> Terms:
    """Return the terms without some of what they exclude."""
    scope = replace(TERMS.scope, excluded=tuple(one for one in TERMS.scope.excluded if one not in items))
    return replace(TERMS, scope=scope)


def test_the_terms_say_what_a_person_can_let_go() -> None:
    text = "It was at 34.5213N 40.9120E."
    assert review(text, "en", TERMS).final
    open_terms = review(text, "en", terms_without("targets", "intelligence"))
    assert open_terms.stops and not open_terms.final and [one.value for one in open_terms.choices][-1] == "LET_GO"


def test_what_no_terms_can_allow_stays() -> None:
    everything = terms_without(*TERMS.scope.excluded)
    for text in ("Its address was ICAO 4B1A2C.", "Your Su-35 came near."):
        found = review(text, "en", everything)
        assert found.final and found.hits[0].article == "disclosure.shared"


def test_names_of_the_terms_are_no_places_and_no_call_signs() -> None:
    named = replace(TERMS, parties=(Party("Norland", callsign="EAGLE", post="RIVER POST"), Party("SOUTH")))
    text = "Call sign EAGLE 21 was 5 NM north of Norland; River Post had been told."
    assert not review(text, "en", named).stops
    assert review(text, "en", TERMS).stops, "the control"
