"""Who vanished, who froze, and who only seems to have because we stood still ourselves."""

from __future__ import annotations

import pytest

from armslength.protocol.events import Now, PeerFrozen, PeerVanished, SessionLost, SessionOpen, Timing
from pair import EMG, EPOCH_NS, Pair, Weather
from straight import Straight


def test_a_lost_connection_is_told_at_once_and_a_vanished_peer_within_three_seconds() -> None:
    pair = Straight()
    gone_s, gone_ns = pair.mono_s, pair.now.utc_ns
    pair.disconnect()
    assert pair.north.events[-1] == SessionLost("line", "closed")
    pair.wait(1.9)
    assert pair.north.of(PeerVanished) == []
    while not pair.north.of(PeerVanished):
        pair.wait(0.1)
    assert pair.mono_s - gone_s <= 3.0
    assert pair.north.of(PeerVanished) == [PeerVanished("line", gone_ns)]
    pair.wait(30.0)
    assert len(pair.north.of(PeerVanished)) == 1


def test_one_that_comes_back_in_time_has_not_vanished() -> None:
    pair = Straight()
    pair.disconnect()
    pair.wait(1.0)
    pair.connect("again")
    pair.exchange()
    pair.wait(10.0)
    assert pair.north.of(PeerVanished) == []
    assert [event.path for event in pair.north.of(SessionOpen)] == ["line", "again"]


def test_a_frozen_peer_is_noticed_within_five_seconds_and_its_connection_closed() -> None:
    pair = Straight()
    pair.wait(10.0)
    since_s = pair.mono_s
    while not pair.north.of(PeerFrozen):
        pair.wait(0.1, lost="SOUTH")
        assert pair.mono_s - since_s <= 5.0
    assert pair.mono_s - since_s > 3.0
    assert pair.north.closed == [("line", "frozen")]
    assert pair.north.events[-1] == SessionLost("line", "frozen")
    assert pair.north.peer.standing() == "DOWN"


def test_a_peer_that_says_little_is_not_frozen() -> None:
    pair = Straight()
    pair.wait(120.0)
    assert pair.north.of(PeerFrozen) == pair.south.of(PeerFrozen) == []
    assert pair.north.peer.standing() == "OPEN"


def test_who_stood_still_himself_blames_nobody() -> None:
    pair = Straight()
    pair.wait(5.0)
    pair.mono_s += 30.0
    pair.north.peer.tick(pair.now)
    pair.north.settle()
    assert pair.north.of(PeerFrozen) == []
    pair.exchange()
    pair.wait(5.0)
    assert pair.north.peer.standing() == "OPEN"


def test_who_is_woken_only_when_he_asked_for_it_did_not_stand_still() -> None:
    pair = Straight(connect=False)
    pair.connect()
    for node in (pair.north, pair.south):
        node.settle()
    while not pair.north.closed:
        pair.mono_s = max(pair.mono_s, pair.north.peer.next_deadline())
        pair.north.peer.tick(pair.now)
        pair.north.settle()
    assert pair.mono_s <= 1005.0
    assert pair.north.closed == [("line", "late")]


def test_standing_still_in_the_greeting_gives_time_but_no_false_clock() -> None:
    pair = Straight(connect=False)
    pair.connect()
    said = [node.settle().frames for node in (pair.north, pair.south)]
    pair.mono_s += 60.0
    pair.north.peer.tick(pair.now)
    assert pair.north.settle().close == ()
    pair.north.peer.receive("line", said[1][0][1], pair.now)
    pair.south.peer.receive("line", said[0][0][1], pair.now)
    (_, proof), *_ = pair.south.settle().frames
    pair.north.peer.receive("line", proof, pair.now)
    low, high = pair.north.peer.offset_s(pair.now) or (0.0, 0.0)
    assert low <= 0.0 <= high and high >= 59.0


def test_a_clock_at_sixty_times_speed_stretches_every_patience() -> None:
    timing = Timing().scaled(60)
    assert (timing.ping_s, timing.frozen_s) == (60.0, 240.0)
    pair = Straight(timing=timing)
    pair.wait(200.0, step_s=1.0, lost="SOUTH")
    assert pair.north.of(PeerFrozen) == []
    pair.wait(60.0, step_s=1.0, lost="SOUTH")
    assert len(pair.north.of(PeerFrozen)) == 1


def test_a_jump_of_utc_moves_no_timer() -> None:
    pair = Straight()
    for seconds in (60, -60, 86400):
        now = Now(pair.now.utc_ns + seconds * 10**9, pair.mono_s)
        pair.north.peer.tick(now)
        assert pair.north.settle().events == ()


def test_a_node_that_starts_alone_says_so() -> None:
    pair = Straight(connect=False)
    pair.wait(3.0)
    assert pair.north.of(PeerVanished) == [PeerVanished("", EPOCH_NS + round(1000.1 * 1e9))]
    unknown = Straight(None, None, connect=False)
    unknown.wait(30.0)
    assert unknown.north.events == []


def test_when_a_path_dies_an_emergency_has_another() -> None:
    pair = Straight()
    pair.connect("second")
    pair.exchange()
    pair.wait(2.0)
    for node in (pair.north, pair.south):
        node.peer.disconnected("line", pair.now)
        node.settle()
    pair.north.peer.send("EMG", EMG, pair.now)
    pair.exchange()
    assert type(pair.south.events[-1]).__name__ == "Received"


def test_an_emergency_goes_over_every_path_and_counts_once() -> None:
    pair = Straight()
    pair.connect("second")
    pair.exchange()
    pair.north.peer.send("EMG", EMG, pair.now)
    assert [path for path, _ in pair.north.settle().frames] == ["line", "second"]
    pair.north.peer.send("EMG", EMG, pair.now)
    pair.exchange()
    pair.wait(10.0)
    assert sum(type(event).__name__ == "Received" for event in pair.south.events) == 2


@pytest.mark.parametrize("seed", range(10))
def test_liveness_holds_in_the_weather(seed: int) -> None:
    pair = Pair(seed, Weather(cuts=0.0, kills=0.0, clock_jumps=1.0, drift=1e-4))
    pair.trouble(60.0, 0.2)
    assert [event for side in pair.sides for event in side.events if isinstance(event, PeerFrozen | SessionLost)] == []
