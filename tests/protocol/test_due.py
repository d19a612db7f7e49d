"""When a peer is due is remembered as long as nothing happens to it, and is what its parts say, whatever happens."""

from __future__ import annotations

import pytest

from armslength.protocol.frames import ping, plain
from armslength.protocol.messages import Mark
from armslength.protocol.peer import Peer
from pair import EMG, TFA, Pair, Side, Weather
from straight import Straight


def says(peer: Peer) -> float:
    """Return when line and traffic are due, asked for anew."""
    return min(peer._line.due(), peer._traffic.due())


class Asking(Side):
    """A side that is asked when it is due after everything that happens to it, and once more."""

    asked = 0

    def plan(self) -> None:
        for _ in range(2):
            assert self.peer.next_deadline() == says(self.peer)
            Asking.asked += 1
        super().plan()

    def receive(self, path: str, frame: bytes) -> None:
        self.peer.next_deadline()
        super().receive(path, frame)


class AskingPair(Pair):
    """Two of them."""

    side_class = Asking


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_parts_say(seed: int) -> None:
    pair, before = AskingPair(seed, Weather()), Asking.asked
    for number in range(8):
        side = pair.north if number % 3 else pair.south
        side.send(*(("TFA", TFA, 5.0) if number % 2 else ("EMG", EMG)))
        pair.trouble(2.0, 1.0)
    assert Asking.asked - before > 100


def test_the_control_one_that_forgets_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Peer, "_changed", lambda self: None)
    with pytest.raises(AssertionError):
        test_it_is_what_the_parts_say(0)


def test_a_ping_is_answered_alone_and_nothing_else_is() -> None:
    pair = Straight()
    north = pair.north.peer
    assert north.is_idle() and north.answers() is None
    north.receive("line", ping(3), pair.now)
    answers = north.answers()
    assert answers is not None and [frame.kind for _, frame in answers.frames] == ["pong"] and answers.urgent == 1
    assert not (answers.events or answers.writes or answers.close or answers.air)
    assert north.is_idle() and north.answers() is None

    pair.south.peer.send("EMG", EMG, pair.now)
    frames = pair.south.settle().frames
    for path, frame in frames:
        north.receive(path, frame, pair.now)
    north.receive("line", ping(4), pair.now)
    assert north.answers() is None, "a message waits to be kept and marked"
    output = north.take()
    assert sorted(frame.kind for _, frame in output.frames) == ["mark", "pong"] and output.writes

    message = pair.south.peer.waiting()[0]
    north.mark(message.id, Mark.UNDERSTOOD, pair.now)
    north.receive("line", ping(5), pair.now)
    assert north.answers() is None, "a mark waits to be kept"


def test_a_sign_of_life_leaves_the_traffic_as_it_was_and_a_refused_one_does_not_count() -> None:
    pair = Straight()
    peer = pair.north.peer
    peer.next_deadline()
    kept = peer._traffic_s
    peer.receive("line", ping(3), pair.now)
    assert peer._traffic_s == kept is not None and peer._line_s is None
    assert peer.next_deadline() == says(peer)
    peer.receive("line", plain("taken", digests=["sha256:" + "0" * 64]), pair.now)
    assert peer._traffic_s is None
