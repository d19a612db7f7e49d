"""Plots to tracks: sort, choose the sensor, clean, link, bound the error. Live and in replay.

Association is by address: every plot names its aircraft. Stages in order, each counted: impossible times; ground
movements; other recordings of the same aircraft; duplicates, jumps and frozen positions; levels that cannot be; short
holes in the level filled. The error bound of a link is, at two sigma, the root of the squares of
  interpolation  a T^2 / 8, a the manoeuvre limit of the category (an arc of acceleration a against its chord),
  accuracy       the reported 95 % radius, else 92.6 m; levels 38.1 m (125 ft, ICAO Annex 11 attachment on levels),
                 geometric 45 m (GVA 2, DO-260B),
  clock          ground speed times the two-sigma error of the time stamp,
  misfit         by how much more than all this explains the places and the ground speeds of the track have been apart
                 in the last minutes, or will be in the next one: a position that hops is no better known than by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.plot import F64, I32, I64, U32, Bool, KeptAside, Plots
from armslength.domain.track import Biases, Limits, Marks, Oddity, Tracks
from armslength.kernel import bias, cleaning
from armslength.kernel.geodesy import surfaces
from armslength.units import NS

GAP_S = 60.0
"""Longest time between two plots over which the flight between them is taken as known."""
DROP_S = 600.0
"""A track without plots for longer is dropped."""
SOURCE_S = 600.0
"""The best recording of an aircraft is chosen anew every so long, on a grid of UTC."""
COMPARED = 30
"""More recordings than this are not compared with each other pair by pair: it is a folder of single flights."""
FILL_S = 20.0
"""Longest hole in the level that is filled from its neighbours."""
LEVEL_BOUND_M = 38.1
GEOMETRIC_BOUND_M = 45.0
WHOLE_SECONDS_S = 0.58
"""Two sigma of a stamp cut to whole seconds: uniform over 1 s has sigma 0.29 s."""
FINE_STAMP_S = 0.1
EARLIEST_NS, LATEST_NS = 631_152_000 * NS, 4_102_444_800 * NS
"""1990 and 2100: a stamp outside was not made by a working clock."""

_WORDS = {
    cleaning.RELOCATED: ("moved faster than any aircraft flies", 1800.0, 1800.0),
    cleaning.HOPPED: ("does not move as it says it does", 30.0, 30.0),
    cleaning.STALE: ("position stood still in flight", 30.0, 30.0),
    cleaning.TWO_PLACES: ("in two places at one time", 600.0, 600.0),
    cleaning.TOO_SLOW: ("too slow for its level", 600.0, 600.0),
    cleaning.LEVEL_JUMPED: ("level jumped", 300.0, 300.0),
    cleaning.ERRATIC: ("positions and times do not fit each other", 300.0, 300.0),
}
"""By event: what it is called, and how long before and after [s] the track is implausible."""
_ASIDE = {
    cleaning.DUPLICATE: ("duplicate", "same aircraft and time as a row before it"),
    cleaning.CONFLICTING: ("two positions for one time", "same aircraft and time as a row before it, elsewhere"),
    cleaning.JUMP: ("position jump", "further from the position before it than any aircraft flies in that time"),
    cleaning.FROZEN: ("frozen position", "same position as before while the ground speed says that it flies"),
}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Plots of several batches as arrays. `linked`: the flight from the plot before to this one is known."""

    file: I32
    row: U32
    aircraft: I32
    t: F64
    lat: F64
    lon: F64
    baro: F64
    geo: F64
    gs: F64
    acc: F64
    linked: Bool
    misfit: F64

    def take(self, which: I64 | Bool) -> _Rows:
        return _Rows(*(getattr(self, name)[which] for name in self.__slots__))

    @staticmethod
    def join(parts: Sequence[_Rows]) -> _Rows:
        return _Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Rows.__slots__))


def by_name(names: Sequence[str]) -> I64:
    """Return the place of each recording in the order of their names."""
    rank = np.empty(len(names), np.int64)
    rank[sorted(range(len(names)), key=lambda n: names[n])] = np.arange(len(names))
    return rank


