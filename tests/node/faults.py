"""Faults as they stand in two recordings, taken out of these and put into other traffic. Plain tables, all in SI."""

from __future__ import annotations

import gzip
import json
import math
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
FT, KT = 0.3048, 1852.0 / 3600.0
RADIUS = 6371000.0


@dataclass(frozen=True)
class Flight:
    """One aircraft as a recording shows it: s, deg, m, m/s; NaN unknown; shape (N,) each."""

    address: str
    t: F64
    lat: F64
    lon: F64
    level: F64
    gs: F64

    def at(self, moments: F64) -> Flight:
        """Return the flight as it was at `moments` (straight between plots)."""
        columns = (np.interp(moments, self.t, getattr(self, name)) for name in ("lat", "lon", "level", "gs"))
        return Flight(self.address, moments, *columns)


def flights(path: Path) -> list[Flight]:
    """Return every flight of a JSON recording (records or columns, feet and knots), each in order of time."""
    data = json.loads(gzip.decompress(path.read_bytes()))
    if isinstance(data, dict):
        data = [{name: column[key] for name, column in data.items()} for key in data["timestamp"]]
    by_address: dict[str, list[dict[str, float]]] = {}
    for row in data:
        if row.get("latitude") is not None and not row.get("onground"):
            by_address.setdefault(row["icao24"], []).append(row)
    out = []
    for address, rows in by_address.items():
        rows.sort(key=lambda row: row["timestamp"])
        once = [row for i, row in enumerate(rows) if i == 0 or row["timestamp"] > rows[i - 1]["timestamp"]]
        t, lat, lon, level, gs = (
            np.array([math.nan if row.get(name) is None else row[name] for row in once], np.float64)
            for name in ("timestamp", "latitude", "longitude", "altitude", "groundspeed")
        )
        out.append(Flight(address, t / 1000.0, lat, lon, level * FT, gs * KT))
    return out


@dataclass(frozen=True)
class Signature:
    """A fault by the second, shape (N,): metres ahead of where the ground speed says, and level too much."""

    ahead: F64
    level: F64


def way(one: Flight) -> F64:
    """Return the distance over ground from each plot to the next [m], shape (N - 1,)."""
    north = np.radians(np.diff(one.lat)) * RADIUS
    east = np.radians(np.diff(one.lon)) * RADIUS * np.cos(np.radians(one.lat[1:]))
    return np.hypot(north, east)


def signature(one: Flight, begin: int, seconds: int) -> Signature:
    """Return the fault in plots begin to begin + seconds: what they say of the place against what they say of speed."""
    part = slice(begin, begin + seconds)
    steps, flown = way(one)[part], (one.gs[1:] * np.diff(one.t))[part]
    ahead = np.concatenate([[0.0], np.cumsum(np.nan_to_num(steps - flown))])[:seconds]
    usual = np.nanmedian(one.level[max(begin - 300, 0) : begin + seconds + 300])
    off = one.level[part] - usual
    return Signature(ahead, np.where(np.abs(off) > 1500.0, off, 0.0))


def faulty(one: Flight, fault: Signature, begin: int) -> Flight:
    """Return the flight with `fault` from plot `begin` on: along its own way, as far ahead as it was there."""
    n = min(len(fault.ahead), len(one.t) - begin)
    shift = np.zeros(len(one.t))
    shift[begin : begin + n] = fault.ahead[:n] / np.maximum(one.gs[begin : begin + n], 30.0)
    seen = one.at(np.clip(one.t + shift, one.t[0], one.t[-1]))
    level = one.level.copy()
    level[begin : begin + n] += fault.level[:n]
    return replace(one, lat=seen.lat, lon=seen.lon, level=level)


def crossing(other: Flight, moment: int, heading: float, speed: float, address: str) -> Flight:
    """Return a straight flight at the level of `other` that is where `other` is at plot `moment`."""
    t = other.t - other.t[moment]
    lat = other.lat[moment] + np.degrees(t * speed * math.cos(heading) / RADIUS)
    east = t * speed * math.sin(heading) / math.cos(math.radians(other.lat[moment]))
    lon = other.lon[moment] + np.degrees(east / RADIUS)
    steady = np.full(len(t), 1.0)
    return Flight(address, other.t, lat, lon, other.level[moment] * steady, speed * steady)


def table(some: list[Flight], rng: random.Random, fine: bool) -> str:
    """Return the flights as CSV: as a good receiver writes it (fine stamps, 10 m), or whole seconds and no accuracy."""
    rows = ["timestamp,icao24,latitude,longitude,altitude,groundspeed" + (",accuracy_m" if fine else "")]
    for one in some:
        late = rng.uniform(0.05, 0.95) if fine else 0.0  # no two in step
        for t, lat, lon, level, gs in zip(one.t, one.lat, one.lon, one.level, one.gs, strict=True):
            stamp = np.datetime64(round((t + late) * 1000), "ms")
            said = f"{stamp}Z,{one.address},{lat:.7f},{lon:.7f},{level / FT:.1f},{gs / KT:.2f}"
            rows.append(said + (",10.0" if fine else ""))
    return "\n".join(rows) + "\n"


def stretches(some: list[Flight], longest_hole: float, at_least: float, at_most: float) -> list[Flight]:
    """Return parts of the flights without holes, every second, so many seconds long; speeds as they are flown."""
    out = []
    for one in some:
        cuts = np.flatnonzero(np.diff(one.t) > longest_hole) + 1
        for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(one.t)], strict=True):
            t = one.t[begin:end]
            whole = not any(np.isnan(getattr(one, name)[begin:end]).any() for name in ("lat", "level", "gs"))
            if whole and t[-1] - t[0] >= at_least:
                part = one.at(np.arange(t[0], min(t[-1], t[0] + at_most)))
                out.append(replace(part, gs=np.append(way(part), way(part)[-1])))
    return out


def broken(one: Flight, seconds: int, most_stale: int) -> list[int]:
    """Return where, in a faulty flight, parts of `seconds` plots begin in which places stand still again and again."""
    still = np.append(False, way(one) < 0.01)
    starts = range(0, len(one.t) - seconds - 100, 50)
    return [i for i in starts if most_stale / 8 < np.count_nonzero(still[i : i + seconds]) <= most_stale]
