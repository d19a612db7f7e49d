# ruff: noqa: E501
"""Writes docs/rules.md from the registry of all rules. Run it after a change of a rule; a test compares."""

from __future__ import annotations

from pathlib import Path

from armslength.agreement.articles import ARTICLES
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import Key, Measure, keys_of
from armslength.agreement.terms import NearMiss, Separation, default_terms
from armslength.domain.rule import Parameter, RuleText
from armslength.node.rules import RULES
from armslength.units import parse

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
HEAD = """# The rules of conduct

All rules that the terms can switch off, with their figures ([terms.md](terms.md), `[conduct]`). They are judged live and in replay by the
same code: [geometry and discipline](conduct.md), [communications](findings-comms.md), [cases and process](cases.md), [what may be said](discretion.md).

A finding is BREACH, NO_BREACH (looked at, and none), or NOT_DETERMINABLE (the errors or what is missing do not let it be told), of severity SEV1
(critical), SEV2 (serious), SEV3 (notable) or SEV4 (administrative). It names an act and whose it was; guilt it does not name.

This page is written from the registry of the rules (`scripts/write_rules_page.py`); a test holds the two together.
"""
GROUPS = {"G": "How they fly near each other", "C": "How they talk", "D": "Discipline", "P": "Process"}
_OTHERS = {**ARTICLES, "separation": Separation, "near_miss": NearMiss}


def page() -> str:
    """Return the page."""
    parts, group = [HEAD, _table()], ""
    for rule in RULES.values():
        if rule.id[0] != group:
            group = rule.id[0]
            parts.append(f"# {GROUPS[group]}\n")
        parts.append(_section(rule))
    return "\n".join(parts)


def _table() -> str:
    rows = [f"| [{one.id}](#{_anchor(one)}) | {one.title} | {one.severity} |" for one in RULES.values()]
    return "\n".join(["| rule | title | severity |", "|---|---|---|", *rows, ""])


def _anchor(rule: RuleText) -> str:
    kept = "".join(sign for sign in f"{rule.id} {rule.title}".lower() if sign.isalnum() or sign in " -")
    return kept.replace(" ", "-")


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
    ]
    if figures:
        rows += ["| figure of the terms | default | what it is |\n|---|---|---|", f"{figures}\n"]
    return "\n".join(rows)


def _usual(rule: RuleText, one: Parameter) -> str:
    """Return the default as the terms spell it, where they do."""
    terms = default_terms()
    if "." in one.attribute:
        article, name = one.attribute.split(".")
        value = getattr(getattr(terms, article), name)
        keys = keys_of(_OTHERS[article]) if article in _OTHERS else ()
    elif hasattr(terms, one.attribute):
        value, keys = getattr(terms, one.attribute), ()
    else:
        value, keys = CONDUCT[rule.id].usual()[one.attribute], CONDUCT[rule.id].keys
    spelled = next((key for key in keys if key.attribute == one.attribute.rpartition(".")[2]), None)
    return _spelled(spelled, value) or (f"{value:.0%}" if one.unit == "share" else f"{value:g} {one.unit}".strip())


def _spelled(key: Key | None, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key is None or not isinstance(key.kind, Measure):
        return ""
    return key.kind.example if parse(key.kind.example, key.kind.quantity) == value else ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
