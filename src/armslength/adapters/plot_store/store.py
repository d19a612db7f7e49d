"""The plots of a node on disk: one folder a source, one segment for every ten minutes, bounded in age and in size.

    plots/manifest.jsonl                          every segment with its SHA-256, chained   (manifest.py)
    plots/SOURCE/20261122T170000Z.parquet         a closed segment                          (rows.py)
    plots/SOURCE/20261122T171000Z.journal         the open one                              (journal.py)

`add` has written when it returns: what the process was told is stored survives its end. The disk itself is told to hold
it every `SYNC_S`, so that much is lost when the power goes. A segment is written beside its place, brought to disk, and
renamed; then it is entered in the manifest; then its journal is deleted. A crash between any two of these is made good
at the next start. Nothing here knows what a plot means.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from armslength.adapters.plot_store.journal import Header, Journal
from armslength.adapters.plot_store.manifest import NAME, Manifest, SegmentClosed, replace_file
from armslength.adapters.plot_store.rows import Rows, frame_of, rows_of
from armslength.domain.plot import Plot
from armslength.errors import ArmslengthError, StoreError
from armslength.units import NS, counted

SEGMENT_NS = 600 * NS
SYNC_S = 5.0
"""The disk is told to hold what was written so often [s]: this much is lost when the power goes."""
SOURCE, ORDER, EPOCH = "armslength.source", "armslength.order_ns", "armslength.epoch_ns"
"""Keys of the metadata of a segment, by which a replay knows it."""


@dataclass(frozen=True, slots=True)
class Written:
    """Rows that were stored: in which segment (UTC ns of its beginning), and the number of the first, 1-based."""

    from_ns: int
    first_row: int
    rows: Rows


@dataclass(frozen=True, slots=True)
class SegmentDeleted:
    """A segment that was deleted: its path in the store, and why ("retention" or "budget")."""

    path: str
    why: str


@dataclass
class PlotStore:
    """A plot store, for one process at a time.

    Attributes:
        folder: of the store; made when it is not there.
        retention_s: segments that end longer before the newest plot are deleted [s].
        budget_bytes: the oldest segments are deleted when all take more.
        mono: monotonic seconds, for the times of syncing.
        troubles: what went wrong and did not stop the work, since it was last taken.
    """

    folder: Path
    retention_s: float
    budget_bytes: int
    mono: Callable[[], float] = time.monotonic
    troubles: list[ArmslengthError] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the store, and make good what a crash left.

        Raises:
            StoreError: it cannot be read or made.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be made ({error.strerror}).") from None
        self.manifest = Manifest.read(self.folder / NAME)
        self.troubles += self.manifest.faults
        self._open: dict[tuple[str, int], Journal] = {}
        self._synced = self.mono()
        segments = list(self.manifest.segments.values())
        self.epoch_ns: int | None = segments[-1].epoch_ns if segments else None
        self.closed_to_ns = max((segment.closed_to_ns for segment in segments), default=0)
        try:
            for path in self.folder.glob("*/.*.new"):
                path.unlink()
            for path in sorted(self.folder.glob("*/*.journal")):
                self._recover(path)
            self._missing()
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be read ({error.strerror}).") from None

    def _recover(self, path: Path) -> None:
        """Take up the journal of an earlier run."""
        try:
            journal = Journal.again(path)
        except StoreError as error:
            self.troubles.append(error)
            path.replace(path.with_suffix(".damaged"))
            return
        if journal.cut:
            self.troubles.append(StoreError(f"{path}: {journal.cut} bytes at its end were not whole and are given up."))
        if self._path(journal.header) in self.manifest.segments:
            journal.discard()  # closed already; the crash came before this
            return
        self.epoch_ns = journal.header.epoch_ns if self.epoch_ns is None else self.epoch_ns
        self._open[journal.header.source, journal.header.from_ns] = journal

    def _missing(self) -> None:
        for segment in self.manifest.segments.values():
            path = self.folder / segment.path
            size = path.stat().st_size if path.exists() else -1
            if size != segment.bytes:
                what = "is not there" if size < 0 else f"has {counted(size, 'byte')}, not {segment.bytes}"
                self.troubles.append(StoreError(f"{path}: {what}; the manifest has it."))

    def add(self, source: str, plots: Sequence[Plot], received_ns: int) -> tuple[list[Written], StoreError | None]:
        """Store plots that can be stored (`rows.why_not`), in the order in which they came.

        Returns:
            What was stored; and why the rest was not, where the disk did not take it.
        """
        rows = rows_of(plots, received_ns)
        begins = rows["time_ns"] // SEGMENT_NS * SEGMENT_NS
        written: list[Written] = []
        for from_ns in sorted(set(begins.tolist())):
            part = rows[begins == from_ns]
            try:
                first = self._journal(source, from_ns).append(part)
            except StoreError as error:
                return written, error
            written.append(Written(from_ns, first, part))
        self.sync()
        return written, None

    def _journal(self, source: str, from_ns: int) -> Journal:
        journal = self._open.get((source, from_ns))
        if journal is None:
            if self.epoch_ns is None:
                self.epoch_ns = from_ns
            header = Header(source, from_ns, self._next_order(source, from_ns), self.epoch_ns)
            path = (self.folder / self._path(header)).with_suffix(".journal")
            try:
                path.parent.mkdir(mode=0o700, exist_ok=True)
            except OSError as error:
                raise StoreError(f"{path.parent}: cannot be made ({error.strerror}).") from None
            journal = self._open[source, from_ns] = Journal.begin(path, header)
        return journal

    def _next_order(self, source: str, from_ns: int) -> int:
        """Return the place of a new segment: behind those of the same ten minutes that were closed before their end."""
        order = from_ns
        while self._path(Header(source, from_ns, order, 0)) in self.manifest.segments:
            order += 1
        return order

    @staticmethod
    def _path(header: Header) -> str:
        moment = f"{datetime.fromtimestamp(header.from_ns // NS, UTC):%Y%m%dT%H%M%SZ}"
        more = header.order_ns - header.from_ns
        return f"{folder_of(header.source)}/{moment}{f'-{more + 1}' if more else ''}.parquet"

    def sync(self, *, now: bool = False) -> None:
        """Have the disk hold what was written, when it is time to (or `now`); what goes wrong is a trouble."""
        if now or self.mono() - self._synced >= SYNC_S:
            self._synced = self.mono()
            for journal in self._open.values():
                try:
                    journal.sync()
                except StoreError as error:
                    self.troubles.append(error)

    def close_before(self, boundary_ns: int) -> list[SegmentClosed]:
        """Close every segment that ends at or before `boundary_ns`; one that cannot be, stays open: a trouble."""
        self.closed_to_ns = max(self.closed_to_ns, boundary_ns)
        due = [key for key in self._open if key[1] + SEGMENT_NS <= boundary_ns]
        return self._close(due)

    def seal(self) -> list[SegmentClosed]:
        """Close every segment, whole or not: the node stops. Later plots of these ten minutes get a segment more."""
        closed = self._close(list(self._open))
        self.sync(now=True)
        for journal in self._open.values():
            journal.close()
        return closed

    def _close(self, due: Sequence[tuple[str, int]]) -> list[SegmentClosed]:
        closed = []
        for key in sorted(due, key=lambda k: (k[1], k[0])):
            journal = self._open[key]
            try:
                if journal.rows:
                    closed.append(self._segment(journal))
            except StoreError as error:
                self.troubles.append(error)
                continue
            del self._open[key]
            journal.discard()
        return closed

    def _segment(self, journal: Journal) -> SegmentClosed:
        """Write the segment of `journal`, and enter it."""
        rows, header = journal.read(), journal.header
        if len(rows) != journal.rows:
            lost = journal.rows - len(rows)
            rows_lost = counted(lost, "row is", "rows are")
            self.troubles.append(StoreError(f"{journal.path}: damaged on disk, {rows_lost} lost."))
        out = io.BytesIO()
        said = {SOURCE: header.source, ORDER: str(header.order_ns), EPOCH: str(header.epoch_ns)}
        frame_of(rows).write_parquet(out, compression="zstd", metadata=said)
        data = out.getvalue()
        name = self._path(header)
        replace_file(self.folder / name, data)
        times = rows["time_ns"]
        return self.manifest.add(
            SegmentClosed(
                header.source, name, header.from_ns, self.closed_to_ns, header.epoch_ns, len(rows), len(data),
                hashlib.sha256(data).hexdigest(), int(times.min()), int(times.max()),
            )
        )  # fmt: skip

    def trim(self, now_ns: int) -> list[SegmentDeleted]:
        """Delete the oldest segments: those beyond the retention, then those beyond the budget.

        The retention is counted from the newest plot or `now_ns` (UTC), whichever is earlier: a clock that jumps ahead
        must not empty the store.
        """
        oldest_first = sorted(self.manifest.segments.values(), key=lambda s: (s.from_ns, s.path))
        newest_ns = max([s.last_ns for s in oldest_first] + [from_ns for _, from_ns in self._open], default=now_ns)
        keep_from = min(now_ns, newest_ns) - round(self.retention_s * NS)
        size = self.manifest.bytes + sum(journal.size for journal in self._open.values())
        deleted = []
        for segment in oldest_first:
            why = "retention" if segment.last_ns < keep_from else "budget" if size > self.budget_bytes else ""
            if not why:
                break
            try:
                (self.folder / segment.path).unlink(missing_ok=True)
                self.manifest.delete(segment.path, why)
            except OSError as error:
                self.troubles.append(StoreError(f"{self.folder / segment.path}: cannot be deleted ({error.strerror})."))
                break
            except StoreError as error:
                self.troubles.append(error)
                break
            size -= segment.bytes
            deleted.append(SegmentDeleted(segment.path, why))
        return deleted

    def segments(self, from_ns: int) -> list[SegmentClosed]:
        """Return the closed segments that begin at or after `from_ns`, in the order in which they are to be read."""
        found = [s for s in self.manifest.segments.values() if s.from_ns >= from_ns]
        return sorted(found, key=lambda s: (s.from_ns, s.source))

    def waiting(self) -> Iterator[tuple[str, Rows]]:
        """Yield the source and the rows of every open segment.

        Raises:
            StoreError: one cannot be read.
        """
        for (source, _), journal in sorted(self._open.items()):
            yield source, journal.read()

    def sources(self) -> list[str]:
        """Return the names of all sources in the store."""
        return sorted({s.source for s in self.manifest.segments.values()} | {source for source, _ in self._open})

    def check(self) -> list[StoreError]:
        """Hash every segment; return what does not fit the manifest."""
        faults = []
        for segment in self.manifest.segments.values():
            path = self.folder / segment.path
            try:
                with path.open("rb") as data:
                    found = hashlib.file_digest(data, "sha256").hexdigest()
            except OSError as error:
                faults.append(StoreError(f"{path}: cannot be read ({error.strerror})."))
                continue
            if found != segment.sha256:
                faults.append(StoreError(f"{path}: was changed after it was closed (its SHA-256 is another one)."))
        return faults

    def take_troubles(self) -> list[ArmslengthError]:
        """Return what went wrong since this was last asked."""
        troubles, self.troubles = self.troubles, []
        return troubles


def folder_of(source: str) -> str:
    """Return the name of a source as the name of a folder: what is not plain is written as %XX."""
    name = quote(source, safe="")
    return name.replace(".", "%2E", 1) if name.startswith(".") else name
