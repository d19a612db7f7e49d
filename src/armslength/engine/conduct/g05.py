"""G05: nobody crosses close ahead of another one's nose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, I64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.attribution import BACK_S, converging_since, lowered, right_of_way, who_knew, who_lowered
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import STEPS_M, Told, margin, over, sure, under
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import encounters
from armslength.engine.conduct.words import feet, miles, why_unsure

TEXT = RuleText(
    "G05",
    "Crossing the nose",
    "Nobody crosses ahead of an aircraft of another party nearer than the distance, or so that it is there within the "
    "gap.",
    "A fighter across the nose of an AWACS in autumn 2016, and of a large aircraft on 17 October 2016, under half a "
    "mile, jet wash felt; the P-8 of 2014. Annex 2, 3.2.2.1: not over, under or in front unless well clear, recalled.",
    "The track of one crosses the line ahead of the nose of the other (its course over the ground; no wind is known): "
    "the bearing passes through zero and is within the limit a second before and after (or more, where it is so near "
    "that one second of flight makes it more), the one that crosses moves across itself, at an angle of at least the "
    "limit between the lines of both courses, at most the vertical distance apart. A breach is to be nearer ahead "
    "than the distance, or sooner reached at the other's speed than the gap; nearer than the distance to warn at is "
    "recorded and no breach. No breach either where the one that crossed had the right of way by Annex 2 since they "
    "converged, and the other one lowered the predicted distance over the last 120 s by more than the distance of the "
    "worse grade and by more than the one that crossed.",
    (
        Parameter("conduct.G05.distance", "distance_m", "m", "least distance ahead"),
        Parameter("conduct.G05.gap", "gap_s", "s", "least time until the other one is there"),
        Parameter("conduct.G05.warn", "warn_m", "m", "distance ahead below which a crossing is recorded"),
        Parameter("conduct.G05.severe", "severe_m", "m", "distance ahead below which it is worse"),
        Parameter("conduct.G05.bearing", "bearing_deg", "deg", "greatest bearing before and after"),
        Parameter("conduct.G05.crossing_angle", "crossing_angle_deg", "deg", "least angle between the courses"),
        Parameter("conduct.G05.vertical", "vertical_m", "m", "greatest vertical distance"),
    ),
    ("the one that crosses has the right of way and the other one was the closer",),
    "SEV2; SEV1 where it was certainly nearer than the distance of the worse grade; SEV4 where it is only recorded, "
    "and of what is not determinable where as measured it was none: behind, far enough, or by levels within 50 ft of "
    "the vertical distance, as 1,000 ft between two cruising levels are",
    "where and when it crossed, distance ahead and time with their bounds, who lowered the distance",
    "the one that crosses",
    ("conduct",),
)
FASTEST = 400.0
"""Nothing that is crossed flies faster over the ground [m/s]: 778 kt."""


def reach(terms: Terms) -> Reach:
    """Return what G05 must be shown; levels with room for their errors."""
    return Reach(_far(terms), 2.0 * terms.conduct["G05"]["vertical_m"], BACK_S)


def _far(terms: Terms) -> float:
    """Return how far ahead a crossing is looked at, as measured [m]."""
    figures = terms.conduct["G05"]
    return max(figures["warn_m"], figures["distance_m"], figures["gap_s"] * FASTEST)


@dataclass(frozen=True, slots=True)
class _Crossings:
    """Crossings of the line through the nose of one side, in order of time; shape (C,).

    Attributes:
        i: sample before. x, error_x: how far ahead of the nose [m], behind negative; two-sigma bound.
        g, error_g: how long until the other one is there [s]. d_v: vertical distance [m].
        angle: between both courses [rad]. crosses: everything but the distances. breach: the distances as well.
        measured: a breach as measured, by levels too, whose steps are no nearness.
    """

    i: I64
    x: F64
    error_x: F64
    g: F64
    error_g: F64
    d_v: F64
    angle: F64
    crosses: Told
    breach: Told
    measured: Bool


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each encounter and ordered pair, of the gravest crossing."""
    out = []
    for by in (0, 1):
        found = _crossings(meetings, context, by)
        worth = np.flatnonzero(found.breach.possible | (found.crosses.nominal & _recorded(found, context)))
        first = found.i[worth]
        for group in encounters(meetings, meetings.of[first], first, first + 1):
            out.append(_finding(context, found, [int(worth[i]) for i in group], by))
    return out


def _recorded(found: _Crossings, context: Context) -> Bool:
    out: Bool = found.x < context.figures("G05")["warn_m"]
    return out


