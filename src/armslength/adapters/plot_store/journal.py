"""The open segment of one source: rows appended to a file as they come, readable after any crash.

    {"journal": 1, "source": "...", "from_ns": "...", "epoch_ns": "...", "order_ns": "...", "row": 115}\\n
    frame*      frame = length [u32 LE, bytes] | CRC-32 [u32 LE] | that many bytes of rows (`rows.ROW`)

A frame that is not whole ends the journal: what was being written when the power went.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from armslength.adapters.plot_store.rows import ROW, Rows
from armslength.errors import StoreError

FORMAT = 1
_FRAME = struct.Struct("<II")
_LARGEST_FRAME = 1 << 30


@dataclass(frozen=True, slots=True)
class Header:
    """Whose journal it is: source, UTC ns at which the segment begins, its place, the epoch of the store."""

    source: str
    from_ns: int
    order_ns: int
    epoch_ns: int

    def line(self) -> bytes:
        """Return the first line of the journal."""
        said = {
            "journal": FORMAT, "source": self.source, "from_ns": str(self.from_ns), "order_ns": str(self.order_ns),
            "epoch_ns": str(self.epoch_ns), "row": ROW.itemsize,
        }  # fmt: skip
        return json.dumps(said).encode() + b"\n"


class Journal:
    """A journal open for appending.

    Attributes:
        path, header: where and whose it is.
        rows: how many it holds. size: bytes that are whole.
        cut: bytes of a frame that was not whole when the journal was opened, given up.
    """

    def __init__(self, path: Path, header: Header, rows: int, size: int, cut: int) -> None:
        self.path, self.header, self.rows, self.size, self.cut = path, header, rows, size, cut
        self._unsynced = True
        self._descriptor = _open(path, os.O_WRONLY)
        with _told(path, "opened"):
            os.ftruncate(self._descriptor, size)

    @classmethod
    def begin(cls, path: Path, header: Header) -> Journal:
        """Begin a new journal.

        Raises:
            StoreError: the disk does not take it.
        """
        line = header.line()
        descriptor = _open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            with _told(path, "begun"):
                _write(descriptor, line, 0)
        except StoreError:
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        finally:
            os.close(descriptor)
        return cls(path, header, 0, len(line), 0)

    @classmethod
    def again(cls, path: Path) -> Journal:
        """Open a journal that an earlier run left.

        Raises:
            StoreError: it cannot be read, or is no journal.
        """
        header, parts, size, total = _read(path)
        return cls(path, header, sum(len(part) for part in parts), size, total - size)

    def append(self, rows: Rows) -> int:
        """Write `rows` behind the others; return the number of the first of them, 1-based.

        Raises:
            StoreError: the disk does not take them; the journal is as it was before.
        """
        data = np.ascontiguousarray(rows).tobytes()
        frame = _FRAME.pack(len(data), zlib.crc32(data)) + data
        try:
            with _told(self.path, "written"):
                _write(self._descriptor, frame, self.size)
        except StoreError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        first = self.rows + 1
        self.size += len(frame)
        self.rows += len(rows)
        self._unsynced = True
        return first

    def sync(self) -> None:
        """Have the disk itself hold everything written so far.

        Raises:
            StoreError: it does not.
        """
        if self._unsynced:
            with _told(self.path, "written"):
                os.fdatasync(self._descriptor)
            self._unsynced = False

    def read(self) -> Rows:
        """Return all rows, in the order in which they came.

        Raises:
            StoreError: it cannot be read.
        """
        _, parts, _, _ = _read(self.path)
        return np.concatenate(parts) if parts else np.zeros(0, ROW)

    def close(self) -> None:
        """Give the file back; it stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Give the file back and delete it: its rows stand elsewhere."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened ({error.strerror or error}).") from None


@contextlib.contextmanager
def _told(path: Path, what: str) -> Iterator[None]:
    """Turn what the system says into a StoreError that names the file."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: cannot be {what} ({error.strerror or error}).") from None


def _write(descriptor: int, data: bytes, at: int) -> None:
    """Write all of `data` at offset `at`."""
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, at)
        if count == 0:
            raise OSError(28, "no space left on device")
        at, view = at + count, view[count:]


def read_rows(path: Path) -> Rows:
    """Return the whole rows of a journal that another process may be writing.

    Raises:
        StoreError: it cannot be read, or is no journal.
    """
    _, parts, _, _ = _read(path)
    return np.concatenate(parts) if parts else np.zeros(0, ROW)


def _read(path: Path) -> tuple[Header, list[Rows], int, int]:
    """Return header, rows, bytes that are whole and bytes there are."""
    with _told(path, "read"):
        data = path.read_bytes()
    end = data.find(b"\n") + 1
    try:
        said = json.loads(data[:end])
        if said["journal"] != FORMAT or said["row"] != ROW.itemsize:
            raise ValueError("another format")
        header = Header(str(said["source"]), int(said["from_ns"]), int(said["order_ns"]), int(said["epoch_ns"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: no journal of this version ({error}).") from None
    parts: list[Rows] = []
    view = memoryview(data)
    at = end
    while at + _FRAME.size <= len(data):
        length, crc = _FRAME.unpack_from(view, at)
        body = view[at + _FRAME.size : at + _FRAME.size + length]
        if length > _LARGEST_FRAME or len(body) < length or length % ROW.itemsize or zlib.crc32(body) != crc:
            break
        parts.append(np.frombuffer(body, ROW))
        at += _FRAME.size + length
    return header, parts, at, len(data)
