"""The table of a connection: whole, without a dead end, and true to what the peer does."""

from __future__ import annotations

import pytest

from armslength.errors import LocalProtocolError
from armslength.protocol.session import OPENED, TABLE, State, Step, after, standing
from pair import NORTH, Pair, Weather
from straight import Straight


def test_every_state_is_in_the_table_and_can_be_reached_and_left() -> None:
    assert set(TABLE) == set(State)
    reached, border = {State.DOWN}, [State.DOWN]
    while border:
        border = [state for one in border for state in TABLE[one].values() if state not in reached]
        reached |= set(border)
    assert reached == set(State)
    for state in State:
        seen, here = set(), {state}
        while here - seen:
            seen |= here
            here = {to for one in here for to in TABLE[one].values()}
        assert State.DOWN in seen


def test_every_step_is_used_and_what_is_not_in_the_table_cannot_happen() -> None:
    assert {step for moves in TABLE.values() for step in moves} == set(Step)
    for state in State:
        for step in set(Step) - set(TABLE[state]):
            with pytest.raises(LocalProtocolError, match="cannot happen"):
                after(state, step)


def test_no_way_leads_past_the_proof() -> None:
    for state in set(State) - OPENED:
        for step, to in TABLE[state].items():
            if to in OPENED:
                assert state is State.PROVING and step.name.startswith("PROVED")


def test_two_versions_stand_the_same_way_seen_from_either_side() -> None:
    versions = [None, ("a", "1"), ("a", "2"), ("b", "1")]
    for ours in versions:
        for theirs in versions:
            assert standing(ours, theirs) is standing(theirs, ours)
    assert standing(None, None) is Step.PROVED_NONE
    assert standing(("a", "1"), ("a", "1")) is Step.PROVED_ALIKE


def test_a_connection_goes_through_the_states_of_the_table() -> None:
    seen: set[str] = set()
    pair = Pair(1, Weather(cuts=0.5, half_open=1.0))
    for _ in range(400):
        pair.trouble(0.02, 1.0)
        seen |= {state for side in pair.sides for state in side.peer.paths().values()}
    assert seen == {"GREETING", "PROVING", "OPEN"}
    frozen = Straight()
    frozen.wait(4.1, lost="SOUTH")
    assert frozen.north.peer.paths() == {"line": "FROZEN"}


def test_misuse_is_our_own_fault() -> None:
    pair = Straight()
    with pytest.raises(LocalProtocolError, match="nonce"):
        pair.north.peer.connected("second", pair.now, b"short")
    with pytest.raises(LocalProtocolError, match="name"):
        pair.north.peer.connected("line", pair.now, bytes(32))
    pair.north.peer.disconnected("never there", pair.now)
    with pytest.raises(LocalProtocolError, match="catalogue"):
        pair.north.peer.send("TGT", {}, pair.now)


def test_spaces_belong_to_one_pair_of_keys() -> None:
    pair = Straight()
    spaces = pair.north.peer.spaces(NORTH.public, "f" * 64)
    assert len(spaces) == len(set(spaces)) == 6
    assert not set(spaces) & set(pair.north.peer.spaces("f" * 64, NORTH.public))
