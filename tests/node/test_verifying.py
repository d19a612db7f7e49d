"""`verify` over ledgers and bundles: what holds, what does not, at which entry, and the proof of two stories."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.crypto import fork as forks
from armslength.crypto.fork import convicted
from armslength.crypto.keys import groups
from armslength.errors import LedgerError
from armslength.node import bundle
from armslength.node.examining import Step
from armslength.node.verifying import Report, verify_files
from crypto.books import NORTH, OTHER, SOUTH
from node.sealing import resealed
from node.two_sides import DEAL, Side, exchange, rewritten, tampered, two_sides


def failed(report: Report) -> list[tuple[int, int | None]]:
    """Return (step, entry) of all that fails."""
    steps = [step for file in report.files for step in file.steps]
    steps += [step for file in report.files for book in file.books for step in book.steps] + report.between
    assert report.holds is not any(step.holds is False for step in steps)
    return [(step.number, step.entry) for step in steps if step.holds is False]


def step(report: Report, number: int) -> Step:
    """Return a step over the first book."""
    return next(step for step in report.files[0].books[0].steps if step.number == number)


def first_entry(data: bytes) -> int:
    """Return the line of entry 0."""
    return next(n for n, line in enumerate(data.splitlines()) if line.startswith((b'{"entry"', b'{"leaf"')))


def test_what_is_as_it_was_written_holds(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    for n, side in enumerate((north, south)):
        side.bundle(tmp_path / f"{n}.bundle")
        side.bundle(tmp_path / f"{n}-closed.bundle", shown=frozenset())
        side.bundle(tmp_path / f"{n}-hashes.bundle", hashes_only=True)
        side.bundle(tmp_path / f"{n}-open.bundle", shown=None)
    paths = [*sorted(tmp_path.glob("*.bundle")), north.path, south.path]
    for path in paths:
        report = verify_files([path], [NORTH.public, groups(SOUTH.public)])
        assert report.holds and failed(report) == [], report.as_dict()
        assert step(report, 7).holds and "first 12 entries" in step(report, 7).says
        assert report.files[0].books[0].walk.size == 14
    assert verify_files(paths).holds, "and all of them together"


def test_what_is_withheld_is_not_in_the_bundle(tmp_path: Path) -> None:
    north, _ = two_sides(tmp_path)
    both_know = north.bundle(tmp_path / "a")
    closed = north.bundle(tmp_path / "b", shown=frozenset())
    hashes = north.bundle(tmp_path / "c", shown=frozenset(), hashes_only=True)
    whole = north.bundle(tmp_path / "d", shown=None)
    assert [data.count(b'"story":"told"') for data in (both_know, closed, hashes, whole)] == [10, 0, 0, 14]
    assert [data.count(b'"officer"') for data in (closed, hashes)] == [14, 0]
    counts = [verify_files([tmp_path / name]).files[0].books[0].walk for name in "abcd"]
    assert [(w.open, w.withheld, w.hidden) for w in counts] == [(10, 4, 0), (0, 14, 0), (0, 0, 14), (14, 0, 0)]


def test_exporting_changes_nothing_and_replaces_nothing_by_half(tmp_path: Path) -> None:
    north, _ = two_sides(tmp_path)
    north.store.close()
    before = north.path.read_bytes()
    north.bundle(tmp_path / "a")
    assert north.path.read_bytes() == before
    tampered(north.path, "UPDATE entries SET salt = zeroblob(16) WHERE sequence = 3")
    whole = (tmp_path / "a").read_bytes()
    with pytest.raises(LedgerError, match="entry 3"):
        north.bundle(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == whole
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def test_every_byte_of_a_bundle_flipped_in_turn_is_refused(tmp_path: Path) -> None:
    north, south = Side(tmp_path / "n.db", NORTH, SOUTH), Side(tmp_path / "s.db", SOUTH, NORTH)
    for giver, taker in ((north, south), (south, north)):
        giver.write(2)
        exchange(giver, taker)
    data = north.bundle(tmp_path / "a.bundle")
    path = tmp_path / "b.bundle"
    path.write_bytes(data)
    assert verify_files([path], [NORTH.public]).holds
    held = []
    for at in range(len(data)):
        for pattern in (0x20, 1 << at % 8):
            path.write_bytes(data[:at] + bytes([data[at] ^ pattern]) + data[at + 1 :])
            if verify_files([path]).holds:
                held.append((at, pattern))
    assert held == [] and len(data) > 3000


def test_with_the_seal_broken_open_flipped_bytes_would_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: it can fail."""
    north, _ = two_sides(tmp_path, 1, 1)
    data = north.bundle(tmp_path / "a")
    (tmp_path / "b").write_bytes(data.replace(b'"North"', b'"Morth"'))
    assert failed(verify_files([tmp_path / "b"])) == [(2, None)]
    monkeypatch.setattr(bundle, "_check_seal", lambda lines, about: about.own_keys[-1])
    assert verify_files([tmp_path / "b"]).holds


