"""Writing: one transaction for each commit, on the disk before it returns.

SQLite in WAL mode with synchronous=FULL: a commit that has returned is there after the power goes. A commit that fails
leaves nothing behind; what it was about can be committed again as it is, alone or with more, as often as it takes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Never

from armslength.adapters.store.opening import open_for_writing
from armslength.adapters.store.rows import Row, books_of, check_all, checksum, damaged, page_of, spaces_of, values_of
from armslength.crypto.ledger import Entry, Sealed, genesis
from armslength.crypto.merkle import leaf_hash
from armslength.errors import LocalProtocolError, StoreError
from armslength.protocol.writes import Put, Write

__all__ = ["Store"]

_PASSING = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY})
"""What ends by itself, without the file having to be opened anew."""


class Store:
    """The store at `path`, made where there is none. From one thread at a time, whichever.

    Args:
        path: the SQLite file; beside it SQLite keeps path-wal and path-shm while the store is open.
        make: whether to make it where there is none. A node that ran before says False: its ledger cannot be nothing.

    Raises:
        StoreError: the disk does not take it.
        LedgerError: it is not a ledger that we know, or damaged.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        self.path, self._make = path, make
        self._lock = threading.RLock()
        self._ends: dict[str, tuple[int, str]] = {}
        self._connection: sqlite3.Connection | None = None
        self._db()

    def commit(self, entries: Sequence[tuple[str, Sealed]], writes: Sequence[Write]) -> None:
        """Keep all of it, or nothing.

        Args:
            entries: (book, entry), each book's in the order of their numbers; those already there are passed over, so
                that a commit whose fate was not known can be repeated.
            writes: done in their order, after the entries.

        Raises:
            StoreError: disk full, read-only, or failing. Nothing of it was kept; the store goes on once there is room.
            LocalProtocolError: an entry does not continue its book. Nothing of it was kept.
        """
        with self._lock:
            ends = dict(self._ends)
            try:
                db = self._db()
                rows = self._rows(db, entries, ends)
                db.execute("BEGIN IMMEDIATE")
                db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
                for write in writes:
                    _write(db, write)
                db.execute("COMMIT")
            except sqlite3.Error as wrong:
                self._fail(wrong)
            except BaseException:  # an interruption, or a value of a wrong kind: nothing of it may stay
                self._roll_back()
                raise
            self._ends = ends

    def scan(self, space: str) -> list[tuple[str, bytes]]:
        """Return (key, value) of everything in `space`, in the order of the keys.

        Raises:
            LedgerError: a value is not what was written.
            StoreError: the disk cannot be read.
        """
        with self._lock:
            try:
                return values_of(self._db(), space, str(self.path))
            except sqlite3.Error as wrong:
                self._fail(wrong)

    def spaces(self) -> list[str]:
        """Return the names of all spaces that hold something, in alphabetical order."""
        with self._lock:
            return spaces_of(self._db())

    def books(self) -> list[str]:
        """Return the names of all books that have entries, in alphabetical order."""
        with self._lock:
            return books_of(self._db())

    def entries(self, book: str, first: int = 0) -> Iterator[Sealed]:
        """Yield the entries of `book` from number `first`. What is committed meanwhile may be among them.

        Raises:
            LedgerError: a header is not readable.
        """
        for _, _, header, salt, payload in self._pages(book, first):
            yield Sealed(Entry.from_header(header), payload, salt)

    def leaves(self, book: str) -> Iterator[bytes]:
        """Yield the leaf hashes of `book`, as `Book.restore` takes them."""
        for _, leaf, _, _, _ in self._pages(book, 0):
            yield leaf

    def check(self, *keys: str) -> None:
        """Walk every book, hold it against the node's own checkpoints, and hold every value against its sum.

        For every start. What is found is never repaired.

        Args:
            keys: public keys of this node, present and former: its checkpoints must be signed by one of them.

        Raises:
            LedgerError: names the book, the entry and why; or that the file cannot be read.
        """
        with self._lock:
            check_all(self._db(), str(self.path), frozenset(keys))

    def close(self) -> None:
        """Close the file; what was written ahead is brought into it. Nothing happens where it is closed already."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _rows(
        self, db: sqlite3.Connection, entries: Sequence[tuple[str, Sealed]], ends: dict[str, tuple[int, str]]
    ) -> list[tuple[str, int, bytes, bytes, bytes, bytes]]:
        """Return the rows to insert, having made sure that each entry continues its book; `ends` is brought forward."""
        rows = []
        for book, sealed in entries:
            entry, (size, head) = sealed.entry, ends.get(book) or _end(db, book)
            header = entry.header()
            leaf = leaf_hash(header).hex()
            if entry.sequence < size:
                if _stored(db, book, entry.sequence) != leaf:
                    raise LocalProtocolError(f"Entry {entry.sequence} is there already, and another one.")
                ends[book] = (size, head)
                continue
            if (entry.sequence, entry.previous) != (size, head):
                raise LocalProtocolError(f"Entry {entry.sequence} does not continue a book of {size}.")
            ends[book] = (size + 1, leaf)
            rows.append((book, size, bytes.fromhex(leaf), header, sealed.salt, sealed.payload))
        return rows

    def _pages(self, book: str, first: int) -> Iterator[Row]:
        """Yield rows, a page at a time: nobody waits for a long book, and none sees half a commit."""
        while True:
            with self._lock:
                page = page_of(self._db(), book, first)
            yield from page
            if not page:
                return
            first = page[-1][0] + 1

    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_for_writing(self.path, self._make)
            self._make = False  # what was there once and is gone must be noticed, not made anew
        return self._connection

    def _fail(self, wrong: sqlite3.Error) -> Never:
        """Leave nothing half, and forget what was known of the file: the next use reads what is really there."""
        self._ends.clear()
        code = getattr(wrong, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        self._roll_back()
        if code not in _PASSING and self._connection is not None:
            broken, self._connection = self._connection, None
            with suppress(sqlite3.Error):  # it has failed already; that is what is being told
                broken.close()
        if isinstance(wrong, sqlite3.OperationalError):
            raise StoreError(f"{self.path}: The disk does not take it ({wrong}).") from None
        damaged(str(self.path), wrong)

    def _roll_back(self) -> None:
        self._ends.clear()
        if self._connection is not None and self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")


def _end(db: sqlite3.Connection, book: str) -> tuple[int, str]:
    """Return how many entries `book` has in the file, and the hash of the last."""
    query = "SELECT sequence, hash FROM entries WHERE book = ? ORDER BY sequence DESC LIMIT 1"
    last = db.execute(query, (book,)).fetchone()
    return (0, genesis(book)) if last is None else (last[0] + 1, last[1].hex())


def _stored(db: sqlite3.Connection, book: str, sequence: int) -> str:
    found = db.execute("SELECT hash FROM entries WHERE book = ? AND sequence = ?", (book, sequence)).fetchone()
    return found[0].hex() if found is not None else ""


def _write(db: sqlite3.Connection, write: Write) -> None:
    if isinstance(write, Put):
        total = checksum(write.space, write.key, write.value)
        row = (write.space, write.key, write.value, total)
        db.execute("INSERT INTO kv VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = ?3, sum = ?4", row)
    else:
        db.execute("DELETE FROM kv WHERE space = ? AND key = ?", (write.space, write.key))
