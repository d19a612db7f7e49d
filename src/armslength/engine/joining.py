"""Stays to encounters: what belongs together, how close, how long, and how sure.

One pair has one encounter as long as it comes back inside within ten minutes. Its dwell is the longest continuous stay,
exits under 30 s bridged (RULES 3.1, G01). The judgement has three outcomes, from the two-sigma bounds:
  certain            inside (or a near miss) even if all errors are against it,
  not_determinable   the bounds are as wide as the limit itself, the level is unknown or on another datum, or a track
                     is implausible around that time,
  possible           anything between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.encounter import CERTAIN, INSIDE, NEAR_MISS, NOT_DETERMINABLE, ON_IT, POSSIBLE
from armslength.domain.plot import F64, I32
from armslength.kernel import passage
from armslength.kernel.piece import nearer

REENTRY_S = 600.0
"""A pair that comes back inside within this time [s] is in the same encounter."""
TOUCH_S = 1e-3
"""Stays no further apart than this [s] are one."""
BRIDGE_S = 30.0
"""An exit shorter than this [s] does not end a stay."""


@dataclass(slots=True)
class Dwell:
    """The longest continuous stay [s], exits under BRIDGE_S bridged."""

    since: float = math.nan
    until: float = math.nan
    longest: float = 0.0

    def add(self, t_in: float, t_out: float) -> None:
        """Prolong the running stay, or begin another."""
        if not t_in - self.until < BRIDGE_S:  # also the first time
            self.since = t_in
        self.until = max(t_out, self.until) if self.until == self.until else t_out
        self.longest = max(self.longest, self.until - self.since)


def _slant(stay: list[float]) -> float:
    """Return the slant distance at the moment of the least ratio [m]; horizontal where the level is unknown."""
    d_v = stay[passage.D_V]
    return stay[passage.D_H] if math.isnan(d_v) else math.hypot(stay[passage.D_H], d_v)


@dataclass(slots=True)
class Joined:
    """An encounter while it is put together. Aircraft are roster indices; times seconds after the epoch.

    `best` is the stay with the least ratio, a row of `passage.FIELDS`.
    """

    one: int
    two: int
    opened: float
    closed: float
    best: list[float]
    slant: float = math.inf
    t_slant: float = math.nan
    slant_low: float = math.inf
    slant_high: float = math.inf
    inside: Dwell = field(default_factory=Dwell)
    exempt: Dwell = field(default_factory=Dwell)
    certain: Dwell = field(default_factory=Dwell)
    exempt_only: bool = True
    lost: bool = False
    lost_now: bool = False
    seen_to: float = -math.inf
    level_known: bool = True
    level_lost: bool = False

    @property
    def dwell(self) -> Dwell:
        """The longest stay inside the minima; where none hold, within the near-miss distance."""
        return self.exempt if self.exempt_only else self.inside

    @property
    def closest(self) -> float:
        """When the ratio is least [s]."""
        return self.best[passage.T_RATIO]

    @property
    def best_ratio(self) -> float:
        """The least ratio so far."""
        return self.best[passage.RATIO]

    @property
    def position(self) -> tuple[float, float, float]:
        """The middle between both at the closest moment, ECEF surface [m]."""
        return self.best[passage.X], self.best[passage.Y], self.best[passage.Z]

    @property
    def closest_values(self) -> tuple[float, float, float, float, float, float]:
        """Ratio, d_h, d_v, two-sigma bounds of both, mean level [m] at the closest moment."""
        b = self.best
        return (
            b[passage.RATIO], b[passage.D_H], b[passage.D_V], b[passage.ERROR_H], b[passage.ERROR_V], b[passage.ALT],
        )  # fmt: skip

    def gravity(self, near: float, dwell_limit: float) -> tuple[bool, bool, bool, float]:
        """Return what puts the gravest first, as far as it is known yet: breaches, near misses, the nearest."""
        near_miss = self.slant < near
        certain = (near_miss and self.slant_high < near) or self.certain.longest > dwell_limit
        return not certain, not near_miss, not self.level_known, self.best_ratio

    def add(self, stay: list[float]) -> None:
        """Enter a stay of any kind but CERTAIN and GRAZING."""
        self.opened, self.closed = min(self.opened, stay[passage.T_IN]), max(self.closed, stay[passage.T_OUT])
        if stay[passage.T_IN] - self.seen_to > TOUCH_S:
            self.lost = self.lost or self.lost_now or stay[passage.BEGUN_UNSEEN] > 0.0
            self.lost_now = False
        if stay[passage.T_OUT] >= self.seen_to:
            self.seen_to, self.lost_now = stay[passage.T_OUT], stay[passage.UNSEEN] > 0.0
        exempt = stay[passage.KIND] in {passage.EXEMPT, passage.EXEMPT_UNKNOWN}
        (self.exempt if exempt else self.inside).add(stay[passage.T_IN], stay[passage.T_OUT])
        self.exempt_only = self.exempt_only and exempt
        if nearer(stay[passage.RATIO], _slant(stay), self.best[passage.RATIO], _slant(self.best)):
            self.best = stay
        if stay[passage.SLANT] < self.slant:
            self.slant, self.t_slant = stay[passage.SLANT], stay[passage.T_SLANT]
        self.slant_low = min(self.slant_low, stay[passage.SLANT_LOW])
        self.slant_high = min(self.slant_high, stay[passage.SLANT_HIGH])


@dataclass(slots=True)
class _Graze:
    """The last pass of a pair that stayed outside by less than the errors; `inside`: it belongs to an encounter."""

    until: float
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Level and certainty of an encounter, whether it is certainly a breach, and what the reader must know."""

    level: str
    certainty: str
    breach: bool
    note: str


