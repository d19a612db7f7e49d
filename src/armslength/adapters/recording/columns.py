"""JSON as columns: {"latitude": {"0": 47.1, "1": ...}, ...} as pandas writes it by default, or with lists of values.

A row is spread over the whole file, so the text must be read whole; the columns are unpacked one by one, so that it
needs about three times the size of the unpacked text in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from armslength.adapters.recording.dialect import NUMBERS, Dialect, recognise
from armslength.adapters.recording.json_records import as_text
from armslength.adapters.recording.rows import Block
from armslength.adapters.recording.stream import ByteStream
from armslength.adapters.recording.values import UNREADABLE
from armslength.errors import FeedError

LARGEST = 512 << 20
"""Bytes of unpacked text above which a file of columns is refused."""
SLICE = 500_000
_DECODER = json.JSONDecoder(strict=False)


def read_columns(stream: ByteStream, file: str) -> tuple[Dialect, Iterator[Block]]:
    """Return the dialect and the rows of a file of columns.

    Raises:
        FeedError: too large, cut off, not JSON, columns of different lengths, or wrong columns.
    """
    text = _whole(stream, file)
    raw: dict[str, pl.Series] = {}
    labels: list[str] | None = None
    for name, value in _members(text, file):
        if isinstance(value, dict):
            if labels is None:
                labels = list(value)
            values = list(value.values()) if list(value) == labels else [value.get(label) for label in labels]
        elif isinstance(value, list):
            values = value
        else:
            continue
        raw[name] = _series(name, values)
    dialect = recognise(list(raw), file)
    chosen = {column: raw[column] for column in dialect.roles.values()}
    lengths = {column: len(series) for column, series in chosen.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{column} has {length:,}" for column, length in lengths.items())
        raise FeedError(f"the columns differ in length: {shown}.", where=file, remedy="Write the file again.")
    table = pl.DataFrame(list(chosen.values()))
    return dialect, (Block(table[at : at + SLICE], at + 1) for at in range(0, len(table), SLICE))


def _whole(stream: ByteStream, file: str) -> str:
    held, size = [], 0
    for piece in stream.blocks():
        held.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise FeedError(
                f"JSON as columns is read whole, and this is more than {LARGEST >> 20} MiB.",
                where=file,
                remedy="Write the recording as Parquet, CSV or JSON records; those are streamed.",
            )
    if stream.broken:
        raise FeedError(
            f"{stream.broken}; columns cut off in the middle have no rows to use.", where=file, remedy="Fetch it again."
        )
    return b"".join(held).decode("utf-8-sig", errors="replace")


def _members(text: str, file: str) -> Iterator[tuple[str, Any]]:
    """The members of the outer object, one after the other."""
    at = text.find("{") + 1
    try:
        while True:
            at = _after_blanks(text, at, ",")
            if text[at : at + 1] == "}":
                return
            name, at = _DECODER.raw_decode(text, at)
            at = _after_blanks(text, at, ":")
            value, at = _DECODER.raw_decode(text, at)
            yield str(name), value
    except (ValueError, RecursionError) as error:
        raise FeedError(
            f"the JSON breaks off or is damaged near character {at:,} ({str(error).split(':')[0]}).",
            where=file,
            remedy="Fetch or write it again; columns cut off in the middle have no rows to use.",
        ) from None


def _after_blanks(text: str, at: int, mark: str) -> int:
    while text[at : at + 1] and text[at] in " \t\r\n" + mark:
        at += 1
    return at


def _series(name: str, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, strict=True)
    except (*UNREADABLE, TypeError, ValueError, OverflowError):
        pass
    if name in NUMBERS or all(value is None or type(value) in (int, float) for value in values):
        try:
            return pl.Series(name, values, dtype=pl.Float64, strict=False)
        except (*UNREADABLE, TypeError, ValueError, OverflowError):
            pass
    return pl.Series(name, [as_text(value) for value in values], dtype=pl.String)
