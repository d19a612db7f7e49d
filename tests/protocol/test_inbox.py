"""The inbox: what is missing is waited for but not for long; late, twice, or too much is told."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol import traffic
from armslength.protocol.events import Duplicate, GapSeen, Marked, Now, Received
from armslength.protocol.frames import plain
from armslength.protocol.marks import Stream
from armslength.protocol.messages import Mark, Precedence
from pair import AGREEMENT, AMD, EPOCH_NS, TFA
from protocol.boxes import give, written
from straight import Straight


def test_a_gap_holds_routine_back_for_three_seconds_and_an_emergency_not_at_all() -> None:
    pair = Straight()
    assert give(pair, written(0), written(2), written(3)) == [0]
    pair.wait(2.9, exchange=False)
    assert [event for event in pair.south.events if isinstance(event, GapSeen)] == []
    pair.wait(0.2, exchange=False)
    assert pair.south.of(GapSeen) == [GapSeen(Precedence.ROUTINE, (1,))]
    assert [event.message.seq for event in pair.south.of(Received)] == [0, 2, 3]  # type: ignore[attr-defined]
    assert give(pair, written(1)) == [1]
    assert give(pair, written(1), written(2)) == []
    assert give(pair, written(4)) == [4]
    pair = Straight()
    assert give(pair, written(2, "EMG"), written(1, "EMG")) == [2, 1]
    assert pair.south.of(GapSeen) == [GapSeen(Precedence.FLASH, (0, 1))]
    pair.wait(3.5, exchange=False)
    assert give(pair, written(0, "EMG"), written(3, "EMG"), written(2, "EMG")) == [0, 3]
    assert len(pair.south.of(GapSeen)) == 1


def test_what_fills_the_gap_in_time_brings_everything_in_order() -> None:
    pair = Straight()
    assert give(pair, written(3), written(1), written(2)) == []
    assert give(pair, written(0)) == [0, 1, 2, 3]
    assert pair.south.of(GapSeen) == []


def test_what_is_held_back_survives_a_restart_and_is_delivered_once() -> None:
    pair = Straight()
    give(pair, written(0), written(2), written(5, "EMG"))
    pair.south.restart()
    pair.south.peer.connected("line", pair.now, bytes(32))
    pair.wait(3.5, exchange=False)
    assert [event.message.seq for event in pair.south.of(Received)] == [2]  # type: ignore[attr-defined]
    pair.south.restart()
    pair.wait(3.5, exchange=False)
    assert pair.south.of(Received) == []


def test_one_that_grows_too_old_while_held_is_expired_and_marked_so() -> None:
    pair = Straight()
    until = pair.now.utc_ns + 10**9
    assert give(pair, written(1, "TFA", until)) == []
    pair.wait(3.5, exchange=False)
    (event,) = pair.south.of(Received)
    assert isinstance(event, Received) and event.expired and event.late_s >= 1.9
    statements = [frame for _, frame in pair.south.frames if b"mark+json" in frame]
    assert len(statements) == 2


def test_a_late_one_is_delivered_expired_and_the_sender_is_told() -> None:
    pair = Straight()
    pair.disconnect()
    late = pair.north.peer.send("TFA", TFA, pair.now, valid_until_ns=pair.now.utc_ns + 10**9)
    fresh = pair.north.peer.send("TFA", TFA, pair.now, valid_until_ns=pair.now.utc_ns + 60 * 10**9)
    pair.wait(5.0)
    pair.connect("again")
    pair.exchange()
    first, second = (event for event in pair.south.events if isinstance(event, Received))
    assert (first.message.id, first.expired, first.late_s) == (late.id, True, pytest.approx(4.0))
    assert (second.message.id, second.expired, second.late_s) == (fresh.id, False, 0.0)
    marks = {event.message_id: event.expired for event in pair.north.events if isinstance(event, Marked)}
    assert marks == {late.id: True, fresh.id: False}


def test_late_is_judged_by_the_senders_clock() -> None:
    """The sender's clock is an hour behind: by ours its warning has ended, by its own it has not."""
    pair = Straight(connect=False)
    behind = 3600 * 10**9

    def north_now() -> Now:
        return Now(EPOCH_NS - behind + round(pair.mono_s * 1e9), pair.mono_s)

    pair.north.peer.connected("line", north_now(), bytes(32))
    pair.south.peer.connected("line", pair.now, bytes([1] * 32))
    for _ in range(4):
        for node, facing, now in ((pair.north, pair.south, pair.now), (pair.south, pair.north, north_now())):
            for path, frame in node.settle().frames:
                facing.peer.receive(path, frame, now)
    pair.north.peer.send("TFA", TFA, north_now(), valid_until_ns=north_now().utc_ns + 10**9)
    for _, frame in pair.north.settle().frames:
        pair.south.peer.receive("line", frame, pair.now)
    (event,) = (event for event in pair.south.settle().events if isinstance(event, Received))
    assert not event.expired
    assert event.message.valid_until_ns is not None and event.message.valid_until_ns < pair.now.utc_ns


