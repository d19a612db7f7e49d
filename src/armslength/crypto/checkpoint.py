"""Checkpoints: what a node signs about the state of a book.

A checkpoint says "my book has `size` entries under `root`; it began with the `since` entries that you have signed for,
and here is the proof". It goes to the other side, which holds it against every one it has (`story.py`) and sends it
back with its own signature. From then on neither can deny that state of the book, and the one whose book it is cannot
change what lies before it: a second story is found, with a proof that a third person can check (`fork.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import Envelope, seal, signers
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book, is_hash, is_stamp
from armslength.crypto.merkle import verify_consistency
from armslength.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["CHECKPOINT_TYPE", "Checkpoint", "checkpoint", "kept_key", "own_space", "read", "signed_by", "their_space"]

CHECKPOINT_TYPE = "application/vnd.armslength.checkpoint+json"
_FIELDS = {"agreement", "book", "proof", "root", "since", "size", "time_ns"}
_LONGEST_PROOF = 128


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one book, as its owner signed it.

    Args:
        agreement: id of the agreement.
        book: name of the book.
        size: how many entries it has.
        root: root of the tree over them, 64 hexadecimal digits.
        since: a size of before, that the proof begins at.
        since_root: root of the tree at that size.
        proof: RFC 6962 consistency proof from `since` to `size`; it has been found to hold.
        time_ns: UTC nanoseconds when it was signed.
    """

    agreement: str
    book: str
    size: int
    root: str
    since: int
    since_root: str
    proof: tuple[str, ...]
    time_ns: int


def checkpoint(book: Book, agreement: str, time_ns: int, key: SigningKey) -> Envelope:
    """Return the signed state of `book`, with the proof that it grew from the last one that came back countersigned.

    The book remembers the size; call `book.settle(size)` when it comes back countersigned.

    Raises:
        LocalProtocolError: the time is no stamp.
    """
    if not is_stamp(str(time_ns)):
        raise LocalProtocolError("A checkpoint needs UTC nanoseconds below 2^63.")
    since, since_root, proof = book.since()
    payload = {
        "agreement": agreement,
        "book": book.name,
        "proof": list(proof),
        "root": book.root(),
        "since": {"root": since_root, "size": since},
        "size": book.size,
        "time_ns": str(time_ns),
    }
    book.anchor()
    return seal(CHECKPOINT_TYPE, canonical(payload), key)


def read(envelope: Envelope) -> Checkpoint:
    """Return the checkpoint in `envelope`; whose it is, `signed_by` says.

    Raises:
        RemoteProtocolError: it is of another type or form ("garbage"), or its own proof does not hold ("bad proof").
    """
    if envelope.payload_type != CHECKPOINT_TYPE:
        raise RemoteProtocolError("garbage", "This is signed as something else than a checkpoint.")
    out = _read(parse(envelope.payload))
    old, new = bytes.fromhex(out.since_root), bytes.fromhex(out.root)
    if not verify_consistency(out.since, out.size, old, new, [bytes.fromhex(step) for step in out.proof]):
        raise RemoteProtocolError("bad proof", "A checkpoint does not prove the growth that it claims.")
    return out


def own_space(book: str) -> str:
    """Return the space of the store in which the checkpoints of our `book` are kept, countersigned once they are."""
    return f"checkpoint/own/{book}"


def their_space(book: str) -> str:
    """Return the space of the store in which the other side's checkpoints of its `book` are kept."""
    return f"checkpoint/theirs/{book}"


def kept_key(envelope: Envelope) -> str:
    """Return the key under which a checkpoint is kept: by size; the same with more signatures on it.

    Raises:
        RemoteProtocolError: it is no checkpoint.
    """
    return f"{read(envelope).size:016d}-{hashlib.sha256(envelope.payload).hexdigest()[:16]}"


def signed_by(envelope: Envelope, *keys: str) -> bool:
    """Return whether one of `keys` has validly signed `envelope`."""
    return not signers(envelope).isdisjoint(keys)


def _read(tree: dict[str, Any]) -> Checkpoint:
    wrong = RemoteProtocolError("garbage", "A checkpoint has not the fields it must have.")
    if tree.keys() != _FIELDS:
        raise wrong
    since, proof = tree["since"], tree["proof"]
    if not isinstance(since, dict) or since.keys() != {"root", "size"} or not isinstance(proof, list):
        raise wrong
    sizes, hashes = [tree["size"], since["size"]], [tree["root"], since["root"], *proof]
    if (
        not all(type(size) is int and size >= 0 for size in sizes)
        or len(proof) > _LONGEST_PROOF
        or not all(is_hash(one) for one in hashes)
        or not all(isinstance(tree[name], str) for name in ("agreement", "book"))
        or not is_stamp(tree["time_ns"])
    ):
        raise wrong
    return Checkpoint(
        agreement=tree["agreement"],
        book=tree["book"],
        size=tree["size"],
        root=tree["root"],
        since=since["size"],
        since_root=since["root"],
        proof=tuple(proof),
        time_ns=int(tree["time_ns"]),
    )
