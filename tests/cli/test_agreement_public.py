"""What may be said in public, copies for named recipients, and the filter, as a person types them at one home."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from armslength.adapters.store import Store
from armslength.cli import app
from armslength.node.home import open_home
from node.homes import every_file

LINES = '["Both sides talk every day.", "The line was tested. It works."]'
WORDS = ("Northland Transport Command", "a court order")
"""What must stand in no ledger."""


@dataclass
class Desk:
    """A folder with the homes of North and South, and an agreement in force."""

    folder: Path

    def run(self, line: str, code: int = 0) -> Result:
        """Run a command line, without the name of the program."""
        done = CliRunner().invoke(app, shlex.split(line))
        assert done.exit_code == code, (line, done.output, done.exception)
        return done

    def ask(self, line: str, code: int = 0) -> dict[str, Any]:
        """Run a command with --json and return its one document."""
        found = json.loads(self.run(f"{line} --home north --json", code).stdout)
        assert isinstance(found, dict)
        return found

    def refused(self, line: str) -> str:
        """Run a command that must be refused and return what it says."""
        done = CliRunner().invoke(app, shlex.split(f"{line} --home north"))
        assert isinstance(done.exception, ValueError), done.output
        return str(done.exception)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of one kind in North's ledger, but in the book of the node itself."""
        store = Store(open_home(self.folder / "north").ledger, make=False)
        try:
            books = [book for book in store.books() if book != "node"]
            found = [sealed for book in books for sealed in store.entries(book) if sealed.entry.kind == kind]
            return [json.loads(sealed.payload or b"{}") for sealed in found]
        finally:
            store.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which an agreement is in force, with two members and two public lines."""
    folder = tmp_path_factory.mktemp("public")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        desk = Desk(folder)
        for name in ("north", "south"):
            desk.run(f'init --home {name} --party {name.title()} --post "{name.upper()} POST"')
        for name in ("north", "south"):
            desk.run(f"identity --home {name} --out {name}.identity")
        desk.run("identity accept south.identity --home north")
        desk.run("identity accept north.identity --home south")
        desk.run("agreement draft --between north.identity south.identity --out draft.toml")
        text = (folder / "draft.toml").read_text().replace("public_lines = []", f"public_lines = {LINES}", 1)
        text = text.replace('name = "North"\n', 'name = "North"\nmembers = ["Northland Transport Command"]\n', 1)
        text = text.replace('name = "South"\n', 'name = "South"\nmembers = ["Southern Border Guard"]\n', 1)
        (folder / "draft.toml").write_text(text)
        desk.run("agreement sign draft.toml --home north --out one.age")
        desk.run("agreement ratify one.age --home south --out two.age")
        desk.run("agreement ratify two.age --home north")
    return folder


@pytest.fixture
def desk(made: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the desk, standing in its folder."""
    monkeypatch.chdir(made)
    monkeypatch.delenv("ARMSLENGTH_HOME", raising=False)
    return Desk(made)


def test_the_lines_and_nothing_else(desk: Desk) -> None:
    said = desk.run("agreement public --home north")
    assert said.stdout.splitlines() == ["Both sides talk every day.", "The line was tested. It works."]


def test_a_statement_is_held_against_the_lines(desk: Desk) -> None:
    good = "  BOTH sides talk\u00a0every day. The line was tested. It works"
    assert desk.ask(f'agreement public --check "{good}"')["approved"] is True
    (desk.folder / "statement.txt").write_text(
        "Both sides talk every day.\nBoth sides talk nearly every day.\n\nAll is well."
    )
    found = desk.ask("agreement public --check statement.txt", 1)
    assert [bool(one["approved"]) for one in found["sentences"]] == [True, False, False]
    assert [one["nearest"] for one in found["sentences"]] == ["", "Both sides talk every day.", ""]
    said = desk.run("agreement public --home north --check statement.txt", 1).stdout
    assert "NOT APPROVED: All is well." in said and "Not approved: 2 of 3." in said


def test_a_statement_is_recorded_where_a_person_wants_it(desk: Desk) -> None:
    before = len(desk.entries("finding"))
    desk.run('agreement public --home north --check "They lied." --by South --record', 1)
    desk.run('agreement public --home north --check "Both sides talk every day." --by north --record')
    wrong, good = desk.entries("finding")[before:]
    assert (wrong["rule"], wrong["outcome"], wrong["severity"], wrong["by"]) == ("P05", "BREACH", "SEV2", "South")
    assert (good["outcome"], good["by"]) == ("NO_BREACH", "North")
    assert "lied" not in json.dumps(desk.entries("agreement"))


