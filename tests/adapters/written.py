"""One small recording, written in every format and dialect, and read back."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from armslength.adapters.recording import open_recordings
from armslength.domain.plot import KeptAside, Plots, Roster
from armslength.errors import FeedError
from armslength.units import FPM, FT, KT

Row = dict[str, Any]
ARRAYS = [field.name for field in fields(Plots) if field.name not in ("file", "rest_from_ns")]
TO_OPENSKY = {
    "timestamp": ("time", 1.0), "last_position": ("lastposupdate", 1.0), "latitude": ("lat", 1.0),
    "longitude": ("lon", 1.0), "altitude": ("baroaltitude", FT), "geoaltitude": ("geoaltitude", FT),
    "groundspeed": ("velocity", KT), "track": ("heading", 1.0), "vertical_rate": ("vertrate", FPM),
}  # fmt: skip


def rows() -> list[Row]:
    """Three aircraft, 20 rounds of 4 s, with all that is normal in real recordings: nulls, repeats, blanks."""
    found: list[Row] = []
    for k in range(20):
        for a, (address, callsign) in enumerate((("4b1815", "SWR1 "), ("~2a0001", None), ("3C6444", "DLH2"))):
            stamp = 1_533_101_250_000 + 4000 * k
            found.append(
                {
                    "timestamp": stamp,
                    "icao24": address,
                    "latitude": 47.0 + 0.01 * k + a,
                    "longitude": 179.9 + 0.1 * a if k else 180.0,
                    "altitude": 35000.0 + 25 * k,
                    "geoaltitude": None if a == 1 else 35500.0,
                    "groundspeed": 443.4869334744,
                    "track": 324.2670817753,
                    "vertical_rate": -64.0 * k,
                    "callsign": callsign if k % 5 else "",
                    "onground": a == 2 and k < 3,
                    "last_position": stamp - 250 * a if k % 4 else (stamp + 900 if a == 0 else None),
                    "nacp": None if a == 0 else 12 - a - k % 3,
                }
            )
    found[7] |= {"latitude": None, "longitude": None}
    found[10] |= {"icao24": ""}
    found[22] |= {key: found[19][key] for key in ("latitude", "longitude", "last_position")}
    found[20] |= {"altitude": None, "track": None}
    found[25] |= {"latitude": 97.5}
    found[31] |= {"timestamp": None}
    for k in range(2, 58):
        if found[k]["longitude"] is not None and found[k]["longitude"] > 180:
            found[k]["longitude"] -= 360
    return found


def in_opensky(table: list[Row]) -> list[Row]:
    """The same rows in the dialect of the OpenSky state vectors."""

    def translated(row: Row) -> Row:
        new: Row = {}
        for key, value in row.items():
            name, factor = TO_OPENSKY.get(key, (key, 1.0))
            new[name] = value if value is None or factor == 1.0 else value * factor
        return new

    return [translated(row) for row in table]


def as_csv(table: list[Row], separator: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def as_parquet(table: list[Row], row_group_size: int | None = None) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(table, infer_schema_length=None).write_parquet(out, row_group_size=row_group_size)
    return out.getvalue()


def as_ndjson(table: list[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in table)


FORMATS = {
    "csv": as_csv,
    "semicolon.csv": lambda table: as_csv(table, ";"),
    "tab.csv": lambda table: as_csv(table, "\t"),
    "crlf.csv": lambda table: as_csv(table).replace(b"\n", b"\r\n"),
    "quoted.csv": lambda table: b"\n".join(
        b",".join(b'"' + cell + b'"' for cell in line.split(b",")) for line in as_csv(table).splitlines()
    ),
    "bom.csv": lambda table: b"\xef\xbb\xbf" + as_csv(table),
    "parquet": as_parquet,
    "json": lambda table: json.dumps(table, separators=(",", ":")).encode(),
    "spaced.json": lambda table: json.dumps(table).encode(),
    "indented.json": lambda table: json.dumps(table, indent=2).encode(),
    "sparse.json": lambda table: json.dumps(
        [{key: value for key, value in row.items() if value is not None} for row in table]
    ).encode(),
    "ndjson": as_ndjson,
    "columns.json": lambda table: json.dumps(
        {key: {str(i): row[key] for i, row in enumerate(table)} for key in table[0]}
    ).encode(),
    "lists.json": lambda table: json.dumps({key: [row[key] for row in table] for key in table[0]}).encode(),
}


class Reading:
    """What one reading of one or more files gave."""

    def __init__(self, *paths: Path) -> None:
        self.roster, self.aside = Roster(), KeptAside()
        self.problems: list[FeedError] = []
        self.raised: list[FeedError] = []
        self.batches: list[Plots] = []
        self.recordings = open_recordings(paths)
        for index, recording in enumerate(self.recordings):
            try:
                self.batches += recording.batches(index, self.roster, self.aside, self.problems)
            except FeedError as error:
                self.raised.append(error)

    @property
    def rows_read(self) -> int:
        return sum(recording.rows_read for recording in self.recordings)

    @property
    def messages(self) -> list[str]:
        return [str(error) for error in (*self.problems, *self.raised)]

    def __len__(self) -> int:
        return sum(len(batch) for batch in self.batches)

    def accounts_for_every_row(self) -> bool:
        return self.rows_read == len(self) + sum(self.aside.counts.values())

    def array(self, name: str) -> np.ndarray:
        return np.concatenate([getattr(batch, name) for batch in self.batches])

    def tuples(self) -> list[tuple[Any, ...]]:
        """The plots as plain tuples with the address instead of its index; NaN as None."""
        return [
            tuple(None if isinstance(value, float) and math.isnan(value) else value for value in plot)
            for plot in self._plain()
        ]

    def _plain(self) -> Iterator[tuple[Any, ...]]:
        for batch in self.batches:
            arrays = [getattr(batch, name).tolist() for name in ARRAYS]
            arrays[ARRAYS.index("aircraft")] = [self.roster.addresses[i] for i in batch.aircraft]
            yield from zip(*arrays, strict=True)


def write(path: Path, content: bytes, *, packed: bool = False) -> Path:
    path.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    return path
