"""The outbox: what is urgent first, what is too much refused, what is not marked sent again."""

from __future__ import annotations

import heapq
import json
from base64 import b64decode

import pytest

from armslength.crypto.envelope import seal, to_json
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol import traffic
from armslength.protocol.events import GapSeen, Marked, Received, Timing
from armslength.protocol.messages import Mark, Precedence
from armslength.protocol.outbox import CAPACITY, NARROW, RESERVE, WIDE, WINDOW
from pair import AMD, EMG, NORTH, TFA
from protocol.boxes import backlog, sent
from straight import Node, Straight


def test_an_emergency_leaves_before_everything_and_at_once() -> None:
    pair = Straight()
    for _ in range(500):
        pair.north.peer.send("AMD", AMD, pair.now)
    backlog = sent(pair.north)
    assert 0 < len(backlog) <= NARROW
    emergency = pair.north.peer.send("EMG", EMG, pair.now)
    warning = pair.north.peer.send("TFA", TFA, pair.now, valid_until_ns=pair.now.utc_ns + 10**9)
    assert sent(pair.north) == [emergency, warning]


def test_after_a_cut_the_urgent_goes_first_and_all_arrives() -> None:
    pair = Straight(connect=False)
    for number in range(300):
        pair.north.peer.send(*(("EMG", EMG) if number % 100 == 99 else ("AMD", AMD)), pair.now)  # type: ignore[misc]
    pair.north.settle()
    pair.connect()
    pair.exchange()
    got = [event.message for event in pair.south.events if isinstance(event, Received)]
    assert [message.code for message in got[:3]] == ["EMG"] * 3
    assert [message.seq for message in got[3:]] == list(range(297))
    assert pair.north.peer.waiting() == ()


def test_what_is_under_way_widens_with_brisk_marks() -> None:
    pair = Straight(connect=False)
    for _ in range(2000):
        pair.north.peer.send("TFA", TFA, pair.now, valid_until_ns=pair.now.utc_ns + 10**12)
    pair.connect()
    most = 0
    while pair.north.peer.waiting():
        said = [(node, node.settle().frames) for node in (pair.north, pair.south)]
        most = max(most, len(said[0][1]))
        for node, frames in said:
            for path, frame in frames:
                (pair.south if node is pair.north else pair.north).peer.receive(path, frame, pair.now)
    assert NARROW < most <= WIDE + 5


def test_on_a_slow_line_no_emergency_waits_long() -> None:
    """10 kB/s, half a megabyte of backlog: the emergency is there soon, and everything in the end."""
    pair = Straight()
    for _ in range(400):
        pair.north.peer.send("AMD", AMD, pair.now)
    line: list[tuple[float, int, Node, str, bytes]] = []
    free = {pair.north.name: 0.0, pair.south.name: 0.0}
    emergency_s = took_s = None
    order = 0
    while pair.north.peer.waiting() and pair.mono_s < 1200:
        for node, facing in ((pair.north, pair.south), (pair.south, pair.north)):
            node.peer.tick(pair.now)
            for path, frame in node.settle().frames:
                free[node.name] = max(free[node.name], pair.mono_s) + len(frame) / 10_000
                order += 1
                heapq.heappush(line, (free[node.name], order, facing, path, frame))
        pair.mono_s += 0.05
        while line and line[0][0] <= pair.mono_s:
            _, _, facing, path, frame = heapq.heappop(line)
            facing.peer.receive(path, frame, pair.now)
        if emergency_s is None and pair.mono_s > 1010:
            pair.north.peer.send("EMG", EMG, pair.now)
            emergency_s = pair.mono_s
            assert len(pair.north.peer.waiting()) > 200
        if took_s is None and emergency_s is not None:
            there = any(isinstance(event, Received) and event.message.code == "EMG" for event in pair.south.events)
            took_s = pair.mono_s - emergency_s if there else None
    assert took_s is not None and took_s < 2.5, took_s
    assert pair.north.peer.waiting() == () and pair.north.closed == []
    assert len(pair.south.of(Received)) == 401


def test_a_full_outbox_refuses_routine_first_and_an_emergency_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armslength.protocol.outbox.CAPACITY", 30)
    reserve = {Precedence.FLASH: 0, Precedence.PRIORITY: 10, Precedence.ROUTINE: 20}
    monkeypatch.setattr("armslength.protocol.outbox.RESERVE", reserve)
    pair = Straight(connect=False)
    until = pair.now.utc_ns + 10**9
    for count, code, fields, valid in ((10, "AMD", AMD, None), (10, "TFA", TFA, until)):
        for _ in range(count):
            pair.north.peer.send(code, fields, pair.now, valid_until_ns=valid)  # type: ignore[arg-type]
        with pytest.raises(LocalProtocolError, match="full"):
            pair.north.peer.send(code, fields, pair.now, valid_until_ns=valid)  # type: ignore[arg-type]
    for _ in range(50):
        pair.north.peer.send("EMG", EMG, pair.now)
    assert pair.north.peer.room(Precedence.FLASH) == 1
    pair.connect()
    pair.exchange()
    assert len(pair.south.of(Received)) == 70
    assert pair.north.peer.room(Precedence.ROUTINE) == 10


def test_the_reserves_leave_room_for_what_is_more_urgent() -> None:
    assert RESERVE[Precedence.FLASH] < RESERVE[Precedence.PRIORITY] < RESERVE[Precedence.ROUTINE] < CAPACITY


