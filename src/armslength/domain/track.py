"""Tracks: plots joined over time, cleaned, with what is known of the flight between them and how well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.plot import F64, I32, I64, Bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What each aircraft of the roster can fly, by its category: shape (aircraft,).

    Attributes:
        horizontal_mps2, vertical_mps2: hardest acceleration [m/s2].
        speed_mps: highest ground speed [m/s].
    """

    horizontal_mps2: F64
    vertical_mps2: F64
    speed_mps: F64


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks over one stretch of time. Plots of track k are start[k]:start[k + 1], in order of time.

    Attributes:
        epoch_ns: UTC ns at which t is 0; the same for all stretches of one replay.
        window: (from, to) [s]: the stretch for which these tracks are complete. Plots reach beyond it on both sides.
        start: shape (K + 1,). aircraft: index in the roster, shape (K,).
        t: [s]. lat, lon: [deg]. xyz: ECEF surface points [m], shape (3, N).
        baro_m, geo_m: levels on standard pressure and above the ellipsoid [m]; NaN unknown.
        linked: the flight from this plot to the next of the same track is known; False at the last one.
        error_h_m, error_v_m: two-sigma bounds of the position between this plot and the next [m].
        file: index of the recording each plot came from.
    """

    epoch_ns: int
    window: tuple[float, float]
    start: I64
    aircraft: I32
    t: F64
    lat: F64
    lon: F64
    xyz: F64
    baro_m: F64
    geo_m: F64
    linked: Bool
    error_h_m: F64
    error_v_m: F64
    file: I32

    def of(self, aircraft: int) -> slice:
        """Return where the plots of `aircraft` stand; an empty slice where it has none."""
        k = int(np.searchsorted(self.aircraft, aircraft))
        if k == len(self.aircraft) or self.aircraft[k] != aircraft:
            return slice(0, 0)
        return slice(int(self.start[k]), int(self.start[k + 1]))


@dataclass(frozen=True, slots=True)
class Oddity:
    """Why a track is implausible around a moment: aircraft (index), from and to [s after the epoch], in words."""

    aircraft: int
    since: float
    until: float
    why: str


@dataclass
class Marks:
    """The implausible stretches of all tracks, by aircraft."""

    by_aircraft: dict[int, list[Oddity]] = field(default_factory=dict)

    def add(self, oddity: Oddity) -> None:
        """Enter `oddity`, joining it with an earlier one of the same kind that it overlaps."""
        known = self.by_aircraft.setdefault(oddity.aircraft, [])
        for i, other in enumerate(known):
            if other.why == oddity.why and other.since <= oddity.until and oddity.since <= other.until:
                since, until = min(other.since, oddity.since), max(other.until, oddity.until)
                known[i] = Oddity(oddity.aircraft, since, until, oddity.why)
                return
        known.append(oddity)

    def forget(self, before: float) -> None:
        """Drop what ended before `before` [s after the epoch]."""
        kept = {one: [o for o in known if o.until >= before] for one, known in self.by_aircraft.items()}
        self.by_aircraft = {one: known for one, known in kept.items() if known}

    def why(self, aircraft: int, since: float, until: float) -> str:
        """Return why `aircraft` is implausible somewhere in [since, until], or ""."""
        reasons = {o.why for o in self.by_aircraft.get(aircraft, []) if o.since <= until and since <= o.until}
        return ", ".join(sorted(reasons))


@dataclass
class Biases:
    """Sums over the plots that two recordings of one sky have in common.

    Attributes:
        sums: shape (files^2, 8), row one * files + other: plots; difference east, north [m]; of level [m], how many;
            lag [s], its square; squared distance [m^2].
    """

    sums: F64 = field(default_factory=lambda: np.zeros((0, 8)))

    def as_list(self, names: Sequence[str]) -> list[dict[str, object]]:
        """Return, for each pair of recordings, the mean difference of the second from the first, in SI."""
        out = []
        for row, (n, east, north, level, levels, lag, _, squares) in enumerate(self.sums.tolist()):
            if n > 0:
                one, other = divmod(row, len(names))
                entry: dict[str, object] = {
                    "first": names[one],
                    "second": names[other],
                    "plots": int(n),
                    "east_m": round(east / n, 1),
                    "north_m": round(north / n, 1),
                    "level_m": round(level / levels, 1) if levels else None,
                    "late_s": round(lag / n, 3),
                    "rms_m": round(math.sqrt(squares / n), 1),
                }
                out.append(entry)
        return out
