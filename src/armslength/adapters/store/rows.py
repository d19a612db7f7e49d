"""The tables of the store, and reading them: shared by the one who writes and the one who only looks.

    entries   book, sequence (from 0), hash (RFC 6962 leaf hash), header (canonical JSON), salt (16 bytes), payload
    kv        space, key, value, sum: the first 8 bytes of SHA-256 over all three, so that a flipped bit is seen

Entries are never changed and never deleted: triggers refuse it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import NoReturn

from armslength.crypto.canonical import digest
from armslength.crypto.chain import BrokenError, Walk
from armslength.crypto.checkpoint import Checkpoint, own_space, read, signed_by
from armslength.crypto.envelope import from_json, signers
from armslength.errors import LedgerError, RemoteProtocolError
from armslength.units import counted

__all__ = [
    "APPLICATION",
    "SCHEMA",
    "VERSION",
    "Row",
    "books_of",
    "check_all",
    "check_form",
    "checksum",
    "damaged",
    "page_of",
    "recognise",
    "rows_of",
    "spaces_of",
    "values_of",
]

APPLICATION, VERSION = 0x41524D4C, 1
"""PRAGMA application_id ("ARML") and user_version: whose file this is, and which tables are in it."""

SCHEMA = """
CREATE TABLE entries (
    book TEXT NOT NULL, sequence INTEGER NOT NULL, hash BLOB NOT NULL, header BLOB NOT NULL, salt BLOB NOT NULL,
    payload BLOB NOT NULL, UNIQUE (book, sequence));
CREATE TABLE kv (
    space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (space, key)
) WITHOUT ROWID;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER entries_stand BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
"""

_PAGE = 256
"""Rows fetched at once, so that a long book is never in memory whole."""

Row = tuple[int, bytes, bytes, bytes, bytes]
"""sequence, hash, header, salt, payload."""


def recognise(connection: sqlite3.Connection, where: str) -> None:
    """Make sure that the file is a ledger whose tables we know.

    Raises:
        LedgerError: it is another file, of another version, or damaged.
        sqlite3.OperationalError: the system does not let us read it.
    """
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        laid_out = _layout(connection)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as wrong:
        damaged(where, wrong)
    if application != APPLICATION:
        raise LedgerError("It is not a ledger of armslength.", where=where)
    if version != VERSION:
        raise LedgerError(f"It has tables of version {version}; this armslength knows version {VERSION}.", where=where)
    if laid_out != _expected():
        remedy = "Somebody changed its tables or triggers. Keep it as it is, and take the last backup."
        raise LedgerError("Its tables are not those of a ledger.", where=where, remedy=remedy)


def _layout(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return every table, view and trigger as it was made: a file of others may hold more than rows."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    return connection.execute(query).fetchall()


@cache
def _expected() -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as ours:
        ours.executescript(SCHEMA)
        return _layout(ours)


def damaged(where: str, wrong: sqlite3.Error) -> NoReturn:
    """Raise the error about a file whose pages do not hold together, or cannot be read."""
    remedy = "Keep it as it is, take the last backup, and hold it against the other side's checkpoints (verify)."
    raise LedgerError(f"The file is damaged, or cannot be read ({wrong}).", where=where, remedy=remedy) from None


def checksum(space: str, key: str, value: bytes) -> bytes:
    """Return the sum that is kept beside a value: 8 bytes."""
    head = f"{len(space.encode())} {len(key.encode())} {space}{key}".encode()
    return hashlib.sha256(head + value).digest()[:8]


def books_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all books, in alphabetical order."""
    return [name for (name,) in connection.execute("SELECT DISTINCT book FROM entries ORDER BY book")]


