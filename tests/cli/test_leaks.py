"""No term leaves the vault: canaries in the terms, every verb and many failures, and then a look at everything.

Looked at: every file of both homes outside .age files, what the verbs say (`show`, `check` and `amend`, which are asked
for the terms, aside), every error, what the ledger holds, and the names of files.
"""

from __future__ import annotations

import shlex
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from armslength.cli import app
from armslength.node.home import open_home
from armslength.node.lock import take_lock
from node.homes import every_file

CANARIES = (
    "kanarienvogel",
    "canary-area",
    "canary-article",
    "canary-value",
    "251.375",
    "317 s",
    "2.718 NM",
    "canary line",
)
"""Words and figures that stand in the terms and nowhere else."""


@dataclass
class Ear:
    """Hears all that the commands say."""

    heard: list[str] = field(default_factory=list)

    def run(self, line: str, *, quiet: bool = False) -> int:
        """Run a command; remember what it said, its error and its traceback's texts, unless `quiet`."""
        done = CliRunner().invoke(app, shlex.split(line))
        error, texts = done.exception, [done.output]
        while error is not None:
            texts += [str(error), repr(error), *getattr(error, "__notes__", [])]
            error = error.__cause__ if error.__suppress_context__ else error.__context__  # what a traceback shows
        if not quiet:
            self.heard += texts
        return done.exit_code


def seeded(text: str) -> str:
    """Return a draft with canaries in it."""
    lines = text.replace("flight safety between North and South", "kanarienvogel", 1).replace(
        'horizontal = "3 NM"', 'horizontal = "2.718 NM"', 1
    )
    lines = lines.replace('dwell_limit = "180 s"', 'dwell_limit = "317 s"', 1)
    lines = lines.replace("public_lines = []", 'public_lines = ["A canary line."]', 1)
    return lines + (
        '\n[canary_article]\nwhat = "canary-article"\nvalue = "canary-value"\n'
        '[area]\nname = "canary-area"\nbox = { south = "33 N", west = "36 E", north = "37 N", east = "42 E" }\n'
        '[[frequency]]\nid = "F1"\nchannel = "251.375 MHz"\n'
    )


def leaks(said: list[str], folders: list[Path]) -> set[str]:
    """Return which canaries are in what was said, or in or in the name of a file outside the vault."""
    files = [(name, data) for folder in folders for name, data in every_file(folder).items()]
    text = "\n".join(said).encode() + b"\n".join(
        name.encode() + b"\n" + (b"" if name.endswith(".age") else data) for name, data in files
    )
    return {one for one in CANARIES if one.lower().encode() in text.lower()}


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ear:
    """Return an ear that has heard two parties ratify seeded terms, change and break them in many ways."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARMSLENGTH_HOME", raising=False)
    ear = Ear()
    for party in ("North", "South", "West"):
        assert ear.run(f'init --home {party.lower()} --party {party} --post "{party.upper()} POST"') == 0
        assert ear.run(f"identity --home {party.lower()} --out {party}.identity") == 0
    for home, file in (("north", "South"), ("south", "North"), ("west", "North")):
        assert ear.run(f"identity accept {file}.identity --home {home}") == 0
    assert ear.run("agreement draft --between North.identity South.identity --out draft.toml") == 0
    Path("draft.toml").write_text(seeded(Path("draft.toml").read_text()))
    assert ear.run("agreement check draft.toml", quiet=True) == 0
    assert ear.run("agreement sign draft.toml --home north --out one.age") == 0
    assert ear.run("agreement ratify one.age --home south --out two.age") == 0
    assert ear.run("agreement ratify two.age --home north") == 0
    return ear


def wear_out(ear: Ear) -> None:
    """Run every verb that does not say terms, and fail in every way that comes to mind."""
    assert ear.run("agreement amend --home south --out v2.toml") == 0
    for line in (
        "agreement sign v2.toml --home south --out v2.age",
        "agreement ratify v2.age --home north --out v2b.age",
        "agreement ratify v2b.age --home south --json",
        "agreement suspend --provision separation --home north --out notice.age",
        "agreement ratify notice.age --home south",
        "agreement status --home north",
        "agreement status --home south --json",
    ):
        assert ear.run(line) == 0, line
    text = Path("v2.toml").read_text()
    Path("again.toml").write_text(text.replace("2.718 NM", "2.718 NM", 1).replace("kanarienvogel", "Kanarienvogel"))
    Path("bad.toml").write_text(text.replace("2.718 NM", "2.718 NM canary-value", 1))
    home = open_home(Path("north"))
    draft = Path("one.age").read_bytes()
    opened = home.vault.decrypt(draft, "one.age")
    Path("plain.json").write_bytes(opened)
    Path("flipped.json").write_bytes(opened.replace(b"a", b"b", 1))
    Path("cut.json").write_bytes(opened[: len(opened) // 2])
    Path("flipped.age").write_bytes(draft[:-9] + bytes(9))
    for line in (
        "agreement sign again.toml --home north",
        "agreement sign bad.toml --home north",
        "agreement sign draft.toml --home west",
        "agreement sign draft.toml --home north",
        "agreement ratify one.age --home west",
        "agreement ratify plain.json --home west",
        "agreement ratify plain.json --home north",
        "agreement ratify flipped.json --home south",
        "agreement ratify cut.json --home south",
        "agreement ratify flipped.age --home south",
        "agreement suspend --provision kanarien --home north",
        "agreement show flipped.age --home north",
        "agreement end --from 2001-01-01T00:00:00Z --home north",
    ):
        assert ear.run(line) != 0, line
    with take_lock(Path("north/lock")):
        assert ear.run("agreement show --home north") != 0
    kept = max(Path("south/agreements").rglob("*.age"), key=lambda one: one.stat().st_size)
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert ear.run("agreement status --home south") != 0


def test_no_canary_is_anywhere_outside_the_vault(ear: Ear, tmp_path: Path) -> None:
    wear_out(ear)
    assert len(ear.heard) > 40
    assert leaks(ear.heard, [tmp_path / home for home in ("north", "south", "west")]) == set()
    (kept,) = {one.parent for one in (tmp_path / "north" / "agreements").rglob("*.age")}
    assert not any(word in kept.name for word in CANARIES)


def test_the_terms_are_there_for_those_who_ask_for_them(ear: Ear, tmp_path: Path) -> None:
    """The control: `show` says the canaries, so they are in the vault; and the look would have found them."""
    shown = Ear()
    assert shown.run("agreement show --home south") == 0
    found = leaks(shown.heard, [])
    assert {"kanarienvogel", "canary-area", "canary line", "251.375"} <= found
    assert leaks(ear.heard, [tmp_path / "south"]) == set()
    (tmp_path / "south" / "plots" / "log.txt").write_text("minimum 2.718 NM in force")
    assert leaks(ear.heard, [tmp_path / "south"]) == {"2.718 NM"}
    with sqlite3.connect(tmp_path / "south" / "ledger.db") as db:
        db.execute("CREATE TABLE planted (x)")
        db.execute("INSERT INTO planted VALUES ('canary-article')")
    db.close()
    assert leaks([], [tmp_path / "south"]) == {"2.718 NM", "canary-article"}


def test_the_public_lines_are_said_only_where_asked(ear: Ear) -> None:
    said = CliRunner().invoke(app, ["agreement", "public", "--home", "north"])
    assert said.stdout == "A canary line.\n"
    assert leaks([said.output], []) == {"canary line"}
