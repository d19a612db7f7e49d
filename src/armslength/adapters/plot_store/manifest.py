"""The list of all segments of a plot store, each with its SHA-256, chained: what is exchanged or left out is seen.

`manifest.jsonl`, one JSON object a line, with "previous" and "chain": chain = SHA-256 over the line without "chain"
(keys sorted, no blanks), in which "previous" is the chain of the line before. "what" is

    segment   a segment was closed: source, path, from_ns, closed_to_ns, epoch_ns, rows, bytes, sha256, first_ns,
              last_ns
    deleted   a segment was deleted: path, why

Lines whose segments are all gone are dropped from the front from time to time; the first line left still names the
chain before it. Whole numbers beyond 2^53 (times) are strings.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from armslength.errors import LedgerError, StoreError

NAME = "manifest.jsonl"
BEGINNING = "0" * 64
"""The chain before the first line."""
DEAD_LINES = 512
"""So many lines without use at the front are dropped at once."""


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    """A segment of the store, closed for good.

    Attributes:
        source: what its plots came from.
        path: in the folder of the store, with "/".
        from_ns: UTC [ns] at which it begins. closed_to_ns: before this UTC time nothing was taken any more.
        epoch_ns: from which seconds were counted when its plots were judged.
        rows, bytes, sha256: of the file; the last in hex.
        first_ns, last_ns: first and last time of applicability in it.
        chain: of its line in the manifest, hex.
    """

    source: str
    path: str
    from_ns: int
    closed_to_ns: int
    epoch_ns: int
    rows: int
    bytes: int
    sha256: str
    first_ns: int
    last_ns: int
    chain: str = ""

    def payload(self) -> dict[str, Any]:
        """Return it as JSON for the ledger: times are strings."""
        return {name: str(value) if name.endswith("_ns") else value for name, value in asdict(self).items()}


@dataclass
class Manifest:
    """The manifest of one store, on disk and in memory.

    Attributes:
        path: of the file.
        segments: those that should be there, by path, oldest line first.
        chain: of the last line.
        faults: what was wrong when it was read.
    """

    path: Path
    segments: dict[str, SegmentClosed] = field(default_factory=dict)
    chain: str = BEGINNING
    faults: list[LedgerError] = field(default_factory=list)
    _lines: list[tuple[str, bytes]] = field(default_factory=list)
    _size: int = 0

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read what is there; a last line that is not whole (the power went) is given up.

        Raises:
            StoreError: the file cannot be read.
        """
        manifest = cls(path)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return manifest
        except OSError as error:
            raise StoreError(f"{path}: cannot be read ({error.strerror}).") from None
        for number, line in enumerate(data.split(b"\n")[:-1], 1):
            manifest._take(number, line)
        return manifest

    def _take(self, number: int, line: bytes) -> None:
        """Take a line in. One that does not hold together is told and kept as it is; those behind it still count."""
        self._size += len(line) + 1
        path = ""
        try:
            said: dict[str, Any] = json.loads(line)
            chain = str(said.pop("chain"))
            if chain != _chain(said):
                raise ValueError("its chain does not fit what it says")
            path, what, previous = str(said.pop("path")), said.pop("what"), said.pop("previous")
            if what == "segment":
                named: dict[str, Any] = {k: int(v) if k.endswith("_ns") else v for k, v in said.items()}
                self.segments[path] = SegmentClosed(path=path, **named, chain=chain)
            else:
                self.segments.pop(path, None)
            if previous != self.chain and number > 1:
                self._fault(number, "it does not follow the line before it")
            self.chain = chain
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self._fault(number, str(error) or type(error).__name__)
        self._lines.append((path, line))

    def _fault(self, number: int, why: str) -> None:
        remedy = "Somebody or something changed the manifest: compare it with the entries of the ledger."
        self.faults.append(LedgerError(f"{why}.", where=f"{self.path}, line {number}", remedy=remedy))

    def add(self, segment: SegmentClosed) -> SegmentClosed:
        """Enter a segment that is on disk; return it with its chain.

        Raises:
            StoreError: the disk does not take it.
        """
        said = segment.payload()
        del said["chain"]
        self._append({"what": "segment", **said})
        chained = SegmentClosed(**{**asdict(segment), "chain": self.chain})
        self.segments[segment.path] = chained
        return chained

    def delete(self, path: str, why: str) -> None:
        """Enter that the segment at `path` was deleted.

        Raises:
            StoreError: the disk does not take it.
        """
        self._append({"what": "deleted", "path": path, "why": why})
        self.segments.pop(path, None)
        dead = next((i for i, (p, _) in enumerate(self._lines) if p in self.segments), len(self._lines))
        if dead >= DEAD_LINES:
            self._drop(dead)

    @property
    def bytes(self) -> int:
        """What the segments take on disk."""
        return sum(segment.bytes for segment in self.segments.values())

    def _append(self, said: dict[str, Any]) -> None:
        said["previous"] = self.chain
        chain = _chain(said)
        line = json.dumps({**said, "chain": chain}, sort_keys=True, separators=(",", ":")).encode()
        try:
            with self.path.open("r+b" if self.path.exists() else "x+b", buffering=0) as out:
                os.fchmod(out.fileno(), 0o600)
                out.truncate(self._size)
                try:
                    out.seek(self._size)
                    if out.write(line + b"\n") != len(line) + 1:
                        raise OSError(28, "no space left on device")
                    os.fsync(out.fileno())
                except OSError:
                    with contextlib.suppress(OSError):
                        out.truncate(self._size)
                    raise
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written ({error.strerror or error}).") from None
        self._size += len(line) + 1
        self._lines.append((str(said["path"]), line))
        self.chain = chain

    def _drop(self, count: int) -> None:
        """Drop lines from the front; a disk that does not take it leaves them where they are."""
        kept = self._lines[count:]
        data = b"".join(line + b"\n" for _, line in kept)
        with contextlib.suppress(StoreError):
            replace_file(self.path, data)
            self._lines, self._size = kept, len(data)


def _chain(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all: a file beside it, on disk, then renamed.

    Raises:
        StoreError: the disk does not take it; what was at `path` is still there.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(path)
        sync_folders([path.parent])
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise StoreError(f"{path}: cannot be written ({error.strerror or error}).") from None


def sync_folders(folders: Iterable[Path]) -> None:
    """Have the disk hold the names in `folders`.

    Raises:
        OSError: it does not.
    """
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