def _crossings(m: Meetings, context: Context, by: int) -> _Crossings:
    """Return where the track of `by` crosses the line of the other one's course, ahead or possibly ahead."""
    figures, of, turned = context.figures("G05"), 1 - by, (1.0, -1.0)[by == 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        nose_e, nose_n = m.v_east[of] / m.speed[of], m.v_north[of] / m.speed[of]
    ahead = turned * (m.east_m * nose_e + m.north_m * nose_n)
    across = turned * (m.east_m * nose_n - m.north_m * nose_e)
    right = across > 0.0
    changes = np.zeros(len(m.t), np.bool_)
    changes[:-1] = (right[1:] != right[:-1]) & ~np.isnan(across[1:] + across[:-1])
    far = _far(context.terms)
    i = np.flatnonzero(changes & m.goes_on & (ahead < 2.0 * far) & (ahead > -2.0 * far))
    x = ahead[i] - across[i] * (ahead[i + 1] - ahead[i]) / (across[i + 1] - across[i])
    i, x = i[np.abs(x) < far], x[np.abs(x) < far]
    step, along = across[i + 1] - across[i], ahead[i + 1] - ahead[i]
    later = -across[i] / step
    error_h, nose = m.error_h_m[i], m.error_course[of][i]
    error_x = np.hypot(error_h, np.abs(along / step) * np.hypot(error_h, np.abs(x) * nose))
    with np.errstate(invalid="ignore", divide="ignore"):
        g = x / m.speed[of][i]
        error_g = np.hypot(error_x, g * m.error_speed[of][i]) / m.speed[of][i]
    d_v = np.abs(m.up_m[i] + later * (m.up_m[i + 1] - m.up_m[i]))
    angle, error_angle = m.course_difference[i], m.error_course_difference[i]
    # The one that crosses must move across; else it was the other one that swung its nose past it.
    moves = np.sign(step) * (m.v_east[by][i] * nose_n[i] - m.v_north[by][i] * nose_e[i])
    error_moves = np.hypot(m.error_speed[by][i], m.speed[by][i] * nose)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = np.hypot(step, along) / x
    widest = np.where(near < 1.0, np.radians(figures["bearing_deg"]) + np.arcsin(np.clip(near, 0.0, 1.0)), np.pi)
    bearing = np.maximum(*(np.abs(np.arctan2(across[j], ahead[j])) for j in (i, i + 1)))
    least = np.radians(figures["crossing_angle_deg"])
    crosses = (
        over(x, error_x, 0.0) & over(moves, error_moves, 0.0) & sure((bearing <= widest) | (x <= 0.0))
        & ~under(angle, error_angle, least) & ~over(angle, error_angle, np.pi - least)
        & ~over(d_v, m.error_v_m[i], figures["vertical_m"])
    ).where(context.in_area[i])  # fmt: skip
    too_near = under(x, error_x, figures["distance_m"]) | under(g, error_g, figures["gap_s"])
    breach = crosses & too_near
    measured = breach.nominal & ~(d_v > figures["vertical_m"] - STEPS_M)
    return _Crossings(i, x, error_x, g, error_g, d_v, angle, crosses, breach, measured)


def _exempt(m: Meetings, i: int, by: int, least_m: float) -> tuple[bool, bool, str]:
    """Return whether the exception possibly and certainly holds, and what is to be said of it."""
    side, certain = right_of_way(m, converging_since(m, i))
    possible_more, _, certain_more = lowered(m, i).more(1 - by, least_m)
    said = ""
    if side is not None:
        said = f" By Annex 2, advisory, the {('first', 'second')[side]} had the right of way."
    return (side == by or not certain) and possible_more, side == by and certain and certain_more, said


def _finding(context: Context, found: _Crossings, group: Sequence[int], by: int) -> Finding:
    """Return the finding about one encounter: of its crossings the gravest counts."""
    m, figures = context.meetings, context.figures("G05")
    told = found.breach

    def grave(k: int) -> tuple[bool, bool, bool, float, int]:
        return not told.certain[k], not found.measured[k], not told.possible[k], abs(float(found.x[k])), k

    worst = min(group, key=grave)
    i, x, error_x = int(found.i[worst]), float(found.x[worst]), float(found.error_x[worst])
    g, error_g = float(found.g[worst]), float(found.error_g[worst])
    names = ("first", "second")
    how = (
        f"ahead of the {names[1 - by]}, {g:.1f} s (+- {error_g:.1f} s) before it"
        if x >= 0.0 else f"behind the {names[1 - by]} as measured, possibly ahead of it"
    )  # fmt: skip
    said = (
        f"The {names[by]} crossed {miles(abs(x))} (+- {miles(error_x)}) {how}, "
        f"{feet(float(found.d_v[worst]))} apart, at an angle of {np.degrees(found.angle[worst]):.0f} degrees."
    )
    severity, outcome = Severity.SEV2, Outcome.BREACH
    if not told.possible[worst]:
        severity, outcome = Severity.SEV4, Outcome.NO_BREACH
        said += f" Nearer than {miles(figures['warn_m'])}, and neither too near nor too soon: no breach."
    else:
        possible, certain, way = _exempt(m, i, by, figures["severe_m"])
        said += f"{way} {who_lowered(m, i)}{who_knew(context, int(m.of[i]), i)}"
        if certain:
            severity, outcome = Severity.SEV4, Outcome.NO_BREACH
            said += f" The {names[1 - by]} was the closer: no breach."
        elif possible or not told.certain[worst]:
            outcome = Outcome.NOT_DETERMINABLE
            said += " " + (
                "Whether it had the right of way and the other one was the closer is not certain."
                if told.certain[worst] else why_unsure(m, i, i + 1)
            )  # fmt: skip
        if not told.certain[worst] and not found.measured[worst] and outcome is Outcome.NOT_DETERMINABLE:
            severity = Severity.SEV4
            said += " As measured it was none."
        if severity is Severity.SEV2 and x + error_x < figures["severe_m"] and told.certain[worst]:
            severity = Severity.SEV1
    measured, bound = (x, figures["distance_m"], "m"), error_x
    if x - error_x >= figures["distance_m"] and told.possible[worst]:
        measured, bound = (g, figures["gap_s"], "s"), error_g
    return context.find(
        TEXT, int(m.of[i]), (i, i + 1), outcome, severity, measured, said, by=by,
        margin_sigma=margin(measured[0], bound, measured[1], breach_over=False),
    )  # fmt: skip


RULE = Rule(TEXT, judge, reach)
