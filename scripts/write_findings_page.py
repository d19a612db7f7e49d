# ruff: noqa: E501
"""Writes docs/findings-comms.md from the registry of the rules. Run it after a change of a rule; a test compares."""

from __future__ import annotations

from pathlib import Path

from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.terms import default_terms
from armslength.domain.rule import Parameter, RuleText
from armslength.domain.talk import HOLDS, LONGEST_S, OUTAGE, TEST
from armslength.engine.comms.c04 import LEAST_TRAFFIC
from armslength.engine.comms.registry import RULES
from armslength.engine.comms.rule import GRACE_NS
from armslength.units import NS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "findings-comms.md"
HEAD = f"""# Findings about communications: C01 to C09

A node keeps a record of its talk with each counterpart (checks, calls, answers, marks, channels, voice contacts) and judges it by
the rules below, by the terms in force, as time passes. A finding is entered into the agreement's book as `finding` when it opens,
grows worse, closes, or turns out otherwise, and the own officer is told once. `armslength status` counts them; open ones stand in
`/api/status`, `findings` of each counterpart. Nothing of it is sent: both sides judge for themselves.

This page is written from the registry of the rules (`scripts/write_findings_page.py`); a test holds the two together.

**Outcomes.** BREACH; NO_BREACH where what looked like one turned out otherwise; NOT_DETERMINABLE where the record does not say: the
node did not run, its clock was set, nobody is known to listen. A rule that is kept leaves no finding. **Suspended** provisions are
recorded, not judged: NOT_DETERMINABLE, `regime` SUSPENDED. Rules about the ground line, answering and relaying cannot be suspended.

**By** is the party whose act or omission it was; empty where the rule names none. **Value** and **threshold** stand in `unit`; of a
finding that lasts the value is that of its last saying. A limit is broken when more time has passed than it allows: exactly at it is in time.

**Clocks.** How long something took is taken between two stamps of one clock, the receiver's, so that no clock offset is in it. What the
other side stated is waited for {GRACE_NS // NS} s longer, and for as long as no way to it stands. Word that comes late and says that it was in time
turns the finding to NO_BREACH; where the ground line stood all that time, and would have brought it, to NOT_DETERMINABLE.

**Planned.** `armslength outage` tells an outage of a frequency or of the ground line, or a test of a frequency, beforehand (LCM). It
counts on both sides, whoever told it, where the other had it before it began; an outage of at most {LONGEST_S[OUTAGE] // 3600} h, a test of at most
{LONGEST_S[TEST] // 3600} h.

**Restart.** Checks, holds, answers, noise and the messages that came in are kept. What was owed by the other side on own messages
before a restart is judged by the other side alone. The time in which the node did not run counts as not recorded.

**Held answers** (`armslength duty hold`): {"; ".join(f"`{name}`: {says}" for name, says in HOLDS.items())}. A hold excuses nothing: it is
the evidence of C06.
"""


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for kind in RULES.values():
        parts.append(_section(kind.text))
    parts.append(
        f"Messages of a day of which fewer than {LEAST_TRAFFIC} were said say nothing about the share of free text. "
        "Switching a rule off, and its own figures: [terms.md](terms.md).\n"
    )
    return "\n".join(parts)


def _section(rule: RuleText) -> str:
    figures = "\n".join(f"| `{one.key}` | {_usual(rule, one)} | {one.says} |" for one in rule.parameters)
    stops = " or ".join(f"`{one}`" for one in rule.provisions)
    rows = [
        f"## {rule.id} {rule.title}\n",
        f"{rule.words}\n",
        f"- **Basis.** {rule.basis}",
        f"- **Test.** {rule.test}",
        f"- **No breach.** {'; '.join(rule.exceptions)}.",
        f"- **Severity.** {rule.severity}.",
        f"- **By.** {rule.by}.",
        f"- **Evidence.** {rule.evidence}.",
        f"- **Suspended with.** {stops or 'nothing'}.\n",
        "| figure of the terms | default | what it is |\n|---|---|---|",
        f"{figures}\n",
    ]
    return "\n".join(rows)


def _usual(rule: RuleText, one: Parameter) -> str:
    terms = default_terms()
    if "." in one.attribute:
        article, name = one.attribute.split(".")
        value = getattr(getattr(terms, article), name)
    else:
        value = CONDUCT[rule.id].usual()[one.attribute]
    if one.unit == "share":
        return f"{value:.0%}"
    return f"{value:g} {one.unit}".strip()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
