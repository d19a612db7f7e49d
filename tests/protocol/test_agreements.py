"""What is in force on either side, and what therefore may pass: first contact, amendment, difference, end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import add, from_json, seal, to_json
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.events import (
    CheckpointIn,
    Countersigned,
    DocumentIn,
    DocumentTaken,
    GapSeen,
    Marked,
    Received,
    SessionOpen,
    Stranded,
)
from armslength.protocol.messages import Mark
from pair import AGREEMENT, AMD, AMENDED, EMG, NORTH, SOUTH
from straight import Node, Straight

GCK = {"nonce": "0123456789abcdef"}
DOCUMENT = to_json(seal("application/vnd.armslength.agreement+json", b'{"a":1}', NORTH))


def codes(node: Node) -> list[str]:
    """Return the codes that `node` received, in order."""
    return [event.message.code for event in node.events if isinstance(event, Received)]


def test_in_first_contact_only_checks_and_documents_pass() -> None:
    pair = Straight(None, None)
    assert pair.north.peer.standing() == pair.south.peer.standing() == "FIRST_CONTACT"
    pair.north.peer.send("GCK", GCK, pair.now)
    pair.north.peer.offer(DOCUMENT, pair.now)
    for code, fields in (("EMG", EMG), ("AMD", AMD)):
        with pytest.raises(LocalProtocolError, match="agreement"):
            pair.north.peer.send(code, fields, pair.now)
    pair.exchange()
    assert codes(pair.south) == ["GCK"]
    assert pair.south.of(DocumentIn) == [DocumentIn(DOCUMENT)]
    assert pair.north.of(DocumentTaken) == [DocumentTaken(digest(DOCUMENT))]


def test_ratification_on_the_open_line_opens_it() -> None:
    pair = Straight(None, None)
    pair.north.peer.adopt(AGREEMENT, pair.now)
    pair.exchange()
    assert pair.north.peer.standing() == pair.south.peer.standing() == "DIFFERING"
    pair.north.peer.send("AMD", AMD, pair.now)
    pair.exchange()
    assert codes(pair.south) == []
    pair.south.peer.adopt(AGREEMENT, pair.now)
    pair.exchange()
    assert pair.north.peer.standing() == pair.south.peer.standing() == "OPEN"
    assert codes(pair.south) == ["AMD"]
    assert pair.south.of(SessionOpen)[-1] == SessionOpen(
        "line", "OPEN", AGREEMENT.id, AGREEMENT.digest, 0, "", proved=False
    )


def test_an_amendment_loses_nothing_and_brings_nothing_back() -> None:
    pair = Straight()
    pair.north.peer.send("AMD", AMD, pair.now)
    pair.exchange()
    replayed = next(frame for _, frame in pair.north.frames if b"message+json" in frame)
    pair.disconnect()
    waiting = [pair.north.peer.send("AMD", AMD, pair.now).id for _ in range(3)]
    pair.north.settle()
    for node in (pair.north, pair.south):
        node.agreement = AMENDED
        node.restart()
    pair.connect()
    pair.exchange()
    new = pair.north.peer.send("AMD", AMD, pair.now)
    pair.exchange()
    assert [event.message.id for event in pair.south.of(Received)] == [*waiting, new.id]  # type: ignore[attr-defined]
    assert new.terms == AMENDED.digest and new.seq == 4
    pair.south.peer.receive("line", replayed, pair.now)
    assert [type(event).__name__ for event in pair.south.settle().events] == ["Duplicate"]
    assert pair.south.of(GapSeen) == []


def test_a_version_that_is_not_in_the_line_of_descent_is_refused() -> None:
    pair = Straight()
    stray = pair.north.peer.send("AMD", AMD, pair.now)
    pair.north.settle()
    pair.south.peer.adopt(replace(AMENDED, earlier=()), pair.now)
    with pytest.raises(RemoteProtocolError, match="wrong agreement"):
        pair.south.peer.receive("line", stray.envelope, pair.now)
    assert pair.south.peer.standing() == "DIFFERING"


def test_while_versions_differ_documents_heal_and_messages_wait_but_an_emergency_passes() -> None:
    pair = Straight(connect=False)
    pair.north.peer.adopt(AMENDED, pair.now)
    pair.north.peer.offer(DOCUMENT, pair.now)
    pair.connect()
    pair.exchange()
    assert pair.south.of(DocumentIn) == [DocumentIn(DOCUMENT)]
    pair.north.peer.send("AMD", AMD, pair.now)
    pair.north.peer.send("EMG", EMG, pair.now)
    pair.south.peer.send("EMG", EMG, pair.now)
    pair.south.peer.send("GCK", GCK, pair.now)
    pair.exchange()
    assert codes(pair.south) == ["EMG"] and codes(pair.north) == ["EMG", "GCK"]
    pair.south.peer.adopt(AMENDED, pair.now)
    pair.exchange()
    pair.wait(5.0)
    assert codes(pair.south) == ["EMG", "AMD"]
    assert pair.north.peer.waiting() == pair.south.peer.waiting() == ()
    assert pair.south.of(GapSeen) == pair.north.of(GapSeen) == []


def test_documents_go_again_at_each_greeting_until_answered() -> None:
    pair = Straight()
    pair.north.peer.offer(DOCUMENT, pair.now)
    pair.exchange(lost="NORTH")
    for path in ("second", "third"):
        pair.disconnect() if path == "second" else pair.disconnect("second")
        pair.connect(path)
        pair.exchange()
    assert pair.south.of(DocumentIn) == [DocumentIn(DOCUMENT)]
    pair.north.peer.offer(DOCUMENT, pair.now)
    pair.north.peer.withdraw(digest(DOCUMENT))
    pair.north.settle()
    pair.disconnect("third")
    pair.connect("fourth")
    pair.exchange()
    assert len(pair.south.of(DocumentIn)) == 1


def test_documents_lie_nowhere_on_the_disk() -> None:
    pair = Straight()
    pair.north.peer.offer(DOCUMENT, pair.now)
    pair.exchange()
    assert b"YToxf" not in repr(pair.north.disk).encode()
    assert pair.north.disk == pair.south.disk == {}


def test_another_agreement_strands_what_waits_under_the_old_one() -> None:
    pair = Straight(connect=False)
    old = pair.north.peer.send("AMD", AMD, pair.now)
    check = pair.north.peer.send("EMG", EMG, pair.now)
    pair.north.settle()
    other = replace(AGREEMENT, id="another", digest="sha256:" + "9" * 64)
    pair.north.peer.adopt(other, pair.now)
    pair.north.settle()
    assert pair.north.of(Stranded) == [Stranded((check.id, old.id))]
    assert pair.north.peer.waiting() == ()
    assert all(not rows for space, rows in pair.north.disk.items() if space.startswith("out/"))


def test_two_agreements_in_force_at_once_are_refused() -> None:
    pair = Straight(connect=False)
    pair.north.peer.adopt(replace(AGREEMENT, id="another"), pair.now)
    pair.connect()
    with pytest.raises(RemoteProtocolError, match="wrong agreement"):
        pair.exchange()


def test_a_checkpoint_comes_back_countersigned() -> None:
    pair = Straight()
    ours = seal("application/vnd.armslength.checkpoint+json", b'{"size":3}', NORTH)
    pair.north.peer.head(3, "0" * 64)
    pair.north.peer.offer_checkpoint(to_json(ours), pair.now, since=1, consistency=["0" * 64])
    pair.exchange()
    assert pair.south.of(CheckpointIn) == [CheckpointIn(to_json(ours), 1, ("0" * 64,))]
    both = to_json(add(ours, SOUTH))
    for _ in range(2):
        pair.south.peer.countersign(both, pair.now)
        pair.exchange()
    assert pair.north.of(Countersigned) == [Countersigned(both)]
    pair.disconnect()
    pair.connect("again")
    pair.exchange()
    assert len(pair.south.of(CheckpointIn)) == 1
    assert pair.south.of(SessionOpen)[-1].ledger_size == 3  # type: ignore[attr-defined]


def test_a_checkpoint_goes_again_at_each_greeting_until_countersigned() -> None:
    pair = Straight(connect=False)
    ours = to_json(seal("application/vnd.armslength.checkpoint+json", b'{"size":3}', NORTH))
    pair.north.peer.offer_checkpoint(ours, pair.now)
    for path in ("first", "second"):
        pair.connect(path)
        pair.exchange()
        pair.disconnect(path)
    assert len(pair.south.of(CheckpointIn)) == 2


def test_papers_that_cannot_be_are_our_own_fault() -> None:
    peer, now = Straight().north.peer, Straight().now
    with pytest.raises(LocalProtocolError):
        peer.offer(b"no envelope", now)
    with pytest.raises(LocalProtocolError, match="bytes"):
        peer.offer(to_json(seal("text/plain", b"1" * 200_000, NORTH)), now)
    with pytest.raises(LocalProtocolError):
        peer.offer_checkpoint(to_json(seal("c", b"c", SOUTH)), now)
    with pytest.raises(LocalProtocolError):
        peer.countersign(to_json(seal("c", b"c", SOUTH)), now)


def test_a_document_of_almost_256_kib_passes() -> None:
    pair = Straight()
    large = to_json(seal("text/plain", b"1" * 190_000, NORTH))
    pair.north.peer.offer(large, pair.now)
    pair.exchange()
    assert pair.south.of(DocumentIn) == [DocumentIn(large)]


def test_marks_are_apart_and_each_is_signed_and_durable() -> None:
    pair = Straight()
    message = pair.north.peer.send("EMG", EMG, pair.now)
    pair.exchange()
    pair.disconnect()
    for mark in (Mark.UNDERSTOOD, Mark.RELAYED, Mark.RELAYED):
        pair.south.peer.mark(message.id, mark, pair.now)
    pair.south.settle()
    pair.south.restart()
    pair.north.restart()
    pair.connect()
    pair.exchange()
    marks = [event for event in pair.north.events if isinstance(event, Marked)]
    assert {event.mark for event in marks} == {Mark.UNDERSTOOD, Mark.RELAYED}
    assert all(from_json(event.envelope).signatures[0][0] == SOUTH.public for event in marks)
    assert not pair.south.disk[next(space for space in pair.south.disk if space.startswith("marks/"))]
    with pytest.raises(LocalProtocolError):
        pair.south.peer.mark(message.id, Mark.RECEIVED, pair.now)
    with pytest.raises(LocalProtocolError):
        pair.south.peer.mark("sha256:" + "0" * 64, Mark.UNDERSTOOD, pair.now)


def test_what_is_due_again_comes_before_what_was_offered_since_the_line_stands() -> None:
    """Documents of one side come in the order in which they were offered, also over a line that was cut."""
    first, second = (to_json(seal("application/vnd.armslength.agreement+json", text, NORTH)) for text in (b"1", b"2"))
    pair, offered = Straight(), False
    pair.disconnect()
    pair.north.peer.offer(first, pair.now)
    pair.connect()
    while any(said := [(node, node.settle().frames) for node in (pair.north, pair.south)]) and any(f for _, f in said):
        for node, frames in said:
            for path, frame in frames:
                (pair.south if node is pair.north else pair.north).peer.receive(path, frame, pair.now)
                if not offered and pair.north.peer.standing() == "OPEN":
                    offered = True
                    pair.north.peer.offer(second, pair.now)  # before what is due again was taken
    came = [event.envelope for event in pair.south.of(DocumentIn) if isinstance(event, DocumentIn)]
    assert offered and list(dict.fromkeys(came)) == [first, second]
