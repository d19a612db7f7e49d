"""The bundle of a case: what a third person can check of it, and every way in which it is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armslength.crypto.canonical import canonical
from armslength.crypto.envelope import from_tree, seal, to_tree
from armslength.crypto.keys import SigningKey
from armslength.node.case_bundle import CASE_BUNDLE_TYPE
from armslength.node.case_exporting import export_case
from armslength.node.verifying import FileReport, verify_files
from node.cases.case_homes import HomePair
from node.cases.case_pair import LIFE, SAID, live
from node.core.pair import BEGIN_NS

NOW = BEGIN_NS + 10**13


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> HomePair:
    """A case that was lived through to its end, with a statement of each side and some talk around it."""
    pair = HomePair(tmp_path_factory.mktemp("homes"))
    for step, _ in LIFE:
        live(pair, step)
        if step == "answer":
            pair.do(pair.north, "case state", case="N-0001", **SAID)
            pair.do(pair.south, "case state", case="N-0001", **SAID)
    pair.run(60.0)
    pair.keep()
    return pair


@pytest.fixture(scope="module")
def bundles(pair: HomePair) -> dict[str, Path]:
    """The case as each side hands it out."""
    out = {}
    for party, home in pair.homes.items():
        out[party] = pair.folder / f"{party}.case"
        done = export_case(home, "n-0001", out[party], NOW)
        assert (done.case, done.left_out) == ("N-0001", ())
        assert done.documents == 14 and all(count > 5 for count in done.leaves.values())
        assert done.countersigned > 10
    return out


def look(path: Path, *keys: str) -> FileReport:
    """Return what `verify` finds in one file."""
    (found,) = verify_files([path], keys).files
    return found


def refused(path: Path) -> str:
    """Return why a file does not hold: the words of the step that fails."""
    found = look(path)
    assert not found.holds, "it holds"
    return next(step.says for step in found.steps if step.holds is False)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a bundle."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def resealed(lines: list[dict[str, Any]], out: Path, key: SigningKey) -> Path:
    """Write lines as who exports it could: counted anew and sealed."""
    body = [one for one in lines if "seal" not in one]
    first = body[0]
    first["counts"] = {
        "entries": sum("entry" in one for one in body),
        "leaves": sum("opened" in one for one in body),
        "own": sum(one.get("of") == "own" for one in body),
        "theirs": sum(one.get("of") == "theirs" for one in body),
    }
    data = b"".join(canonical(one, deepest=40) + b"\n" for one in body)
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    payload = canonical({"agreement": first["agreement"], "case": first["case"], "digest": digest})
    out.write_bytes(data + canonical({"seal": to_tree(seal(CASE_BUNDLE_TYPE, payload, key))}) + b"\n")
    return out


def test_it_holds_and_says_what_it_holds(pair: HomePair, bundles: dict[str, Path]) -> None:
    for party, path in bundles.items():
        found = look(path)
        assert found.kind == "case" and found.holds, [step.says for step in found.steps]
        assert [step.number for step in found.steps if step.holds] == [1, 2, 6, 7, 8, 10, 5, 11, 12, 13]
        assert found.case is not None and found.case.file is not None
        assert found.case.file.state.value == "closed" and party in str(found.steps[8].says)
    key = pair.north.key.public
    assert look(bundles["NORTH"], key).holds
    assert not look(bundles["SOUTH"], key).holds


def test_both_bundles_are_one_case_and_a_case_is_not_another(pair: HomePair, bundles: dict[str, Path]) -> None:
    both = verify_files(list(bundles.values()))
    assert both.holds and both.between[0].says.endswith("the same 14 documents.")
    lines = lines_of(bundles["SOUTH"])
    last = max(at for at, one in enumerate(lines) if one.get("payload", {}).get("kind") == "closing")
    short = resealed(lines[:last] + lines[last + 1 :], pair.folder / "short.case", pair.south.key)
    assert look(short).holds, "nothing in it says that its newest document is missing"
    found = verify_files([bundles["NORTH"], short])
    assert not found.holds and "lacks 1 document" in found.between[0].says


def test_nothing_in_it_is_kept_out_by_the_deal(bundles: dict[str, Path]) -> None:
    data = bundles["NORTH"].read_bytes() + b"".join(
        base64.b64decode(one["opened"]["data"]) for one in lines_of(bundles["NORTH"]) if "opened" in one
    )
    for word in (b"d10001", b"d20001", b"c0ffee", b"SECRET1", b"radar of the hill", b"separation"):
        assert word not in data, word


def test_no_byte_can_be_another(bundles: dict[str, Path], tmp_path: Path) -> None:
    data, rng, path = bundles["NORTH"].read_bytes(), random.Random(5), tmp_path / "flipped.case"
    ends = [at for at, byte in enumerate(data) if byte == 10]
    places = {*rng.sample(range(len(data)), 250), *range(120), *(end - 1 for end in ends), *ends, len(data) - 30}
    for at in sorted(places)[:: max(1, len(places) // 400)]:
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :])
        assert not verify_files([path]).holds, at
    path.write_bytes(data)
    assert verify_files([path]).holds, "the control: unchanged, it holds"


def test_no_line_can_be_left_out_added_or_put_elsewhere(bundles: dict[str, Path], tmp_path: Path) -> None:
    lines, path = bundles["NORTH"].read_bytes().splitlines(keepends=True), tmp_path / "cut.case"
    for at in range(len(lines)):
        path.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
        assert not verify_files([path]).holds, at
        path.write_bytes(b"".join([*lines[: at + 1], *lines[at:]]))
        assert not verify_files([path]).holds, at
        if at + 1 < len(lines):
            path.write_bytes(b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]))
            assert not verify_files([path]).holds, at
    for size in range(0, sum(map(len, lines)), 4_001):
        path.write_bytes(b"".join(lines)[:size])
        assert not verify_files([path]).holds, size


def test_whoever_exports_it_cannot_leave_out_a_document_either(
    pair: HomePair, bundles: dict[str, Path], tmp_path: Path
) -> None:
    """Sealed anew by the exporter's own key: only the newest document could be left out unseen."""
    lines = lines_of(bundles["NORTH"])
    said = [at for at, one in enumerate(lines) if one.get("entry", {}).get("kind") in {"case in", "case out"}]
    for at in said[:-1]:
        cut = resealed([dict(one) for one in lines[:at] + lines[at + 1 :]], tmp_path / "less.case", pair.north.key)
        assert "missing" in (says := refused(cut)) or "committed" in says, (at, says)
    assert look(resealed(lines, tmp_path / "same.case", pair.north.key)).holds, "the control"


