"""A party's picture as a recording: the columns of the `traffic` world, in the order in which the plots arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from armslength.scenario.aircraft import Aircraft
from armslength.scenario.sensors import Seen
from armslength.scenario.sky import Sky
from armslength.units import FPM, FT, KT

if TYPE_CHECKING:
    import polars as pl

F64 = NDArray[np.float64]

GROUND_M = 3.0
"""An aircraft below this level [m] says that it is on the ground: the aerodromes lie at sea level."""
COLUMNS = (
    "timestamp", "icao24", "callsign", "latitude", "longitude", "altitude", "groundspeed", "track", "vertical_rate",
    "onground", "geoaltitude", "accuracy_m",
)  # fmt: skip
"""Columns of a recording: UTC, hex, text, deg, deg, ft on standard pressure, kt, deg, ft/min, bool, ft above the
ellipsoid, and the radius in metres that holds the true position with 95 %."""


def recording(sky: Sky, seen: list[tuple[Aircraft, list[Seen]]], begins_ns: int) -> pl.DataFrame:
    """Return the plots of a picture as a table with COLUMNS, in order of arrival.

    Args:
        sky: for its plane.
        seen: from `sensors.picture`.
        begins_ns: UTC of the start of the scenario [ns].
    """
    import polars as pl

    who: list[int] = []
    parts: list[tuple[F64, ...]] = []
    names = [(a.address, a.callsign or None) for a, _ in seen]
    for number, (aircraft, sources) in enumerate(seen):
        for source in sources:
            who += [number] * len(source.t)
            parts.append(_columns(aircraft, source))
    t, arrival, x, y, altitude, geo, gs, course, vs, ground, accuracy = (
        np.concatenate([p[k] for p in parts]) for k in range(11)
    )
    lat, lon = sky.plane.geodetic(x, y)
    order = np.argsort(arrival, kind="stable")
    index: NDArray[np.int64] = np.array(who, np.int64)[order]
    stamps = begins_ns + np.round(t[order] * 1000).astype(np.int64) * 1_000_000
    course = (course + sky.plane.convergence(x, y)) % 360.0
    people = pl.DataFrame(
        {"icao24": [n[0] for n in names], "callsign": [n[1] for n in names]},
        schema={"icao24": pl.String, "callsign": pl.String},
    )[index]
    table = pl.DataFrame(
        {
            "timestamp": pl.Series(stamps).cast(pl.Datetime("ns")).dt.replace_time_zone("UTC"),
            "latitude": np.round(lat[order], 7),
            "longitude": np.round(lon[order], 7),
            "altitude": altitude[order],
            "groundspeed": np.round(gs[order] / KT, 1),
            "track": np.round(course[order], 2) % 360.0,
            "vertical_rate": np.round(vs[order] / FPM / 64.0) * 64.0 + 0.0,
            "onground": ground[order] > 0.5,
            "geoaltitude": geo[order],
            "accuracy_m": accuracy[order],
        }
    ).hstack(people)
    return table.select(
        pl.col(name).fill_nan(None) if name in ("altitude", "geoaltitude") else pl.col(name) for name in COLUMNS
    )


def geometric(x: F64, y: F64, z: F64) -> F64:
    """Return the height above the ellipsoid [m] at pressure altitude `z`: a warm day with a slope of pressure."""
    height: F64 = 45.0 + 1.035 * z + 25.0 * np.sin(x / 180e3) + 20.0 * np.cos(y / 150e3)
    return height


def _columns(aircraft: Aircraft, s: Seen) -> tuple[F64, ...]:
    on_ground = s.z < GROUND_M
    x, y = s.x + s.dx, s.y + s.dy
    step = s.level_step / FT
    level = np.round(np.round(s.z / FT / step) * step, 3)
    geo = np.round(geometric(s.x, s.y, s.z) / FT / 25.0) * 25.0
    unknown = np.full(len(s.t), np.nan)
    return (
        s.t, s.arrival, x, y, level if aircraft.barometric else unknown,
        geo if s.geometric or not aircraft.barometric else unknown,
        s.gs, s.course, s.vs, on_ground.astype(np.float64), s.accuracy,
    )  # fmt: skip
