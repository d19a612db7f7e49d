"""All rules that the terms enable over many meetings, and what regimes make of what they find. Pure."""

from __future__ import annotations

from dataclasses import replace

from armslength.domain.finding import SUSPENDED, Finding, Outcome
from armslength.domain.meeting import Meetings
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.registry import RULES, reach
from armslength.engine.conduct.rule import Reach, Rule


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return what the enabled rules find, by rule, then by time, then by pair.

    Rules that look no further than half the vicinity are shown the meetings in which the two came, as measured, as near
    as any of these rules looks (`Rule.reach`), and those that a crew reported; the other rules are shown all.
    """
    out: list[Finding] = []
    if not len(meetings):
        return out
    whole = reach(context.terms)
    near: Context | None = None
    for number, rule in RULES.items():
        if not context.terms.conduct[number].enabled:
            continue
        part = context
        if rule.reach(context.terms).horizontal_m <= 0.5 * whole.horizontal_m:
            near = near or _near(context, 0.5 * whole.horizontal_m)
            part = near
        if len(part.meetings):
            found = [under_regime(rule, one, context) for one in rule.judge(part.meetings, part)]
            out += sorted(found, key=lambda one: (one.opened_ns, one.first, one.second, one.about))
    return out


def _near(context: Context, most_m: float) -> Context:
    """Return the context of the meetings that rules are shown which look no further than `most_m`."""
    terms, far = context.terms, Reach(0.0, 0.0)
    for number, rule in RULES.items():
        wanted = rule.reach(terms)
        if terms.conduct[number].enabled and wanted.horizontal_m <= most_m:
            far = far | wanted
    part = context.meetings.take(context.meetings.within(far.horizontal_m, far.vertical_m) | context.by_crews)
    return context if part is context.meetings else replace(context, meetings=part)


def under_regime(rule: Rule, found: Finding, context: Context) -> Finding:
    """Return a finding as the regime of its time makes it; what is no breach stays as it is."""
    if found.outcome is Outcome.NO_BREACH:
        return found
    closed = found.opened_ns if found.closed_ns is None else found.closed_ns
    pair = (found.first, found.second)
    regime = context.regimes.at(rule.relaxed, rule.text.provisions, pair, found.opened_ns, closed)
    if not regime:
        return found
    if regime == SUSPENDED:
        says = f"{found.explanation} Recorded, not judged: {', '.join(rule.text.provisions)} is suspended."
        return replace(found, outcome=Outcome.NOT_DETERMINABLE, regime=regime, explanation=says)
    says = f"{found.explanation} No breach: {regime} was in force."
    return replace(found, outcome=Outcome.NO_BREACH, regime=regime, explanation=says)
