"""Stays in the vicinity to what meetings are made of: what each pair flew, stretch by stretch, given out at its end.

From each stay on, `before_s` earlier to `after_s` later is wanted of both flights. What is wanted may lie in a stretch
before: so sampling stays `before_s` behind, and the tracks that it still needs are kept. A meeting is over when nothing
came near for ten minutes. What comes out depends on the tracks alone, not on how they are cut into stretches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.plot import F64, I32, I64
from armslength.domain.track import Tracks
from armslength.engine.conduct.rule import Reach
from armslength.engine.conduct.runs import REENTRY_S
from armslength.engine.conduct.series import Series
from armslength.kernel import passage
from armslength.kernel.sampling import DATUM, ERROR_H, ERROR_V, LEVEL, UPDATE, WIDTH, XYZ, T, in_columns, sample

NEW = -1


@dataclass(frozen=True, slots=True)
class _Spans:
    """Times that are wanted of pairs; shape (P,): aircraft (first by address), from and to [s], number of meeting."""

    first: I64
    second: I64
    low: F64
    high: F64
    number: I64

    def take(self, which: I64 | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> _Spans:
        return _Spans(*(getattr(self, name)[which] for name in self.__slots__))

    @staticmethod
    def join(*parts: _Spans) -> _Spans:
        return _Spans(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Spans.__slots__))


def _none() -> _Spans:
    whole, real = np.empty(0, np.int64), np.empty(0)
    return _Spans(whole, whole, real, real, whole)


@dataclass
class Gatherer:
    """Gathers meetings.

    Args:
        addresses: of the roster, by aircraft; it may grow.
        reach: of the enabled rules: what is near, and how much before and after is wanted.
        mixed_bound_m, geometric: two sigma of levels on different datums [m]; whether geometric levels go first.
    """

    addresses: Sequence[str]
    reach: Reach
    mixed_bound_m: float
    geometric: bool = False
    _epoch_ns: int = 0
    _tracks: list[Tracks] = field(default_factory=list)
    _spans: _Spans = field(default_factory=_none)
    _sampled_to: float = -math.inf
    _numbers: int = 0
    _rows: list[F64] = field(default_factory=list)
    _row_number: list[I64] = field(default_factory=list)

    def add(self, tracks: Tracks, stays: F64) -> Series | None:
        """Take the stays (`passage.FIELDS`) in the vicinity of one stretch; return the meetings that are over, if any.

        A stay of kind CERTAIN or GRAZING is none here: near is near as measured.
        """
        self._epoch_ns = tracks.epoch_ns
        self._want(stays[~np.isin(stays[:, passage.KIND], (passage.CERTAIN, passage.GRAZING))], tracks.aircraft)
        self._tracks.append(tracks)
        return self.settle(tracks.window[1])

    def settle(self, now: float) -> Series | None:
        """Return the meetings that are over when everything up to `now` [s after the epoch] was added; None: none."""
        until = now - self.reach.before_s
        self._sample(until)
        over = now - (self._spans.high - self.reach.after_s) > REENTRY_S
        # Of the meetings of one pair only the last can go on.
        going = np.unique(self._spans.number[~over])
        done = ~np.isin(self._spans.number, going)
        out = self._close(self._spans.take(done)) if np.any(done) else None
        self._spans = self._spans.take(~done)
        self._tracks = [one for one in self._tracks if one.window[1] > until]
        return out

    def _want(self, stays: F64, aircraft: I32) -> None:
        one = aircraft[stays[:, passage.FIRST].astype(np.int64)].astype(np.int64)
        two = aircraft[stays[:, passage.SECOND].astype(np.int64)].astype(np.int64)
        names = self.addresses
        turned = np.array([names[b] < names[a] for a, b in zip(one.tolist(), two.tolist(), strict=True)], np.bool_)
        first, second = np.where(turned, two, one), np.where(turned, one, two)
        low, high = stays[:, passage.T_IN] - self.reach.before_s, stays[:, passage.T_OUT] + self.reach.after_s
        every = _Spans.join(self._spans, _Spans(first, second, low, high, np.full(len(low), NEW)))
        every = every.take(np.lexsort((every.low, every.second, every.first)))
        self._spans = self._numbered(every)

    def _numbered(self, spans: _Spans) -> _Spans:
        """Join what overlaps, and number what belongs to one meeting alike; `spans` by pair and time."""
        if not len(spans.low):
            return spans
        new_pair = np.append(True, (np.diff(spans.first) != 0) | (np.diff(spans.second) != 0))
        reached = _running_most(spans.high, new_pair)
        gap = np.append(math.inf, spans.low[1:] - reached[:-1])
        cut = new_pair | (gap > 0.0)
        apart = REENTRY_S - self.reach.before_s - self.reach.after_s
        meeting = np.cumsum(new_pair | (gap > apart)) - 1
        number = np.full(meeting[-1] + 1, NEW)
        np.maximum.at(number, meeting, spans.number)  # a meeting that goes on has one number already
        fresh = number == NEW
        number[fresh] = self._numbers + np.arange(np.count_nonzero(fresh))
        self._numbers += int(np.count_nonzero(fresh))
        at = np.flatnonzero(cut)
        last = np.append(at[1:], len(cut)) - 1
        return _Spans(spans.first[at], spans.second[at], spans.low[at], reached[last], number[meeting[at]])

    def _sample(self, until: float) -> None:
        """Take what is wanted up to `until` [s]."""
        spans = self._spans
        for tracks in self._tracks:
            since, to = max(self._sampled_to, tracks.window[0]), min(until, tracks.window[1])
            low, high = np.maximum(spans.low, since), np.minimum(spans.high, to)
            first, second = (_places(tracks.aircraft, one) for one in (spans.first, spans.second))
            which = np.flatnonzero((low < high) & (first >= 0) & (second >= 0))
            if not len(which):
                continue
            levels = (tracks.geo_m, tracks.baro_m) if self.geometric else (tracks.baro_m, tracks.geo_m)
            rows, of = sample(
                tracks.start, tracks.xyz, tracks.t, *levels, tracks.linked, tracks.error_h_m, tracks.error_v_m,
                self.mixed_bound_m, first[which], second[which],
                np.ceil(low[which]).astype(np.int64), np.ceil(high[which]).astype(np.int64),
            )  # fmt: skip
            self._rows.append(rows)
            self._row_number.append(spans.number[which][of])
        self._sampled_to = max(self._sampled_to, until)

    def _close(self, spans: _Spans) -> Series | None:
        """Return the meetings of these spans, in order of time and address, and forget their samples."""
        rows = np.concatenate(self._rows) if self._rows else np.empty((0, WIDTH))
        of = np.concatenate(self._row_number) if self._row_number else np.empty(0, np.int64)
        numbers, at = np.unique(spans.number, return_index=True)
        closing = np.full(self._numbers, -1)
        closing[numbers] = np.arange(len(numbers))
        place = closing[of]
        here = np.flatnonzero(place >= 0)
        there = np.flatnonzero(place < 0)
        self._rows, self._row_number = [rows[there]], [of[there]]
        # Rows of one meeting stand in order of time: they were sampled in that order.
        order = here[np.argsort(place[here], kind="stable")]
        count = np.bincount(place[here], minlength=len(numbers))
        seen = np.flatnonzero(count)
        if not len(seen):
            return None
        begin = np.concatenate([[0], np.cumsum(count)])[seen]
        first, second = spans.first[at[seen]], spans.second[at[seen]]
        names = self.addresses
        keys = zip(rows[order[begin], T].tolist(), first.tolist(), second.tolist(), range(len(seen)), strict=True)
        sequence = np.array([i for _, _, _, i in sorted(keys, key=lambda k: (k[0], names[k[1]], names[k[2]]))])
        start = np.concatenate([[0], np.cumsum(count[seen[sequence]])]).astype(np.int64)
        columns = in_columns(rows, order, begin[sequence], start)
        return self._series(columns, start, first[sequence].astype(np.int32), second[sequence].astype(np.int32))

    def _series(self, columns: F64, start: I64, first: I32, second: I32) -> Series:
        datum = columns[DATUM].astype(np.uint8)
        if self.geometric:
            exchanged = np.where(datum == passage.BAROMETRIC, passage.GEOMETRIC, passage.BAROMETRIC)
            datum = np.where(datum <= passage.GEOMETRIC, exchanged, datum).astype(np.uint8)
        return Series(
            self._epoch_ns, start, first, second, columns[T], datum,
            columns[XYZ : XYZ + 6].reshape(2, 3, -1), columns[LEVEL : LEVEL + 2], columns[ERROR_H : ERROR_H + 2],
            columns[ERROR_V : ERROR_V + 2], columns[UPDATE : UPDATE + 2],
            (self.reach.horizontal_m, self.reach.vertical_m),
        )  # fmt: skip


def _places(aircraft: I32, wanted: I64) -> I64:
    """Return where each of `wanted` stands in `aircraft`, which rises; -1 where it does not."""
    at = np.searchsorted(aircraft, wanted)
    found = at < len(aircraft)
    found[found] = aircraft[at[found]] == wanted[found]
    return np.where(found, at, -1)


def _running_most(value: F64, begins: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> F64:
    """Return the greatest value so far, anew from each place where `begins`."""
    out = value.copy()
    group = np.cumsum(begins)
    order = np.lexsort((value, group))
    rank = np.empty(len(value), np.int64)
    rank[order] = np.arange(len(value))
    most = np.maximum.accumulate(rank)  # the ranks of a later group are above all of an earlier one
    return out[order[most]]
