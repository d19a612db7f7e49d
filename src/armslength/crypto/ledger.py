"""A book of the ledger: entries, each of which names the hash of the one before it, under one tree.

An entry's header tells who did what kind of thing when, in which role; what it was stands in the payload, which the
header holds only as SHA-256(salt | payload). So a header can be shown where the payload may not be, and nobody can find
the payload by trying: the salt is 16 random bytes, and goes with the payload.

A node keeps one book for each agreement, under the agreement's id, and one that is called "node" for what concerns no
counterpart: so a counterpart who is shown a book learns of no other.

What is in memory of a book is a few hashes, however long it gets; its entries are kept by the store.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical
from armslength.crypto.merkle import Frontier, Growth, leaf_hash
from armslength.errors import LedgerError, LocalProtocolError

__all__ = ["NODE", "SALT", "Book", "Entry", "Sealed", "commitment", "genesis"]

NODE = "node"
"""The book of what concerns no counterpart."""
SALT = 16
"""Bytes of salt before a payload."""
LONGEST_HEADER = 4096
LONGEST_PAYLOAD = 1 << 20
DEEPEST_PAYLOAD = 28
"""So that a payload can stand inside the line of a bundle."""

_MOST_ANCHORS = 16
_LATEST = 2**63


@dataclass(frozen=True, slots=True)
class Entry:
    """The header of one entry.

    Args:
        sequence: its number in its book, from 0.
        time_ns: UTC in nanoseconds, as the node's clock had it.
        kind: what kind of thing it is: one short word.
        actor: who did it: a party, a person, or the node.
        role: in which role.
        payload_hash: SHA-256 over salt | canonical payload, as 64 hexadecimal digits.
        previous: hash of the entry before it; of the first one, `genesis` of the book.
    """

    sequence: int
    time_ns: int
    kind: str
    actor: str
    role: str
    payload_hash: str
    previous: str

    def header(self) -> bytes:
        """Return the canonical bytes: what is hashed.

        Raises:
            LocalProtocolError: a text in it has no UTF-8 form.
        """
        text = (  # `tree` in its canonical form: keys in their order, no fractions
            f'{{"actor":{_quoted(self.actor)},"kind":{_quoted(self.kind)},"payload":"{self.payload_hash}",'
            f'"previous":"{self.previous}","role":{_quoted(self.role)},"sequence":{self.sequence},'
            f'"time_ns":"{self.time_ns}"}}'
        )
        try:
            return text.encode()
        except UnicodeEncodeError:
            raise LocalProtocolError("A text in a header has no UTF-8 form.") from None

    def tree(self) -> dict[str, Any]:
        """Return the header as a JSON object, its keys in canonical order."""
        return {
            "actor": self.actor,
            "kind": self.kind,
            "payload": self.payload_hash,
            "previous": self.previous,
            "role": self.role,
            "sequence": self.sequence,
            "time_ns": str(self.time_ns),
        }

    @property
    def hash(self) -> str:
        """The leaf hash of the header (RFC 6962), as 64 hexadecimal digits."""
        return leaf_hash(self.header()).hex()

    @classmethod
    def from_header(cls, data: bytes) -> Entry:
        """Return the entry of which `data` is the header.

        Raises:
            LedgerError: it is none: not canonical, or a field is missing, unknown or of the wrong kind.
        """
        try:
            tree = json.loads(data.decode()) if len(data) <= LONGEST_HEADER else None
        except (ValueError, RecursionError):
            raise LedgerError("The header is not JSON.") from None
        entry = cls.from_tree(tree)
        if _SURROGATE.search(entry.kind + entry.actor + entry.role) or entry.header() != data:
            raise LedgerError("The header is not in its one canonical form.")
        return entry

    @classmethod
    def from_tree(cls, tree: Any) -> Entry:
        """Return the entry of a header that was read already.

        Raises:
            LedgerError: a field is missing, unknown or of the wrong kind.
        """
        if not isinstance(tree, dict) or tree.keys() != _FIELDS:
            raise LedgerError("The header has not the fields of an entry.")
        sequence, time_ns = tree["sequence"], tree["time_ns"]
        texts = [tree[name] for name in ("kind", "actor", "role")]
        hashes = [tree[name] for name in ("payload", "previous")]
        if (
            type(sequence) is not int
            or sequence < 0
            or not all(isinstance(text, str) for text in texts)
            or not all(is_hash(one) for one in hashes)
            or not is_stamp(time_ns)
        ):
            raise LedgerError("A field of the header is of the wrong kind.")
        return cls(sequence, int(time_ns), *texts, *hashes)


_quoted = json.JSONEncoder(ensure_ascii=False).encode
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIELDS = {"actor", "kind", "payload", "previous", "role", "sequence", "time_ns"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry with what its header commits to."""

    entry: Entry
    payload: bytes
    salt: bytes