def test_bytes_added_left_out_or_put_elsewhere_are_refused(tmp_path: Path) -> None:
    north, _ = two_sides(tmp_path, 2, 2)
    data = north.bundle(tmp_path / "a.bundle")
    lines = data.splitlines(keepends=True)
    changed = [data[:at] for at in range(0, len(data), 11)]
    changed += [data + extra for extra in (b"\n", b" ", b"\x00", b"{}\n", lines[-1], data)]
    changed += [b"\n" + data, b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"), data.replace(b":", b": ", 1)]
    for at in range(len(lines)):
        changed.append(b"".join(lines[:at] + lines[at + 1 :]))
        changed.append(b"".join([*lines[: at + 1], *lines[at:]]))
        if at:
            changed.append(b"".join([*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]))
    path = tmp_path / "b.bundle"
    for other in changed:
        path.write_bytes(other)
        assert not verify_files([path]).holds


CHANGES: dict[str, tuple[list[tuple[int, dict[str, Any] | None]], list[tuple[int, int | None]]]] = {
    "payload": ([(0, {"payload": {"n": 0, "story": "another"}})], [(5, 0)]),
    "salt": ([(0, {"salt": "00" * 15 + "01"})], [(5, 0)]),
    "salt without payload": ([(0, {"payload": None})], [(1, None)]),
    "actor": ([(1, {"actor": "south"})], [(4, 2)]),
    "left out": ([(1, None), (-1, {"entries": 13})], [(4, 1)]),
    "first left out": ([(0, None), (-1, {"entries": 13})], [(4, 0)]),
    "last left out": ([(13, None), (-1, {"entries": 13})], [(6, 13)]),
    "claimed": ([(-1, {"countersigned": 14})], [(7, None)]),
    "not claimed": ([(-1, {"countersigned": 0})], []),
    "party": ([(-1, {"party": "East"})], []),
}
"""What the keeper itself could do, who can seal again: (entry or -1 for the first line, change) -> (step, entry)."""


@pytest.mark.parametrize("name", CHANGES)
def test_what_the_keeper_itself_changes_is_found(tmp_path: Path, name: str) -> None:
    north, _ = two_sides(tmp_path)
    data = north.bundle(tmp_path / "a")
    first, (changes, expected) = first_entry(data), CHANGES[name]
    done: list[tuple[int, dict[str, Any] | None]] = []
    for entry, change in changes:
        number = 0 if entry < 0 else first + entry
        within = {"actor": "entry", "entries": "counts", "party": "own"}.get(next(iter(change or [""])), "")
        line = json.loads(data.splitlines()[number])
        done.append((number, {within: line[within] | change} if within and change else change))
    (tmp_path / "b").write_bytes(resealed(data, NORTH, *done))
    report = verify_files([tmp_path / "b"], [NORTH.public])
    found = failed(report)
    assert [one for one in found if one[0] in {step for step, _ in expected}] == expected
    assert report.holds is (expected == [])


def test_keys(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    data = north.bundle(tmp_path / "a")
    assert step(verify_files([tmp_path / "a"]), 3).holds is None
    assert failed(verify_files([tmp_path / "a"], [NORTH.public])) == []
    assert failed(verify_files([tmp_path / "a"], [SOUTH.public])) == [(3, None)]
    assert failed(verify_files([north.path], [SOUTH.public])) == [(3, None), (3, None)]
    (tmp_path / "b").write_bytes(resealed(data, OTHER))
    assert failed(verify_files([tmp_path / "b"])) == [(2, None)], "sealed by somebody else than it says"
    head = json.loads(data.splitlines()[0])
    mine = {"own": {"keys": [OTHER.public], "party": "North"}}
    (tmp_path / "b").write_bytes(resealed(data, OTHER, (0, mine)))
    assert failed(verify_files([tmp_path / "b"])) == [(6, None)], "the checkpoints are not by that key"
    theirs = {"theirs": {"keys": [OTHER.public], "party": "South"}}
    (tmp_path / "b").write_bytes(resealed(data, NORTH, (0, theirs)))
    assert {number for number, _ in failed(verify_files([tmp_path / "b"]))} == {7, 8}
    both = {"own": {"keys": [OTHER.public, *head["own"]["keys"]], "party": "North"}}
    (tmp_path / "b").write_bytes(resealed(data, NORTH, (0, both)))
    assert failed(verify_files([tmp_path / "b"])) == [], "a former key is none the worse"
    south.store.close()


def test_a_book_for_which_nobody_signed_says_so_and_is_no_failure(tmp_path: Path) -> None:
    north = Side(tmp_path / "north.db", NORTH, SOUTH)
    north.write(3)
    north.sign()
    north.write(1)
    north.bundle(tmp_path / "a")
    report = verify_files([tmp_path / "a"])
    assert report.holds and step(report, 7).holds is None and "only the keeper" in step(report, 7).says


@pytest.mark.parametrize("at", range(12))
def test_a_past_rewritten_at_any_entry_is_found_from_the_other_sides_checkpoints(tmp_path: Path, at: int) -> None:
    north, south = two_sides(tmp_path)
    liar = rewritten(tmp_path / "liar", north, at)
    liar.bundle(tmp_path / "lie")
    south.bundle(tmp_path / "south")
    assert verify_files([tmp_path / "lie"], [NORTH.public]).holds, "alone it holds: all of it was made anew"
    for files in ([tmp_path / "lie", tmp_path / "south"], [south.path, liar.path], [tmp_path / "south", liar.path]):
        report = verify_files(files)
        assert not report.holds and {number for number, _ in failed(report)} == {9}
        assert failed(report)[0][1] == at // 3 * 3, "the last state on which both agree"
        assert len(report.proofs) == 1
        proof = tmp_path / "proof.json"
        proof.write_bytes(forks.to_bytes(report.proofs[0]) + b"\n")
        assert convicted(report.proofs[0])[0] == {NORTH.public}
        assert verify_files([proof]).holds and groups(NORTH.public) in verify_files([proof]).files[0].says
    for entry in (12, 13):
        later = rewritten(tmp_path / f"later{entry}", north, entry)
        assert verify_files([later.path, south.path]).holds, "what nobody signed for can be changed: so sign often"


def test_two_bundles_of_one_keeper_with_two_stories_give_the_entry_and_the_proof(tmp_path: Path) -> None:
    north, _ = two_sides(tmp_path)
    north.bundle(tmp_path / "honest")
    for at in range(14):
        liar = rewritten(tmp_path / f"liar{at}", north, at)
        liar.bundle(tmp_path / "lie")
        report = verify_files([tmp_path / "honest", tmp_path / "lie"])
        assert failed(report) == [(9, at)]
        assert convicted(report.proofs[0])[0] == {NORTH.public}
    north.write(5)
    north.bundle(tmp_path / "later")
    assert verify_files([tmp_path / "honest", tmp_path / "later"]).holds, "a longer one is no other story"


def test_a_ledger_cut_short_is_found_by_what_the_other_side_holds(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    cut = "DELETE FROM entries WHERE sequence >= 8"
    points = "DELETE FROM kv WHERE space = 'checkpoint/own/deal-1' AND key >= '0000000000000009'"
    for side in (north, south):
        side.store.close()
    tampered(north.path, cut)
    assert failed(verify_files([north.path]))[-1] == (6, 8)
    tampered(north.path, points)
    assert verify_files([north.path]).holds, "alone it cannot be told from an older copy"
    assert failed(verify_files([north.path, south.path])) == [(9, 8)]


def test_an_older_bundle_is_no_lie(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    from armslength.node.exporting import export

    export(north.path, DEAL, tmp_path / "old", NORTH, 5)
    for side in (north, south):
        side.write(3)
    exchange(north, south)
    south.bundle(tmp_path / "south")
    report = verify_files([tmp_path / "old", tmp_path / "south"])
    assert report.holds and any("exported before" in step.says for step in report.between)


def test_the_other_side_that_signed_two_stories_is_convicted_from_one_bundle(tmp_path: Path) -> None:
    north, south = two_sides(tmp_path)
    liar = rewritten(tmp_path / "liar", south, 4)
    from armslength.crypto.checkpoint import checkpoint, their_space
    from armslength.crypto.ledger import Book

    other = Book(DEAL)
    for sealed in list(liar.store.entries(DEAL))[:6]:
        other._grow(bytes.fromhex(sealed.entry.hash))
    north.keep(their_space(DEAL), checkpoint(other, DEAL, 5, SOUTH))
    north.bundle(tmp_path / "north")
    for path in (tmp_path / "north", north.path):
        report = verify_files([path])
        assert failed(report) == [(8, None)]
        assert convicted(report.proofs[0])[0] == {SOUTH.public}


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    empty, text, absent = tmp_path / "empty", tmp_path / "text", tmp_path / "absent"
    empty.touch()
    text.write_bytes(b'{"format":"armslength bundle 2"}\n')
    proof = tmp_path / "proof"
    proof.write_bytes(b'{"first":{}}')
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\x00" + bytes(5000))
    for path in (empty, text, absent, proof, broken, tmp_path):
        report = verify_files([path])
        assert not report.holds and json.dumps(report.as_dict())
        assert verify_files([path, path]).holds is False


def test_garbage_is_a_finding(tmp_path: Path) -> None:
    north, _ = two_sides(tmp_path, 1, 1)
    data = north.bundle(tmp_path / "a")
    head = json.loads(data.splitlines()[0])
    wrong: list[dict[str, Any]] = [
        {"counts": 5},
        {"counts": {"entries": -1, "own": 1, "proofs": 0, "theirs": 0}},
        {"counts": {"entries": 2**52, "own": 1, "proofs": 0, "theirs": 1}},
        {"counts": {"entries": 3, "own": 2**52, "proofs": 0, "theirs": 1}},
        {"counts": head["counts"] | {"proofs": 1}},
        {"own": {"keys": [], "party": "North"}},
        {"own": {"keys": ["01" + "00" * 31], "party": "North"}},
        {"own": 5},
        {"agreement": "deal-2"},
        {"book": "deal-2"},
        {"exported_ns": 5},
        {"format": "armslength bundle 2"},
    ]
    for change in wrong:
        (tmp_path / "b").write_bytes(resealed(data, NORTH, (0, change)))
        assert not verify_files([tmp_path / "b"]).holds, change
    deep = json.loads("[" * 34 + "]" * 34)
    for change in ({"entry": deep}, {"entry": 5}, {"payload": deep}, {"leaf": "00" * 32}, {"proof": deep}):
        (tmp_path / "b").write_bytes(resealed(data, NORTH, (first_entry(data), change)))
        assert not verify_files([tmp_path / "b"]).holds, change


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**53 - 1) | st.text("0af-", max_size=64) | st.just("00" * 32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["size", "root", "keys"]), inner),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A bundle of two entries."""
    folder = tmp_path_factory.mktemp("small")
    north, _ = two_sides(folder, 1, 1)
    return north.bundle(folder / "a")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_its_owner_seals_is_a_finding_and_no_crash(small: bytes, data: st.DataObject) -> None:
    lines = [json.loads(line) for line in small.splitlines()][:-1]
    number = data.draw(st.integers(0, len(lines) - 1))
    at: Any = lines[number]
    while isinstance(at, dict | list) and at and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        before, at = at, at[key]
        if not isinstance(at, dict | list) or data.draw(st.booleans()):
            before[key] = data.draw(SCRAPS)
            break
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        path.write_bytes(resealed(small, NORTH, (number, lines[number])))
        report = verify_files([path, path])
        assert json.dumps(report.as_dict())
