"""All rules in one registry: as the terms have them, and as the page of the documentation says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from armslength.agreement.articles import SUSPENDABLE
from armslength.agreement.articles_conduct import CONDUCT
from armslength.node.rules import RULES

ROOT = Path(__file__).resolve().parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_rules_page", ROOT / "scripts" / "write_rules_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_registry() -> None:
    assert script().PAGE.read_text("utf-8") == script().page(), "run scripts/write_rules_page.py"


def test_every_rule_of_the_terms_is_there_in_their_order() -> None:
    assert list(RULES) == list(CONDUCT)


@pytest.mark.parametrize("number", list(RULES))
def test_a_rule_is_named_as_the_terms_name_it_and_all_its_figures_are_told(number: str) -> None:
    text, form = RULES[number], CONDUCT[number]
    assert (text.id, text.title) == (number, form.title)
    assert set(text.provisions) <= SUSPENDABLE
    assert {one.key for one in text.parameters} >= {f"conduct.{number}.{key.key}" for key in form.keys}
    assert all((text.words, text.basis, text.test, text.exceptions, text.severity, text.evidence, text.by))
