"""The table of a medium, what follows from it, and that both sides come to the same channel."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.errors import LocalProtocolError
from armslength.protocol.events import InUse, MediumLost, MediumRestored, Now
from armslength.protocol.failover import GROUND, Failover
from armslength.protocol.medium import TABLE, Health, Step, after
from armslength.protocol.told import Standing

NS = 10**9
PLAN = ("F1", "F2")


def at(mono_s: float) -> Now:
    return Now(1_700_000_000 * NS + round(mono_s * NS), mono_s)


def told(one: Failover, name: str, *, lost: bool, change: int, at_s: float = 165.0) -> bool:
    return one.told(name, lost=lost, change=change, now=at(at_s))


def ready(now_s: float = 0.0) -> Failover:
    """Everything answers, and both sides have told so."""
    one = Failover("pair", PLAN)
    for number, name in enumerate(PLAN, 1):
        one.answered(name, at(now_s))
        told(one, name, lost=False, change=number)
    one.ground(True, at(now_s))
    told(one, GROUND, lost=False, change=3)
    one.tick(at(now_s))
    one.take()
    return one


def pass_time(one: Failover, start_s: float, end_s: float, call: str = "") -> list:
    """Let time pass in steps of a second; `call` is called every ten seconds. Return what happened, with its time."""
    found = []
    for second in range(round(start_s), round(end_s) + 1):
        one.tick(at(second))
        if call and (second - round(start_s)) % 10 == 0 and one.media[call].health is not Health.LOST:
            one.called(call, at(second))
        found += [(second, event) for event in one.take()[0]]
    return found


def test_every_state_has_its_moves_and_nothing_else_can_happen():
    assert set(TABLE) == set(Health)
    for state in Health:
        for step in Step:
            if step in TABLE[state]:
                assert after(state, step) in Health
            else:
                with pytest.raises(LocalProtocolError):
                    after(state, step)


def test_before_the_first_check_no_frequency_is_in_use():
    one = Failover("pair", PLAN)
    one.tick(at(0.0))
    assert one.in_use == "" and one.due_checks(at(0.0)) == list(PLAN)


def test_three_calls_ten_seconds_apart_then_the_alternate_then_the_ground_line_within_90_s():
    one = ready()
    first = pass_time(one, 100, 131, "F1")
    assert [(when, type(event)) for when, event in first] == [(130, MediumLost), (130, InUse)]
    assert one.in_use == "F2"
    second = pass_time(one, 131, 162, "F2")
    assert [when for when, event in second if isinstance(event, InUse)] == [161]
    assert one.in_use == GROUND and 161 - 100 <= 90


def test_several_messages_at_once_are_one_call():
    one = ready()
    for second in range(100, 111):
        one.called("F1", at(second))
        one.tick(at(second))
    assert one.media["F1"].calls == 2 and one.in_use == "F1"


def test_two_calls_are_not_enough_and_one_answer_forgets_them():
    one = ready()
    for second in (100.0, 110.0):
        one.called("F1", at(second))
        one.tick(at(second + 9.0))
    assert one.media["F1"].health is Health.DOUBTED or one.media["F1"].health is Health.ANSWERING
    one.answered("F1", at(119.5))
    pass_time(one, 120, 160)
    assert one.in_use == "F1" and one.media["F1"].health is Health.ANSWERING


def test_the_primary_returns_only_after_it_has_answered_for_long_enough_and_each_time_later():
    one = ready()
    pass_time(one, 100, 131, "F1")
    one.answered("F1", at(200.0))
    assert one.in_use == "F2"
    pass_time(one, 200, 259)
    assert one.in_use == "F2"
    one.answered("F1", at(240.0))
    found = pass_time(one, 259, 262)
    assert one.in_use == "F1" and any(isinstance(event, MediumRestored) for _, event in found)
    pass_time(one, 300, 331, "F1")  # lost again at once: twice as long the next time
    one.answered("F1", at(400.0))
    one.answered("F1", at(440.0))
    pass_time(one, 440, 500)
    assert one.in_use == "F2"
    pass_time(one, 500, 521)
    assert one.in_use == "F1"


def test_one_answer_alone_is_no_return():
    one = ready()
    pass_time(one, 100, 131, "F1")
    one.answered("F1", at(200.0))
    pass_time(one, 200, 400)
    assert one.in_use == "F2"


def test_what_the_other_side_has_lost_is_not_used_and_old_news_does_not_count():
    one = ready()
    assert told(one, "F1", lost=True, change=7) and one.in_use == "F2"
    assert not told(one, "F1", lost=False, change=6) and one.in_use == "F2"
    assert not told(one, "F9", lost=True, change=8)
    assert told(one, "F1", lost=False, change=9) and one.in_use == "F1"


def test_a_restart_counts_on():
    one = ready()
    pass_time(one, 100, 131, "F1")
    rows = []
    before = Failover("pair", PLAN)
    before.answered("F1", at(0.0))
    _, writes = before.take()
    rows = [(write.key, write.value) for write in writes]
    again = Failover("pair", PLAN)
    again.restore(rows)
    assert not again.lost_here("F1") and again.due_checks(at(0.0)) == list(PLAN)
    again.answered("F2", at(1.0))
    told = [event for event in again.take()[0] if isinstance(event, MediumRestored)]
    assert told == [MediumRestored("F2", 2)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_both_sides_come_to_the_same_channel_once_everything_told_has_arrived(seed):
    chance = random.Random(seed)
    sides = [ready(), ready()]
    told: list[list] = [[], []]
    for second in range(1, 600):
        for number, side in enumerate(sides):
            name = chance.choice((*PLAN, GROUND))
            if name == GROUND:
                side.ground(chance.random() < 0.7, at(second))
            elif chance.random() < 0.5:
                side.called(name, at(second))
            else:
                side.answered(name, at(second))
            side.tick(at(second))
            events = side.take()[0]
            told[1 - number] += [one for one in events if not isinstance(one, InUse)]
        if chance.random() < 0.3:  # news arrives late and in any order
            receiver = chance.randrange(2)
            chance.shuffle(told[receiver])
            hear(sides[receiver], told[receiver])
    for receiver in (0, 1):
        hear(sides[receiver], told[receiver])
    assert sides[0].in_use == sides[1].in_use


def hear(side: Failover, news: list) -> None:
    for one in news:
        told(side, one.medium, lost=isinstance(one, MediumLost), change=one.change + 10)
    news.clear()


def test_a_late_answer_does_not_throw_a_return_away_but_silence_does():
    one = ready()
    pass_time(one, 100, 131, "F1")
    one.answered("F1", at(200.0))
    one.called("F1", at(205.0))
    pass_time(one, 205, 220)  # the answer is late: the channel is full
    assert one.media["F1"].health is Health.RETURNING
    one.answered("F1", at(221.0))
    pass_time(one, 221, 262)
    assert one.in_use == "F1"
    pass_time(one, 300, 331, "F1")
    one.answered("F1", at(400.0))
    for second in (410, 420, 430):
        one.tick(at(second))
        one.called("F1", at(second))
    pass_time(one, 431, 445)
    assert one.media["F1"].health is Health.LOST


def alone() -> Failover:
    """Everything is lost here, and they have told that F1 and F2 are lost there."""
    one = ready()
    pass_time(one, 100, 131, "F1")
    pass_time(one, 131, 162, "F2")
    one.ground(False, at(163.0))
    for number, name in enumerate(PLAN, 10):
        told(one, name, lost=True, change=number)
    one.tick(at(163.0))
    one.take()
    assert one.in_use == "" and one.alone("F1") and one.alone("F2")
    return one


def test_while_nothing_is_in_use_what_they_say_is_restored_and_are_heard_on_is_used_at_once():
    one = alone()
    assert told(one, "F2", lost=False, change=20) and one.in_use == ""
    one.heard("F2", at(165.0))
    assert one.in_use == "F2" and not one.alone("F1")
    before = alone()  # whichever of the two comes first
    before.heard("F2", at(165.0))
    assert before.in_use == ""
    assert before.told("F2", lost=False, change=20, now=at(170.0)) and before.in_use == "F2"
    stale = alone()  # the control: they were heard there too long ago
    stale.heard("F2", at(165.0))
    assert stale.told("F2", lost=False, change=20, now=at(176.0)) and stale.in_use == ""
    other = ready()  # the control: where something is in use, an answer to a call is awaited
    pass_time(other, 100, 131, "F1")
    other.heard("F1", at(165.0))
    assert other.in_use == "F2" and other.media["F1"].health is Health.LOST


def test_what_they_are_heard_on_is_used_when_the_last_other_goes_though_that_was_told_later():
    one = ready()
    pass_time(one, 100, 131, "F2")
    one.ground(False, at(131.0))
    assert one.in_use == "F1" and one.lost_here("F2")
    one.heard("F2", at(140.0))
    assert one.in_use == "F1"
    assert told(one, "F1", lost=True, change=30, at_s=143.0) and one.in_use == "F2"


def test_a_mark_settles_how_they_have_the_channels_and_an_older_one_changes_nothing():
    one = ready()
    one.stands(Standing(9, ("F2", GROUND)), at(165.0))
    assert one.in_use == "F2" and one.lost_there("F1") and not one.lost_there("F2")
    one.stands(Standing(8, ("F1", "F2", GROUND)), at(166.0))
    assert one.in_use == "F2"
    assert not told(one, "F1", lost=False, change=9), "the word of that change comes after the mark that told it"
    assert told(one, "F1", lost=False, change=10) and one.in_use == "F1"
    one.take()
    one.stands(Standing(10, ("F1", "F2", GROUND)), at(167.0))
    assert one.is_idle(), "what is known already is nothing to write"


def test_what_we_tell_with_marks_is_what_the_other_side_then_has():
    one, other = ready(), ready()
    pass_time(one, 100, 131, "F1")
    other.stands(one.standing(), at(165.0))
    assert one.in_use == other.in_use == "F2"
    assert one.standing().change == one.change


def test_while_nothing_is_in_use_a_lost_frequency_is_checked_often_and_otherwise_seldom():
    one, other = alone(), ready()
    pass_time(other, 100, 131, "F1")
    for failover, most_s in ((one, one.patience.alone_s), (other, other.patience.probe_s)):
        failover.checked("F1", at(300.0))
        assert failover.media["F1"].check_s == 300.0 + most_s
    assert one.patience.alone_s < other.patience.probe_s / 4


def test_what_returns_slowly_is_used_at_once_when_the_last_other_goes():
    one = ready()
    pass_time(one, 100, 131, "F1")
    one.answered("F1", at(200.0))
    assert one.media["F1"].health is Health.RETURNING and one.in_use == "F2"
    one.ground(False, at(201.0))
    told(one, "F2", lost=True, change=30)
    one.tick(at(202.0))
    assert one.in_use == "F1"
