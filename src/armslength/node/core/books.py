"""The ledgers of a node: one book for each agreement, one for what concerns no counterpart."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from armslength.crypto.ledger import NODE, SALT, Book
from armslength.node.core.effects import Effects

__all__ = ["MISSED", "NODE", "Books"]

MISSED = "missed"
"""Kind of the entry that says what was not entered."""


class Books:
    """Appends entries, purely: what must be kept goes into the effects.

    Args:
        secret: 32 bytes known to this node alone; salts are derived from it, so that payloads that stay closed cannot
            be guessed from their hashes.
        actor: the post in whose name the node acts.
        restored: books as the store has them.

    Attributes:
        full: what waits for the disk is as much as may wait: nothing more is entered, and what is not is counted.
        missed: how many entries were not made since the start.
    """

    def __init__(self, secret: bytes, actor: str, restored: Iterable[Book] = ()) -> None:
        self._secret, self._actor = secret, actor
        self.books = {book.name: book for book in restored}
        self.full = False
        self.missed = 0
        self._untold: dict[str, dict[str, int]] = {}

    def book(self, name: str) -> Book:
        """Return the book of that name, opening it when it is new."""
        if name not in self.books:
            self.books[name] = Book(name)
        return self.books[name]

    def enter(
        self, effects: Effects, name: str, kind: str, payload: Mapping[str, Any], now_ns: int, role: str = "node"
    ) -> int:
        """Append an entry to the book `name` and return its sequence number; -1 where no more may wait for the disk.

        The first entry that a book takes after that says how many are missing before it, and of which kinds.
        """
        book = self.book(name or NODE)
        if self.full:
            untold = self._untold.setdefault(book.name, {})
            untold[kind] = untold.get(kind, 0) + 1
            self.missed += 1
            return -1
        if book.name in self._untold:
            self._append(effects, book, MISSED, {"entries": self._untold.pop(book.name)}, now_ns, "node")
        return self._append(effects, book, kind, payload, now_ns, role)

    def _append(
        self, effects: Effects, book: Book, kind: str, payload: Mapping[str, Any], now_ns: int, role: str
    ) -> int:
        salt = hmac.digest(self._secret, f"{book.name}|{book.size}".encode(), hashlib.sha256)[:SALT]
        sealed = book.append(now_ns, kind, self._actor, role, dict(payload), salt)
        effects.entries.append((book.name, sealed))
        return sealed.entry.sequence
