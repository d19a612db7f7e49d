"""Tracks to visits: what aircraft flew in watched places, stretch by stretch, given out when a visit is over.

A visit is over when nothing of it came for LEAVE_S, or, in a place that is watched until a certain time, when that is
past. What comes out depends on the tracks alone, not on how they are cut into stretches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from armslength.agreement.depth import bounds, depth_m
from armslength.domain.plot import F64, I64, Bool
from armslength.domain.track import Tracks
from armslength.domain.visit import ACTIVITY, Place, Visit
from armslength.units import NS

LEAVE_S = 120.0
"""What comes so long after the last of a visit is another one [s]; longer than any rule waits for a return."""
FARTHEST_M = 60_000.0
"""Longer is no link between two plots [m]: what lies between them is no further from either."""
E2 = 6.694379990141317e-3
T, LAT, LON, LEVEL, DEPTH, ERROR_H, ERROR_V, UPDATE = range(8)


@dataclass
class Gatherer:
    """Gathers visits.

    Args:
        places: that are watched; `watch` changes them.
        geometric: the datum of the terms is the ellipsoid, else standard pressure.
        mixed_bound_m: two sigma by which a level on the other datum differs [m].
    """

    places: Sequence[Place]
    geometric: bool = False
    mixed_bound_m: float = 0.0
    _epoch_ns: int = 0
    _open: dict[tuple[str, int], list[F64]] = field(default_factory=dict)
    _known: dict[str, Place] = field(default_factory=dict)
    _party: dict[tuple[str, int], str] = field(default_factory=dict)

    def watch(self, places: Sequence[Place]) -> None:
        """Watch these places from the next stretch on."""
        self.places = places

    def add(self, tracks: Tracks, party: Sequence[str]) -> list[Visit]:
        """Take the tracks of the next stretch, with the party of each ("" nobody's); return the visits now over."""
        self._epoch_ns = tracks.epoch_ns
        for place in self.places:
            self._known[place.key] = place
            theirs = np.array([one in place.visitors for one in party], np.bool_)
            for k in self._near(tracks, place, theirs):
                rows = self._sample(tracks, int(k), place)
                if rows.shape[1]:
                    key = place.key, int(tracks.aircraft[k])
                    self._open.setdefault(key, []).append(rows)
                    self._party.setdefault(key, party[k])
        return self.settle(tracks.window[1])

    def settle(self, now: float) -> list[Visit]:
        """Return the visits that are over when all up to `now` [s after the epoch] was added, in order of time."""
        out = []
        for key in list(self._open):
            place, parts = self._known[key[0]], self._open[key]
            until = self._seconds(place.until_ns, math.inf) if place.kind == ACTIVITY else -math.inf
            rows = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
            cuts = np.flatnonzero(np.diff(rows[T]) > LEAVE_S) + 1
            pieces = [rows] if place.kind == ACTIVITY else np.split(rows, cuts, axis=1)
            if now - rows[T, -1] > LEAVE_S and now >= until:
                del self._open[key]
                over, party = pieces, self._party.pop(key)
            else:
                self._open[key] = [pieces[-1]]
                over, party = pieces[:-1], self._party[key]
            out += [self._visit(place, key[1], party, piece) for piece in over]
        return sorted(out, key=lambda one: (one.t[0], one.place.key, one.aircraft))

    def _visit(self, place: Place, aircraft: int, party: str, rows: F64) -> Visit:
        return Visit(place, aircraft, party, self._epoch_ns, *(np.ascontiguousarray(row) for row in rows))

    def _seconds(self, at_ns: int | None, otherwise: float) -> float:
        return otherwise if at_ns is None else (at_ns - self._epoch_ns) / NS

    def _near(self, tracks: Tracks, place: Place, theirs: Bool) -> I64:
        """Return the tracks of which a plot is near the place."""
        if not np.any(theirs):
            return np.empty(0, np.int64)
        south, west, north, east = bounds(place.area, place.wide_m + FARTHEST_M)
        here = (tracks.lat >= south) & (tracks.lat <= north)
        if west <= east:
            here &= (tracks.lon >= west) & (tracks.lon <= east)
        else:
            here &= (tracks.lon >= west) | (tracks.lon <= east)
        return np.flatnonzero(theirs & np.logical_or.reduceat(here, tracks.start[:-1]))

    def _sample(self, tracks: Tracks, k: int, place: Place) -> F64:
        """Return what track k flew in the place on the whole seconds of the stretch, shape (8, N)."""
        plots = slice(int(tracks.start[k]), int(tracks.start[k + 1]))
        t, linked = tracks.t[plots], tracks.linked[plots]
        low = max(tracks.window[0], t[0], self._seconds(place.from_ns, -math.inf))
        high = min(tracks.window[1], math.floor(t[-1]) + 1.0, self._seconds(place.until_ns, math.inf))
        if low >= high:
            return np.empty((8, 0))
        at = np.arange(math.ceil(low), math.ceil(high), dtype=np.float64)
        i = np.searchsorted(t, at, side="right") - 1
        back = ~linked[i] & (t[i] == at) & (i > 0) & linked[np.maximum(i - 1, 0)]
        i = np.where(back, i - 1, i)
        known = linked[i]
        at, i = at[known], i[known]
        if not len(at):
            return np.empty((8, 0))
        length = t[i + 1] - t[i]
        s = (at - t[i]) / length
        i = i + plots.start
        x, y, z = tracks.xyz[:, i] + s * (tracks.xyz[:, i + 1] - tracks.xyz[:, i])
        lat = np.degrees(np.arctan2(z, (1.0 - E2) * np.hypot(x, y)))
        lon = np.degrees(np.arctan2(y, x))
        level, error_v = self._level(tracks, i, s)
        error_h = tracks.error_h_m[i]
        depth = depth_m(place.area, lat, lon)
        low_m, high_m = place.area.floor_m - place.wide_up_m, place.area.ceiling_m + place.wide_up_m
        within = (depth + error_h > -place.wide_m) & ~((level + error_v < low_m) | (level - error_v > high_m))
        return np.stack([at, lat, lon, level, depth, error_h, error_v, length])[:, within]

    def _level(self, tracks: Tracks, i: I64, s: F64) -> tuple[F64, F64]:
        """Return the level on the datum of the terms [m], where only the other one is known by that, and its bound."""
        first, second = (tracks.geo_m, tracks.baro_m) if self.geometric else (tracks.baro_m, tracks.geo_m)
        wanted, other = (one[i] + s * (one[i + 1] - one[i]) for one in (first, second))
        error = tracks.error_v_m[i]
        mixed = np.isnan(wanted)
        return np.where(mixed, other, wanted), np.where(mixed, np.hypot(error, self.mixed_bound_m), error)
