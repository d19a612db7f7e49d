"""Whatever comes in at the door: refused with a fixed reason, nothing changed, closed where that is right."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from armslength.crypto.canonical import canonical, digest
from armslength.crypto.envelope import Envelope, add, from_json, seal, to_json
from armslength.crypto.keys import SigningKey
from armslength.errors import RemoteProtocolError
from armslength.protocol.events import AgreementRef
from armslength.protocol.frames import FRAME_LIMIT, LARGE_LIMIT, carrier, plain
from armslength.protocol.greeting import PROOF_TYPE
from armslength.protocol.marks import MARK_TYPE, Entry, Stream, state
from armslength.protocol.messages import LARGEST, MESSAGE_TYPE, Mark, Post, Precedence, compose
from armslength.protocol.outbox import AHEAD
from armslength.protocol.refusals import GOES_ON, REASONS
from pair import AGREEMENT, AMD, AMENDED, EMG, NORTH, SOUTH, TFA
from straight import Straight

STRANGER = SigningKey(b"a stranger's key, for tests only")
NORTH_POST, SOUTH_POST = Post("NORTH", "NORTH POST"), Post("SOUTH", "SOUTH POST")


def state_of(pair: Straight) -> str:
    """Return everything that the south peer remembers beside its connections, as text."""
    peer = pair.south.peer
    traffic, line = peer._traffic, peer._line
    parts = [traffic._outbox._streams, traffic._inbox._streams, traffic._stated._frames, traffic._writes]
    return repr([*parts, traffic._receipts, vars(peer._papers), line.agreement, line.ledger, line.offset._measured])


def written(seq: int = 0, key: SigningKey = NORTH, **other: Any) -> bytes:
    """Return a message of the north as a frame, with what `other` says changed."""
    given = {"sender": NORTH_POST, "addressee": SOUTH_POST, "code": "AMD", "fields": AMD, "seq": seq, "time_ns": 1}
    given |= {"agreement": AGREEMENT.id, "terms": AGREEMENT.digest}
    given |= other
    return compose(key, given.pop("sender"), given.pop("addressee"), **given).envelope  # type: ignore[arg-type]


def rewritten(change: Callable[[dict[str, Any]], object], kind: str = MESSAGE_TYPE, frame: bytes = b"") -> bytes:
    """Return a frame of the north, rightly signed, of which the payload was changed before signing."""
    tree = json.loads(from_json(frame or written()).payload)
    change(tree)
    return to_json(seal(kind, canonical(tree), NORTH))


def forged(frame: bytes) -> bytes:
    """Return `frame` with another payload under the old signature."""
    envelope = from_json(frame)
    return to_json(Envelope(envelope.payload_type, envelope.payload.replace(b"a", b"b"), envelope.signatures))


def marked(seq: int, name: str, key: SigningKey = NORTH, to: str = SOUTH.public) -> bytes:
    """Return a mark of the north on a message of the south."""
    return state(key, to, Stream(AGREEMENT.id, Precedence.ROUTINE), Mark.RECEIVED, [Entry(seq, name, False)], 1)


ENVELOPE = to_json(seal("text/plain", b"a document", NORTH))
ANY = "sha256:" + "a" * 64

AFTER_PROOF: list[tuple[str, str, bytes]] = [
    ("empty", "garbage", b""),
    ("binary", "garbage", bytes(range(256))),
    ("a list", "garbage", b"[]"),
    ("deep", "garbage", b'{"a":' * 5000 + b"1" + b"}" * 5000),
    ("a space too much", "not canonical", b'{"kind": "ping","n":0}'),
    ("two of a key", "not canonical", b'{"kind":"ping","kind":"ping","n":0}'),
    ("no kind", "unknown kind", b"{}"),
    ("a kind of its own", "unknown kind", plain("ping", n=1).replace(b'"ping"', b'"order"')),
    ("a kind that is no word", "unknown kind", plain("ping", n=1).replace(b'"ping"', b"[]")),
    ("members too many", "garbage", plain("ping", n=1, m=1)),
    ("a number below", "garbage", plain("ping", n=-1)),
    ("a number with a point", "garbage", plain("ping", n=1.5)),
    ("a truth for a number", "garbage", plain("ping", n=True)),
    ("oversized ping", "oversized", plain("ping", n="1" * FRAME_LIMIT)),
    ("oversized document", "oversized", plain("document", envelope="1" * LARGE_LIMIT)),
    ("oversized message", "oversized", to_json(seal(MESSAGE_TYPE, b"1" * LARGEST, NORTH))),
    ("a second hello", "wrong state", plain("hello", format="", key="", nonce="", party="", path="", post="")),
    ("a pong to no ping", "impossible clock", plain("pong", n=10**6, time_ns="1")),
    ("a pong at no time", "garbage", plain("pong", n=0, time_ns="soon")),
    ("taken: nothing", "garbage", plain("taken", digests=[])),
    ("taken: no digests", "garbage", plain("taken", digests=[1])),
    ("taken: too many", "garbage", plain("taken", digests=[ANY] * 257)),
    ("a document without envelope", "garbage", plain("document", envelope={})),
    ("a checkpoint by a stranger", "wrong key", carrier("checkpoint", to_json(seal("c", b"c", STRANGER)), since=0)),
    ("a checkpoint of ours", "reflected", carrier("checkpoint", to_json(seal("c", b"c", SOUTH)), since=0)),
    ("a checkpoint forged", "bad signature", carrier("checkpoint", forged(to_json(seal("c", b"abc", NORTH))), since=0)),
    ("a proof of no hashes", "garbage", carrier("checkpoint", ENVELOPE, since=1, consistency=["x"])),
    ("a proof of too many", "garbage", carrier("checkpoint", ENVELOPE, since=1, consistency=["0" * 64] * 129)),
    ("countersigned unasked", "unasked", carrier("countersigned", to_json(seal("c", b"c", NORTH, SOUTH)))),
    ("an envelope of no type", "unknown kind", to_json(seal("text/plain", b"{}", NORTH))),
    ("a message by a stranger", "wrong key", written(key=STRANGER)),
    ("a message of ours", "reflected", written(key=SOUTH, sender=SOUTH_POST, addressee=NORTH_POST)),
    ("a message signed twice", "wrong key", to_json(add(from_json(written()), STRANGER))),
    ("a message forged", "bad signature", forged(written())),
    ("a message for a third party", "wrong party", written(addressee=Post("EAST", "SOUTH POST"))),
    ("a message for another post", "wrong party", written(addressee=Post("SOUTH", "EAST POST"))),
    ("a message from another post", "wrong party", written(sender=Post("NORTH", "EAST POST"))),
    ("another signs than is named", "wrong key", rewritten(lambda m: m.update(sender_key=STRANGER.public))),
    ("another agreement", "wrong agreement", written(agreement="another")),
    ("another version", "wrong agreement", written(terms=AMENDED.digest)),
    ("no agreement", "wrong agreement", written(agreement="none", terms="none")),
    ("an emergency under another version", "wrong agreement", written(code="EMG", fields=EMG, terms=AMENDED.digest)),
    ("far ahead", "out of window", written(seq=AHEAD)),
    ("further ahead", "out of window", written(seq=2**53 - 1)),
    ("not a number", "garbage", rewritten(lambda m: m.update(seq=1.5))),
    ("beyond numbers", "garbage", rewritten(lambda m: m.update(seq=float(2**60)))),
    ("members missing", "garbage", rewritten(lambda m: m.pop("ref"))),
    ("another format", "wrong format", rewritten(lambda m: m.update(format="armslength-message/2"))),
    ("no such code", "unknown code", rewritten(lambda m: m.update(code="TGT"))),
    ("a code that is no word", "unknown code", rewritten(lambda m: m.update(code=["AMD"]))),
    ("another precedence", "bad field", rewritten(lambda m: m.update(precedence="FLASH"))),
    ("a precedence that is no word", "bad field", rewritten(lambda m: m.update(precedence=[]))),
    ("fields that are none", "garbage", rewritten(lambda m: m.update(fields=[]))),
    ("a field too many", "bad field", rewritten(lambda m: m["fields"].update(target="x"))),
    ("a field of another kind", "bad field", rewritten(lambda m: m["fields"].update(from_hash=7))),
    ("an answer to nothing", "bad field", rewritten(lambda m: m.update(ref=ANY))),
    ("a validity of its own", "bad field", rewritten(lambda m: m.update(valid_until_ns="9"))),
    ("a time of no kind", "garbage", rewritten(lambda m: m.update(time_ns=5))),
    ("a time beyond all", "garbage", rewritten(lambda m: m.update(time_ns="9" * 19))),
    ("a post that is none", "garbage", rewritten(lambda m: m.update(sender="NORTH"))),
    ("a post with a bell", "garbage", rewritten(lambda m: m["sender"].update(post="\a"))),
    ("a mark by a stranger", "wrong key", marked(0, ANY, STRANGER)),
    ("a mark of ours", "reflected", marked(0, ANY, SOUTH)),
    ("a mark forged", "bad signature", forged(marked(0, ANY))),
    ("a mark on nothing", "unknown message", marked(0, ANY)),
    ("a mark on what never will be", "unknown message", marked(2**53 - 1, ANY)),
    ("a mark on another's message", "wrong party", marked(0, ANY, to=STRANGER.public)),
    ("a mark of no kind", "garbage", rewritten(lambda m: m.update(mark="SOUNDED"), MARK_TYPE, marked(0, ANY))),
    ("a mark on none", "garbage", rewritten(lambda m: m.update(of=[]), MARK_TYPE, marked(0, ANY))),
    ("a mark on too many", "garbage", rewritten(lambda m: m.update(of=m["of"] * 257), MARK_TYPE, marked(0, ANY))),
    ("a mark on half", "garbage", rewritten(lambda m: m.update(of=[[0, ANY]]), MARK_TYPE, marked(0, ANY))),
    ("a mark of another format", "wrong format", rewritten(lambda m: m.update(format=""), MARK_TYPE, marked(0, ANY))),
    ("a mark on no channels", "garbage", rewritten(lambda m: m.update(channels=[]), MARK_TYPE, marked(0, ANY))),
    ("a mark on half", "garbage", rewritten(lambda m: m.update(channels=[1, "F1"]), MARK_TYPE, marked(0, ANY))),
    ("a mark, F1 twice", "garbage", rewritten(lambda m: m.update(channels=[1, ["F1"] * 2]), MARK_TYPE, marked(0, ANY))),
    ("a mark, -1 changes", "garbage", rewritten(lambda m: m.update(channels=[-1, []]), MARK_TYPE, marked(0, ANY))),
    (
        "a mark, many channels",
        "garbage",
        rewritten(lambda m: m.update(channels=[1, ["F1"] * 32]), MARK_TYPE, marked(0, ANY)),
    ),
    ("a mark with members", "garbage", rewritten(lambda m: m.update(why=""), MARK_TYPE, marked(0, ANY))),
    ("a mark at no precedence", "garbage", rewritten(lambda m: m.update(precedence=1), MARK_TYPE, marked(0, ANY))),
]


@pytest.mark.parametrize(("reason", "frame"), [case[1:] for case in AFTER_PROOF], ids=[case[0] for case in AFTER_PROOF])
def test_a_frame_is_refused_and_nothing_changes(reason: str, frame: bytes) -> None:
    pair = Straight()
    before = state_of(pair)
    with pytest.raises(RemoteProtocolError) as caught:
        pair.south.peer.receive("line", frame, pair.now)
    assert caught.value.reason == reason and reason in REASONS
    assert state_of(pair) == before
    output = pair.south.settle()
    assert output.writes == ()
    assert output.close == (() if reason in GOES_ON else (("line", reason),))
    assert pair.south.peer.standing() == ("OPEN" if reason in GOES_ON else "DOWN")


def test_the_good_frames_that_the_bad_ones_were_made_of_are_taken() -> None:
    pair = Straight()
    for seq in (0, 1):
        pair.south.peer.receive("line", written(seq=seq), pair.now)
    message = pair.south.peer.send("AMD", AMD, pair.now)
    pair.south.peer.receive("line", marked(0, message.id), pair.now)
    pair.south.peer.receive("line", plain("ping", n=1), pair.now)
    pair.south.peer.receive("line", carrier("document", ENVELOPE), pair.now)
    pair.south.peer.receive("line", carrier("checkpoint", ENVELOPE, since=0), pair.now)
    kinds = [type(event).__name__ for event in pair.south.settle().events]
    assert kinds == ["Received", "Received", "Marked", "DocumentIn", "CheckpointIn"]


def test_one_number_for_two_messages_is_refused() -> None:
    pair = Straight()
    pair.south.peer.receive("line", written(), pair.now)
    pair.south.settle()
    with pytest.raises(RemoteProtocolError, match="sequence reused"):
        pair.south.peer.receive("line", written(time_ns=2_000_000), pair.now)


def test_a_flood_of_frames_ends_and_messages_are_no_flood() -> None:
    pair = Straight()
    with pytest.raises(RemoteProtocolError, match="flood"):
        for number in range(1000):
            pair.south.peer.receive("line", plain("ping", n=number), pair.now)
    assert number < 100
    pair = Straight()
    for seq in range(300):
        pair.south.peer.receive("line", written(seq=seq), pair.now)
    assert sum(type(event).__name__ == "Received" for event in pair.south.settle().events) == 300


def test_after_a_refusal_nothing_more_is_taken_from_that_path() -> None:
    pair = Straight()
    with pytest.raises(RemoteProtocolError):
        pair.south.peer.receive("line", b"", pair.now)
    pair.south.peer.receive("line", written(), pair.now)
    pair.south.peer.receive("line", b"", pair.now)
    pair.south.peer.receive("no such path", b"", pair.now)
    assert [type(event).__name__ for event in pair.south.settle().events] == ["SessionLost"]


def hello_of(pair: Straight) -> dict[str, Any]:
    """Return the hello that the north has just said."""
    pair.connect()
    (frame,) = pair.north.settle().frames
    pair.south.settle()
    return dict(json.loads(frame[1]))


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("wrong format", {"format": "armslength/2"}),
        ("wrong key", {"key": STRANGER.public}),
        ("reflected", {"key": SOUTH.public}),
        ("wrong party", {"party": "EAST"}),
        ("wrong party", {"post": "EAST POST"}),
        ("garbage", {"post": ""}),
        ("garbage", {"nonce": "0" * 63}),
        ("garbage", {"path": 1}),
        ("garbage", {"path": "x" * 257}),
    ],
)
def test_a_wrong_hello_is_refused(reason: str, change: dict[str, Any]) -> None:
    pair = Straight(connect=False)
    hello = hello_of(pair)
    with pytest.raises(RemoteProtocolError) as caught:
        pair.south.peer.receive("line", canonical(hello | change), pair.now)
    assert caught.value.reason == reason
    assert pair.south.settle().close == (("line", reason),)


def proved(pair: Straight) -> bytes:
    """Let both greet; return the proof of the north, which the south has not seen."""
    pair.connect()
    north, south = pair.north.settle().frames[0][1], pair.south.settle().frames[0][1]
    pair.south.peer.receive("line", north, pair.now)
    pair.north.peer.receive("line", south, pair.now)
    pair.south.settle()
    return pair.north.settle().frames[0][1]


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("replayed", {"nonce": "0" * 64}),
        ("replayed", {"peer_nonce": "0" * 64}),
        ("replayed", {"path": "another"}),
        ("replayed", {"peer_path": "another"}),
        ("wrong party", {"to": {"key": STRANGER.public, "party": "EAST", "post": "EAST POST"}}),
        ("wrong party", {"from": {"key": NORTH.public, "party": "NORTH", "post": "EAST POST"}}),
        ("wrong agreement", {"agreement": "another"}),
        ("expired agreement", {"expires_ns": "1"}),
        ("wrong format", {"format": "armslength-proof/2"}),
        ("garbage", {"agreement": None}),
        ("garbage", {"terms": None}),
        ("garbage", {"serial": -1}),
        ("garbage", {"ledger": {"size": 1}}),
        ("garbage", {"ledger": {"root": "x", "size": 1}}),
        ("garbage", {"streams": [["a", "FLASH", 1]]}),
        ("garbage", {"streams": [["a", "URGENT", 1, 1]]}),
        ("garbage", {"streams": [["a", "FLASH", 1, 1]] * 17}),
        ("out of window", {"streams": [[AGREEMENT.id, "FLASH", 2**53 - 1, 1]]}),
        ("garbage", {"more": 1}),
    ],
)
def test_a_wrong_proof_is_refused(reason: str, change: dict[str, Any]) -> None:
    pair = Straight(connect=False)
    frame = proved(pair)
    before = state_of(pair)
    with pytest.raises(RemoteProtocolError) as caught:
        pair.south.peer.receive("line", rewritten(lambda m: m.update(change), PROOF_TYPE, frame), pair.now)
    assert caught.value.reason == reason
    assert state_of(pair) == before
    assert pair.south.settle().close == (("line", reason),)
    assert pair.south.peer.standing() == "DOWN"


def test_a_proof_by_another_key_or_with_another_payload_is_refused() -> None:
    for make, reason in [
        (lambda frame: to_json(seal(PROOF_TYPE, from_json(frame).payload, STRANGER)), "wrong key"),
        (lambda frame: to_json(seal(PROOF_TYPE, from_json(frame).payload, SOUTH)), "reflected"),
        (forged, "bad signature"),
    ]:
        pair = Straight(connect=False)
        with pytest.raises(RemoteProtocolError) as caught:
            pair.south.peer.receive("line", make(proved(pair)), pair.now)
        assert caught.value.reason == reason


def test_a_recorded_session_played_again_opens_nothing() -> None:
    pair = Straight(connect=False)
    pair.connect()
    pair.exchange()
    pair.north.peer.send("EMG", EMG, pair.now)
    pair.exchange()
    recorded = [frame for _, frame in pair.north.frames]
    pair.disconnect()
    pair.south.restart()
    pair.south.peer.connected("line", pair.now, bytes(range(32)))
    pair.south.settle()
    pair.south.peer.receive("line", recorded[0], pair.now)
    with pytest.raises(RemoteProtocolError, match="replayed"):
        pair.south.peer.receive("line", recorded[1], pair.now)
    for frame in recorded[1:]:
        pair.south.peer.receive("line", frame, pair.now)
    assert pair.south.settle().events == ()


def test_a_message_recorded_and_played_again_counts_once() -> None:
    pair = Straight()
    pair.north.peer.send("EMG", EMG, pair.now)
    pair.exchange()
    message = next(frame for _, frame in pair.north.frames if MESSAGE_TYPE.encode() in frame)
    pair.disconnect()
    pair.south.restart()
    pair.connect()
    pair.exchange()
    pair.south.peer.receive("line", message, pair.now)
    assert [type(event).__name__ for event in pair.south.settle().events] == ["Duplicate"]


def test_nothing_passes_before_the_keys_are_proved() -> None:
    for stage in ("GREETING", "PROVING"):
        for frame in (written(), plain("ping", n=0), marked(0, ANY), carrier("document", ENVELOPE)):
            pair = Straight(connect=False)
            pair.connect()
            hello = pair.north.settle().frames[0][1]
            if stage == "PROVING":
                pair.south.peer.receive("line", hello, pair.now)
            assert pair.south.peer.paths() == {"line": stage}
            with pytest.raises(RemoteProtocolError, match="wrong state"):
                pair.south.peer.receive("line", frame, pair.now)


def test_who_greets_and_then_says_nothing_is_closed() -> None:
    pair = Straight(connect=False)
    pair.connect()
    pair.south.peer.receive("line", pair.north.settle().frames[0][1], pair.now)
    pair.wait(5.2, exchange=False)
    assert ("line", "late") in pair.south.closed and ("line", "late") in pair.north.closed


def test_the_ninth_connection_is_closed_and_the_others_live() -> None:
    pair = Straight()
    for number in range(8):
        pair.connect(f"more {number}")
    pair.exchange()
    assert len(pair.south.peer.paths()) == 8
    assert pair.south.closed == [("more 7", "too many connections")]


def test_an_agreement_that_has_run_out_is_no_agreement() -> None:
    soon = replace(AGREEMENT, expires_ns=Straight(connect=False).now.utc_ns + 10 * 10**9)
    pair = Straight(soon, soon)
    late = written()
    pair.wait(11.0)
    assert pair.south.peer.standing() == pair.north.peer.standing() == "FIRST_CONTACT"
    with pytest.raises(RemoteProtocolError, match="expired agreement"):
        pair.south.peer.receive("line", late, pair.now)
    assert pair.south.peer.standing() == "FIRST_CONTACT"
    assert pair.south.settle().close == ()


def test_memory_stays_bounded_whatever_numbers_come() -> None:
    pair = Straight()
    for seq in [*range(1, 1024), *range(1, 1024)]:
        frame = written(seq=seq, code="EMG", fields=EMG) if seq % 2 else written(seq=seq)
        pair.south.peer.receive("line", frame, pair.now)
        pair.south.settle()
    for stream in pair.south.peer._traffic._inbox._streams.values():
        sizes = [len(stream.held), len(stream.done), len(stream.missing), len(stream.records)]
        assert max(sizes) <= 1024


def test_refusals_are_told_without_what_was_sent() -> None:
    secret = "SEPARATION 3 NM"
    for change in ({"code": secret}, {"agreement": secret}, {"fields": {secret: secret}}, {"sender": secret}):
        pair = Straight()
        with pytest.raises(RemoteProtocolError) as caught:
            pair.south.peer.receive("line", rewritten(lambda m, change=change: m.update(change)), pair.now)
        assert secret not in str(caught.value)


def test_an_agreement_is_told_apart_by_its_digest_alone() -> None:
    other = AgreementRef(AGREEMENT.id, digest(b"other terms"), AGREEMENT.expires_ns)
    pair = Straight(AGREEMENT, other)
    assert pair.north.peer.standing() == pair.south.peer.standing() == "DIFFERING"
    pair.north.peer.send("TFA", copy.deepcopy(TFA), pair.now, valid_until_ns=pair.now.utc_ns + 1)
    pair.exchange()
    assert not [event for event in pair.south.events if type(event).__name__ == "Received"]
