"""Files that appear whole or not at all.

Everything is written to temporary names in the same folder, flushed to the disk and only then renamed. Ctrl-C, a full
disk or a crash leaves the files of the last complete run, or none.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import BinaryIO, Self

from armslength.errors import InputError

Content = bytes | str | Callable[[BinaryIO], object]
"""What a file is to hold: bytes, text (written as UTF-8), or a function that writes into the open file."""


class Staging:
    """A set of files for one folder that get their names together, when the `with` block ends without an exception.

    Raises:
        InputError: the folder cannot be made, or a file in it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._staged: list[tuple[Path, Path]] = []

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise _refused(self.folder, fault) from fault
        return self

    def write(self, name: str, content: Content) -> None:
        """Write `content` under a temporary name; it becomes `name` when the block ends."""
        target = self.folder / name
        temporary = self.folder / f".{name}.{token_hex(4)}.part"
        self._staged.append((temporary, target))
        try:
            # "x" never follows or overwrites what somebody else put there; the mode follows the user's umask.
            with temporary.open("xb") as file:
                if callable(content):
                    content(file)
                else:
                    file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise _refused(target, fault) from fault

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                for _, target in self._staged:
                    if target.is_dir():
                        raise _refused(target, IsADirectoryError(EISDIR, os.strerror(EISDIR)))
                with _uninterrupted():
                    for temporary, target in self._staged:
                        self._rename(temporary, target)
                    _sync_folder(self.folder)
        finally:
            for temporary, _ in self._staged:
                temporary.unlink(missing_ok=True)
            self._staged.clear()

    def _rename(self, temporary: Path, target: Path) -> None:
        try:
            temporary.replace(target)
        except OSError as fault:
            raise _refused(target, fault) from fault


def write_atomically(path: Path, content: Content) -> None:
    """Write one file so that it appears whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    with Staging(path.parent) as staging:
        staging.write(path.name, content)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done: a folder with some new and some old files would be worse than either."""
    if threading.current_thread() is not threading.main_thread():  # no signal arrives here
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


def _sync_folder(folder: Path) -> None:
    """Make the new names themselves survive a power loss, where the system can do that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows does not open folders
        return
    try:
        os.fsync(handle)
    except OSError:  # some network file systems refuse
        pass
    finally:
        os.close(handle)


def _refused(path: Path, fault: OSError) -> InputError:
    return InputError(
        f"cannot be written: {fault.strerror or fault}.",
        where=str(path),
        remedy="Give a folder that you may write to and that has room, with --out DIR. Nothing there was changed.",
    )
