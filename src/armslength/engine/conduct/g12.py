"""G12: no abrupt manoeuvre towards the other one's way while near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armslength.agreement.articles_conduct import Rule as Agreed
from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings, wrapped
from armslength.domain.plot import F64, I64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, over, under
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import Events, encounters, events
from armslength.engine.conduct.told import concerns
from armslength.engine.conduct.words import miles, why_unsure
from armslength.units import FPM, G0, NS

AHEAD_S = 60.0
"""How far ahead the nearest distance is predicted [s]: at 3 NM it counts from a closure of 180 kt on."""
STEADY_S = 4.0
"""So much before the time in which it is abrupt the velocity before is taken: a velocity is one of several seconds."""
KNOWN_S = 60.0
"""A manoeuvre so soon after it was asked for, proposed or announced answers to it [s]."""
PROPOSED, ANNOUNCED = frozenset({"PRP"}), frozenset({"PRP", "CLB", "DSC", "TRN"})
"""Messages after which who had them, or who sent them, manoeuvres as both know."""
UNITS = ("deg", "m/s", "m/s2")


@dataclass(frozen=True, slots=True)
class _Flown:
    """How one side (`by`) manoeuvres over the time up to each sample.

    Attributes:
        before: the sample at which that time begins; -1 where it is not known without a break, shape (N,).
        measured, bound: change of course [deg], of vertical rate [m/s], lateral acceleration [m/s2]; shape (3, N).
        limits: of each.
        apart_s: time between its plots, at most [s]. fine: plots and bounds are good enough to tell; shape (N,).
    """

    by: int
    before: I64
    measured: F64
    bound: F64
    limits: tuple[float, float, float]
    apart_s: F64
    fine: Bool


TEXT = RuleText(
    "G12",
    "Abrupt manoeuvre near the other",
    "Near an aircraft of the other party nobody turns, climbs, descends or pulls abruptly so that the two come nearer.",
    "The roll over a patrol aircraft of August 2014; reports of erratic flight and poor control.",
    "Near is a slant distance under the distance and a vertical distance under the minimum. Abrupt is a course that "
    "changes by more than the turn, or a vertical rate that changes by more than the rate, within the time; or a turn "
    "that takes more than the load. It lowers the distance if the nearest slant distance within the next 60 s, both "
    "flying straight on from the end of the manoeuvre, is less with the velocity after it than with that before. "
    "Where the plots of who manoeuvres are further apart than the interval, or the course is not known better than "
    "the turn, it is not determinable; then it is a finding only if it is so as measured.",
    (
        Parameter("conduct.G12.distance", "distance_m", "m", "slant distance that is near"),
        Parameter("conduct.G12.turn", "turn_deg", "deg", "change of course that is abrupt"),
        Parameter("conduct.G12.vertical_rate", "vertical_rate_mps", "m/s", "change of vertical rate that is abrupt"),
        Parameter("conduct.G12.within", "within_s", "s", "within so long"),
        Parameter("conduct.G12.load", "load_mps2", "m/s2", "load of a turn that is abrupt"),
        Parameter("conduct.G12.update_every", "update_every_s", "s", "plots may be so far apart"),
        Parameter("separation.vertical", "separation.vertical_m", "m", "vertical distance that is near"),
    ),
    (
        "a manoeuvre that does not lower the distance",
        "a manoeuvre that was asked for or proposed by the other side, or announced, at most 60 s before: no breach",
        "no regime relaxes it",
    ),
    "SEV2; SEV4 of what answers to advice",
    "velocities before and after, the interval between plots, predicted distances",
    "who manoeuvres",
    ("conduct",),
)


def reach(terms: Terms) -> Reach:
    """Return what G12 must be shown."""
    figures = terms.conduct["G12"]
    return Reach(figures["distance_m"], terms.separation.vertical_m, figures["within_s"] + STEADY_S + 4.0)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each encounter and each aircraft that possibly manoeuvred abruptly in it."""
    figures = context.figures("G12")
    near = under(meetings.slant, meetings.error_slant, figures["distance_m"])
    near &= under(meetings.d_v, meetings.error_v_m, context.terms.separation.vertical_m)
    before, steady = (_before(meetings, figures["within_s"] + more) for more in (0.0, STEADY_S))
    steady = np.where(steady >= 0, steady, before)
    out = []
    for by in (0, 1):
        flown = _flown(meetings, figures, by, before)
        told = near & _abrupt(flown) & _lowers(meetings, by, steady)
        # What plots too far apart may hide could be anything: there only what was measured is looked at.
        told = Told(np.where(flown.fine, told.possible, told.nominal), told.nominal, told.certain & flown.fine)
        found = events(meetings, told.where(before >= 0), leave_s=figures["within_s"])
        for group in encounters(meetings, found.of, found.first, found.last):
            out.append(_finding(context, found, group, flown))
    return out


