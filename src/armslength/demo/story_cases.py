"""What was found, and what is said in cases, as sentences for somebody who has never seen one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from armslength.demo.plan import Plan
from armslength.demo.tones import ALARM, GOOD, TELL, WARN

__all__ = ["case_told", "found"]

Event = Mapping[str, Any]
Line = tuple[str, str]
SENTENCES = 2
"""So many sentences of an explanation are told; all of it stands in the ledger."""
_OUTCOMES = {"NOT_DETERMINABLE": ", not determinable", "NO_BREACH": ", no breach after all"}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_SENTENCE = re.compile(r"(?<=[a-z0-9)]\.) (?=[A-Z])")
_QUIET = frozenset({"evidence in", "reminder"})
_TONES = {"SIGNATURE": GOOD, "CLOSING": GOOD, "OPENING": WARN}


def found(plan: Plan, event: Event) -> Line:
    """Return what is told of a finding: rule, how grave, whose act; call signs for "the first", "the second"."""
    whose = f", by {event['by']}" if event.get("by") else ""
    says = str(event["explanation"])
    if not event.get("first"):
        whose = f" ({event['by']})" if event.get("by") else ""
        return TELL, f"Finding {event['rule']}{whose}{_OUTCOMES.get(str(event.get('outcome')), '')}: {says}"
    names = [plan.named([str(event[side])]) for side in ("first", "second") if event.get(side)]
    who = " and ".join(names)
    says = " ".join(_SENTENCE.split(says)[:SENTENCES])
    for word, name in zip(("first", "second"), names, strict=False):
        says = re.sub(rf"\b[Tt]he {word}\b", name, says)
    grade = "" if event.get("outcome") == "BREACH" else _OUTCOMES.get(str(event.get("outcome")), "")
    tone = ALARM if event.get("severity") == "SEV1" and not grade else WARN
    return tone, f"Finding {event['rule']} ({event['severity']}{whose}){grade}, {who}: {says}"


def case_told(party: str, event: Event) -> Line | None:
    """Return what is told of a case on the side of `party`: what is said, by who says it; an opening, by both."""
    says, kind, what = (str(event.get(name) or "") for name in ("says", "kind", "what"))
    says = _STAMP.sub(r"\1Z", says)
    if what in _QUIET:
        return None
    if what == "case act prepared":
        return (
            TELL,
            f"Case {event['case']}: the {event['person']} decides ({kind}). It binds: a second person must, too.",
        )
    if what == "evidence opened":
        return (GOOD if event.get("holds") else ALARM), says
    theirs = event.get("by") != party and "why" not in event
    if kind and event.get("document") and theirs and kind != "opening":
        return None
    return _TONES.get(kind.upper(), TELL), says
