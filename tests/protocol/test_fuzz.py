"""The door under fire: whatever comes in, nothing but a RemoteProtocolError comes out, and then nothing has changed."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.crypto.canonical import canonical
from armslength.crypto.envelope import from_json, seal, to_json
from armslength.errors import RemoteProtocolError
from armslength.protocol.events import Received
from armslength.protocol.frames import carrier, plain
from armslength.protocol.messages import Mark
from armslength.protocol.opening import Opening
from armslength.protocol.refusals import REASONS
from pair import AMD, EMG, NORTH, TFA
from straight import Straight

from .test_bad_input import ENVELOPE, proved, state_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@cache
def frames() -> tuple[bytes, ...]:
    """Return one valid frame of every kind, as the north says them in this very session (see `fresh`)."""
    pair = fresh()
    for code, fields, valid in (("EMG", EMG, None), ("AMD", AMD, None), ("TFA", TFA, 10**10)):
        until = None if valid is None else pair.now.utc_ns + valid
        pair.north.peer.send(code, fields, pair.now, valid_until_ns=until)
    pair.south.peer.send("EMG", EMG, pair.now)
    pair.exchange()
    received = next(event for event in pair.north.events if isinstance(event, Received))
    pair.north.peer.mark(received.message.id, Mark.UNDERSTOOD, pair.now)
    pair.exchange()
    said = [frame for _, frame in pair.north.frames]
    extra = [
        carrier("document", ENVELOPE),
        carrier("checkpoint", ENVELOPE, since=0),
        carrier("countersigned", ENVELOPE),
    ]
    return (*said, *extra, plain("taken", digests=["sha256:" + "0" * 64]), plain("ping", n=3))


def fresh() -> Straight:
    """Return a pair with a session; the same nonces and stamps every time."""
    return Straight()


def attack(pair: Straight, frame: bytes) -> str:
    """Give `frame` to the south; return the reason of the refusal. Hold that a refusal changes nothing."""
    before = state_of(pair)
    try:
        pair.south.peer.receive("line", frame, pair.now)
    except RemoteProtocolError as wrong:
        assert wrong.reason in REASONS
        assert state_of(pair) == before
        return wrong.reason
    return ""


@FUZZ
@given(st.binary(max_size=300))
def test_garbage(data: bytes) -> None:
    pair = fresh()
    assert attack(pair, data) != ""


@FUZZ
@given(st.data())
def test_bytes_of_valid_frames_changed_cut_and_put_together(data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from(frames())))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(frame) - 1))
        how = data.draw(st.sampled_from(["set", "cut", "insert", "swap"]))
        if how == "set":
            frame[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del frame[at : at + data.draw(st.integers(1, 40))]
        elif how == "insert":
            frame[at:at] = data.draw(st.binary(min_size=1, max_size=8))
        else:
            other = data.draw(st.sampled_from(frames()))
            frame[at:] = other[min(at, len(other)) :]
        if not frame:
            break
    for pair in (fresh(), Straight(connect=False)):
        if not pair.south.peer.paths():
            pair.connect()
            pair.south.settle()
        attack(pair, bytes(frame))
        pair.south.settle()


def changed(tree: Any, data: st.DataObject) -> Any:
    """Return `tree` with one value somewhere in it replaced, removed or added."""
    tree = json.loads(json.dumps(tree))
    spot = tree
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        if not keys:
            return tree
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and data.draw(st.booleans()):
            spot = spot[key]
            continue
        how = data.draw(st.sampled_from(["replace", "remove", "add"]))
        if how == "replace":
            spot[key] = data.draw(JSON)
        elif how == "remove":
            del spot[key]
        elif isinstance(spot, dict):
            spot[data.draw(st.text(max_size=8))] = data.draw(JSON)
        else:
            spot.append(data.draw(JSON))
        return tree


@settings(FUZZ, max_examples=400)
@given(st.data())
def test_valid_frames_with_other_values_rightly_signed(data: st.DataObject) -> None:
    frame = data.draw(st.sampled_from(frames()))
    tree = json.loads(frame)
    if "payloadType" in tree and data.draw(st.integers(0, 3)):
        payload = canonical(changed(json.loads(from_json(frame).payload), data))
        attacked = to_json(seal(tree["payloadType"], payload, NORTH))
    else:
        attacked = canonical(changed(tree, data))
    pair = fresh()
    attack(pair, attacked)
    pair.south.settle()
    pair.south.peer.tick(pair.now)


@settings(FUZZ, max_examples=200)
@given(st.data())
def test_proofs_with_other_values_rightly_signed(data: st.DataObject) -> None:
    pair = Straight(connect=False)
    frame = proved(pair)
    payload = canonical(changed(json.loads(from_json(frame).payload), data))
    attack(pair, to_json(seal(json.loads(frame)["payloadType"], payload, NORTH)))
    pair.south.settle()
    pair.south.peer.tick(pair.now)


def test_every_valid_frame_is_taken_unchanged() -> None:
    """The control: what is mutated above is valid before the mutation, and every kind of frame is among it."""
    reasons = Counter(attack(fresh(), frame) for frame in frames())
    assert set(reasons) <= {"", "wrong state", "replayed", "unasked", "unknown message"}
    assert reasons[""] >= 8


def test_a_planted_hole_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def hole(opening: Opening, session: object, frame: Any, now: object) -> None:
        opening._line.ledger = (int(frame.values["n"]), "")

    monkeypatch.setattr(Opening, "_plain", {**Opening._plain, "ping": hole})
    with pytest.raises((TypeError, ValueError, AssertionError)):
        for value in ("x", None, [], 1):
            attack(fresh(), plain("ping", n=value))
