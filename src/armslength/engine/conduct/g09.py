"""G09: nobody stays beside an aircraft of the other party without its consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, under
from armslength.engine.conduct.intercept import intercepted
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import encounters, events
from armslength.engine.conduct.words import feet, miles, why_unsure

TEXT = RuleText(
    "G09",
    "Shadowing or formation without consent",
    "Nobody stays near an aircraft of the other party on its course and at its speed, unless that was agreed.",
    "ICAO Annex 2 3.1.8 as recalled: formation only by prior arrangement, within 0.5 NM and 100 ft of the leader; "
    "shadowing of refuelling aircraft as reported, and the contact of December 2017.",
    "A shadow: nearer (slant) than the shadow distance and by less than the vertical minimum, with a relative ground "
    "speed and a difference of courses under their limits, for the shadow time without a break. A formation: the same "
    "inside the formation distances, for the formation time. Where no minima hold it is not looked at.",
    (
        Parameter("conduct.G09.shadow_distance", "shadow_distance_m", "m", "nearer than this is near"),
        Parameter("conduct.G09.shadow_time", "shadow_time_s", "s", "near for so long is a shadow"),
        Parameter("conduct.G09.relative_speed", "relative_speed_mps", "m/s", "slower past one another than this"),
        Parameter("conduct.G09.track_difference", "track_difference_deg", "deg", "courses less apart than this"),
        Parameter("conduct.G09.formation_horizontal", "formation_horizontal_m", "m", "a formation is nearer than this"),
        Parameter("conduct.G09.formation_vertical", "formation_vertical_m", "m", "and than this"),
        Parameter("conduct.G09.formation_time", "formation_time_s", "s", "for so long"),
        Parameter("conduct.G09.intercept", "intercept_s", "s", "under INTERCEPT no longer than this"),
    ),
    (
        "INTERCEPT declared and acknowledged: as long as its own limit allows",
        "an agreed join, an agreed test window",
        "aircraft of one party",
        "exempt sub-areas, and outside the area of the terms",
    ),
    "a shadow SEV3, a formation SEV2",
    "how long, the mean station, distances at the nearest, the regime",
    "whose mean station is more behind the other than beside it; nobody where they flew side by side",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class _Stay:
    """One event: its meeting, first and last sample, what it was, the limit that held, what that makes of it."""

    of: int
    first: int
    last: int
    formation: bool
    limit_s: float
    lasted_s: float
    error_s: float
    outcome: Outcome
    intercept: bool

    @property
    def weight(self) -> tuple[int, int, float, int]:
        """The greater, the graver. Among what is not determinable the shadow goes first: it is the lesser charge."""
        rank = {Outcome.BREACH: 2, Outcome.NOT_DETERMINABLE: 1, Outcome.NO_BREACH: 0}[self.outcome]
        grade = self.formation if self.outcome is Outcome.BREACH else not self.formation
        return rank, int(grade), self.lasted_s, -self.first


def reach(terms: Terms) -> Reach:
    """Return what G09 must be shown."""
    figures = terms.conduct["G09"]
    far = max(figures["shadow_distance_m"], figures["formation_horizontal_m"])
    high = max(terms.separation.vertical_m, figures["formation_vertical_m"])
    return Reach(far, high)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair and encounter in which one possibly stayed with the other."""
    m, figures = meetings, context.figures("G09")
    along = under(m.relative_speed, m.error_relative, figures["relative_speed_mps"]) & under(
        m.course_difference, m.error_course_difference, np.radians(figures["track_difference_deg"])
    )
    far = figures["shadow_distance_m"]
    # Of an unknown level the slant distance says nothing: the horizontal one must be under the limit in any case.
    near = under(m.slant, m.error_slant, far) & under(m.d_h, m.error_h_m, far)
    shadow = along & near & under(m.d_v, m.error_v_m, context.terms.separation.vertical_m)
    close = under(m.d_h, m.error_h_m, figures["formation_horizontal_m"])
    formation = along & close & under(m.d_v, m.error_v_m, figures["formation_vertical_m"])
    stays: list[_Stay] = []
    during = intercepted(context)
    for intercept, where in ((False, context.minima_hold & ~during), (True, context.minima_hold & during)):
        if np.any(where):
            stays += _stays(context, shadow.where(where), False, intercept)
            stays += _stays(context, formation.where(where), True, intercept)
    stays.sort(key=lambda one: (one.of, one.first, one.formation))
    ends = (np.array([getattr(one, name) for one in stays], np.int64) for name in ("of", "first", "last"))
    return [_finding(context, max((stays[i] for i in group), key=_weight)) for group in encounters(m, *ends)]