def is_hash(text: Any) -> bool:
    """Return whether `text` is 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")


def is_stamp(text: Any) -> bool:
    """Return whether `text` is UTC nanoseconds as decimal digits, in their one spelling, below 2^63."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= 19
        and not text.strip("0123456789")
        and str(int(text)) == text
        and int(text) < _LATEST
    )


def commitment(salt: bytes, payload: bytes) -> str:
    """Return SHA-256 over salt | payload, as 64 hexadecimal digits.

    Raises:
        LocalProtocolError: the salt is not 16 bytes: then its end would not be told from the payload's beginning.
    """
    if len(salt) != SALT:
        raise LocalProtocolError(f"A salt is {SALT} bytes.")
    return hashlib.sha256(salt + payload).hexdigest()


def genesis(book: str) -> str:
    """Return what the first entry of `book` names as previous: so that no entry passes from one book to another."""
    return hashlib.sha256(b"armslength book\x00" + book.encode()).hexdigest()


class Book:
    """The growing end of one book.

    Args:
        name: the agreement's id, or NODE.
    """

    def __init__(self, name: str) -> None:
        if not (name.isascii() and name.isprintable() and 0 < len(name) <= 128):
            raise LocalProtocolError("The name of a book is 1 to 128 printable ASCII signs.")
        self.name = name
        self.head = genesis(name)
        self._frontier = Frontier()
        self._anchors: dict[int, tuple[str, Growth]] = {}

    @classmethod
    def restore(cls, name: str, leaves: Iterable[bytes], anchors: Iterable[int] = ()) -> Book:
        """Return the book after the entries whose leaf hashes are `leaves`.

        Args:
            name: of the book.
            leaves: leaf hashes of all its entries, from the first; 32 bytes each.
            anchors: sizes of the newest checkpoint that came back countersigned, and of those still out.
        """
        book, wanted = cls(name), set(anchors)
        for leaf in leaves:
            book._grow(leaf)
            if book.size in wanted:
                book.anchor()
        return book

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self._frontier.size

    @property
    def anchors(self) -> tuple[int, ...]:
        """Sizes from which `proof` can prove growth, the oldest first."""
        return tuple(self._anchors)

    def root(self) -> str:
        """Return the root of the tree over all entries, as 64 hexadecimal digits."""
        return self._frontier.root().hex()

    def append(self, time_ns: int, kind: str, actor: str, role: str, payload: dict[str, Any], salt: bytes) -> Sealed:
        """Add an entry and return it, to be kept by the store before anything is done about it.

        Args:
            time_ns: UTC in nanoseconds, 0 <= time_ns < 2^63.
            kind, actor, role: as in Entry.
            payload: a JSON object; numbers beyond 2^53 as strings.
            salt: 16 random bytes, used for this payload only.

        Raises:
            LocalProtocolError: the payload has no canonical form or is larger than 1 MiB, a field is too long, or the
                time is no stamp. The book is as it was.
        """
        if not is_stamp(str(time_ns)):
            raise LocalProtocolError("An entry needs UTC nanoseconds below 2^63.")
        data = canonical(payload, deepest=DEEPEST_PAYLOAD)
        if len(data) > LONGEST_PAYLOAD:
            raise LocalProtocolError(f"A payload has at most {LONGEST_PAYLOAD} bytes.")
        entry = Entry(self.size, time_ns, kind, actor, role, commitment(salt, data), self.head)
        header = entry.header()
        if len(header) > LONGEST_HEADER:
            raise LocalProtocolError(f"A header has at most {LONGEST_HEADER} bytes.")
        self._grow(leaf_hash(header))
        return Sealed(entry, data, salt)

    def anchor(self) -> None:
        """Remember the present size, so that later growth can be proven from it. A checkpoint does so by itself."""
        if self.size and self.size not in self._anchors:
            if len(self._anchors) >= _MOST_ANCHORS:  # the oldest is the one both sides have: it stays
                del self._anchors[list(self._anchors)[1]]
            self._anchors[self.size] = (self.root(), Growth(self._frontier))

    def settle(self, size: int) -> None:
        """Forget the sizes before `size`: the checkpoint of that size came back countersigned."""
        if size in self._anchors:
            self._anchors = {at: growth for at, growth in self._anchors.items() if at >= size}

    def since(self) -> tuple[int, str, Sequence[str]]:
        """Return the oldest remembered size, the root at that size, and the proof that the book only grew since."""
        for size, (root, growth) in self._anchors.items():
            return size, root, [step.hex() for step in growth.proof()]
        return 0, Frontier().root().hex(), []

    def _grow(self, leaf: bytes) -> None:
        self._frontier.append(leaf)
        for _, growth in self._anchors.values():
            growth.append(leaf)
        self.head = leaf.hex()
