"""C01, C02, C03 and C09 at, before and after each of their limits, with a control."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.domain import talk as t
from armslength.domain.finding import Outcome, Severity
from engine.comms.record import (
    DAY,
    KNOWN,
    TICK,
    N,
    S,
    answered,
    at,
    begin,
    calls,
    check,
    judged,
    message,
    one,
)


@pytest.mark.parametrize(
    ("until", "count", "severity"),
    [(DAY, 0, None), (DAY + TICK, 1, Severity.SEV4), (2 * DAY, 1, Severity.SEV4), (2 * DAY + TICK, 1, Severity.SEV3)],
)
def test_c01_a_check_is_due_after_the_time_and_graver_after_two(
    until: float, count: int, severity: Severity | None
) -> None:  # fmt: skip
    found = judged("C01", begin(plan=(("F1", "132.055"),)), until)
    assert [one.severity for one in found] == [severity] * count


def test_c01_a_check_that_succeeds_starts_the_time_anew_and_closes_what_is_open() -> None:
    plan = (("F1", "132.055"),)
    assert not judged("C01", begin(*check("F1", 10.0), plan=plan), DAY + 10.0)
    late = judged("C01", begin(*check("F1", DAY + 60.0), plan=plan), 2 * DAY)
    assert [(f.opened_ns, f.closed_ns, f.value) for f in late] == [(at(DAY), at(DAY + 60.0), DAY + 60.0)]


@pytest.mark.parametrize(("readability", "count"), [(2, 1), (3, 0), (5, 0)])
def test_c01_unreadable_is_no_check(readability: int, count: int) -> None:
    talk = begin(*check("F1", DAY / 2, readability=readability), plan=(("F1", "132.055"),))
    assert len(judged("C01", talk, DAY + 1.0)) == count


def test_c01_first_use_after_a_change_wants_a_check() -> None:
    use = t.Said(at_ns=at(50.0), id="m", by=S, code="TFA", precedence="PRIORITY", medium="F1")
    assert one(judged("C01", begin(use), 60.0)) == (Outcome.BREACH, Severity.SEV4, "")
    assert not judged("C01", begin(*check("F1", 49.0), use), 60.0)
    assert not judged("C01", begin(replace(use, precedence="FLASH")), 60.0)
    changed = t.Planned(at_ns=at(49.5), frequencies=(("F1", "118.000"),))
    assert len(judged("C01", begin(*check("F1", 49.0), changed, use), 60.0)) == 1


def test_c01_recorded_and_not_judged_while_suspended() -> None:
    talk = begin(t.Suspended(at_ns=at(1.0), provisions=frozenset({"frequency"})), plan=(("F1", "132.055"),))
    (found,) = judged("C01", talk, DAY + 1.0)
    assert (found.outcome, found.regime) == (Outcome.NOT_DETERMINABLE, "SUSPENDED")
    blind = begin(t.Unrecorded(at_ns=at(50.0), from_ns=at(40.0)), plan=(("F1", "132.055"),))
    assert judged("C01", blind, DAY + 1.0)[0].outcome is Outcome.NOT_DETERMINABLE


@pytest.mark.parametrize(("until", "count"), [(159.0, 0), (160.0, 0), (160.0 + TICK, 1)])
def test_c02_three_calls_on_two_frequencies_and_a_minute(until: float, count: int) -> None:
    found = judged("C02", begin(*KNOWN, *calls("F1", "F2")), until)
    assert [(f.by, f.severity, f.value) for f in found] == [(S, Severity.SEV3, 60.0)] * count


@pytest.mark.parametrize(
    ("talk", "count"),
    [
        (calls("F1"), 0),
        (calls("F1", "F2", times=(0.0, 10.0)), 0),
        (calls("F1", "F2", times=(0.0, 5.0, 10.0)), 0),
        (calls("F1", "F2", times=(0.0, 10.0, 20.0, 30.0, 40.0)), 1),
        ([*calls("F1", "F2"), t.Replied(at_ns=at(159.0), medium="F2", to=N)], 0),
        ([*calls("F1", "F2"), t.Replied(at_ns=at(159.0), medium="F2", to=S)], 1),
    ],
)
def test_c02_what_is_no_silence(talk: list[t.Fact], count: int) -> None:
    assert len(judged("C02", begin(*KNOWN, *talk), 400.0)) == count


def test_c02_one_frequency_will_do_where_there_is_no_other() -> None:
    talk = begin(*KNOWN, *calls("F1"), plan=(("F1", "132.055"),))
    assert len(judged("C02", talk, 400.0)) == 1


def test_c02_graver_inside_closed_by_an_answer_and_not_known() -> None:
    inside = t.Inside(at_ns=at(90.0), inside=True)
    back = t.Replied(at_ns=at(300.0), medium="F1", to=N)
    (found,) = judged("C02", begin(*KNOWN, inside, *calls("F1", "F2"), back), 400.0)
    assert (found.severity, found.closed_ns, found.value) == (Severity.SEV2, at(300.0), 200.0)
    assert judged("C02", begin(*calls("F1", "F2")), 400.0)[0].outcome is Outcome.NOT_DETERMINABLE
    node = [replace(fact, voice=False) for fact in calls("F1", "F2") if isinstance(fact, t.Called)]
    assert (
        judged("C02", begin(*KNOWN, *node), 400.0)[0].outcome is Outcome.NOT_DETERMINABLE
    )  # it was on the ground line
    down = t.Session(at_ns=at(50.0), stands=False)
    assert judged("C02", begin(*KNOWN, down, *node), 400.0)[0].outcome is Outcome.BREACH
    noise = [t.Noise(at_ns=at(99.0), medium=medium, by=N, heard=True) for medium in ("F1", "F2")]
    assert judged("C02", begin(*KNOWN, *noise, *calls("F1", "F2")), 400.0)[0].outcome is Outcome.NOT_DETERMINABLE
    assert judged("C02", begin(*KNOWN, noise[0], *calls("F1", "F2")), 400.0)[0].outcome is Outcome.BREACH


@pytest.mark.parametrize("when", [150.0, 170.0])
def test_c02_frequencies_that_are_dead_for_both_accuse_nobody(when: float) -> None:
    """Whether the other side's word comes before or after the minute."""
    told = [t.Lost(at_ns=at(when), medium=medium, by=S, since_ns=at(100.0)) for medium in ("F1", "F2")]
    (found,) = judged("C02", begin(*KNOWN, *calls("F1", "F2"), *told), 400.0)
    assert found.outcome is Outcome.NOT_DETERMINABLE and "either" in found.explanation
    assert one(judged("C02", begin(*KNOWN, *calls("F1", "F2"), told[0]), 400.0))[0] is Outcome.BREACH
    ours = [replace(fact, by=N) for fact in told]
    assert one(judged("C02", begin(*KNOWN, *calls("F1", "F2"), *ours), 400.0))[0] is Outcome.BREACH