def _weight(stay: _Stay) -> tuple[int, int, float, int]:
    return stay.weight


def _stays(context: Context, told: Told, formation: bool, intercept: bool) -> Iterator[_Stay]:
    figures = context.figures("G09")
    least = figures["formation_time_s" if formation else "shadow_time_s"]
    found = events(context.meetings, told, least_s=least)
    limit = figures["intercept_s"] if intercept else least
    for i in range(len(found)):
        outcome = Outcome.BREACH if found.sure[i] else Outcome.NOT_DETERMINABLE
        if intercept:  # what lasts as long as its own limit is allowed, and recorded
            longer = found.certain_s[i] > limit, found.possible_s[i] > limit
            outcome = Outcome.BREACH if longer[0] else Outcome.NOT_DETERMINABLE if longer[1] else Outcome.NO_BREACH
        yield _Stay(
            int(found.of[i]), int(found.first[i]), int(found.last[i]), formation, limit, float(found.lasted_s[i]),
            float(found.error_s[i]), outcome, intercept,
        )  # fmt: skip


def _finding(context: Context, stay: _Stay) -> Finding:
    m, span = context.meetings, slice(stay.first, stay.last + 1)
    behind, beside = _station(m, span)
    by = None if abs(behind) <= beside else int(behind < 0.0)
    what = "In formation" if stay.formation else "Near and on nearly one course"
    said = f"{what} for {stay.lasted_s:.0f} s; {stay.limit_s:.0f} s are the limit"
    said += " under INTERCEPT. " if stay.intercept else ". "
    if by is None:
        said += f"They flew side by side, on average {miles(beside)} apart."
    else:
        said += f"The {('first', 'second')[by]} was on average {miles(abs(behind))} behind, {miles(beside)} beside."
    said += f" At the nearest {miles(float(np.min(m.d_h[span])))} and {feet(_least(m, span))} apart."
    severity = Severity.SEV2 if stay.formation else Severity.SEV3
    if stay.outcome is Outcome.NO_BREACH:
        severity = Severity.SEV4
        said += " No breach: INTERCEPT was in force."
    elif stay.outcome is Outcome.NOT_DETERMINABLE:
        said += f" {why_unsure(m, stay.first, stay.last)}"
    found = context.find(
        TEXT, stay.of, (stay.first, stay.last), stay.outcome, severity, (stay.lasted_s, stay.limit_s, "s"), said, by=by,
        margin_sigma=margin(stay.lasted_s, stay.error_s, stay.limit_s, breach_over=True),
    )  # fmt: skip
    return replace(found, regime=INTERCEPT) if stay.outcome is Outcome.NO_BREACH else found


def _least(m: Meetings, span: slice) -> float:
    d_v = m.d_v[span]
    return float(np.nanmin(d_v)) if np.any(np.isfinite(d_v)) else float("nan")


def _station(m: Meetings, span: slice) -> tuple[float, float]:
    """Return the mean station of the first: how far behind the second along their mean course, and beside it [m]."""
    east, north = (np.sum(v[0, span] + v[1, span]) for v in (m.v_east, m.v_north))
    speed = float(np.hypot(east, north))
    if not speed > 0.0:
        return 0.0, float(np.mean(m.d_h[span]))
    e, n = float(np.mean(m.east_m[span])), float(np.mean(m.north_m[span]))
    return float((e * east + n * north) / speed), float(abs(n * east - e * north) / speed)


RULE = Rule(TEXT, judge, reach, (TEST, JOIN))
