"""Made-up traffic as batches of plots, and the engine chained over it: in one stretch, or in many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from armslength.agreement.terms import Terms, default_terms
from armslength.domain.plot import KeptAside, Plots
from armslength.domain.track import Limits
from armslength.engine.detection import Minima, detect_stays
from armslength.engine.joining import Joined, Joiner
from armslength.engine.tracking import Tracker

F64 = NDArray[np.float64]
BEGIN = 1_700_000_400
"""UTC [s], on a ten-minute mark."""
BUCKET = 600
MINIMA = Minima(5556.0, 914.4, 152.4)
RADIUS = 6371000.0


def plots(t: F64, aircraft: NDArray[np.int32], lat: F64, lon: F64, **said: F64 | NDArray[np.bool_]) -> Plots:
    """Return a batch of plots; t [s after BEGIN]; what is not said is unknown, in the air, from recording 0."""
    n = len(t)
    unknown = np.full(n, np.nan)
    levels = {name: np.asarray(said.get(name, unknown), np.float64) for name in ("alt_baro_m", "alt_geo_m")}
    others = {name: np.asarray(said.get(name, unknown), np.float32)
              for name in ("gs_mps", "track_deg", "vs_mps", "accuracy_m")}  # fmt: skip
    return Plots(
        np.asarray(said.get("file", np.zeros(n)), np.int32), np.arange(1, n + 1, dtype=np.uint32),
        BEGIN * 10**9 + np.round(t * 1e9).astype(np.int64), aircraft.astype(np.int32), lat, lon,
        on_ground=np.asarray(said.get("on_ground", np.zeros(n)), np.bool_), **levels, **others,
    )  # fmt: skip


def traffic(seed: int, n: int, minutes: float, spread_km: float = 25.0, every: float | None = None) -> Plots:
    """Return the plots of n aircraft that wander about one place, in order of time; noise, holes, lost levels."""
    rng = np.random.default_rng(seed)
    parts = []
    for k in range(n):
        step = every or float(rng.choice([1.0, 4.0, 5.0, 10.0]))
        t = np.arange(rng.uniform(0, 30), minutes * 60.0, step) + rng.uniform(0, 0.3)
        t = t[rng.random(len(t)) > rng.choice([0.0, 0.1])]
        hole = rng.uniform(0, minutes * 60.0)
        t = t[(t < hole) | (t > hole + rng.choice([0.0, 50.0, 200.0]))]
        # Racetracks: everybody comes back to the middle again and again.
        rate, speed = 2 * math.pi / rng.uniform(200, 900), rng.uniform(60, 260)
        phase, size = rng.uniform(0, 2 * math.pi), speed / rate
        east = size * np.sin(rate * t + phase) + rng.uniform(-1, 1) * spread_km * 300
        north = size * np.cos(rate * t + phase) + rng.uniform(-1, 1) * spread_km * 300
        level = rng.uniform(4000, 5500) + rng.uniform(0, 500) * np.sin(t / 200.0)
        lost = rng.random(len(t)) < rng.choice([0.0, 0.3])
        parts.append(
            plots(
                t, np.full(len(t), k, np.int32), 46.0 + np.degrees(north / RADIUS),
                8.0 + np.degrees(east / RADIUS / math.cos(math.radians(46.0))),
                alt_baro_m=np.where(lost, np.nan, level), gs_mps=np.full(len(t), speed),
                accuracy_m=np.full(len(t), rng.choice([10.0, 185.0])),
            )
        )  # fmt: skip
    return ordered(joined(parts))


def joined(parts: Sequence[Plots]) -> Plots:
    """Return the batches as one."""
    columns = {
        name: np.concatenate([np.broadcast_to(getattr(p, name), (len(p),)) for p in parts])
        for name in Plots.__dataclass_fields__
        if name != "rest_from_ns"
    }
    return Plots(**columns)


def picked(batch: Plots, which: NDArray[np.generic]) -> Plots:
    """Return the plots `which` of a batch."""
    columns = {name: getattr(batch, name)[which] for name in Plots.__dataclass_fields__ if name != "rest_from_ns"}
    return replace(batch, **columns)


def ordered(batch: Plots) -> Plots:
    """Return the batch in order of time."""
    return picked(batch, np.argsort(batch.time_ns, kind="stable"))


def limits(n: int, hardest: float = 9.80665) -> Limits:
    """Return what n aircraft can fly."""
    return Limits(np.full(n, hardest), np.full(n, hardest / 2), np.full(n, 850.0))


@dataclass
class Run:
    """The engine over one stream."""

    tracker: Tracker
    encounters: list[Joined]
    grazing: int


def run(
    batch: Plots, stretches: Sequence[float], *, terms: Terms | None = None, minima: Minima = MINIMA, files: int = 1,
    hardest: float = 9.80665,
) -> Run:  # fmt: skip
    """Return what the engine finds, given the plots in stretches that end at these times [s after BEGIN]."""
    tracker, joiner = Tracker([f"file {i}" for i in range(files)], KeptAside()), Joiner()
    n = int(batch.aircraft.max(initial=-1)) + 1
    since = np.iinfo(np.int64).min
    for until in [*[(BEGIN + round(s)) * 10**9 for s in stretches], None]:
        part = (batch.time_ns >= since) & (batch.time_ns < (until if until is not None else np.iinfo(np.int64).max))
        tracks = tracker.update([picked(batch, part)], limits(n, hardest), until)
        since = until or since
        if tracks is not None:
            joiner.add(detect_stays(tracks, tracks.aircraft.astype(np.int64), minima, terms or default_terms()),
                       tracks.aircraft)  # fmt: skip
            joiner.settle(tracks.window[1])
    return Run(tracker, joiner.finish(), joiner.grazing)


def shown(found: Sequence[Joined]) -> list[str]:
    """Return the encounters as text, every bit of every number in it."""
    return [
        f"{f.one} {f.two} {f.opened!r} {f.closed!r} {f.closest!r} {f.closest_values!r} {f.position!r} {f.slant!r} "
        f"{f.t_slant!r} {f.slant_low!r} {f.slant_high!r} {f.dwell.longest!r} {f.certain.longest!r} {f.exempt_only} "
        f"{f.level_known} {f.level_lost}"
        for f in found
    ]