@pytest.mark.parametrize(
    ("medium", "code", "when", "count"),
    [
        ("121.500", "TFA", 70.0, 0),
        ("121.500", "TFA", 70.0 + TICK, 1),
        ("121.500", "EMG", 200.0, 0),
        ("121.500", "RCK", 200.0, 0),
        ("F9", "RCK", 20.0, 1),
        ("F1", "TFA", 200.0, 0),
        ("TELEPHONE", "TFA", 200.0, 0),
    ],
)
def test_c03_guard_and_plan(medium: str, code: str, when: float, count: int) -> None:
    contact = t.Replied(at_ns=at(10.0), medium="F1", to=N)
    use = t.Said(at_ns=at(when), id="m", by=S, code=code, precedence="PRIORITY", medium=medium, voice=True)
    found = judged("C03", begin(contact, use), 300.0)
    assert [(f.by, f.severity) for f in found] == [(S, Severity.SEV4)] * count
    lost = t.Lost(at_ns=at(15.0), medium="F1", by=N, since_ns=at(12.0))
    assert len(judged("C03", begin(contact, lost, use), 300.0)) == (medium == "F9")  # no working frequency is left


@pytest.mark.parametrize(("until", "count"), [(50.0, 0), (50.0 + TICK, 1)])
def test_c09_both_hear_it_for_long_enough(until: float, count: int) -> None:
    ours = t.Noise(at_ns=at(10.0), medium="F1", by=N, heard=True)
    theirs = t.Noise(at_ns=at(20.0), medium="F1", by=S, heard=True)
    found = judged("C09", begin(ours, theirs), until)
    assert [(f.severity, f.by) for f in found] == [(Severity.SEV2, "")] * count
    assert not judged("C09", begin(ours), 900.0)
    quiet = replace(ours, at_ns=at(49.0), heard=False)
    assert not judged("C09", begin(ours, theirs, quiet), 900.0)
    told = t.Announced(
        at_ns=at(1.0), medium="F1", by=S, told_ns=at(1.0), kind=t.TEST, from_ns=at(5.0), until_ns=at(500.0)
    )
    assert judged("C09", begin(told, ours, theirs), 530.0)[0].outcome is Outcome.NO_BREACH
    assert judged("C09", begin(told, ours, theirs), 530.0 + TICK)[0].outcome is Outcome.BREACH  # it went on


@pytest.mark.parametrize(("took", "count"), [(600.0, 0), (600.0 + TICK, 1)])
def test_c09_a_request_to_stop_is_answered(took: float, count: int) -> None:
    asked = message("m", 0.0, code="STP", kind="JAM", crew=False)
    assert len(judged("C09", begin(*asked, answered("m", "WIL", took)), 5000.0)) == count
    assert len(judged("C09", begin(*asked, answered("m", "SBY", 10.0)), 5000.0)) == 1
    assert not judged("C09", begin(*message("m", 0.0, code="STP", kind="FLARE")), 5000.0)
