"""The episodes of the record: exactly the findings of the page come out, on both sides, through the whole of replay."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from armslength.agreement.reading import read_terms
from armslength.node.membership import load_membership
from armslength.node.replay import Request, replay
from armslength.node.told_file import read_told
from armslength.scenario.episodes.registry import EPISODES
from armslength.scenario.episodes.write import EXPECTED_COLUMNS, write_episode

HERE = Path(__file__).parent
Row = tuple[str, ...]


def page(name: str) -> list[Row]:
    """Return the table of findings of a page."""
    text = (HERE / f"{name}.md").read_text().split("## Findings expected", 1)[1]
    rows = [line.strip("|\n").split("|") for line in text.splitlines() if line.startswith("|")]
    assert tuple(cell.strip() for cell in rows[0]) == EXPECTED_COLUMNS
    return [tuple(cell.strip() for cell in row) for row in rows[2:]]


def found(folder: Path, side: str) -> list[Row]:
    """Return what a replay of one side's recording finds, in the columns of a page."""
    terms = read_terms((folder / "agreement.toml").read_text(), "agreement.toml").terms
    members = load_membership((folder / "members.toml").read_text(), "members.toml", terms)
    told = read_told((folder / "talk.jsonl").read_text(), "talk.jsonl")
    out = replay(Request([folder / f"{side}.parquet"], terms, "test", members, told=told))
    assert out.left_out == []
    return [(f.rule, f.outcome.value, f.severity.name, f.by, f.first, f.second, f.regime) for f in out.findings]


@pytest.mark.parametrize("name", EPISODES)
def test_page_and_code_say_the_same(name: str) -> None:
    said = [tuple(getattr(one, column) for column in EXPECTED_COLUMNS) for one in EPISODES[name].expects]
    assert said == page(name)


@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize("name", EPISODES)
def test_just_the_findings_of_the_page_come_out(name: str, seed: int, tmp_path: Path) -> None:
    write_episode(EPISODES[name], seed, tmp_path)
    expected = [tuple(row) for row in csv.reader(io.StringIO((tmp_path / "expected.csv").read_text()))][1:]
    for side in ("north", "south"):
        assert Counter(found(tmp_path, side)) == Counter(expected), side


def test_every_page_has_an_episode() -> None:
    assert {path.stem for path in HERE.glob("*.md")} == set(EPISODES)


def test_without_an_answer_ever_heard_nobody_is_said_to_be_silent(tmp_path: Path) -> None:
    write_episode(EPISODES["unanswered-calls"], 1, tmp_path)
    told = tmp_path / "talk.jsonl"
    told.write_text("".join(line for line in told.read_text().splitlines(True) if '"Replied"' not in line))
    assert [row[:2] for row in found(tmp_path, "north")] == [("C02", "NOT_DETERMINABLE")]


def test_a_test_that_nobody_agreed_on_is_told_by_its_geometry_alone(tmp_path: Path) -> None:
    """The planned test is none because they kept 4.5 NM; the window is not what hides it."""
    write_episode(EPISODES["planned-test"], 1, tmp_path)
    told = tmp_path / "talk.jsonl"
    told.write_text("".join(line for line in told.read_text().splitlines(True) if '"Window"' not in line))
    assert found(tmp_path, "north") == []
