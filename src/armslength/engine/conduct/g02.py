"""G02: nobody flies so near that a collision is a hazard; what a crew says of it counts as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.attribution import BACK_S, who_knew, who_lowered
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import margin
from armslength.engine.conduct.nearness import Nearness, nearness
from armslength.engine.conduct.regimes import JOIN
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import REENTRY_S, Events, encounters, events
from armslength.engine.conduct.told import COLLISION_HAZARD, Reported
from armslength.engine.conduct.words import feet, miles, why_unsure
from armslength.units import NS

TEXT = RuleText(
    "G02",
    "Near miss",
    "No two aircraft of different parties come so near that a collision is a hazard, unless they fly together by "
    "consent.",
    "The near midair collision of the FAA (AIM 7-7-3): under 500 ft, or a crew says that there was a hazard, critical "
    "under 100 ft; the close tier is that of October 2016, half a mile. Annex 2, 3.2.1, on collision hazard, recalled.",
    "The slant distance at the nearest moment is under that of a near miss, or both distances are under those of the "
    "close tier. It holds everywhere, outside the area of the terms and in exempt sub-areas too. A crew's report of a "
    "collision hazard opens it whatever the tracks say; they corroborate it (certainly in one of the tiers within 60 s "
    "of it), are consistent with it (possibly), contradict it, or hold nothing. It is a breach where the tracks "
    "alone make it certain; a report that they do not corroborate is not determinable from them. A report that names "
    "no aircraft counts for those that may have been so near to the reporter. Plots too far apart for 500 ft leave "
    "that tier undetermined.",
    (
        Parameter("near_miss.slant", "near_miss.slant_m", "m", "slant distance of a near miss"),
        Parameter("near_miss.critical", "near_miss.critical_m", "m", "slant distance below which it is critical"),
        Parameter("conduct.G02.close_horizontal", "close_horizontal_m", "m", "close tier, horizontal"),
        Parameter("conduct.G02.close_vertical", "close_vertical_m", "m", "close tier, vertical"),
    ),
    ("formation by consent: an agreed join",),
    "SEV1 where it was certainly under the distance of a near miss, or where a crew reported a collision hazard; "
    "else SEV2; SEV4 of what is not determinable where both tiers were kept as measured: levels within 50 ft of the "
    "vertical distance of the close tier keep it, so 1,000 ft between two cruising levels does",
    "the nearest moment with its bounds, crew reports and what the tracks say of them",
    "nobody: both are near",
    ("conduct",),
)
AROUND_S = 60.0
"""A crew's clock and a crew's memory: what tracks say so long before and after a report is held against it [s]."""


def reach(terms: Terms) -> Reach:
    """Return what G02 must be shown: twice the close tier, since the errors of coarse plots are as wide as that."""
    figures = terms.conduct["G02"]
    wide = max(figures["close_horizontal_m"], terms.near_miss.slant_m)
    return Reach(2.0 * wide, 2.0 * max(figures["close_vertical_m"], terms.near_miss.slant_m), BACK_S)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A crew's report beside a meeting.

    Attributes:
        meeting, sample: that it is about, and the nearest in time to it. t: of the report [s after the epoch].
        says: what the tracks say.
    """

    meeting: int
    sample: int
    t: float
    says: str
    form: Reported


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair and encounter that was possibly so near, or that a crew reported."""
    near = nearness(meetings, context.terms)
    found = events(meetings, near.near | near.close)
    groups = encounters(meetings, found.of, found.first, found.last)
    beside: list[list[_Heard]] = [[] for _ in groups]
    alone: list[list[_Heard]] = []
    for heard in sorted(_heard(context, near), key=lambda one: (one.meeting, one.t, one.form.id)):
        i = _group(meetings, found, groups, heard)
        if i is not None:
            beside[i].append(heard)
        elif alone and alone[-1][-1].meeting == heard.meeting and heard.t - alone[-1][-1].t <= REENTRY_S:
            alone[-1].append(heard)
        else:
            alone.append([heard])
    out = [_flown(context, near, found, group, told) for group, told in zip(groups, beside, strict=True)]
    return out + [_said(context, near, told) for told in alone]


def _heard(context: Context, near: Nearness) -> Iterator[_Heard]:
    m, told = context.meetings, near.near | near.close
    for form in context.reported:
        if form.kind != COLLISION_HAZARD:
            continue
        t = (form.at_ns - m.epoch_ns) / NS
        for k in _about(context, form):
            a, b = int(m.start[k]), int(m.start[k + 1])
            off = np.abs(m.t[a:b] - t)
            if off.min() > REENTRY_S:
                continue
            around = a + np.flatnonzero(off <= AROUND_S)
            says = "hold nothing of that time"
            if np.any(told.certain[around]):
                says = "corroborate it"
            elif np.any(told.possible[around]):
                says = "are consistent with it"
            elif not form.accused:
                continue
            elif len(around):
                says = "contradict it"
            yield _Heard(k, a + int(np.argmin(off)), t, says, form)


def _about(context: Context, form: Reported) -> list[int]:
    if form.accused:
        first, second = sorted((form.reporter, form.accused))
        return context.places.get((first, second), [])
    return sorted(k for pair, places in context.places.items() if form.reporter in pair for k in places)


def _group(m: Meetings, found: Events, groups: Sequence[Sequence[int]], heard: _Heard) -> int | None:
    """Return the encounter that a report belongs to, by its place: the nearest in time of its meeting."""
    apart = []
    for i, group in enumerate(groups):
        if found.of[group[0]] == heard.meeting:
            begins, ends = m.t[found.first[group[0]]], m.t[found.last[group[-1]]]
            apart.append((max(begins - heard.t, heard.t - ends, 0.0), i))
    least = min(apart, default=(np.inf, -1))
    return least[1] if least[0] <= REENTRY_S else None


def _flown(
    context: Context, near: Nearness, found: Events, group: Sequence[int], told: Sequence[_Heard]
) -> Finding:  # fmt: skip
    """Return the finding about one encounter: of its passes the nearest counts."""
    m, agreed, figures = context.meetings, context.terms.near_miss, context.figures("G02")

    def grave(i: int) -> tuple[bool, bool, float, int]:
        span = slice(found.first[i], found.last[i] + 1)
        return bool(np.any(near.near.certain[span])), bool(found.sure[i]), -float(np.min(near.ratio[span])), -i

    worst = max(group, key=grave)
    first, last = int(found.first[worst]), int(found.last[worst])
    span = slice(first, last + 1)
    under = grave(worst)[0]
    measured_in = any(bool(np.any(near.inside[found.first[i] : found.last[i] + 1])) for i in group)
    outcome = Outcome.BREACH if found.sure[worst] else Outcome.NOT_DETERMINABLE
    where = near.at.slant if under else near.ratio
    i = first + int(np.argmin(np.nan_to_num(where[span], nan=np.inf)))
    measured, bound = _measured(context, near, i, under)
    said = f"Nearest {miles(float(near.at.d_h[i]))} and {feet(float(near.at.d_v[i]))} apart."
    if under:
        critical = bool(np.any(near.high[span] < agreed.critical_m))
        tier = f"critical, under {feet(agreed.critical_m)}" if critical else f"under {feet(agreed.slant_m)}"
        said += f" In a straight line {feet(float(near.at.slant[i]))}: {tier}."
    else:
        tier = f"{miles(figures['close_horizontal_m'])} and {feet(figures['close_vertical_m'])}"
        if outcome is Outcome.BREACH:
            said += f" Both are under {tier}."
        else:
            said += f" Whether both were under {tier} is not certain."
        unsure = bool(np.any(near.near.possible[span]))
        if unsure:
            said += f" Whether it was under {feet(agreed.slant_m)} in a straight line cannot be determined."
        if unsure or outcome is not Outcome.BREACH:
            said += " " + why_unsure(m, first, last)
    said += f" {who_lowered(m, i)}{who_knew(context, int(found.of[worst]), first)}{_crews(told)}"
    severity = Severity.SEV1 if under or told else Severity.SEV2
    if outcome is not Outcome.BREACH and not told and not measured_in:
        severity = Severity.SEV4
        said += " As measured both tiers were kept."
    return context.find(
        TEXT, int(found.of[worst]), (first, last), outcome, severity, measured, said,
        margin_sigma=margin(measured[0], bound, measured[1], breach_over=False),
    )  # fmt: skip


def _measured(context: Context, near: Nearness, i: int, slant: bool) -> tuple[tuple[float, float, str], float]:
    """Return value, threshold and unit, and the bound of the value: of the distance that decided."""
    m, figures = context.meetings, context.figures("G02")
    d_h, d_v = float(near.at.d_h[i]), float(near.at.d_v[i])
    if slant:
        bound = 0.5 * float(near.high[i] - near.low[i])
        return (float(near.at.slant[i]), context.terms.near_miss.slant_m, "m"), bound
    if d_v / figures["close_vertical_m"] > d_h / figures["close_horizontal_m"]:
        return (d_v, figures["close_vertical_m"], "m"), float(m.error_v_m[i])
    return (d_h, figures["close_horizontal_m"], "m"), float(m.error_h_m[i])


def _said(context: Context, near: Nearness, told: Sequence[_Heard]) -> Finding:
    """Return the finding about what crews reported and no track shows."""
    first, last = told[0].sample, told[-1].sample
    measured, bound = _measured(context, near, first, False)
    apart = f"{miles(float(near.at.d_h[first]))} and {feet(float(near.at.d_v[first]))}"
    return context.find(
        TEXT, told[0].meeting, (first, last), Outcome.NOT_DETERMINABLE, Severity.SEV1, measured,
        f"At the nearest second that is known they were {apart} apart.{_crews(told)}",
        margin_sigma=margin(measured[0], bound, measured[1], breach_over=False),
    )  # fmt: skip


def _crews(told: Sequence[_Heard]) -> str:
    return "".join(f" A crew of {one.form.by} reported a collision hazard: the tracks {one.says}." for one in told)


RULE = Rule(TEXT, judge, reach, (JOIN,))
