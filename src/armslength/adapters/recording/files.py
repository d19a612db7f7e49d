"""The face: open recordings, whatever they are, and read them as batches of plots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from armslength.adapters.recording import sniff
from armslength.adapters.recording.account import Account
from armslength.domain.plot import KeptAside, Plots, Roster
from armslength.errors import FeedError

if TYPE_CHECKING:
    from armslength.adapters.recording.stored import Stored

FORMATS = (sniff.CSV, sniff.PARQUET, sniff.JSON_RECORDS, sniff.JSON_COLUMNS, sniff.TRACE)
"""What `Recording.format` may say, besides "unknown" of a file that cannot be read."""
_SUFFIXES = {".csv", ".parquet", ".json", ".jsonl", ".ndjson"}
_READ = "Recordings are CSV, Parquet, JSON (records or columns) or readsb traces, gzipped or not."


@dataclass
class Recording:
    """One file of recorded traffic.

    Attributes:
        path: where it lies.
        name: how messages call it.
        format: one of `FORMATS`, or "unknown".
        bytes: its size.
        rows_read: rows read so far; after `batches` has ended, rows in batches + rows kept aside.
        progress: how much of it has been read, 0 to 1.
    """

    path: Path
    name: str
    format: str
    bytes: int
    rows_read: int = 0
    progress: float = 0.0
    _fault: FeedError | None = None

    @cached_property
    def stored(self) -> Stored | None:
        """Return what a segment of a node's plot store says of itself; None for any other recording. Never raises."""
        if self.format != sniff.PARQUET or self._fault is not None:
            return None
        from armslength.adapters.recording.stored import stored

        return stored(self.path)

    def bounds(self) -> tuple[int, int] | None:
        """First and last time [UTC ns] where that is cheap to know (Parquet), else None. Never raises."""
        return self._ends

    @cached_property
    def _ends(self) -> tuple[int, int] | None:
        if self.format != sniff.PARQUET or self._fault is not None:
            return None
        from armslength.adapters.recording.reading import parquet_bounds

        return parquet_bounds(self.path, self.name)

    def batches(self, file_index: int, roster: Roster, aside: KeptAside, problems: list[FeedError]) -> Iterator[Plots]:
        """Read the recording from its beginning, as batches of about half a million plots.

        Args:
            file_index: goes into `Plots.file`.
            roster: learns the aircraft and their call signs.
            aside: counts the rows that are kept aside.
            problems: gets one error for each kind of wrong row, and one where the recording breaks off after usable
                rows; the batches before it stay good.

        Raises:
            FeedError: nothing of the recording can be used, or it cannot go on (batches already given stay good).
        """
        if self._fault is not None:
            raise self._fault
        from armslength.adapters.recording.reading import read

        self.rows_read, self.progress = 0, 0.0
        account = Account(self.name, aside, problems)
        for batch, done in read(self.path, self.format, self.bytes, file_index, roster, account):
            self.rows_read, self.progress = account.rows_read, done
            yield batch
        self.rows_read, self.progress = account.rows_read, 1.0


def open_recordings(paths: Sequence[Path], skipped: list[tuple[Path, str]] | None = None) -> list[Recording]:
    """Return the recordings among files and folders (searched to the bottom), in order of the paths, sorted in folders.

    A file that was named, or that lies in a folder and was meant as a recording, is returned even when it cannot be
    read: its `batches` then raises, so that the others can be processed. So does a folder without a recording. Other
    files in folders are left out and listed in `skipped` with the reason.

    Raises:
        FeedError: a path does not exist, or there are only folders without a recording.
    """
    found: list[Recording] = []
    bare: list[FeedError] = []
    left_out: list[tuple[Path, str]] = [] if skipped is None else skipped
    for path in paths:
        if path.is_dir():
            inside = _in_folder(path, left_out)
            if not inside:
                fault = FeedError("no recording in this folder.", where=str(path), remedy=_READ)
                inside = [Recording(path, str(path), "unknown", 0, _fault=fault)]
                bare.append(fault)
            found += inside
        elif not path.exists():
            raise FeedError("there is no such file or folder.", where=str(path), remedy="Check the path.")
        else:
            found.append(_opened(path, str(path.name)))
    if bare and len(bare) == len(found):
        raise bare[0]
    return found


def _in_folder(folder: Path, skipped: list[tuple[Path, str]]) -> list[Recording]:
    found = []
    try:
        inside = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise FeedError(f"the folder cannot be listed ({error.strerror}).", where=str(folder)) from None
    for path in inside:
        name = str(path.relative_to(folder))
        suffixes = set(path.suffixes)
        try:
            start, _ = sniff.head(path)
        except OSError:
            found.append(_opened(path, name))
            continue
        kind, what = sniff.judge(start)
        if sniff.is_meant(kind, start) if kind != sniff.EMPTY else bool(suffixes & _SUFFIXES):
            found.append(_opened(path, name))
        else:
            skipped.append((path, what or f"{kind} without the columns of a recording"))
    return found


def _opened(path: Path, name: str) -> Recording:
    try:
        start, _ = sniff.head(path)
        size = path.stat().st_size
    except OSError as error:
        fault = FeedError(f"cannot be read ({error.strerror or error}).", where=name, remedy="Check its permissions.")
        return Recording(path, name, "unknown", 0, _fault=fault)
    kind, what = sniff.judge(start)
    if kind in FORMATS:
        return Recording(path, name, kind, size)
    remedy = sniff.NEEDED if kind == sniff.EMPTY else _READ
    return Recording(path, name, "unknown", size, _fault=FeedError(f"the file is {what}.", where=name, remedy=remedy))
