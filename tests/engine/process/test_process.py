"""P01 to P04 and P06: each fires on its own breach, and not on its near twin just inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.articles_conduct import CONDUCT, Rule
from armslength.agreement.terms import Party, default_terms
from armslength.domain import case as c
from armslength.domain.case import Document
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.cases.deadlines import Ice, deadlines
from armslength.engine.process.registry import RULES, judge
from armslength.engine.process.rule import Notice, Record, Spoken
from engine.cases.made_up import DAY, HOUR, MINUTE, START, Said, report, root

TERMS = replace(default_terms(), parties=(Party("North"), Party("South")))
SECOND = 10**9


def record(said: Said | None, now_ns: int, ice: Ice = (), known: dict[str, int] | None = None, **more: Any) -> Record:
    """Return a record as North has it, over a line that stands all the time."""
    files = [said.file(now_ns, ice)] if said is not None else []
    owed = {one.case: deadlines(one, TERMS.working_group, ice, known) for one in files}
    usual = {"own": "North", "other": "South", "terms": TERMS, "since_ns": START, "stands_ns": START - DAY}
    return Record(**{**usual, "now_ns": now_ns, "files": files, "owed": owed, **more})


def found(rule: str, of: Record) -> list[Finding]:
    """Return what a rule finds."""
    return [one for one in judge(of) if one.rule == rule]


def opened(severity: Severity = Severity.SEV2, sealed: bool = True) -> Said:
    """Return a case that North opened."""
    said = Said()
    said.open(severity)
    if sealed:
        for party in ("North", "South"):
            said.say(party, root(party[0].lower().replace("n", "a").replace("s", "b")), START + MINUTE)
    return said


def test_every_rule_is_one_of_the_terms_and_says_everything() -> None:
    for number, rule in RULES.items():
        text = rule.text
        assert text.id == number and text.title == CONDUCT[number].title
        assert all((text.words, text.basis, text.test, text.parameters, text.exceptions, text.severity, text.evidence))
        for one in text.parameters:
            article, _, key = one.attribute.partition(".")
            assert hasattr(getattr(TERMS, article), key), one.key


@pytest.mark.parametrize(("stage", "due"), [(c.Stage.INITIAL, DAY), (c.Stage.FULL, 3 * DAY)])
def test_p01_a_report_on_the_last_second_is_in_time(stage: c.Stage, due: int) -> None:
    for late, outcomes in ((0, []), (SECOND, [Outcome.BREACH])):
        said = opened()
        if stage is c.Stage.FULL:
            said.say("North", report(), START + HOUR)
        said.say("North", report(stage), START + due + late)
        mine = [one for one in found("P01", record(said, START + 4 * DAY)) if stage.value.lower() in one.about]
        assert [one.outcome for one in mine] == outcomes
        assert all(one.by == "North" and one.severity is Severity.SEV3 for one in mine)


def test_p01_lasts_until_it_is_done_and_no_suspension_stops_it() -> None:
    said = opened(Severity.SEV3)
    ice = ((START + DAY, None),)
    assert not found("P01", record(said, START + 7 * DAY))
    (lasts,) = found("P01", record(said, START + 8 * DAY, ice, suspended=frozenset({"working_group"})))
    assert lasts.closed_ns is None and lasts.outcome is Outcome.BREACH and lasts.regime == ""
    said.say("North", report(), START + 9 * DAY)
    (closed,) = found("P01", record(said, START + 10 * DAY))
    assert closed.id == lasts.id and closed.closed_ns == START + 9 * DAY and closed.value == 9 * 86_400.0


def test_p02_acknowledging_and_answering() -> None:
    said = opened()
    filed = said.say("North", report(), START + HOUR)
    base = filed.time_ns
    assert not found("P02", record(said, base + DAY))
    (late,) = found("P02", record(said, base + DAY + MINUTE))
    assert late.by == "South" and "acknowledge" in late.explanation
    said.say("South", c.Answer(c.Substance.DISPUTE, filed.digest), base + 10 * DAY)
    both = found("P02", record(said, base + 12 * DAY))
    assert [one.about for one in both] == ["N-1 acknowledge South"], "an answer acknowledges too, but late"


def test_p02_grows_worse_and_frozen_time_does_not_count() -> None:
    said = opened()
    filed = said.say("North", report(), START + HOUR)
    said.say("South", c.Acknowledgement(filed.digest), START + 2 * HOUR)
    (first,) = found("P02", record(said, START + 11 * DAY))
    (worse,) = found("P02", record(said, START + 21 * DAY))
    assert (first.severity, worse.severity) == (Severity.SEV3, Severity.SEV2) and first.id == worse.id
    ice = ((START + DAY, START + 5 * DAY),)
    assert not found("P02", record(said, START + 11 * DAY, ice))
    frozen = record(said, START + 11 * DAY, suspended=frozenset({"working_group"}))
    assert [one.outcome for one in found("P02", frozen)] == [Outcome.NOT_DETERMINABLE]
    assert found("P02", frozen)[0].regime == "SUSPENDED"


def test_p03_late_missing_broken_and_twice() -> None:
    said = opened(sealed=False)
    said.say("North", root("a"), START + HOUR)
    assert not found("P03", record(said, START + HOUR))
    (missing,) = found("P03", record(said, START + HOUR + MINUTE))
    assert missing.by == "South" and missing.severity is Severity.SEV2 and missing.closed_ns is None
    said.say("South", root("b"), START + 2 * HOUR)
    (late,) = found("P03", record(said, START + DAY))
    assert late.id == missing.id and late.closed_ns == START + 2 * HOUR
    broken = record(said, START + DAY, broken={("N-1", "South"): "1 piece of it was not committed to."})
    assert [one.about for one in found("P03", broken)] == ["N-1 seal evidence South", "N-1 opened South"] or len(
        found("P03", broken)
    ) == 2
    said.say("South", root("c"), START + 3 * HOUR)
    assert "committed a second time" in found("P03", record(said, START + DAY))[-1].explanation


def test_what_came_late_but_was_stamped_in_time_is_no_breach_where_the_line_was_down() -> None:
    said = opened()
    filed = said.say("North", report(), START + HOUR)
    given = said.say("South", c.Acknowledgement(filed.digest), START + 2 * HOUR)
    known = {given.digest: START + 3 * DAY}
    down = record(said, START + 4 * DAY, known=known, stands_ns=START + 3 * DAY - MINUTE)
    assert [one.outcome for one in found("P02", down)] == [Outcome.NO_BREACH]
    (doubt,) = found("P02", record(said, START + 4 * DAY, known=known))
    assert doubt.outcome is Outcome.NOT_DETERMINABLE and "stood all that time" in doubt.explanation


def test_of_the_other_side_nothing_is_said_while_no_way_stands() -> None:
    said = opened(sealed=False)
    assert {one.by for one in found("P03", record(said, START + DAY, stands_ns=None))} == {"North"}
    assert {one.by for one in found("P03", record(said, START + DAY))} == {"North", "South"}, "the control"


def meeting(at_ns: int, agenda: str = "REGULAR") -> Document:
    """Return a session."""
    return Document("N-1", "North", 1, at_ns, f"sha256:{at_ns:064x}", c.Meeting(at_ns, c.Medium.VIDEO, agenda))


def met(now_ns: int, *at: Document, said: Said | None = None) -> list[str]:
    """Return what P04 finds."""
    return [f"{one.about} {one.closed_ns is None}" for one in found("P04", record(said, now_ns, meetings=at))]


def test_p04_regular_sessions_and_reviews() -> None:
    assert met(START + 30 * DAY) == []
    assert met(START + 31 * DAY) == ["regular session True"]
    assert met(START + 31 * DAY, meeting(START + 30 * DAY)) == []
    assert met(START + 40 * DAY, meeting(START + 35 * DAY)) == ["regular session False"]
    assert met(START + 31 * DAY, meeting(START + 60 * DAY)) == ["regular session True"], "what is to come is not held"
    often = [meeting(START + n * 29 * DAY) for n in range(1, 14)]
    assert met(START + 370 * DAY, *often) == ["yearly review True"]
    assert met(START + 370 * DAY, *often, meeting(START + 364 * DAY, "REVIEW")) == []


def test_p04_extraordinary_sessions() -> None:
    grave = opened(Severity.SEV1)
    assert met(START + 3 * DAY, said=grave) == []
    assert met(START + 4 * DAY, said=grave) == [f"N-1 extraordinary session {True}"]
    filed = grave.say("North", report(), START + HOUR)
    grave.say("South", c.Answer(c.Substance.PART, filed.digest), START + 2 * HOUR)
    grave.say("South", c.Meeting(START + 2 * DAY, c.Medium.VIDEO, "EXTRAORDINARY"), START + 2 * DAY)
    assert met(START + 4 * DAY, said=grave) == []


def three(days: Sequence[float], now_days: float, *held: Document) -> list[Finding]:
    """Return what P04 finds about SEV2 cases opened on these days."""
    files = []
    for day in days:
        said = Said()
        said.open(Severity.SEV2, START + round(day * DAY))
        files.append(replace_case(said, START + round(now_days * DAY), f"N-{day}"))
    base = record(None, START + round(now_days * DAY), meetings=held)
    owed = {one.case: deadlines(one, TERMS.working_group) for one in files}
    serious = [one.stamps["opened"] for one in files]
    of = replace(base, files=files, owed=owed, serious=serious)
    return [one for one in found("P04", of) if "three" in one.about]


def replace_case(said: Said, now_ns: int, number: str) -> Any:
    """Return the case under another number."""
    file = said.file(now_ns)
    file.case = number
    return file


def test_p04_three_serious_cases_in_a_week_ask_for_a_session() -> None:
    assert not three([0, 3, 6], 8.9)
    assert len(three([0, 3, 6], 9.1)) == 1
    assert not three([0, 3, 7.1], 20.0), "the near twin: not within seven days"
    assert not three([0, 3, 6], 20.0, meeting(START + 8 * DAY))
    (late,) = three([0, 3, 6], 20.0, meeting(START + 12 * DAY))
    assert late.closed_ns == START + 12 * DAY


def notice(**more: Any) -> Notice:
    """Return a notice of South that suspends separation, with an hour."""
    usual = {"digest": "sha256:" + "5" * 64, "by": "South", "provision": "separation", "resumes": False}
    return Notice(**{**usual, "issued_ns": START, "effect_ns": START + HOUR, "received_ns": START, **more})


def test_p06_a_notice_gives_the_time_agreed() -> None:
    def judged(**more: Any) -> list[Finding]:
        return found("P06", record(None, START + 2 * HOUR, notices=(notice(**more),)))

    assert not judged() and not judged(effect_ns=START, resumes=True) and not judged(received_ns=None)
    (short,) = judged(received_ns=START + 10 * MINUTE)
    assert (
        short.by == "South" and short.severity is Severity.SEV4 and (short.value, short.threshold) == (3000.0, 3600.0)
    )


def test_p06_words_alone_suspend_nothing() -> None:
    said = Spoken("sha256:m", "SUS", "South", START, "separation")
    later = START + 2 * HOUR
    assert len(found("P06", record(None, later, spoken=(said,)))) == 1
    assert not found("P06", record(None, START + HOUR, spoken=(said,)))
    assert not found("P06", record(None, later, spoken=(said,), notices=(notice(),)))
    assert found("P06", record(None, later, spoken=(said,), notices=(notice(provision="block"),)))


def test_a_rule_that_the_terms_leave_out_finds_nothing() -> None:
    said = opened(sealed=False)
    assert found("P03", record(said, START + DAY))
    off = replace(TERMS, conduct={**TERMS.conduct, "P03": Rule(False, {})})
    assert not found("P03", record(said, START + DAY, terms=off))


def test_both_sides_find_the_same() -> None:
    said = opened(sealed=False)
    filed = said.say("North", report(), START + 25 * HOUR)
    said.say("South", c.Acknowledgement(filed.digest), START + 3 * DAY)
    mine = record(said, START + 20 * DAY)
    theirs = replace(mine, own="South", other="North")
    assert [one.as_dict() for one in judge(mine)] == [one.as_dict() for one in judge(theirs)]
    assert {one.rule for one in judge(mine)} == {"P01", "P02", "P03"}
