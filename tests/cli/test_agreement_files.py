"""Two homes that exchange files alone: the commands of docs/agreement.md, as a new user types them."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from armslength.cli import app
from armslength.node import acting as acting_module
from armslength.node import control
from node.homes import every_file

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "agreement.md"


@dataclass
class Desk:
    """A folder with the homes of North and South, who have accepted each other, and a draft."""

    folder: Path

    def run(self, line: str, code: int = 0) -> Result:
        """Run a command line, without the name of the program."""
        done = CliRunner().invoke(app, shlex.split(line))
        error = done.exception
        if error is not None and not isinstance(error, SystemExit):
            assert code == 2 and isinstance(error, ValueError), (line, error)
            return done
        assert done.exit_code == code, (line, done.output)
        return done

    def ask(self, line: str) -> dict[str, Any]:
        """Run a command with --json and return its one document."""
        found = json.loads(self.run(f"{line} --json").stdout)
        assert isinstance(found, dict)
        return found

    def refused(self, line: str) -> str:
        """Run a command that must be refused and return what it says."""
        return str(self.run(line, 2).exception)

    def ratified(self) -> None:
        """Come to version 1."""
        self.run("agreement sign draft.toml --home north --out one.age")
        self.run("agreement ratify one.age --home south --out two.age")
        self.run("agreement ratify two.age --home north")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARMSLENGTH_HOME", raising=False)
    made = Desk(tmp_path)
    for party in ("North", "South"):
        made.run(f'init --home {party.lower()} --party {party} --post "{party.upper()} POST"')
        made.run(f"identity --home {party.lower()} --out {party}.identity")
    made.run("identity accept South.identity --home north")
    made.run("identity accept North.identity --home south")
    made.run("agreement draft --profile threes --between North.identity South.identity --out draft.toml")
    return made


def test_every_command_of_the_page_runs_in_the_order_of_the_page(desk: Desk) -> None:
    (desk.folder / "draft.toml").unlink()
    lines = re.findall(r"^    armslength (.+)$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert len(lines) >= 17
    for line in lines:
        desk.run(line)
    (end,) = desk.ask("agreement status --home north")["agreements"]
    assert (end["version"], end["state"], end["suspended"]) == (1, "ending", [])
    (south,) = desk.ask("agreement status --home south")["agreements"]
    assert south["waiting"][0]["version"] == 2 and south["waiting"][0]["missing"] == ["North"]


def test_ratifying_needs_nothing_but_files(desk: Desk) -> None:
    proposed = desk.ask("agreement sign draft.toml --home north")
    assert (proposed["what"], proposed["state"], proposed["counterpart"]) == ("proposed", "proposed", "South")
    assert desk.ask("agreement status --home north")["agreements"][0]["waiting"][0]["missing"] == ["South"]
    shown = desk.ask(f"agreement show {proposed['file']} --home south")
    assert shown["signed_by"] == ["North"] and shown["state"] == "not kept here" and shown["changed"] is None
    ratified = desk.ask(f"agreement ratify {proposed['file']} --home south")
    assert (ratified["what"], ratified["state"]) == ("ratified", "in force")
    assert desk.ask("agreement status --home north")["agreements"][0]["state"] == "proposed"
    again = desk.ask(f"agreement ratify {ratified['file']} --home north")
    assert (again["what"], again["file"]) == ("ratified", None)
    stands = [desk.ask(f"agreement status --home {home}")["agreements"][0] for home in ("north", "south")]
    assert stands[0]["digest"] == stands[1]["digest"] == proposed["digest"]
    assert desk.ask("agreement show --home north")["signed_by"] == ["North", "South"]
    for name in (proposed["file"], ratified["file"]):
        data = (desk.folder / name).read_bytes()
        assert data.startswith(b"age-encryption.org/v1\n") and (desk.folder / name).stat().st_mode & 0o077 == 0


def test_ratifying_what_one_signed_oneself_does_nothing_and_says_for_whom_it_waits(desk: Desk) -> None:
    desk.run("agreement sign draft.toml --home north --out one.age")
    before = sorted(desk.folder.iterdir())
    said = desk.run("agreement ratify one.age --home north").stdout
    assert re.fullmatch(
        r"Version 1 of \S+ with South is signed here already, and waits for South, who ratifies it. Nothing .*\n",
        said,
    )
    assert desk.ask("agreement ratify one.age --home north")["file"] is None
    assert "is signed here already, and waits for South" in desk.refused("agreement ratify --home north")
    assert sorted(desk.folder.iterdir()) == before
    again = desk.ask("agreement sign draft.toml --home north")  # the file is lost: here it is again, by its right name
    assert again["file"].endswith("-v1-proposed.age")
    desk.run("agreement ratify one.age --home south --out two.age")
    assert "Nothing waits for our signature" in desk.refused("agreement ratify --home south")


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("", "none is"),
        ("--between", "none is"),
        ("--between North.identity", "one is"),
        ("--between North.identity --out terms.toml", "one is"),
        ("--out terms.toml --between North.identity", "one is"),
    ],
)
def test_a_draft_without_both_parties_says_what_is_missing(desk: Desk, typed: str, named: str) -> None:
    said = desk.refused(f"agreement draft {typed}")
    assert said.startswith(f"--between: An agreement is between two parties, and {named} named. Write --between A.iden")
    assert not (desk.folder / "terms.toml").exists()
    assert "--between A.identity B.identity" in desk.refused("agreement draft --between North.identity --help")
    assert "north: It is a folder." in desk.refused("agreement draft --between north south")


def test_an_amendment_says_what_changed(desk: Desk) -> None:
    desk.ratified()
    desk.run("agreement amend --home south --out v2.toml")
    draft = desk.folder / "v2.toml"
    draft.write_text(draft.read_text().replace('horizontal = "3 NM"', 'horizontal = "4 NM"', 1))
    desk.run("agreement check v2.toml")
    desk.run("agreement sign v2.toml --home south --out v2.age")
    said = desk.run("agreement show v2.age --home north").stdout.splitlines()
    at = said.index("What changed since the version before it")
    assert "4 NM" in said[at + 1] and "3 NM" in said[at + 1]
    assert said[at + 2] == ""
    assert desk.ask("agreement show --home north")["version"] == 1
    desk.run("agreement ratify v2.age --home north")
    assert desk.ask("agreement show --home north")["version"] == 2
    assert desk.ask("agreement show --home north --version 1")["state"] == "superseded"


def test_a_name_that_anybody_can_write_is_warned_of(desk: Desk) -> None:
    desk.run("agreement sign draft.toml --home north --out one.age")
    assert desk.ask("agreement show one.age --home south")["warnings"] == []
    desk.run('init --home false --party North --post "NORTH POST"')
    desk.run("identity --home false --out False.identity")
    desk.run("identity accept South.identity --home false")
    desk.run("agreement draft --between False.identity South.identity --out false.toml")
    desk.run("agreement sign false.toml --home false --out false.age")
    assert "The key of North" in desk.ask("agreement show false.age --home south")["warnings"][0]
    assert "Warning: The key of North" in desk.run("agreement show false.age --home south").stdout
    assert "not accepted" in desk.refused("agreement ratify false.age --home south")


def test_terms_of_a_newer_armslength_can_be_read_though_not_executed(desk: Desk) -> None:
    from dataclasses import replace

    from armslength.agreement.document import AGREEMENT_TYPE
    from armslength.agreement.drafting import read_draft
    from armslength.crypto.envelope import seal, to_json
    from armslength.node.home import open_home

    document = read_draft((desk.folder / "draft.toml").read_text(), "draft.toml").document()
    newer = replace(document, terms={**document.terms, "separation": {"horizontal": "3 NM", "slanted": "5 \x1b NM"}})
    key = open_home(desk.folder / "north").key
    (desk.folder / "newer.json").write_bytes(to_json(seal(AGREEMENT_TYPE, newer.to_bytes(), key)))
    said = desk.run("agreement show newer.json --home south").stdout
    assert "cannot be executed here" in said and 'slanted = "5 \\u001b NM"' in said
    assert "cannot be executed here" in desk.refused("agreement ratify newer.json --home south")


def test_what_is_refused_changes_nothing(desk: Desk) -> None:
    desk.ratified()
    desk.run("agreement amend --home north --out v2.toml")
    desk.run("agreement sign v2.toml --home north --out v2.age")
    (desk.folder / "v2b.toml").write_text(
        (desk.folder / "v2.toml").read_text().replace("4 NM", "5 NM").replace("3 NM", "5 NM")
    )
    damaged = bytearray((desk.folder / "v2.age").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (desk.folder / "damaged.age").write_bytes(damaged)
    desk.run('init --home west --party West --post "WEST POST"')
    kept = {home: every_file(desk.folder / home / "agreements") for home in ("north", "south")}
    cases = {
        "agreement sign v2b.toml --home north": "another version 2",
        "agreement ratify damaged.age --home south": "cannot be decrypted",
        "agreement ratify draft.toml --home south": "not a signed file",
        "agreement ratify v2.age --home west": "cannot be decrypted",
        "agreement sign draft.toml --home west": "does not name this home's key",
        "agreement suspend --provision ground_line --home south": "cannot be suspended",
        "agreement suspend --provision separation --from 2001-01-01T00:00:00Z --home south": "in the past",
        "agreement suspend --provision separation --from 2001-01-01 --home south": "no time zone",
        "agreement resume --provision separation --home south": "not suspended",
        "agreement end --agreement other-0000 --home south": "no such agreement",
        "agreement status --home nowhere": "armslength init",
        "identity accept draft.toml --home south": "not an identity file",
        "identity accept South.identity --home south": "own identity",
    }
    for line, says in cases.items():
        assert says in desk.refused(line), line
    assert {home: every_file(desk.folder / home / "agreements") for home in kept} == kept
    assert not list(desk.folder.glob("north-south-*.age"))


def test_an_out_that_is_there_already_stops_the_verb_before_it_does_anything(desk: Desk) -> None:
    (desk.folder / "there.age").write_text("mine")
    assert "Nothing was done" in desk.refused("agreement sign draft.toml --home north --out there.age")
    assert "Nothing was done" in desk.refused("agreement sign draft.toml --home north --out none/there.age")
    assert desk.ask("agreement status --home north")["agreements"] == []
    assert (desk.folder / "there.age").read_text() == "mine"
    assert "overwritten" in desk.refused("agreement draft --between North.identity South.identity --out draft.toml")


def test_terms_that_would_end_before_they_begin_are_not_drafted(desk: Desk) -> None:
    draft = "agreement draft --between North.identity South.identity --from 2026-05-02T00:00:00Z --out never.toml"
    for until in ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"):
        assert "before it begins" in desk.refused(f"{draft} --until {until}")
        assert not (desk.folder / "never.toml").exists()
    desk.run(f"{draft} --until 2026-05-03T00:00:00Z")


def test_identities_are_compared_by_words(desk: Desk) -> None:
    own = desk.ask("identity --home north")
    shown = desk.ask("identity show North.identity")
    accepted = desk.ask("identity accept North.identity --home south")
    assert own["words"] == shown["words"] == accepted["words"]
    assert accepted["what"] == "nothing new"
    assert own["words"].count(" / ") == 4
    assert own["words"] in desk.run("identity show North.identity").stdout
    desk.run('init --home other --party North --post "NORTH POST"')
    desk.run("identity --home other --out Other.identity")
    assert "--replace" in desk.refused("identity accept Other.identity --home south")
    assert desk.ask("identity accept Other.identity --home south --replace")["what"] == "replaced"
    assert desk.ask("identity show Other.identity")["words"] != own["words"]


def test_every_change_is_in_a_ledger_that_holds(desk: Desk) -> None:
    from armslength.adapters.store import Store

    desk.ratified()
    desk.run("agreement suspend --provision separation --home south --out notice.age")
    desk.refused("agreement ratify one.age --home west")
    (agreement,) = desk.ask("agreement status --home south")["agreements"]
    store = Store(desk.folder / "south" / "ledger.db", make=False)
    store.check()
    entries = [json.loads(sealed.payload) for sealed in store.entries(agreement["agreement"])]
    assert [one["what"] for one in entries] == ["proposed", "ratified", "suspended"]
    assert entries[1]["digest"] == agreement["digest"]
    node = [json.loads(sealed.payload) for sealed in store.entries("node")]
    assert [one["what"] for one in node] == ["identity accepted"]
    store.close()


def test_where_a_node_runs_the_verbs_go_through_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from armslength.node.home import open_home

    asked = []

    def ask(home: Path, verb: str, args: dict[str, Any]) -> dict[str, Any]:
        asked.append((home, verb, args))
        return {"party": "North", "agreements": []}

    monkeypatch.setattr(control, "ask", ask)
    with open_home(desk.folder / "north").lock():
        assert "runs on this home already" in desk.refused("agreement status --home north")
        monkeypatch.setattr(control, "running_at", lambda home: ("127.0.0.1", 1))
        desk.run("agreement status --home north")
    assert asked == [(Path("north"), "agreement status", {})]
    desk.run("agreement status --home north")
    assert len(asked) == 1  # the lock is free again
    assert acting_module.acting(open_home(desk.folder / "north"), "agreement status", {})["agreements"] == []


def test_the_home_of_the_environment_is_taken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARMSLENGTH_HOME", "south")
    assert desk.ask("identity")["party"] == "South"
    assert desk.ask("agreement status")["party"] == "South"
