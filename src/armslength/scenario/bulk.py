"""Generated traffic at the scale of benchmarks: millions of rows of a busy country, streamed to one Parquet file.

Flights cross an area of 1,000 x 1,000 km on airways between fixes, at levels a thousand feet apart (odd eastbound, even
westbound); those that begin or end at an aerodrome climb and descend, some change their level on the way. Over the
fixes they are spaced by a controller who looks 90 s ahead and behind, and fails where it is crowded; where airways
cross between fixes nobody looks. So encounters inside 5 NM and 1,000 ft happen, and they are not the rule.

A flight is made of pieces of great circles (on the sphere, flown at constant speed); it turns at a fix from one second
to the next. Nothing is noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from armslength.errors import InputError
from armslength.units import FPM, FT, KT, parse_stamp

if TYPE_CHECKING:
    import polars as pl

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

MIDDLE = (-36.0, -20.0)
"""Latitude and longitude of the middle of the area [deg]."""
SIDE_M = 1.0e6
RADIUS_M = 6371008.8
"""Mean radius of the earth [m]."""
BEGINS = "2026-03-03T00:00:00Z"
ROW_GROUP = 700_000
"""About so many rows in a row group."""
GATES, AERODROMES, FIXES = 16, 10, 14
APART_S = 90.0
"""Spacing over a fix on one level [s]."""
LEVELS = np.arange(200, 420, 10)
"""Levels flown [FL]."""
CLIMB, DESCENT = 2000 * FPM, 1500 * FPM
FIELD_M = 900.0
"""Level [m] at which flights appear above an aerodrome and disappear over one."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Flights, shape (F,), and the pieces that they are made of, shape (P,), in order of their beginnings.

    begin, end: of the flight [s]; level [m]; climbs, descends: from and to an aerodrome; step [m] at step_t [s]: change
    of level on the way; speed [m/s]. Pieces: flight index, from and to [s], a and b (3, P): the unit vectors between
    which the position turns, rate [rad/s].
    """

    begin: F64
    end: F64
    level: F64
    climbs: NDArray[np.bool_]
    descends: NDArray[np.bool_]
    step: F64
    step_t: F64
    speed: F64
    piece_flight: I64
    piece_from: F64
    piece_to: F64
    a: F64
    b: F64
    rate: F64


def write_bulk(path: Path, rows: int, *, seed: int = 1, aircraft: int = 900, row_group: int = ROW_GROUP) -> int:
    """Write `rows` rows of traffic, one a second of each aircraft, in order of time, to one Parquet file.

    Args:
        path: the file; replaced when it exists, and complete or absent afterwards.
        rows: how many.
        seed: the same seed writes the same rows.
        aircraft: about so many are aloft at any time.
        row_group: about so many rows in a row group.

    Returns:
        Seconds of sky that the rows cover.

    Raises:
        InputError: rows or aircraft below one, or a negative seed.
    """
    if rows < 1 or aircraft < 1 or row_group < 1 or seed < 0:
        what = f"rows {rows}, aircraft {aircraft}, row_group {row_group}, seed {seed}"
        raise InputError(f"Nothing can be made of {what}.", remedy="Give whole numbers of 1 or more (a seed from 0).")
    from polars.io.plugins import register_io_source

    seconds = 0

    def batches(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        nonlocal seconds
        for frame, last in _frames(rows, seed, aircraft, row_group):
            seconds = last + 1
            yield frame.select(with_columns) if with_columns else frame

    part = path.with_name(path.name + ".part")
    source = register_io_source(batches, schema=_schema())
    source.sink_parquet(part, compression="lz4", row_group_size=row_group, maintain_order=True, statistics=True)
    part.replace(path)
    return seconds


def draw_traffic(seed: int, aircraft: int, seconds: float) -> Traffic:
    """Return flights that keep about `aircraft` aloft from 0 to `seconds` (they are aloft already at 0)."""
    rng = np.random.default_rng([seed, 0xB0])
    fixes = _fixes(rng)
    routes = _routes(rng, fixes)
    lengths = np.array([sum(_angle(fixes[i], fixes[j]) for i, j in pairwise(r)) for r in routes])
    mean_s = float(lengths.mean()) * RADIUS_M / (440 * KT)
    longest = float(lengths.max()) * RADIUS_M / (380 * KT)
    count = math.ceil(aircraft * (seconds + longest) / mean_s)
    begin = np.sort(rng.uniform(-longest, seconds, count))
    which = rng.integers(len(routes), size=count)
    speed = rng.normal(440, 18, count).clip(390, 490) * KT
    first_level = rng.random(count)
    passed: dict[tuple[int, int], list[float]] = {}
    level = np.empty(count)
    pieces: list[tuple[int, float, float, int, int]] = []
    end = np.empty(count)
    for f in range(count):
        route = routes[which[f]]
        times = [float(begin[f])]
        for i, j in pairwise(route):
            times.append(times[-1] + _angle(fixes[i], fixes[j]) * RADIUS_M / speed[f])
            pieces.append((f, times[-2], times[-1], i, j))
        end[f] = times[-1]
        level[f] = _level(route, times, fixes, float(first_level[f]), passed) * 100 * FT
    return _assembled(rng, fixes, routes, which, begin, end, level, speed, pieces)


def _assembled(
    rng: np.random.Generator,
    fixes: F64,
    routes: list[tuple[int, ...]],
    which: I64,
    begin: F64,
    end: F64,
    level: F64,
    speed: F64,
    pieces: list[tuple[int, float, float, int, int]],
) -> Traffic:
    count = len(begin)
    airport = np.array([[GATES <= r[0] < GATES + AERODROMES, GATES <= r[-1] < GATES + AERODROMES] for r in routes])
    table = np.array(pieces, dtype=np.float64)
    order = np.argsort(table[:, 1], kind="stable")
    table = table[order]
    flight = table[:, 0].astype(np.int64)
    one, two = fixes[table[:, 3].astype(np.int64)].T, fixes[table[:, 4].astype(np.int64)].T
    cos = np.clip((one * two).sum(axis=0), -1.0, 1.0)
    b = two - cos * one
    b /= np.sqrt((b * b).sum(axis=0))
    step = np.where(rng.random(count) < 0.25, rng.choice([-2000 * FT, 2000 * FT], count), 0.0)
    return Traffic(
        begin, end, level, airport[which, 0], airport[which, 1], step,
        begin + (end - begin) * rng.uniform(0.35, 0.65, count), speed, flight, table[:, 1], table[:, 2], one, b,
        speed[flight] / RADIUS_M,
    )  # fmt: skip


def _fixes(rng: np.random.Generator) -> F64:
    """Return unit vectors, shape (GATES + AERODROMES + FIXES, 3): gates at the edge, aerodromes and fixes within."""
    around = np.sort(rng.uniform(0.0, 4.0, GATES))
    side, along = around.astype(int) % 4, (around % 1.0 - 0.5) * SIDE_M
    half = 0.5 * SIDE_M
    x = np.select([side == 0, side == 1, side == 2], [along, half, -along], -half)
    y = np.select([side == 0, side == 1, side == 2], [-half, along, half], -along)
    inside = rng.uniform(-0.42 * SIDE_M, 0.42 * SIDE_M, (2, AERODROMES + FIXES))
    x, y = np.concatenate([x, inside[0]]), np.concatenate([y, inside[1]])
    lat = np.radians(MIDDLE[0]) + y / RADIUS_M
    lon = np.radians(MIDDLE[1]) + x / (RADIUS_M * math.cos(math.radians(MIDDLE[0])))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _routes(rng: np.random.Generator, fixes: F64) -> list[tuple[int, ...]]:
    """Return routes as indices of fixes: between gates and aerodromes, by way of the fixes of least detour."""
    ends, inner = GATES + AERODROMES, range(GATES + AERODROMES, GATES + AERODROMES + FIXES)
    routes: list[tuple[int, ...]] = []
    while len(routes) < 160:
        i, j = (int(k) for k in rng.choice(ends, 2, replace=False))
        if _angle(fixes[i], fixes[j]) * RADIUS_M < 0.35 * SIDE_M:
            continue
        detour = sorted(inner, key=lambda k: _angle(fixes[i], fixes[k]) + _angle(fixes[k], fixes[j]))
        via = sorted(detour[: int(rng.integers(1, 3))], key=lambda k: _angle(fixes[i], fixes[k]))
        routes.append((i, *via, j))
    return routes


def _level(
    route: tuple[int, ...], times: list[float], fixes: F64, chance: float, passed: dict[tuple[int, int], list[float]]
) -> int:
    """Return the level [FL] for a flight: from a random one upwards, the first that is free over every fix."""
    east = fixes[route[0]][0] * fixes[route[-1]][1] - fixes[route[0]][1] * fixes[route[-1]][0] > 0
    levels = [int(v) for v in LEVELS if (v // 10 % 2 == 1) == east]
    start = int(chance * len(levels))
    for k in range(len(levels)):
        level = levels[(start + k) % len(levels)]
        if all(
            all(abs(t - before) >= APART_S for before in passed.get((fix, level), ())[-6:])
            for fix, t in zip(route, times, strict=True)
        ):
            break
    for fix, t in zip(route, times, strict=True):
        passed.setdefault((fix, level), []).append(t)
    return level


def _frames(rows: int, seed: int, aircraft: int, row_group: int) -> Iterator[tuple[pl.DataFrame, int]]:
    """Yield frames of about `row_group` rows and the last second in each, until `rows` rows are out."""
    import polars as pl

    traffic = draw_traffic(seed, aircraft, 1.15 * rows / aircraft + 600.0)
    fleet = 3 * aircraft + 100
    addresses = pl.Series([f"{0xD80000 + k:06x}" for k in range(fleet)], dtype=pl.String)
    callsigns = pl.Series([f"WREN{k:04d}"[:8] for k in range(fleet)], dtype=pl.String)
    begins_ms = parse_stamp(BEGINS) // 1_000_000
    span, second, left = max(1, row_group // aircraft), 0, rows
    while left > 0:
        columns, t = _batch(traffic, second, second + span)
        second += span
        if not len(t):
            break
        take = min(left, len(t))
        left -= take
        who = columns.pop("flight")[:take] % fleet
        frame = pl.DataFrame(
            {
                "timestamp": pl.Series(begins_ms + t[:take] * 1000).cast(pl.Datetime("ms", "UTC")),
                "icao24": addresses.gather(who),
                "callsign": callsigns.gather(who),
                **{name: column[:take] for name, column in columns.items()},
            }
        )
        yield frame.select(list(_schema())), int(t[take - 1])


def _batch(traffic: Traffic, first: int, last: int) -> tuple[dict[str, NDArray[np.generic]], I64]:
    """Return the columns of seconds first..last - 1 (with the flight index) and the second of each row."""
    g = traffic
    begun = int(np.searchsorted(g.piece_from, last))
    piece = np.flatnonzero((g.piece_to[:begun] > first) & (g.piece_from[:begun] < last))
    t = np.arange(first, last)[:, None]
    where = np.flatnonzero((t >= g.piece_from[piece]) & (t < g.piece_to[piece]))
    second = first + where // max(1, len(piece))
    p = piece[where % max(1, len(piece))]
    flight = g.piece_flight[p]
    now = second.astype(np.float64)
    turned = (now - g.piece_from[p]) * g.rate[p]
    cos, sin = np.cos(turned), np.sin(turned)
    (ax, ay, az), (bx, by, bz) = g.a[:, p], g.b[:, p]
    x, y, z = ax * cos + bx * sin, ay * cos + by * sin, az * cos + bz * sin
    east = x * (by * cos - ay * sin) - y * (bx * cos - ax * sin)
    level, rate = _levels(g, flight, now)
    columns: dict[str, NDArray[np.generic]] = {
        "flight": flight,
        "latitude": np.degrees(np.arcsin(z)),
        "longitude": np.degrees(np.arctan2(y, x)),
        "altitude": (np.round(level / FT / 25.0) * 25.0).astype(np.float32),
        "groundspeed": (g.speed[flight] / KT).astype(np.float32),
        "track": (np.degrees(np.arctan2(east, bz * cos - az * sin)) % 360.0).astype(np.float32),
        "vertical_rate": (rate / FPM).astype(np.float32),
        "onground": np.zeros(len(p), np.bool_),
    }
    return columns, second


def _levels(g: Traffic, flight: I64, now: F64) -> tuple[F64, F64]:
    """Return level [m] and vertical rate [m/s] of flights at times `now` [s]."""
    step = g.step[flight]
    done = np.clip((now - g.step_t[flight]) * (0.6 * CLIMB), 0.0, np.abs(step))
    moving = (done > 0.0) & (done < np.abs(step))
    level = g.level[flight] + np.copysign(done, step)
    rate = np.where(moving, np.copysign(0.6 * CLIMB, step), 0.0)
    up = np.where(g.climbs[flight], FIELD_M + CLIMB * (now - g.begin[flight]), np.inf)
    down = np.where(g.descends[flight], FIELD_M + DESCENT * (g.end[flight] - now), np.inf)
    rate = np.where(up < level, CLIMB, rate)
    level = np.minimum(level, up)
    rate = np.where(down < level, -DESCENT, rate)
    return np.minimum(level, down), rate


def _angle(one: F64, two: F64) -> float:
    return math.acos(min(1.0, max(-1.0, float(one @ two))))


def _schema() -> dict[str, pl.DataType]:
    import polars as pl

    return {
        "timestamp": pl.Datetime("ms", "UTC"),
        "icao24": pl.String(),
        "callsign": pl.String(),
        "latitude": pl.Float64(),
        "longitude": pl.Float64(),
        "altitude": pl.Float32(),
        "groundspeed": pl.Float32(),
        "track": pl.Float32(),
        "vertical_rate": pl.Float32(),
        "onground": pl.Boolean(),
    }
