"""The registry of rules G and the terms say the same of every rule."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from armslength.agreement.articles import ARTICLES, SUSPENDABLE
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import keys_of
from armslength.agreement.terms import NearMiss, Separation, default_terms
from armslength.engine.conduct.registry import RULES, reach

ROOT = Path(__file__).resolve().parents[3]
OTHERS = {"separation": Separation, "near_miss": NearMiss}


def test_rules_stand_in_the_order_of_the_terms():
    assert list(RULES) == [number for number in CONDUCT if number in RULES]
    assert all(number.startswith("G") for number in RULES)


@pytest.mark.parametrize("number", RULES)
def test_a_rule_is_named_as_the_terms_name_it_and_its_figures_are_theirs(number):
    text, form = RULES[number].text, CONDUCT[number]
    assert (text.id, text.title) == (number, form.title)
    assert set(text.provisions) <= SUSPENDABLE
    assert {one.attribute for one in text.parameters if "." not in one.attribute} == {k.attribute for k in form.keys}
    for one in text.parameters:
        if "." not in one.attribute:
            assert one.key == f"conduct.{number}." + next(k.key for k in form.keys if k.attribute == one.attribute)
            continue
        article, name = one.attribute.split(".")
        kind = OTHERS.get(article) or ARTICLES[article]
        assert one.key == f"{article}.{ {key.attribute: key.key for key in keys_of(kind)}[name] }"
    assert all(getattr(text, one.name) for one in fields(text) if one.name != "provisions")


@pytest.mark.parametrize("number", RULES)
def test_each_rule_is_one_small_file_with_a_slow_reading(number):
    path = ROOT / "src" / "armslength" / "engine" / "conduct" / f"{number.lower()}.py"
    assert RULES[number].judge.__module__.endswith(number.lower()) and len(path.read_text().splitlines()) <= 250
    beside = ROOT / "tests" / "engine" / "conduct"
    reading = beside / "reading" / f"{number.lower()}.py"
    assert "armslength.engine" not in reading.read_text()
    assert (beside / f"test_{number.lower()}.py").exists()


def test_the_vicinity_holds_every_rule():
    terms = default_terms()
    wide = reach(terms)
    for rule in RULES.values():
        assert wide | rule.reach(terms) == wide
