"""What the terms say and no node does is said, and only that: the table and the code are held together."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import armslength
from armslength.agreement.articles import ARTICLES, SUSPENDABLE
from armslength.agreement.articles_kinds import keys_of
from armslength.agreement.plain import plain
from armslength.agreement.terms import Terms, default_terms
from armslength.agreement.unexecuted import HEADING, UNEXECUTED

SOURCE = Path(armslength.__file__).parent
ONLY_SAID = re.compile(
    r"agreement/(articles|plain|reading|writing|doubts|refusals|compare|unexecuted|drafting|profile)"
)
"""Files that show, read, write, check and compare terms: what is named in these alone is not executed."""
NO_NODE = ("demo/", "bench/", "scenario/", "report/")
"""These make terms up, or draw them."""
EXECUTED_OTHERWISE = {
    "suspension.provisions": "agreement/noticing.py",
    "suspension.notice_s": "agreement/noticing.py",
    "ending.notice_s": "agreement/noticing.py",
    "validity.from_ns": "agreement/document.py",
    "validity.until_ns": "agreement/document.py",
}


@cache
def accesses() -> dict[str, set[str]]:
    """Return where each `article.field` is looked at by something that acts on it; names of tables are followed."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        at = path.relative_to(SOURCE).as_posix()
        if ONLY_SAID.match(at) or at.startswith(NO_NODE):
            continue
        tree = ast.parse(path.read_text())
        named = {
            target.id: node.value.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        named |= {
            target.id: value.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
            for targets in node.targets
            if isinstance(targets, ast.Tuple)
            for target, value in zip(targets.elts, node.value.elts, strict=False)
            if isinstance(target, ast.Name) and isinstance(value, ast.Attribute)
        }
        kinds = {kind.__name__: name for name, kind in ARTICLES.items()}
        named |= {
            node.arg: kinds[node.annotation.id]
            for node in ast.walk(tree)
            if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name) and node.annotation.id in kinds
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            inner = node.value
            owner = inner.attr if isinstance(inner, ast.Attribute) else ""
            if isinstance(inner, ast.Name):
                owner = named.get(inner.id, "terms" if inner.id == "terms" else "")
            found.setdefault(f"{owner}.{node.attr}", set()).add(at)
    return found


def shown_only(article: str, field: str) -> bool:
    return any(one.article == article and (not one.fields or field in one.fields) for one in UNEXECUTED)


FIELDS = [(name, key.attribute) for name, article in ARTICLES.items() for key in keys_of(article)]


@pytest.mark.parametrize(("article", "field"), FIELDS)
def test_what_is_executed_is_not_in_the_table_and_what_is_not_is(article: str, field: str) -> None:
    where = accesses().get(f"{article}.{field}", set())
    executed = bool(where) or f"{article}.{field}" in EXECUTED_OTHERWISE
    assert executed is not shown_only(article, field), (article, field, where)


def test_lists_of_the_terms_are_in_the_table_or_looked_at() -> None:
    found = accesses()
    for name in (
        "separation", "near_miss", "lookahead_s", "alert_s", "area", "exempt", "parties", "datum", "blocks",
        "protected_sites", "frequencies", "conduct",
    ):  # fmt: skip
        assert f"terms.{name}" in found and not shown_only(name, "")


def test_the_test_can_fail() -> None:
    found = accesses()
    assert "core/patience.py" in str(found["ground_line.vanish_s"])
    assert "disclosure.budget_s_per_h" not in found


@pytest.mark.parametrize("one", UNEXECUTED, ids=lambda one: one.article)
def test_every_row_names_what_there_is_and_is_shown(one: object) -> None:
    row = next(row for row in UNEXECUTED if row is one)
    known = {key.attribute for key in keys_of(ARTICLES[row.article])} if row.article in ARTICLES else set()
    assert hasattr(default_terms(), row.article) and set(row.fields) <= known
    assert row.says.endswith(".") and not re.search(r"[0-9]", row.says)


def test_show_says_it_last_and_leaves_out_what_is_absent() -> None:
    terms = replace(default_terms(), extra={"later": "x"})
    section = plain(terms)[-1]
    assert section.heading == HEADING and "later" in section.sentences[-1]
    assert any("no budget is kept" in says for says in section.sentences)
    assert not any("two persons" in says or "Reserved blocks" in says for says in section.sentences)


def test_suspending_does_what_the_row_of_disclosure_says() -> None:
    from armslength.agreement.articles import Automation
    from armslength.agreement.rules import may_disclose

    terms: Terms = replace(default_terms(), automation=Automation(traffic_advisory=True))
    assert "disclosure" in SUSPENDABLE
    silent = replace(terms, disclosure=replace(terms.disclosure, mode="none"))
    assert may_disclose(silent, (), "TFA", automatic=True).allowed  # else take the row away
    assert not may_disclose(silent, ("disclosure",), "TFA", automatic=True).allowed
