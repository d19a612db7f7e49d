"""docs/terms.md and docs/membership.md hold every key, with its default; the examples are what they explain."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from armslength.agreement.articles import ARTICLES
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.reading import KEYS, parse_terms
from armslength.agreement.rules import GATE
from armslength.agreement.terms import CATEGORIES, default_terms
from armslength.agreement.writing import value_of, write_terms
from armslength.errors import AgreementError
from armslength.node.membership import KEYS as MEMBER_KEYS
from armslength.node.membership import load_membership
from armslength.toml_source import read

DOCS = Path(__file__).parents[2] / "docs"
HEADINGS = {
    "": "The top of the file",
    "separation": "[separation]",
    "near_miss": "[near_miss]",
    "area": "[area]",
    "exempt": "[[exempt]]",
    "circle": "circle",
    "box": "box",
    "party": "[[party]]",
    "uncrewed": "[[party.uncrewed]]",
    "category": "[manoeuvre.CATEGORY]",
    "block": "[[block]]",
    "protected_site": "[[protected_site]]",
    "frequency": "[[frequency]]",
    **{name: f"[{name}]" for name in ARTICLES},
}


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """The table rows under a heading: first cell without its quotes -> the other cells."""
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    body = next(piece for piece in part if piece.startswith(heading + "\n"))
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in body.split("\n") if row.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells}


@pytest.mark.parametrize("table", [name for name in KEYS if name not in {"manoeuvre", "conduct", *CONDUCT}])
def test_every_key_of_the_terms_is_documented_and_no_other(table: str) -> None:
    documented = set(rows((DOCS / "terms.md").read_text("utf-8"), HEADINGS[table]))
    if table == "category":
        documented -= set(CATEGORIES)
    assert documented == set(KEYS[table])


@pytest.mark.parametrize("number", list(CONDUCT))
def test_every_figure_of_every_rule_is_documented_with_its_default(number: str) -> None:
    text = (DOCS / "terms.md").read_text("utf-8")
    assert set(rows(text, "[conduct.RULE]")) >= {"enabled"}
    piece = re.search(rf"^### {number} (.*?)\n(.*?)(?=^##)", text, flags=re.MULTILINE | re.DOTALL)
    assert piece is not None
    assert piece[1] == CONDUCT[number].title
    told = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \| .+ \|$", piece[2], flags=re.MULTILINE))
    assert told == {key.key: value_of(key.usual, key.kind) for key in CONDUCT[number].keys}
    assert all(f"`{name}`" in piece[2] for name in CONDUCT[number].elsewhere)


@pytest.mark.parametrize("name", list(ARTICLES))
def test_every_default_of_an_article_is_documented(name: str) -> None:
    text = (DOCS / "terms.md").read_text("utf-8")
    usual = read(write_terms(default_terms()), "default", AgreementError).values[name]
    for key, cells in rows(text, HEADINGS[name]).items():
        if cells[1] == "all":
            assert set(usual[key]) <= set(re.findall(r"`(\w+)`", cells[0] + cells[2]))
        elif name == "time_budget" and key == "warning":
            assert usual[key] == read(write_terms(default_terms()), "default", AgreementError).values["alert"]
        elif cells[1] in {"none", "no limit"}:
            assert key not in usual
        else:
            assert cells[1] == f"`{json.dumps(usual[key])}`", key


def test_the_gate_is_documented_code_by_code() -> None:
    text = (DOCS / "terms.md").read_text("utf-8")
    body = text.split("## What leaves the node")[1].split("\n## ")[0]
    told = {row[0]: row[1:] for row in re.findall(r"^\| (\w+) \| `(\w+)` \| (.*?) \| (.*?) \|$", body, re.MULTILINE)}
    assert set(told) == set(GATE)
    for what, (article, stopped, alone) in told.items():
        assert article == GATE[what].article
        assert tuple(re.findall(r"`(\w+)`", stopped)) == GATE[what].needs
        assert alone.startswith("where") == (GATE[what].automatic not in {"always", "never"})
        assert (alone == "yes") == (GATE[what].automatic == "always")


def test_every_key_with_a_default_is_documented_with_it() -> None:
    text = (DOCS / "terms.md").read_text("utf-8")
    usual = read(write_terms(default_terms()), "default", AgreementError).values
    for table in ("separation", "near_miss"):
        for key, cells in rows(text, HEADINGS[table]).items():
            assert cells[1] == f"`{json.dumps(usual[table][key])}`"
    top = rows(text, HEADINGS[""])
    assert {key: top[key][1] for key in ("version", "datum", "lookahead", "alert")} == {
        key: f"`{json.dumps(usual[key])}`" for key in ("version", "datum", "lookahead", "alert")
    }
    table = rows(text, HEADINGS["category"])
    for category in CATEGORIES:
        limit = usual["manoeuvre"][category]
        assert table[category] == [f"`{json.dumps(limit[key])}`" for key in ("horizontal", "vertical", "speed")]


def test_every_key_of_a_membership_file_is_documented_and_no_other() -> None:
    text = (DOCS / "membership.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)`", text, flags=re.MULTILINE)) == set(MEMBER_KEYS)


def test_the_inline_examples_of_the_documentation_are_read() -> None:
    text = (DOCS / "terms.md").read_text("utf-8")
    area = rows(text, HEADINGS["area"])
    for shape in ("circle", "box"):
        inline = re.search(r"`(\{.*?\})`", area[shape][2])
        assert inline is not None
        made = f'title = "T"\n[area]\nname = "n"\n{shape} = {inline[1]}\nfloor = "FL100"\nceiling = "FL200"\n'
        assert getattr(parse_terms(made, "t.toml").area, shape) is not None


def test_the_examples_belong_together() -> None:
    terms = parse_terms((DOCS / "examples" / "agreement.toml").read_text("utf-8"), "agreement.toml")
    members = load_membership((DOCS / "examples" / "members.toml").read_text("utf-8"), "members.toml", terms)
    tanker = members.member("f00105")
    assert tanker is not None
    assert (tanker.party, tanker.name, tanker.category) == ("Northern party", "Northland", "tanker")
    guard = members.member("f010a1", "WOLF11")
    assert guard is not None
    assert guard.excluded


def test_the_examples_stand_where_the_documents_say() -> None:
    for document in ("terms.md", "membership.md"):
        text = (DOCS / document).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (DOCS / target).exists(), target
