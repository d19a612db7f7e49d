"""Tables as text with a header line: CSV with comma, semicolon, tab or bar, in blocks of whole lines.

Each block is parsed by Polars with typed columns; a block in which that fails (text where a number belongs, a line with
too many or too few fields, bytes that are not UTF-8) is read again line by line, so that only the lines at fault are
lost.
A field does not run over the end of a line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from armslength.adapters.recording.account import NOT_PARSED, Account
from armslength.adapters.recording.dialect import NUMBERS, Dialect
from armslength.adapters.recording.rows import Block
from armslength.adapters.recording.stream import ByteStream
from armslength.adapters.recording.values import NULLS, UNREADABLE
from armslength.errors import FeedError

SEPARATORS = ",;\t|"
LONGEST_LINE = 16 << 20
"""Bytes without the end of a line after which the file is given up."""


def split_header(line: str) -> tuple[list[str], str]:
    """Return the column names of a header line and the separator between them."""
    separator = max(SEPARATORS, key=line.count)
    names = _fields(line.lstrip("\ufeff"), separator) or []
    return [name.strip() for name in names], separator


@dataclass
class TextTable:
    """A table as text being read."""

    pieces: Iterator[bytes]
    stream: ByteStream
    dialect: Dialect
    columns: list[str]
    separator: str
    account: Account
    _row: int = 1
    _schema: dict[str, pl.DataType] = field(default_factory=dict)

    def blocks(self) -> Iterator[Block]:
        """Yield the rows in blocks of whole lines; a line cut off by a broken stream is left out.

        Raises:
            FeedError: no line ends within `LONGEST_LINE` bytes.
        """
        rest = b""
        is_header_due = True
        for piece in self.pieces:
            text = rest + piece if rest else piece
            if is_header_due:
                if (end := text.find(b"\n")) < 0:
                    rest = text
                    self._refuse_endless(rest)
                    continue
                text, is_header_due = text[end + 1 :], False
            cut = text.rfind(b"\n") + 1
            rest = text[cut:]
            if cut:
                yield self._parsed(text[:cut])
            self._refuse_endless(rest)
        if rest and not is_header_due and not self.stream.broken:
            yield self._parsed(rest + b"\n")

    def _refuse_endless(self, text: bytes) -> None:
        if len(text) > LONGEST_LINE:
            raise FeedError(
                f"no line ends within {LONGEST_LINE / (1 << 20):g} MiB after row {self._row - 1:,}.",
                where=self.account.file,
                remedy="A table has one line for each position report; docs/recordings.md shows its columns.",
            )

    def _parsed(self, text: bytes) -> Block:
        table = self._fast(text)
        if table is None:
            return self._line_by_line(text)
        first = self._row
        self._row += len(table)
        return Block(table, first)

    def _fast(self, text: bytes) -> pl.DataFrame | None:
        lines = text.count(b"\n")
        if text.count(self.separator.encode()) != lines * (len(self.columns) - 1):
            return None
        schema = self._types(text)
        wanted = {self.columns.index(column): column for column in self.dialect.roles.values()}
        try:
            table = pl.read_csv(
                io.BytesIO(text),
                has_header=False,
                separator=self.separator,
                schema=schema,
                columns=sorted(wanted),
                null_values=list(NULLS),
                quote_char='"' if b'"' in text else None,
            )
        except UNREADABLE:
            return None
        if len(table) != lines:
            return None
        return table.rename({f"{i}": column for i, column in wanted.items()})

    def _types(self, text: bytes) -> dict[str, pl.DataType]:
        """The type of each column, named by its place: numbers; times as the first line has them; else text."""
        if self._schema:
            return self._schema
        line = text[: text.find(b"\n")].decode("utf-8", errors="replace")
        example = _fields(line, self.separator) or []
        kinds: dict[str, pl.DataType] = {}
        for role, column in self.dialect.roles.items():
            if role in NUMBERS:
                kinds[column] = pl.Float64()
            elif role in ("time", "position_time") and len(example) == len(self.columns):
                kinds[column] = _time_type(example[self.columns.index(column)])
        self._schema = {f"{i}": kinds.get(column, pl.String()) for i, column in enumerate(self.columns)}
        return self._schema

    def _line_by_line(self, text: bytes) -> Block:
        places = {column: self.columns.index(column) for column in self.dialect.roles.values()}
        found: dict[str, list[str]] = {column: [] for column in places}
        rows: list[int] = []
        for line in text.decode("utf-8", errors="replace").split("\n"):
            if not line.strip("\r"):
                continue
            fields = _fields(line.rstrip("\r"), self.separator)
            if fields is not None and len(fields) == len(self.columns):
                rows.append(self._row)
                for column, place in places.items():
                    found[column].append(fields[place])
            else:
                says = "the line is not text" if fields is None else f"{len(fields)} fields, not {len(self.columns)}"
                self.account.keep_aside_unread(NOT_PARSED, self._row, says)
            self._row += 1
        table = pl.DataFrame(found, schema=dict.fromkeys(found, pl.String))
        return Block(table, rows[0] if rows else self._row, np.array(rows, dtype=np.int64))


def _time_type(example: str) -> pl.DataType:
    text = example.strip()
    if text.isdigit():
        return pl.Int64()
    try:
        float(text)
    except ValueError:
        return pl.String()
    return pl.Float64()


def _fields(line: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return None
