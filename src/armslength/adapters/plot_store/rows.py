"""The one form in which a plot is stored: in the journal, in a segment, and as batches for the stages.

    journal   rows of `ROW`, little-endian
    segment   Parquet: time, received [UTC ns], icao24, callsign, lat, lon [deg], baroaltitude, geoaltitude [m],
              velocity [m/s], heading [deg], vertrate [m/s], onground, accuracy_m, nic, nac_p: the columns that
              `replay` reads as OpenSky state vectors

What is judged live is what was stored: `plots_of` gives what reading a segment back gives, bit for bit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from armslength.domain.plot import EPU_M, I32, Plot, Plots, Roster
from armslength.units import NS

Rows = NDArray[np.void]
LONGEST_ADDRESS, LONGEST_CALLSIGN = 32, 16
PART = 100_000
"""Rows made into a table at once: what is needed on the way is needed for these alone."""
EARLIEST_NS, LATEST_NS = 631_152_000 * NS, 4_102_444_800 * NS
"""1990 and 2100: a stamp outside was not made by a working clock."""

ROW = np.dtype(
    [
        ("time_ns", "<i8"), ("received_ns", "<i8"), ("address", f"S{LONGEST_ADDRESS}"),
        ("callsign", f"S{LONGEST_CALLSIGN}"), ("lat", "<f8"), ("lon", "<f8"), ("alt_baro_m", "<f8"),
        ("alt_geo_m", "<f8"), ("gs_mps", "<f4"), ("track_deg", "<f4"), ("vs_mps", "<f4"), ("accuracy_m", "<f4"),
        ("on_ground", "?"), ("nic", "<i1"), ("nac_p", "<i1"),
    ]
)  # fmt: skip
_COLUMNS = {
    "alt_baro_m": "baroaltitude", "alt_geo_m": "geoaltitude", "gs_mps": "velocity", "track_deg": "heading",
    "vs_mps": "vertrate", "accuracy_m": "accuracy_m",
}  # fmt: skip
_LEVELS = ("alt_baro_m", "alt_geo_m")
_ADDRESS = re.compile(r"[0-9a-f]{6}|~[!-~]+")
_NOTHING = {"NAN", "NONE", "NULL", "<NA>", "NA", "N/A"}


def why_not(plot: Plot) -> str:
    """Return why `plot` cannot be stored, "" where it can."""
    if (
        not _ADDRESS.fullmatch(plot.address)
        or len(plot.address) > LONGEST_ADDRESS
        or plot.address.lower() != plot.address
    ):
        return "no address"
    if not EARLIEST_NS <= plot.time_ns <= LATEST_NS:
        return "impossible time"
    if not (abs(plot.lat) <= 90.0 and -180.0 <= plot.lon < 180.0):
        return "position out of range"
    return ""


def rows_of(plots: Sequence[Plot], received_ns: int) -> Rows:
    """Return plots that can be stored (`why_not`) as rows."""
    out = np.zeros(len(plots), ROW)
    for i, p in enumerate(plots):
        out[i] = (
            p.time_ns, received_ns, p.address.encode("ascii"), _callsign(p.callsign), p.lat, p.lon,
            _finite(p.alt_baro_m), _finite(p.alt_geo_m), _finite(p.gs_mps), _finite(p.track_deg), _finite(p.vs_mps),
            _accuracy(p), p.on_ground, _category(p.nic), _category(p.nac_p),
        )  # fmt: skip
    return out


def plots_of(rows: Rows, roster: Roster, file: int, first_row: int) -> Plots:
    """Return rows as a batch; new addresses and call signs are entered in `roster`.

    Args:
        rows: in the order in which they came.
        roster: of the node.
        file: index of the source.
        first_row: number of the first of them in their segment.
    """
    names, which = np.unique(rows["address"], return_inverse=True)
    index = np.array([roster.index(name.decode("ascii")) for name in names.tolist()], np.int32)
    aircraft: I32 = index[which]
    _hear(rows, aircraft, roster)
    number = np.arange(first_row, first_row + len(rows), dtype=np.uint32)
    columns: dict[str, Any] = {
        name: np.ascontiguousarray(rows[name])
        for name in ("time_ns", "lat", "lon", "on_ground", "gs_mps", "track_deg", "vs_mps", "accuracy_m", *_LEVELS)
    }
    return Plots(file=file, row=number, aircraft=aircraft, **columns)


def frame_of(rows: Rows) -> pl.DataFrame:
    """Return rows as the table of a segment."""
    return pl.concat([_frame(rows[at : at + PART]) for at in range(0, max(len(rows), 1), PART)], rechunk=False)


def _frame(rows: Rows) -> pl.DataFrame:
    moment = pl.Datetime("ns", "UTC")
    table = {
        "time": pl.Series(np.ascontiguousarray(rows["time_ns"])).cast(moment),
        "received": pl.Series(np.ascontiguousarray(rows["received_ns"])).cast(moment),
        "icao24": _texts(rows["address"]),
        "callsign": _texts(rows["callsign"]),
        "lat": np.ascontiguousarray(rows["lat"]),
        "lon": np.ascontiguousarray(rows["lon"]),
    }
    for ours, theirs in _COLUMNS.items():
        table[theirs] = pl.Series(np.ascontiguousarray(rows[ours])).fill_nan(None)
    table["onground"] = np.ascontiguousarray(rows["on_ground"])
    for name in ("nic", "nac_p"):
        values = pl.Series(np.ascontiguousarray(rows[name]))
        table[name] = values.set(values < 0, None)
    return pl.DataFrame(table)


def _texts(column: NDArray[np.bytes_]) -> pl.Series:
    """Return texts, null where there is none."""
    names, which = np.unique(column, return_inverse=True)
    texts = pl.Series([name.decode("ascii") or None for name in names.tolist()], dtype=pl.String)
    return texts.gather(pl.Series(which.astype(np.uint32)))


def _hear(rows: Rows, aircraft: I32, roster: Roster) -> None:
    """Enter the call signs, each with the first time at which it was heard."""
    said = np.flatnonzero(rows["callsign"] != b"")
    if not len(said):
        return
    pairs = np.zeros(len(said), [("aircraft", "<i4"), ("callsign", f"S{LONGEST_CALLSIGN}")])
    pairs["aircraft"], pairs["callsign"] = aircraft[said], rows["callsign"][said]
    distinct, which = np.unique(pairs, return_inverse=True)
    first = np.full(len(distinct), LATEST_NS, np.int64)
    np.minimum.at(first, which, rows["time_ns"][said])
    for (one, name), since in zip(distinct.tolist(), first.tolist(), strict=True):
        roster.saw_callsign(one, name.decode("ascii"), since)


def _callsign(text: str) -> bytes:
    name = "".join(c for c in text if " " <= c <= "~")[:LONGEST_CALLSIGN].strip()
    return b"" if name.upper() in _NOTHING else name.encode("ascii")


def _finite(value: float) -> float:
    """Return `value`, NaN where no quantity of a flight is that large."""
    return value if abs(value) < 1e6 else math.nan


def _accuracy(plot: Plot) -> float:
    """Return the reported radius, else that of the NACp, as `replay` does."""
    radius = _finite(plot.accuracy_m)
    if radius >= 0.0:
        return radius
    return EPU_M[plot.nac_p] if 0 <= plot.nac_p < len(EPU_M) else math.nan


def _category(value: int) -> int:
    return value if 0 <= value <= 11 else -1
