"""G11: nobody flies at an aircraft of the other party as if to attack it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, I64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, over, under
from armslength.engine.conduct.regimes import TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import Runs, encounters, runs
from armslength.engine.conduct.told import RADAR_LOCK
from armslength.engine.conduct.words import feet, knots, miles, why_unsure
from armslength.units import FT, KT, NS

NOSE = np.radians(30.0)
"""Who flies at another has it ahead: nearer to the nose than this [rad]. The catalogue has no figure."""
LEVEL_M = 1000.0 * FT
"""Whoever is predicted to pass above or below by more does not fly at the other [m]. The catalogue has no figure."""
STEADY_MPS = 20.0 * KT
"""A velocity that changes by less than this is constant [m/s]. The catalogue has no figure."""
STATED_S = 60.0
"""A crew's statement belongs to a run that is no further away in time [s]."""

TEXT = RuleText(
    "G11",
    "Simulated attack run",
    "Nobody turns or accelerates towards an aircraft of the other party and flies at it until shortly before it.",
    "INCSEA 1972 Art. IV and the protocol of 1973 bar simulated attacks; assurance measures of CUES; the US-China air "
    "supplement of 2015.",
    "A run: without a break the rate of the line of sight is under its limit, the closure over its limit, the "
    "predicted nearest distance under its limit, and the other within 30 degrees of the nose; it begins further "
    "away than the one distance and comes nearer than the other, with less than the break-off time left at its end "
    "(distance over closure), and a predicted vertical distance under 1,000 ft then. Levels on one datum count as "
    "nearer only for certain: traffic separated by level passes 1,000 ft apart every day. It is the act of who made "
    "it: whose velocity changed by over 20 kt in the steady time before it came nearer than the second distance, "
    "and with the velocity from before there would have been no run.",
    (
        Parameter("conduct.G11.sight_rate", "sight_rate_dps", "deg/s", "the line of sight turns slower than this"),
        Parameter("conduct.G11.closure", "closure_mps", "m/s", "they close faster than this"),
        Parameter("conduct.G11.begins", "begins_m", "m", "the run begins further away than this"),
        Parameter("conduct.G11.ends", "ends_m", "m", "and comes nearer than this"),
        Parameter("conduct.G11.predicted", "predicted_m", "m", "predicted to pass nearer than this"),
        Parameter("conduct.G11.break_off", "break_off_s", "s", "broken off with less time left than this"),
        Parameter("conduct.G11.steady", "steady_s", "s", "constant velocity for so long: crossing traffic"),
    ),
    (
        "crossing traffic: a constant velocity for the steady time",
        "an agreed test window",
        "outside the area of the terms",
        "INTERCEPT does not relax it",
    ),
    "SEV1",
    "distances and closure of the run, the time left at its end; what the crew said of radar stands apart and decides "
    "nothing",
    "who made it by turning or accelerating",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of one side: meeting, first and last sample, whose act, the time left [s] with its bound, how sure, and
    whether its flight before is known."""

    of: int
    first: int
    last: int
    by: int
    left_s: float
    error_s: float
    sure: bool
    whole: bool


def reach(terms: Terms) -> Reach:
    """Return what G11 must be shown: who came so near, with the run there and the steady flight before it."""
    figures = terms.conduct["G11"]
    before = figures["steady_s"] + max(figures["begins_m"] - figures["ends_m"], 0.0) / figures["closure_mps"]
    return Reach(figures["ends_m"], terms.separation.vertical_m, before)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair, encounter and side that possibly flew at the other."""
    figures = context.figures("G11")
    screen = np.flatnonzero(meetings.d_h - meetings.error_h_m < figures["ends_m"])
    screen = screen[meetings.closure[screen] + meetings.error_relative[screen] > figures["closure_mps"]]
    which = np.zeros(len(meetings), np.bool_)
    which[meetings.of[screen]] = True
    if not np.any(which):
        return []
    m = meetings.take(which)
    part = replace(context, meetings=m)
    flying = _flying(m, part)
    out = []
    both = [list(_runs(part, flying & under(np.abs(m.bearing[by]), m.error_bearing[by], NOSE), by)) for by in (0, 1)]
    for by in (0, 1):
        found = [one for one in both[by] if not any(_explains(other, one) for other in both[1 - by])]
        ends = (np.array([getattr(one, name) for one in found], np.int64) for name in ("of", "first", "last"))
        for group in encounters(m, *ends):
            out.append(_finding(part, max((found[i] for i in group), key=_gravity)))
    return out


def _explains(other: _Run, run: _Run) -> bool:
    """Return whether a run is certainly the act of the other side: then what this side flew before is no question."""
    return other.sure and not run.sure and not run.whole and other.first <= run.last and run.first <= other.last


def _gravity(run: _Run) -> tuple[bool, float, int]:
    return run.sure, -run.left_s, -run.first


def _flying(m: Meetings, context: Context) -> Told:
    """Return where they fly at one another, whoever does."""
    figures = context.figures("G11")
    cross = np.abs(m.east_m * m.dv_north - m.north_m * m.dv_east)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = cross / m.d_h**2
        error = np.hypot(m.error_relative / m.d_h, m.relative_speed * m.error_h_m / m.d_h**2)
    told = under(rate, error, np.radians(figures["sight_rate_dps"]))
    told &= over(m.closure, m.error_relative, figures["closure_mps"])
    told &= under(m.d_cpa, m.error_d_cpa, figures["predicted_m"])
    return told.where(context.in_area)


def _runs(context: Context, told: Told, by: int) -> Iterator[_Run]:
    """Give the runs of one side that came as near as they must, and that it made."""
    m = context.meetings
    possible, nominal, certain = (
        _near(context, runs(m, getattr(told, name)), name) for name in ("possible", "nominal", "certain")
    )
    for i in range(len(possible)):
        first, last = int(possible.first[i]), int(possible.last[i])
        maybe, made, whole = _made(context, by, first, last)
        if not maybe:
            continue
        inside = [int(one) for one in nominal.last[(nominal.first >= first) & (nominal.last <= last)]]
        sure = made and bool(np.any((certain.first >= first) & (certain.last <= last)))
        end = np.array([max(inside, default=last)])
        left, error = _time_left(m, end)
        yield _Run(int(possible.of[i]), first, last, by, float(left[0]), float(error[0]), sure, whole)


def _near(context: Context, found: Runs, name: str) -> Runs:
    """Return the runs that began far enough away and were held until it was near and late."""
    m, figures, a, b = context.meetings, context.figures("G11"), found.first, found.last
    told = over(m.d_h[a], m.error_h_m[a], figures["begins_m"]) & under(m.d_h[b], m.error_h_m[b], figures["ends_m"])
    told &= under(*_time_left(m, b), figures["break_off_s"])
    level, one = under(m.v_cpa[b], m.error_v_cpa[b], LEVEL_M), m.datum[b] <= 1
    told &= Told(
        np.where(one, level.certain, level.possible), np.where(one, level.certain, level.nominal), level.certain
    )
    keep: Bool = getattr(told, name)
    return Runs(found.of[keep], a[keep], b[keep])


def _time_left(m: Meetings, at: I64) -> tuple[F64, F64]:
    """Return distance over closure [s] with its bound; infinite where they do not close."""
    c, d = np.maximum(m.closure[at], 1e-9), m.d_h[at]
    closing = m.closure[at] > 0.0
    error = np.hypot(m.error_h_m[at] / c, d * m.error_relative[at] / (c * c))
    return np.where(closing, d / c, np.inf), np.where(closing, error, 0.0)


def _made(context: Context, by: int, first: int, last: int) -> tuple[bool, bool, bool]:
    """Return whether one side possibly and certainly made the run, and whether its flight before is known.

    Its velocities in the steady time before it was near are put in place of the one it had when the run began.
    """
    m, figures = context.meetings, context.figures("G11")
    near = np.flatnonzero(m.d_h[first : last + 1] < figures["ends_m"])
    end = first + int(near[0]) if len(near) else last
    lowest = end - int(np.ceil(figures["steady_s"]))
    low = max(lowest, int(m.start[m.of[end]]))
    gaps = np.flatnonzero(~m.goes_on[low:end])
    low += int(gaps[-1]) + 1 if len(gaps) else 0
    span, at, other = slice(low, end + 1), max(first, low), 1 - by
    error = m.error_speed[by, span]
    change = np.hypot(m.v_east[by, span] - m.v_east[by, end], m.v_north[by, span] - m.v_north[by, end])
    changed = over(change, np.hypot(error, m.error_speed[by, end]), STEADY_MPS)
    e, n = (m.east_m[at], m.north_m[at]) if by == 1 else (-m.east_m[at], -m.north_m[at])
    ve, vn = m.v_east[by, span] - m.v_east[other, at], m.v_north[by, span] - m.v_north[other, at]
    doubt, d = np.hypot(error, m.error_speed[other, at]), float(m.d_h[at])
    square = np.maximum(ve * ve + vn * vn, 1e-9)
    later = np.maximum(-(e * ve + n * vn) / square, 0.0)
    miss = np.hypot(e + later * ve, n + later * vn)
    run = over(-(e * ve + n * vn) / d, doubt, figures["closure_mps"])
    run &= under(miss, np.hypot(m.error_h_m[at], later * doubt), figures["predicted_m"])
    made, whole = changed & ~run, low <= lowest
    return bool(np.any(made.possible)) or not whole, bool(np.any(made.certain)), whole


def _finding(context: Context, run: _Run) -> Finding:
    m, limit = context.meetings, context.figures("G11")["break_off_s"]
    span, words = slice(run.first, run.last + 1), ("first", "second")
    by, other = words[run.by], words[1 - run.by]
    d_h = m.d_h[span]
    said = (
        f"The {by} flew at the {other} from {miles(float(d_h[0]))} to {miles(float(np.min(d_h)))}, at up to "
        f"{knots(float(np.max(m.closure[span])))} of closure, and had {run.left_s:.0f} s left when it broke off; "
        f"{limit:.0f} s are the least. They were {feet(float(m.d_v[run.last]))} apart in level then."
    )
    if not run.sure:
        unsure = why_unsure(m, run.first, run.last)
        said += f" {unsure}" if run.whole else " What it flew before is not known for long enough."
    since, until = m.ns(run.first) - round(STATED_S * NS), m.ns(run.last) + round(STATED_S * NS)
    accused, victim = (context.who(run.of, side).address for side in (run.by, 1 - run.by))
    for one in context.reported:
        named = one.kind == RADAR_LOCK and one.reporter == victim and one.accused in {"", accused}
        if named and since <= one.at_ns <= until:
            said += f" Apart from what the tracks show, the crew of the {other} stated a radar lock ({one.id})."
    return context.find(
        TEXT, run.of, (run.first, run.last), Outcome.BREACH if run.sure else Outcome.NOT_DETERMINABLE, Severity.SEV1,
        (run.left_s, limit, "s"), said, by=run.by,
        margin_sigma=margin(run.left_s, run.error_s, limit, breach_over=False),
    )  # fmt: skip


RULE = Rule(TEXT, judge, reach, (TEST,))