def judge(found: Joined, h: float, v: float, near: float, dwell_limit: float, implausible: str) -> Judgement:
    """Return the judgement on `found` under the minima `h`, `v`, the near-miss distance `near` [m], the limit [s].

    `implausible` says why a track cannot be believed around that time, or is empty.
    """
    error_h, error_v = found.best[passage.ERROR_H], found.best[passage.ERROR_V]
    near *= ON_IT
    notes = []
    # Where no minima hold only near misses are looked for; one of unknown level is one that cannot be told.
    near_miss = found.slant < near if found.level_known else found.exempt_only
    level = NEAR_MISS if near_miss else INSIDE
    if not found.level_known:
        certainty = NOT_DETERMINABLE
        mixed = found.best[passage.DATUM] == passage.MIXED
        notes.append("levels on different datums" if mixed else "level of at least one aircraft unknown")
    elif near_miss:
        wide = max(error_h, error_v) >= near
        certainty = CERTAIN if found.slant_high < near else NOT_DETERMINABLE if wide else POSSIBLE
        if certainty != CERTAIN and found.certain.longest > 0.0:
            notes.append("inside the minima for certain; only the near miss is not")
    else:
        wide = error_h >= h or error_v >= v
        certainty = CERTAIN if found.certain.longest > 0.0 else NOT_DETERMINABLE if wide else POSSIBLE
    if not near_miss and found.slant_low < near:
        notes.append("a near miss cannot be excluded")
    if near_miss and found.best_ratio >= 1.0:
        notes.append("outside the minima, yet nearer than the near-miss distance")
    over = found.certain.longest > dwell_limit
    if found.inside.longest > dwell_limit and found.level_known and found.best_ratio < 1.0:
        sure = "" if over and not implausible else ", not for certain"
        notes.append(f"stayed inside longer than the {dwell_limit:.0f} s allowed{sure}")
    if found.lost or found.lost_now:
        notes.append("not seen for all of it: the stay may have lasted longer")
    if found.exempt_only:
        notes.append("where no minima hold (exempt or outside the area); near misses count everywhere")
    if found.level_lost:
        notes.append("level unknown for a part of it")
    if implausible:
        certainty = NOT_DETERMINABLE
        notes.append(f"rests on an implausible track: {implausible}")
    breach = not implausible and (over or (near_miss and certainty == CERTAIN))
    return Judgement(level, certainty, breach, "; ".join(notes))


