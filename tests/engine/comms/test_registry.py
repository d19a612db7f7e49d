"""The registry and the terms say the same of every rule about communications."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from armslength.agreement.articles import ARTICLES, SUSPENDABLE
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import keys_of
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.comms.registry import RULES

ROOT = Path(__file__).resolve().parents[3]


def test_all_nine_rules_in_their_order() -> None:
    assert list(RULES) == [f"C0{n}" for n in range(1, 10)]
    assert [number for number in CONDUCT if number.startswith("C")] == list(RULES)


@pytest.mark.parametrize("number", RULES)
def test_a_rule_is_named_as_the_terms_name_it_and_its_figures_are_theirs(number: str) -> None:
    text, form = RULES[number].text, CONDUCT[number]
    assert (text.id, text.title) == (number, form.title)
    assert set(text.provisions) <= SUSPENDABLE
    own = {one.attribute for one in text.parameters if "." not in one.attribute}
    assert own == {key.attribute for key in form.keys}
    for one in text.parameters:
        if "." in one.attribute:
            article, name = one.attribute.split(".")
            keys = {key.attribute: key.key for key in keys_of(ARTICLES[article])}
            assert one.key == f"{article}.{keys[name]}"
        else:
            assert one.key == f"conduct.{number}." + next(k.key for k in form.keys if k.attribute == one.attribute)
    assert all(getattr(text, one.name) for one in fields(text) if one.name not in {"provisions"})


@pytest.mark.parametrize("number", RULES)
def test_each_rule_is_one_small_file(number: str) -> None:
    path = ROOT / "src" / "armslength" / "engine" / "comms" / f"{number.lower()}.py"
    assert RULES[number].__module__.endswith(number.lower()) and len(path.read_text().splitlines()) <= 200
    assert RULES[number].takes


def test_a_finding_is_told_the_same_on_both_sides() -> None:
    found = Finding("C06", "m", Outcome.BREACH, Severity.SEV1, "N", 5, None, 60.0, 60.0, "s", ("deal#4",), "Late.")
    said = found.as_dict()
    assert said["severity"] == "SEV1" and said["opened_ns"] == "5" and said["closed_ns"] is None
    assert said["value"] == "60.000" and said["evidence"] == ["deal#4"] and str(said["finding"]).startswith("finding:")
