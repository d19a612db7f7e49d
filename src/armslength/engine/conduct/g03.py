"""G03: who was warned of a predicted loss, and saw it coming as well, does something about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings, wrapped
from armslength.domain.plot import F64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, over, under
from armslength.engine.conduct.regimes import JOIN, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import REENTRY_S, runs
from armslength.engine.conduct.told import Warned, concerns
from armslength.engine.conduct.words import feet, miles, why_unsure
from armslength.units import NS

EMERGENCY = "EMG"
"""The code of a message that tells of an emergency."""
RATE_S = 16
"""A vertical rate is the difference of the levels over so many seconds: over fewer, 25 ft steps hide 300 ft/min."""

TEXT = RuleText(
    "G03",
    "Predicted loss left unresolved",
    "Whoever was warned of a predicted loss of the minima, and whose own prediction showed it too, turns, climbs, "
    "descends or says something in time.",
    "The deal's purpose, that crews need not meet; the US-China supplement of 2015: both sides keep a safe separation.",
    "From when an alert about the two was delivered and acknowledged and the receiver's own prediction showed the loss "
    "as well, with more than the least warning left: a breach if within the time to act the receiver neither changed "
    "its course by the least turn nor its vertical rate by the least climb in a sense that widens the predicted "
    "distance, nor sent a message about the two. Each side is judged by itself. Without a prediction of the receiver's "
    "own there is no finding, nor without an acknowledgement.",
    (
        Parameter("conduct.G03.act_within", "act_within_s", "s", "time to act"),
        Parameter("conduct.G03.least_warning", "least_warning_s", "s", "the loss must be further ahead than this"),
        Parameter("conduct.G03.least_turn", "least_turn_deg", "deg", "a turn of so much is an act"),
        Parameter("conduct.G03.least_climb", "least_climb_mps", "m/s", "and so much of vertical rate"),
    ),
    (
        "the alert was not delivered or not acknowledged (that is a matter of the C rules)",
        "the receiver's own prediction never showed the loss",
        "an emergency was told of",
        "an agreed join, an agreed test window",
    ),
    "SEV3; SEV2 where the two then certainly came inside the minima",
    "the alert with its stamps, both predictions, the course and level flown meanwhile",
    "the party that was warned and did nothing",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class _Idle:
    """One alert that was possibly left unresolved: meeting, side, first and last sample, how long, how sure."""

    of: int
    side: int
    first: int
    last: int
    idle_s: float
    sure: bool
    whole: bool
    followed: bool
    warned: Warned

    @property
    def weight(self) -> tuple[bool, bool, int]:
        """The greater, the graver."""
        return self.sure, self.followed, -self.first


def reach(terms: Terms) -> Reach:
    """Return what G03 must be shown: those who came near after all, and their flight since the alert."""
    agreed = terms.separation
    return Reach(1.5 * agreed.horizontal_m, agreed.vertical_m, terms.lookahead_s + RATE_S)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair and side that possibly left a predicted loss unresolved."""
    which = np.zeros(len(meetings), np.bool_)
    for warned in context.warned:
        which[context.places.get((warned.first, warned.second), [])] = True
    if not np.any(which):
        return []
    part = replace(context, meetings=meetings.take(which))
    gravest: dict[tuple[int, int], _Idle] = {}
    for warned in context.warned:
        for one in _idle(part, warned):
            key = one.side, one.of
            if key not in gravest or one.weight > gravest[key].weight:
                gravest[key] = one
    return [_finding(part, gravest[key]) for key in sorted(gravest)]


