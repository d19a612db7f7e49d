"""G10: nobody pursues an aircraft of the other party and follows its turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, I64
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, over, under
from armslength.engine.conduct.intercept import intercepted
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import Events, encounters, events, runs
from armslength.engine.conduct.words import miles, why_unsure

TURNING = np.radians(0.5)
"""A course that changes faster is a turn [rad/s]: 7 degrees of bank at 300 kt. The catalogue has no figure."""

TEXT = RuleText(
    "G10",
    "Pursuit geometry",
    "Nobody stays behind an aircraft of the other party with its nose on it and follows its turns.",
    "Conduct of 2023 reported as if in aerial combat; INCSEA 1972 Art. IV bars simulated attacks.",
    "A pursuit: within the angle of the other's tail, the other within the angle of the nose, between the two "
    "distances and by less than the vertical minimum in level, for the time or longer; breaks up to the lag do not end "
    "it. In it the pursuer repeats so many of the other's course changes: turns of the same sense, each of at least "
    "the angle and faster than 0.5 degrees a second, begun no later than the lag after the other's.",
    (
        Parameter("conduct.G10.tail_angle", "tail_angle_deg", "deg", "nearer to the other's tail than this"),
        Parameter("conduct.G10.nose_angle", "nose_angle_deg", "deg", "the other nearer to the nose than this"),
        Parameter("conduct.G10.nearest", "nearest_m", "m", "further away than this"),
        Parameter("conduct.G10.farthest", "farthest_m", "m", "and nearer than this"),
        Parameter("conduct.G10.time", "time_s", "s", "for so long before it counts"),
        Parameter("conduct.G10.turns", "turns", "", "so many course changes repeated"),
        Parameter("conduct.G10.turn", "turn_deg", "deg", "a course change is at least this"),
        Parameter("conduct.G10.lag", "lag_s", "s", "repeated no later than this"),
        Parameter("conduct.G10.intercept", "intercept_s", "s", "under INTERCEPT no longer than this"),
    ),
    (
        "INTERCEPT declared and acknowledged: as long as its own limit allows",
        "an agreed join, an agreed test window",
        "outside the area of the terms",
    ),
    "SEV2",
    "how long, how many course changes were repeated, distances",
    "who is behind",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class _Turns:
    """Turns of one side: first sample, course change [rad, right positive], its bound, time between plots there [s]."""

    first: I64
    change: F64
    error: F64
    update_s: F64


@dataclass(frozen=True, slots=True)
class _Pursuit:
    """One pursuit: meeting, first and last sample, course changes repeated, how long, what that makes of it."""

    of: int
    first: int
    last: int
    repeated: int
    lasted_s: float
    outcome: Outcome
    intercept: bool

    @property
    def weight(self) -> tuple[int, int, float, int]:
        """The greater, the graver."""
        rank = {Outcome.BREACH: 2, Outcome.NOT_DETERMINABLE: 1, Outcome.NO_BREACH: 0}[self.outcome]
        return rank, self.repeated, self.lasted_s, -self.first


def reach(terms: Terms) -> Reach:
    """Return what G10 must be shown: with the turns about the beginning and the end of a pursuit."""
    figures = terms.conduct["G10"]
    about = 2.0 * figures["lag_s"]
    return Reach(figures["farthest_m"], terms.separation.vertical_m, about, about)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair, encounter and side that possibly pursued the other."""
    turning = np.ones(len(meetings), np.bool_)
    for side in (0, 1):  # without a turn of both there is nothing to repeat
        some = np.zeros(len(meetings), np.bool_)
        some[meetings.of[np.abs(meetings.turn[side]) > TURNING]] = True
        turning &= some
    if not np.any(turning):
        return []
    m, figures = meetings.take(turning), context.figures("G10")
    context = replace(context, meetings=m)
    between = over(m.d_h, m.error_h_m, figures["nearest_m"]) & under(m.d_h, m.error_h_m, figures["farthest_m"])
    between &= under(m.d_v, m.error_v_m, context.terms.separation.vertical_m).where(context.in_area)
    during = intercepted(context)
    out = []
    for by in (0, 1):
        behind = under(m.off_tail[1 - by], m.error_bearing[1 - by], np.radians(figures["tail_angle_deg"]))
        nose = under(np.abs(m.bearing[by]), m.error_bearing[by], np.radians(figures["nose_angle_deg"]))
        told = between & behind & nose
        found: list[_Pursuit] = []
        for intercept, where in ((False, ~during), (True, during)):
            if np.any(where):
                found += _pursuits(context, told.where(where), by, intercept)
        found.sort(key=lambda one: (one.of, one.first))
        ends = (np.array([getattr(one, name) for one in found], np.int64) for name in ("of", "first", "last"))
        for group in encounters(m, *ends):
            out.append(_finding(context, max((found[i] for i in group), key=lambda one: one.weight), by))
    return out


