"""G13: who was asked to keep away does; nobody is forced to give way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings, wrapped
from armslength.domain.plot import I64
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, over, sure, under
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import encounters, events
from armslength.engine.conduct.told import Asked, concerns
from armslength.engine.conduct.words import COARSE_S, miles, why_unsure
from armslength.units import FT, KT, NM, NS

NEAR_ASKED_S = 60.0
"""A request that names no aircraft is about the pairs that were possibly inside so long before or after it [s]."""
AT_OTHER_M, LEVEL_M = 0.5 * NM, 1000.0 * FT
"""Who is predicted to pass nearer than both flies at the other: the close tier of a near miss [m]."""
SEEN = 0.5
"""Share of the limits that must have been measured where plots are too coarse (`COARSE_S`); elsewhere all of them."""
WITH_MPS = 40.0 * KT
"""Who does not certainly move faster than this relative to the other flies with it, as in G09, not at it [m/s]."""

TEXT = RuleText(
    "G13",
    "Persisting after request, or forcing a deviation",
    "Who is asked to increase the distance does so and does not come back at once; nobody flies so that the other has "
    "to give way.",
    "A second wave came 90 minutes after a delivered warning in June 2016; drones were forced to evade in July 2023.",
    "Persisting: inside the minima at any time from the time to leave after the request was received until the time "
    "in which nobody comes back. A request that names no aircraft counts for pairs possibly inside within 60 s of it. "
    "Forcing: the two are predicted to pass within 0.5 NM and 1,000 ft, less than tau before they are nearest and "
    "while the one flies towards the other; they certainly come nearer, faster relative to each other than the 40 kt "
    "of a formation; the other then turns or leaves its vertical path by more than the limits within the time, so "
    "that they are predicted to pass further apart, and the one does not. It is not determinable where that depends "
    "on the errors; where less than those limits was measured (less than half of them where plots are more than "
    "4.5 s apart), nobody gave way.",
    (
        Parameter("conduct.G13.leave_within", "leave_within_s", "s", "to be outside after a request"),
        Parameter("conduct.G13.return_within", "return_within_s", "s", "not to come back inside after a request"),
        Parameter("conduct.G13.turn", "turn_deg", "deg", "turn of who is forced"),
        Parameter("conduct.G13.level", "level_m", "m", "change of level of who is forced"),
        Parameter("conduct.G13.deviation_within", "deviation_within_s", "s", "in which he turns or changes level"),
        Parameter("conduct.G13.tau", "tau_s", "s", "time to the nearest moment"),
        Parameter("separation.horizontal", "separation.horizontal_m", "m", "horizontal minimum"),
        Parameter("separation.vertical", "separation.vertical_m", "m", "vertical minimum"),
    ),
    ("UNABLE with a reason was answered: no breach", "exempt sub-areas, for persisting"),
    "SEV2; SEV4 of what was answered by UNABLE",
    "the request with its marks, the flights after it; predicted distances before and after",
    "who was asked; who flies at the other",
    ("separation",),
)


@dataclass(frozen=True, slots=True)
class _Act:
    """Something found: samples of a meeting, whose act, how sure, what is said and measured; `excused`: no breach."""

    of: int
    first: int
    last: int
    sure: bool
    says: str
    measured: tuple[float, float, str]
    excused: bool = False


def reach(terms: Terms) -> Reach:
    """Return what G13 must be shown."""
    agreed, figures = terms.separation, terms.conduct["G13"]
    return Reach(agreed.horizontal_m, agreed.vertical_m, figures["tau_s"] + figures["deviation_within_s"])


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each encounter and each aircraft that possibly persisted in it, or forced the other."""
    agreed = context.terms.separation
    inside = under(meetings.d_h, meetings.error_h_m, agreed.horizontal_m)
    inside = (inside & under(meetings.d_v, meetings.error_v_m, agreed.vertical_m)).where(context.minima_hold)
    out = []
    for by in (0, 1):
        acts = [act for asked in context.asked for act in _persisted(context, inside, asked, by)]
        acts = sorted(acts + _forced(context, by), key=lambda act: (act.of, act.first, act.last))
        columns = (np.array([getattr(act, name) for act in acts], np.int64) for name in ("of", "first", "last"))
        for group in encounters(meetings, *columns):
            out.append(
                _finding(context, min((acts[i] for i in group), key=lambda act: (act.excused, not act.sure)), by)
            )
    return out


def _finding(context: Context, act: _Act, by: int) -> Finding:
    outcome, severity, says = Outcome.BREACH, Severity.SEV2, act.says
    if not act.sure:
        outcome, says = Outcome.NOT_DETERMINABLE, f"{says} {why_unsure(context.meetings, act.first, act.last)}"
    if act.excused:
        outcome, severity = Outcome.NO_BREACH, Severity.SEV4
        says += " It had been answered that this could not be done: no breach."
    return context.find(TEXT, act.of, (act.first, act.last), outcome, severity, act.measured, says, by=by)


