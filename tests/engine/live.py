"""A small live sky for tests: aircraft in a plane, seen second by second, through the picture and the watch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from armslength.agreement.terms import Terms, default_terms
from armslength.domain.alert import AlertChange
from armslength.domain.picture import Snapshot, Source
from armslength.domain.plot import Plot, Roster, pack
from armslength.engine.picture import Picture
from armslength.engine.watch import Watch
from armslength.scenario.plane import Plane

NS = 1_000_000_000
BEGIN_NS = 1_700_000_000 * NS
PLANE = Plane(45.0, 10.0)
NM, FT = 1852.0, 0.3048


@dataclass(frozen=True)
class Craft:
    """One aircraft: address, party, place [m east, north] at t = 0, track [deg], speed [m/s], level [m], rate [m/s].

    `level_of`: which datum it tells: "baro", "geo" or "". `drift`: how fast its places slide north [m/s], untold.
    """

    address: str
    party: int
    e: float
    n: float
    track: float
    gs: float
    level: float = 5000.0
    vs: float = 0.0
    level_of: str = "baro"
    rates: bool = True
    accuracy: float = 50.0
    since: float = 0.0
    until: float = 1e9
    every: float = 1.0
    drift: float = 0.0
    drone: bool = False

    def place(self, t: float) -> tuple[float, float, float]:
        """Return east, north and level [m] at `t` [s]."""
        way = math.radians(self.track)
        return (
            self.e + self.gs * t * math.sin(way),
            self.n + self.gs * t * math.cos(way) + self.drift * t,
            self.level + self.vs * t,
        )

    def plot(self, t: float, off: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Plot:
        """Return what is seen of it at `t` [s], wrong by `off` [m]."""
        e, n, z = (a + b for a, b in zip(self.place(t), off, strict=True))
        lat, lon = PLANE.geodetic(np.array([e]), np.array([n]))
        track = (self.track + float(PLANE.convergence(np.array([e]), np.array([n]))[0])) % 360.0
        nan = math.nan
        return Plot(
            BEGIN_NS + round(t * NS), self.address, float(lat[0]), float(lon[0]), "",
            z if self.level_of == "baro" else nan, z if self.level_of == "geo" else nan,
            self.gs if self.rates else nan, track if self.rates else nan, self.vs if self.rates else nan,
            False, self.accuracy,
        )  # fmt: skip


@dataclass
class Live:
    """The crafts, seen by sources; `noise` [m] of place of each axis, and of level."""

    crafts: Sequence[Craft]
    terms: Terms = field(default_factory=default_terms)
    sources: Sequence[Source] = (Source("ADS-B"), Source("RADAR", satellite=False))
    seen_by: Sequence[int] = (0,)
    noise: float = 0.0
    level_noise: float = 0.0
    seed: int = 1
    own: int = 0
    given: dict[str, object] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)
    now: float = -1.0

    def __post_init__(self) -> None:
        self.picture, self.watch = Picture(self.roster, list(self.sources)), Watch(self.terms)
        self.rng = np.random.default_rng(self.seed)

    def group(self, snapshot: Snapshot) -> NDArray[np.int64]:
        """Return the party of each row of the snapshot."""
        party = {craft.address: craft.party for craft in self.crafts}
        return np.array([party.get(a, -1) for a in snapshot.addresses], np.int64)

    def drones(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """Return which rows of the snapshot are drones."""
        which = {craft.address for craft in self.crafts if craft.drone}
        return np.array([a in which for a in snapshot.addresses], np.bool_)

    def see(self, t: float) -> None:
        """Let every source give its plots of the second `t`."""
        for file in self.seen_by:
            plots = []
            for craft in self.crafts:
                if craft.since <= t <= craft.until and (t - craft.since) % craft.every < 1e-9:
                    e, n = self.rng.normal(0, self.noise, 2) if self.noise else (0.0, 0.0)
                    z = float(self.rng.normal(0, self.level_noise)) if self.level_noise else 0.0
                    shown = craft if self.sources[file].satellite else replace(craft, rates=False)
                    plots.append(shown.plot(t, (e, n, z)))
            if plots:
                self.picture.update(pack(plots, self.roster, file), self.ns(t))

    @staticmethod
    def ns(t: float) -> int:
        """Return UTC ns a little after `t` [s], when its plots are there."""
        return BEGIN_NS + round((t + 0.1) * NS)

    def step(self, t: float) -> tuple[Snapshot, list[AlertChange]]:
        """See and watch the second `t`."""
        self.see(t)
        snapshot = self.picture.snapshot(self.ns(t))
        changes = self.watch.update(
            snapshot,
            self.group(snapshot),
            own=self.own,
            now_ns=self.ns(t),
            uncrewed=self.drones(snapshot),
            **self.given,
        )  # type: ignore[arg-type]
        return snapshot, changes

    def run(self, seconds: float, begin: float = 0.0) -> list[tuple[float, AlertChange]]:
        """Return every change with its second."""
        return [(t, change) for t in np.arange(begin, begin + seconds).tolist() for change in self.step(t)[1]]


def head_on(
    party: tuple[int, int] = (0, 1), apart: float = 60_000.0, aside: float = 0.0, **both: object
) -> list[Craft]:
    """Return two aircraft that meet in the middle, `aside` [m] apart, at 200 m/s each."""
    one = Craft("0000a1", party[0], -apart / 2, 0.0, 90.0, 200.0)
    other = Craft("0000b1", party[1], apart / 2, aside, 270.0, 200.0)
    return [replace(one, **both), replace(other, **both)]  # type: ignore[arg-type]
