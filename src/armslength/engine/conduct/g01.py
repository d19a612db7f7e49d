"""G01: who comes inside the safe distance does not stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, under
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import Events, encounters, events
from armslength.engine.conduct.words import feet, miles, why_unsure

TEXT = RuleText(
    "G01",
    "Inside the safe distance",
    "Two aircraft of different parties keep apart by the horizontal or by the vertical minimum; closer than both they "
    "stay no longer than the limit.",
    "The rule of threes, as reported of the deal: 3 NM or 3,000 ft, and if closer then no more than 3 minutes.",
    "Inside is a horizontal distance and a vertical distance both under their minima, where these hold. It counts once "
    "it has lasted as long as it takes to settle (the longer of the time and the number of updates), and is over when "
    "both have been outside the minima times the hysteresis for the time to leave. Entry alone is an observation: no "
    "breach. A breach is to stay longer than the limit. It is not determinable where that depends on the errors.",
    (
        Parameter("separation.horizontal", "separation.horizontal_m", "m", "horizontal minimum"),
        Parameter("separation.vertical", "separation.vertical_m", "m", "vertical minimum"),
        Parameter("separation.dwell_limit", "separation.dwell_limit_s", "s", "longest stay inside"),
        Parameter("conduct.G01.settle", "settle_s", "s", "inside for so long before it counts"),
        Parameter("conduct.G01.settle_updates", "settle_updates", "", "or for so many updates, if that is longer"),
        Parameter("conduct.G01.leave", "leave_s", "s", "outside for so long ends it"),
        Parameter("conduct.G01.hysteresis", "hysteresis_share", "share", "of the minima, to be outside again"),
        Parameter("conduct.G01.severe", "severe_share", "share", "of the minima, below which it is worse"),
    ),
    (
        "exempt sub-areas, and outside the area of the terms",
        "an agreed test window, INTERCEPT declared and acknowledged, an agreed join",
    ),
    "an observation SEV4; a breach SEV2, and SEV1 where both distances were certainly under the share of their minima",
    "how long it lasted with its bound, the nearest moment, the regime",
    "nobody: both are inside",
    ("separation",),
)


def reach(terms: Terms) -> Reach:
    """Return what G01 must be shown."""
    wide, leave = terms.conduct["G01"]["hysteresis_share"], terms.conduct["G01"]["leave_s"]
    return Reach(terms.separation.horizontal_m * wide, terms.separation.vertical_m * wide, 0.0, leave)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair and encounter that was possibly inside."""
    agreed, figures = context.terms.separation, context.figures("G01")

    def inside(share: float) -> Told:
        h = under(meetings.d_h, meetings.error_h_m, agreed.horizontal_m * share)
        v = under(meetings.d_v, meetings.error_v_m, agreed.vertical_m * share)
        return (h & v).where(context.minima_hold)

    settle = np.maximum(figures["settle_s"], figures["settle_updates"] * np.max(meetings.update_s, axis=0))
    found = events(
        meetings, inside(1.0), hold=inside(figures["hysteresis_share"]), settle_s=settle, leave_s=figures["leave_s"]
    )
    return [
        _finding(context, found, group)
        for group in encounters(meetings, found.of, found.first, found.last)
    ]  # fmt: skip


def _finding(context: Context, found: Events, group: Sequence[int]) -> Finding:
    """Return the finding about one encounter: of its stays the longest counts."""
    m, agreed = context.meetings, context.terms.separation
    limit = agreed.dwell_limit_s
    worst = max(group, key=lambda i: (found.certain_s[i] > limit, found.possible_s[i] > limit, found.lasted_s[i], -i))
    first, last = int(found.first[worst]), int(found.last[worst])
    lasted, error = float(found.lasted_s[worst]), float(found.error_s[worst])
    span = slice(first, last + 1)
    d_h, d_v = m.d_h[span], m.d_v[span]
    ratio = np.fmax(d_h / agreed.horizontal_m, d_v / agreed.vertical_m)  # by the one that is known
    slant = np.fmax(np.hypot(d_h, d_v), d_h)
    # Where one of the two rules and does not change, the ratio is the same for long: then the slant distance decides.
    nearest = int(np.argmin(np.where(ratio <= ratio.min() * (1.0 + 1e-9), slant, np.inf)))
    apart = f"nearest {miles(d_h[nearest])} and {feet(d_v[nearest])} apart"
    said = f"Inside for {lasted:.0f} s at a time, {apart}."
    if np.isnan(found.nominal_s[worst]):
        said = f"Perhaps inside, for {found.possible_s[worst]:.0f} s at most; {apart}."
    if len(group) > 1:
        said += f" They were inside {len(group)} times."
    outcome, severity = Outcome.NO_BREACH, Severity.SEV4
    if found.possible_s[worst] > limit:
        high = np.maximum(
            (d_h + m.error_h_m[span]) / agreed.horizontal_m, (d_v + m.error_v_m[span]) / agreed.vertical_m
        )
        severe = bool(np.any(high < context.figures("G01")["severe_share"]))
        severity = Severity.SEV1 if severe else Severity.SEV2
        outcome = Outcome.BREACH if found.certain_s[worst] > limit else Outcome.NOT_DETERMINABLE
        said += f" The limit is {limit:.0f} s."
        if outcome is Outcome.NOT_DETERMINABLE:
            certain = float(np.fmax(found.certain_s[worst], 0.0))
            said += f" For certain it was {certain:.0f} s. {why_unsure(m, first, last)}"
    else:
        said += f" That is within the {limit:.0f} s agreed: no breach."
    return context.find(
        TEXT, int(found.of[worst]), (first, last), outcome, severity, (lasted, limit, "s"), said,
        margin_sigma=margin(float(found.nominal_s[worst]), error, limit, breach_over=True),
    )  # fmt: skip


RULE = Rule(TEXT, judge, reach, (TEST, INTERCEPT, JOIN))