def test_a_copy_is_traced_to_its_recipient(desk: Desk) -> None:
    desk.run('agreement copy "northland transport command" --home north --out first.txt')
    desk.run("agreement copy North --home north --out second.txt")
    text = (desk.folder / "first.txt").read_text()
    assert "for Northland Transport Command" in text.splitlines()[0]
    found = desk.ask("agreement public --whose first.txt")
    assert found["recipient"] == "Northland Transport Command" and found["by_code"]
    body = text.splitlines()[12:-4]
    (desk.folder / "part.txt").write_text("\n".join(body[: len(body) // 3]))
    part = desk.ask("agreement public --whose part.txt")
    assert part["recipient"] == "Northland Transport Command" and not part["by_code"]
    assert part["agree"] == part["spaces"] > 40
    (desk.folder / "typed.txt").write_text("\n".join(body).replace("\u00a0", " "))
    assert desk.ask("agreement public --whose typed.txt", 1)["recipient"] == ""
    said = desk.run("agreement public --whose second.txt --home north --record").stdout
    assert "for North," in said and "Entered: finding:" in said
    assert desk.entries("finding")[-1]["outcome"] == "BREACH" and desk.entries("finding")[-1]["by"] == "North"


@pytest.mark.parametrize(
    ("name", "why"),
    [("Southern Border Guard", "bound by the other side"), ("Third State", "no member"), ("x" * 90, "no name")],
)
def test_who_is_no_member_gets_no_copy(desk: Desk, name: str, why: str) -> None:
    before = len(desk.entries("agreement"))
    assert why in desk.refused(f'agreement copy "{name}" --out none.txt')
    assert not (desk.folder / "none.txt").exists() and len(desk.entries("agreement")) == before


def test_where_a_law_requires_it_the_other_side_was_notified(desk: Desk) -> None:
    line = 'agreement copy "Third State" --required-by-law "a court order" --out law.txt'
    assert "belong together" in desk.refused(line)
    assert "for Third State" in desk.run(f"{line} --notified sha256:12345678 --home north").stdout
    found = desk.entries("finding")[-1]
    assert (found["rule"], found["outcome"], found["by"]) == ("P05", "NO_BREACH", "North")
    assert "sha256:12345678" in found["evidence"]


def test_the_ledger_and_the_home_name_no_recipient_in_clear(desk: Desk) -> None:
    desk.run('agreement copy "Northland Transport Command" --home north --out third.txt')
    kept = b"".join(every_file(desk.folder / "north").values())
    assert [word for word in (*WORDS, "Both sides talk") if word.encode() in kept] == []
    assert [one for one in desk.entries("agreement") if one["what"] == "copy made"][-1]["recipient"].startswith(
        "sha256:"
    )
    assert b"NORTH POST" in kept, "the control: names of posts stand there in clear"


def test_the_filter_at_a_home(desk: Desk) -> None:
    done = desk.ask('agreement filter "It was at 35.4321N 38.1234E, armed."', 1)
    assert done["final"] and not done["may_leave"] and done["kinds"] == ["ground position", "weapon"]
    said = desk.run('agreement filter "Das Flugzeug kam nahe." --language de --home north', 1).stdout
    assert "There is no list of words for its language" in said
    assert desk.ask('agreement filter "You passed 0.3 NM ahead at FL250."')["may_leave"]
    assert "no node" in desk.refused('agreement filter "armed" --decide misread --reason seen').lower()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("agreement public --check x --whose y", "at once"),
        ("agreement public --record", "nothing to enter"),
        ("agreement public --check x --record", "--by"),
        ("agreement public --check x --by Third --record", "no party"),
        ('agreement public --check " . "', "no sentence"),
        ("agreement public --whose absent.txt", "no such file"),
        ('agreement filter "armed" --decide misread', "--reason"),
        ("agreement copy North --notified x", "belong together"),
    ],
)
def test_bad_input(desk: Desk, line: str, says: str) -> None:
    assert says in desk.refused(line)