def test_one_mark_covers_many_messages() -> None:
    pair = Straight(timing=Timing())
    for _ in range(100):
        pair.north.peer.send("EMG", EMG, pair.now)
    for path, frame in pair.north.settle().frames:
        pair.south.peer.receive(path, frame, pair.now)
    frames = [frame for _, frame in pair.south.settle().frames if b"mark+json" in frame]
    assert len(frames) == 1
    pair.north.peer.receive("line", frames[0], pair.now)
    assert len([event for event in pair.north.settle().events if isinstance(event, Marked)]) == 100


def test_what_is_not_marked_in_time_goes_again_ever_more_rarely() -> None:
    pair = Straight()
    pair.north.peer.send("EMG", EMG, pair.now)
    times = []
    start_s = pair.mono_s
    while pair.mono_s < start_s + 3.5:
        for _, frame in pair.north.settle().frames:
            if b"message+json" in frame:
                times.append(round(pair.mono_s - start_s, 1))
        pair.mono_s += 0.1
        pair.north.peer.tick(pair.now)
    assert times == [0.0, 1.0, 3.0]


def test_emergencies_and_the_marks_on_them_pass_what_waits_on_the_connection() -> None:
    pair = Straight()
    pair.north.peer.send("AMD", AMD, pair.now)
    emergency = pair.north.peer.send("EMG", EMG, pair.now)
    out = pair.north.settle()
    assert out.urgent == 1 and out.frames[0][1] == emergency.envelope
    for path, frame in out.frames:
        pair.south.peer.receive(path, frame, pair.now)
    back = pair.south.settle()
    marks = [b64decode(json.loads(frame)["payload"]) for _, frame in back.frames if b"mark+json" in frame]
    assert [b"FLASH" in mark for mark in marks] == [True, False]
    assert back.urgent == 1
    pair.south.peer.mark(emergency.id, Mark.UNDERSTOOD, pair.now)
    assert pair.south.settle().urgent == 1
    pair.north.peer.offer_checkpoint(to_json(seal("text/plain", b"{}", NORTH)), pair.now)
    out = pair.north.settle()
    assert len(out.frames) == 1 and out.urgent == 0  # the control: it may wait


def test_greetings_are_urgent_so_that_no_emergency_arrives_before_the_keys_are_proved() -> None:
    pair = Straight(connect=False)
    pair.connect()
    for _ in range(2):  # hello, proof
        said = [(node, node.settle()) for node in (pair.north, pair.south)]
        assert all(len(out.frames) == out.urgent == 1 for _, out in said)
        for (_, out), (other, _) in zip(said, reversed(said), strict=True):
            other.peer.receive("line", out.frames[0][1], pair.now)


def test_an_honest_side_that_says_too_much_at_once_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "MOST", {True: (2, 1), False: (5, 8)})
    pair = Straight()
    said = [pair.north.peer.send("AMD", AMD, pair.now) for _ in range(30)]
    refused = 0
    for _ in range(600):
        for node, facing in ((pair.north, pair.south), (pair.south, pair.north)):
            node.peer.tick(pair.now)
            for path, frame in node.settle().frames:
                try:
                    facing.peer.receive(path, frame, pair.now)
                except RemoteProtocolError as wrong:
                    assert wrong.reason == "too many"
                    refused += 1
        pair.mono_s += 0.1
    assert refused > 0  # the control: it did say too much
    assert not pair.north.peer.waiting()
    came = [event.message.id for event in pair.south.events if isinstance(event, Received)]
    assert sorted(came) == sorted(message.id for message in said)
    assert pair.south.peer.standing() == "OPEN"


def test_the_bounds_let_through_what_an_honest_outbox_holds() -> None:
    assert traffic.MOST[False][0] >= 2 * CAPACITY and traffic.MOST[True][0] >= WINDOW


def test_of_a_backlog_what_is_fresh_leaves_first_and_what_is_over_is_marked_so() -> None:
    pair = backlog(30, 600, 30, 600, 601)
    numbers = {message.envelope: message.seq for message in pair.north.peer.waiting()}
    pair.connect()
    pair.exchange()
    assert [numbers[frame] for _, frame in pair.north.frames if frame in numbers] == [1, 3, 4, 0, 2]
    received = [(event.message.seq, event.expired) for event in pair.south.of(Received)]  # type: ignore[attr-defined]
    assert received == [(0, True), (1, False), (2, True), (3, False), (4, False)], "all came at once: in their order"
    assert pair.south.of(GapSeen) == [] and not pair.north.peer.waiting()


def test_a_fresh_warning_waits_for_the_backlog_of_a_slow_line_no_longer_than_for_a_gap() -> None:
    pair = backlog(*[30] * WIDE, 600)
    pair.connect()
    first: list[bytes] = []
    for _ in range(20):
        for node, facing in ((pair.north, pair.south), (pair.south, pair.north)):
            for path, frame in node.settle().frames:
                if b"message+json" in frame:
                    first.append(frame)
                else:
                    facing.peer.receive(path, frame, pair.now)
    assert 0 < len(first) <= NARROW * 2
    pair.south.peer.receive("line", first[0], pair.now)
    pair.south.settle()
    assert pair.south.of(Received) == [], "what was before it may come at once"
    pair.mono_s += Timing().gap_s + 0.1
    pair.south.peer.tick(pair.now)
    pair.south.settle()
    (event,) = pair.south.of(Received)
    assert event.message.seq == WIDE and not event.expired  # type: ignore[attr-defined]


def test_what_left_is_not_looked_at_again_and_nothing_is_passed_over_for_good() -> None:
    pair = backlog(*[30, 600] * 600)
    pair.connect()
    pair.exchange()
    assert sorted(event.message.seq for event in pair.south.of(Received)) == list(range(1200))  # type: ignore[attr-defined]
    assert not pair.north.peer.waiting()