def _persisted(context: Context, inside: Told, asked: Asked, by: int) -> list[_Act]:
    """Return where the aircraft of the party that was asked was inside too late."""
    m, figures = context.meetings, context.figures("G13")
    after = m.t - (asked.delivered_ns - m.epoch_ns) / NS
    window = (after >= figures["leave_within_s"]) & (after <= figures["return_within_s"])
    if not np.any(window):
        return []
    about = np.zeros(len(m), np.bool_)
    seen = inside.possible & (np.abs(after) <= NEAR_ASKED_S)
    about[m.of[seen]] = True
    for k in np.unique(m.of[window]).tolist():
        pair = (context.who(k, 0).address, context.who(k, 1).address)
        parties = (context.who(k, by).party, context.who(k, 1 - by).party)
        theirs = parties == (asked.receiver, asked.by) and concerns(asked, pair)
        about[k] = theirs and (about[k] or bool(asked.first))
    found = events(m, inside.where(window & about[m.of]), leave_s=context.figures("G01")["leave_s"])
    out, unable = [], asked.unable_ns is not None
    for i in range(len(found)):
        first, last = int(found.first[i]), int(found.last[i])
        late, until = float(after[first]), float(after[last])
        says = (
            f"Asked to increase the distance, {('the first', 'the second')[by]} was inside the minima from {late:.0f} "
            f"to {until:.0f} s after that; {figures['leave_within_s']:.0f} s were given to leave."
        )
        measured = (until, figures["leave_within_s"], "s")
        out.append(_Act(int(found.of[i]), first, last, bool(found.sure[i]), says, measured, unable))
    return out


def _forced(context: Context, by: int) -> list[_Act]:
    """Return where the one (`by`) flew at the other, who then gave way."""
    m, figures = context.meetings, context.figures("G13")
    threat = _threat(m, by, figures["tau_s"])
    if not np.any(threat.possible):
        return []
    turn, level = math.radians(figures["turn_deg"]), figures["level_m"]
    here = np.flatnonzero(threat.possible)  # few: the rest of it looks at these alone
    possible, nominal, certain = (np.zeros(len(m.t), np.bool_) for _ in range(3))
    until = np.arange(len(m.t))
    for lag in range(1, round(figures["deviation_within_s"]) + 1):
        at = np.minimum(here + lag, len(m.t) - 1)
        known = (m.of[at] == m.of[here]) & (np.abs(m.t[at] - m.t[here] - lag) < 0.5)
        gave = _deviates(m, 1 - by, here, at, lag, turn, level, seen=True)
        gave &= ~_deviates(m, by, here, at, lag, turn, level)
        apart = over(m.d_cpa[at] - m.d_cpa[here], np.hypot(m.error_d_cpa[at], m.error_d_cpa[here]), 0.0)
        apart |= over(m.v_cpa[at] - m.v_cpa[here], np.hypot(m.error_v_cpa[at], m.error_v_cpa[here]), 0.0)
        now = (gave & apart).where(known)
        until[here] = np.where(now.possible & ~possible[here], at, until[here])
        possible[here] |= now.possible
        nominal[here] |= now.nominal
        certain[here] |= now.certain
    forced = threat & Told(possible, nominal, certain)
    found = events(m, forced, leave_s=figures["deviation_within_s"])
    out = []
    for i in range(len(found)):
        first = int(found.first[i])
        run = slice(first, int(found.last[i]) + 1)
        last = int(max(until[run]))
        turned = np.abs(wrapped(m.course[1 - by][until[run]] - m.course[1 - by][run]))
        most = math.degrees(float(np.nanmax(turned, initial=0.0)))
        says = (
            f"{('The first', 'The second')[by]} flew at the other, {miles(float(m.d_h[first]))} away and "
            f"{m.t_cpa[first]:.0f} s before they would have been nearest; the other turned by {most:.0f} degrees or "
            "changed its level, and so passed further off."
        )
        measured = (float(m.t_cpa[first]), figures["tau_s"], "s")
        out.append(_Act(int(found.of[i]), first, last, bool(found.sure[i]), says, measured))
    return out


def _threat(m: Meetings, by: int, tau_s: float) -> Told:
    """Return where the one flies at the other, who is nearest soon."""
    sign = 1.0 if by == 0 else -1.0  # towards the other: from the first to the second
    towards = sign * (m.east_m * m.v_east[by] + m.north_m * m.v_north[by]) > 0.0
    at_it = over(m.closure, m.error_relative, 0.0) & over(m.relative_speed, m.error_relative, WITH_MPS)
    soon = towards & at_it.certain & (m.t_cpa < tau_s)
    near = under(m.d_cpa, m.error_d_cpa, AT_OTHER_M) & under(m.v_cpa, m.error_v_cpa, LEVEL_M)
    return near & sure(soon)


def _deviates(
    m: Meetings, side: int, here: I64, at: I64, lag: int, turn: float, level_m: float, *, seen: bool = False
) -> Told:
    """Return where one has turned, or left its vertical path, by more than the limits `lag` seconds later.

    `seen`: as far as plots can show it, it must have been measured to be possible at all; an unknown turn may be.
    """
    coarse = np.maximum(m.update_s[side][here], m.update_s[side][at]) > COARSE_S
    share = np.where(coarse, SEEN, 1.0) if seen else np.zeros(len(here))
    turned = np.abs(wrapped(m.course[side][at] - m.course[side][here]))
    told = over(turned, np.hypot(m.error_course[side][at], m.error_course[side][here]), turn)
    level = m.level_m[side]
    left = np.abs(level[at] - (level[here] + lag * m.climb[side][here]))
    climbed = over(left, m.error_climb[side][here] * lag, level_m)
    return told.where(~(turned < share * turn)) | climbed.where(left >= share * level_m)


RULE = Rule(TEXT, judge, reach)
