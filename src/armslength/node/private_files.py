"""Files that others must not read: 0600 whatever the umask, whole or not there at all, on the disk before we say so."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from armslength.errors import HomeError, StoreError

__all__ = ["make_folder", "read_private", "sync_folder", "write_private"]

FOLDER, FILE = 0o700, 0o600


def make_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, where it is not there yet.

    Raises:
        StoreError: the system refuses.
    """
    try:
        path.mkdir(mode=FOLDER, exist_ok=True)
        path.chmod(FOLDER)
    except OSError as wrong:
        raise _refused(path, wrong) from None


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path`: afterwards it holds the old or the new, never half, also when the power goes.

    Raises:
        StoreError: the disk does not take it; what stood there still stands.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE)
        with os.fdopen(handle, "wb") as out:
            os.fchmod(handle, FILE)
            out.write(data)
            out.flush()
            os.fsync(handle)
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as wrong:
        beside.unlink(missing_ok=True)
        raise _refused(path, wrong) from None


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_private(path: Path) -> bytes:
    """Return what a file of the home holds.

    Raises:
        HomeError: it is not there, cannot be read, or others could read it too.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            remedy = f"Somebody may have read it. Close it: chmod 600 {path}; if in doubt, make a new home."
            raise HomeError(f"Others can read it (mode {stat.S_IMODE(mode):04o}).", where=str(path), remedy=remedy)
        return path.read_bytes()
    except FileNotFoundError:
        remedy = "Bring it back from the backup of the home; it cannot be made again."
        raise HomeError("It is not there.", where=str(path), remedy=remedy) from None
    except OSError as wrong:
        remedy = "Act as the user who made the home."
        raise HomeError(f"It cannot be read ({wrong.strerror}).", where=str(path), remedy=remedy) from None


def _refused(path: Path, wrong: OSError) -> StoreError:
    return StoreError(f"{path}: The disk does not take it ({wrong.strerror or wrong}).")
