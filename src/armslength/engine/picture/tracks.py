"""Live tracks: plots in, at any time a snapshot out.

`update` takes plots as they come, of any source, in any order within a batch; `snapshot` says what is known now. The
arithmetic is in `kernel.following` (one source of one aircraft), `kernel.carrying` (carried to one moment, joined).
The state depends on the plots and the moments handed in alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot, isfinite

import numpy as np

from armslength.agreement.terms import UNKNOWN, default_manoeuvre
from armslength.domain import picture as words
from armslength.domain.picture import Interference, Snapshot, Source
from armslength.domain.plot import F64, I32, I64, U8, Bool, Plots, Roster
from armslength.domain.track import Limits
from armslength.engine.picture.interference import (
    DIFFERED,
    EXTRA_M,
    JUMPED,
    LOW,
    NAC_LEAST,
    NIC_LEAST,
    SIGN_FOR,
)
from armslength.engine.picture.regions import Regions
from armslength.engine.picture.rows import Rows
from armslength.kernel import carrying as c
from armslength.kernel import following as f
from armslength.kernel.geodesy import bases, surfaces
from armslength.units import NS

FUTURE_S = 5.0
"""Plots that claim to be later than now by more [s] are kept aside."""
CLOCK_S = 0.2
"""Two-sigma error of live time stamps [s]."""
JOIN_EVERY_NS = NS // 2
"""Sources are compared, and interference judged, not more often."""
DIFFER_FOR_S = 5.0
"""Sources that are apart for so long [s] disagree."""
COAST_AFTER = 2.5
"""A track coasts when its plots are later than this many of their usual intervals, and than 3 s."""
TELLING_S = 4.0
"""Two plots so far apart [s] tell a velocity."""
ENTERED_FOR_S, ENTERED_SIGMA_M, ENTERED_DRIFT_MPS = 300.0, 60.0, 5.0
"""A level that an officer entered is forgotten after so long [s]; its 1-sigma at first, and its growth."""
FAR_SIGMA_M = 5_000.0
"""1-sigma added to a source whose track is in two places or has just leapt [m]: another is followed if there is one."""
LONG, SHORT = 600.0, 60.0
"""How long marks are remembered [s]: what must have been somebody else; what may have been a slip."""
MEMORY = (LONG, SHORT, LONG, SHORT, SHORT, SHORT, SHORT, SHORT, LONG)
"""By bit of `armslength.domain.picture.MARKS`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the plots of a batch: how many were used, and how many kept aside, by reason."""

    used: int
    kept_aside: dict[str, int]


@dataclass
class Picture:
    """The live tracks of a node.

    Args:
        roster: of the node; `Plots.aircraft` are its indices.
        sources: by `Plots.file`; at most 63. Indices beyond are sources without a name.
        limits: what each aircraft can fly; those beyond its arrays are of category "unknown". May be replaced.
        datum: of the levels in the terms, on which officers enter levels.
    """

    roster: Roster
    sources: Sequence[Source]
    limits: Limits | None = None
    datum: str = "barometric"
    interference: Interference = field(default_factory=Interference)
    _rows: Rows = field(default_factory=Rows)
    _entered: dict[str, tuple[float, int, float]] = field(default_factory=dict)
    _regions: Regions = field(default_factory=Regions)
    _lead: dict[int, int] = field(default_factory=dict)
    _joined_ns: int = 0

    def update(self, plots: Plots, now_ns: int, *, nic: I32 | None = None, nac_p: I32 | None = None) -> Taken:
        """Take plots of one or more sources.

        Args:
            plots: as `armslength.domain.plot.pack` makes them.
            now_ns: UTC ns; never backwards.
            nic, nac_p: integrity and accuracy categories, shape (N,), -1 unknown (`domain.picture.integrity`).
        """
        ahead = plots.time_ns > now_ns + int(FUTURE_S * NS)
        behind = plots.time_ns < now_ns - int(f.DROP * NS)
        file = np.broadcast_to(np.asarray(plots.file, np.int64), (len(plots),))
        left = np.flatnonzero(~(ahead | behind))
        order = left[np.lexsort((plots.row[left], file[left], plots.aircraft[left], plots.time_ns[left]))]
        aside = {"from the future": int(ahead.sum()), "too old": int(behind.sum())}
        verdict = np.zeros(len(order), np.uint8)
        if len(order):
            self._rows.begin(now_ns)
            rows = self._rows.of(plots.aircraft[order].astype(np.int64), file[order])
            self._follow(plots, order, rows, verdict)
            self._note(plots, order, rows, nic, nac_p)
        counts = np.bincount(verdict, minlength=5).tolist()
        aside |= {"older than the track": counts[f.OLDER], "position stands still": counts[f.REPEATED]}
        aside["held apart: not where the track can be"] = counts[f.APART]
        if now_ns - self._joined_ns >= JOIN_EVERY_NS:
            self._join(now_ns)
        return Taken(counts[f.USED] + counts[f.INITIATED], {why: n for why, n in aside.items() if n})

    def entered_level(self, address: str, level_m: float, now_ns: int, sigma_m: float = 0.0) -> None:
        """Take the level [m, datum of the terms] that an officer entered for `address`; NaN takes it back.

        `sigma_m`: what the datum on which it was told adds to its 1-sigma [m].

        It is used only where no source tells the level; its bounds grow, and after ENTERED_FOR_S it is forgotten.
        """
        if isfinite(level_m):
            self._entered[address] = (float(level_m), now_ns, float(sigma_m))
        else:
            self._entered.pop(address, None)

    def entered(self, now_ns: int) -> set[str]:
        """Return the aircraft whose entered level is still used."""
        return {who for who, said in self._entered.items() if now_ns - said[1] <= ENTERED_FOR_S * NS}

    def snapshot(self, now_ns: int) -> Snapshot:
        """Return all live tracks, carried on to `now_ns`. Changes nothing."""
        rows, start, aircraft, carried = self._carried(now_ns)
        lead, level_of, apart, _differs = self._joined(rows, start, aircraft, carried)
        return self._told(now_ns, rows, start, aircraft, carried, lead, level_of, apart)

    def holds(self) -> set[int]:
        """Return the roster's indices of all aircraft of which anything is remembered; no other's is referred to."""
        return {int(one) for one in self._rows.aircraft if one >= 0}

    def _limits(self, aircraft: I64) -> tuple[F64, F64, F64]:
        """Return the hardest horizontal and vertical acceleration and the greatest speed of each."""
        unknown = default_manoeuvre()[UNKNOWN]
        usual = (unknown.horizontal_mps2, unknown.vertical_mps2, unknown.speed_mps)
        if self.limits is None:
            return tuple(np.full(len(aircraft), value) for value in usual)  # type: ignore[return-value]
        known = aircraft < len(self.limits.speed_mps)
        at = np.where(known, aircraft, 0)
        columns = (self.limits.horizontal_mps2, self.limits.vertical_mps2, self.limits.speed_mps)
        if not len(self.limits.speed_mps):
            return tuple(np.full(len(aircraft), value) for value in usual)  # type: ignore[return-value]
        return tuple(np.where(known, column[at], value) for column, value in zip(columns, usual, strict=True))  # type: ignore[return-value]

    def _follow(self, plots: Plots, order: I64, rows: I64, verdict: U8) -> None:
        lat, lon = np.radians(plots.lat[order]), np.radians(plots.lon[order])
        track, gs = np.radians(plots.track_deg[order].astype(np.float64)), plots.gs_mps[order].astype(np.float64)
        axes = bases(lat, lon)
        velocity = axes[0] * (gs * np.sin(track)) + axes[1] * (gs * np.cos(track))
        hardest, _vertical, fastest = self._limits(plots.aircraft[order].astype(np.int64))
        state, seen = self._rows.state, self._rows.seen
        f.follow(
            rows, (plots.time_ns[order] - self._rows.epoch_ns) / NS, surfaces(lat, lon), velocity,
            plots.accuracy_m[order].astype(np.float64), plots.alt_baro_m[order], plots.alt_geo_m[order],
            plots.vs_mps[order].astype(np.float64), CLOCK_S, fastest, hardest, state, seen, verdict,
        )  # fmt: skip

    def _note(self, plots: Plots, order: I64, rows: I64, nic: I32 | None, nac_p: I32 | None) -> None:
        """Note who is on the ground and whose navigation is poor. The last plot of a row wins."""
        self._rows.ground[rows] = plots.on_ground[order]
        poor = plots.accuracy_m[order] > f.USUAL * 2.0
        known = ~np.isnan(plots.accuracy_m[order])
        for said, least in ((nic, NIC_LEAST), (nac_p, NAC_LEAST)):
            if said is not None:
                poor |= (said[order] >= 0) & (said[order] < least)
                known |= said[order] >= 0
        t = (plots.time_ns[order] - self._rows.epoch_ns) / NS
        self._rows.poor[rows[poor]] = t[poor]
        good = known & ~poor
        self._rows.poor[rows[good]] = np.nan

    def _carried(self, now_ns: int) -> tuple[I64, I64, I64, F64]:
        """Return the live rows by aircraft, where each aircraft begins, the aircraft, and the rows carried on."""
        now = (now_ns - self._rows.epoch_ns) / NS
        rows = self._rows.live(now)
        whose = self._rows.aircraft[rows]
        first = np.flatnonzero(np.diff(whose, prepend=-1))
        carried = np.empty((len(rows), c.CARRIED))
        c.carry(rows, now, self._limits(whose)[0], self._rows.state, carried)
        return rows, np.append(first, len(rows)).astype(np.int64), whose[first], carried

    def _joined(self, rows: I64, start: I64, aircraft: I64, carried: F64) -> tuple[I64, I64, F64, Bool]:
        n, k = len(rows), len(aircraft)
        satellite = self._satellite(rows)
        leapt = self._rows.seen[rows][:, [f.TELEPORT, f.TWO_PLACES]]
        latest = self._rows.state[rows, f.T]
        with np.errstate(invalid="ignore"):
            doubtful = (latest[:, None] - leapt < LONG).any(axis=1)
        jammed = satellite & self.interference.covers(carried[:, c.LAT], carried[:, c.LON])
        extra = np.where(jammed, EXTRA_M, 0.0) + np.where(doubtful, FAR_SIGMA_M, 0.0)
        before = np.full(k, -1, np.int64)
        for i in np.flatnonzero(np.diff(start) > 1).tolist():
            held = np.flatnonzero(rows[start[i] : start[i + 1]] == self._lead.get(int(aircraft[i]), -1))
            before[i] = start[i] + held[0] if len(held) else -1
        lead, level_of = np.empty(k, np.int64), np.empty((k, 2), np.int64)
        apart, differs = np.empty(k), np.empty(n, np.bool_)
        c.join(start, carried, extra, before, lead, level_of, apart, differs)
        return lead, level_of, apart, differs

    def _satellite(self, rows: I64) -> Bool:
        """Return which rows come from satellite navigation; sources without a name do, as far as anybody knows."""
        known = np.array([source.satellite for source in self.sources] + [True], np.bool_)
        return known[np.minimum(self._rows.file[rows], len(self.sources))]

    def _join(self, now_ns: int) -> None:
        """Choose whom to follow, mark sources that disagree, judge interference."""
        self._joined_ns = now_ns
        if self._rows.epoch_ns == 0:
            return
        now = (now_ns - self._rows.epoch_ns) / NS
        self._rows.forget(now)
        self._entered = {who: said for who, said in self._entered.items() if now_ns - said[1] <= ENTERED_FOR_S * NS}
        rows, start, aircraft, carried = self._carried(now_ns)
        lead, _level_of, _apart, differs = self._joined(rows, start, aircraft, carried)
        many = np.flatnonzero(np.diff(start) > 1)
        self._lead = {int(aircraft[k]): int(rows[lead[k]]) for k in many.tolist()}
        since = self._rows.differ
        since[rows] = np.where(differs, np.where(np.isnan(since[rows]), now, since[rows]), np.nan)
        with np.errstate(invalid="ignore"):
            long = now - since[rows] >= DIFFER_FOR_S
        self._rows.seen[rows[long], f.DISAGREE] = now
        self._judge(now, now_ns, rows, start, carried[lead])

    def _judge(self, now: float, now_ns: int, rows: I64, start: I64, at: F64) -> None:
        """Find the aircraft that show signs of interference, and where they are; `at`: the row followed of each."""
        if not len(rows):
            nobody = np.zeros(0)
            self.interference = self._regions.judge(nobody, nobody, nobody.astype(np.bool_), {}, now_ns)
            return
        satellite = self._satellite(rows) & (now - self._rows.state[rows, f.T] < SIGN_FOR)
        seen, begins = self._rows.seen[rows], start[:-1]
        by_row = {
            LOW: now - self._rows.poor[rows] < SIGN_FOR,
            JUMPED: now - np.fmax(seen[:, f.JUMP], seen[:, f.TELEPORT]) < SIGN_FOR,
            DIFFERED: now - seen[:, f.DISAGREE] < SIGN_FOR,
        }
        mixed = np.logical_or.reduceat(~self._satellite(rows), begins)
        shown = {sign: np.logical_or.reduceat(said & satellite, begins) for sign, said in by_row.items()}
        shown[DIFFERED] &= mixed
        judged = np.logical_or.reduceat(satellite, begins)
        self.interference = self._regions.judge(at[:, c.LAT], at[:, c.LON], judged, shown, now_ns)

    def _marks(self, now: float, rows: I64, start: I64) -> tuple[I64, I64]:
        """Return the marks of each aircraft, and its sources, as bits."""
        if not len(rows):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        seen = self._rows.seen[rows][:, : len(MEMORY)]
        with np.errstate(invalid="ignore"):
            lit = now - seen < np.array(MEMORY)
        bits = (lit * (1 << np.arange(len(MEMORY)))).sum(axis=1).astype(np.int64)
        begins = start[:-1]
        marks = np.bitwise_or.reduceat(bits, begins)
        file = np.minimum(self._rows.file[rows], 62)
        sources = np.bitwise_or.reduceat(np.int64(1) << file, begins)
        satellite = self._satellite(rows)
        own = np.array([source.own for source in self.sources] + [False], np.bool_)[np.minimum(file, len(self.sources))]
        both = np.logical_or.reduceat(satellite, begins) & np.logical_or.reduceat(~satellite, begins)
        alone = ~(both | np.logical_or.reduceat(own, begins))
        return (marks | np.where(alone, words.SINGLE, 0)).astype(np.int64), sources

    def _told(
        self, now_ns: int, rows: I64, start: I64, aircraft: I64, carried: F64, lead: I64, level_of: I64, apart: F64
    ) -> Snapshot:
        """Return the snapshot of what was carried and joined."""
        now, at = (now_ns - self._rows.epoch_ns) / NS, carried[lead]
        followed = rows[lead]
        state = self._rows.state[followed]
        marks, sources = self._marks(now, rows, start)
        hardest, climbing, _fastest = self._limits(aircraft)
        levels = self._levels(now_ns, aircraft, carried, level_of)
        rate_of = np.where(level_of[:, 0] >= 0, level_of[:, 0], np.where(level_of[:, 1] >= 0, level_of[:, 1], lead))
        vs, sigma_vs = carried[rate_of, c.VS], carried[rate_of, c.SIGMA_VS]
        entered = levels.datum == words.LEVEL_ENTERED
        vs, sigma_vs = np.where(entered, 0.0, vs), np.where(entered, ENTERED_DRIFT_MPS, sigma_vs)
        jammed = self._satellite(followed) & self.interference.covers(at[:, c.LAT], at[:, c.LON])
        widened = np.where(jammed, EXTRA_M, 0.0)
        return Snapshot(
            now_ns, aircraft.astype(np.int32), tuple(self.roster.addresses[k] for k in aircraft.tolist()),
            at[:, c.LAT], at[:, c.LON], levels.level_m, at[:, c.GS], at[:, c.TRACK], vs, levels.datum,
            levels.baro_m, levels.geo_m, levels.sigma_baro_m, levels.sigma_geo_m,
            np.sqrt(at[:, c.SIGMA_H] ** 2 + widened**2 + (0.5 * apart) ** 2), levels.sigma_m,
            at[:, c.SIGMA_GS], sigma_vs, at[:, c.RATE], hardest, climbing, at[:, c.AGE], levels.age_s,
            _states(state, at[:, c.AGE]), self._rows.ground[followed], marks, sources,
            self._rows.file[followed].astype(np.int32), tuple(source.name for source in self.sources),
            self.interference,
        )  # fmt: skip

    def _levels(self, now_ns: int, aircraft: I64, carried: F64, level_of: I64) -> _Levels:
        """Return the level of each aircraft on either datum, and the one shown."""
        told = []
        for d in range(2):
            known, at = level_of[:, d] >= 0, np.maximum(level_of[:, d], 0)
            told += [np.where(known, carried[at, k + d], np.nan) for k in (c.LEVEL, c.SIGMA_V, c.LEVEL_AGE)]
        baro, sigma_baro, age_baro, geo, sigma_geo, age_geo = told
        first, second = (words.LEVEL_BAROMETRIC, words.LEVEL_GEOMETRIC)
        one, other = (baro, sigma_baro, age_baro), (geo, sigma_geo, age_geo)
        if self.datum == "geometric":
            first, second, one, other = second, first, other, one
        has = ~np.isnan(one[0])
        level, sigma, age = (np.where(has, a, b) for a, b in zip(one, other, strict=True))
        datum = np.where(has, first, np.where(np.isnan(level), words.LEVEL_UNKNOWN, second)).astype(np.uint8)
        unknown = np.flatnonzero(np.isnan(level)).tolist() if self._entered else []
        for k in unknown:
            entry = self._entered.get(self.roster.addresses[int(aircraft[k])], (np.nan, now_ns, 0.0))
            said, when_ns, unsure = entry
            past = (now_ns - when_ns) / NS
            if isfinite(said) and past <= ENTERED_FOR_S:
                level[k], sigma[k], age[k] = said, hypot(ENTERED_SIGMA_M + ENTERED_DRIFT_MPS * past, unsure), past
                datum[k] = words.LEVEL_ENTERED
        return _Levels(level, sigma, age, datum, baro, geo, sigma_baro, sigma_geo)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Levels as a snapshot holds them."""

    level_m: F64
    sigma_m: F64
    age_s: F64
    datum: U8
    baro_m: F64
    geo_m: F64
    sigma_baro_m: F64
    sigma_geo_m: F64


def _states(state: F64, age: F64) -> U8:
    """Return TENTATIVE, FIRM or COASTING of each followed row of the kernel's state.

    A track is firm with its second plot when its velocity is reported, or the two are long enough apart to tell it.
    """
    told = ~np.isnan(state[:, f.REPORTED]) | (state[:, f.T] - state[:, f.FIRST_T] >= TELLING_S)
    enough = np.where(told, 2.0, 3.0)
    interval = (state[:, f.T] - state[:, f.FIRST_T]) / np.maximum(state[:, f.COUNT] - 1.0, 1.0)
    coasting = age > np.maximum(COAST_AFTER * interval, 3.0)
    out = np.where(coasting, words.COASTING, words.FIRM)
    return np.where(state[:, f.COUNT] < enough, words.TENTATIVE, out).astype(np.uint8)
