"""Opening the file of the store: to write, as the node does."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from armslength.adapters.store.rows import APPLICATION, SCHEMA, VERSION, damaged, recognise
from armslength.errors import LedgerError, StoreError

__all__ = ["open_for_writing"]

_BUSY_S = 5.0
_WAL_KEPT = 16 << 20
"""Bytes of write-ahead log that stay on the disk after it was long once."""


def open_for_writing(path: Path, make: bool) -> sqlite3.Connection:
    """Return a connection that commits to the disk before it returns.

    Args:
        path: the file.
        make: whether to make it where there is none or an empty one.

    Raises:
        StoreError: the system refuses.
        LedgerError: it is not a ledger that we know, is damaged, or is gone.
    """
    try:
        size = path.stat().st_size if path.exists() else -1
        if size <= 0 and not make:
            what = "It is empty." if size == 0 else "It is not there."
            remedy = "Bring it back from the backup of the home; a new one would deny what this node has signed."
            raise LedgerError(what, where=str(path), remedy=remedy)
        if size < 0:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as wrong:
        raise StoreError(f"{path}: It cannot be opened ({getattr(wrong, 'strerror', None) or wrong}).") from None
    try:
        if size <= 0:
            _lay_out(db)
        recognise(db, str(path))
        for setting in ("journal_mode = WAL", "synchronous = FULL", f"journal_size_limit = {_WAL_KEPT}"):
            db.execute(f"PRAGMA {setting}")
        if (
            db.execute("PRAGMA synchronous").fetchone()[0] != 2
            or db.execute("PRAGMA journal_mode").fetchone()[0] != "wal"
        ):
            raise StoreError(f"{path}: This file system does not allow for a write-ahead log. Use a local disk.")
        return db
    except sqlite3.OperationalError as wrong:
        db.close()
        raise StoreError(f"{path}: It cannot be opened ({wrong}).") from None
    except sqlite3.DatabaseError as wrong:
        db.close()
        damaged(str(path), wrong)
    except Exception:
        db.close()
        raise


def _lay_out(db: sqlite3.Connection) -> None:
    """Make the tables, all or none; another process that does so at the same time finds them made."""
    pragmas = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} {pragmas} COMMIT;")
