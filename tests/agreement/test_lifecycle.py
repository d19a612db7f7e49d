"""The table of the life cycle, walked exhaustively; and that its drawing is current."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from armslength.agreement.lifecycle import GOVERNS, OVER, TABLE, Event, State, after
from armslength.errors import LifecycleError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_state_knows_what_every_event_does(state: State, event: Event) -> None:
    if event in TABLE[state]:
        assert after(state, event, "a, version 1") is TABLE[state][event]
        return
    with pytest.raises(LifecycleError) as caught:
        after(state, event, "a, version 1")
    assert state.value in str(caught.value) and "a, version 1" in str(caught.value)
    for possible in TABLE[state]:
        assert possible.value in caught.value.remedy


def test_every_state_is_reached_and_the_table_is_whole() -> None:
    assert set(TABLE) == set(State)
    reached, new = {State.DRAFTED}, {State.DRAFTED}
    while new:
        new = {to for state in new for to in TABLE[state].values()} - reached
        reached |= new
    assert reached == set(State)
    assert {event for moves in TABLE.values() for event in moves} == set(Event)


def test_nothing_governs_without_both_signatures() -> None:
    """Walk every path that does not hold SIGNED_BY_BOTH."""
    reached, new = {State.DRAFTED}, {State.DRAFTED}
    while new:
        new = {to for state in new for event, to in TABLE[state].items() if event is not Event.SIGNED_BY_BOTH} - reached
        reached |= new
    assert not reached & GOVERNS
    assert State.PROPOSED in reached  # the walk goes somewhere


def test_what_is_over_stays_over_and_what_ended_never_governs_again() -> None:
    assert {State.SUPERSEDED, State.OVERTAKEN, State.ENDED, State.EXPIRED} == OVER
    assert not OVER & GOVERNS
    for state in State:
        if state not in OVER:
            assert Event.TIME_OVER in TABLE[state] or state is State.DRAFTED


def test_the_drawing_is_current() -> None:
    drawn = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "draw_machines.py"), "--print", "agreement"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    there = (ROOT / "docs" / "machines" / "agreement.svg").read_text("utf-8")
    assert there == drawn, "run scripts/draw_machines.py"
    assert all(state.value in drawn for state in State)
