"""Full traces of readsb / tar1090: one aircraft, one day, rows as arrays.

    {"icao": "ac671b", "timestamp": 1738703622.619, "trace": [[dt, lat, lon, alt, gs, track, flags, vrate, aircraft,
     source, geom_alt, geom_rate, ias, roll], ...]}

dt [s after timestamp]; lat, lon [deg]; alt [ft], "ground" or null; gs [kt]; track [deg true] (on the ground: heading);
flags: 1 no position in the 20 s before, 2 new leg, 4 vertical rate is geometric, 8 alt is geometric; vrate [ft/min];
aircraft: object with more (call sign in `flight`, `nac_p`) or null; geom_alt [ft]. A `nac_p` holds until the next one.
Older files have 8 or 9 elements in a row. Source: README-json.md of readsb, "trace jsons".

tar1090 stores these gzipped under plain .json names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from armslength.adapters.recording.account import NOT_PARSED, Account, printable
from armslength.adapters.recording.dialect import AVIATION, Dialect
from armslength.adapters.recording.json_records import as_text
from armslength.adapters.recording.rows import Block
from armslength.adapters.recording.stream import ByteStream
from armslength.adapters.recording.values import UNREADABLE
from armslength.errors import FeedError

LARGEST = 256 << 20
"""Bytes of unpacked text above which a trace is refused (a day of one aircraft has about one)."""
_READ = ("time", "lat", "lon", "alt_baro", "alt_geo", "gs", "track", "vs", "callsign", "ground", "nacp")
DIALECT = Dialect("readsb trace", {name: name for name in (*_READ, "address")}, AVIATION)
_DECODER = json.JSONDecoder(strict=False)
_GEOMETRIC = 8


def read_trace(stream: ByteStream, account: Account) -> tuple[Iterator[Block], str]:
    """Return the rows of a trace, and why it broke off ("" where it did not).

    Raises:
        FeedError: too large, no address, no time, or no row before the file breaks off.
    """
    text = _whole(stream, account.file)
    broken = stream.broken
    try:
        outer, trace = _complete(text)
    except (ValueError, RecursionError):
        outer, trace = _salvaged(text, account.file)
        broken = broken or "the JSON is cut off or damaged"
    start = outer.get("timestamp")
    if not isinstance(start, int | float) or isinstance(start, bool) or not 0 <= start < 9.2e9:
        raise FeedError('no "timestamp" in seconds since 1970.', where=account.file, remedy="Fetch the trace again.")
    return iter([_table(trace, str(outer.get("icao") or ""), float(start), account)]), broken


def _whole(stream: ByteStream, file: str) -> str:
    held, size = [], 0
    for piece in stream.blocks():
        held.append(piece)
        if (size := size + len(piece)) > LARGEST:
            raise FeedError(f"the trace is larger than {LARGEST >> 20} MiB.", where=file, remedy="Give it day by day.")
    return b"".join(held).decode("utf-8-sig", errors="replace")


def _complete(text: str) -> tuple[dict[str, Any], list[Any]]:
    outer = json.loads(text)
    if not isinstance(outer, dict) or not isinstance(outer.get("trace"), list):
        raise ValueError("not a trace")
    return outer, outer["trace"]


def _salvaged(text: str, file: str) -> tuple[dict[str, Any], list[Any]]:
    """The rows before the place where the file breaks off."""
    at = text.find('"trace"')
    opening = text.find("[", at)
    if at < 0 or opening < 0:
        raise FeedError("the trace breaks off before its first row.", where=file, remedy="Fetch it again.")
    try:
        outer = json.loads(text[:at].rstrip().rstrip(",") + "}")
    except (ValueError, RecursionError):
        raise FeedError("the head of the trace is damaged.", where=file, remedy="Fetch it again.") from None
    rows: list[Any] = []
    at = opening + 1
    while at < len(text):
        while text[at : at + 1] and text[at] in " \t\r\n,":
            at += 1
        try:
            row, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        rows.append(row)
    return outer, rows


def _table(trace: list[Any], address: str, start: float, account: Account) -> Block:
    found: list[tuple[object, ...]] = []
    rows: list[int] = []
    nacp: object = None
    for number, row in enumerate(trace, start=1):
        if not isinstance(row, list) or len(row) < 8 or not isinstance(row[0], int | float):
            account.keep_aside_unread(NOT_PARSED, number, f"the row is {printable(str(row))}")
            continue
        callsign, level, geometric = None, row[3], row[10] if len(row) > 10 else None
        if len(row) > 8 and isinstance(row[8], dict):
            callsign, nacp = row[8].get("flight"), row[8].get("nac_p", nacp)
        on_ground = level == "ground"
        if on_ground:
            level = None
        elif isinstance(row[6], int) and row[6] & _GEOMETRIC:
            level, geometric = None, level
        rows.append(number)
        found.append(
            (start + row[0], row[1], row[2], level, geometric, row[4], row[5], row[7], callsign, on_ground, nacp)
        )
    columns = [_typed(name, list(values)) for name, values in zip(_READ, zip(*found, strict=True), strict=False)]
    if not found:
        columns = [pl.Series(name, [], dtype=pl.Null) for name in _READ]
    columns.append(pl.Series("address", [address], dtype=pl.String).new_from_index(0, len(found)))
    return Block(pl.DataFrame(columns), 1, np.array(rows, dtype=np.int64))


def _typed(name: str, values: list[object]) -> pl.Series:
    """A column of numbers, of text or of flags; as text where it holds what does not belong there."""
    kind = {"callsign": pl.String, "ground": pl.Boolean}.get(name, pl.Float64)
    try:
        if kind is not pl.Float64 or bool not in map(type, values):
            return pl.Series(name, values, dtype=kind, strict=True)
    except (*UNREADABLE, TypeError, ValueError, OverflowError):
        pass
    return pl.Series(name, [as_text(value) for value in values], dtype=pl.String)
