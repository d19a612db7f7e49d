"""What rules about places share: three masks from bounds, runs of them, and findings with the flight they are of.

A test is three masks over the samples of a visit: possible (all errors for it), as measured, certain (all errors
against it). An entry is a run of what is possible; it is sure where a run of what is certain lies in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding
from armslength.domain.plot import F64, I64, Bool
from armslength.domain.visit import Distress, Notice, Visit
from armslength.kernel.holding import held
from armslength.units import NS

Masks = tuple[Bool, Bool, Bool]
"""Possible, as measured, certain."""
DISTRESS_S = 1800.0
"""Who told of an emergency is not held to places for so long [s]."""


@dataclass(frozen=True)
class Told:
    """What was told of places beforehand; the same on both sides, in order of time."""

    notices: tuple[Notice, ...] = ()
    distress: tuple[Distress, ...] = ()

    def distressed(self, party: str, since_ns: int, until_ns: int) -> bool:
        """Return whether `party` told of an emergency between, or at most DISTRESS_S before [UTC ns]."""
        least = since_ns - round(DISTRESS_S * NS)
        return any(one.by == party and least <= one.at_ns <= until_ns for one in self.distress)


@dataclass(frozen=True)
class Entry:
    """A finding about one visit, with what tells whether others flew with it.

    Attributes:
        finding: about this aircraft alone. place: its key.
        address, uncrewed: of the aircraft.
        seconds: UTC [s]. lat, lon: [deg]; where it was, shape (N,).
    """

    finding: Finding
    place: str
    address: str
    uncrewed: bool
    seconds: I64
    lat: F64
    lon: F64


@dataclass(frozen=True)
class Who:
    """One aircraft: its address, and whether nobody is on board."""

    address: str
    uncrewed: bool = False


@dataclass(frozen=True)
class Case:
    """A visit with all that a rule may look at."""

    visit: Visit
    who: Who
    terms: Terms
    told: Told = field(default_factory=Told)

    def entry(self, finding: Finding, first: int, last: int) -> Entry:
        """Return a finding about the samples from `first` to `last`."""
        v, span = self.visit, slice(first, last + 1)
        seconds = np.round(v.t[span]).astype(np.int64) + v.epoch_ns // NS
        return Entry(finding, v.place.key, self.who.address, self.who.uncrewed, seconds, v.lat[span], v.lon[span])


def deeper(visit: Visit, than_m: float) -> Masks:
    """Return where it is further inside the place than that [m], over the ground."""
    depth, error = visit.depth_m, visit.error_h_m
    return depth + error > than_m, depth > than_m, depth - error > than_m


def between(visit: Visit, floor_m: float, ceiling_m: float) -> Masks:
    """Return where its level is between two [m]; a level that is not known may be any."""
    level, error = visit.level_m, visit.error_v_m
    any_level = np.full(len(visit), floor_m == -np.inf and ceiling_m == np.inf)
    possible = ~((level + error < floor_m) | (level - error > ceiling_m))
    nominal = (level >= floor_m) & (level <= ceiling_m)
    certain = (level - error >= floor_m) & (level + error <= ceiling_m)
    return possible, nominal | any_level, certain | any_level


def both(one: Masks, other: Masks) -> Masks:
    """Return where both tests hold."""
    return one[0] & other[0], one[1] & other[1], one[2] & other[2]


def where(test: Masks, mask: Bool) -> Masks:
    """Return a test only where `mask`."""
    return test[0] & mask, test[1] & mask, test[2] & mask


@dataclass(frozen=True)
class Run:
    """A run of what is possible: first and last sample; the longest certain run in it [s], NaN where there is none."""

    first: int
    last: int
    certain_s: float

    @property
    def sure(self) -> bool:
        """Whether a certain run lies in it."""
        return not np.isnan(self.certain_s)


def runs(visit: Visit, enter: Masks, hold: Masks, settle_s: float, leave_s: float) -> list[Run]:
    """Return the runs of a test.

    Args:
        enter: begins one when it has held for more than `settle_s` without a break. hold: the wider test that keeps it.
        leave_s: how long `hold` must fail, or nothing be known, to end it [s].
    """
    possible, certain = (_runs(visit, enter[i], hold[i], settle_s, leave_s) for i in (0, 2))
    out = []
    for first, last in possible:
        inside = [visit.t[b] - visit.t[a] for a, b in certain if first <= a <= last]
        out.append(Run(first, last, float(max(inside, default=np.nan))))
    return out


def _runs(visit: Visit, enter: Bool, hold: Bool, settle_s: float, leave_s: float) -> Sequence[tuple[int, int]]:
    start = np.array([0, len(visit)], np.int64)
    settle = np.full(len(visit), settle_s + 0.5 if settle_s else 0.0)  # samples stand on whole seconds: more than that
    first, last, _ = held(start, visit.t, enter, hold, settle, leave_s)
    return list(zip(first.tolist(), last.tolist(), strict=True))


def why_unsure(visit: Visit, first: int, last: int) -> str:
    """Return what kept it from being determined, as a sentence."""
    span = slice(first, last + 1)
    area = visit.place.area
    if np.any(np.isnan(visit.level_m[span])) and (np.isfinite(area.floor_m) or np.isfinite(area.ceiling_m)):
        return "Its level is not known."
    return "It is nearer to the limit than the two-sigma errors."
