"""Frequencies (C01, C02, C03, C09): nobody honest is accused, nobody guilty gets away; with a control."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED, Outcome, Severity
from engine.comms.record import (
    DAY,
    HOUR,
    KNOWN,
    TICK,
    N,
    S,
    answered,
    at,
    begin,
    calls,
    judged,
    message,
    noise,
    plans,
    said_of,
    stops,
)

B, NO, OPEN = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
ONE = (("F1", "132.055"),)


def test_c01_a_planned_outage_moves_the_check_and_no_row_of_them_excuses_for_ever() -> None:
    end, grace = DAY + HOUR, 1800.0
    told = plans("F1", t.OUTAGE, DAY - HOUR, end)
    assert not judged("C01", begin(told, plan=ONE), end + grace)
    assert len(judged("C01", begin(told, plan=ONE), end + grace + TICK)) == 1
    late = plans("F1", t.OUTAGE, DAY - HOUR, end, told=DAY - HOUR + TICK)  # told when it had begun
    assert len(judged("C01", begin(late, plan=ONE), DAY + TICK)) == 1
    assert len(judged("C01", begin(plans("F2", t.OUTAGE, DAY - HOUR, end), plan=ONE), DAY + TICK)) == 1
    row = [plans("F1", t.OUTAGE, DAY * n - HOUR, DAY * n + 22.9 * HOUR, told=0.5) for n in range(1, 9)]
    (found,) = judged("C01", begin(*row, plan=ONE), 2 * DAY + grace + TICK)
    assert found.severity is Severity.SEV3


def test_c01_after_a_suspension_the_time_runs_from_its_end() -> None:
    stopped = [stops(HOUR, "frequency"), stops(3 * DAY)]
    (recorded,) = judged("C01", begin(*stopped, plan=ONE), 4 * DAY)
    assert (recorded.regime, recorded.closed_ns) == (SUSPENDED, at(3 * DAY))
    assert [f.outcome for f in judged("C01", begin(*stopped, plan=ONE), 4 * DAY + TICK)] == [OPEN, B]


def test_c01_what_came_due_while_the_node_did_not_run_cannot_be_determined() -> None:
    back = t.Unrecorded(at_ns=at(DAY + HOUR), from_ns=at(HOUR))
    assert said_of(judged("C01", begin(back, plan=ONE), DAY + 2 * HOUR)) == [(OPEN, "")]
    before = t.Unrecorded(at_ns=at(DAY + HOUR), from_ns=at(DAY + 60.0))  # it ran when it came due
    assert said_of(judged("C01", begin(before, plan=ONE), DAY + 2 * HOUR)) == [(B, "")]


def test_c02_calls_on_a_frequency_that_is_out_are_none_and_the_other_one_must_still_be_answered() -> None:
    talk = [*KNOWN, *calls("F1", "F2")]
    out = [plans(medium, t.OUTAGE, 90.0, 900.0) for medium in ("F1", "F2")]
    assert not judged("C02", begin(*talk, *out), 400.0)
    assert said_of(judged("C02", begin(*talk, out[0]), 400.0)) == [(B, S)]
    assert said_of(judged("C02", begin(*talk, *[replace(one, told_ns=at(95.0)) for one in out]), 400.0)) == [(B, S)]


def test_c02_word_that_frequencies_were_dead_does_not_outlive_them() -> None:
    dead = [t.Lost(at_ns=at(10.0), medium=medium, by=S, since_ns=at(5.0)) for medium in ("F1", "F2")]
    assert said_of(judged("C02", begin(*KNOWN, *dead, *calls("F1", "F2")), 400.0)) == [(OPEN, S)]
    back = [t.Restored(at_ns=at(60.0), medium=medium, by=S) for medium in ("F1", "F2")]
    assert said_of(judged("C02", begin(*KNOWN, *dead, *back, *calls("F1", "F2")), 400.0)) == [(B, S)]


def test_c02_noise_that_was_reported_long_ago_excuses_nobody() -> None:
    noise = [
        t.Noise(at_ns=at(2.0), medium=medium, by=S, heard=True, until_ns=at(602.0)) for medium in ("F1", "F2")
    ]  # fmt: skip
    assert said_of(judged("C02", begin(*KNOWN, *noise, *calls("F1", "F2")), 400.0)) == [(OPEN, S)]
    assert said_of(judged("C02", begin(*KNOWN, *noise, *calls("F1", "F2", first=600.0)), 900.0)) == [(B, S)]


def test_c02_who_was_silent_in_a_suspension_must_be_called_again_and_is_then_judged() -> None:
    stopped = [stops(50.0, "frequency"), stops(500.0)]
    talk = [*KNOWN, *stopped, *calls("F1", "F2")]
    assert [one.regime for one in judged("C02", begin(*talk), 900.0)] == [SUSPENDED]
    assert [one.regime for one in judged("C02", begin(*talk, *calls("F1", "F2", first=600.0)), 900.0)] == [
        SUSPENDED,
        "",
    ]


def test_c03_who_calls_on_the_plan_in_vain_may_use_the_guard() -> None:
    guard = t.Said(at_ns=at(300.0), id="m", by=N, code="TFA", precedence="PRIORITY", medium="121.500", voice=True)
    assert said_of(judged("C03", begin(*KNOWN, guard), 400.0)) == [(B, N)]
    tried = calls("F1", "F2", first=290.0, times=(0.0,))
    assert not judged("C03", begin(*KNOWN, *tried, guard), 400.0)
    assert said_of(
        judged("C03", begin(*KNOWN, *calls("F1", "F2", first=290.0 + TICK, times=(0.0,)), guard), 400.0)
    ) == [(B, N)]
    assert said_of(judged("C03", begin(*KNOWN, *calls("F1", "F2", by=S, first=250.0), guard), 400.0)) == [(B, N)]
    heard = t.Replied(at_ns=at(295.0), medium="F1", to=N)
    assert said_of(judged("C03", begin(*KNOWN, *tried, heard, guard), 400.0)) == [(B, N)]


@pytest.mark.parametrize(("after", "count"), [(10.0, 0), (10.0 + TICK, 1)])
def test_c03_what_was_on_the_way_when_the_plan_changed(after: float, count: int) -> None:
    change = t.Planned(at_ns=at(100.0), frequencies=ONE)
    use = t.Said(at_ns=at(100.0 + after), id="m", by=S, code="TFA", precedence="PRIORITY", medium="F2")
    assert len(judged("C03", begin(change, use), 400.0)) == count


def test_c09_a_test_excuses_itself_and_not_what_follows_it() -> None:
    both = [noise(10.0, N), noise(20.0, S)]
    test = plans("F1", t.TEST, 20.0, 100.0, told=1.0)
    assert said_of(judged("C09", begin(*both, test), 130.0)) == [(NO, "")]
    (went_on,) = judged("C09", begin(*both, test), 130.0 + TICK)
    assert (went_on.outcome, went_on.value) == (B, 110.0)
    ended = noise(130.0, S, heard=False)
    assert said_of(judged("C09", begin(*both, test, ended), 900.0)) == [(NO, "")]
    early = plans("F1", t.TEST, 30.0, 100.0, told=1.0)  # clocks differ by less than that
    assert said_of(judged("C09", begin(*both, early), 90.0)) == [(NO, "")]
    for wrong in (
        plans("F1", t.TEST, 30.0 + TICK, 100.0, told=1.0),
        plans("F1", t.TEST, 20.0, 100.0, told=20.0 + TICK),
        plans("F2", t.TEST, 20.0, 100.0, told=1.0),
        plans("F1", t.OUTAGE, 20.0, 100.0, told=1.0),
        plans("F1", t.TEST, 15.0, 15.0 + 3601.0, told=1.0),
    ):
        assert said_of(judged("C09", begin(*both, wrong), 90.0)) == [(B, "")], wrong


def test_c09_a_report_without_its_end_counts_ten_minutes_and_is_renewed_by_another() -> None:
    old = [noise(10.0, S, until=610.0), noise(600.0, N)]
    assert not judged("C09", begin(*old), 2000.0)
    again = [*old, noise(605.0, S, until=1205.0)]
    (found,) = judged("C09", begin(*again), 2000.0)
    assert (found.opened_ns, found.closed_ns) == (at(600.0), at(1205.0))
    sensed = [*old, noise(605.0, S)]  # now its radio senses it too
    assert judged("C09", begin(*sensed), 2000.0)[0].closed_ns is None


def test_c09_in_a_suspension_it_is_recorded_and_what_goes_on_is_judged_from_its_end() -> None:
    talk = [stops(5.0, "conduct"), noise(10.0, N), noise(20.0, S), stops(500.0)]
    (recorded,) = judged("C09", begin(*talk), 530.0)
    assert (recorded.regime, recorded.closed_ns) == (SUSPENDED, at(500.0))
    found = judged("C09", begin(*talk), 530.0 + TICK)
    assert [(one.outcome, one.opened_ns) for one in found] == [(OPEN, at(20.0)), (B, at(500.0))]
    assert len(judged("C09", begin(*talk, noise(520.0, N, heard=False)), 900.0)) == 1


def test_c09_a_node_that_did_not_run_knows_of_no_noise_since() -> None:
    back = t.Unrecorded(at_ns=at(1000.0), from_ns=at(200.0))
    talk = [noise(10.0, N), noise(20.0, S), back]
    (found,) = judged("C09", begin(*talk), 2000.0)
    assert (found.outcome, found.closed_ns) == (B, at(200.0))
    soon = replace(back, from_ns=at(49.0))
    assert not judged("C09", begin(*talk[:2], soon), 2000.0)
    assert judged("C09", begin(*talk[:2], soon, noise(1001.0, N)), 2000.0)


@pytest.mark.parametrize("code", ["ROG", "SBY", "SAG"])
def test_c09_to_say_that_one_has_it_answers_no_request_to_stop(code: str) -> None:
    asked = message("m", 0.0, by=N, code="STP", kind="JAM", crew=False)
    assert said_of(judged("C09", begin(*asked, answered("m", code, 10.0)), 5000.0)) == [(B, S)]
    assert not judged("C09", begin(*asked, answered("m", "UNA", 600.0)), 5000.0)
    early = replace(asked[1], at_ns=at(20.0), stamp_ns=at(1.0))  # word that it was received comes after its answer
    assert not judged("C09", begin(asked[0], answered("m", "WIL", 10.0), early), 5000.0)
