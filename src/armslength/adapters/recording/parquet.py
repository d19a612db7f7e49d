"""Parquet tables, in slices of rows, so that the size of a row group in the file does not matter.

Only the columns of the dialect are read. A first pass over the columns of time alone (a few per cent of the work) says
for every slice the earliest time that comes after it, so that a recording in order of time streams through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from armslength.adapters.recording.account import printable
from armslength.adapters.recording.dialect import Dialect, recognise
from armslength.adapters.recording.names import Names
from armslength.adapters.recording.row_groups import largest_row_group
from armslength.adapters.recording.rows import Block
from armslength.adapters.recording.values import UNREADABLE, Clock
from armslength.domain.plot import I64
from armslength.errors import FeedError

SLICE = 500_000
"""Rows read at once, where the row groups are not much larger."""
LARGEST_SLICE = 2_000_000
"""Rows read at once in a file with huge row groups: the deeper in a row group a slice lies, the more it costs."""
_LAST = np.iinfo(np.int64).max


@dataclass
class ParquetTable:
    """A Parquet file being read. `rows` is their number, `done` how many have been handed out.

    `kinds` are the types in the file, `texts` those to which columns of text are cast.
    """

    path: Path
    file: str
    rows: int
    dialect: Dialect
    kinds: pl.Schema
    texts: dict[str, pl.DataType] = field(default_factory=dict)
    done: int = 0
    slice: int = SLICE

    @classmethod
    def open(cls, path: Path, file: str) -> ParquetTable:
        """Read the schema and the number of rows.

        Raises:
            FeedError: damaged, or wrong columns.
        """
        try:
            scan = pl.scan_parquet(path, glob=False)
            kinds = scan.collect_schema()
            rows = int(scan.select(pl.len()).collect().item())
        except UNREADABLE as error:
            raise _damaged(file, error) from None
        return cls(path, file, rows, recognise(kinds.names(), file), kinds)

    def cast_texts(self, aircraft: Names, callsigns: Names) -> None:
        """Have addresses and call signs numbered while they are read, by all cores."""
        for role, names in (("address", aircraft), ("callsign", callsigns)):
            column = self.dialect.roles.get(role)
            if column is not None and self.kinds[column] == pl.String:
                self.texts[column] = names.kind

    def blocks(self) -> Iterator[Block]:
        """Yield the rows in slices.

        Raises:
            FeedError: the file is damaged here.
        """
        try:
            self.slice = max(SLICE, min(LARGEST_SLICE, largest_row_group(self.path) // 20))
        except OSError as error:
            raise _damaged(self.file, error) from None
        starts = range(0, self.rows, self.slice)
        rest_from = self._rest_from(list(starts))
        wanted = [self._expression(column) for column in self.dialect.roles.values()]
        for start, rest in zip(starts, rest_from, strict=True):
            table = self._slice(start, wanted)
            self.done = start + len(table)
            yield Block(table, start + 1, rest_from_ns=int(rest))

    def bounds(self) -> tuple[int, int] | None:
        """First and last time [UTC ns] in the file; None where the columns of time cannot be compared cheaply."""
        columns = self._time_columns()
        try:
            scan = pl.scan_parquet(self.path, glob=False)
            if not all(self.kinds[column].is_temporal() or self.kinds[column].is_numeric() for column in columns):
                return None
            ends = scan.select(
                *[pl.col(column).min().alias(f"{column} min") for column in columns],
                pl.col(columns[0]).max().alias("max"),
            ).collect()
            times = [Clock(self.file, columns[0]).read(ends[name])[0].item() for name in ends.columns]
        except (*UNREADABLE, FeedError):
            return None
        known = [time for time in times if time is not None]
        return (min(known), max(known)) if known else None

    def _expression(self, column: str) -> pl.Expr:
        kind = self.texts.get(column)
        return pl.col(column) if kind is None else pl.col(column).cast(kind)

    def _time_columns(self) -> list[str]:
        roles = self.dialect.roles
        return [roles[role] for role in ("time", "position_time") if role in roles]

    def _slice(self, start: int, columns: list[pl.Expr]) -> pl.DataFrame:
        try:
            return pl.scan_parquet(self.path, glob=False).select(columns).slice(start, self.slice).collect()
        except UNREADABLE as error:
            raise _damaged(self.file, error, start) from None

    def _rest_from(self, starts: list[int]) -> I64:
        """For each slice the earliest time in the slices after it."""
        earliest = np.full(len(starts) + 1, _LAST)
        clocks = [Clock(self.file, column) for column in self._time_columns()]
        if len(starts) > 1:
            for i, start in enumerate(starts):
                table = self._slice(start, [pl.col(clock.column) for clock in clocks])
                stamp = clocks[0].read(table[clocks[0].column])[0]
                times = stamp
                if len(clocks) > 1:
                    own = clocks[1].read(table[clocks[1].column])[0]
                    times = own.set((own > stamp).fill_null(False), None).fill_null(stamp)
                least = times.min()
                earliest[i] = _LAST if least is None else least
        suffix: I64 = np.minimum.accumulate(earliest[::-1])[::-1]
        return suffix[1:]


def _damaged(file: str, error: BaseException, row: int = 0) -> FeedError:
    place = f" after row {row:,}" if row else ""
    first_line = printable((str(error).strip().splitlines() or ["unknown fault"])[0], 160)
    return FeedError(
        f"the Parquet file is damaged or cut off{place} ({first_line}).", where=file, remedy="Fetch or write it again."
    )