def _idle(context: Context, warned: Warned) -> Iterator[_Idle]:
    m, figures = context.meetings, context.figures("G03")
    if warned.acknowledged_ns is None or warned.own_ns is None:
        return
    since_ns = max(warned.delivered_ns, warned.acknowledged_ns, warned.own_ns)
    if warned.t_cpa_ns - since_ns <= round(figures["least_warning_s"] * NS) or _excused(context, warned, since_ns):
        return
    since = (since_ns - m.epoch_ns) / NS
    until = since + figures["act_within_s"]
    for k in context.places.get((warned.first, warned.second), ()):
        a, b = int(m.start[k]), int(m.start[k + 1])
        if m.t[b - 1] < since or m.t[a] > until:
            continue
        first, last = a + int(np.searchsorted(m.t[a:b], since)), a + int(np.searchsorted(m.t[a:b], until, "right"))
        last = min(max(last - 1, first), b - 1)
        whole = m.t[first] - since < 1.0 and until - m.t[last] < 1.0 and bool(np.all(m.goes_on[first:last]))
        for side in (0, 1):
            if context.who(k, side).party != warned.receiver:
                continue
            loss = a + int(np.searchsorted(m.t[a:b], (warned.t_cpa_ns - m.epoch_ns) / NS))
            acted = _acted(context, k, side, first, max(min(loss, b - 1), last))
            window = last - first + 1
            if np.any(acted.certain[:window]):
                continue
            sure = whole and not np.any(acted.possible[:window])
            when = np.flatnonzero(acted.nominal)
            end = first + int(when[0]) if len(when) else max(min(loss, b - 1), last)
            idle = max(float(m.t[end]) - since, 0.0)
            yield _Idle(k, side, first, last, idle, sure, whole, _followed(context, k, first), warned)


def _excused(context: Context, warned: Warned, since_ns: int) -> bool:
    """Return whether the receiver sent a message about the two in time, or anybody told of an emergency."""
    until = since_ns + round(context.figures("G03")["act_within_s"] * NS)
    before = warned.delivered_ns - round(REENTRY_S * NS)
    pair = warned.first, warned.second
    for said in context.said:
        if said.code == EMERGENCY and before <= said.at_ns <= until and concerns(said, pair):
            return True
    sent = [one.at_ns for one in context.said if one.by == warned.receiver and concerns(one, pair)]
    sent += [one.delivered_ns for one in context.asked if one.by == warned.receiver and concerns(one, pair)]
    return any(warned.delivered_ns <= at <= until for at in sent)


