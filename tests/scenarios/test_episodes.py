"""The episodes of the record: exactly the findings of the page come out, on both sides, through the whole of replay."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from armslength import cli
from armslength.agreement.reading import read_terms
from armslength.domain.finding import Finding
from armslength.errors import InputError
from armslength.node.membership import load_membership
from armslength.node.replay import Request, replay
from armslength.node.told_file import read_told
from armslength.scenario.episodes.episode import address, sky_of
from armslength.scenario.episodes.registry import EPISODES
from armslength.scenario.episodes.write import EXPECTED_COLUMNS, write_episode
from armslength.scenario.sky import Sky

HERE = Path(__file__).parent
Row = tuple[str, ...]


def table(name: str, heading: str, columns: tuple[str, ...]) -> list[Row]:
    """Return the table under a heading of a page; [] where there is no such heading."""
    _, _, text = (HERE / f"{name}.md").read_text().partition(f"## {heading}\n")
    rows = [line.strip("|\n").split("|") for line in text.partition("\n## ")[0].splitlines() if line.startswith("|")]
    assert not rows or tuple(cell.strip() for cell in rows[0]) == columns
    return [tuple(cell.strip() for cell in row) for row in rows[2:]]


def otherwise(name: str, sky: Sky) -> tuple[list[Row], list[Row]]:
    """Return the findings of a page that do not come out, and what does instead: each is to be settled."""
    missing, instead = [], []
    for *row, comes in table(name, "Comes out otherwise", (*EXPECTED_COLUMNS, "instead")):
        who = [address(sky, one) if one else "" for one in row[4:6]]
        if row[1] != "nothing":
            missing.append((*row[:4], *who, row[6]))
        if comes != "nothing":
            outcome, _, regime = comes.partition(" ")
            instead.append((row[0], outcome, *row[2:4], *who, regime))
    return missing, instead


def findings(folder: Path, side: str) -> list[Finding]:
    """Return what a replay of one side's recording finds."""
    terms = read_terms((folder / "agreement.toml").read_text(), "agreement.toml").terms
    members = load_membership((folder / "members.toml").read_text(), "members.toml", terms)
    told = read_told((folder / "talk.jsonl").read_text(), "talk.jsonl")
    out = replay(Request([folder / f"{side}.parquet"], terms, "test", members, told=told))
    assert out.left_out == []
    return out.findings


def found(folder: Path, side: str) -> list[Row]:
    """Return what a replay of one side's recording finds, in the columns of a page."""
    return [
        (f.rule, f.outcome.value, f.severity.name, f.by, f.first, f.second, f.regime) for f in findings(folder, side)
    ]


@pytest.mark.parametrize("name", EPISODES)
def test_page_and_code_say_the_same(name: str) -> None:
    said = [tuple(getattr(one, column) for column in EXPECTED_COLUMNS) for one in EPISODES[name].expects]
    assert said == table(name, "Findings expected", EXPECTED_COLUMNS)


@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize("name", EPISODES)
def test_just_the_findings_of_the_page_come_out(name: str, seed: int, tmp_path: Path) -> None:
    write_episode(EPISODES[name], seed, tmp_path)
    expected = [tuple(row) for row in csv.reader(io.StringIO((tmp_path / "expected.csv").read_text()))][1:]
    missing, instead = otherwise(name, sky_of(EPISODES[name], seed))
    assert not Counter(missing) - Counter(expected)
    comes = Counter(expected) - Counter(missing) + Counter(instead)
    for side in ("north", "south"):
        assert Counter(found(tmp_path, side)) == comes, side


@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize("name", ("flares-on-drones", "late-notice", "river-line", "second-wave"))
def test_both_sides_give_their_findings_the_same_ids(name: str, seed: int, tmp_path: Path) -> None:
    write_episode(EPISODES[name], seed, tmp_path)
    north, south = ({f.id: f.rule for f in findings(tmp_path, side)} for side in ("north", "south"))
    assert north == south


def test_every_page_has_an_episode() -> None:
    assert {path.stem for path in HERE.glob("*.md")} == set(EPISODES)
    text = (HERE.parents[1] / "docs" / "scenarios.md").read_text()
    assert [name for name, one in EPISODES.items() if f"| `{name}` | {one.summary} |" not in text] == []


def test_without_an_answer_ever_heard_nobody_is_said_to_be_silent(tmp_path: Path) -> None:
    write_episode(EPISODES["unanswered-calls"], 1, tmp_path)
    told = tmp_path / "talk.jsonl"
    told.write_text("".join(line for line in told.read_text().splitlines(True) if '"Replied"' not in line))
    assert [row[:2] for row in found(tmp_path, "north")] == [("C02", "NOT_DETERMINABLE")]


def test_a_test_that_nobody_agreed_on_is_told_by_its_geometry_alone(tmp_path: Path) -> None:
    """The planned test is none because they kept 4.5 NM; the window is not what hides it."""
    write_episode(EPISODES["planned-test"], 1, tmp_path)
    told = tmp_path / "talk.jsonl"
    told.write_text("".join(line for line in told.read_text().splitlines(True) if '"Notified"' not in line))
    assert found(tmp_path, "north") == []


def test_the_command_line_writes_an_episode_and_replays_it(tmp_path: Path) -> None:
    folder, out = tmp_path / "e", tmp_path / "out"
    done = CliRunner().invoke(cli.app, ["scenario", "write", "river-line", "--out", str(folder)])
    assert done.exit_code == 0 and "10 findings" in done.stdout, done.output
    names = {name: str(folder / f"{name}.toml") for name in ("agreement", "members")}
    wanted = ["replay", str(folder / "south.parquet"), "--talk", str(folder / "talk.jsonl"), "--out", str(out)]
    done = CliRunner().invoke(
        cli.app, [*wanted, *(word for name, path in names.items() for word in (f"--{name}", path))]
    )
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO((out / "findings.csv").read_text())))
    assert {"C02", "D01", "G14"} <= {row["rule"] for row in rows}
    assert [row["first"] for row in rows if row["rule"] == "C02"] == [""]
    assert "C02" in (out / "report.html").read_text()


def test_an_episode_stands_in_nobodys_way(tmp_path: Path) -> None:
    write_episode(EPISODES["planned-test"], 1, tmp_path)
    with pytest.raises(InputError, match="already holds"):
        write_episode(EPISODES["planned-test"], 1, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_episode(EPISODES["planned-test"], 1, tmp_path, overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