def test_an_old_copy_of_the_senders_store_finds_back_into_the_count() -> None:
    pair = Straight()
    copy = {space: dict(rows) for space, rows in pair.north.disk.items()}
    for _ in range(5):
        pair.north.peer.send("AMD", AMD, pair.now)
        pair.exchange()
    pair.disconnect()
    pair.north.disk = copy
    pair.north.restart()
    pair.connect("again")
    pair.exchange()
    assert pair.north.peer.send("AMD", AMD, pair.now).seq == 5
    pair.exchange()
    assert len(pair.south.of(Received)) == 6


def test_an_old_copy_of_the_receivers_store_says_what_is_missing_and_goes_on() -> None:
    pair = Straight()
    for _ in range(2000):
        pair.north.peer.send("AMD", AMD, pair.now)
        pair.exchange()
    pair.disconnect()
    pair.south.disk = {}
    pair.south.restart()
    pair.connect("again")
    pair.exchange()
    pair.north.peer.send("AMD", AMD, pair.now)
    pair.exchange()
    (gap,) = pair.south.of(GapSeen)
    assert isinstance(gap, GapSeen) and gap.missing == tuple(range(976, 2000))
    assert [event.message.seq for event in pair.south.of(Received)] == [2000]  # type: ignore[attr-defined]


def test_a_duplicate_is_told_and_acknowledged_again() -> None:
    pair = Straight()
    message = written(0)
    assert give(pair, message, message) == [0]
    assert pair.south.of(Duplicate) == [Duplicate(message.id)]
    assert give(pair, message) == []
    assert sum(b"mark+json" in frame for _, frame in pair.south.frames) == 2


def test_marks_on_what_is_long_forgotten_are_passed_over_and_answered() -> None:
    pair = Straight()
    first = pair.north.peer.send("AMD", AMD, pair.now)
    pair.exchange()
    for _ in range(1030):
        pair.north.peer.send("AMD", AMD, pair.now)
        pair.exchange()
    with pytest.raises(LocalProtocolError):
        pair.south.peer.mark(first.id, Mark.UNDERSTOOD, pair.now)
    for space, rows in {**pair.north.disk, **pair.south.disk}.items():
        assert len(rows) <= 1024 + 8, space


def test_skipped_numbers_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armslength.protocol.inbox.KEPT", 10)
    pair = Straight()
    for number in range(1, 60):
        give(pair, written(3 * number))
        pair.wait(3.1, exchange=False)
        pair.south.peer.receive("line", plain("ping", n=number), pair.now)
    records = pair.south.peer._traffic._inbox._streams[Stream(AGREEMENT.id, Precedence.ROUTINE)].records
    assert len(records) <= 11
    assert len(next(rows for space, rows in pair.south.disk.items() if space.startswith("in/"))) <= 11


def test_a_count_that_no_old_copy_explains_is_refused_before_anything_changes() -> None:
    pair = Straight()
    with pytest.raises(RemoteProtocolError, match="out of window"):
        give(pair, written(2**53 - 1))


def test_more_messages_than_anybody_needs_are_not_taken_and_emergencies_still_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traffic, "MOST", {True: (2, 1), False: (5, 2)})
    pair = Straight()
    messages = [written(seq) for seq in range(8)]
    for message in messages[:5]:
        pair.south.peer.receive("line", message.envelope, pair.now)
    for message in messages[:5]:  # what comes again costs nothing
        pair.south.peer.receive("line", message.envelope, pair.now)
    for message in messages[5:7]:
        with pytest.raises(RemoteProtocolError) as refused:
            pair.south.peer.receive("line", message.envelope, pair.now)
        assert refused.value.reason == "too many"
    assert give(pair, written(0, "EMG"), written(1, "EMG")) == [0, 1, 2, 3, 4, 0, 1]
    assert pair.south.peer.standing() == "OPEN" and not pair.south.closed
    with pytest.raises(RemoteProtocolError):
        pair.south.peer.receive("line", written(2, "EMG").envelope, pair.now)
    pair.south.settle()
    marked = [frame for _, frame in pair.south.frames if b"mark+json" in frame]
    assert sum(b64decode(json.loads(frame)["payload"]).count(b"sha256:") for frame in marked) == 7
    pair.mono_s += 1.0  # two tokens came back: what was refused is taken when it comes again
    assert give(pair, *messages[5:7]) == [5, 6]
    with pytest.raises(RemoteProtocolError):
        pair.south.peer.receive("line", messages[7].envelope, pair.now)
