"""Posts (C04 to C08): nobody honest is accused, nobody guilty gets away; with a control."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.agreement.terms import default_terms
from armslength.domain import talk as t
from armslength.domain.finding import Outcome, Severity
from engine.comms.record import (
    DAY,
    HOUR,
    TICK,
    N,
    S,
    at,
    begin,
    judged,
    marked,
    message,
    plans,
    said_of,
    stops,
)

B, NO, OPEN = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
ONE = (("F1", "132.055"),)
LIMIT, GRACE = 12.5 * HOUR, 1800.0


def test_c04_a_share_exactly_at_its_limit_is_within_it_however_binary_rounds_it() -> None:
    terms = default_terms()
    share = replace(terms.conduct["C04"], figures={**terms.conduct["C04"].figures, "free_text_share": 0.29})
    terms = replace(terms, conduct={**terms.conduct, "C04": share})
    for free, count in ((29, 0), (30, 1)):
        talk = [
            t.Said(at_ns=at(n), id=f"m{n}", by=S, code="PRT", precedence="ROUTINE", free=n < free) for n in range(100)
        ]
        assert len(judged("C04", begin(*talk), DAY + 1.0, terms)) == count


def test_c04_a_readback_that_overtakes_the_mark_and_one_that_is_backdated() -> None:
    told, received = message("m", 10.0, by=N, code="INC", read_back=True, received_s=12.0)
    early = t.Answered(at_ns=at(11.0), id="m", code="RBK", stamp_ns=at(11.0), equal=True)
    assert not judged("C04", begin(told, early, received), 300.0)
    assert said_of(judged("C04", begin(told, received), 300.0)) == [(B, S)]
    backdated = t.Answered(at_ns=at(250.0), id="m", code="RBK", stamp_ns=at(13.0), equal=True)
    assert said_of(judged("C04", begin(told, received, backdated), 300.0)) == [(OPEN, S)]


def test_c05_a_check_that_was_called_just_before_its_time_accuses_who_called_late() -> None:
    late = t.Checked(at_ns=at(LIMIT - 9.0), medium=t.GROUND, by=N, id="c")
    assert {f.about: f.by for f in judged("C05", begin(late), LIMIT + 1.0)}[N] == N
    timely = replace(late, at_ns=at(LIMIT - 10.0))
    assert {f.about: f.by for f in judged("C05", begin(timely), LIMIT + 1.0)}[N] == S


def test_c05_outages_excuse_no_longer_than_the_longer_time_and_not_where_they_were_told_late() -> None:
    row = [plans(t.GROUND, t.OUTAGE, HOUR * n, HOUR * n + 7200.0, told=1.0) for n in range(1, 60)]
    assert not judged("C05", begin(*row), DAY + GRACE)
    assert {f.severity for f in judged("C05", begin(*row), DAY + GRACE + TICK)} == {Severity.SEV2}
    for wrong in (
        plans(t.GROUND, t.OUTAGE, LIMIT - 60.0, LIMIT + 60.0, told=LIMIT - 60.0 + TICK),
        plans(t.GROUND, t.OUTAGE, LIMIT - 60.0, LIMIT + DAY),  # longer than a day
        plans(t.GROUND, t.TEST, LIMIT - 60.0, LIMIT + 60.0),
        plans(t.GROUND, t.OUTAGE, LIMIT + 1.0, LIMIT + 60.0, told=0.0),
    ):
        assert len(judged("C05", begin(wrong), LIMIT + TICK)) == 2, wrong
    right = plans(t.GROUND, t.OUTAGE, LIMIT, LIMIT + 60.0, told=LIMIT)
    assert not judged("C05", begin(right), LIMIT + TICK)
    back = replace(right, at_ns=at(LIMIT) - 1, until_ns=at(LIMIT), told_ns=at(LIMIT) - 1)
    assert len(judged("C05", begin(replace(right, told_ns=at(60.0), at_ns=at(60.0)), back), LIMIT + TICK)) == 2


@pytest.mark.parametrize("rule", ["C06", "C08"])
def test_a_mark_that_claims_too_much_frees_nobody(rule: str) -> None:
    told, _ = message("m", 0.0, by=N)
    never = replace(marked("m", "RECEIVED", 1.0), expired=True)  # it is valid without end
    assert said_of(judged(rule, begin(told, never), 900.0)) == [(B, S)]
    short, _ = message("m", 0.0, by=N, valid_until_ns=at(600.0))
    assert said_of(judged(rule, begin(short, replace(marked("m", "RECEIVED", 1.0), expired=True)), 900.0)) == [(B, S)]
    late = replace(marked("m", "RECEIVED", 601.0), expired=True)
    assert not judged(rule, begin(short, late), 900.0)
    near = replace(marked("m", "RECEIVED", 560.0), expired=True)  # by a clock that is 41 s behind
    assert not judged(rule, begin(short, near), 900.0)


@pytest.mark.parametrize("rule", ["C06", "C08"])
def test_what_was_held_until_it_was_over_never_rang(rule: str) -> None:
    told, received = message("m", 0.0, by=N, valid_until_ns=at(130.0))
    over = replace(marked("m", "RECEIVED", 131.0, known_s=50.0), expired=True)
    assert not judged(rule, begin(told, received, over), 900.0)
    assert said_of(judged(rule, begin(told, received), 900.0)) == [(B, S)]


@pytest.mark.parametrize("rule", ["C06", "C08"])
def test_a_stamp_of_long_ago_is_not_believed_where_the_line_would_have_brought_it(rule: str) -> None:
    mark = marked("m", "RELAYED", 30.0, known_s=1200.0)
    talk = [*message("m", 0.0, by=N), mark]
    assert said_of(judged(rule, begin(*talk), 2000.0)) == [(OPEN, S)]
    apart = [t.Session(at_ns=at(20.0), stands=False), t.Session(at_ns=at(1199.0), stands=True)]
    assert said_of(judged(rule, begin(*talk, *apart), 2000.0)) == [(NO, S)]
    ours = [*message("m", 0.0, by=S), mark]
    assert said_of(judged(rule, begin(*ours), 2000.0)) == [(NO, N)]  # the own clock is the own


@pytest.mark.parametrize(("rule", "limit"), [("C06", 60.0), ("C08", 120.0)])
def test_what_is_over_exactly_when_it_is_due_is_owed_to_nobody(rule: str, limit: float) -> None:
    assert not judged(rule, begin(*message("m", 0.0, valid_until_ns=at(limit))), 900.0)
    assert judged(rule, begin(*message("m", 0.0, valid_until_ns=at(limit) + 1)), 900.0)


@pytest.mark.parametrize("rule", ["C06", "C08"])
@pytest.mark.parametrize("hours", [-1.0, 1.0])
def test_whose_clock_is_wrong_by_an_hour_is_judged_as_anybody(rule: str, hours: float) -> None:
    off = hours * HOUR
    told, received = message("m", 5000.0, by=N)
    assert isinstance(received, t.Marked)
    received = replace(received, stamp_ns=at(5000.0 + off))
    timely = marked("m", "RELAYED", 5050.0 + off, known_s=5051.0)
    late = marked("m", "RELAYED", 5300.0 + off, known_s=5301.0)
    assert not judged(rule, begin(told, received, timely), 9000.0)
    assert [(f.outcome, f.value) for f in judged(rule, begin(told, received, late), 9000.0)] == [(B, 300.0)]


@pytest.mark.parametrize("rule", ["C06", "C08"])
def test_no_suspension_frees_from_answering(rule: str) -> None:
    talk = begin(stops(0.5, "frequency", "conduct", "separation"), *message("m", 1.0, by=N))
    assert [(one.outcome, one.regime) for one in judged(rule, talk, 900.0)] == [(B, "")]


def test_c07_the_same_way_again_is_a_way_and_only_by_who_had_lost_it() -> None:
    lost = t.Lost(at_ns=at(130.0), medium="F1", by=S, since_ns=at(100.0))
    talk = [t.InUse(at_ns=at(5.0), medium="F1"), lost]
    assert said_of(judged("C07", begin(*talk), 900.0)) == [(B, "")]
    back = t.Restored(at_ns=at(190.0), medium="F1", by=S)
    assert not judged("C07", begin(*talk, back), 900.0)
    for other in (replace(back, by=N), replace(back, medium="F2"), replace(back, at_ns=at(190.0 + TICK))):
        assert said_of(judged("C07", begin(*talk, other), 900.0)) == [(B, "")], other


@pytest.mark.parametrize("by", [N, S])
def test_c07_what_was_not_answered_before_it_was_in_use_counts_from_then(by: str) -> None:
    """What is FLASH goes by every channel: that one does not answer matters once the talk goes by it."""
    use = t.InUse(at_ns=at(1000.0), medium="F1")
    lost = t.Lost(at_ns=at(1040.0), medium="F1", by=by, since_ns=at(3.0))
    next_way = t.InUse(at_ns=at(1090.0), medium=t.GROUND)
    assert not judged("C07", begin(use, lost, next_way), 2000.0)
    assert said_of(judged("C07", begin(use, lost, replace(next_way, at_ns=at(1090.0 + TICK))), 2000.0)) == [(B, "")]


def test_c07_what_is_late_is_no_loss_until_its_sender_gives_it_up() -> None:
    late = t.Missing(at_ns=at(100.0), by=S, precedence="PRIORITY", numbers=(5, 6, 7))
    (found,) = judged("C07", begin(late), 9000.0)
    assert (found.outcome, found.value, found.closed_ns) == (Outcome.NOT_DETERMINABLE, 3.0, None)
    assert "has not said that they will not" in found.explanation
    came = [t.Arrived(at_ns=at(500.0), by=S, precedence="PRIORITY", number=one) for one in (5, 6, 7)]
    assert [one.outcome for one in judged("C07", begin(late, *came), 9000.0)] == [Outcome.NO_BREACH]
    up = replace(late, at_ns=at(1000.0), numbers=(5, 6), given_up=True)
    first, second = judged("C07", begin(late, up), 9000.0)
    assert (first.outcome, first.value) == (Outcome.NOT_DETERMINABLE, 3.0)  # number 7 may still come
    assert (second.outcome, second.by, second.value, second.opened_ns) == (B, S, 2.0, at(1000.0))
    every = replace(up, numbers=(5, 6, 7))
    first, second = judged("C07", begin(late, every), 9000.0)
    assert (first.outcome, first.closed_ns) == (Outcome.NOT_DETERMINABLE, at(1000.0)) and second.outcome is B
    assert [one.outcome for one in judged("C07", begin(late, replace(every, at_ns=at(120.0))), 9000.0)] == [B]