def _pursuits(context: Context, told: Told, by: int, intercept: bool) -> Iterator[_Pursuit]:
    m, figures = context.meetings, context.figures("G10")
    found = events(m, told, settle_s=figures["time_s"], leave_s=figures["lag_s"])
    if not len(found):
        return
    leader, follower = _turns(m, 1 - by), _turns(m, by)
    for i in range(len(found)):
        possible, nominal, certain = _repeated(context, leader, follower, int(found.first[i]), int(found.last[i]))
        if possible < figures["turns"]:
            continue
        outcome = Outcome.NOT_DETERMINABLE
        if found.sure[i] and certain >= figures["turns"]:
            outcome = Outcome.BREACH
        if intercept:
            outcome = _under_intercept(found, i, outcome, figures["intercept_s"])
        yield _Pursuit(
            int(found.of[i]), int(found.first[i]), int(found.last[i]), nominal, float(found.lasted_s[i]), outcome,
            intercept,
        )  # fmt: skip


def _under_intercept(found: Events, i: int, outcome: Outcome, limit: float) -> Outcome:
    """Return what a pursuit is under INTERCEPT: allowed, and recorded, as long as the limit."""
    if not found.possible_s[i] > limit:
        return Outcome.NO_BREACH
    return outcome if found.certain_s[i] > limit else Outcome.NOT_DETERMINABLE


def _turns(m: Meetings, side: int) -> _Turns:
    """Return the turns of one side, in order."""
    rate = np.nan_to_num(m.turn[side])
    total = np.concatenate([[0.0], np.cumsum(rate)])
    parts = [runs(m, mask) for mask in (rate > TURNING, rate < -TURNING)]
    first, last = (np.concatenate([getattr(one, name) for one in parts]) for name in ("first", "last"))
    order = np.argsort(first, kind="stable")
    first, last = first[order], last[order]
    error = np.hypot(m.error_course[side, first], m.error_course[side, last])
    return _Turns(first, total[last + 1] - total[first], error, m.update_s[side, first])


def _repeated(context: Context, leader: _Turns, follower: _Turns, first: int, last: int) -> tuple[int, int, int]:
    """Return how many course changes of the leader were possibly, as measured and certainly repeated in a pursuit."""
    m, figures = context.meetings, context.figures("G10")
    lag = figures["lag_s"]
    begin = max(first - int(lag), int(m.start[m.of[first]]))
    a = slice(*np.searchsorted(leader.first, [begin, last + 1]))
    b = slice(*np.searchsorted(follower.first, [begin - int(lag), last + 2 * int(lag) + 2]))
    least = np.radians(figures["turn_deg"])
    later = m.t[follower.first[b]][None, :] - m.t[leader.first[a]][:, None]
    doubt = 0.5 * (leader.update_s[a][:, None] + follower.update_s[b][None, :])
    same = np.sign(leader.change[a])[:, None] == np.sign(follower.change[b])[None, :]
    same &= m.of[follower.first[b]][None, :] == m.of[first]
    one = over(np.abs(leader.change[a]), leader.error[a], least)
    two = over(np.abs(follower.change[b]), follower.error[b], least)
    wide = Told(*(mask[:, None] & other[None, :] for mask, other in zip(_masks(one), _masks(two), strict=True)))
    # On the lag itself it is repeated in time, and so is what begins at once.
    told = wide & ~over(later, doubt, lag) & ~under(later, doubt, 0.0)
    counts = [int(np.count_nonzero(np.any(mask & same, axis=1))) for mask in _masks(told)]
    return counts[0], counts[1], counts[2]


def _masks(told: Told) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return told.possible, told.nominal, told.certain


def _finding(context: Context, one: _Pursuit, by: int) -> Finding:
    m, figures = context.meetings, context.figures("G10")
    d_h, words = m.d_h[one.first : one.last + 1], ("first", "second")
    said = (
        f"The {words[by]} was behind the {words[1 - by]} with its nose on it for {one.lasted_s:.0f} s, between "
        f"{miles(float(np.min(d_h)))} and {miles(float(np.max(d_h)))}, and repeated {one.repeated} of its course "
        f"changes; {figures['turns']:.0f} are a pursuit."
    )
    severity = Severity.SEV2
    if one.outcome is Outcome.NO_BREACH:
        severity = Severity.SEV4
        said += f" No breach: INTERCEPT was in force, which allows {figures['intercept_s']:.0f} s."
    elif one.intercept:
        said += f" INTERCEPT, which was in force, allows {figures['intercept_s']:.0f} s."
    if one.outcome is Outcome.NOT_DETERMINABLE:
        said += f" {why_unsure(m, one.first, one.last)}"
    found = context.find(
        TEXT, one.of, (one.first, one.last), one.outcome, severity,
        (float(one.repeated), float(figures["turns"]), ""), said, by=by,
    )  # fmt: skip
    return replace(found, regime=INTERCEPT) if one.outcome is Outcome.NO_BREACH else found


RULE = Rule(TEXT, judge, reach, (TEST, JOIN))
