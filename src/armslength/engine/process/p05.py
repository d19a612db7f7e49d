"""P05: nothing is said in public but what both approved; copies go to whom the terms bind, and name their reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText

__all__ = ["Disclosed", "DisclosureFact", "Leaked", "Spoken", "findings", "text"]

text = RuleText(
    "P05",
    "Terms kept confidential; onward disclosure",
    "What a side says in public about the deal equals a line that both approved; a copy goes to whom the terms bind, "
    "and names its reader.",
    "The text of 2015 was withheld and both sides published a summary; that year one side said that what it had "
    "disclosed reached a third state through the other.",
    "Breach of the speaker when a sentence of a public statement equals no approved line; NO_BREACH when every one "
    "does: it is kept, so that both count the same. A copy for somebody whom the terms do not bind is refused; where "
    "a law requires it, it is made once the other side was notified, and recorded as no breach. Breach of who made a "
    "copy when a text that bears its mark is found where it does not belong.",
    (
        Parameter(
            "confidentiality.approved", "confidentiality.approved_s", "s", "within which a line is approved or not"
        ),
    ),
    (
        "a disclosure that a law requires, of which the other side was notified",
        "what says nothing about the deal: a person decides which statements are held against the lines",
    ),
    "SEV2",
    "digest of the statement, and the approved lines; digest of the mark of a copy; how a found text bears it",
    "who spoke; who made the copy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A person recorded at `at_ns` [UTC ns] what `by` said in public: `unapproved` of `sentences` equal no line."""

    at_ns: int
    by: str
    statement: str
    sentences: int
    unapproved: int
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """`by` made a copy, known by the digest of its mark, for somebody whom the terms do not bind, as a law requires.

    `notified`: the message that told the other side; "" where nothing did.
    """

    at_ns: int
    by: str
    mark: str
    notified: str
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaked:
    """A text was found that bears the mark of a copy that `by` made: by its code, or in so many of so many spaces."""

    at_ns: int
    by: str
    mark: str
    found: str
    by_code: bool
    agree: int
    spaces: int
    entry: str = ""


DisclosureFact: TypeAlias = Spoken | Disclosed | Leaked
"""Everything that P05 goes by."""


def findings(facts: Iterable[DisclosureFact], terms: Terms) -> list[Finding]:
    """Return what P05 finds, in the order of the facts; nothing where the terms switch it off."""
    return [_finding(fact) for fact in facts] if terms.conduct["P05"].enabled else []


def _finding(fact: DisclosureFact) -> Finding:
    match fact:
        case Spoken():
            outcome = Outcome.BREACH if fact.unapproved else Outcome.NO_BREACH
            says = (
                f"{fact.unapproved} of {fact.sentences} sentences that {fact.by} said in public equal no approved line."
            )
            return _made(fact, fact.statement, outcome, float(fact.unapproved), 0.0, says)
        case Disclosed():
            outcome = Outcome.NO_BREACH if fact.notified else Outcome.BREACH
            says = f"{fact.by} gave a copy of the terms to somebody whom they do not bind, as a law requires. "
            says += "The other side was notified." if fact.notified else "The other side was not notified."
            return _made(fact, fact.mark, outcome, 1.0, 0.0, says, fact.notified)
        case Leaked():
            how = (
                "Its code stands in it."
                if fact.by_code
                else f"{fact.agree} of {fact.spaces} marked spaces are that copy's."
            )
            says = f"A text was found that is a copy which {fact.by} made, or a part of one. {how}"
            return _made(fact, fact.mark, Outcome.BREACH, 1.0, 0.0, says, fact.found)


def _made(
    fact: DisclosureFact, about: str, outcome: Outcome, value: float, threshold: float, says: str, *more: str
) -> Finding:
    told = tuple(dict.fromkeys(one for one in (fact.entry, about, *more) if one))
    return Finding(
        "P05", about, outcome, Severity.SEV2, fact.by, fact.at_ns, fact.at_ns, value, threshold, "", told, says
    )  # fmt: skip
