"""D02: nobody flies over a protected site of the other party."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from armslength.agreement.depth import local_m
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.plot import F64
from armslength.domain.rule import Parameter, RuleText
from armslength.domain.visit import SITE, Visit
from armslength.engine.discipline.entry import Case, Entry, Run, between, both, runs, why_unsure
from armslength.units import FT, NM, NS

__all__ = ["TEXT", "judge", "repeated"]

LEAVE_S = 60.0
"""Who comes back over the site so soon has not been away [s]."""

TEXT = RuleText(
    "D02",
    "Overflight of a protected site",
    "Nobody flies over a site that the other party has named, within its radius and below its ceiling.",
    "The protocols of 2019: directly overhead is no more than about a mile off.",
    "The point on the ground below the aircraft comes within the radius of the site while its level is below the "
    "ceiling. One finding for each overflight and each flight of up to four within 1 NM; coming back within a minute "
    "is the same one. It is not determinable where that depends on the errors.",
    (Parameter("conduct.D02.repeated", "repeated_s", "s", "again within so long it is worse"),),
    ("the own site", "an emergency of its party told at most 30 minutes before"),
    "SEV3; SEV2 where aircraft of the same party overflew the same site within the time before",
    "the nearest offset and the level",
    "who flew over it",
    ("protected_site",),
)


def judge(case: Case) -> list[Entry]:
    """Return one entry for each time that the aircraft of a visit was possibly over its site."""
    visit = case.visit
    if visit.place.kind != SITE or visit.party == visit.place.party:
        return []
    site = case.terms.protected_sites[visit.place.number]
    offset, error = offsets(visit, site.lat, site.lon), visit.error_h_m
    radius = site.radius_m
    over = both(
        (offset - error < radius, offset < radius, offset + error < radius), between(visit, -np.inf, site.ceiling_m)
    )
    found = runs(visit, over, over, 0.0, LEAVE_S)
    return [case.entry(_finding(case, run, offset), run.first, run.last) for run in found]


def offsets(visit: Visit, lat: float, lon: float) -> F64:
    """Return the least distance over the ground from a point [deg] at each second, and until the next one [m]."""
    east, north = local_m(lat, lon, visit.lat, visit.lon)
    goes = np.append(np.diff(visit.t) < 1.5, False)
    step_e, step_n = (np.where(goes, np.append(np.diff(one), 0.0), 0.0) for one in (east, north))
    squared = step_e**2 + step_n**2
    later = np.clip(-(east * step_e + north * step_n) / np.where(squared > 0.0, squared, 1.0), 0.0, 1.0)
    return np.hypot(east + later * step_e, north + later * step_n)


def _finding(case: Case, run: Run, offset: F64) -> Finding:
    visit, site = case.visit, case.terms.protected_sites[case.visit.place.number]
    span = slice(run.first, run.last + 1)
    at = run.first + int(np.argmin(offset[span]))
    nearest, error, level = float(offset[at]), float(visit.error_h_m[at]), float(visit.level_m[at])
    height = f"at {level / FT:,.0f} ft" if np.isfinite(level) else "at an unknown level"
    says = f"It flew over {site.name}, {nearest / NM:.2f} NM off, {height}; the radius is {site.radius_m / NM:.2f} NM."
    outcome, severity = Outcome.BREACH, Severity.SEV3
    if not run.sure:
        outcome, says = Outcome.NOT_DETERMINABLE, f"{says} {_why(visit, run)}"
    if case.told.distressed(visit.party, visit.ns(run.first), visit.ns(run.last)):
        outcome, severity = Outcome.NO_BREACH, Severity.SEV4
        says += " Its party had told of an emergency: no breach."
    sigma = 2.0 * (site.radius_m - nearest) / error if error > 0.0 else None
    return Finding(
        "D02", f"{case.who.address} {visit.place.key}", outcome, severity, visit.party, visit.ns(run.first),
        visit.ns(run.last), nearest, site.radius_m, "m", (), says, first=case.who.address, margin_sigma=sigma,
    )  # fmt: skip


def _why(visit: Visit, run: Run) -> str:
    return why_unsure(visit, run.first, run.last)


def repeated(entries: Iterable[Entry], within_s: float) -> list[Entry]:
    """Return overflights in order of time, graver where the same party breached at the same site within `within_s`."""
    last: dict[tuple[str, str], int] = {}
    out = []
    for one in sorted(entries, key=lambda entry: (entry.finding.opened_ns, entry.finding.about)):
        found = one.finding
        if found.rule == "D02" and found.outcome is not Outcome.NO_BREACH:
            before = last.get((found.by, one.place))
            if before is not None and found.opened_ns - before <= round(within_s * NS):
                says = (
                    f"{found.explanation} It is not the first of its party there within {within_s / 86400.0:.0f} days."
                )
                found = replace(found, severity=Severity.SEV2, explanation=says)
            if found.outcome is Outcome.BREACH:
                last[found.by, one.place] = found.opened_ns
        out.append(replace(one, finding=found))
    return out
