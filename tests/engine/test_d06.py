"""D06: content outside the deal, and requests for assistance, over records of facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.articles import Assistance
from armslength.agreement.terms import default_terms
from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.discipline.d06 import GRACE_NS, Content, ContentFact, Decided, Stopped, Wrote, findings
from armslength.units import NS

N, S = "NORTH", "SOUTH"
BEGIN = 1_700_006_400 * NS
TERMS = default_terms()
LIMIT = 300.0


def at(seconds: float) -> int:
    """Return UTC ns, so many seconds after the beginning."""
    return BEGIN + round(seconds * NS)


def asked(by: str = S, received: float = 0.0, number: str = "m1") -> list[ContentFact]:
    """Return a request for assistance that was received."""
    said = t.Said(at_ns=at(received), id=number, by=by, code="AST", precedence="FLASH", rings=True, entry="b#1")
    return [said, t.Marked(at_ns=at(received), id=number, mark="RECEIVED", stamp_ns=at(received), entry="b#2")]


def answered(stamp: float, code: str = "ADC", known: float | None = None, number: str = "m1") -> t.Answered:
    """Return the answer to it."""
    return t.Answered(
        at_ns=at(stamp if known is None else known), id=number, code=code, stamp_ns=at(stamp), entry="b#3"
    )


def judged(
    facts: list[ContentFact], until: float = 1000.0, own: str = N, assistance: Assistance | None = None
) -> list[Finding]:
    """Return what D06 says last of each matter."""
    terms = replace(TERMS, assistance=assistance) if assistance else TERMS
    return findings(own, S if own == N else N, terms, facts, at(until))


def wrote(final: bool, places: int = 1, by: str = S) -> Wrote:
    """Return a text in which something is found."""
    kinds = ("weapon",) if places else ()
    return Wrote(at_ns=at(5), id="m2", by=by, stamp_ns=at(4), kinds=kinds, places=places, final=final, entry="b#9")


def test_what_leaves_no_doubt_is_a_breach_of_the_writer() -> None:
    (found,) = judged([wrote(True)])
    assert (found.outcome, found.severity, found.by) == (Outcome.BREACH, Severity.SEV3, S)
    assert found.opened_ns == at(4) and "b#9" in found.evidence and "weapon" in found.explanation


def test_a_word_is_not_determinable_and_a_clean_text_nothing() -> None:
    assert [one.outcome for one in judged([wrote(False)])] == [Outcome.NOT_DETERMINABLE]
    assert judged([wrote(False, places=0)]) == []


def test_both_sides_find_the_same_in_one_text() -> None:
    north, south = (judged([replace(wrote(True), entry="")], own=own) for own in (N, S))
    assert [one.as_dict() for one in north] == [one.as_dict() for one in south]


def test_a_draft_that_was_stopped() -> None:
    facts: list[ContentFact] = [Stopped(at_ns=at(1), draft="sha256:d", kinds=("unit",), places=2, entry="b#4")]
    (lasting,) = judged(facts)
    assert (lasting.outcome, lasting.closed_ns, lasting.value) == (Outcome.NO_BREACH, None, 2.0)
    (decided,) = judged([*facts, facts[0], Decided(at_ns=at(9), draft="sha256:d", choice="HOLD", entry="b#5")])
    assert (
        decided.closed_ns == at(9) and decided.evidence == ("b#4", "sha256:d", "b#5") and "HOLD" in decided.explanation
    )
    assert judged([Decided(at_ns=at(9), draft="sha256:other", choice="HOLD")]) == []


@pytest.mark.parametrize("code", ["ADC", "UNA"])
@pytest.mark.parametrize(("after", "late"), [(0.0, False), (LIMIT, False), (LIMIT + 1e-6, True)])
def test_declined_in_time_or_late(code: str, after: float, late: bool) -> None:
    found = judged([*asked(by=N), answered(after, code)], own=N)
    assert [(one.outcome, one.by, one.severity) for one in found] == [(Outcome.BREACH, S, Severity.SEV3)] * late


@pytest.mark.parametrize("code", ["ROG", "SBY", "WIL"])
def test_what_does_not_decline_is_no_answer(code: str) -> None:
    (found,) = judged([*asked(), answered(10, code)], 400.0)
    assert (found.outcome, found.by, found.closed_ns) == (Outcome.BREACH, N, None)


def test_the_terms_set_the_time() -> None:
    facts = [*asked(), answered(200)]
    assert judged(facts) == []
    (found,) = judged(facts, assistance=Assistance(answered_s=120.0))
    assert (found.value, found.threshold, found.opened_ns) == (200.0, 120.0, at(120))


def test_the_other_side_is_given_time_to_become_known() -> None:
    assert judged(asked(by=N), LIMIT + GRACE_NS / NS) == []
    assert [one.by for one in judged(asked(by=N), LIMIT + GRACE_NS / NS + 1e-6)] == [S]
    assert [one.by for one in judged(asked(), LIMIT + 1e-6)] == [N]


def test_without_a_way_the_answer_of_the_other_side_is_waited_for() -> None:
    cut: list[ContentFact] = [*asked(by=N), t.Path(at_ns=at(10), stands=False)]
    assert judged(cut, 10_000.0) == []
    back = [*cut, t.Path(at_ns=at(2000), stands=True)]
    assert judged(back, 2009.0) == [] and len(judged(back, 2011.0)) == 1
    assert judged([*back, answered(100, known=2005)], 3000.0) == []


def test_word_that_comes_late_turns_it() -> None:
    late = answered(100, known=700)
    (found,) = judged([*asked(by=N), late])
    assert (found.outcome, found.closed_ns) == (Outcome.NO_BREACH, at(LIMIT))
    (doubted,) = judged([t.Session(at_ns=BEGIN, stands=True), *asked(by=N), late])
    assert doubted.outcome is Outcome.NOT_DETERMINABLE


def test_an_answer_may_come_before_word_that_it_was_received() -> None:
    said, mark = asked(by=N)
    assert judged([said, answered(5, known=6), replace(mark, at_ns=at(7))]) == []


def test_what_was_not_recorded_is_not_judged() -> None:
    blind = t.Unrecorded(at_ns=at(600), from_ns=at(10))
    assert [one.outcome for one in judged([*asked(), blind])] == [Outcome.NOT_DETERMINABLE]


def test_switched_off_it_is_silent() -> None:
    off = replace(TERMS, conduct={**TERMS.conduct, "D06": replace(TERMS.conduct["D06"], enabled=False)})
    assert findings(N, S, off, [wrote(True), *asked()], at(1000)) == []


@given(st.lists(st.floats(0, 900), min_size=1, max_size=6), st.lists(st.floats(0, 2000), max_size=8), st.floats(0, 700))
@settings(max_examples=100, deadline=None)
def test_how_often_it_is_asked_changes_nothing(begins: list[float], looks: list[float], after: float) -> None:
    facts: list[ContentFact] = []
    for number, begin in enumerate(begins):
        facts += [*asked(N if number % 2 else S, begin, f"m{number}"), answered(begin + after, number=f"m{number}")]
    facts.sort(key=lambda fact: fact.at_ns)
    rule, last = Content(N, S, TERMS), dict[str, Finding]()
    moments = sorted(at(look) for look in looks)
    for fact in facts:
        for moment in [one for one in moments if one <= fact.at_ns]:
            last |= {one.id: one for one in rule.until(moment)}
        moments = [one for one in moments if one > fact.at_ns]
        last |= {one.id: one for one in rule.take(fact)}
    last |= {one.id: one for one in rule.until(at(3000))}
    assert sorted(last) == sorted(one.id for one in findings(N, S, TERMS, facts, at(3000)))
    wanted = {one.id: one for one in findings(N, S, TERMS, facts, at(3000))}
    assert last == wanted
