"""A provisional grade of what happened, with what it was made of: a RAT-like score, and an Airprox-like letter.

    score = separation kept + rate of closure + controllability;  A from 31, B from 18, C from 10, E below

After the EUROCONTROL Risk Analysis Tool as it is recalled: the steps of separation (1, 3, 7, 10 points at 75, 50 and
25 % of the minima) and of closure (85, 205, 700 kt) and the totals are its own; what counts as controllability is
proposed here, from what two posts can know of each other. D is forced where the two sides' recordings contradict each
other beyond their bounds, or nobody has one; E where the distance was kept. It is for persons to set the final one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from armslength.domain.case import Grade, Letter
from armslength.units import KT

__all__ = ["Controls", "Held", "Measured", "provisional"]

SEPARATION = ((0.75, 1), (0.50, 3), (0.25, 7), (0.0, 10))
"""Points where more than that share of the minima was kept."""
CLOSURE_KT = ((700.0, 5), (205.0, 4), (85.0, 2), (0.0, 1))
"""Points where they closed faster than that [kt]."""
LETTERS = ((31, Letter.A), (18, Letter.B), (10, Letter.C), (0, Letter.E))


class Held(StrEnum):
    """Whether something that keeps aircraft apart held."""

    WELL = "WELL"
    PARTLY = "PARTLY"
    NOT = "NOT"
    UNKNOWN = "UNKNOWN"


_POINTS: Mapping[str, Mapping[Held, int]] = {
    "notice or block": {Held.WELL: 0, Held.PARTLY: 2, Held.NOT: 3, Held.UNKNOWN: 1},
    "alert in time": {Held.WELL: 0, Held.PARTLY: 3, Held.NOT: 5, Held.UNKNOWN: 2},
    "call answered": {Held.WELL: 0, Held.PARTLY: 3, Held.NOT: 5, Held.UNKNOWN: 2},
    "crews acted": {Held.WELL: 0, Held.PARTLY: 5, Held.NOT: 10, Held.UNKNOWN: 5},
}
"""Points of controllability: acted by WELL both or as agreed, PARTLY one alone, NOT nobody."""


@dataclass(frozen=True, slots=True)
class Controls:
    """Whether what keeps aircraft apart held."""

    notice: Held = Held.UNKNOWN
    alert: Held = Held.UNKNOWN
    answered: Held = Held.UNKNOWN
    acted: Held = Held.UNKNOWN

    def by_name(self) -> dict[str, Held]:
        """Return each by what it is called."""
        return dict(zip(_POINTS, (self.notice, self.alert, self.answered, self.acted), strict=True))


@dataclass(frozen=True, slots=True)
class Measured:
    """What the recording of one side shows.

    Attributes:
        by: the party whose recording it is.
        share: least over time of the larger of the two shares of the minima kept.
        low, high: two-sigma bounds of it.
        closure_mps: rate at which they closed before [m/s]; NaN where it is not known.
        d_h_m, d_v_m: distances at that moment [m]; NaN where the level is not known.
    """

    by: str
    share: float
    low: float
    high: float
    closure_mps: float
    d_h_m: float
    d_v_m: float


def provisional(measured: Sequence[Measured], controls: Controls) -> Grade:
    """Return the grade that follows from what each side measured; `measured` in any order, empty where nobody did."""
    inputs = _inputs(measured, controls)
    known = sorted((one for one in measured if isfinite(one.share)), key=lambda one: (one.share, one.by))
    if not known:
        return Grade(Letter.D, -1, inputs, ("Nobody recorded both aircraft: it cannot be determined.",))
    if max(one.low for one in known) > min(one.high for one in known):
        says = "The two recordings contradict each other beyond their bounds: it cannot be determined."
        return Grade(Letter.D, -1, inputs, (says,))
    worst = known[0]
    if worst.low >= 1.0:
        return Grade(Letter.E, 0, inputs, ("The agreed distance was kept, by every recording.",))
    kept = _points(SEPARATION, worst.share)
    closes = max((one.closure_mps for one in known if isfinite(one.closure_mps)), default=0.0) / KT
    closing = _points(CLOSURE_KT, closes)
    control = sum(_POINTS[name][held] for name, held in controls.by_name().items())
    score = kept + closing + control
    why: tuple[str, ...] = (
        f"{worst.share:.0%} of the minima kept, by the recording of {worst.by}: {kept}.",
        f"Closing at {closes:.0f} kt: {closing}.",
        f"Controllability: {control} of 23; what is not known counts as half.",
    )
    best = _points(SEPARATION, min(one.high for one in known)) + closing + control
    least = _points(SEPARATION, max(one.low for one in known)) + closing + control
    if _letter(best) is not _letter(least):
        why = (*why, f"Within the bounds it could be {_letter(best).value} to {_letter(least).value}.")
    return Grade(_letter(score), score, inputs, why)


def _points(steps: Sequence[tuple[float, int]], value: float) -> int:
    return next((points for above, points in steps if value > above), steps[-1][1])


def _letter(score: int) -> Letter:
    return next(letter for least, letter in LETTERS if score >= least)


def _inputs(measured: Sequence[Measured], controls: Controls) -> dict[str, str]:
    out: dict[str, str] = {}
    for one in sorted(measured, key=lambda one: one.by):
        out |= {
            f"share of {one.by}": f"{one.share:.3f} ({one.low:.3f} to {one.high:.3f})",
            f"d_h_m of {one.by}": f"{one.d_h_m:.0f}",
            f"d_v_m of {one.by}": f"{one.d_v_m:.0f}",
            f"closure_kt of {one.by}": f"{one.closure_mps / KT:.0f}",
        }
    return out | {name: held.value for name, held in controls.by_name().items()}
