"""Marks over the air: the very frame that was signed, or nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import from_json
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.air import AirContext
from armslength.protocol.air_bits import LARGEST_FRAME, AirKind
from armslength.protocol.air_marks import MOST_ON_AIR, decode, encode
from armslength.protocol.catalogue import Precedence
from armslength.protocol.failover import GROUND
from armslength.protocol.marks import Entry, Stream, read, state
from armslength.protocol.messages import NONE, Mark, Post
from armslength.protocol.told import Standing
from pair import AGREEMENT, EPOCH_NS, NORTH, SOUTH

NORTH_POST, SOUTH_POST = Post("NORTH", "NORTH POST"), Post("SOUTH", "SOUTH POST")
STREAM = Stream(AGREEMENT.id, Precedence.FLASH)
OURS = AirContext(SOUTH_POST, SOUTH.public, NORTH_POST, NORTH.public, AGREEMENT, lambda _: [])
"""The south has the messages of the north, and marks them."""
THEIRS = AirContext(NORTH_POST, NORTH.public, SOUTH_POST, SOUTH.public, AGREEMENT, lambda _: [])


def name(stream: Stream, seq: int) -> str:
    """Return the id of the message of the north with that number."""
    return digest(f"{stream} {seq}".encode())


def said(*seqs: int, stream: Stream = STREAM, mark: Mark = Mark.RECEIVED, expired: bool = False) -> bytes:
    """Return a statement of the south as a frame."""
    return state(SOUTH, NORTH.public, stream, mark, [Entry(s, name(stream, s), expired) for s in seqs], EPOCH_NS + 7)


def reason(payload: bytes, context: AirContext = THEIRS, ids: Callable[[Stream, int], str | None] = name) -> str:
    """Return why `payload` is refused."""
    with pytest.raises(RemoteProtocolError) as wrong:
        decode(payload, context, ids)
    return wrong.value.reason


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**53 - 1), st.booleans()), min_size=1, max_size=40, unique_by=lambda one: one[0]
    ),
    st.sampled_from(Mark),
    st.sampled_from(Precedence),
    st.booleans(),
    st.integers(0, 2**63 - 1),
    st.none()
    | st.builds(
        Standing,
        st.integers(0, 2**40),
        st.lists(st.sampled_from(["F1", "F2", "F9", "F127", GROUND]), unique=True).map(tuple),
    ),
)
def test_the_frame_comes_back_byte_for_byte(
    marked: list[tuple[int, bool]],
    mark: Mark,
    precedence: Precedence,
    without: bool,
    time_ns: int,
    standing: Standing | None,
) -> None:
    stream = Stream(NONE if without else AGREEMENT.id, precedence)
    entries = [Entry(seq, name(stream, seq), expired) for seq, expired in sorted(marked)]
    frame = state(SOUTH, NORTH.public, stream, mark, entries, time_ns, standing)
    assert decode(encode(frame, OURS, largest=4096), THEIRS, name) == frame
    told = read(from_json(frame), NORTH.public, SOUTH.public)
    assert (told.entries, told.standing) == (tuple(entries), standing)


@given(st.lists(st.integers(1, 1024), min_size=MOST_ON_AIR - 1, max_size=MOST_ON_AIR - 1), st.integers(0, 2**40))
def test_so_many_always_fit_a_frame(steps: list[int], first: int) -> None:
    seqs = [first + sum(steps[:n]) for n in range(MOST_ON_AIR)]
    assert len(encode(said(*seqs), OURS)) <= LARGEST_FRAME


def test_a_mark_on_one_message_is_short_and_too_many_are_not_sent() -> None:
    assert len(encode(said(1000), OURS)) <= 80
    told = Standing(1000, ("F1", "F2", GROUND))
    frame = state(SOUTH, NORTH.public, STREAM, Mark.RECEIVED, [Entry(1000, name(STREAM, 1000), False)], EPOCH_NS, told)
    assert len(encode(frame, OURS)) <= 86
    with pytest.raises(LocalProtocolError, match="Marks on 100 messages"):
        encode(said(*range(0, 100_000, 1000)), OURS)
    with pytest.raises(LocalProtocolError, match="rising"):
        encode(said(2, 1), OURS)


def test_every_bit_counts() -> None:
    payload = encode(said(5, 7), OURS)
    assert decode(payload, THEIRS, name) == said(5, 7)
    for at in range(len(payload)):
        for bit in range(8):
            assert reason(payload[:at] + bytes([payload[at] ^ 1 << bit]) + payload[at + 1 :])


def test_marks_of_others_for_others_and_on_nothing_known_are_refused() -> None:
    payload = encode(said(5), OURS)
    assert reason(payload, OURS) == "bad signature"
    assert reason(payload, replace(THEIRS, other_key=NORTH.public, my_key=SOUTH.public)) == "bad signature"
    assert reason(payload, ids=lambda stream, seq: None) == "unknown reference"
    assert reason(payload, ids=lambda stream, seq: "sha256:" + "0" * 64) == "bad signature"
    assert reason(payload, replace(THEIRS, agreement=None)) == "wrong agreement"
    assert reason(payload, replace(THEIRS, agreement=replace(AGREEMENT, id="another"))) == "wrong agreement"


def test_what_is_not_ours_to_say_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="another key"):
        encode(said(5), THEIRS)
    with pytest.raises(LocalProtocolError, match="another agreement"):
        encode(said(5), replace(OURS, agreement=None))
    with pytest.raises(LocalProtocolError, match="nobody may take"):
        encode(said(5), replace(OURS, other_key=SOUTH.public))


def test_nothing_but_a_refusal_comes_out() -> None:
    draw = random.Random(4)
    real = encode(said(5, 7, expired=True), OURS)
    assert reason(b"") == "garbage" and reason(bytes([AirKind.MESSAGE]) + real[1:]) == "unknown kind"
    for length in range(len(real)):
        assert reason(real[:length])
    for _ in range(2000):
        assert reason(bytes([AirKind.MARK]) + draw.randbytes(draw.randrange(150)))
