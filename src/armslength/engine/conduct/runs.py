"""Masks over samples to events: when something began to hold, how long, and how sure that is.

A run begins with the first of unbroken samples at which `enter` holds, once they have lasted `settle_s`; it goes on
while `hold` does (hysteresis: `hold` is the wider test), and ends with the last such sample before `hold` has failed
for `leave_s`. A jump of time longer than `leave_s` ends it as well: what is not known is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, I64, Bool
from armslength.engine.conduct.doubt import Told
from armslength.kernel.holding import held

REENTRY_S = 600.0
"""What begins so soon after the end of the one before is of the same encounter [s] (RULES 3.1)."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs in order of meeting and time: meeting `of`, and first and last sample; shape (R,)."""

    of: I64
    first: I64
    last: I64

    def __len__(self) -> int:
        return len(self.of)

    def seconds(self, meetings: Meetings) -> F64:
        """Return how long each lasted [s]: from its first to its last sample."""
        return meetings.t[self.last] - meetings.t[self.first]


def runs(
    meetings: Meetings, enter: Bool, *, hold: Bool | None = None, settle_s: F64 | float = 0.0, leave_s: float = 0.0
) -> Runs:
    """Return the runs of a mask.

    Args:
        enter: begins a run, shape (N,).
        hold: keeps it, shape (N,); None: as `enter`. What holds `enter` must hold it too.
        settle_s: how long `enter` must hold before it counts [s]; one figure, or one at each sample.
        leave_s: how long `hold` must fail before it ends [s].
    """
    settle = np.broadcast_to(np.asarray(settle_s, np.float64), meetings.t.shape)
    first, last, of = held(meetings.start, meetings.t, enter, enter if hold is None else hold, settle, leave_s)
    return Runs(of, first, last)


@dataclass(frozen=True)
class Events:
    """Runs of what is possible, with what is certain in each; shape (E,).

    Attributes:
        of, first, last: meeting, first and last sample of the possible run.
        sure: a certain run, long enough, lies in it.
        possible_s, nominal_s, certain_s: the longest run in it of each [s]; NaN: none.
    """

    of: I64
    first: I64
    last: I64
    sure: Bool
    possible_s: F64
    nominal_s: F64
    certain_s: F64

    def __len__(self) -> int:
        return len(self.of)

    @cached_property
    def lasted_s(self) -> F64:
        """How long it lasted as measured [s]; 0 where it was only possible."""
        return np.nan_to_num(self.nominal_s, nan=0.0)

    @cached_property
    def error_s(self) -> F64:
        """Two-sigma bound of `lasted_s` [s]: half of what is between certain and possible, and half a sample."""
        return np.maximum(0.5 * (self.possible_s - np.nan_to_num(self.certain_s, nan=0.0)), 0.5)


def events(
    meetings: Meetings, told: Told, *, hold: Told | None = None, settle_s: F64 | float = 0.0, leave_s: float = 0.0,
    least_s: float = 0.0,
) -> Events:  # fmt: skip
    """Return when it was possible that something held for at least `least_s`, and how sure that is.

    Args:
        told: the test. hold: the wider test that keeps it; None: as `told`.
        settle_s, leave_s: as in `runs`.
        least_s: no shorter run counts, be it possible or certain [s].
    """
    wide = told if hold is None else hold
    one = (
        runs(meetings, enter, hold=keep, settle_s=settle_s, leave_s=leave_s)
        for enter, keep in (
            (told.possible, wide.possible), (told.nominal, wide.nominal), (told.certain, wide.certain),
        )
    )  # fmt: skip
    possible, nominal, certain = one
    longest_nominal, longest_certain = _longest(meetings, possible, nominal), _longest(meetings, possible, certain)
    lasted = possible.seconds(meetings)
    keep = lasted >= least_s
    sure = longest_certain >= least_s  # NaN is not
    return Events(
        possible.of[keep], possible.first[keep], possible.last[keep], sure[keep], lasted[keep],
        longest_nominal[keep], longest_certain[keep],
    )  # fmt: skip


def _longest(meetings: Meetings, outer: Runs, inner: Runs) -> F64:
    """Return the longest of `inner` that begins in each of `outer` [s]; NaN where there is none."""
    out = np.full(len(outer), np.nan)
    if not len(outer) or not len(inner):
        return out
    within = np.searchsorted(outer.first, inner.first, side="right") - 1
    inside = (within >= 0) & (inner.first <= outer.last[np.maximum(within, 0)])
    np.fmax.at(out, within[inside], inner.seconds(meetings)[inside])
    return out


def encounters(meetings: Meetings, of: I64, first: I64, last: I64) -> list[list[int]]:
    """Return which runs or events, by their places, are of one encounter: of one pair, at most ten minutes apart."""
    out: list[list[int]] = []
    until = -np.inf
    for i in range(len(of)):
        begins, ends = float(meetings.t[first[i]]), float(meetings.t[last[i]])
        if out and of[out[-1][-1]] == of[i] and begins - until <= REENTRY_S:
            out[-1].append(i)
            until = max(until, ends)
        else:
            out.append([i])
            until = ends
    return out