def _acted(context: Context, k: int, side: int, first: int, last: int) -> Told:
    """Return at each sample from first to last whether one had turned, or changed its vertical rate, so as to widen."""
    m, figures = context.meetings, context.figures("G03")
    span = slice(first, last + 1)
    change = wrapped(m.course[side, span] - m.course[side, first])
    error = np.hypot(m.error_course[side, span], m.error_course[side, first])
    least = np.radians(figures["least_turn_deg"])
    by_turn = np.maximum(np.abs(change), least)
    miss = _miss(m, side, first, np.zeros(1))[0]
    right, left = _miss(m, side, first, by_turn) > miss, _miss(m, side, first, -by_turn) > miss
    turned = _towards(over(np.abs(change), error, least), change, error, right, left)

    rate, rate_error = _rates(m, side, k)
    now = max(first - RATE_S // 2, int(m.start[k]))  # the rate before the alert
    change, error = rate[span] - rate[now], np.hypot(rate_error[span], rate_error[now])
    least = figures["least_climb_mps"]
    by_rate = np.maximum(np.abs(change), least) * m.t_cpa[first]
    up = m.up_m[first] + m.t_cpa[first] * (m.climb[1, first] - m.climb[0, first])
    sign = 1.0 if side == 1 else -1.0
    above, below = np.abs(up + sign * by_rate) > abs(up), np.abs(up - sign * by_rate) > abs(up)
    climbed = _towards(over(np.abs(change), error, least), change, error, above, below)
    unknown = np.isnan(change + error + up)
    return turned | Told(climbed.possible | unknown, climbed.nominal & ~unknown, climbed.certain & ~unknown)


def _towards(told: Told, change: F64, error: F64, plus: Bool, minus: Bool) -> Told:
    """Return where a change was one that widens: `plus` and `minus` say whether it does in either sense."""
    helps = np.where(change > 0.0, plus, minus)
    open_sense = np.abs(change) <= error  # then it may have been in either sense
    return Told(told.possible & (helps | (open_sense & (plus | minus))), told.nominal & helps, told.certain & helps)


def _miss(m: Meetings, side: int, at: int, turn: F64) -> F64:
    """Return the predicted nearest horizontal distances [m] if one side had turned by so much [rad] at a sample."""
    c, s = np.cos(turn), np.sin(turn)
    e, n = m.v_east[side, at] * c + m.v_north[side, at] * s, m.v_north[side, at] * c - m.v_east[side, at] * s
    sign, other = (1.0 if side == 1 else -1.0), 1 - side
    ve, vn = sign * (e - m.v_east[other, at]), sign * (n - m.v_north[other, at])
    square = np.maximum(ve * ve + vn * vn, 1e-9)
    later = np.maximum(-(m.east_m[at] * ve + m.north_m[at] * vn) / square, 0.0)
    out: F64 = np.hypot(m.east_m[at] + later * ve, m.north_m[at] + later * vn)
    return out


def _rates(m: Meetings, side: int, k: int) -> tuple[F64, F64]:
    """Return vertical rates over RATE_S around each sample of the arrays [m/s] and their bounds; of meeting k only.

    The bound of the climb is over the time that it was measured by; over a longer one scatter weighs less.
    """
    a, b = int(m.start[k]), int(m.start[k + 1])
    rate, error = np.full(len(m.t), np.nan), np.full(len(m.t), np.nan)
    at, half = np.arange(a, b), RATE_S // 2
    low, high = np.maximum(at - half, a), np.minimum(at + half, b - 1)
    seconds = m.t[high] - m.t[low]
    known = seconds == high - low
    step = 2.0 * np.maximum(np.ceil(m.update_s[side, a:b]), 2.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate[a:b] = np.where(known, (m.level_m[side, high] - m.level_m[side, low]) / seconds, np.nan)
        error[a:b] = m.error_climb[side, a:b] * np.minimum(1.0, step / seconds)
    return rate, error


def _followed(context: Context, k: int, first: int) -> bool:
    """Return whether they were certainly inside the minima afterwards, as long as it takes for G01 to count it."""
    m, agreed, figures = context.meetings, context.terms.separation, context.figures("G01")
    told = under(m.d_h, m.error_h_m, agreed.horizontal_m) & under(m.d_v, m.error_v_m, agreed.vertical_m)
    later = np.zeros(len(m.t), np.bool_)
    later[first : int(m.start[k + 1])] = True
    settle = np.maximum(figures["settle_s"], figures["settle_updates"] * np.max(m.update_s, axis=0))
    return len(runs(m, told.certain & later & context.minima_hold, settle_s=settle)) > 0


def _finding(context: Context, one: _Idle) -> Finding:
    m, limit, words = context.meetings, context.figures("G03")["act_within_s"], ("first", "second")
    since_ns = max(one.warned.delivered_ns, one.warned.acknowledged_ns or 0, one.warned.own_ns or 0)
    ahead = (one.warned.t_cpa_ns - since_ns) / NS
    said = (
        f"The party of the {words[one.side]} had acknowledged the alert {one.warned.id} and saw the loss itself, "
        f"{ahead:.0f} s ahead, predicted to pass within {miles(float(m.d_cpa[one.first]))} and "
        f"{feet(float(m.v_cpa[one.first]))}. It neither turned nor climbed or descended away, nor said anything, for "
        f"{one.idle_s:.0f} s; {limit:.0f} s are the time to act."
    )
    if one.followed:
        said += " They came inside the minima."
    if not one.sure:
        unsure = why_unsure(m, one.first, one.last)
        said += f" {unsure}" if one.whole else " What it flew meanwhile is not known throughout."
    return context.find(
        TEXT, one.of, (one.first, one.last), Outcome.BREACH if one.sure else Outcome.NOT_DETERMINABLE,
        Severity.SEV2 if one.followed else Severity.SEV3, (one.idle_s, limit, "s"), said, by=one.side,
    )  # fmt: skip


RULE = Rule(TEXT, judge, reach, (TEST, JOIN), ("warned",))
