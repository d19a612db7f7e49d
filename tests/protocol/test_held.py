"""What is held stops nothing behind it, however much comes; it is missing, not lost, and is taken, once."""

from __future__ import annotations

import pytest

from armslength.protocol import out_stream
from armslength.protocol.events import GapSeen, Received, Timing
from armslength.protocol.marks import Entry
from armslength.protocol.messages import Mark, Message, Precedence
from armslength.protocol.outbox import PASSED, WINDOW, Outbox, stream_of
from pair import AMD, EMG, TFA
from protocol.boxes import give, written
from straight import Straight

FIELDS = {"AMD": AMD, "EMG": EMG, "TFA": TFA}


def marked(box: Outbox, message: Message, at_s: float) -> None:
    """The mark RECEIVED on `message` comes."""
    box.marked(stream_of(message), Mark.RECEIVED, Entry(message.seq, message.id, False), 1, at_s)


@pytest.mark.parametrize("code", ["AMD", "EMG"])
@pytest.mark.parametrize("answer", [True, None, False])
def test_one_that_is_held_stops_nothing_however_many_come(code: str, answer: bool | None) -> None:
    box, left = Outbox("p", Timing()), list[int]()
    for seq in range(2 * WINDOW + 100):
        box.add(written(seq, code))
        for one in box.leaving(float(seq), lambda message: answer if message.seq == 0 else True):
            left.append(one.message.seq)
            marked(box, one.message, seq + 0.01)
    patient = answer is False and code == "AMD"  # what a session does not let through now waits in its order
    assert left == ([] if patient else list(range(0 if answer else 1, 2 * WINDOW + 100)))
    free = [one.message.seq for one in box.leaving(9000.0, lambda _: True)]
    assert free[: 1 + patient] == ([] if answer else [0, 1][: 1 + patient])


def test_many_that_are_held_are_passed_over_and_leave_first_when_they_may() -> None:
    box = Outbox("p", Timing())
    held = [written(seq, "TFA", 10**18) for seq in range(1500)]
    for message in held:
        box.add(message)
    free = written(1500, "EMG")
    later = [written(seq, "TFA", 10**17) for seq in range(1500, 1510)]
    for message in later:
        box.add(message)
    late = {message.id for message in later}
    assert [one.message for one in box.leaving(1.0, lambda one: True if one.id in late else None)] == later
    box.add(free)
    assert [one.message for one in box.leaving(2.0, lambda one: True if one.code == "EMG" else None)] == [free]
    for message in (*later, free):
        marked(box, message, 2.1)
    out: list[Message] = []
    while len(box):
        leaving = box.leaving(3.0, lambda _: True)
        assert leaving
        out += [one.message for one in leaving]
        for one in leaving:
            marked(box, one.message, 3.1)
    assert out == held


def test_what_is_held_is_not_looked_at_over_and_over() -> None:
    box, asked = Outbox("p", Timing()), 0

    def may(message: Message) -> bool | None:
        nonlocal asked
        asked += 1
        return None if message.seq < 1000 else True

    for seq in range(1000):
        box.add(written(seq))
    assert box.leaving(0.0, may) == [] and asked == 1000
    for seq in range(1000, 1100):
        box.add(written(seq))
        asked = 0
        (one,) = box.leaving(1.0, may)
        assert one.message.seq == seq and asked <= out_stream.ASKED + 1
        marked(box, one.message, 1.1)


def test_no_more_is_passed_over_than_the_receiver_remembers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_stream, "PASSED", 5)
    box = Outbox("p", Timing())
    for seq in range(7):
        box.add(written(seq, "EMG"))
    assert box.leaving(0.0, lambda one: True if one.seq == 6 else None) == []
    assert [one.message.seq for one in box.leaving(0.0, lambda one: True if one.seq > 4 else None)] == [5, 6]


@pytest.mark.parametrize("count", [1, 1100])
def test_the_other_side_takes_what_was_held_once_however_late_it_comes(count: int) -> None:
    pair = Straight()
    until = pair.now.utc_ns + 10**15
    pair.north.peer.hold(frozenset({"TFA"}))
    held = [pair.north.peer.send("TFA", TFA, pair.now, valid_until_ns=until) for _ in range(count)]
    later: list[str] = []
    for _ in range(1300):
        later.append(pair.north.peer.send("BLK", {"article": "BLOCK", "geometry_id": 1, "version": 1}, pair.now).id)
        pair.exchange()
    pair.wait(4.0)
    assert [event.message.id for event in pair.south.of(Received)] == later  # type: ignore[attr-defined]
    assert not any(event.given_up for event in pair.south.of(GapSeen))  # type: ignore[attr-defined]
    pair.disconnect()
    pair.south.restart()
    pair.connect("again")
    pair.exchange()
    assert pair.south.of(GapSeen) == [], "it is still to come: nothing new is told"
    pair.north.peer.hold(frozenset())
    pair.wait(2.0)
    assert [event.message.id for event in pair.south.of(Received)] == [one.id for one in held]  # type: ignore[attr-defined]
    assert not pair.north.peer.waiting()
    for message in held:
        pair.south.peer.receive("again", message.envelope, pair.now)
    pair.exchange()
    assert len(pair.south.of(Received)) == count


def test_more_than_a_window_is_missing_and_each_is_still_taken_once() -> None:
    pair = Straight()
    far = PASSED + WINDOW
    assert give(pair, written(far, "EMG")) == [far]
    give(pair, written(far))
    pair.wait(3.1, exchange=False)
    for code in ("EMG", "AMD"):
        assert give(pair, written(WINDOW, code), written(WINDOW, code), written(far - 1, code)) == [WINDOW, far - 1]
    assert give(pair, *(written(seq, "EMG") for seq in range(far + 1, far + 30))) == list(range(far + 1, far + 30))
    rows = [rows for space, rows in pair.south.disk.items() if space.startswith("count/")]
    assert all(len(value) < 70_000 for row in rows for value in row.values())


def test_only_what_the_sender_counts_as_past_is_told_as_given_up() -> None:
    """Numbers 0 and 1 were waited for in vain; then the sender, which forgot all it said, says what it still sends."""
    pair = Straight()
    assert give(pair, written(2), written(3)) == []
    pair.wait(3.1, exchange=False)
    late = GapSeen(Precedence.ROUTINE, (0, 1))
    assert pair.south.of(GapSeen) == [late]
    told = []
    for _ in range(4):  # every greeting says so again: it is told once, and not again after a restart
        pair.south.events.clear()
        pair.disconnect()
        pair.south.restart()
        pair.north.restart()
        pair.connect("line")
        pair.exchange()
        pair.north.peer.send("AMD", AMD, pair.now)
        pair.exchange()
        told += pair.south.of(GapSeen)
    assert told == [GapSeen(Precedence.ROUTINE, (0, 1), given_up=True)]
    assert len(pair.south.of(Received)) == 1