Change = Callable[[list[dict[str, Any]]], None]


def _entry(lines: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(one for one in lines if one.get("payload", {}).get("kind") == kind)


def _leaves(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one["opened"] for one in lines if "opened" in one]


def _no_proof(lines: list[dict[str, Any]]) -> None:
    del _entry(lines, "answer")["proof"]


def _empty_proof(lines: list[dict[str, Any]]) -> None:
    _entry(lines, "answer")["proof"] = []


def _moved_entry(lines: list[dict[str, Any]]) -> None:
    _entry(lines, "answer")["entry"]["sequence"] += 1


def _other_words(lines: list[dict[str, Any]]) -> None:
    _entry(lines, "answer")["payload"]["kind"] = "statement"


def _moved_leaf(lines: list[dict[str, Any]]) -> None:
    one, other = _leaves(lines)[:2]
    one["index"], other["index"] = other["index"], one["index"]


def _leaf_without_proof(lines: list[dict[str, Any]]) -> None:
    _leaves(lines)[3]["proof"] = []


def _leaf_twice(lines: list[dict[str, Any]]) -> None:
    at = next(at for at, one in enumerate(lines) if "opened" in one)
    lines.insert(at, lines[at])


def _leaf_of_the_other(lines: list[dict[str, Any]]) -> None:
    for one in lines:
        if "opened" in one:
            one["by"] = "SOUTH" if one["by"] == "NORTH" else "NORTH"


def _other_track(lines: list[dict[str, Any]]) -> None:
    held = _leaves(lines)[0]
    tree = json.loads(base64.b64decode(held["data"]))
    tree["samples"][0][1] += 40
    held["data"] = base64.b64encode(canonical(tree)).decode()


def _no_state(lines: list[dict[str, Any]]) -> None:
    lines[:] = [one for one in lines if one.get("of") != "own"]


def _state_of_nobody(lines: list[dict[str, Any]]) -> None:
    held = [one for one in lines if one.get("of") == "own"][-1]
    envelope = from_tree(held["checkpoint"])
    held["checkpoint"] = to_tree(seal(envelope.payload_type, envelope.payload, SigningKey(bytes([9]) * 32)))


def _removed_key(lines: list[dict[str, Any]]) -> None:
    """The version in force had named another key of SOUTH since before the answer was given."""
    at = int(_entry(lines, "answer")["entry"]["time_ns"]) - 5 * 10**9
    keys = lines[0]["keys"]
    old = next(one for one in keys if one["party"] == "SOUTH")
    old["until_ns"] = str(at)
    new = SigningKey(bytes([7]) * 32).public
    keys.append({**old, "from_ns": str(at), "until_ns": None, "key": new, "version": 2})


def _never_a_key(lines: list[dict[str, Any]]) -> None:
    for one in lines[0]["keys"]:
        if one["party"] == "SOUTH":
            one["key"] = SigningKey(bytes([8]) * 32).public
    lines[:] = [one for one in lines if one.get("of") != "theirs"]


def _other_case(lines: list[dict[str, Any]]) -> None:
    lines[0]["case"] = "N-0002"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_no_proof, "Its proof is missing: nothing shows that it stands in the ledger."),
        (_empty_proof, "is not proven to stand in the ledger of NORTH: it was changed, moved or made up"),
        (_moved_entry, "is not proven to stand in the ledger of NORTH"),
        (_other_words, "its content was exchanged"),
        (_moved_leaf, "committed to: it was changed, moved, or comes without proof"),
        (_leaf_without_proof, "comes without proof"),
        (_leaf_twice, "is not what NORTH committed to"),
        (_leaf_of_the_other, "committed to: it was changed, moved"),
        (_other_track, "is not what NORTH committed to"),
        (_no_state, "It holds no signed state: nothing that is in it is proven."),
        (_state_of_nobody, "is not signed by NORTH"),
        (_removed_key, "which was removed as a key of SOUTH"),
        (_never_a_key, "which never was a key of SOUTH"),
        (_other_case, "It says that it is case N-0002; what is in it is case N-0001."),
    ],
)  # fmt: skip
def test_what_the_exporter_itself_cannot_do(
    pair: HomePair, bundles: dict[str, Path], tmp_path: Path, change: Change, says: str
) -> None:
    lines = lines_of(bundles["NORTH"])
    change(lines)
    assert says in refused(resealed(lines, tmp_path / "changed.case", pair.north.key))


