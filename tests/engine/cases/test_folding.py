"""From documents to a case: the same whatever the order in which they came; what has no place is said to have none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain import case as c
from armslength.domain.case import State
from armslength.domain.finding import Severity
from armslength.engine.cases.folding import fold, group_matters, same_matter
from engine.cases.made_up import (
    DAY,
    GROUP,
    HOUR,
    MINUTE,
    PARTIES,
    START,
    TERMS,
    Said,
    finding,
    report,
    root,
    subject,
    whole_life,
)

UPTO = {
    "open": State.OPEN, "sealed": State.SEALED, "reported": State.REPORTED, "acknowledged": State.ACKNOWLEDGED,
    "answered": State.ANSWERED, "session": State.SESSION, "found": State.JOINT_FINDING, "measures": State.MEASURES,
    "closed": State.CLOSED,
}  # fmt: skip


@pytest.mark.parametrize("upto", list(UPTO))
def test_a_case_goes_its_way(upto: str) -> None:
    said, at = whole_life(upto)
    file = said.file(at)
    assert file.state is UPTO[upto] and not file.misplaced
    assert (file.case, file.opened_by, file.answers) == ("N-1", "North", "South")


def test_two_findings_are_an_end() -> None:
    said, at = whole_life("closed", two=True)
    file = said.file(at)
    assert file.state is State.CLOSED and file.joint is None and len(file.findings) == 2
    assert whole_life("found", two=True)[0].file(at).state is State.TWO_FINDINGS


@given(st.randoms(use_true_random=False), st.sampled_from(list(UPTO)), st.booleans())
@settings(max_examples=60)
def test_the_order_of_arrival_changes_nothing(rng: random.Random, upto: str, two: bool) -> None:
    said, at = whole_life(upto, two)
    straight = said.file(at)
    rng.shuffle(said.documents)
    again = said.file(at)
    assert (again.state, again.stamps, again.misplaced) == (straight.state, straight.stamps, straight.misplaced)
    assert again.documents == straight.documents


def test_clocks_that_differ_do_not_put_an_answer_before_its_report() -> None:
    said = Said()
    said.open()
    filed = said.say("North", report(), START + HOUR)
    said.say("South", c.Answer(c.Substance.ACCEPT, filed.digest), START - DAY)
    assert said.file(START + 2 * HOUR).state is State.ANSWERED


def test_both_open_and_it_is_one_case_under_the_earlier_number() -> None:
    said = Said()
    said.open(at_ns=START)
    said.say("North", root("a"), START + 1)
    said.say("South", c.Opening(c.Why.FINDING, Severity.SEV1, subject(START + MINUTE), TERMS), START + 2, "S-7", 1)
    said.say("South", root("b"), START + 3, "S-7", 2)
    file = said.file(START + MINUTE)
    assert (file.case, file.also, file.opened_by, file.state) == ("N-1", ("S-7",), "North", State.SEALED)


def test_the_control_elsewhere_it_is_two_cases() -> None:
    said = Said()
    said.open()
    far = subject(lat=2100)
    said.say("South", c.Opening(c.Why.FINDING, Severity.SEV1, far, TERMS), START + 2, "S-7", 1)
    assert [one[0].case for one in group_matters(said.documents)] == ["N-1", "S-7"]


def test_an_opening_joins_one_other_and_no_more() -> None:
    said = Said()
    for number in ("N-1", "N-2"):
        said.say("North", c.Opening(c.Why.FINDING, Severity.SEV1, subject(), TERMS), START, number, 1)
    for number in ("S-1", "S-2", "S-3"):
        said.say("South", c.Opening(c.Why.FINDING, Severity.SEV1, subject(), TERMS), START + 1, number, 1)
    assert sorted(len(one) for one in group_matters(said.documents)) == [1, 2, 2]


def test_near_the_date_line_a_place_is_near() -> None:
    assert same_matter(subject(lon=10_799), subject(lon=-10_799))
    assert not same_matter(subject(lon=0), subject(lon=10_800))
    assert same_matter(subject(lat=None, lon=None), subject(lat=None, lon=None))
    assert not same_matter(subject(lat=None, lon=None), subject(lat=None, lon=None, rules=("C06",)))
    assert same_matter(subject(matter="finding:1"), subject(START + DAY, matter="finding:1"))


def test_no_answer_in_time_is_recorded_and_a_late_one_still_counts() -> None:
    said, at = whole_life("acknowledged")
    due = next(one.time_ns for one in said.documents if isinstance(one.body, c.Report)) + 10 * DAY
    assert said.file(due).state is State.ACKNOWLEDGED
    late = said.file(due + 1)
    assert late.state is State.NO_ANSWER and late.stamps["no answer"] == due
    assert late.report is not None
    said.say("South", c.Answer(c.Substance.PART, late.report.digest), due + DAY)
    answered = said.file(due + 2 * DAY)
    assert answered.state is State.ANSWERED and answered.stamps["no answer"] == due
    assert at < due


def test_an_extension_counts_once() -> None:
    said, _ = whole_life("acknowledged")
    said.say("South", c.Extension("Crew on leave."), START + DAY)
    said.say("South", c.Extension("Again."), START + 2 * DAY)
    assert said.file(START + 19 * DAY).state is State.ACKNOWLEDGED
    assert said.file(START + 21 * DAY).state is State.NO_ANSWER
    assert list(said.file(START + 3 * DAY).misplaced.values()) == ["The time to answer was extended once already."]


def test_frozen_time_does_not_run_against_the_answer() -> None:
    said, _ = whole_life("acknowledged")
    ice = ((START + DAY, START + 6 * DAY),)
    assert said.file(START + 3 * DAY, ice).state is State.FROZEN
    assert said.file(START + 12 * DAY, ice).state is State.ACKNOWLEDGED
    assert said.file(START + 12 * DAY).state is State.NO_ANSWER, "the control: without ice"
    assert said.file(START + 16 * DAY, ice).state is State.NO_ANSWER


def misplaced(said: Said) -> str:
    """Return why the last document has no place."""
    return said.file(START + DAY).misplaced[said.documents[-1].digest]


def test_what_has_no_place_is_said_to_have_none() -> None:
    said, _ = whole_life("sealed")
    said.say("South", root("c"), START + HOUR)
    assert "had committed to other evidence" in misplaced(said)
    said.say("South", c.Acknowledgement("sha256:" + "1" * 64), START + HOUR)
    assert misplaced(said) == "There is no such report yet."
    said.say("North", finding(c.JointOrOwn.JOINT), START + HOUR)
    assert "when the working group has met" in misplaced(said)
    said, at = whole_life("reported")
    said.say("North", c.Answer(c.Substance.ACCEPT, said.documents[-1].digest), at)
    assert "for South to do that" in misplaced(said)
    said, at = whole_life("session")
    mine = said.say("North", finding(c.JointOrOwn.JOINT), at)
    said.say("North", c.FindingSignature(mine.digest), at)
    assert "nothing of the other side" in misplaced(said)
    said, at = whole_life("closed")
    said.say("South", c.Statement("One thing more.", "en"), at)
    assert misplaced(said) == "It came when the case was closed."


def test_two_joint_findings_offered_are_none_until_one_is_signed() -> None:
    said, at = whole_life("session")
    first = said.say("North", finding(c.JointOrOwn.JOINT), at)
    said.say("South", finding(c.JointOrOwn.JOINT), at)
    assert said.file(at).state is State.SESSION
    said.say("South", c.FindingSignature(first.digest), at)
    file = said.file(at)
    assert file.state is State.JOINT_FINDING and file.joint == first


def test_two_findings_can_still_become_one() -> None:
    said, at = whole_life("found", two=True)
    offered = next(one for one in said.documents if isinstance(one.body, c.Proposal))
    said.say("South", c.FindingSignature(offered.digest), at)
    assert said.file(at).state is State.JOINT_FINDING


def test_a_measure_that_binds_the_other_side_waits_for_its_signature() -> None:
    said, at = whole_life("found")
    asked = said.say("North", c.Measure("Keep 5 NM.", "en", "South"), at)
    assert said.file(at).state is State.JOINT_FINDING
    said.say("South", c.FindingSignature(asked.digest), at)
    assert said.file(at).state is State.MEASURES


def test_what_names_a_number_that_nobody_opened_is_in_no_case() -> None:
    said, at = whole_life("sealed")
    said.say("South", root("c"), at, "N-9")
    (matter,) = group_matters(said.documents)
    assert all(one.case != "N-9" for one in matter)
    assert fold(matter, PARTIES, GROUP, at).state is State.SEALED


@given(
    st.lists(st.tuples(st.sampled_from("NS"), st.integers(0, 400), st.integers(0, 3), st.integers(0, 2)), max_size=12)
)
@settings(max_examples=80)
def test_openings_are_grouped_as_a_plain_reading_does(made: list[tuple[str, int, int, int]]) -> None:
    """Held against a reading that looks at all pairs: the quick one leaves nobody out."""
    said = Said()
    for number, (side, minute, place, matter) in enumerate(made):
        about = subject(START + minute * MINUTE, 2000 + 4 * place, matter=f"m{matter}" if matter else "")
        by = "North" if side == "N" else "South"
        said.say(by, c.Opening(c.Why.PERSON, Severity.SEV2, about, TERMS), START + number % 5, f"{side}-{number}", 1)
    heads: list[c.Document] = []
    joined: dict[str, str] = {}
    for one in sorted(said.documents, key=lambda one: (one.time_ns, one.digest)):
        head = next(
            (h for h in heads if h.case not in joined.values() and h.by != one.by
             and same_matter(h.body.subject, one.body.subject)), None,  # type: ignore[union-attr]
        )  # fmt: skip
        if head is None:
            heads.append(one)
        else:
            joined[one.case] = head.case
    plain = {frozenset({h.case, *(case for case, to in joined.items() if to == h.case)}) for h in heads}
    assert {frozenset(one.case for one in matter) for matter in group_matters(said.documents)} == plain
