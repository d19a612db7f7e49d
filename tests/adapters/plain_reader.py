"""The reading of a table in plain Python, row by row: what the fast reader is held equal to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from armslength.units import FPM, FT, KT

EPU_M = {11: 3.0, 10: 10.0, 9: 30.0, 8: 92.6, 7: 185.2, 6: 555.6, 5: 926.0, 4: 1852.0, 3: 3704.0, 2: 7408.0, 1: 18520.0}


def level(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value * FT


def single(value: float | None, factor: float = 1.0) -> float | None:
    return None if value is None or math.isnan(value) else float(np.float32(value * factor))


def read_plainly(table: list[dict[str, Any]]) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """Return the plots of a table in the `traffic` dialect (times in ms) as tuples, and the rows kept aside."""
    plots: list[tuple[Any, ...]] = []
    aside: dict[str, int] = {}
    last: dict[str, tuple[int, float, float]] = {}
    for number, row in enumerate(table, start=1):
        reason, plot = _read(number, row, last)
        if plot is None:
            aside[reason] = aside.get(reason, 0) + 1
        else:
            plots.append(plot)
    return plots, aside


def _read(number: int, row: dict[str, Any], last: dict[str, tuple[int, float, float]]) -> tuple[str, Any]:
    address = (row["icao24"] or "").strip().lower()
    lat, lon, stamp = row["latitude"], row["longitude"], row["timestamp"]
    if not address:
        return "no address", None
    if stamp is None:
        return "no time", None
    if lat is None or lon is None:
        return "no position", None
    if math.isnan(lat) or math.isnan(lon):
        return "position is NaN", None
    if not (abs(lat) <= 90 and abs(lon) <= 360):
        return "position out of range", None
    if lon >= 180:
        lon -= 360
    elif lon < -180:
        lon += 360
    own = row.get("last_position")
    is_own = own is not None and own <= stamp
    time = own if is_own else stamp
    if is_own and last.get(address) == (time, lat, lon):
        return "repeated position", None
    last[address] = (time, lat, lon)
    nacp = row.get("nacp")
    plot = (
        number, time * 1_000_000, address, lat, lon, level(row["altitude"]),
        level(row["geoaltitude"]), single(row["groundspeed"], KT), single(row["track"]),
        single(row["vertical_rate"], FPM), bool(row["onground"]),
        None if nacp is None else single(EPU_M.get(nacp)),
    )  # fmt: skip
    return "", plot
