"""What is laid before `verify`: one book of a ledger, from the node's own file or from a bundle, in one shape.

Nothing in an exhibit is believed yet. What it says about itself (`About`) is a claim to be held against the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from armslength.crypto.checkpoint import own_space, read, their_space
from armslength.crypto.envelope import Envelope, from_json
from armslength.crypto.fork import Fork, from_bytes
from armslength.errors import LedgerError, RemoteProtocolError

if TYPE_CHECKING:
    from armslength.adapters.store import Snapshot

__all__ = ["PROOF_SPACE", "About", "Exhibit", "Shown", "no_seal", "of_ledger", "sorted_by_size"]

PROOF_SPACE = "checkpoint/proof/"
"""Space of the store in which proofs of two stories are kept; the agreement's id follows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as it is shown: `leaf` alone, or `header`, or header with payload and salt."""

    header: bytes | None
    payload: bytes | None = None
    salt: bytes | None = None
    leaf: bytes | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What an exhibit says about itself.

    Attributes:
        agreement, book: which one.
        own_party, own_keys: who kept the book, and with which keys, the present one last; "" and () where unsaid.
        their_party, their_keys: the other side.
        countersigned: size of the newest own checkpoint that is said to be countersigned; 0 where none is.
        entries: how many entries there are said to be; -1 where unsaid.
        exported_ns: UTC [ns] of the export; 0 for a ledger.
    """

    agreement: str
    book: str
    own_party: str = ""
    own_keys: tuple[str, ...] = ()
    their_party: str = ""
    their_keys: tuple[str, ...] = ()
    countersigned: int = 0
    entries: int = -1
    exported_ns: int = 0


def no_seal() -> str:
    """Say that there is no seal to check."""
    return ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One book, ready to be walked once.

    Attributes:
        name: of the file. kind: "ledger" or "bundle".
        own, theirs: checkpoints of both sides, by size.
        proofs: of two stories, as they were kept.
        entries: to be walked from the first; raises LedgerError where the form is wrong.
        seal: to be called once the entries were walked: returns the key that sealed the file, "" where nothing is
            sealed; raises LedgerError where the seal does not hold.
    """

    name: str
    kind: str
    about: About
    own: tuple[Envelope, ...]
    theirs: tuple[Envelope, ...]
    entries: Iterator[Shown]
    proofs: tuple[Fork, ...] = ()
    seal: Callable[[], str] = field(default=no_seal)


def sorted_by_size(envelopes: list[Envelope]) -> tuple[Envelope, ...]:
    """Return checkpoints in the order of their sizes.

    Raises:
        RemoteProtocolError: one is none.
    """
    return tuple(sorted(envelopes, key=lambda one: read(one).size))


def of_ledger(snapshot: Snapshot) -> Iterator[Exhibit]:
    """Yield every book of a node's own ledger.

    Raises:
        LedgerError: a checkpoint or a proof in it is not readable.
    """
    books = set(snapshot.books())
    for space in snapshot.spaces():
        books |= {space.removeprefix(start) for start in (own_space(""), their_space("")) if space.startswith(start)}
    for book in sorted(books):
        try:
            own = sorted_by_size([from_json(value) for _, value in snapshot.scan(own_space(book))])
            theirs = sorted_by_size([from_json(value) for _, value in snapshot.scan(their_space(book))])
            agreement = read((own or theirs)[0]).agreement if own or theirs else book
        except RemoteProtocolError as wrong:
            what = f"A checkpoint that is kept is not readable: {wrong.says}"
            raise LedgerError(what, where=f"{snapshot.where}: book {book}") from None
        own_keys, their_keys = _firsts(own) or _seconds(theirs), _firsts(theirs) or _seconds(own)
        about = About(agreement, book, own_keys=own_keys, their_keys=their_keys)
        proofs = tuple(from_bytes(value) for _, value in snapshot.scan(PROOF_SPACE + book))
        yield Exhibit(snapshot.where, "ledger", about, own, theirs, _entries(snapshot, book), proofs)


def _entries(snapshot: Snapshot, book: str) -> Iterator[Shown]:
    for _, leaf, header, salt, payload in snapshot.rows(book):
        if not all(isinstance(one, bytes) for one in (leaf, header, salt, payload)):
            raise LedgerError("A row is damaged.", where=f"{snapshot.where}: book {book}")
        yield Shown(header, payload, salt, leaf)


def _firsts(envelopes: tuple[Envelope, ...]) -> tuple[str, ...]:
    """Return the keys that signed first: those whose book it is."""
    return tuple(dict.fromkeys(one.signatures[0][0] for one in envelopes))


def _seconds(envelopes: tuple[Envelope, ...]) -> tuple[str, ...]:
    """Return the keys that countersigned."""
    return tuple(dict.fromkeys(public for one in envelopes for public, _ in one.signatures[1:]))
