"""One process at a time on one home. The system frees the lock when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from armslength.errors import HomeError

__all__ = ["Lock", "take_lock", "try_lock"]


class Lock:
    """A lock that is held until `close`, or as a context. `take_lock` and `try_lock` make it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def close(self) -> None:
        """Free the home; closing twice does nothing."""
        if self._handle >= 0:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def try_lock(path: Path) -> Lock | None:
    """Return the lock whose file is `path`, or None where another process holds it.

    Raises:
        HomeError: the file cannot be opened.
    """
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError as wrong:
        os.close(handle)
        remedy = "Make room, or let the disk be written to; a node that can keep nothing must not start."
        raise HomeError(f"It cannot be written ({wrong.strerror}).", where=str(path), remedy=remedy) from None
    except BaseException:
        os.close(handle)
        raise
    return Lock(handle)


def take_lock(path: Path) -> Lock:
    """Return the lock whose file is `path`.

    Raises:
        HomeError: another process holds it, which it names; or the file cannot be opened.
    """
    lock = try_lock(path)
    if lock is not None:
        return lock
    handle = _open(path)
    try:
        pid = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
    finally:
        os.close(handle)
    who = f"process {pid}" if pid.isdigit() else "another process"
    raise HomeError(
        f"An armslength runs on this home already ({who}).",
        where=str(path.parent),
        remedy="Look at it with `armslength status`, stop it, or name another home with --home.",
    )


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as wrong:
        raise HomeError(
            f"It cannot be opened ({wrong.strerror}).", where=str(path), remedy="Act as the user who made the home."
        ) from None
