"""Articles that nobody knows yet are kept, and known ones misspelt are not taken for them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings

from agreement.made_up import EXTRA, UNKNOWN
from armslength.agreement.reading import KEYS, parse_terms, read_terms
from armslength.agreement.terms import default_terms
from armslength.agreement.writing import as_dict, write_terms
from armslength.errors import AgreementError

TOP = 'title = "T"\n'


SLOW = [HealthCheck.too_slow]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(EXTRA)
def test_articles_that_nobody_knows_survive_a_round_trip(extra: dict[str, object]) -> None:
    from dataclasses import replace

    terms = replace(default_terms(), extra=extra)
    again = parse_terms(write_terms(terms), "t.toml")
    assert repr(again.extra) == repr(extra) or again.extra == extra
    assert json.dumps(as_dict(again), allow_nan=False)


def test_an_unknown_article_of_every_kind_is_kept_in_its_type() -> None:
    text = """\
title = "T"
night = true
since = 1979-05-27T07:32:00Z
day = 1979-05-27
at = 07:32:00
[weather.wind]
least = 1e400
gusts = [1, [2.5, "x"], { a = 1 }]
[[quota]]
n = 1
[[quota]]
n = 2
inner = [{ a = 1 }, { b = [] }]
"""
    reading = read_terms(text, "t.toml")
    extra = reading.terms.extra
    assert extra["since"] == datetime(1979, 5, 27, 7, 32, tzinfo=UTC)
    assert (extra["day"], extra["at"], extra["night"]) == (date(1979, 5, 27), time(7, 32), True)
    assert extra["weather"]["wind"] == {"least": float("inf"), "gusts": [1, [2.5, "x"], {"a": 1}]}
    assert extra["quota"] == [{"n": 1}, {"n": 2, "inner": [{"a": 1}, {"b": []}]}]
    assert parse_terms(write_terms(reading.terms), "t.toml") == reading.terms
    told = [doubt for doubt in reading.doubts if "Not executed by this version" in doubt]
    assert len(told) == 6
    assert told[0].startswith("t.toml, line 2, night: ")


@pytest.mark.parametrize("name", [name for name in KEYS[""] if name != "title"])
def test_a_known_article_misspelt_is_not_taken_for_an_unknown_one(name: str) -> None:
    for wrong in {f"{name}s", name.upper(), name.replace("_", "-"), name.replace("_", ""), name[:-1], name + "_"} - {
        name
    }:
        if len(name) < 5 and wrong in {name[:-1]}:
            continue  # "are" is not "area" for certain
        with pytest.raises(AgreementError, match="not a known key") as caught:
            parse_terms(f"{TOP}[{wrong}]\nx = 1\n", "t.toml")
        assert "Did you mean" in caught.value.remedy


@given(UNKNOWN)
def test_what_is_unlike_every_known_article_is_not_refused(name: str) -> None:
    assert parse_terms(f"{TOP}[{json.dumps(name, ensure_ascii=False)}]\nx = 1\n", "t.toml").extra == {name: {"x": 1}}


@pytest.mark.parametrize(
    "key", ["parties", "frequencies", "blocks", "protected_sites", "minima", "exemptions", "callsigns"]
)
def test_what_people_would_call_an_article_is_sent_to_it(key: str) -> None:
    with pytest.raises(AgreementError, match="not a known key"):
        parse_terms(f"{TOP}[[{key}]]\nx = 1\n", "t.toml")
