"""Plots of any number of recordings into order of time, stretch by stretch, in bounded memory.

Recordings stand in any order: by time, by aircraft, one file an aircraft, several sensors of one hour. Plots wait in
buckets of ten minutes until no earlier one can come (a recording in order of time says so as it goes; of another that
is known only at its end). What waits beyond the budget goes to a temporary file, which no other program can see.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from armslength.domain.plot import Plots
from armslength.units import NS

Packed = NDArray[np.void]
BUCKET_NS = 600 * NS
POOL_ROWS = 200_000
"""Small batches are gathered up to this size before they are sorted into buckets."""
STRETCH_ROWS = 500_000
"""Neighbouring buckets go on together up to this size."""
BUDGET_ROWS = 4_000_000
"""Rows that may wait in memory, at 65 bytes each."""

_COLUMNS = {
    "row": np.uint32, "time_ns": np.int64, "aircraft": np.int32, "lat": np.float64, "lon": np.float64,
    "alt_baro_m": np.float64, "alt_geo_m": np.float64, "gs_mps": np.float32, "track_deg": np.float32,
    "vs_mps": np.float32, "on_ground": np.bool_, "accuracy_m": np.float32,
}  # fmt: skip
_ROW = np.dtype([("file", np.int32), *_COLUMNS.items()])


def _pack(batches: Sequence[Plots]) -> Packed:
    out = np.empty(sum(len(b) for b in batches), _ROW)
    at = 0
    for b in batches:
        part = out[at : at + len(b)]
        part["file"] = b.file
        for name in _COLUMNS:
            part[name] = getattr(b, name)
        at += len(b)
    return out


def _unpack(rows: Packed) -> Plots:
    columns: dict[str, Any] = {name: np.ascontiguousarray(rows[name]) for name in _ROW.names or ()}
    return Plots(**columns)


@dataclass
class TimeOrder:
    """Takes batches in, gives stretches out: `add`, then `stretches(safe_ns)`, at the end `stretches(None)`.

    Without `merge` a stretch is one bucket, whatever else waits: for who reads a plot by what its stretch holds.
    """

    budget_rows: int = BUDGET_ROWS
    merge: bool = True
    spilled_rows: int = 0
    _pool: list[Plots] = field(default_factory=list)
    _pooled: int = 0
    _waiting: dict[int, list[Packed]] = field(default_factory=dict)
    _in_memory: int = 0
    _away: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _file: BinaryIO | None = None

    def add(self, plots: Plots) -> None:
        """Take `plots` in."""
        if not len(plots):
            return
        self._pool.append(plots)
        self._pooled += len(plots)
        if self._pooled >= POOL_ROWS:
            self._sort_in()

    def stretches(self, safe_ns: int | None) -> Iterator[tuple[list[Plots], int | None]]:
        """Give out every stretch before `safe_ns` (all, where None), earliest first, with the time it reaches to.

        The last one given for None reaches to None: nothing follows it. It may be empty, so that what waits behind a
        stretch learns that there is no more.
        """
        self._sort_in()
        last = None if safe_ns is None else safe_ns // BUCKET_NS
        ready = sorted(b for b in self._waiting.keys() | self._away.keys() if last is None or b < last)
        if last is None and not ready:
            yield [], None
        while ready:
            stretch: list[Packed] = []
            rows = 0
            while ready and (not stretch or (self.merge and rows < STRETCH_ROWS)):
                bucket = ready.pop(0)
                parts = self._take(bucket)
                stretch += parts
                rows += sum(len(p) for p in parts)
            until = (bucket + 1) * BUCKET_NS
            yield [_unpack(p) for p in stretch], (None if last is None and not ready else until)

    def close(self) -> None:
        """Give the temporary file back."""
        if self._file is not None:
            self._file.close()

    def _sort_in(self) -> None:
        if not self._pool:
            return
        rows = _pack(self._pool)
        self._pool, self._pooled = [], 0
        bucket = rows["time_ns"] // BUCKET_NS
        if np.any(bucket[1:] < bucket[:-1]):
            order = np.argsort(bucket, kind="stable")
            rows, bucket = rows[order], bucket[order]
        cuts = np.flatnonzero(np.diff(bucket)) + 1
        for number, part in zip(bucket[np.append(0, cuts)].tolist(), np.split(rows, cuts), strict=True):
            self._waiting.setdefault(number, []).append(part)
        self._in_memory += len(rows)
        while self._in_memory > self.budget_rows:
            self._send_away()

    def _send_away(self) -> None:
        """Write the fullest bucket to the temporary file."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="armslength-")  # noqa: SIM115 (lives as long as this)
        fullest = max(self._waiting, key=lambda b: sum(len(p) for p in self._waiting[b]))
        parts = self._waiting.pop(fullest)
        self._file.seek(0, 2)
        for part in parts:
            self._away.setdefault(fullest, []).append((self._file.tell(), len(part)))
            self._file.write(np.ascontiguousarray(part).view(np.uint8).data)
            self._in_memory -= len(part)
            self.spilled_rows += len(part)

    def _take(self, bucket: int) -> list[Packed]:
        parts = []
        for at, count in self._away.pop(bucket, []):
            assert self._file is not None
            self._file.seek(at)
            parts.append(np.frombuffer(self._file.read(count * _ROW.itemsize), _ROW))
        for part in self._waiting.pop(bucket, []):
            self._in_memory -= len(part)
            parts.append(part)
        return parts
