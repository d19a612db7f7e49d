"""G06: nobody passes close over or under an aircraft of another party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, I64
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.attribution import BACK_S, who_lowered
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, over, under
from armslength.engine.conduct.exchanged import accepted
from armslength.engine.conduct.regimes import JOIN, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import encounters
from armslength.engine.conduct.words import feet, knots, miles, why_unsure

TEXT = RuleText(
    "G06",
    "Over- or under-flight of an aircraft",
    "Nobody passes over or under an aircraft of another party, unless well clear of it.",
    "Annex 2, 3.2.2.1, recalled; passes under and over a P-8 in 2014; flares from overhead in 2023.",
    "At a passage (the moment of least horizontal distance) the horizontal distance is under the offset, the vertical "
    "one under its limit, that of uncrewed aircraft where one of the two is uncrewed, and the one moves past the other "
    "faster than the relative speed. A moment that lies where nothing is known is no passage.",
    (
        Parameter("conduct.G06.offset", "offset_m", "m", "least horizontal distance at the passage"),
        Parameter("conduct.G06.vertical", "vertical_m", "m", "least vertical distance"),
        Parameter("conduct.G06.vertical_uncrewed", "vertical_uncrewed_m", "m", "the same, where one is uncrewed"),
        Parameter("conduct.G06.relative_speed", "relative_speed_mps", "m/s", "slower than this is no passage"),
        Parameter("conduct.G06.severe", "severe_m", "m", "vertical distance below which it is worse"),
    ),
    ("a crossing that one had proposed and the other accepted", "an agreed test window, an agreed join"),
    "SEV3; SEV2 where the vertical distance was certainly under that of the worse grade",
    "when it was, both distances, the relative speed, who lowered the predicted distance",
    "nobody: which of the two passes the other is not to be seen",
    ("conduct",),
)


def reach(terms: Terms) -> Reach:
    """Return what G06 must be shown: twice as wide, with room for errors."""
    figures = terms.conduct["G06"]
    return Reach(2.0 * figures["offset_m"], 1.5 * max(figures["vertical_m"], figures["vertical_uncrewed_m"]), BACK_S)


@dataclass(frozen=True, slots=True)
class _Passages:
    """Moments of least horizontal distance, in order of time; shape (P,).

    Attributes:
        i: sample before. d_h, d_v: distances [m]. limit: of the vertical one [m]. told: the test.
    """

    i: I64
    d_h: F64
    d_v: F64
    limit: F64
    told: Told


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair and encounter, of the gravest passage."""
    found = _passages(meetings, context)
    worth = np.flatnonzero(found.told.possible)
    first = found.i[worth]
    return [
        _finding(context, found, [int(worth[i]) for i in group])
        for group in encounters(meetings, meetings.of[first], first, first + 1)
    ]


def _passages(m: Meetings, context: Context) -> _Passages:
    figures = context.figures("G06")
    goes = m.goes_on[:-1]
    east, north = np.diff(m.east_m), np.diff(m.north_m)
    squared = east * east + north * north
    with np.errstate(invalid="ignore", divide="ignore"):
        later = -(m.east_m[:-1] * east + m.north_m[:-1] * north) / squared
    # Coming nearer before and going away after it, be it within a second or on the very second between two.
    within = goes & (later > 0.0) & (later < 1.0)
    at_it = np.zeros_like(within)
    at_it[1:] = goes[:-1] & goes[1:] & (later[:-1] >= 1.0) & (later[1:] <= 0.0)
    i = np.flatnonzero(within | at_it)
    part = np.clip(later[i], 0.0, 1.0)
    d_h = np.hypot(m.east_m[i] + part * east[i], m.north_m[i] + part * north[i])
    d_v = np.abs(m.up_m[i] + part * (m.up_m[i + 1] - m.up_m[i]))
    uncrewed = (context.uncrewed(0) | context.uncrewed(1))[i]
    limit = np.where(uncrewed, figures["vertical_uncrewed_m"], figures["vertical_m"])
    told = (
        under(d_h, m.error_h_m[i], figures["offset_m"]) & under(d_v, m.error_v_m[i], limit)
        & over(m.relative_speed[i], m.error_relative[i], figures["relative_speed_mps"])
    ).where(context.in_area[i])  # fmt: skip
    return _Passages(i, d_h, d_v, limit, told)


def _finding(context: Context, found: _Passages, group: Sequence[int]) -> Finding:
    """Return the finding about one encounter: of its passages the surest and nearest counts."""
    m, figures, told = context.meetings, context.figures("G06"), found.told

    def grave(p: int) -> tuple[bool, bool, float, float, int]:
        severe = bool(found.d_v[p] + m.error_v_m[found.i[p]] < figures["severe_m"])
        ratio = float(np.nan_to_num(found.d_v[p] / found.limit[p], nan=0.0))
        return bool(told.certain[p]), severe and bool(told.certain[p]), -ratio, -float(found.d_h[p]), -p

    worst = max(group, key=grave)
    certain, severe = grave(worst)[:2]
    i, d_h, d_v = int(found.i[worst]), float(found.d_h[worst]), float(found.d_v[worst])
    k, limit = int(m.of[i]), float(found.limit[worst])
    outcome, severity = Outcome.BREACH, Severity.SEV2 if severe else Severity.SEV3
    up = float(m.up_m[i])
    how = "over" if up > 0.0 else "under"
    said = f"The second passed {how} the first" if abs(up) > 0.0 else "The two passed each other"
    said += (
        f" {feet(d_v)} apart, {miles(d_h)} beside, at {knots(float(m.relative_speed[i]))} to each other. The limits "
        f"are {feet(limit)} and {miles(figures['offset_m'])}."
    )
    if not certain:
        outcome = Outcome.NOT_DETERMINABLE
        said += " " + why_unsure(m, i, i + 1)
    if accepted(context, k, i, i):
        outcome, severity = Outcome.NO_BREACH, Severity.SEV4
        said += " One had proposed how to cross, and the other had accepted: no breach."
    measured, bound = (d_v, limit, "m"), float(m.error_v_m[i])
    if not d_v / limit >= d_h / figures["offset_m"]:
        measured, bound = (d_h, figures["offset_m"], "m"), float(m.error_h_m[i])
    return context.find(
        TEXT, k, (i, i + 1), outcome, severity, measured, f"{said} {who_lowered(m, i)}",
        margin_sigma=margin(measured[0], bound, measured[1], breach_over=False),
    )  # fmt: skip


RULE = Rule(TEXT, judge, reach, (TEST, JOIN))
