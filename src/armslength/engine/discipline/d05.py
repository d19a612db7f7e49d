"""D05: what is flown is what was declared: there, and then."""

from __future__ import annotations

import numpy as np

from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.plot import I64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.domain.visit import Notice
from armslength.engine.discipline.d04 import LEAST_S, covered, in_time, notice_of
from armslength.engine.discipline.entry import Case, Entry, Masks, between, both, deeper, runs
from armslength.units import FT, NM, NS

__all__ = ["TEXT", "judge"]

GAP_S = 60.0
"""Who comes back into the volume so soon has not been away [s]."""

TEXT = RuleText(
    "D05",
    "Declared and flown do not match",
    "An activity is flown where and when it was declared.",
    "The notice of September 2018, as one side told it: in the north it was to be, and was in the west.",
    "The aircraft of an activity are those that its notice names; where it names none, those of its party that were "
    "certainly in the volume within its time. It is a breach to be outside the volume by more than the distance, or "
    "the vertical distance, between the first and the last moment in it within the time; for an aircraft that is named "
    "also never to be nearer within the time; and to be in it without a break from the time until longer after its "
    "end, or from longer before its beginning. Of an aircraft that is not named, it is not known that an excursion "
    "belonged to it: not determinable.",
    (
        Parameter("conduct.D05.distance", "distance_m", "m", "so far outside the volume it does not count yet"),
        Parameter("conduct.D05.vertical", "vertical_m", "m", "so far above or below it does not count yet"),
        Parameter("conduct.D05.time", "time_s", "s", "so long before and after its time it does not count yet"),
    ),
    (
        "the way to the volume and home",
        "what another notice of the same party covers that was received by then: an amended notice",
    ),
    "SEV2",
    "the declared volume and time, where and when it was flown",
    "who told of the activity",
    ("conduct",),
)


def judge(case: Case) -> list[Entry]:
    """Return at most one entry: the gravest of what does not match."""
    notice, visit = notice_of(case), case.visit
    if notice is None or visit.party != notice.by:
        return []
    if notice.aircraft is not None and case.who.address not in notice.aircraft:
        return []
    free = ~covered(case, notice)
    inside = both(deeper(visit, 0.0), between(visit, notice.area.floor_m, notice.area.ceiling_m))
    during = in_time(case, notice)
    found = _elsewhere(case, notice, inside, during, free) or _at_another_time(case, notice, inside, during, free)
    return [] if found is None else [found]


def _outside(case: Case, notice: Notice) -> Masks:
    """Return where it is outside the volume by more than the distances."""
    v, figures = case.visit, case.terms.conduct["D05"]
    low, high = notice.area.floor_m - figures["vertical_m"], notice.area.ceiling_m + figures["vertical_m"]

    def told(sign: float) -> Bool:
        far = v.depth_m - sign * v.error_h_m < -figures["distance_m"]
        level = sign * v.error_v_m
        return far | (v.level_m + level > high) | (v.level_m - level < low)

    return told(1.0), told(0.0), told(-1.0)


def _elsewhere(case: Case, notice: Notice, inside: Masks, during: Bool, free: Bool) -> Entry | None:
    visit, named = case.visit, notice.aircraft is not None
    there = np.flatnonzero(inside[2] & during)
    outside = _outside(case, notice)
    if len(there):
        span = np.zeros(len(visit), np.bool_)
        span[there[0] : there[-1] + 1] = True
        possible, certain = (np.flatnonzero(outside[i] & span & during & free) for i in (0, 2))
        if not len(possible) or not (named or len(certain)):
            return None
        at = certain if len(certain) else possible
        outcome = Outcome.BREACH if named and len(certain) else Outcome.NOT_DETERMINABLE
        why = "It is nearer to the limit than the two-sigma errors." if named else "Its notice names no aircraft."
        return _entry(case, notice, at, outcome, "It left the declared volume and came back to it.", why)
    flown = np.flatnonzero(during & free)
    if not named or len(flown) < LEAST_S or np.any(inside[0] & during) or not np.all(outside[0][flown]):
        return None
    outcome = Outcome.BREACH if np.all(outside[2][flown]) else Outcome.NOT_DETERMINABLE
    why = "It is nearer to the limit than the two-sigma errors."
    return _entry(case, notice, flown, outcome, "In its declared time it was never in the declared volume.", why)


def _entry(case: Case, notice: Notice, at: I64, outcome: Outcome, what: str, why: str) -> Entry:
    visit, figures = case.visit, case.terms.conduct["D05"]
    first, last = int(at[0]), int(at[-1])
    far = float(np.max(-visit.depth_m[at]))
    height = visit.level_m[at]
    off = float(np.nanmax(np.fmax(height - notice.area.ceiling_m, notice.area.floor_m - height), initial=-np.inf))
    value, limit, off_words = far, figures["distance_m"], f"{max(far, 0.0) / NM:.1f} NM beside it"
    if far <= figures["distance_m"] and np.isfinite(off):
        value, limit, off_words = off, figures["vertical_m"], f"{off / FT:,.0f} ft above or below it"
    says = f"{what} It was up to {off_words}."
    if outcome is Outcome.NOT_DETERMINABLE:
        says += f" {why}"
    error = float(np.max(visit.error_h_m[at]))
    sigma = 2.0 * (value - limit) / error if error > 0.0 and value == far else None
    return case.entry(_finding(case, notice, outcome, (first, last), (value, limit, "m"), says, sigma), first, last)


def _at_another_time(case: Case, notice: Notice, inside: Masks, during: Bool, free: Bool) -> Entry | None:
    visit, limit = case.visit, case.terms.conduct["D05"]["time_s"]
    if not np.any(inside[2] & during):
        return None
    stays = (inside[0] & (free | during), inside[1], inside[2] & (free | during))
    for run in runs(visit, stays, stays, 0.0, GAP_S):
        span = slice(run.first, run.last + 1)
        if not np.any(during[span]):
            continue
        late = (visit.ns(run.last) - notice.until_ns) / NS
        early = (notice.from_ns - visit.ns(run.first)) / NS
        most = max(late, early)
        if most <= limit:
            continue
        sure = np.flatnonzero(inside[2][span] & ~during[span]) + run.first
        beyond = [s for s in sure.tolist() if _beyond(visit.ns(s), notice) > limit]
        outcome = Outcome.BREACH if beyond else Outcome.NOT_DETERMINABLE
        side = "after its end" if late >= early else "before its beginning"
        says = f"It was in the declared volume {most:.0f} s {side}; {limit:.0f} s do not count yet."
        if outcome is Outcome.NOT_DETERMINABLE:
            says += " It is nearer to the limit than the two-sigma errors."
        found = _finding(case, notice, outcome, (run.first, run.last), (most, limit, "s"), says, None)
        return case.entry(found, run.first, run.last)
    return None


def _beyond(at_ns: int, notice: Notice) -> float:
    """Return how long before or after its time a moment is [s]."""
    return max(at_ns - notice.until_ns, notice.from_ns - at_ns) / NS


def _finding(
    case: Case, notice: Notice, outcome: Outcome, span: tuple[int, int], measured: tuple[float, float, str],
    says: str, sigma: float | None,
) -> Finding:  # fmt: skip
    visit, address = case.visit, case.who.address
    value, limit, unit = measured
    return Finding(
        "D05", f"{address} {notice.id}", outcome, Severity.SEV2, notice.by, visit.ns(span[0]), visit.ns(span[1]),
        value, limit, unit, (notice.id,), says, first=address, margin_sigma=sigma,
    )  # fmt: skip
