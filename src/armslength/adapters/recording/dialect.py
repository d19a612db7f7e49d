"""Which column of a table says what, and in which unit: the dialects of the OpenSky / `traffic` world.

    meaning                     traffic (aviation units)    OpenSky state vectors (metric)
    time stamp                  timestamp                   time
    time of the position        last_position               lastposupdate
    address                     icao24                      icao24
    position [deg WGS-84]       latitude, longitude         lat, lon
    level, standard pressure    altitude [ft]               baroaltitude [m]
    height above ellipsoid      geoaltitude [ft]            geoaltitude [m]
    ground speed                groundspeed [kt]            velocity [m/s]
    track [deg true]            track                       heading
    vertical rate               vertical_rate [ft/min]      vertrate [m/s]
    call sign, on the ground    callsign, onground          callsign, onground

Either may carry `nacp` (or `nac_p`), the navigation accuracy category of ADS-B, and `accuracy_m`, a radius in metres
that holds the true position with 95 %. Sources: the documentation of `traffic` (traffic.core.Traffic, "Data sources")
and of the OpenSky historical database (table state_vectors_data4).
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from armslength.adapters.recording.account import printable
from armslength.errors import FeedError
from armslength.units import FPM, FT, KT

_SHARED = {"icao24": "address", "callsign": "callsign", "onground": "ground", "nacp": "nacp", "nac_p": "nacp",
           "accuracy_m": "accuracy", "geoaltitude": "alt_geo"}  # fmt: skip
_TRAFFIC = {"timestamp": "time", "last_position": "position_time", "latitude": "lat", "longitude": "lon",
            "altitude": "alt_baro", "groundspeed": "gs", "track": "track", "vertical_rate": "vs"}  # fmt: skip
_OPENSKY = {"time": "time", "lastposupdate": "position_time", "lat": "lat", "lon": "lon",
            "baroaltitude": "alt_baro", "velocity": "gs", "heading": "track", "vertrate": "vs"}  # fmt: skip
_NEEDED = {"time": "timestamp or time", "address": "icao24", "lat": "latitude or lat", "lon": "longitude or lon"}
_WITH_UNIT = {"alt_baro", "gs", "vs"}
NUMBERS = ("lat", "lon", "alt_baro", "alt_geo", "gs", "track", "vs", "nacp", "accuracy")
"""The roles that hold numbers."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one table is read.

    Attributes:
        name: "traffic" or "OpenSky state vectors".
        roles: role -> column of the table. The roles are those of the table above.
        factors: role -> factor to SI; roles without one are taken as they are.
    """

    name: str
    roles: dict[str, str]
    factors: dict[str, float]


AVIATION = {"alt_baro": FT, "alt_geo": FT, "gs": KT, "vs": FPM}
METRIC: dict[str, float] = {}


def recognise(columns: Sequence[str], file: str) -> Dialect:
    """Return the dialect of a table with these columns.

    Raises:
        FeedError: a needed column is missing, or columns of both dialects stand together so that units are uncertain.
    """
    cleaned: dict[str, str] = {}
    for column in columns:
        cleaned.setdefault(column.strip().lstrip("\ufeff").strip('"').lower(), column)
    aviation = [name for name in cleaned if _TRAFFIC.get(name) in _WITH_UNIT]
    metric = [name for name in cleaned if _OPENSKY.get(name) in _WITH_UNIT]
    if aviation and metric:
        raise FeedError(
            f"columns of two dialects stand together: {', '.join(aviation)} (feet, knots) and {', '.join(metric)}"
            " (metres, metres per second), so the units of the table are uncertain.",
            where=file,
            remedy="Keep the columns of one dialect; docs/recordings.md lists both.",
        )
    is_metric = bool(metric) or (not aviation and "latitude" not in cleaned)
    names = {**_SHARED, **_TRAFFIC, **_OPENSKY} if is_metric else {**_SHARED, **_OPENSKY, **_TRAFFIC}
    roles: dict[str, str] = {}
    for name, role in names.items():
        if name in cleaned:
            roles[role] = cleaned[name]
    _refuse_missing(roles, list(cleaned), file)
    if is_metric:
        return Dialect("OpenSky state vectors", roles, METRIC)
    return Dialect("traffic", roles, AVIATION)


def known_names() -> list[str]:
    """Return every column name that is read."""
    return [*_SHARED, *_TRAFFIC, *_OPENSKY]


def resembles(columns: Sequence[str], at_least: int = 2) -> bool:
    """Say whether a table with these columns was at all meant as a recording: some of the known names stand in it."""
    known = {**_SHARED, **_TRAFFIC, **_OPENSKY}
    return sum(column.strip().lower() in known for column in columns) >= at_least


def _refuse_missing(roles: dict[str, str], columns: list[str], file: str) -> None:
    missing = [role for role in _NEEDED if role not in roles]
    if not missing:
        return
    known = [name for name, role in {**_SHARED, **_TRAFFIC, **_OPENSKY}.items() if role in missing]
    used = {name.lower() for name in roles.values()}
    near = []
    for column in columns:
        if column not in used and (guess := difflib.get_close_matches(column, known, 1, 0.6)):
            near.append(f'"{printable(column)}" looks like {guess[0]}')
    shown = ", ".join(printable(column) for column in columns[:20]) + (
        f" and {len(columns) - 20} more" if len(columns) > 20 else ""
    )
    raise FeedError(
        f"wrong columns: no {', no '.join(_NEEDED[role] for role in missing)}. Found: {shown or 'none'}.",
        where=file,
        remedy=f"{'; '.join(near)}. Rename it." if near else "docs/recordings.md lists the columns that are read.",
    )
