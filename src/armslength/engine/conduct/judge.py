"""All rules that the terms enable over many meetings, and what regimes make of what they find. Pure."""

from __future__ import annotations

from dataclasses import replace

from armslength.domain.finding import SUSPENDED, Finding, Outcome
from armslength.domain.meeting import Meetings
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.registry import RULES
from armslength.engine.conduct.rule import Rule
from armslength.engine.conduct.shown import Shown


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return what the enabled rules find, by rule, then by time, then by pair.

    A rule is shown what lies around the times in which a pair may have been as near as it looks (`shown`).
    """
    out: list[Finding] = []
    shown = Shown(context)
    for number, rule in RULES.items():
        if not context.terms.conduct[number].enabled or not len(meetings):
            continue
        if any(not getattr(context, one) for one in rule.lives_on):
            continue
        part = shown.to(rule)
        if len(part.meetings):
            found = [under_regime(rule, one, context) for one in rule.judge(part.meetings, part)]
            out += sorted(found, key=lambda one: (one.opened_ns, one.first, one.second, one.about))
    return out


def under_regime(rule: Rule, found: Finding, context: Context) -> Finding:
    """Return a finding as the regime of its time makes it; what is no breach stays as it is."""
    if found.outcome is Outcome.NO_BREACH:
        return found
    closed = found.opened_ns if found.closed_ns is None else found.closed_ns
    pair = (found.first, found.second)
    regime = context.regimes.at(
        rule.relaxed, rule.text.provisions, pair, found.opened_ns, closed, lambda area: context.both_in(area, found)
    )
    if not regime:
        return found
    if regime == SUSPENDED:
        says = f"{found.explanation} Recorded, not judged: {', '.join(rule.text.provisions)} is suspended."
        return replace(found, outcome=Outcome.NOT_DETERMINABLE, regime=regime, explanation=says)
    says = f"{found.explanation} No breach: {regime} was in force."
    return replace(found, outcome=Outcome.NO_BREACH, regime=regime, explanation=says)
