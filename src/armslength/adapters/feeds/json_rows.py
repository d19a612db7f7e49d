"""Own aircraft and radar tracks as JSON lines -> plots. Pure: lines in, plots out. docs/feeds.md has the fields.

    {"icao": "3f1a2b", "time": "2026-11-22T17:00:00.250Z", "lat_deg": 36.5, "lon_deg": 42.25, "alt_baro_ft": 24000,
     "gs_kt": 420, "track_deg": 91.5, "callsign": "VIPER 1", "accuracy_m": 30}

Each name holds its unit; each level the datum it is on. An unknown name is refused: what its writer meant would be lost
without a word. Names beginning with "x_" are for the writer's own use and passed over.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from armslength.adapters.feeds.values import (
    LONGEST_ADDRESS,
    NO_ADDRESS,
    NOT_A_NUMBER,
    NOT_A_ROW,
    NOT_A_TIME,
    Heard,
    RowError,
    address,
    at_time,
    callsign,
    category,
    heading,
    number,
    position,
)
from armslength.domain.plot import EPU_M, Plot
from armslength.errors import InputError
from armslength.units import FPM, FT, KT, NS, parse_stamp

UNKNOWN_FIELD = "unknown field"
NO_TIME = "no time"
WHO = ("icao", "track_id")
WHEN = ("time", "time_ns", "age_s")
BARO, GEO = {"alt_baro_m": 1.0, "alt_baro_ft": FT}, {"alt_wgs84_m": 1.0, "alt_wgs84_ft": FT}
SPEED, RATE = {"gs_mps": 1.0, "gs_kt": KT}, {"vs_mps": 1.0, "vs_fpm": FPM}
OTHERS = ("lat_deg", "lon_deg", "track_deg", "callsign", "on_ground", "accuracy_m", "nic", "nac_p")
FIELDS = frozenset([*WHO, *WHEN, *BARO, *GEO, *SPEED, *RATE, *OTHERS])
"""Every field that is read; docs/feeds.md explains them, and a test holds the two together."""
OLDEST_S = 3600.0
_PLAIN = re.compile(r"[^a-z0-9_-]")
_TRACK = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True)
class JsonReader:
    """Reads lines of one feed.

    Attributes:
        source: name of the feed; makes its track numbers different from those of others.
        accuracy_m: 95 % radius [m] of rows that state none; NaN unknown.
    """

    source: str
    accuracy_m: float = math.nan

    def read(self, lines: list[bytes], received_ns: int) -> Heard:
        """Return the plots in `lines`, which came at `received_ns` (UTC), and what was kept aside of them."""
        heard = Heard()
        for line in lines:
            try:
                heard.plots.append(self._plot(_row(line), received_ns))
            except RowError as why:
                heard.keep_aside(why.reason, why.says)
        return heard

    def _plot(self, row: Mapping[str, Any], received_ns: int) -> Plot:
        """Return the plot of one row.

        Raises:
            RowError: it cannot be used.
        """
        unknown = [name for name in row if name not in FIELDS and not name.startswith("x_")]
        if unknown:
            raise RowError(UNKNOWN_FIELD, f"{unknown[0][:40]!r}")
        lat, lon = position(number(row.get("lat_deg"), "lat_deg"), number(row.get("lon_deg"), "lon_deg"))
        nac_p = category(row.get("nac_p"), "nac_p")
        said = number(row.get("accuracy_m"), "accuracy_m")
        if said < 0.0:
            raise RowError(NOT_A_NUMBER, "accuracy_m is negative")
        by_category = EPU_M[nac_p] if nac_p >= 0 else math.nan
        accuracy = next((a for a in (said, by_category, self.accuracy_m) if not math.isnan(a)), math.nan)
        on_ground = row.get("on_ground", False)
        if not isinstance(on_ground, bool):
            raise RowError(NOT_A_NUMBER, "on_ground is neither true nor false")
        return Plot(
            time_ns=_time(row, received_ns),
            address=self._who(row),
            lat=lat,
            lon=lon,
            callsign=callsign(row.get("callsign")),
            alt_baro_m=_in_unit(row, BARO),
            alt_geo_m=_in_unit(row, GEO),
            gs_mps=_in_unit(row, SPEED),
            track_deg=heading(number(row.get("track_deg"), "track_deg")),
            vs_mps=_in_unit(row, RATE),
            on_ground=on_ground,
            accuracy_m=accuracy,
            nic=category(row.get("nic"), "nic"),
            nac_p=nac_p,
        )

    def _who(self, row: Mapping[str, Any]) -> str:
        """Return the address; of a track without one "~", the source and the track's number."""
        _one_of(row, WHO, NO_ADDRESS)
        if row.get("icao") is not None:
            name = str(row["icao"]).strip().lower()
            other = name.startswith("~") and len(name) <= LONGEST_ADDRESS and _TRACK.fullmatch(name[1:])
            return name if other else address(row["icao"])
        track = row["track_id"]
        name = str(track).strip().lower() if isinstance(track, str | int) and not isinstance(track, bool) else ""
        known = f"~{_PLAIN.sub('', self.source.lower())}.{name}"
        if not _TRACK.fullmatch(name) or len(known) > LONGEST_ADDRESS:
            raise RowError(NO_ADDRESS, f"the track_id is {str(track)[:40]!r}")
        return known


def _row(line: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        row = dict(pairs)
        if len(row) != len(pairs):
            raise ValueError("a name stands there twice")
        return row

    try:
        row = json.loads(line.decode("utf-8", errors="replace"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise RowError(NOT_A_ROW, str(error)[:80]) from None
    if not isinstance(row, dict):
        raise RowError(NOT_A_ROW, "it is no JSON object")
    return row


def _one_of(row: Mapping[str, Any], names: tuple[str, ...], reason: str) -> str:
    """Return which of `names` the row has."""
    there = [name for name in names if row.get(name) is not None]
    if len(there) != 1:
        raise RowError(reason, f"{' and '.join(there) if there else 'none'} of {', '.join(names)}; one is needed")
    return there[0]


def _in_unit(row: Mapping[str, Any], names: Mapping[str, float]) -> float:
    """Return a quantity in SI, by whichever unit it is given in; NaN where in none."""
    there = [name for name in names if row.get(name) is not None]
    if len(there) > 1:
        raise RowError(NOT_A_NUMBER, f"{' and '.join(there)} both stand there")
    return number(row[there[0]], there[0]) * names[there[0]] if there else math.nan


def _time(row: Mapping[str, Any], received_ns: int) -> int:
    """Return the time of applicability, UTC [ns]."""
    said = _one_of(row, WHEN, NO_TIME)
    value = row[said]
    if said == "age_s":
        age = number(value, said)
        if not 0.0 <= age <= OLDEST_S:
            raise RowError(NOT_A_TIME, f"age_s is {age:.6g}")
        return at_time(received_ns - round(age * NS))
    if said == "time_ns":
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise RowError(NOT_A_TIME, f"time_ns is {str(value)[:40]!r}")
        return at_time(value)
    try:
        return at_time(parse_stamp(str(value)[:64]))
    except (InputError, OverflowError):
        raise RowError(NOT_A_TIME, f"time is {str(value)[:40]!r}; it needs a zone") from None
