"""Crew reports against tracks: do these corroborate what a crew saw, are they consistent with it, or contradict it?

What tracks can show is where the accused was: near the reporter, and, of what falls or is let out, ahead or above.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from armslength.domain.crew_report import CHAFF, FLARES, FUEL, OBJECTS, CrewReport
from armslength.domain.plot import Bool
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, over, under
from armslength.engine.conduct.told import Reported
from armslength.units import NS

__all__ = ["Held", "Result", "held_against", "reported", "unmet"]

FALLING = frozenset({FLARES, CHAFF, FUEL, OBJECTS})
"""What reaches somebody only from ahead or from above."""


class Result(StrEnum):
    """What tracks say to a report."""

    CORROBORATED = "corroborate it"
    CONSISTENT = "are consistent with it"
    CONTRADICTED = "contradict it"
    NO_DATA = "have no data"


ORDER = (Result.CORROBORATED, Result.CONSISTENT, Result.CONTRADICTED, Result.NO_DATA)


@dataclass(frozen=True, slots=True)
class Held:
    """A report held against one meeting.

    Attributes:
        form: the report. meeting: its place; accused: 0 or 1, which of the two was said to have done it.
        result: see there. nearest: the sample within the time at which the two were nearest; -1: there is none.
    """

    form: Reported
    meeting: int
    accused: int
    result: Result
    nearest: int


def reported(form: CrewReport) -> Reported:
    """Return a form as rules take it."""
    return Reported(
        form.id, form.kind, form.by, form.reporter, form.accused, form.at_ns, form.range_m, form.struck, form.evaded
    )  # fmt: skip


def held_against(context: Context, form: Reported, distance_m: float, time_s: float) -> list[Held]:
    """Return a report against each meeting that it can be about, best first: most telling, then nearest.

    These are the reporter's meetings with the accused, or with anybody where it names none, that last at the time, give
    or take `time_s` [s]. `distance_m`: near enough to have done it [m].
    """
    m, out = context.meetings, []
    at = (form.at_ns - m.epoch_ns) / NS
    for pair, places in context.places.items():
        if form.reporter not in pair or (form.accused and form.accused not in pair):
            continue
        accused = 1 - pair.index(form.reporter)
        for k in places:
            span = slice(int(m.start[k]), int(m.start[k + 1]))
            if context.who(k, accused).party == form.by or not _lasts(m.t[span], at, time_s):
                continue
            during = np.zeros(len(m.t), np.bool_)
            during[span] = np.abs(m.t[span] - at) <= time_s
            out.append(_held(context, form, k, accused, during, distance_m))
    far = [one for one in out if one.nearest >= 0]
    none = [one for one in out if one.nearest < 0]
    return sorted(far, key=lambda one: (ORDER.index(one.result), float(m.d_h[one.nearest]), one.meeting)) + none


def _lasts(t: np.ndarray[tuple[int], np.dtype[np.float64]], at: float, time_s: float) -> bool:
    return bool(len(t)) and float(t[0]) - time_s <= at <= float(t[-1]) + time_s


def _held(context: Context, form: Reported, meeting: int, accused: int, during: Bool, distance_m: float) -> Held:
    seen = np.flatnonzero(during)
    if not len(seen):
        return Held(form, meeting, accused, Result.NO_DATA, -1)
    m = context.meetings
    level_known = ~np.isnan(m.slant)
    near = under(m.slant, m.error_slant, distance_m)
    flat = under(m.d_h, m.error_h_m, distance_m)
    near = Told(near.possible & flat.possible, np.where(level_known, near.nominal, False), near.certain)
    if form.kind in FALLING:
        near = near & _ahead_or_above(context, 1 - accused)
    result = Result.CONTRADICTED
    if np.any(near.possible[seen]):
        result = Result.CORROBORATED if np.any(near.certain[seen]) else Result.CONSISTENT
    nearest = int(seen[np.argmin(np.where(level_known, m.slant, m.d_h)[seen])])
    return Held(form, meeting, accused, result, nearest)


def _ahead_or_above(context: Context, reporter: int) -> Told:
    """Return where the other one is ahead of the reporter's wings, or above it."""
    m = context.meetings
    ahead = under(np.abs(m.bearing[reporter]), m.error_bearing[reporter], 0.5 * np.pi)
    above = over(m.up_m if reporter == 0 else -m.up_m, m.error_v_m, 0.0)
    return ahead | above


def unmet(forms: Iterable[Reported], judged: Iterable[str]) -> list[Reported]:
    """Return the forms of which no meeting was judged; `judged`: what findings of G14 are about."""
    known = set(judged)
    return [one for one in forms if one.id not in known]
