"""`aircraft.json` of readsb, tar1090 and the dump1090 family -> plots. Pure: bytes in, plots out.

    newer   {"now": s, "aircraft": [{"hex", "flight", "alt_baro" [ft] or "ground", "alt_geom" [ft], "gs" [kt],
            "track" [deg true], "baro_rate" or "geom_rate" [ft/min], "lat", "lon" [deg], "nic", "nac_p",
            "seen_pos" [s], "type", "mlat": [...]}]}                    readsb, tar1090, dump1090-fa from 3.5
    older   {"now": s, "aircraft": [{"hex", "flight", "altitude" [ft] or "ground", "speed" [kt], "track",
            "vert_rate" [ft/min], "lat", "lon", "nucp", "seen_pos", "mlat": [...]}]}       dump1090-mutability
    oldest  [{"hex", "flight", "altitude", "speed", "track", "vert_rate", "lat", "lon", "validposition",
            "validtrack", "seen" [s]}]                                      dump1090 of 2012 to 2014, data.json

The time of applicability is `now` - `seen_pos`. The oldest has neither, and goes on showing a position for a minute
after its last report, so its plots are marked: when they were made is not known (`Placed.seen_pos`).

"alt_baro" and "altitude" are on standard pressure, "alt_geom" above the WGS-84 ellipsoid. A hex beginning with "~" is
no ICAO address (TIS-B). Accuracy is that of "nac_p" (RTCA DO-260B) or, of the older, "nucp" (DO-260, table 2-11); a
position from multilateration ("lat" among "mlat", or type "mlat") carries none.

Not implemented: "lastPosition" (always older than a minute), "rr_lat" (rough guesses of the receiver), "rc", "nac_v",
"sil", wind and weather, the binary form (binCraft). Sources: README-json.md of readsb and of dump1090-mutability, and
the outputs of these programs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from armslength.adapters.feeds.values import (
    NO_POSITION,
    NOT_A_NUMBER,
    NOT_A_ROW,
    Heard,
    RowError,
    address,
    at_time,
    callsign,
    category,
    document,
    heading,
    number,
    position,
    seconds_as_ns,
)
from armslength.domain.plot import EPU_M, Plot
from armslength.errors import FeedError
from armslength.units import FPM, FT, KT, NM

NEWER, OLDER, OLDEST = "readsb", "dump1090-mutability", "dump1090 of 2012"
LONGEST_AGE_S = 60.0
"""A position older than this is not taken: nobody knows where the aircraft is."""
EARLIEST_AGE_S = 5.0
"""A position may be this much newer than the document that it stands in: receivers round."""
TOO_OLD = "position too old"
_NUCP_M = (math.nan, 10 * NM, 5 * NM, 1 * NM, 0.5 * NM, 0.25 * NM, 0.1 * NM, 0.05 * NM, 10.0, 3.0)
"""95 % radius [m] by NUCp 0..9 (RTCA DO-260, table 2-11); 0 is "unknown"."""
_MILLISECONDS = 1e11
"""A `now` beyond this is in ms: seconds of the year 5138."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A plot, and how old its position was when the document was written [s]; NaN unknown."""

    plot: Plot
    seen_pos: float


@dataclass
class Document:
    """One document: when it was written (UTC ns, 0 where it does not say), in which dialect, and what it holds."""

    now_ns: int
    dialect: str
    rows: list[Placed] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)


def parse(data: bytes, received_ns: int, *, own_stamps: bool = True, what: str = "aircraft.json") -> Document:
    """Return what `data` holds.

    Args:
        data: the document.
        received_ns: when it was read, UTC [ns].
        own_stamps: count times from `now`, of the receiver's clock; otherwise from `received_ns`.
        what: names the source in errors.

    Raises:
        FeedError: it is no such document.
    """
    value = document(data, what)
    now_ns, rows, dialect = _opened(value, what)
    found = Document(now_ns, dialect)
    base_ns = now_ns if own_stamps and now_ns else received_ns
    for row in rows:
        try:
            if not isinstance(row, dict):
                raise RowError(NOT_A_ROW, f"the row is {row!r:.60}")
            found.rows.append(_placed(row, base_ns, dialect))
        except RowError as why:
            found.heard.keep_aside(why.reason, why.says)
    return found