@dataclass
class Tracker:
    """The tracks of a stream of plots, stretch by stretch. `names` are the recordings, for the examples."""

    names: Sequence[str]
    aside: KeptAside
    marks: Marks = field(default_factory=Marks)
    epoch_ns: int | None = None
    used: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    clock_s: dict[int, float] = field(default_factory=dict)
    bias: Biases = field(default_factory=Biases)
    _state: F64 = field(default_factory=lambda: np.full((0, cleaning.STATE), np.nan))
    _carry: _Rows | None = None
    _known_to: float = -np.inf

    def update(self, batches: Sequence[Plots], limits: Limits, until_ns: int | None) -> Tracks | None:
        """Return the tracks over the next stretch, or None where there is nothing in it.

        Args:
            batches: every plot of the stretch; none earlier than those of the stretch before.
            limits: what each aircraft can fly; covers every aircraft in `batches`.
            until_ns: every plot before this UTC time is in `batches` or came before; None: there are no more.
        """
        batches = [b for b in batches if len(b)]
        if self.epoch_ns is None:
            self.epoch_ns = self._epoch(batches)
        gathered = self._gather(batches)
        if self.epoch_ns is None:
            return None
        fresh = self._clean(gathered, limits) if gathered is not None else None
        rows = fresh if self._carry is None else self._carry if fresh is None else _Rows.join([self._carry, fresh])
        if rows is None:
            return None
        end = np.inf if until_ns is None else (until_ns - self.epoch_ns) / NS - GAP_S
        order, start, _ = cleaning.by_aircraft(rows.aircraft, rows.t, len(limits.speed_mps))
        rows = rows.take(order)
        for level in (rows.baro, rows.geo):
            filled = cleaning.fill_levels(start, rows.t, level, FILL_S)
            self._note("levels filled from their neighbours", filled)
        window = (self._known_to, end)
        self._known_to = end
        # The next stretch needs what lies beyond the window, and the plot before it that a known flight leads from.
        needed = rows.t >= end
        needed[:-1] |= needed[1:] & rows.linked[1:] & (rows.aircraft[1:] == rows.aircraft[:-1])
        self._carry = rows.take(needed) if end < np.inf else None
        return self._tracks(rows, start, window, limits)

    def biases(self) -> list[dict[str, object]]:
        """Return what recordings of one sky differ by, as far as they saw the same aircraft at the same time."""
        return self.bias.as_list(self.names)

    @staticmethod
    def _epoch(batches: Sequence[Plots]) -> int | None:
        """Return the earliest possible time [whole s, UTC ns], or None: a bad clock must not make all times coarse."""
        possible = [b.time_ns[(b.time_ns >= EARLIEST_NS) & (b.time_ns <= LATEST_NS)] for b in batches]
        return min((int(part.min()) // NS * NS for part in possible if len(part)), default=None)

    def _gather(self, batches: Sequence[Plots]) -> _Rows | None:
        """Join the batches, without impossible times and ground movements."""
        epoch_ns = self.epoch_ns or 0
        parts = []
        for b in batches:
            file = np.broadcast_to(np.asarray(b.file, np.int32), (len(b),))
            bad = (b.time_ns < EARLIEST_NS) | (b.time_ns > LATEST_NS)
            self._set_aside("impossible time", file, b.row, bad, "time stamp before 1990 or after 2100")
            ground = b.on_ground & ~bad
            self._set_aside("on the ground", file, b.row, ground, "the aircraft says that it is on the ground")
            fine = np.bincount(file, b.time_ns % NS != 0, len(self.names))
            for f in np.flatnonzero(np.bincount(file, minlength=len(self.names))).tolist():
                self.clock_s[f] = FINE_STAMP_S if fine[f] else self.clock_s.get(f, WHOLE_SECONDS_S)
            t = (b.time_ns - epoch_ns) / NS
            baro, geo, gs, acc = (a.astype(np.float64) for a in (b.alt_baro_m, b.alt_geo_m, b.gs_mps, b.accuracy_m))
            unlinked, fitting = np.zeros(len(b), np.bool_), np.zeros(len(b))
            rows = _Rows(file, b.row, b.aircraft, t, b.lat, b.lon, baro, geo, gs, acc, unlinked, fitting)
            parts.append(rows.take(~(bad | ground)) if np.any(bad | ground) else rows)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else _Rows.join(parts)

    def _set_aside(self, reason: str, file: I32, row: U32, which: Bool, says: str) -> None:
        """Count `which` under `reason`; the earliest of these rows, in the order of the files, is the example."""
        at = np.flatnonzero(which)
        if len(at):
            i = at[np.argmin(file[at].astype(np.int64) << 32 | row[at])]
            self.aside.add(reason, len(at), file=self.names[int(file[i])], row=int(row[i]), says=says)

    def _clean(self, rows: _Rows, limits: Limits) -> _Rows:
        """Return the plots that may be true, marked with their links; count the others."""
        count = len(limits.speed_mps)
        if len(self._state) < count:
            more = np.full((count - len(self._state), cleaning.STATE), np.nan)
            more[:, list(cleaning.COUNTERS)] = 0.0
            self._state = np.concatenate([self._state, more])
        order, start, disorder = cleaning.by_aircraft(rows.aircraft, rows.t, count)
        self._note("rows out of order of time, sorted", disorder)
        rows = rows.take(order)
        if len(self.names) > 1 and len(rows.t):
            rows = self._one_source(rows)
            start = np.searchsorted(rows.aircraft, np.arange(count + 1)).astype(np.int64)
        n = len(rows.t)
        verdict, events = np.empty(n, np.uint8), np.empty((n, 3))
        xyz = surfaces(np.radians(rows.lat), np.radians(rows.lon))
        m, no_levels = cleaning.clean(
            start, np.arange(count), rows.t, xyz, rows.gs, rows.acc, rows.baro, rows.geo, self._clock(rows),
            limits.speed_mps, limits.horizontal_mps2, GAP_S, DROP_S, self._state, verdict, rows.linked, rows.misfit,
            events,
        )  # fmt: skip
        for k, kind, t in events[:m]:
            why, before, after = _WORDS[int(kind)]
            self.marks.add(Oddity(int(k), t - before, t + after, why))
        kept = verdict == cleaning.KEPT
        for reason, (word, says) in _ASIDE.items():
            self._set_aside(word, rows.file, rows.row, verdict == reason, says)
        self._note("levels that cannot be, taken as unknown", no_levels)
        self.used += int(np.count_nonzero(kept))
        self._note("rows without a level", int(np.count_nonzero(np.isnan(rows.baro[kept]) & np.isnan(rows.geo[kept]))))
        return rows.take(kept)

    def _clock(self, rows: _Rows) -> F64:
        """Return the two-sigma error of each time stamp [s]."""
        return np.array([self.clock_s.get(f, FINE_STAMP_S) for f in range(len(self.names))])[rows.file]

    def _note(self, what: str, count: int) -> None:
        if count:
            self.notes[what] = self.notes.get(what, 0) + int(count)

    def _one_source(self, rows: _Rows) -> _Rows:
        """Keep each aircraft's best recording of every ten minutes, and the others only where it is silent.

        Recordings of which one begins where the other ends do not compete: then all of both is kept.
        """
        assert self.epoch_ns is not None
        part = np.floor((rows.t + self.epoch_ns / NS) / SOURCE_S)
        begins = np.ones(len(rows.t), np.bool_)
        begins[1:] = (rows.aircraft[1:] != rows.aircraft[:-1]) | (part[1:] != part[:-1])
        segment = np.cumsum(begins) - 1
        changes = np.bincount(segment[1:], ~begins[1:] & (rows.file[1:] != rows.file[:-1]), segment[-1] + 1)
        which = np.flatnonzero(changes[segment] > 0)
        if not len(which):
            return rows
        several = rows.take(which)
        _, segment, count = np.unique(segment[which], return_inverse=True, return_counts=True)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        if len(self.names) <= COMPARED:
            self._compare(several, start)
        best, silent, edge = self._best(several, segment, changes[changes > 0].astype(np.int64))
        keep = np.empty(len(which), np.bool_)
        cleaning.choose_source(start, several.t, several.file, best, silent, edge, keep)
        says = "another recording shows this aircraft better at that time"
        self._set_aside("seen better by another recording", several.file, several.row, ~keep, says)
        kept = np.ones(len(rows.t), np.bool_)
        kept[which] = keep
        return rows.take(kept)

    def _compare(self, rows: _Rows, start: I64) -> None:
        """Take what the recordings differ by into account."""
        files = len(self.names)
        if not len(self.bias.sums):
            self.bias.sums = np.zeros((files * files, bias.SUMS))
        xyz = surfaces(np.radians(rows.lat), np.radians(rows.lon))
        bias.compare(start, rows.t, xyz, rows.baro, rows.file, files, self.bias.sums)

    def _best(self, rows: _Rows, segment: I64, changes: I64) -> tuple[I64, F64, F64]:
        """Return of each segment the best recording, and how long without a plot of it [s] counts as silence.

        The second silence is for before its first and after its last plot. Of equally good recordings the one with more
        plots counts, then the one that begins earlier, or further south, then the name: never the one named first.
        """
        order = np.lexsort((rows.t, rows.file, segment))
        rows, segment = rows.take(order), segment[order]
        first = np.flatnonzero(np.append(True, (np.diff(segment) != 0) | (np.diff(rows.file) != 0)))
        last = np.append(first[1:], len(segment)) - 1
        plots = last - first + 1
        radius = np.where(np.isnan(rows.acc), cleaning.USUAL_ACCURACY, rows.acc)
        every = np.where(plots > 1, (rows.t[last] - rows.t[first]) / np.maximum(plots - 1, 1), GAP_S)
        # Expected bound of a link: accuracy, and interpolation at a gentle 0.3 g.
        score = np.round(np.hypot(np.add.reduceat(radius, first) / plots, 3.0 * every**2 / 8.0), 1)
        of, file = segment[first], rows.file[first]
        rank = by_name(self.names)[file]
        order = np.lexsort((rank, rows.lon[first], rows.lat[first], rows.t[first], -plots, score, of))
        best = order[np.flatnonzero(np.append(True, np.diff(of[order]) != 0))]
        rivals = changes > np.bincount(of) - 1
        silent = np.where(rivals, np.maximum(10.0, 2.5 * every[best]), -1.0)
        return file[best].astype(np.int64), silent, np.where(rivals, 1.1 * every[best], -1.0)

    def _tracks(self, rows: _Rows, start: I64, window: tuple[float, float], limits: Limits) -> Tracks:
        """Bound the errors and lay the plots out for detection."""
        n = len(rows.t)
        linked = np.zeros(n, np.bool_)
        same = rows.aircraft[1:] == rows.aircraft[:-1]
        linked[:-1] = rows.linked[1:] & same
        dt = np.zeros(n)
        dt[:-1] = np.where(linked[:-1], np.diff(rows.t), 0.0)
        acc = np.where(np.isnan(rows.acc), cleaning.USUAL_ACCURACY, rows.acc)
        acc[:-1] = np.maximum(acc[:-1], np.where(linked[:-1], acc[1:], 0.0))
        xyz = surfaces(np.radians(rows.lat), np.radians(rows.lon))
        step = np.zeros(n)
        step[:-1] = np.sqrt(np.sum(np.diff(xyz, axis=1) ** 2, axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            speed = np.where(dt > 0.0, step / dt, 0.0)
        arc = dt * dt / 8.0
        misfit = np.empty(n)
        cleaning.worst_ahead(start, rows.t, rows.misfit, GAP_S, misfit)
        error_h = np.sqrt(
            (limits.horizontal_mps2[rows.aircraft] * arc) ** 2 + acc**2 + (speed * self._clock(rows)) ** 2 + misfit**2
        )
        level = np.where(np.isnan(rows.baro), GEOMETRIC_BOUND_M, LEVEL_BOUND_M)
        error_v = np.sqrt((limits.vertical_mps2[rows.aircraft] * arc) ** 2 + level**2)
        present = np.flatnonzero(np.diff(start))
        assert self.epoch_ns is not None
        return Tracks(
            self.epoch_ns, window, np.concatenate([start[present], [n]]).astype(np.int64), present.astype(np.int32),
            rows.t, rows.lat, rows.lon, xyz, rows.baro, rows.geo, linked, error_h, error_v, rows.file,
        )  # fmt: skip
