"""Books: the chain, the commitment to payloads, and going on after a restart."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.crypto import merkle
from armslength.crypto.canonical import canonical
from armslength.crypto.ledger import Book, Entry, commitment, genesis
from armslength.errors import LedgerError, LocalProtocolError
from crypto.books import START, leaves, more


def test_each_entry_names_the_one_before() -> None:
    book = Book("deal-1")
    entries = more(book, 5)
    assert [sealed.entry.sequence for sealed in entries] == [0, 1, 2, 3, 4]
    assert entries[0].entry.previous == genesis("deal-1") != genesis("deal-2")
    assert all(after.entry.previous == before.entry.hash for before, after in itertools.pairwise(entries))
    assert (book.head, book.size) == (entries[-1].entry.hash, 5)
    assert book.root() == merkle.root(leaves(entries)).hex()


def test_a_header_commits_to_the_payload_and_does_not_give_it_away() -> None:
    entry = more(Book("deal-1"), 1)[0]
    assert entry.entry.payload_hash == commitment(entry.salt, entry.payload)
    assert commitment(bytes(15) + b"\x01", entry.payload) != commitment(bytes(16), entry.payload)
    assert b"told" in entry.payload and b"told" not in entry.entry.header()
    with pytest.raises(LocalProtocolError):
        commitment(b"short", b"")


@given(st.lists(st.integers(1, 40), max_size=5), st.integers(0, 60))
def test_a_book_goes_on_after_a_restart_as_if_nothing_had_been(anchors: list[int], after: int) -> None:
    whole, first = Book("deal-1"), Book("deal-1")
    written = more(first, 40)
    again = Book.restore("deal-1", leaves(written), anchors)
    more(whole, 40 + after)
    more(again, after)
    assert (again.head, again.size, again.root()) == (whole.head, whole.size, whole.root())
    assert again.anchors == tuple(sorted(set(anchors)))
    since, root, proof = again.since()
    assert since == min(anchors, default=0)
    new = bytes.fromhex(again.root())
    assert merkle.verify_consistency(since, again.size, bytes.fromhex(root), new, [bytes.fromhex(p) for p in proof])


def test_what_is_settled_is_forgotten_and_the_base_stays_when_many_are_out() -> None:
    book = Book("deal-1")
    for _ in range(50):
        more(book, 1)
        book.anchor()
    assert book.anchors[0] == 1 and book.anchors[-1] == 50 and len(book.anchors) == 16
    book.settle(50)
    assert book.anchors == (50,)
    book.settle(49)
    assert book.anchors == (50,)


@given(st.text(max_size=20), st.integers(0, 2**53), st.integers(0, 2**63 - 1))
def test_a_header_is_canonical_json(text: str, sequence: int, time_ns: int) -> None:
    entry = Entry(sequence, time_ns, text, "north", text[::-1], "0" * 64, "1" * 64)
    if sequence < 2**53 and not any("\ud800" <= sign <= "\udfff" for sign in text):
        assert entry.header() == canonical(entry.tree())
        assert Entry.from_header(entry.header()) == entry


def test_headers_are_read_back() -> None:
    for sealed in more(Book("deal-1"), 3):
        assert Entry.from_header(sealed.entry.header()) == sealed.entry


GOOD = json.loads(more(Book("deal-1"), 1)[0].entry.header())


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequence": -1},
        {"sequence": True},
        {"sequence": 1.5},
        {"sequence": "1"},
        {"time_ns": 5},
        {"time_ns": "05"},
        {"time_ns": "-5"},
        {"time_ns": ""},
        {"time_ns": str(2**63)},
        {"time_ns": "\u0661"},
        {"kind": None},
        {"payload": "AB" * 32},
        {"previous": "ab"},
        {"more": 1},
    ],
)
def test_what_is_no_header_is_refused(wrong: dict[str, Any]) -> None:
    assert Entry.from_header(canonical(GOOD)).kind == "decision"
    with pytest.raises(LedgerError):
        Entry.from_header(canonical(GOOD | wrong))
    for other in (b" " + canonical(GOOD), json.dumps(GOOD).encode(), canonical(GOOD).replace(b"dec", b"\\ud800"), b"["):
        with pytest.raises(LedgerError):
            Entry.from_header(other)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": {"n": 2**60}},
        {"payload": {"n": "x" * (1 << 20)}},
        {"time_ns": -1},
        {"time_ns": 2**63},
        {"salt": b""},
        {"kind": "k" * 5000},
        {"payload": {"n": json.loads("[" * 30 + "]" * 30)}},
    ],
)
def test_what_cannot_be_kept_leaves_the_book_as_it_was(change: dict[str, Any]) -> None:
    book = Book("deal-1")
    more(book, 2)
    before = (book.size, book.head, book.root())
    good: dict[str, Any] = {"time_ns": START, "kind": "k", "actor": "a", "role": "r", "payload": {}, "salt": bytes(16)}
    with pytest.raises(LocalProtocolError):
        book.append(**(good | change))
    assert (book.size, book.head, book.root()) == before
    assert book.append(**good).entry.sequence == 2


def test_a_changed_header_has_another_hash() -> None:
    entry = more(Book("deal-1"), 1)[0].entry
    others = [
        replace(entry, actor="x"),
        replace(entry, time_ns=1),
        replace(entry, role="x"),
        replace(entry, sequence=1),
    ]
    assert entry.hash not in {other.hash for other in others}
