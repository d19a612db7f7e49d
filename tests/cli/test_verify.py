"""`armslength verify` and `armslength ledger export`, as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from armslength.cli import app
from armslength.cli import main as entry
from armslength.crypto.keys import groups
from armslength.errors import InputError
from armslength.node.home import make_home
from crypto.books import NORTH, SOUTH
from node import two_sides as made
from node.two_sides import DEAL, rewritten, two_sides


def run(*words: object) -> Result:
    """Run the command line."""
    return CliRunner().invoke(app, [str(word) for word in words])


def test_it_says_each_step_and_that_it_holds(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    north.bundle(tmp_path / "north.bundle")
    done = run("verify", tmp_path / "north.bundle", south.path, "--key", NORTH.public, "--key", groups(SOUTH.public))
    assert done.exit_code == 0, done.output
    assert [f"    {number} " in done.output for number in range(1, 10)] == [True] * 9
    assert done.output.endswith("HOLDS.\n") and "FAILS" not in done.output
    assert "was not asked" in run("verify", south.path).output


def test_it_says_at_which_entry_and_why(tmp_path: Path) -> None:
    north, _ = two_sides(tmp_path)
    data = north.bundle(tmp_path / "a")
    (tmp_path / "b").write_bytes(data.replace(b'"n":4,', b'"n":5,'))
    done = run("verify", tmp_path / "b")
    assert done.exit_code == 2
    assert "DOES NOT HOLD: step 5, payloads: Entry 4: Its payload is not the one that was written." in done.output
    assert "DOES NOT HOLD: step 2, seal: " in done.output
    found = json.loads(run("verify", "--json", tmp_path / "b").output)
    steps = found["files"][0]["books"][0]["steps"]
    assert found["holds"] is False and [s["entry"] for s in steps if s["step"] == 5] == [4]


def test_the_proof_that_it_prints_can_be_verified_by_a_third_person(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    liar = rewritten(tmp_path / "liar", north, 5)
    done = run("verify", liar.path, south.path)
    assert done.exit_code == 2 and "DOES NOT HOLD: step 9" in done.output
    line = next(line for line in done.output.splitlines() if line.startswith("{"))
    (tmp_path / "proof").write_text(line + "\n")
    again = run("verify", tmp_path / "proof")
    assert again.exit_code == 0 and "The proof stands" in again.output and groups(NORTH.public) in again.output
    (tmp_path / "proof").write_text(line.replace('"size":', '"size":1', 1) + "\n")
    assert run("verify", tmp_path / "proof").exit_code == 2
    told = json.loads(run("verify", "--json", liar.path, south.path).output)
    (tmp_path / "proof").write_text(json.dumps(told["proofs"][0], separators=(",", ":")))
    assert run("verify", tmp_path / "proof").exit_code == 0


def test_a_key_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:

    done = run("verify", tmp_path / "b", "--key", "A7KT")
    assert isinstance(done.exception, InputError) and "--key" in str(done.exception)
    assert entry is not None and capsys.readouterr().out == ""


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run("verify", tmp_path / "absent")
    assert isinstance(done.exception, InputError) and str(done.exception).startswith(f"{tmp_path}/absent: There is no")


def test_of_a_home_its_ledger_is_verified_and_a_folder_of_it_says_what_is_wanted(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "North", "NORTH POST").path
    done = run("verify", home)
    assert done.exit_code == 0 and done.output.startswith(f"{home}/ledger.db (ledger)")
    assert "It has no entries yet" in done.output and "HOLDS" not in done.output
    make_home(tmp_path / "other", "South", "SOUTH POST")
    run("identity", "--home", tmp_path / "other", "--out", tmp_path / "South.identity")
    assert run("identity", "accept", tmp_path / "South.identity", "--home", home).exit_code == 0
    done = run("verify", home)
    assert done.exit_code == 0 and "HOLDS." in done.output and "Book node: 1 entry\n" in done.output
    assert "  6 checkpoints   -      No state of these entries was signed yet." in done.output
    done = run("verify", home / "agreements")
    assert isinstance(done.exception, InputError), done.output
    says = str(done.exception)
    assert f"The home that it is part of is {home}." in says and "Name a home, its ledger.db, a bundle" in says
    (tmp_path / "empty").mkdir()
    assert "Name a home" in str(run("verify", tmp_path / "empty").exception)


def test_a_home_hands_out_a_bundle_that_holds(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "North", "NORTH POST")
    from node.two_sides import Side, exchange

    north, south = Side(home.ledger, home.key, SOUTH), Side(tmp_path / "south.db", SOUTH, home.key)
    north.write(4)
    exchange(north, south)
    north.store.close()
    out = tmp_path / "deal.bundle"
    done = run("ledger", "export", "--home", home.path, "--agreement", DEAL, "--out", out)
    assert done.exit_code == 0 and "4 entries, 3 shown; the other side has signed for 4" in done.output, done.output
    assert run("verify", out, "--key", home.key.public, south.path, "--key", SOUTH.public).exit_code == 0
    for more, shown in ((["--show", "alert"], 4), (["--show", "all"], 4), (["--withhold"], 0), (["--hashes"], 3)):
        done = run("ledger", "export", "--home", home.path, "--agreement", DEAL, "--out", out, "--overwrite", *more)
        assert f"4 entries, {shown} shown" in done.output, done.output
        assert run("verify", out).exit_code == 0
    for wrong in (["--agreement", "no such"], ["--agreement", DEAL, "--show", "alert", "--withhold"]):
        assert run("ledger", "export", "--home", home.path, "--out", tmp_path / "no", *wrong).exit_code != 0
    assert not (tmp_path / "no").exists()


def test_a_bundle_is_never_written_over_anything_unasked(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "North", "NORTH POST")
    from node.two_sides import Side

    side = Side(home.ledger, home.key, SOUTH)
    side.write(2)
    side.store.close()
    out = tmp_path / "deal.bundle"
    words = ["ledger", "export", "--home", home.path, "--agreement", DEAL, "--out"]
    assert run(*words, out).exit_code == 0
    first = out.read_bytes()
    again = run(*words, out)
    assert again.exit_code != 0 and "--overwrite" in str(again.exception) and out.read_bytes() == first
    assert run(*words, out, "--overwrite").exit_code == 0 and out.read_bytes() != first
    for other in (home.ledger, home.path / "node.toml", home.path):
        before = other.read_bytes() if other.is_file() else b""
        done = run(*words, other, "--overwrite")
        assert done.exit_code != 0 and "bundles only" in str(done.exception), other
        assert before == (other.read_bytes() if other.is_file() else b"")
    assert run(*words, tmp_path / "nowhere" / "a").exit_code != 0


def test_files_that_have_nothing_in_common_do_not_pass_for_agreeing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = []
    for deal, names in ((DEAL, ("north", "south")), ("deal-2", ("east", "west"))):
        monkeypatch.setattr(made, "DEAL", deal)
        (tmp_path / deal).mkdir()
        for name, side in zip(names, two_sides(tmp_path / deal), strict=True):
            side.bundle(tmp_path / name)
            sides.append(side)
    north, _, east, _ = sides
    for files in ((tmp_path / "north", tmp_path / "east"), (north.path, east.path)):
        done = run("verify", *files)
        assert done.exit_code == 2 and "NOT COMPARED" in done.output and "HOLDS" not in done.output, done.output
        told = json.loads(run("verify", "--json", *files).output)
        assert told["holds"] is False and len(told["not_compared"]) == 2
        assert all(file["holds"] for file in told["files"]), "nothing is wrong with either"
    third = run("verify", tmp_path / "north", tmp_path / "south", tmp_path / "east")
    assert third.exit_code == 2 and f"NOT COMPARED: {tmp_path / 'east'}." in third.output
    assert run("verify", *(tmp_path / name for name in ("north", "south", "east", "west"))).exit_code == 0


def test_a_file_held_against_itself_or_its_copy_is_nothing(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    north.bundle(tmp_path / "a")
    (tmp_path / "copy").write_bytes((tmp_path / "a").read_bytes())
    (tmp_path / "link").symlink_to(north.path)
    for first, second in (("a", "a"), ("a", "copy"), (north.path.name, north.path.name), (north.path.name, "link")):
        done = run("verify", tmp_path / first, tmp_path / second)
        assert done.exit_code == 2 and "one and the same file" in done.output and "NOT COMPARED" in done.output
    done = run("verify", north.path, tmp_path / "a")
    assert done.exit_code == 0 and "of one keeper" in done.output, "two files of one keeper can be compared, and say so"
    south.store.close()
