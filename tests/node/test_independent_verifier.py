"""The verifier that shares no code with the product agrees with it on bundles as written, and on each change of one."""

from __future__ import annotations

import ast
import importlib.util
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from armslength.node.verifying import verify_files
from crypto.books import NORTH, SOUTH
from node.sealing import resealed
from node.two_sides import Side, rewritten, two_sides

SCRIPT = Path(__file__).parents[2] / "scripts" / "independent_verifier.py"
_spec = importlib.util.spec_from_file_location("independent_verifier", SCRIPT)
assert _spec is not None and _spec.loader is not None
other = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(other)


def accepts(data: bytes, key: str = "") -> bool:
    """Return whether the independent verifier accepts a bundle; whatever it is given, it says yes or no."""
    try:
        other.verify(data, key)
    except other.WrongError:
        return False
    return True


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Side]:
    """Both sides of an agreement, after a few exchanges."""
    return two_sides(tmp_path_factory.mktemp("sides"), 3, 2)


@pytest.fixture(scope="module")
def bundles(sides: tuple[Side, Side], tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """What both hand out, each in every way."""
    folder = tmp_path_factory.mktemp("bundles")
    ways: tuple[dict[str, Any], ...] = ({}, {"shown": None}, {"shown": frozenset()}, {"hashes_only": True})
    return [side.bundle(folder / "a", **how) for side in sides for how in ways]


def test_it_shares_no_code_and_needs_one_library() -> None:
    tree = ast.parse(SCRIPT.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    assert foreign == {"cryptography"}
    assert len(SCRIPT.read_text().splitlines()) <= 340, "as docs/ledger.md says: short enough to be read"


def test_what_was_written_is_accepted(bundles: list[bytes], tmp_path: Path) -> None:
    assert [accepts(data) for data in bundles] == [True] * 8
    assert accepts(bundles[0], NORTH.public) and not accepts(bundles[0], SOUTH.public)
    (tmp_path / "a").write_bytes(bundles[0])
    said = []
    for words in (["a"], ["a", NORTH.public], ["a", SOUTH.public], ["absent"], []):
        command = [sys.executable, "-I", SCRIPT, *words]
        done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
        said.append((done.returncode, done.stdout.split(":")[0], done.stderr))
    assert said == [(0, "HOLDS", "")] * 2 + [(2, "DOES NOT HOLD", "")] * 3


def lines_changed(data: bytes) -> Iterator[bytes]:
    """Yield the bundle with every line left out, doubled, swapped with the next, and with bits of it flipped."""
    lines = data.splitlines(keepends=True)
    for at, line in enumerate(lines):
        before, after = lines[:at], lines[at + 1 :]
        yield b"".join([*before, *after])
        yield b"".join([*before, line, line, *after])
        yield b"".join([*before, *after[:1], line, *after[1:]]) if after else data + b"\n"
        for place in range(0, len(line), max(1, len(line) // 6)):
            yield b"".join([*before, line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :], *after])


def test_every_line_changed_is_refused_by_both(bundles: list[bytes], tmp_path: Path) -> None:
    path, held = tmp_path / "b", 0
    for data in lines_changed(bundles[0]):
        path.write_bytes(data)
        assert not verify_files([path]).holds and not accepts(data)
        held += 1
    assert held > 150


SCRAPS: tuple[Any, ...] = (None, 0, 1.5, "0", "00" * 32, [])


def changed(tree: Any) -> Iterator[Any]:
    """Yield a JSON value with each of its fields left out, or another one, at every depth."""
    if isinstance(tree, dict):
        for key in tree:
            rest = {name: value for name, value in tree.items() if name != key}
            yield rest
            yield from ({**tree, key: one} for one in changed(tree[key]))
        yield {**tree, "more": 1}
    elif isinstance(tree, list):
        yield from ([*tree[:at], *tree[at + 1 :]] for at in range(len(tree)))
        yield from ([*tree[:at], one, *tree[at + 1 :]] for at, value in enumerate(tree) for one in changed(value))
    elif isinstance(tree, str) and len(tree) > 2:
        yield tree[:-1] + ("0" if tree[-1] != "0" else "1")
    yield from (scrap for scrap in SCRAPS if scrap != tree or type(scrap) is not type(tree))


def test_what_its_owner_changes_and_seals_anew_is_judged_alike(bundles: list[bytes], tmp_path: Path) -> None:
    """Every field of one line of each kind, changed and sealed again by the one who could: the seal is no help."""
    data, path = bundles[0], tmp_path / "b"
    lines = [json.loads(line) for line in data.splitlines()][:-1]
    kinds = {" ".join(sorted(line)) + str(line.get("of")): number for number, line in enumerate(lines)}
    judged, held = 0, []
    for number in {0, *kinds.values(), len(lines) - 2}:
        for tree in changed(lines[number]):
            if not isinstance(tree, dict):
                continue
            gone = dict.fromkeys(lines[number], None)
            again = resealed(data, NORTH, (number, {**gone, **tree}))
            path.write_bytes(again)
            product = verify_files([path]).holds
            assert accepts(again) is product, (number, tree)
            judged, held = judged + 1, [*held, tree] if product else held
    assert judged > 400 and 0 < len(held) < judged / 10, "a name, a time of export, a countersignature left out"


def test_a_past_made_anew_is_refused_where_the_keeper_signed_another(sides: tuple[Side, Side], tmp_path: Path) -> None:
    north, _ = sides
    liar = rewritten(tmp_path / "liar", north, 3)
    whole = liar.bundle(tmp_path / "lie")
    assert accepts(whole), "alone it holds: all of it was made anew"
    honest = [json.loads(line) for line in north.bundle(tmp_path / "honest").splitlines()]
    lies = [json.loads(line) for line in whole.splitlines()]
    mixed = [one for one in honest if "entry" not in one][:-1] + [one for one in lies if "entry" in one]
    text = b"".join(rfc8785.dumps(line) + b"\n" for line in [*mixed, {}])
    assert not accepts(resealed(text, NORTH))


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1))
def test_it_writes_numbers_as_rfc_8785_has_them(value: float) -> None:
    assert other.number(value) == rfc8785.dumps(value).decode()


@given(st.recursive(st.text() | st.booleans() | st.none(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_it_writes_texts_as_rfc_8785_has_them(value: Any) -> None:
    assert other.canonical(value, 99).encode() == rfc8785.dumps(value)


def test_no_number_but_numbers() -> None:
    for value in (math.nan, math.inf):
        with pytest.raises(other.WrongError):
            other.number(value)


def test_a_verifier_that_forgets_a_check_would_be_seen(
    bundles: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with one check taken out, the tests above find a bundle on which the two differ."""
    monkeypatch.setattr(other, "sealed", lambda *_: None)
    assert accepts(bundles[0].replace(b'"North"', b'"Morth"'))