def spaces_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all spaces, in alphabetical order."""
    return [name for (name,) in connection.execute("SELECT DISTINCT space FROM kv ORDER BY space")]


def page_of(connection: sqlite3.Connection, book: str, first: int) -> list[Row]:
    """Return the next rows of `book` from number `first`, in order; none where there are no more."""
    query = (
        "SELECT sequence, hash, header, salt, payload FROM entries WHERE book = ? AND sequence >= ? "
        "ORDER BY sequence LIMIT ?"
    )
    return connection.execute(query, (book, first, _PAGE)).fetchall()


def rows_of(connection: sqlite3.Connection, book: str) -> Iterator[Row]:
    """Yield the rows of `book` in order."""
    first = 0
    while page := page_of(connection, book, first):
        yield from page
        first = page[-1][0] + 1


def values_of(connection: sqlite3.Connection, space: str, where: str) -> list[tuple[str, bytes]]:
    """Return (key, value) of everything in `space`, in the order of the keys.

    Raises:
        LedgerError: a value is not what was written.
    """
    found = connection.execute("SELECT key, value, sum FROM kv WHERE space = ? ORDER BY key", (space,)).fetchall()
    for key, value, total in found:
        if not isinstance(value, bytes) or checksum(space, key, value) != total:
            remedy = "The file is damaged: keep it as it is, and take the last backup."
            raise LedgerError(f"What is kept under {space}/{key} is not what was written.", where=where, remedy=remedy)
    return [(key, value) for key, value, _ in found]


def check_all(connection: sqlite3.Connection, where: str, keys: frozenset[str]) -> None:
    """Walk every book, hold it against its own checkpoints, and add up every kept value.

    Args:
        connection: to a file that `recognise` has taken.
        where: its name.
        keys: public keys of this node; without any, every checkpoint must be validly signed by somebody.

    Raises:
        LedgerError: names the book, the entry and why.
    """
    check_form(connection, where)
    try:
        spaces = spaces_of(connection)
        books = set(books_of(connection)) | {
            s.removeprefix(own_space("")) for s in spaces if s.startswith(own_space(""))
        }
        for book in sorted(books):
            try:
                _check_book(connection, where, book, keys)
            except BrokenError as wrong:  # which knows the book and the entry, and must name the file too
                raise LedgerError(wrong.what, where=f"{where}: {wrong.where}", remedy=wrong.remedy) from None
    except sqlite3.DatabaseError as wrong:
        damaged(where, wrong)


def check_form(connection: sqlite3.Connection, where: str) -> None:
    """Make sure that the pages of the file hold together, and that every kept value is what was written.

    Raises:
        LedgerError: they do not, or it is not.
    """
    try:
        for (line,) in connection.execute("PRAGMA integrity_check(1)").fetchall():
            if line != "ok":
                raise LedgerError(f"The file is damaged ({line}).", where=where)
        for space in spaces_of(connection):
            values_of(connection, space, where)
    except sqlite3.DatabaseError as wrong:
        damaged(where, wrong)


def _check_book(connection: sqlite3.Connection, where: str, book: str, keys: frozenset[str]) -> None:
    points = [_own(value, where, book, keys) for _, value in values_of(connection, own_space(book), where)]
    walk = Walk(book, frozenset(point.size for point in points))
    for _, stored, header, salt, payload in rows_of(connection, book):
        if not all(isinstance(one, bytes) for one in (stored, header, salt, payload)):
            raise walk.broken("chain", "Its row is damaged.")
        walk.step(header, payload, salt, stored)
    for point in points:
        signed = counted(point.size, "entry", "entries")
        if point.size > walk.size:
            what = f"It ends here, but a checkpoint signed for {signed}: the newest ones are missing."
            raise walk.broken("chain", what)
        if point.size and walk.roots[point.size] != point.root:
            what = f"Among the entries before number {point.size} one is not what the node signed for: rewritten."
            raise LedgerError(what, where=f"{where}: book {book}, checkpoint at {signed}")


def _own(value: bytes, where: str, book: str, keys: frozenset[str]) -> Checkpoint:
    """Return an own checkpoint that was kept."""
    try:
        envelope = from_json(value)
        point = read(envelope)
        good = signed_by(envelope, *keys) if keys else len(signers(envelope)) == len(envelope.signatures)
        if not good or point.book != book:
            raise RemoteProtocolError("wrong key", "It is not signed by this node for this book.")
    except RemoteProtocolError as wrong:
        name = f"{where}: book {book}, checkpoint {digest(value)[:23]}"
        raise LedgerError(wrong.says, where=name, remedy="It was not written by this node.") from None
    return point
