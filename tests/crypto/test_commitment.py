"""Salted leaves under one root: what is opened is what was committed to, and what is not opened cannot be guessed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.crypto.commitment import FEWEST, SALT, Committed, Opened, commit, restore, verify
from armslength.crypto.merkle import leaf_hash, root
from armslength.errors import LedgerError, LocalProtocolError

THINGS = {f"track {n}": f'{{"lat":{n}}}'.encode() for n in range(9)}


def made(things: dict[str, bytes] = THINGS, seed: int = 1) -> Committed:
    return commit(things, random.Random(seed).randbytes)


@pytest.fixture(scope="module")
def held() -> Committed:
    return made()


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.binary(max_size=40), max_size=90), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_whatever_is_opened_is_found_to_be_what_was_committed_to(things: dict[str, bytes], seed: int) -> None:
    one = made(things, seed)
    opened = one.open(list(things))
    assert verify(one.root(), one.size, opened) == []
    assert [leaf.data for leaf in opened] == list(things.values())


def test_each_lie_is_seen(held: Committed) -> None:
    tree, size = held.root(), held.size
    (leaf,) = held.open(["track 3"])
    other = held.open(["track 4"])[0]
    lies = {
        "other data": replace(leaf, data=leaf.data + b" "),
        "wrong salt": replace(leaf, salt=bytes(SALT)),
        "salt runs on into the data": replace(leaf, salt=leaf.salt + leaf.data[:1], data=leaf.data[1:]),
        "moved leaf": replace(leaf, index=leaf.index ^ 1),
        "far away": replace(leaf, index=size + leaf.index),
        "missing proof": replace(leaf, proof=()),
        "a step short": replace(leaf, proof=leaf.proof[:-1]),
        "a step more": replace(leaf, proof=(*leaf.proof, leaf.proof[0])),
        "another's proof": replace(leaf, proof=other.proof),
    }
    assert {name for name, lie in lies.items() if verify(tree, size, [lie]) == [lie.index]} == set(lies)
    assert verify(tree, size, [leaf]) == [], "the control: the truth holds"
    assert verify(bytes(32), size, [leaf]) == [leaf.index]
    assert verify(tree, size * 2, [leaf]) == [leaf.index]
    assert verify(tree, size, [leaf, leaf]) == [leaf.index], "one thing does not count as two"


def test_a_node_of_the_tree_is_no_leaf(held: Committed) -> None:
    """RFC 6962 hashes leaves and nodes apart: two neighbours joined cannot be shown as one leaf."""
    leaves = held.leaves()
    joined = leaves[0] + leaves[1]
    lie = Opened(0, joined[:SALT], joined[SALT:], held.open([_label(held, 0)])[0].proof[1:])
    assert verify(held.root(), held.size // 2, [lie]) == [0]


def _label(held: Committed, at: int) -> str:
    """Return a label of a leaf near `at`."""
    return next(label for label in held.labels[at:] if label)


def guessed(leaf: bytes, salts: list[bytes]) -> str:
    """Try every level from the ground to 40,000 ft against the hash of a leaf."""
    for feet in range(0, 40_000, 25):
        data = f'{{"level_ft":{feet}}}'.encode()
        if any(leaf_hash(salt + data) == leaf for salt in salts):
            return data.decode()
    return ""


def test_what_stays_closed_cannot_be_guessed() -> None:
    secret = b'{"level_ft":23275}'
    held = made({"level": secret, "opened": b"{}"})
    hidden = held.leaves()[held.labels.index("level")]
    opened = held.open(["opened"])[0]
    assert guessed(hidden, [b"", bytes(SALT), opened.salt]) == ""
    assert guessed(leaf_hash(secret), [b""]) == secret.decode(), "the control: without a salt it is found at once"


def test_how_many_things_there_are_is_not_told() -> None:
    few, many = made({"a": b"1"}), made({str(n): b"1" for n in range(FEWEST)})
    assert few.size == many.size == FEWEST
    assert made({str(n): b"1" for n in range(FEWEST + 1)}).size == 2 * FEWEST


def test_places_tell_nothing_about_the_order_of_what_was_committed_to() -> None:
    places = [tuple(made(seed=seed).labels.index(f"track {n}") for n in range(9)) for seed in range(40)]
    ascending = sum(list(one) == sorted(one) for one in places)
    assert ascending == 0 and len(set(places)) == 40


def test_the_same_things_twice_give_two_roots() -> None:
    assert made(seed=1).root() != made(seed=2).root()
    assert made(seed=1).root() == made(seed=1).root()


def test_it_is_the_tree_of_the_ledger(held: Committed) -> None:
    assert held.root() == root(sorted(held.leaves()))


def test_what_was_kept_is_opened_as_before(held: Committed) -> None:
    kept = list(zip(held.labels, held.salts, held.data, strict=True))
    random.Random(3).shuffle(kept)
    assert restore(kept) == held
    for damaged in (kept[1:], [], [(kept[0][0], b"short", kept[0][2]), *kept[1:]]):
        with pytest.raises(LedgerError):
            restore(damaged)


def test_entropy_must_be_entropy() -> None:
    with pytest.raises(LocalProtocolError):
        commit(THINGS, bytes)
    with pytest.raises(LocalProtocolError):
        commit(THINGS, lambda count: b"x")
    with pytest.raises(LocalProtocolError):
        commit({"": b""}, random.Random(1).randbytes)
    with pytest.raises(LocalProtocolError):
        made().open(["track 99"])