def _opened(value: Any, what: str) -> tuple[int, list[Any], str]:
    """Return when the document was written [ns], its rows and its dialect."""
    if isinstance(value, list):
        return 0, value, OLDEST
    rows = value.get("aircraft", value.get("ac")) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise FeedError(
            "it holds no list of aircraft.", where=what, remedy="Give aircraft.json of readsb, tar1090 or dump1090."
        )
    try:
        now = number(value.get("now"), "now")
        now_s = now / 1000.0 if now > _MILLISECONDS else now
        now_ns = 0 if math.isnan(now) else seconds_as_ns(now_s)
    except RowError as why:
        raise FeedError(f"the time of the document cannot be used ({why.says}).", where=what) from None
    older = any(isinstance(r, dict) and ("altitude" in r or "speed" in r or "nucp" in r) for r in rows)
    return now_ns, rows, OLDER if older else NEWER


def _placed(row: Mapping[str, Any], base_ns: int, dialect: str) -> Placed:
    """Return the plot of one aircraft.

    Raises:
        RowError: it has none, or holds what does not belong there.
    """
    who = address(row.get("hex"))
    if row.get("lat") is None or row.get("lon") is None or _says_no(row, "validposition"):
        raise RowError(NO_POSITION, f"{who} has no position")
    lat, lon = position(number(row["lat"], "lat"), number(row["lon"], "lon"))
    seen_pos = number(row.get("seen_pos"), "seen_pos")
    age = number(row.get("seen"), "seen") if math.isnan(seen_pos) else seen_pos
    age = 0.0 if math.isnan(age) else age
    if not -EARLIEST_AGE_S <= age <= LONGEST_AGE_S:
        raise RowError(TOO_OLD, f"{who} was placed {age:.0f} s ago")
    on_ground, baro_m = _level(row)
    rate = next((row[name] for name in ("baro_rate", "geom_rate", "vert_rate") if row.get(name) is not None), None)
    speed = number(row.get("gs", row.get("speed")), "gs") * KT
    nic, nac_p = category(row.get("nic"), "nic"), category(row.get("nac_p"), "nac_p")
    plot = Plot(
        time_ns=at_time(base_ns - round(age * 1000.0) * 1_000_000),
        address=who,
        lat=lat,
        lon=lon,
        callsign=callsign(row.get("flight")),
        alt_baro_m=baro_m,
        alt_geo_m=number(row.get("alt_geom"), "alt_geom") * FT,
        gs_mps=speed if speed >= 0.0 else math.nan,
        track_deg=math.nan if _says_no(row, "validtrack") else heading(number(row.get("track"), "track")),
        vs_mps=number(rate, "vertical rate") * FPM,
        on_ground=on_ground,
        accuracy_m=_accuracy(row, nac_p),
        nic=nic,
        nac_p=nac_p,
    )
    return Placed(plot, math.nan if dialect == OLDEST else seen_pos)


def _level(row: Mapping[str, Any]) -> tuple[bool, float]:
    """Return whether it is on the ground, and its level on standard pressure [m]."""
    level = row.get("alt_baro", row.get("altitude"))
    if isinstance(level, str):
        if level.strip().lower() in {"ground", "grnd"}:
            return True, math.nan
        raise RowError(NOT_A_NUMBER, f"the altitude is {level[:40]!r}")
    return row.get("onground") is True, number(level, "altitude") * FT


def _accuracy(row: Mapping[str, Any], nac_p: int) -> float:
    """Return the 95 % radius [m], NaN unknown."""
    mlat = row.get("mlat")
    if row.get("type") == "mlat" or (isinstance(mlat, list) and "lat" in mlat):
        return math.nan
    if nac_p >= 0:
        return EPU_M[nac_p]
    nucp = category(row.get("nucp"), "nucp")
    return _NUCP_M[nucp] if 0 <= nucp < len(_NUCP_M) else math.nan


def _says_no(row: Mapping[str, Any], name: str) -> bool:
    """Whether the flag `name` is there and not set."""
    return name in row and row[name] not in (1, True)
