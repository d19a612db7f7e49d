"""Checkpoints, what the other side makes of them, and the proof of two stories."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from armslength.crypto import fork as forks
from armslength.crypto.canonical import canonical
from armslength.crypto.checkpoint import CHECKPOINT_TYPE, checkpoint, read, signed_by
from armslength.crypto.envelope import Envelope, seal
from armslength.crypto.fork import Fork, Telling, convicted, tellings
from armslength.crypto.ledger import Book
from armslength.crypto.story import Story, Verdict
from armslength.errors import LedgerError, LocalProtocolError, RemoteProtocolError
from crypto.books import NORTH, OTHER, SOUTH, START, leaves, more


def story(*held: Envelope) -> Story:
    return Story("deal-1", "deal-1", [NORTH.public], held)


def signed(book: Book) -> Envelope:
    return checkpoint(book, "deal-1", START, NORTH)


def test_a_book_that_grows_is_countersigned_each_time() -> None:
    book, south = Book("deal-1"), story()
    for _ in range(40):
        more(book, 3)
        envelope = signed(book)
        assert south.judge(envelope) is Verdict.GROWN
        both = south.countersign(envelope, SOUTH)
        assert signed_by(both, NORTH.public) and signed_by(both, SOUTH.public)
        book.settle(read(both).size)
    assert len(read(envelope).proof) < 10 and read(envelope).since == 117
    assert south.judge(envelope) is Verdict.SAME
    assert south.countersign(both, SOUTH) == both
    assert story(both).judge(signed(book)) is Verdict.SAME


def test_a_lost_countersignature_is_asked_for_again() -> None:
    book, south = Book("deal-1"), story()
    more(book, 3)
    first = signed(book)
    assert south.judge(first) is Verdict.GROWN
    book.settle(3)
    more(book, 3)
    lost = signed(book)
    assert south.judge(lost) is Verdict.GROWN, "and its countersignature is lost"
    more(book, 3)
    early = signed(book)
    assert south.judge(early) is Verdict.GAP
    with pytest.raises(LocalProtocolError):
        south.countersign(early, SOUTH)
    assert south.judge(lost) is Verdict.SAME
    book.settle(read(south.countersign(lost, SOUTH)).size)
    assert south.judge(signed(book)) is Verdict.GROWN
    assert south.judge(first) is Verdict.OLDER


@pytest.mark.parametrize("size", range(1, 13))
def test_a_past_rewritten_at_any_entry_is_found_and_proven(size: int) -> None:
    for changed in range(size):
        for after in range(4):
            honest = Book("deal-1")
            more(honest, size)
            south = story()
            assert south.judge(signed(honest)) is Verdict.GROWN
            other = Book("deal-1")
            kept = more(other, changed) + more(other, 1, "told otherwise") + more(other, size - changed - 1)
            restored = Book.restore("deal-1", leaves(kept), [size])
            more(restored, after)
            assert south.judge(signed(restored)) is Verdict.FORK
            assert south.fork is not None
            keys, first, second = convicted(forks.from_bytes(forks.to_bytes(south.fork)))
            assert keys == {NORTH.public} and (first.size, second.size) == (size, size + after)
            with pytest.raises(LocalProtocolError):
                south.countersign(signed(restored), SOUTH)


def test_a_fork_is_proven_from_the_leaves_where_no_checkpoint_says_it() -> None:
    honest, other = Book("deal-1"), Book("deal-1")
    more(honest, 5)
    kept = more(other, 3) + more(other, 9, "told otherwise")
    first, second = signed(honest), signed(other)
    found = [t for t in tellings(second, leaves(kept), [5]) if t.size == 5]
    keys, _, _ = convicted(Fork(tellings(first)[0], found[0]))
    assert keys == {NORTH.public}


def _fork() -> Fork:
    honest, other = Book("deal-1"), Book("deal-1")
    more(honest, 5)
    kept = more(other, 9, "told otherwise")
    return Fork(tellings(signed(honest))[0], next(t for t in tellings(signed(other), leaves(kept), [5]) if t.size == 5))


def test_an_accusation_that_proves_nothing_is_refused() -> None:
    good = _fork()
    assert convicted(good)[0] == {NORTH.public}
    book = Book("deal-1")
    more(book, 5)
    south = checkpoint(book, "deal-1", START, SOUTH)
    elsewhere = checkpoint(book, "deal-2", START, NORTH)
    note = seal("text/plain", good.first.checkpoint.payload, NORTH)
    wrong = [
        (1, replace(good, first=replace(good.first, checkpoint=elsewhere))),
        (1, replace(good, first=replace(good.first, checkpoint=note))),
        (2, replace(good, first=Telling(good.second.checkpoint, 9, read(good.second.checkpoint).root, ()))),
        (3, replace(good, first=replace(good.first, root="ab" * 32))),
        (3, replace(good, second=replace(good.second, proof=()))),
        (4, Fork(good.first, good.first)),
        (5, replace(good, first=replace(good.first, checkpoint=south))),
    ]
    for step, fork in wrong:
        with pytest.raises(LedgerError, match=f"step {step}"):
            convicted(fork)
        with pytest.raises(LedgerError, match=f"step {step}"):
            convicted(forks.from_bytes(forks.to_bytes(fork)))


def test_every_flipped_byte_of_a_proof_is_refused() -> None:
    data = forks.to_bytes(_fork())
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        with pytest.raises(LedgerError):
            convicted(forks.from_bytes(bytes(changed)))


def test_checkpoints_of_others_are_refused() -> None:
    book = Book("deal-1")
    more(book, 3)
    elsewhere = Book("deal-2")
    more(elsewhere, 3)
    for envelope, reason in [
        (checkpoint(book, "deal-1", START, OTHER), "wrong key"),
        (checkpoint(book, "deal-2", START, NORTH), "wrong agreement"),
        (checkpoint(elsewhere, "deal-1", START, NORTH), "wrong agreement"),
        (seal("text/plain", b"{}", NORTH), "garbage"),
        (seal(CHECKPOINT_TYPE, b"{}", NORTH), "garbage"),
    ]:
        with pytest.raises(RemoteProtocolError) as caught:
            story().judge(envelope)
        assert caught.value.reason == reason


def test_a_checkpoint_of_a_wrong_shape_is_refused() -> None:
    book = Book("deal-1")
    more(book, 5)
    book.anchor()
    more(book, 4)
    tree = json.loads(signed(book).payload)
    assert read(seal(CHECKPOINT_TYPE, canonical(tree), NORTH)).size == 9
    for wrong, reason in [
        ({"size": -1}, "garbage"),
        ({"size": "9"}, "garbage"),
        ({"size": True}, "garbage"),
        ({"size": 8}, "bad proof"),
        ({"size": 2**53 - 1}, "bad proof"),
        ({"root": "x" * 64}, "garbage"),
        ({"root": "0" * 64}, "bad proof"),
        ({"since": 5}, "garbage"),
        ({"since": {"root": tree["root"], "size": 5}}, "bad proof"),
        ({"since": {"root": tree["since"]["root"], "size": 10}}, "bad proof"),
        ({"proof": []}, "bad proof"),
        ({"proof": ["00" * 32] * 129}, "garbage"),
        ({"proof": "ab"}, "garbage"),
        ({"time_ns": 5}, "garbage"),
        ({"agreement": 5}, "garbage"),
        ({"more": 5}, "garbage"),
    ]:
        with pytest.raises(RemoteProtocolError) as caught:
            read(seal(CHECKPOINT_TYPE, canonical(tree | wrong), NORTH))
        assert caught.value.reason == reason, wrong


def test_memory_for_what_proves_nothing_is_bounded() -> None:
    south, book = story(), Book("deal-1")
    more(book, 1000)
    assert south.judge(signed(book)) is Verdict.GROWN
    small = Book("deal-1")
    for _ in range(300):
        more(small, 1, "another story")
        assert south.judge(checkpoint(small, "deal-1", START, NORTH)) in {Verdict.OLDER, Verdict.FORK}
    assert len(south._told) < 300
