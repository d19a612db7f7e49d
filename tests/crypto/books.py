"""Books made up for the tests."""

from __future__ import annotations

from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book, Sealed

NORTH, SOUTH, OTHER = SigningKey(b"n" * 32), SigningKey(b"s" * 32), SigningKey(b"o" * 32)
START = 1_790_000_000_000_000_000


def more(book: Book, count: int, story: str = "told") -> list[Sealed]:
    """Append `count` entries whose payloads tell `story`."""
    return [
        book.append(START + n, "decision", "north", "officer", {"n": n, "story": story}, n.to_bytes(16, "big"))
        for n in range(book.size, book.size + count)
    ]


def leaves(entries: list[Sealed]) -> list[bytes]:
    """Return the leaf hashes of `entries`."""
    return [bytes.fromhex(sealed.entry.hash) for sealed in entries]
