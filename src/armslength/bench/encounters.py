"""Encounters between two aircraft, as sensors would see them: truth in a plane, plots on the earth.

The encounters come from a folder with encounters.parquet (both flights at 1 Hz) and index.parquet (their weights), as
the MIT-LL encounter models are sampled. Each is flown in a place of its own, far from all others, all at one time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from armslength.domain.plot import F64, I64, Bool, Plots, Roster
from armslength.errors import InputError
from armslength.scenario.plane import Plane
from armslength.units import FPM, FT, KT, NS

COLUMNS = ("e_m", "n_m", "alt_m", "gs_mps", "track_deg", "vs_mps")
ROWS, COLUMN_DEG, ROW_DEG = 40, 7.0, 1.5
"""Places: rows of latitude from 30 S, so far apart."""
TUNED_ONE_IN = 4
EARLIER = (400, 500)
"""Numbers of encounters, evenly spread over all, on which thresholds were chosen before any were held out."""
BEGIN_NS = 1_700_000_000 * NS


@dataclass(frozen=True, slots=True)
class Truth:
    """What was flown, shape (encounters, 2, seconds) each; e, n [m east, north of the place], levels [m], m/s, deg.

    `weight`: shape (encounters,), how much each counts. `tuned`: on which of them thresholds may have been chosen.
    """

    e_m: F64
    n_m: F64
    alt_m: F64
    gs_mps: F64
    track_deg: F64
    vs_mps: F64
    weight: F64
    tuned: Bool

    def distances(self) -> tuple[F64, F64]:
        """Return horizontal and vertical distances [m], shape (encounters, seconds)."""
        d_h = np.hypot(self.e_m[:, 1] - self.e_m[:, 0], self.n_m[:, 1] - self.n_m[:, 0])
        return d_h, np.abs(self.alt_m[:, 1] - self.alt_m[:, 0])


@dataclass(frozen=True, slots=True)
class Sensing:
    """How a kind of sensor sees: 1-sigma errors of one axis, what is reported is rounded to steps.

    Attributes:
        every_s: interval [s]. lost: share of plots that never arrive.
        drift_m: error of place that lasts (a minute), jitter_m: one that does not [m].
        rates: velocity and vertical rate are reported. level_step_m: rounding of levels [m], 0 none.
        accuracy_m: 95 % radius reported [m].
    """

    name: str
    every_s: int
    lost: float
    drift_m: float
    jitter_m: float
    rates: bool
    level_step_m: float
    accuracy_m: float


PERFECT = Sensing("perfect, 1 s", 1, 0.0, 0.0, 0.0, True, 0.0, 5.0)
ADS_B = Sensing("ADS-B, 1 s", 1, 0.1, 20.0, 8.0, True, 25 * FT, 92.6)
RADAR_1 = Sensing("radar, 1 s", 1, 0.03, 20.0, 40.0, False, 100 * FT, 150.0)
RADAR_5 = Sensing("radar, 5 s", 5, 0.03, 30.0, 60.0, False, 100 * FT, 200.0)
RADAR_12 = Sensing("radar, 12 s", 12, 0.03, 30.0, 80.0, False, 100 * FT, 250.0)
CONDITIONS = (PERFECT, ADS_B, RADAR_1, RADAR_5, RADAR_12)


def load(folder: Path, most: int | None = None) -> Truth:
    """Return the encounters in `folder`, the first `most` of them spread over all.

    Raises:
        InputError: the files are not there.
    """
    import polars as pl

    paths = [folder / name for name in ("encounters.parquet", "index.parquet")]
    for path in paths:
        if not path.is_file():
            raise InputError("This file is needed and is not there.", where=str(path), remedy="Name the folder.")
    flown, index = (pl.read_parquet(path) for path in paths)
    n = len(index)
    keep = np.arange(n) if most is None else np.unique(np.linspace(0, n - 1, most).astype(np.int64))
    columns = {name: flown[name].to_numpy().astype(np.float64).reshape(n, 2, -1)[keep] for name in COLUMNS}
    tuned = tuned_on([int(number) for number in index["encounter"]])
    return Truth(**columns, weight=index["weight"].to_numpy()[keep], tuned=tuned[keep])


def tuned_on(numbers: Sequence[int]) -> Bool:
    """Return on which encounters thresholds may be chosen, by their numbers; the rest are held out.

    A quarter goes by the hash of the number, whatever else is in the folder. Besides, early thresholds were chosen on
    EARLIER evenly spread ones: none of these is held out.
    """
    quarter = [hashlib.sha256(str(number).encode()).digest()[0] % TUNED_ONE_IN == 0 for number in numbers]
    out = np.array(quarter, np.bool_)
    for count in EARLIER:
        out[np.linspace(0, len(out) - 1, count).astype(np.int64)] = True
    return out


def _drift(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> F64:
    """Return an error that changes within a minute (a first-order Gauss-Markov process at 1 Hz)."""
    out, keep = np.empty(shape), float(np.exp(-1.0 / 60.0))
    out[..., 0] = rng.normal(0.0, sigma, shape[:-1])
    for t in range(1, shape[-1]):
        out[..., t] = keep * out[..., t - 1] + rng.normal(0.0, sigma * np.sqrt(1.0 - keep * keep), shape[:-1])
    return out


def _rounded(values: F64, step: float) -> F64:
    return np.round(values / step) * step if step > 0.0 else values


@dataclass(frozen=True, slots=True)
class Seen:
    """What a sensor saw, shape (encounters, 2, seconds) each: places and rates as reported.

    `e_m`, `n_m`, `course_deg` are in the plane in which the encounters are flown; `there`: a plot came.
    """

    sensing: Sensing
    lat: F64
    lon: F64
    e_m: F64
    n_m: F64
    course_deg: F64
    alt_m: F64
    gs_mps: F64
    track_deg: F64
    vs_mps: F64
    there: Bool

    def plots(self, second: int) -> Plots:
        """Return the plots of one second; aircraft 2 k and 2 k + 1 fly encounter k."""
        at = np.flatnonzero(self.there[:, :, second].ravel())
        unknown = np.full(len(at), np.nan)

        def of(values: F64) -> F64:
            return np.ascontiguousarray(values[:, :, second].ravel()[at])

        gs, track, vs = (of(values).astype(np.float32) for values in (self.gs_mps, self.track_deg, self.vs_mps))
        return Plots(
            0, np.arange(1, len(at) + 1, dtype=np.uint32), np.full(len(at), BEGIN_NS + second * NS, np.int64),
            at.astype(np.int32), of(self.lat), of(self.lon), of(self.alt_m), unknown, gs, track, vs,
            np.zeros(len(at), np.bool_), np.full(len(at), self.sensing.accuracy_m, np.float32),
        )  # fmt: skip


def sense(truth: Truth, sensing: Sensing, seed: int) -> Seen:
    """Return what a sensor of that kind sees of all encounters. The same seed gives the same errors."""
    rng, shape = np.random.default_rng(seed), truth.e_m.shape
    e, n = (
        place + _drift(rng, shape, sensing.drift_m) + rng.normal(0.0, sensing.jitter_m, shape)
        for place in (truth.e_m, truth.n_m)
    )
    exact = sensing.drift_m == 0.0 and sensing.jitter_m == 0.0
    gs, track, vs = truth.gs_mps, truth.track_deg, truth.vs_mps
    if not sensing.rates:
        gs = track = vs = np.full(shape, np.nan)
    elif not exact:
        east = _rounded(gs * np.sin(np.radians(track)) + rng.normal(0.0, 0.5, shape), KT)
        north = _rounded(gs * np.cos(np.radians(track)) + rng.normal(0.0, 0.5, shape), KT)
        gs, track = np.hypot(east, north), np.degrees(np.arctan2(east, north)) % 360.0
        vs = _rounded(vs + rng.normal(0.0, 0.3, shape), 64 * FPM)
    begins = rng.integers(0, sensing.every_s, shape[:2])[:, :, None]
    there = (np.arange(shape[2]) % sensing.every_s == begins) & (rng.random(shape) >= sensing.lost)
    lat, lon, turned = np.empty(shape), np.empty(shape), np.empty(shape)
    for k in range(shape[0]):
        plane = Plane(-30.0 + ROW_DEG * (k % ROWS), -175.0 + COLUMN_DEG * (k // ROWS))
        lat[k], lon[k] = plane.geodetic(e[k], n[k])
        turned[k] = plane.convergence(e[k], n[k])
    level = _rounded(truth.alt_m + rng.normal(0.0, 0.0 if exact else 3.0, shape), sensing.level_step_m)
    return Seen(sensing, lat, lon, e, n, track, level, gs, (track + turned) % 360.0, vs, there)


def roster_of(truth: Truth) -> tuple[Roster, I64]:
    """Return the aircraft of all encounters, and the group of each: the first of an encounter 0, the second 1."""
    roster = Roster()
    for k in range(2 * len(truth.weight)):
        roster.index(f"{k + 1:06x}")
    return roster, np.tile(np.array([0, 1], np.int64), len(truth.weight))


def naive(seen: Seen, horizontal: float, vertical: float, lookahead: float) -> I64:
    """Return the second in which straight flight from the newest plots first predicts a loss; -1 never.

    The peer to compare with: the reported place and velocity of each (from the last two plots where none is reported)
    carried straight on, no filter, no bounds, no steadying. In the plane in which the encounters are flown.
    """
    count, _, seconds = seen.e_m.shape
    out, last = np.full(count, -1, np.int64), np.full((count, 2, 7), np.nan)  # e, n, level, ve, vn, vs, t
    for t in range(seconds):
        here, e, n, z = seen.there[:, :, t], seen.e_m[:, :, t], seen.n_m[:, :, t], seen.alt_m[:, :, t]
        if seen.sensing.rates:
            way = np.radians(seen.course_deg[:, :, t])
            rates = [seen.gs_mps[:, :, t] * np.sin(way), seen.gs_mps[:, :, t] * np.cos(way), seen.vs_mps[:, :, t]]
        else:
            dt = t - last[:, :, 6]
            rates = [(place - last[:, :, k]) / dt for k, place in enumerate((e, n, z))]
        now = np.stack([e, n, z, *rates, np.full_like(e, t)], axis=2)
        last = np.where(here[:, :, None], now, last)
        age = t - last[:, :, 6]
        x = last[:, :, :3] + last[:, :, 3:6] * age[:, :, None]
        s, v = x[:, 1] - x[:, 0], last[:, 1, 3:6] - last[:, 0, 3:6]
        begin = _entry(s, v, horizontal, vertical)
        with np.errstate(invalid="ignore"):
            out[(out < 0) & (begin <= lookahead)] = t
    return out


def _entry(s: F64, v: F64, horizontal: float, vertical: float) -> F64:
    """Return when each pair in straight flight enters the cylinder [s]; NaN never, or not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = v[:, 0] ** 2 + v[:, 1] ** 2, s[:, 0] * v[:, 0] + s[:, 1] * v[:, 1]
        root = np.sqrt(b * b - a * (s[:, 0] ** 2 + s[:, 1] ** 2 - horizontal**2))
        one, other = (-vertical - s[:, 2]) / v[:, 2], (vertical - s[:, 2]) / v[:, 2]
        level = np.abs(v[:, 2]) < 1e-9
        within = np.abs(s[:, 2]) < vertical
        z_in = np.where(level, np.where(within, -np.inf, np.inf), np.minimum(one, other))
        z_out = np.where(level, np.where(within, np.inf, -np.inf), np.maximum(one, other))
        begin = np.maximum(np.maximum((-b - root) / a, z_in), 0.0)
        return np.where(begin < np.minimum((-b + root) / a, z_out), begin, np.nan)