@dataclass
class Joiner:
    """Puts stays together, stretch by stretch. `grazing` counts passes outside the minima by less than the errors."""

    grazing: int = 0
    _open: dict[tuple[int, int, bool], Joined] = field(default_factory=dict)
    _done: list[Joined] = field(default_factory=list)
    _settled: int = 0
    _grazed: dict[tuple[int, int], _Graze] = field(default_factory=dict)

    def add(self, stays: F64, aircraft: I32) -> None:
        """Enter the stays of one stretch. `aircraft` gives the roster index of each track of the stretch."""
        one = aircraft[stays[:, passage.FIRST].astype(np.int64)].astype(np.int64)
        two = aircraft[stays[:, passage.SECOND].astype(np.int64)].astype(np.int64)
        low, high = np.minimum(one, two), np.maximum(one, two)
        # By pair and time; a CERTAIN stay after the NOMINAL one that it lies in.
        order = np.lexsort((stays[:, passage.KIND], stays[:, passage.T_IN], high, low))
        for a, b, stay in zip(low[order].tolist(), high[order].tolist(), stays[order].tolist(), strict=True):
            kind = int(stay[passage.KIND])
            if kind == passage.CERTAIN:
                self._open[a, b, True].certain.add(stay[passage.T_IN], stay[passage.T_OUT])
            elif kind == passage.GRAZING:
                self._graze(a, b, stay)
            else:
                self._enter(a, b, kind in {passage.NOMINAL, passage.EXEMPT}, stay)

    def _enter(self, a: int, b: int, known: bool, stay: list[float]) -> None:
        found = self._open.get((a, b, known))
        if found is not None and stay[passage.T_IN] - found.closed > REENTRY_S:
            self._done.append(found)
            found = None
        if found is None:
            found = Joined(a, b, stay[passage.T_IN], stay[passage.T_OUT], stay, level_known=known)
            self._open[a, b, known] = found
        found.add(stay)
        graze = self._grazed.get((a, b))
        if graze is not None and stay[passage.T_IN] - graze.until <= REENTRY_S:
            graze.inside = True

    def _graze(self, a: int, b: int, stay: list[float]) -> None:
        graze = self._grazed.get((a, b))
        if graze is None or stay[passage.T_IN] - graze.until > REENTRY_S:
            self.grazing += graze is not None and not graze.inside
            graze = self._grazed[a, b] = _Graze(stay[passage.T_OUT])
        graze.until = max(graze.until, stay[passage.T_OUT])
        for known in (True, False):
            found = self._open.get((a, b, known))
            if found is not None and stay[passage.T_IN] - found.closed <= REENTRY_S:
                graze.inside = True

    def touched(self) -> list[Joined]:
        """Return the encounters that may still go on, and those closed since the last call of `settle`."""
        return [*self._done[self._settled :], *self._open.values()]

    def settle(self, now: float) -> None:
        """Close what can no longer go on at `now` [s]."""
        self._settled = len(self._done)
        for key in [key for key, found in self._open.items() if now - found.closed > REENTRY_S]:
            self._done.append(self._open.pop(key))
        for pair in [pair for pair, graze in self._grazed.items() if now - graze.until > REENTRY_S]:
            self.grazing += not self._grazed.pop(pair).inside

    def finish(self) -> list[Joined]:
        """Return every encounter in order of time; one whose level was lost for a part counts once."""
        self.settle(math.inf)
        return self.closed()

    def closed(self) -> list[Joined]:
        """Return the encounters that can no longer go on, in order of time.

        One whose level was lost for a part counts once: with the part of known level, even while that is still open.
        """
        known: dict[tuple[int, int], list[Joined]] = {}
        for found in (*self._done, *self._open.values()):
            if found.level_known:
                known.setdefault((found.one, found.two), []).append(found)
        out = []
        for found in self._done:
            near = [
                k
                for k in ([] if found.level_known else known.get((found.one, found.two), []))
                if found.opened - k.closed <= REENTRY_S and k.opened - found.closed <= REENTRY_S
            ]
            for k in near:
                k.level_lost = True
            if not near:
                out.append(found)
        return sorted(out, key=lambda f: (f.opened, f.closed, f.one, f.two))

    def forget(self, before: float) -> None:
        """Drop the encounters closed before `before` [s], so that a stream without end needs no memory without end."""
        self._done = [found for found in self._done if found.closed >= before]
        self._settled = len(self._done)
