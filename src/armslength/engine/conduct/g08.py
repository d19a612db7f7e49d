"""G08: who meets another one head-on turns right, or changes level, in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings, wrapped
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.attribution import BACK_S, who_knew, who_lowered
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, under
from armslength.engine.conduct.exchanged import accepted
from armslength.engine.conduct.regimes import JOIN, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import encounters
from armslength.engine.conduct.words import feet, miles, why_unsure

TEXT = RuleText(
    "G08",
    "Head-on pass without right turn",
    "Who meets an aircraft of another party head-on turns right, or changes level, while there is time.",
    "Annex 2, 3.2.2.2, recalled: who meet head-on both alter their heading to the right.",
    "When the nearest moment of two courses that differ by at least the angle is the early time away, it is predicted "
    "nearer than the distance, and the vertical distance is under its limit. A breach of both sides is that by the "
    "late time neither has turned right, nor changed level, by the least. Where the early time or the late one lies "
    "in what is not known, it is not determinable.",
    (
        Parameter("conduct.G08.course_difference", "course_difference_deg", "deg", "least angle between the courses"),
        Parameter("conduct.G08.distance", "distance_m", "m", "predicted horizontal distance"),
        Parameter("conduct.G08.vertical", "vertical_m", "m", "vertical distance"),
        Parameter("conduct.G08.early", "early_s", "s", "time before the nearest moment at which it begins"),
        Parameter("conduct.G08.late", "late_s", "s", "time before the nearest moment by which to have moved"),
        Parameter("conduct.G08.least_turn", "least_turn_deg", "deg", "least turn to the right"),
        Parameter("conduct.G08.least_level", "least_level_m", "m", "least change of level"),
    ),
    (
        "a manoeuvre, such as a vertical one, that one had proposed and the other accepted",
        "an agreed test window, an agreed join",
    ),
    "SEV2 for each; SEV3 for one that may have moved: to the left, or later, but before the nearest moment",
    "course difference, predicted distance, how far each turned and changed level, who could know",
    "each of the two: one finding for each",
    ("conduct",),
)
LONGEST_S = 300
"""Nearest moments that stay a minute and less away for longer than this [s] are none to be met head-on."""


def reach(terms: Terms) -> Reach:
    """Return what G08 must be shown: who turned at the last moment passes further apart than was predicted."""
    figures = terms.conduct["G08"]
    return Reach(3.0 * figures["distance_m"], 2.0 * figures["vertical_m"], max(BACK_S, 2.0 * figures["early_s"]))


@dataclass(frozen=True, slots=True)
class _Pass:
    """A meeting head-on.

    Attributes:
        early, late: samples. possible, certain: neither moved in time.
        unknown: what of the time is not known, as a sentence.
        turned, error: to the right, the most by the late time, of each side; two-sigma bound [deg].
        moved: whether each side may have moved anyhow, up to the nearest moment.
    """

    early: int
    late: int
    possible: bool
    certain: bool
    unknown: str
    turned: tuple[float, float]
    error: tuple[float, float]
    moved: tuple[bool, bool]


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return two findings, one for each side, for each encounter in which possibly neither moved."""
    m, figures = meetings, context.figures("G08")
    least = np.radians(figures["course_difference_deg"])
    meets = (
        ~under(m.course_difference, m.error_course_difference, least)
        & under(m.d_cpa, m.error_d_cpa, figures["distance_m"]) & under(m.d_v, m.error_v_m, figures["vertical_m"])
    ).where(context.in_area)  # fmt: skip
    ahead = (m.t_cpa <= figures["early_s"]) & (m.t_cpa > figures["late_s"])
    follows = np.append(False, m.goes_on[:-1])
    later = np.append(False, ahead[:-1] | (m.t_cpa[:-1] <= figures["late_s"]))
    at = np.flatnonzero(meets.possible & ahead & ~(follows & later))
    passes = [_pass(m, context, meets, int(i), bool(follows[i])) for i in at]
    passes = [one for one in passes if one.possible]
    early = np.array([one.early for one in passes], np.int64)
    late = np.array([one.late for one in passes], np.int64)
    out = []
    for group in encounters(m, m.of[early], early, late):
        gravest = min(group, key=lambda i: (not passes[i].certain, i))
        out += [_finding(context, passes[gravest], by) for by in (0, 1)]
    return out


