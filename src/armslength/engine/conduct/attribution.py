"""Who did what towards a meeting: helpers for explanations, no rule by themselves, and never guilt (RULES 3.1).

A1: who lowered the least distance that was predicted, as shares. A2: which side has the right of way by Annex 2;
advisory, since state aircraft and uncrewed ones are not bound by it. A3: who could know: alerts and calls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from armslength.domain.meeting import Meetings
from armslength.domain.plot import I64
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.words import miles
from armslength.kernel.lowering import lowering
from armslength.units import NS

BACK_S = 120.0
"""What lies further back than this [s] is not asked who lowered it (RULES 3.1)."""
ABAFT_DEG = 70.0
"""Who comes from less than this off the tail is overtaking (Annex 2, 3.2.2.4, recalled)."""
HEAD_ON_DEG = 150.0
"""Courses that differ by more meet head-on; Annex 2 says "approximately so". As in G08."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A1: by how much each side's changes of velocity lowered the predicted distance over the last 120 s.

    Attributes:
        metres: of the first and of the second [m]; negative: it raised it. NaN: nothing is known of that time.
        bounds: two-sigma of each [m]: what the errors of velocities make of the prediction.
    """

    metres: tuple[float, float]
    bounds: tuple[float, float]

    @property
    def shares(self) -> tuple[float, float] | None:
        """Of what lowered it, the share of each, 0 to 1, together 1; None where neither did by more than the errors."""
        did = [max(d, 0.0) if d > bound else 0.0 for d, bound in zip(self.metres, self.bounds, strict=True)]
        return (did[0] / sum(did), did[1] / sum(did)) if sum(did) > 0.0 else None

    def more(self, side: int, least_m: float) -> tuple[bool, bool, bool]:
        """Return whether `side` lowered it by more than `least_m`, and more than the other: possible,
        as measured, certain.

        Where nothing is known it is possible.
        """
        mine, other = self.metres[side], self.metres[1 - side]
        if math.isnan(mine + other):
            return True, False, False
        error, both = self.bounds[side], math.hypot(*self.bounds)

        def told(sign: float) -> bool:
            return mine + sign * error > least_m and mine - max(other, 0.0) + sign * both > 0.0

        return told(1.0), told(0.0), told(-1.0)


def lowered(meetings: Meetings, at: int) -> Lowered:
    """Return who lowered the predicted distance up to sample `at`, step by step.

    In each second both velocities change; what the prediction changes by is shared as if one had changed first, and as
    if the other had, in the mean (Shapley).
    """
    m = meetings
    begin = int(m.start[m.of[at]])
    begin += int(np.searchsorted(m.t[begin : at + 1], m.t[at] - BACK_S))
    steps: I64 = np.arange(begin, at)
    steps = steps[m.goes_on[steps]]
    if not len(steps):
        return Lowered((math.nan, math.nan), (math.nan, math.nan))
    by_first, by_second = lowering(steps, m.east_m, m.north_m, m.v_east, m.v_north)
    # What is lowered in all is the difference of two predictions: the errors of velocities in between cancel as far as
    # they make no error of position, and those at both ends stay, times how far ahead they are carried.
    ends = np.array([steps[0], steps[-1] + 1])
    ahead = np.minimum(m.t_cpa[ends], BACK_S)
    carried = np.nan_to_num(ahead * m.error_speed[:, ends])
    bounds = np.hypot(np.hypot(carried[:, 0], carried[:, 1]), m.error_h_m[at]).tolist()
    return Lowered((by_first, by_second), (bounds[0], bounds[1]))


def who_lowered(meetings: Meetings, at: int) -> str:
    """Return A1 up to sample `at` as a sentence."""
    told = lowered(meetings, at)
    if math.isnan(told.metres[0]):
        return "Who lowered the predicted distance is not known."
    shares = told.shares
    if shares is None:
        return f"Neither lowered the predicted distance by more than the errors in the last {BACK_S:.0f} s."
    whole = sum(max(one, 0.0) for one in told.metres)
    return (
        f"Of the {miles(whole)} by which the predicted distance was lowered in the last {BACK_S:.0f} s, the share of "
        f"the first is {shares[0]:.2f} and that of the second {shares[1]:.2f}."
    )


def right_of_way(meetings: Meetings, at: int) -> tuple[int | None, bool]:
    """A2: return the side with the right of way at sample `at`, as measured, and whether that is certain.

    None: neither has it (head-on both turn right; who parts has no need of it), or nothing is known.
    """
    m = meetings
    bearing, off_tail = m.bearing[:, at], m.off_tail[:, at]
    error = np.nan_to_num(m.error_bearing[:, at], nan=np.pi)
    abaft, opposite = math.radians(ABAFT_DEG), math.radians(HEAD_ON_DEG)
    between, error_between = float(m.course_difference[at]), float(m.error_course_difference[at])
    if not np.all(np.isfinite(bearing)) or not m.closure[at] > 0.0:
        return None, False
    apart = abs(between - opposite) > error_between  # it is certain whether they meet head-on
    if between > opposite:
        return None, apart
    behind = [bool(off_tail[side] < abaft) and bool(abs(bearing[1 - side]) < 0.5 * np.pi) for side in (0, 1)]
    sure_tail = all(abs(float(off_tail[side]) - abaft) > error[side] for side in (0, 1))
    for side in (0, 1):
        if behind[side]:
            return side, apart and sure_tail
    # Converging: who has the other on its right gives way. Both bearings tell it, the nearer to the nose least surely.
    side = 0 if bearing[1] > 0.0 else 1
    sure = bool(np.all(np.abs(bearing) > error)) and (bearing[1 - side] > 0.0) and not bearing[side] > 0.0
    return side, apart and sure_tail and sure


def converging_since(meetings: Meetings, at: int) -> int:
    """Return the first sample of the time up to `at` in which they came nearer without a break, at most 120 s back."""
    m = meetings
    begin = int(m.start[m.of[at]])
    begin += int(np.searchsorted(m.t[begin : at + 1], m.t[at] - BACK_S))
    before: I64 = np.arange(begin, at)
    broken = np.flatnonzero(~(m.goes_on[before] & (m.closure[before] > 0.0)))
    return begin + int(broken[-1]) + 1 if len(broken) else begin


@dataclass(frozen=True, slots=True)
class Knew:
    """A3 of one side: whether an alert was delivered to it and acknowledged, whether it called, and was called."""

    alerted: bool
    acknowledged: bool
    called: bool


def could_know(context: Context, meeting: int, at: int) -> tuple[Knew, Knew]:
    """A3: return what the first's and the second's party could know of the pair up to sample `at`, ten minutes back."""
    until = context.meetings.ns(at)
    since = until - 600 * NS
    one, two = context.who(meeting, 0), context.who(meeting, 1)
    pair, parties = (one.address, two.address), {one.party, two.party}

    def of(party: str) -> Knew:
        alerts = [
            w for w in context.warned
            if w.receiver == party and (w.first, w.second) == pair and since <= w.delivered_ns <= until
        ]  # fmt: skip
        calls = [(s.by, s.first, s.second, s.at_ns) for s in context.said]
        calls += [(a.by, a.first, a.second, a.delivered_ns) for a in context.asked if a.receiver in parties]
        called = any(
            by == party and (first, second) in {pair, ("", "")} and since <= at_ns <= until
            for by, first, second, at_ns in calls
        )
        acknowledged = any(w.acknowledged_ns is not None and w.acknowledged_ns <= until for w in alerts)
        return Knew(bool(alerts), acknowledged, called)

    return of(one.party), of(two.party)


def who_knew(context: Context, meeting: int, at: int) -> str:
    """Return A3 as sentences with a blank before; "" where nothing was told of the two."""
    out = ""
    for side, knew in zip(("first", "second"), could_know(context, meeting, at), strict=True):
        if knew.alerted:
            out += f" An alert had reached the side of the {side}{', acknowledged' if knew.acknowledged else ''}."
        if knew.called:
            out += f" The side of the {side} had called."
    return out