def _before(m: Meetings, within_s: float) -> I64:
    """Return the sample `within_s` before each one; -1 where that is not known without a break."""
    back = max(round(within_s), 1)
    at = np.arange(len(m.t)) - back
    known = at >= 0
    known[known] = (m.of[at[known]] == m.of[known]) & (m.t[known] - m.t[at[known]] < back + 0.5)
    return np.where(known, at, -1)


def _flown(m: Meetings, figures: Agreed, by: int, before: I64) -> _Flown:
    """Return how one side manoeuvres, at each sample over the time before it."""
    old = np.maximum(before, 0)
    turned = np.abs(wrapped(m.course[by] - m.course[by][old]))
    climbed = np.abs(m.climb[by] - m.climb[by][old])
    rate = np.abs(m.turn[by])
    # A turn pulls speed times rate to the side; the load is that and the weight together.
    pulled = m.speed[by] * rate
    measured = np.stack([np.degrees(turned), climbed, pulled])
    bound = np.stack(
        [
            np.degrees(np.hypot(m.error_course[by], m.error_course[by][old])),
            np.hypot(m.error_climb[by], m.error_climb[by][old]),
            np.hypot(m.speed[by] * m.error_turn[by], rate * m.error_speed[by]),
        ]
    )
    side = math.sqrt(max(figures["load_mps2"] ** 2 - G0**2, 0.0))
    limits = (figures["turn_deg"], figures["vertical_rate_mps"], side)
    apart = np.maximum(m.update_s[by], m.update_s[by][old])
    fine = (apart <= figures["update_every_s"] + 1e-6) & (bound[0] < limits[0]) & (bound[2] < limits[2])
    return _Flown(by, before, measured, bound, limits, apart, fine)


def _abrupt(flown: _Flown) -> Told:
    turn, climb, pull = (
        over(value, bound, limit) for value, bound, limit in zip(flown.measured, flown.bound, flown.limits, strict=True)
    )
    seen = ~np.isnan(flown.measured[1])  # a level that is not known shows no climb
    return turn | climb.where(seen) | pull


def _lowers(m: Meetings, by: int, before: I64) -> Told:
    """Return where the new velocity leads nearer to the other one than the old one, from where both are now."""
    old = np.maximum(before, 0)
    own = np.stack([m.v_east[by], m.v_north[by], m.climb[by]])
    new_v = np.stack([m.dv_east, m.dv_north, m.climb[1] - m.climb[0]])
    old_v = new_v - (1.0 if by == 1 else -1.0) * (own - own[:, old])
    error, climb = m.error_speed[by], np.nan_to_num(m.error_climb[by])
    now, new, later = _nearest(m, new_v)
    _, was, sooner = _nearest(m, old_v)
    error_new, error_old = later * np.hypot(error, climb), sooner * np.hypot(error[old], climb[old])
    # What the other one does, and where both are, is the same in both: it counts only for the difference of the times.
    bound = np.sqrt(error_new**2 + error_old**2 + (np.abs(later - sooner) * m.error_speed[1 - by]) ** 2)
    # Whatever the velocities were: no prediction is above the distance now.
    most = np.fmin(was + np.hypot(error_old, sooner * m.error_speed[1 - by]), now)
    least = np.fmax(new - np.hypot(error_new, later * m.error_speed[1 - by]), 0.0)
    told = over(was - new, bound, 0.0)
    return Told(told.possible & ~(most <= least), told.nominal, told.certain)