def test_a_stranger_cannot_seal_it(pair: HomePair, bundles: dict[str, Path], tmp_path: Path) -> None:
    stranger = resealed(lines_of(bundles["NORTH"]), tmp_path / "strange.case", SigningKey(bytes([9]) * 32))
    assert "does not name as a key of NORTH" in refused(stranger)


def test_a_case_that_nobody_opened_is_said_to_be_that(pair: HomePair, tmp_path: Path) -> None:
    from armslength.errors import InputError

    with pytest.raises(InputError, match=r"Nobody opened a case.*Cases: N-0001"):
        export_case(pair.homes["NORTH"], "N-0007", tmp_path / "none.case", NOW)
    assert not (tmp_path / "none.case").exists()


def test_an_officer_hands_a_case_out_and_another_one_verifies_it(pair: HomePair, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from armslength.cli import app

    home, out = pair.homes["SOUTH"].path, tmp_path / "handed.case"
    done = CliRunner().invoke(app, ["case", "export", "N-0001", str(out), "--home", str(home)])
    assert done.exit_code == 0 and "14 documents" in done.output, done.output
    found = CliRunner().invoke(app, ["verify", str(out), "--key", pair.south.key.public])
    assert found.exit_code == 0 and "HOLDS" in found.output, found.output
    assert "It stands: closed." in found.output
    again = CliRunner().invoke(app, ["case", "export", "N-0001", str(out), "--home", str(home)])
    assert again.exit_code != 0, "nothing is written over"
