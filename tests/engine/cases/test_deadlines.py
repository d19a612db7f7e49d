"""Every deadline of a case: from when, until when, reminded of, overdue; and which of them ice stops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.domain import case as c
from armslength.domain.case import Deadline
from armslength.domain.finding import Severity
from armslength.engine.cases.deadlines import (
    ACKNOWLEDGE,
    ANSWER,
    FULL,
    INITIAL,
    MEASURE,
    SEAL,
    SESSION,
    Ice,
    deadlines,
    keep_until_ns,
    passed,
    reminder,
    thawed,
)
from engine.cases.made_up import DAY, GROUP, HOUR, MINUTE, START, Said, report, root, whole_life

SECOND = 10**9


def owed(said: Said, now_ns: int = START, ice: Ice = (), **known: int) -> dict[str, Deadline]:
    """Return the deadlines by what and by whom."""
    file = said.file(now_ns, ice)
    return {f"{one.what} {one.by}".strip(): one for one in deadlines(file, GROUP, ice, known)}


def test_each_deadline_is_that_of_the_terms() -> None:
    said = Said()
    said.open(Severity.SEV1)
    at_once = {key: (one.due_ns or 0) - START for key, one in owed(said).items()}
    assert at_once == {
        f"{SEAL} North": HOUR, f"{SEAL} South": HOUR, f"{INITIAL} North": DAY, f"{FULL} North": 3 * DAY,
        SESSION: 3 * DAY,
    }  # fmt: skip
    filed = said.say("North", report(), START + HOUR)
    answers = {key: (one.due_ns or 0) - filed.time_ns for key, one in owed(said).items() if one.rule == "P02"}
    assert answers == {f"{ACKNOWLEDGE} South": DAY, f"{ANSWER} South": 10 * DAY}


def test_what_is_less_grave_has_longer() -> None:
    said = Said()
    said.open(Severity.SEV3)
    assert {key: (one.due_ns or 0) - START for key, one in owed(said).items() if one.rule == "P01"} == {
        f"{INITIAL} North": 7 * DAY
    }


def test_the_other_side_has_its_time_from_when_it_knew() -> None:
    said = Said()
    opening = said.open()
    found = deadlines(said.file(START), GROUP, (), {opening.digest: START + 5 * HOUR})
    assert {one.by: (one.due_ns or 0) - START for one in found if one.what == SEAL} == {
        "North": HOUR, "South": 6 * HOUR,
    }  # fmt: skip


def test_ice_stops_answers_and_not_reports_or_commitments() -> None:
    said = Said()
    said.open(Severity.SEV1)
    said.say("North", report(), START + HOUR)
    free, frozen = owed(said), owed(said, ice=((START + 2 * HOUR, START + 2 * DAY),))
    later = {key: (frozen[key].due_ns or 0) - (free[key].due_ns or 0) for key in free}
    stands = 2 * DAY - 2 * HOUR
    assert later == {
        f"{SEAL} North": 0, f"{SEAL} South": 0, f"{INITIAL} North": 0, f"{FULL} North": 0,
        f"{ACKNOWLEDGE} South": stands, f"{ANSWER} South": stands, SESSION: stands,
    }  # fmt: skip
    still = owed(said, ice=((START + 2 * HOUR, None),))
    assert still[f"{ANSWER} South"].due_ns is None and still[f"{FULL} North"].due_ns == START + 3 * DAY


def test_done_late_is_late_and_what_both_closed_is_owed_by_nobody() -> None:
    said = Said()
    said.open()
    said.say("North", root("a"), START + 2 * HOUR)
    found = owed(said, START + DAY)
    assert found[f"{SEAL} North"].late_s == 3600.0
    assert [one.key for one in passed(list(found.values()), START + 2 * DAY)] == [
        found[f"{SEAL} South"].key, found[f"{INITIAL} North"].key,
    ]  # fmt: skip
    for party in ("North", "South"):
        said.say(party, c.Closing(), START + 2 * HOUR)
    assert set(owed(said, START + DAY)) == {f"{SEAL} North", f"{SEAL} South"}


def test_a_measure_has_its_time() -> None:
    said, at = whole_life("measures")
    assert owed(said, at)[f"{MEASURE} South"].due_ns == at + DAY


def test_a_measure_outlives_its_case_until_it_is_said_to_be_done() -> None:
    said, at = whole_life("closed")
    measure = next(one.digest for one in said.documents if isinstance(one.body, c.Measure))
    assert [one.what for one in passed(list(owed(said, at).values()), at + 2 * DAY)] == [MEASURE]
    said.say("North", c.Statement("We think it is done.", "en", measure), at + HOUR)
    assert owed(said, at)[f"{MEASURE} South"].done_ns is None, "whom it binds says so"
    said.say("South", c.Statement("Crews were told.", "en", measure), at + HOUR)
    assert owed(said, at + DAY)[f"{MEASURE} South"].done_ns == at + HOUR
    assert said.file(at + DAY).state.value == "closed" and len(said.file(at + DAY).misplaced) == 1


def test_records_are_kept_a_year_after_the_end() -> None:
    said, at = whole_life("closed")
    assert keep_until_ns(said.file(at), GROUP) == at + 365 * DAY
    assert keep_until_ns(whole_life("measures")[0].file(at), GROUP) is None


@pytest.mark.parametrize(
    ("after_ns", "share"),
    [(0, None), (29 * MINUTE, None), (30 * MINUTE, 0.5), (53 * MINUTE, 0.5), (54 * MINUTE, 0.1), (HOUR, None)],
)
def test_reminders_come_before_it_is_over(after_ns: int, share: float | None) -> None:
    said = Said()
    said.open()
    assert reminder(owed(said)[f"{SEAL} North"], START + after_ns) == share


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 90)), max_size=6), st.integers(0, 300))
def test_frozen_time_is_never_counted(parts: list[tuple[int, int]], lasts_s: int) -> None:
    """Held against a plain count of seconds."""
    ice: list[tuple[int, int]] = []
    for start, length in sorted(parts):
        begins = max(start, ice[-1][1] + 1 if ice else 0)
        ice.append((begins, begins + length))
    at = left = 0
    while left < lasts_s or any(start <= at < end for start, end in ice):
        left += not any(start <= at < end for start, end in ice)
        at += 1
    found = thawed(0, lasts_s, [(a * SECOND, b * SECOND) for a, b in ice])
    assert found is not None
    counted = found // SECOND - sum(max(0, min(b, found // SECOND) - a) for a, b in ice)
    assert counted == lasts_s and found // SECOND <= at


@given(st.sampled_from(list(Severity)), st.integers(0, 400 * 86_400))
def test_every_deadline_fires(severity: Severity, later_s: int) -> None:
    """Whatever is owed is reminded of, and is overdue at some time: nothing is owed for ever in silence."""
    said = Said()
    said.open(severity)
    said.say("North", report(), START + later_s * SECOND)
    for one in owed(said, START + later_s * SECOND).values():
        assert one.due_ns is not None
        if one.done_ns is None:
            assert reminder(one, one.due_ns - 1) is not None
            assert passed([one], one.due_ns) == [] and passed([one], one.due_ns + 1) == [one]