def _nearest(m: Meetings, v: F64) -> tuple[F64, F64, F64]:
    """Return the slant distance now, the least within AHEAD_S with the relative velocity `v` [m], and when that is."""
    r = np.stack([m.east_m, m.north_m, np.nan_to_num(m.up_m)])  # without a level the horizontal distance is looked at
    v = np.stack([v[0], v[1], np.nan_to_num(v[2])])
    speed2 = np.sum(v * v, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        later = np.where(speed2 > 0.0, -np.sum(r * v, axis=0) / speed2, 0.0)
    later = np.clip(later, 0.0, AHEAD_S)
    at = r + later * v
    return np.sqrt(np.sum(r * r, axis=0)), np.sqrt(np.sum(at * at, axis=0)), later


def _finding(context: Context, found: Events, group: Sequence[int], flown: _Flown) -> Finding:
    """Return the finding about one aircraft in one encounter: the surest of its manoeuvres counts, then the longest."""
    m, figures, by = context.meetings, context.figures("G12"), flown.by
    worst = max(group, key=lambda i: (found.sure[i], found.lasted_s[i], -i))
    first, last, meeting = int(found.first[worst]), int(found.last[worst]), int(found.of[worst])
    begun, span = int(flown.before[first]), slice(first, last + 1)
    ratio = np.nan_to_num(flown.measured[:, span]) / np.array(flown.limits)[:, None]
    kind, at = (int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
    most = np.max(np.nan_to_num(flown.measured[:, span]), axis=1)
    value, bound, limit = (
        float(flown.measured[kind, first + at]),
        float(flown.bound[kind, first + at]),
        flown.limits[kind],
    )
    nearest = float(np.nanmin(np.fmax(m.slant[span], m.d_h[span])))
    said = (
        f"{('The first', 'The second')[by]} changed its course by {most[0]:.0f} degrees and its vertical rate by "
        f"{most[1] / FPM:,.0f} ft/min within {figures['within_s']:.0f} s, at up to "
        f"{math.hypot(1.0, most[2] / G0):.1f} g, {miles(nearest)} from the other and towards its way."
    )
    outcome, severity = Outcome.BREACH, Severity.SEV2
    if not found.sure[worst]:
        outcome = Outcome.NOT_DETERMINABLE
        said += f" {_why(m, flown, span, figures['update_every_s'])}"
    if _known(context, meeting, by, m.ns(begun), m.ns(last)):
        outcome, severity = Outcome.NO_BREACH, Severity.SEV4
        said += " It answers to what was asked for, proposed or announced: no breach."
    return context.find(
        TEXT, meeting, (begun, last), outcome, severity, (value, limit, UNITS[kind]), said, by=by,
        margin_sigma=margin(value, bound, limit, breach_over=True),
    )  # fmt: skip


def _why(m: Meetings, flown: _Flown, span: slice, limit_s: float) -> str:
    """Return what kept it from being determined, as a sentence."""
    apart = float(np.max(flown.apart_s[span]))
    if apart > limit_s:
        return f"The plots are up to {apart:.0f} s apart; to tell this they must be at most {limit_s:.0f} s apart."
    if not np.any(flown.fine[span]):
        return "Its course is not known well enough for this."
    return why_unsure(m, span.start, span.stop - 1)


def _known(context: Context, meeting: int, by: int, from_ns: int, until_ns: int) -> bool:
    """Return whether both knew of the manoeuvre: shortly before it was asked for, proposed, or announced."""
    pair = (context.who(meeting, 0).address, context.who(meeting, 1).address)
    party, least = context.who(meeting, by).party, from_ns - round(KNOWN_S * NS)
    for asked in context.asked:
        if asked.receiver == party and least <= asked.delivered_ns <= until_ns and concerns(asked, pair):
            return True
    return any(
        least <= said.at_ns <= until_ns
        and concerns(said, pair)
        and said.code in (ANNOUNCED if said.by == party else PROPOSED)
        for said in context.said
    )


RULE = Rule(TEXT, judge, reach)
