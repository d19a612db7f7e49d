"""The table of a case: a way out of every state, ice on top of every living state, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.domain.case import Event, State
from armslength.engine.cases.machine import OVER, TABLE, UNDER_ICE, Back, Standing, move
from armslength.errors import InputError

LIVING = [state for state in State if state not in OVER]


def reached(table: dict[State, set[State]], start: State) -> set[State]:
    """Return every state that `start` can come to."""
    found, new = set[State](), {start}
    while new:
        found |= new
        new = {to for one in new for to in table[one]} - found
    return found


def ways(without: Event | None = None) -> dict[State, set[State]]:
    """Return where each state can go; a frozen case can go wherever it was."""
    out: dict[State, set[State]] = {}
    for state in State:
        to = {end for event, end in TABLE[state].items() if event is not without}
        out[state] = set(LIVING) if Back.BEFORE in to else {one for one in to if isinstance(one, State)}
    return out


def test_every_state_is_in_the_table_and_reached_and_has_a_way_out() -> None:
    assert {one for one in TABLE if isinstance(one, State)} == set(State)
    assert {State.CLOSED} == OVER
    assert reached(ways(), State.OPEN) == set(State)
    for state in LIVING:
        assert State.CLOSED in reached(ways(), state), state


def test_the_control_without_closing_there_is_no_way_out() -> None:
    assert State.CLOSED not in reached(ways(Event.CLOSED_BY_BOTH), State.OPEN)


def test_the_way_of_the_rules_is_there() -> None:
    at = Standing()
    way = [
        (Event.SEALED_BY_BOTH, State.SEALED), (Event.REPORTED, State.REPORTED),
        (Event.ACKNOWLEDGED, State.ACKNOWLEDGED), (Event.ANSWERED, State.ANSWERED),
        (Event.SESSION_HELD, State.SESSION), (Event.JOINT_SIGNED, State.JOINT_FINDING),
        (Event.MEASURE_AGREED, State.MEASURES), (Event.CLOSED_BY_BOTH, State.CLOSED),
    ]  # fmt: skip
    for event, to in way:
        at = move(at, event)
        assert at == Standing(to, to)


@pytest.mark.parametrize("state", [one for one in LIVING if one is not State.FROZEN])
def test_ice_goes_over_every_living_state_and_off_again(state: State) -> None:
    at = Standing(state, state)
    assert move(move(at, Event.SUSPENDED), Event.RESUMED) == at


def test_what_no_suspension_stops_goes_on_under_the_ice() -> None:
    at = move(Standing(), Event.SUSPENDED)
    at = move(move(at, Event.SEALED_BY_BOTH), Event.REPORTED)
    assert at == Standing(State.FROZEN, State.REPORTED)
    assert move(at, Event.RESUMED) == Standing(State.REPORTED, State.REPORTED)
    assert {Event.SEALED_BY_BOTH, Event.REPORTED} == UNDER_ICE
    with pytest.raises(InputError, match="It is frozen"):
        move(at, Event.ANSWERED)


def test_what_has_no_place_is_refused_in_words() -> None:
    with pytest.raises(InputError, match=r"N-1: It is open, and so it cannot be that each side stated its own finding"):
        move(Standing(), Event.TWO_STATED, "N-1")
    with pytest.raises(InputError, match="Open another one about it"):
        move(Standing(State.CLOSED, State.CLOSED), Event.REPORTED, "N-1")


@given(st.lists(st.sampled_from(list(Event)), max_size=40))
def test_however_it_goes_only_states_of_the_table_are_come_to(events: list[Event]) -> None:
    at = Standing()
    for event in events:
        before = at
        try:
            at = move(at, event)
        except InputError:
            assert event not in TABLE[before.shown]
            continue
        assert at.under is not State.FROZEN and (at.shown is at.under or at.shown is State.FROZEN)
        if before.under is not at.under:
            assert at.under in TABLE[before.under].values()
