"""Traffic of two parties for measuring the live picture and the live watch: many aircraft in a square, straight on."""

from __future__ import annotations

import numpy as np

from armslength.domain.picture import Source
from armslength.domain.plot import I64, Plots, Roster
from armslength.scenario.plane import Plane
from armslength.units import NS

SIDE_M = 1_000_000.0
JITTER_M = 20.0
ACCURACY_M = 92.6


class Sky:
    """`tracks` aircraft of two parties, by turns, in a square of SIDE_M, each at 80 to 250 m/s; one source."""

    def __init__(self, tracks: int, seed: int = 1) -> None:
        """Draw them. The same seed gives the same sky."""
        rng = np.random.default_rng(seed)
        self.tracks, self._rng = tracks, rng
        self.sources = [Source("ADS-B")]
        self.roster = Roster()
        for k in range(tracks):
            self.roster.index(f"{k + 1:06x}")
        self.group: I64 = np.arange(tracks, dtype=np.int64) % 2
        self._plane = Plane(45.0, 10.0)
        self._x, self._y = rng.uniform(-SIDE_M / 2, SIDE_M / 2, (2, tracks))
        self._gs, self._course = rng.uniform(80.0, 250.0, tracks), rng.uniform(0.0, 360.0, tracks)
        self._level = rng.uniform(1_000.0, 12_000.0, tracks)
        self._begin_ns: int | None = None

    def plots(self, second: float, time_ns: int) -> Plots:
        """Return one plot of each aircraft, `second` [s] after the first."""
        if self._begin_ns is None:
            self._begin_ns = time_ns - round(second * NS)
        return self._of(np.arange(self.tracks), time_ns)

    def one(self, k: int, time_ns: int) -> Plots:
        """Return one plot of the aircraft `k`, counted round."""
        return self._of(np.array([k % self.tracks]), time_ns)

    def _of(self, who: I64, time_ns: int) -> Plots:
        t, n, way = (time_ns - (self._begin_ns or 0)) / NS, len(who), np.radians(self._course[who])
        x = self._x[who] + self._gs[who] * t * np.sin(way)
        y = self._y[who] + self._gs[who] * t * np.cos(way)
        off = self._rng.normal(0.0, JITTER_M, (2, n))
        lat, lon = self._plane.geodetic(x + off[0], y + off[1])
        track = (self._course[who] + self._plane.convergence(x, y)) % 360.0
        return Plots(
            0, np.arange(1, n + 1, dtype=np.uint32), np.full(n, time_ns, np.int64), who.astype(np.int32), lat, lon,
            self._level[who], np.full(n, np.nan), self._gs[who].astype(np.float32), track.astype(np.float32),
            np.zeros(n, np.float32), np.zeros(n, np.bool_), np.full(n, ACCURACY_M, np.float32),
        )  # fmt: skip
