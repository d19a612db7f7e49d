"""The tables of a replay: encounters.parquet, encounters.csv and encounters.geojson, the same rows in three forms.

All three hold exactly `COLUMNS`, in that order, one row an encounter. What is unknown (NaN, infinite) is null in
Parquet and GeoJSON and empty in CSV. Parquet holds numbers in full and times as Datetime(ns, UTC). CSV and GeoJSON are
rounded to what can be read (metres, seconds: 3 decimals; degrees: 7; ratio: 6) and write times in ISO 8601 with Z, to
the millisecond.

Call signs come from the air, so they are whatever somebody chose to send. Spreadsheets run a cell that begins with
= + - or @ as a formula; in CSV, and only there, such text gets an apostrophe before it (also behind a semicolon, a
comma or a bar, where a spreadsheet of another country would begin a new cell), and control characters become spaces.
Programs should read the Parquet file, which holds the text as it was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from armslength.domain.encounter import COLUMNS, Encounter
from armslength.report.staging import Staging, write_atomically

__all__ = [
    "FILES",
    "SCHEMA",
    "TIME",
    "cell",
    "frame",
    "harmless",
    "plain",
    "readable",
    "write_atomically",
    "write_tables",
]

FILES = {"parquet": "encounters.parquet", "csv": "encounters.csv", "geojson": "encounters.geojson"}

TIME = pl.Datetime("ns", "UTC")
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(COLUMNS, pl.Float64),
    **dict.fromkeys(("opened", "closed", "t_closest", "t_slant"), TIME),
    **dict.fromkeys(
        (
            "first",
            "second",
            "first_callsign",
            "second_callsign",
            "first_party",
            "second_party",
            "level",
            "certainty",
            "note",
        ),
        pl.String,
    ),
    "encounter": pl.Int64,
}
SCHEMA = pl.Schema({name: _TYPES[name] for name in COLUMNS})
"""Names and types of the Parquet table."""

_DECIMALS = {"lat": 7, "lon": 7, "ratio": 6}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FORMULA = re.compile(r"(^|[;,|])(\s*)(?=[=+\-@＝＋－＠])")


def frame(encounters: Sequence[Encounter]) -> pl.DataFrame:
    """Return the encounters as a table with exactly `SCHEMA`; numbers that are not finite are null."""
    columns = {
        name: pl.Series(name, [cell(getattr(one, name)) for one in encounters], dtype=plain(kind)).cast(kind)
        for name, kind in SCHEMA.items()
    }
    return pl.DataFrame(columns, schema=SCHEMA)


def write_tables(out: Path, encounters: Sequence[Encounter], staging: Staging | None = None) -> dict[str, str]:
    """Write the three tables into `out` and return {"parquet": name, "csv": name, "geojson": name}.

    With `staging` they get their names when that ends, together with whatever else it holds; without, at once. In
    either case an interruption leaves no half-written file.

    Raises:
        InputError: the folder cannot be written to.
    """
    if staging is None:
        with Staging(out) as own:
            return write_tables(out, encounters, own)
    table = frame(encounters)
    rounded = readable(table)
    # Into memory first: on a full disk Polars fails with errors of its own, from which nobody can tell what is wrong.
    parquet = BytesIO()
    table.write_parquet(parquet, compression="zstd")
    staging.write(FILES["parquet"], parquet.getvalue())
    staging.write(FILES["csv"], harmless(rounded).write_csv())
    staging.write(FILES["geojson"], lambda file: _write_geojson(file, rounded))
    return dict(FILES)


def plain(kind: pl.DataType | type[pl.DataType]) -> pl.DataType | type[pl.DataType]:
    """Return what a column is built from: times from integers, everything else as it is."""
    return pl.Int64 if kind == TIME else kind


def cell(value: Any) -> Any:
    """Return a value as a table holds it: what is not finite as None, text that UTF-8 can hold, counts whole."""
    if value is None:
        return None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, str):
        # JSON can smuggle in half a surrogate pair, which no UTF-8 file can hold.
        return value.encode("utf-8", "replace").decode()
    return int(value)


def readable(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with numbers rounded and times as `units.stamp` writes them."""
    times = [name for name, kind in table.schema.items() if kind == TIME]
    numbers = [name for name, kind in table.schema.items() if kind == pl.Float64]
    milliseconds = ((pl.col(times).cast(pl.Int64) + 500_000) // 1_000_000).cast(pl.Datetime("ms"))
    return table.with_columns(
        milliseconds.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"),
        *(pl.col(name).round(_DECIMALS.get(name, 3)) for name in numbers),
    )


def harmless(rounded: pl.DataFrame) -> pl.DataFrame:
    """Return the table so that no spreadsheet runs its text."""
    texts = [name for name, kind in rounded.schema.items() if kind == pl.String]
    return rounded.with_columns(
        pl.Series(
            name,
            [None if text is None else _FORMULA.sub(r"\1\2'", _CONTROL.sub(" ", text)) for text in rounded[name]],
            dtype=pl.String,
        )
        for name in texts
    )


def _features(rounded: pl.DataFrame) -> Iterator[str]:
    for properties in rounded.iter_rows(named=True):
        placed = properties["lat"] is not None and properties["lon"] is not None
        # No third coordinate: RFC 7946 means height above the ellipsoid there, and levels are mostly barometric.
        geometry = {"type": "Point", "coordinates": [properties["lon"], properties["lat"]]} if placed else None
        feature = {"type": "Feature", "id": properties["encounter"], "geometry": geometry, "properties": properties}
        yield json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _write_geojson(file: BinaryIO, rounded: pl.DataFrame) -> None:
    """Write one feature a line, so that the file can be read, compared and cut with ordinary tools."""
    file.write(b'{"type":"FeatureCollection","features":[')
    for number, feature in enumerate(_features(rounded)):
        file.write(b",\n" if number else b"\n")
        file.write(feature.encode())
    file.write(b"\n]}\n")
