"""C02 where a call was received by another way, and where the time for an answer has not run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome
from engine.comms.record import KNOWN, TICK, N, S, at, begin, calls, judged, marked

DOWN = t.Session(at_ns=at(50.0), stands=False)


def called(number: str, *times: float) -> list[t.Fact]:
    """Return calls of one message by the node on both frequencies [s]."""
    return [
        t.Called(at_ns=at(when), medium=medium, by=N, id=number) for when in times for medium in ("F1", "F2")
    ]  # fmt: skip


def c02(*facts: t.Fact, until: float = 900.0) -> list[Finding]:
    return judged("C02", begin(*KNOWN, DOWN, *facts), until)


SILENT = called("m", 100.0, 110.0, 120.0)


def test_the_control_nobody_received_it() -> None:
    assert [one.outcome for one in c02(*SILENT)] == [Outcome.BREACH]
    assert [one.outcome for one in c02(*SILENT, marked("n", "RECEIVED", 121.0))] == [Outcome.BREACH]
    assert [one.outcome for one in c02(*SILENT, marked("m", "UNDERSTOOD", 121.0))] == [Outcome.BREACH]


@pytest.mark.parametrize(("received", "count"), [(100.5, 0), (160.0, 0), (180.0 + TICK, 1)])
def test_what_was_received_in_time_by_another_way_is_answered(received: float, count: int) -> None:
    assert len(c02(*SILENT, marked("m", "RECEIVED", received))) == count


def test_what_waits_for_its_turn_on_a_frequency_when_it_is_received_is_no_call_in_vain() -> None:
    assert not c02(marked("m", "RECEIVED", 99.0), *SILENT)


def test_one_received_message_does_not_answer_for_another() -> None:
    others = [*called("m", 100.0), *called("n", 110.0, 120.0, 130.0)]
    (found,) = c02(*others, marked("m", "RECEIVED", 101.0))
    assert (found.outcome, found.opened_ns, found.value) == (Outcome.BREACH, at(110.0), 60.0)
    assert "m" not in found.evidence and "n" in found.evidence
    assert not c02(*others, marked("m", "RECEIVED", 101.0), marked("n", "RECEIVED", 131.0))


def test_word_that_comes_late_of_what_was_received_in_time_takes_the_breach_back() -> None:
    late = marked("m", "RECEIVED", 130.0, known_s=400.0)
    (found,) = c02(*SILENT, late)
    assert (found.outcome, found.closed_ns) == (Outcome.NO_BREACH, at(400.0))
    assert [one.outcome for one in c02(*SILENT, until=400.0)] == [Outcome.BREACH]  # the control: before it came
    spoken = [replace(one, voice=True) for one in SILENT if isinstance(one, t.Called)]
    (doubted,) = judged("C02", begin(*KNOWN, *spoken, late), 900.0)  # the line stood: why did it come so late?
    assert doubted.outcome is Outcome.NOT_DETERMINABLE


@pytest.mark.parametrize(("last", "due"), [(120.0, 160.0), (155.0, 195.0), (160.0, 200.0)])
def test_the_last_call_has_its_time_too(last: float, due: float) -> None:
    talk = calls("F1", "F2", times=(0.0, 10.0, last - 100.0))
    assert not judged("C02", begin(*KNOWN, *talk), due)
    assert len(judged("C02", begin(*KNOWN, *talk), due + TICK)) == 1


@pytest.mark.parametrize(("dropped", "outcome"), [(100.0, Outcome.NOT_DETERMINABLE), (159.0, Outcome.NOT_DETERMINABLE)])
def test_a_line_that_drops_while_the_node_calls_makes_no_breach_of_doubt(dropped: float, outcome: Outcome) -> None:
    drop = t.Session(at_ns=at(dropped), stands=False)
    found = judged("C02", begin(*KNOWN, *SILENT, drop), 900.0)
    assert [one.outcome for one in found] == [outcome]
    before = replace(drop, at_ns=at(100.0 - TICK))
    assert [one.outcome for one in judged("C02", begin(*KNOWN, before, *SILENT), 900.0)] == [Outcome.BREACH]


def test_two_warnings_that_the_line_answered_and_a_call_at_its_drop() -> None:
    """What a trial saw: the third call was no second old when the line dropped, and counted as one without answer."""
    two = [*called("m", 60.0), *called("n", 80.0)]
    drop = [t.Session(at_ns=at(125.0), stands=False), *called("k", 125.0)]
    received = [marked("m", "RECEIVED", 60.2), marked("n", "RECEIVED", 80.2)]
    assert not judged("C02", begin(*KNOWN, *two, *received, *drop), 900.0)
    unknown = judged("C02", begin(*KNOWN, *two, *drop), 900.0)  # even where no mark came
    assert [(one.outcome, one.by) for one in unknown] == [(Outcome.NOT_DETERMINABLE, S)]
    assert not judged("C02", begin(*KNOWN, *two, *drop), 165.0)
