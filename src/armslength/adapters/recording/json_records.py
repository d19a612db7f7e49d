"""JSON as records: an array of objects, or one object a line. Read in blocks of whole records.

Records are put one on a line (`},{` becomes `}`, `{`) and parsed by Polars with a fixed type for each column, which is
about five times as fast as Python's parser. Where that fails in a block (text where a number belongs, NaN, a broken
record, an object inside a record), the block is read again record by record with Python's parser, so that only the
records at fault are lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from armslength.adapters.recording.account import NOT_PARSED, Account, printable
from armslength.adapters.recording.dialect import NUMBERS, Dialect
from armslength.adapters.recording.rows import Block
from armslength.adapters.recording.values import UNREADABLE
from armslength.errors import FeedError

_BETWEEN = re.compile(rb"\}\s*,?\s*\{")
_SEAM = re.compile(r"\}\s*,?\s*\{")
_DECODER = json.JSONDecoder(strict=False)
LONGEST_RECORD = 64 << 20
"""Bytes without the end of a record after which the file is given up."""


@dataclass
class JsonRecords:
    """Records being read.

    Attributes:
        pieces: the text, in blocks.
        dialect: where in a record everything stands.
        is_array: the records stand in an array, which must be closed.
        broken: set where the text does not end as it should.
    """

    pieces: Iterator[bytes]
    dialect: Dialect
    account: Account
    is_array: bool
    broken: str = ""
    _row: int = 1
    _types: dict[str, pl.DataType] = field(default_factory=dict)

    def blocks(self) -> Iterator[Block]:
        """Yield the records in order.

        Raises:
            FeedError: no record ends within `LONGEST_RECORD` bytes.
        """
        rest = b""
        is_start_due = True
        for piece in self.pieces:
            text = rest + piece if rest else piece
            if is_start_due:
                text, is_start_due = text.lstrip(b"\xef\xbb\xbf \t\r\n"), False
                text = text.removeprefix(b"[") if self.is_array else text
            seam = _last_seam(text)
            if seam is None:
                rest = text
                self._refuse_endless(rest)
                continue
            block, unfinished = self._parsed(text[: seam.start() + 1])
            rest = unfinished + text[seam.start() + 1 :] if unfinished else text[seam.end() - 1 :]
            self._refuse_endless(rest)
            yield block
        yield from self._tail(rest)

    def _refuse_endless(self, text: bytes) -> None:
        if len(text) > LONGEST_RECORD:
            raise FeedError(
                f"no record ends within {LONGEST_RECORD >> 20} MiB after row {self._row - 1:,}.",
                where=self.account.file,
                remedy="Records are flat JSON objects, one for each position report; docs/recordings.md shows them.",
            )

    def _tail(self, rest: bytes) -> Iterator[Block]:
        """The last records, up to the closing bracket, or to where the file breaks off."""
        text = rest.rstrip(b" \t\r\n\x00")
        if self.is_array:
            closed = text.endswith(b"]")
            text = text.removesuffix(b"]").rstrip(b" \t\r\n,")
            closed &= text.endswith(b"}") or not text
        else:
            closed = text.endswith(b"}") or not text
        if not closed:
            self.broken = "the JSON is cut off: its end is missing"
            text = text[: text.rfind(b"}") + 1]
        if text.strip():
            block, unfinished = self._parsed(text)
            if unfinished:
                self._keep_aside(unfinished.decode("utf-8", "replace"))
            yield block

    def _parsed(self, text: bytes) -> tuple[Block, bytes]:
        """The records in `text`, and what is left because the seam at its end lay inside a record."""
        table = self._fast(text)
        if table is None:
            return self._one_by_one(text.decode("utf-8", "surrogateescape"))
        first = self._row
        self._row += len(table)
        return Block(table, first), b""

    def _fast(self, text: bytes) -> pl.DataFrame | None:
        if self.is_array:
            if b"\n" in text:  # a line end can only stand between tokens
                text = text.replace(b"\n", b" ")
            lines = text.replace(b"},{", b"}\n{") if b"},{" in text[:65536] else _BETWEEN.sub(b"}\n{", text)
        else:
            lines = text
        try:
            return pl.read_ndjson(lines, schema=self._schema(lines))
        except UNREADABLE:
            return None

    def _schema(self, lines: bytes) -> dict[str, pl.DataType]:
        if not self._types:
            kinds: dict[str, pl.DataType] = {}
            for role, column in self.dialect.roles.items():
                if role in NUMBERS:
                    kinds[column] = pl.Float64()
                elif role in ("time", "position_time"):
                    kinds[column] = _time_type(lines, column)
                else:
                    kinds[column] = pl.String()
            self._types = kinds
        return self._types

    def _one_by_one(self, text: str) -> tuple[Block, bytes]:
        columns = list(self.dialect.roles.values())
        found: dict[str, list[str | None]] = {column: [] for column in columns}
        rows: list[int] = []
        unfinished = ""
        for record, is_last in records(text):
            if isinstance(record, dict):
                rows.append(self._row)
                for column in columns:
                    found[column].append(as_text(record.get(column)))
                self._row += 1
            elif is_last:
                unfinished = record
            else:
                self._keep_aside(record)
        table = pl.DataFrame(found, schema=dict.fromkeys(found, pl.String))
        block = Block(table, rows[0] if rows else self._row, np.array(rows, dtype=np.int64))
        return block, unfinished.encode("utf-8", "surrogateescape")

    def _keep_aside(self, record: str) -> None:
        self.account.keep_aside_unread(NOT_PARSED, self._row, f"the record begins {printable(record)}")
        self._row += 1


def records(text: str) -> Iterator[tuple[Any, bool]]:
    """Yield each record; for what does not parse, its text, and whether it runs to the end of `text`."""
    at, end = 0, len(text)
    while True:
        while at < end and text[at] in " \t\r\n,":
            at += 1
        if at >= end:
            return
        try:
            record, at = _DECODER.raw_decode(text, at)
            yield record if isinstance(record, dict) else str(record), False
        except (ValueError, RecursionError):
            seam = _SEAM.search(text, at)
            broken = text[at : seam.start() + 1] if seam else text[at:]
            at = seam.end() - 1 if seam else end
            yield broken, seam is None


def as_text(value: object) -> str | None:
    """A JSON value as the text that `values` reads: null is None, numbers in full."""
    if value is None:
        return None
    if isinstance(value, str):  # half a surrogate pair is not UTF-8
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return str(value) if isinstance(value, int) else json.dumps(value)[:80]


def _last_seam(text: bytes) -> re.Match[bytes] | None:
    """What stands between the last two records of the text, None where only one begins."""
    found = None
    for found in _BETWEEN.finditer(text, max(0, len(text) - 65536)):  # noqa: B007 (the last one is wanted)
        pass
    if found is None and len(text) > 65536:
        for found in _BETWEEN.finditer(text):  # noqa: B007
            pass
    return found


def _time_type(lines: bytes, column: str) -> pl.DataType:
    """Whole numbers only where every time in the block is one: Polars would cut fractions off silently."""
    key = re.escape(json.dumps(column).encode())
    match = re.search(key + rb"\s*:\s*(\"|-?\d+(\.\d|[eE])?)", lines)
    if match is None or match[1] == b'"':
        return pl.String()
    return pl.Float64() if match[2] else pl.Int64()
