"""Generated traffic at the scale of benchmarks: millions of rows of a busy country, streamed to one Parquet file.

Flights cross an area of 1,000 x 1,000 km on airways between fixes, at levels a thousand feet apart (odd eastbound, even
westbound); those that begin or end at an aerodrome climb and descend. A controller keeps them a minute apart wherever
two airways meet or cross, if he can; some change their level without telling him, and where airways run together at a
narrow angle a minute is too little. So encounters inside 5 NM and 1,000 ft happen, and they are not the rule.

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
from armslength.scenario.airways import (
    ARRIVAL_M,
    CLIMB,
    DEPARTURE_M,
    DESCENT,
    RADIUS_M,
    Controller,
    Network,
    draw_network,
)
from armslength.units import FPM, FT, KT, parse_stamp

if TYPE_CHECKING:
    import polars as pl

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

BEGINS = "2026-03-03T00:00:00Z"
ROW_GROUP = 700_000
"""About so many rows in a row group."""
SLOWEST, CRUISE, FASTEST = 400 * KT, 440 * KT, 480 * KT
STEPPING = 0.05
"""Share of flights that change their level on the way; the controller does not hear of it."""


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
    try:
        source.sink_parquet(part, compression="lz4", row_group_size=row_group, maintain_order=True, statistics=True)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return seconds


def draw_traffic(seed: int, aircraft: int, seconds: float) -> Traffic:
    """Return flights that keep about `aircraft` aloft from 0 to `seconds` (they are aloft already at 0)."""
    rng = np.random.default_rng([seed, 0xB0])
    network = draw_network(rng)
    controller = Controller(network)
    lengths = np.array([route.length for route in network.routes])
    longest = float(lengths.max()) / SLOWEST
    count = math.ceil(aircraft * (seconds + longest) * CRUISE / float(lengths.mean()))
    asked = np.sort(rng.uniform(-longest, seconds, count))
    which = rng.integers(len(lengths), size=count)
    speed = rng.normal(CRUISE, 12 * KT, count).clip(SLOWEST, FASTEST)
    first = rng.integers(100, size=count)
    begin, level = np.empty(count), np.empty(count)
    pieces: list[tuple[int, float, float, int, int]] = []
    for f in range(count):
        route = network.routes[which[f]]
        begin[f], level[f] = controller.clear(route, float(asked[f]), float(speed[f]), int(first[f]))
        now = float(begin[f])
        for (i, j), leg in zip(pairwise(route.fixes), route.legs, strict=True):
            then = now + leg / float(speed[f])
            pieces.append((f, now, then, i, j))
            now = then
    return _assembled(rng, network, which, begin, begin + lengths[which] / speed, level, speed, pieces)


def _assembled(
    rng: np.random.Generator,
    network: Network,
    which: I64,
    begin: F64,
    end: F64,
    level: F64,
    speed: F64,
    pieces: list[tuple[int, float, float, int, int]],
) -> Traffic:
    count = len(begin)
    ends = np.array([[route.climbs, route.descends] for route in network.routes])
    table = np.array(pieces, dtype=np.float64)
    table = table[np.argsort(table[:, 1], kind="stable")]
    flight = table[:, 0].astype(np.int64)
    one, two = network.fixes[table[:, 3].astype(np.int64)].T, network.fixes[table[:, 4].astype(np.int64)].T
    b = two - (one * two).sum(axis=0) * one
    b /= np.sqrt((b * b).sum(axis=0))
    step = np.where(rng.random(count) < STEPPING, rng.choice([-2000 * FT, 2000 * FT], count), 0.0)
    return Traffic(
        begin, end, level, ends[which, 0], ends[which, 1], step,
        begin + (end - begin) * rng.uniform(0.35, 0.65, count), speed, flight, table[:, 1], table[:, 2], one, b,
        speed[flight] / RADIUS_M,
    )  # fmt: skip


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
    up = np.where(g.climbs[flight], DEPARTURE_M + CLIMB * (now - g.begin[flight]), np.inf)
    down = np.where(g.descends[flight], ARRIVAL_M + DESCENT * (g.end[flight] - now), np.inf)
    rate = np.where(up < level, CLIMB, rate)
    level = np.minimum(level, up)
    rate = np.where(down < level, -DESCENT, rate)
    return np.minimum(level, down), rate


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