def _pass(m: Meetings, context: Context, meets: Told, i: int, seen: bool) -> _Pass:
    """Return what both did from sample `i` on; `seen`: what was before it is known."""
    figures = context.figures("G08")
    end = min(int(m.start[m.of[i] + 1]), i + LONGEST_S)
    broken = np.flatnonzero(~m.goes_on[i:end])
    end = i + int(broken[0]) + 1 if len(broken) else end
    left = m.t_cpa[i:end]
    done = np.flatnonzero(left <= figures["late_s"])
    late = i + int(done[0]) if len(done) else end - 1
    over_by = np.flatnonzero(left <= 0.0)
    nearest = i + int(over_by[0]) if len(over_by) else end - 1
    unknown = ""
    if not len(done):
        unknown = f" What was flown until {figures['late_s']:.0f} s before is not known."
    if not seen:
        unknown = f" What was flown from {figures['early_s']:.0f} s before on is not all known."
    right, level = np.radians(figures["least_turn_deg"]), figures["least_level_m"]
    resolved, turned, error, moved = [], [], [], []
    for side in (0, 1):
        turn = wrapped(m.course[side, i : nearest + 1] - m.course[side, i])
        error_turn = np.hypot(m.error_course[side, i : nearest + 1], m.error_course[side, i])
        climbed = np.abs(m.level_m[side, i : nearest + 1] - m.level_m[side, i])
        rose = ~under(climbed, m.error_v_m[i : nearest + 1], level)
        by_late = slice(0, late - i + 1)
        resolved.append(_any((~under(turn, error_turn, right)) | rose, by_late))
        moved.append(_any((~under(np.abs(turn), error_turn, right)) | rose, slice(None))[0])
        most = int(np.nanargmax(turn[by_late]))
        turned.append(float(np.degrees(turn[most])))
        error.append(float(np.degrees(error_turn[most])))
    possible = bool(meets.possible[i]) and not (resolved[0][1] or resolved[1][1])
    certain = bool(meets.certain[i]) and not (resolved[0][0] or resolved[1][0]) and not unknown
    return _Pass(
        i, late, possible, certain, unknown, (turned[0], turned[1]), (error[0], error[1]), (moved[0], moved[1])
    )


def _any(told: Told, part: slice) -> tuple[bool, bool]:
    """Return whether it possibly was so at some time, and whether it certainly was."""
    return bool(np.any(told.possible[part])), bool(np.any(told.certain[part]))


def _finding(context: Context, found: _Pass, by: int) -> Finding:
    """Return the finding about one side."""
    m, figures, i = context.meetings, context.figures("G08"), found.early
    k, limit = int(m.of[i]), figures["least_turn_deg"]
    said = (
        f"The two met on courses {np.degrees(m.course_difference[i]):.0f} degrees apart, {miles(float(m.d_cpa[i]))} "
        f"predicted at the nearest, {feet(float(m.d_v[i]))} apart. "
        f"From {figures['early_s']:.0f} s to {figures['late_s']:.0f} s before, "
        f"neither turned right by {limit:.0f} degrees nor changed level by {feet(figures['least_level_m'])}; the "
        f"{('first', 'second')[by]} turned {max(found.turned[by], 0.0):.0f} degrees at most."
    )
    severity = Severity.SEV3 if found.moved[by] else Severity.SEV2
    outcome = Outcome.BREACH if found.certain else Outcome.NOT_DETERMINABLE
    if not found.certain:
        said += found.unknown or " " + why_unsure(m, found.early, found.late)
    if accepted(context, k, found.early, found.late):
        outcome, severity = Outcome.NO_BREACH, Severity.SEV4
        said += " One had proposed a manoeuvre, and the other had accepted: no breach."
    said += f" {who_lowered(m, found.late)}{who_knew(context, k, found.late)}"
    return context.find(
        TEXT, k, (found.early, found.late), outcome, severity, (max(found.turned[by], 0.0), limit, "deg"), said, by=by,
        margin_sigma=margin(found.turned[by], found.error[by], limit, breach_over=False),
    )  # fmt: skip


RULE = Rule(TEXT, judge, reach, (TEST, JOIN))
