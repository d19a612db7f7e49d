"""The rules about process, by id, and all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from armslength.domain.finding import Finding
from armslength.engine.process.p01 import ReportOnTime
from armslength.engine.process.p02 import AnswerOnSubstance
from armslength.engine.process.p03 import EvidenceSealed
from armslength.engine.process.p04 import GroupMeets
from armslength.engine.process.p06 import SuspensionInForm
from armslength.engine.process.rule import Record, Rule

__all__ = ["RULES", "judge"]

_ALL: tuple[type[Rule], ...] = (ReportOnTime, AnswerOnSubstance, EvidenceSealed, GroupMeets, SuspensionInForm)
RULES: Mapping[str, type[Rule]] = MappingProxyType({rule.text.id: rule for rule in _ALL})
"""Every rule by its id, in order; its words are `RULES[id].text`. P05 is judged where public statements are checked."""


def judge(record: Record) -> list[Finding]:
    """Return what the rules that the terms enable find: the last word on each matter, in order of time."""
    conduct = record.terms.conduct
    found = [one for number, rule in RULES.items() if conduct[number].enabled for one in rule.judge(record)]
    return sorted(found, key=lambda one: (one.opened_ns, one.rule, one.about))
