"""Looking at a ledger without changing a byte of it, also while its node writes, also from a disk that takes nothing.

Where nothing is written ahead, SQLite is told that the file never changes, and makes no file beside it. Where something
is, the file and then its write-ahead log are copied, and the copy is read. As long as the log was not begun anew
meanwhile (its header has the salts), every page that was changed in the file is in the log too; what is half-written at
its end SQLite passes over by its checksums.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from armslength.adapters.store.rows import (
    Row,
    books_of,
    check_all,
    check_form,
    damaged,
    recognise,
    rows_of,
    spaces_of,
    values_of,
)
from armslength.errors import LedgerError

__all__ = ["Snapshot", "read_only"]

_ATTEMPTS, _PAUSE_S = 40, 0.05
_WAL_HEADER = 32


class Snapshot:
    """A ledger as it was at one moment."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection, self.where = connection, where

    def books(self) -> list[str]:
        """Return the names of all books that have entries, in alphabetical order."""
        return books_of(self._connection)

    def spaces(self) -> list[str]:
        """Return the names of all spaces that hold something, in alphabetical order."""
        return spaces_of(self._connection)

    def rows(self, book: str) -> Iterator[Row]:
        """Yield (sequence, hash, header, salt, payload) of `book`, as they stand in the file: nothing is checked.

        Raises:
            LedgerError: the file is damaged.
        """
        try:
            yield from rows_of(self._connection, book)
        except sqlite3.DatabaseError as wrong:
            damaged(self.where, wrong)

    def scan(self, space: str) -> list[tuple[str, bytes]]:
        """Return (key, value) of everything in `space`.

        Raises:
            LedgerError: a value is not what was written, or the file is damaged.
        """
        try:
            return values_of(self._connection, space, self.where)
        except sqlite3.DatabaseError as wrong:
            damaged(self.where, wrong)

    def form(self) -> None:
        """Make sure that the pages of the file hold together, and that every kept value is what was written.

        Raises:
            LedgerError: they do not, or it is not.
        """
        check_form(self._connection, self.where)

    def check(self, *keys: str) -> None:
        """Do what `Store.check` does."""
        check_all(self._connection, self.where, frozenset(keys))


@contextmanager
def read_only(path: Path) -> Iterator[Snapshot]:
    """Give the ledger at `path` as it is at this moment; the file and what lies beside it are left as they are.

    Raises:
        LedgerError: it is not there, cannot be read, is no ledger, is damaged, or is written to without a pause.
    """
    ahead = path.with_name(path.name + "-wal")
    try:
        if not path.is_file():
            raise LedgerError("There is no such file.", where=str(path))
        if not ahead.exists() or ahead.stat().st_size <= _WAL_HEADER:
            with _opened(path, str(path), "?mode=ro&immutable=1") as snapshot:
                yield snapshot
            return
        with tempfile.TemporaryDirectory(prefix="armslength-") as folder:  # 0700: for our eyes only
            copy = Path(folder) / "ledger.db"
            _copy(path, ahead, copy)
            with _opened(copy, str(path), "") as snapshot:
                yield snapshot
    except OSError as wrong:
        raise LedgerError(f"It cannot be read ({wrong.strerror or wrong}).", where=str(path)) from None


@contextmanager
def _opened(path: Path, where: str, mode: str) -> Iterator[Snapshot]:
    try:
        connection = sqlite3.connect(f"file:{quote(os.fspath(path.absolute()))}{mode}", uri=True, isolation_level=None)
    except sqlite3.Error as wrong:
        damaged(where, wrong)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        recognise(connection, where)
        yield Snapshot(connection, where)
    except sqlite3.Error as wrong:
        damaged(where, wrong)
    finally:
        connection.close()


def _copy(path: Path, ahead: Path, copy: Path) -> None:
    """Copy the file, then its write-ahead log, while the log was not begun anew."""
    for _ in range(_ATTEMPTS):
        before = _begun(ahead)
        shutil.copyfile(path, copy)
        shutil.copyfile(ahead, copy.with_name(copy.name + "-wal"))
        if _begun(ahead) == before:
            return
        time.sleep(_PAUSE_S)
    remedy = "Stop the node, or verify a bundle (ledger export)."
    raise LedgerError("It is written to without a pause.", where=str(path), remedy=remedy)


def _begun(ahead: Path) -> bytes:
    """Return the header of the log: its salts change whenever it is begun anew."""
    with ahead.open("rb") as log:
        return log.read(_WAL_HEADER)
