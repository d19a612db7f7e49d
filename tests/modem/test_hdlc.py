"""HDLC: the check sum of the standard, stuffing that hides no flag, and not one bit mended."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.modem import hdlc

FRAMES = st.binary(min_size=hdlc.SHORTEST, max_size=120)


def unline(marks: hdlc.Bits) -> hdlc.Bits:
    """Return the bits that `marks` (tones) stand for."""
    return (np.diff(marks.astype(int), prepend=1) == 0).astype(np.uint8)


def frames(bits: hdlc.Bits, pieces: int = 1 << 30) -> list[bytes | None]:
    """Return what is found in `bits`, fed in pieces of `pieces`."""
    deframer = hdlc.Deframer(400)
    return [span.frame for at in range(0, len(bits), pieces) for span in deframer.feed(bits[at : at + pieces])]


def test_the_check_sum_is_that_of_x25() -> None:
    assert hdlc.fcs(b"123456789") == (0x906E).to_bytes(2, "little")
    assert hdlc.fcs(b"") == b"\0\0"


@given(FRAMES, st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_a_frame_comes_back_in_any_pieces(frame: bytes, pieces: int) -> None:
    bits = unline(hdlc.nrzi(hdlc.to_line(frame, 3, 1)))
    assert frames(bits, pieces) == [frame]
    assert bits.tobytes()[24:-8].count(hdlc.FLAG) == 0


@given(FRAMES, st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_frame_is_no_frame(frame: bytes, data: st.DataObject) -> None:
    line = hdlc.nrzi(hdlc.to_line(frame, 2, 2))
    at = data.draw(st.integers(16, len(line) - 17))
    line[at : at + data.draw(st.integers(1, 3))] ^= 1  # one to three bits of the air
    assert frame not in frames(unline(line))
    assert all(one is None for one in frames(unline(line)))


def test_a_frame_that_nothing_damages_would_be_found() -> None:
    frame = bytes(range(60))
    assert frames(unline(hdlc.nrzi(hdlc.to_line(frame, 2, 2)))) == [frame]


def test_two_frames_may_share_one_flag_and_two_flags_one_zero() -> None:
    one, two = b"A" * 20, b"\xff" * 30
    first, second = hdlc.to_line(one, 1, 1), hdlc.to_line(two, 1, 1)
    assert frames(np.concatenate((first, second[8:]))) == [one, two]
    assert frames(np.concatenate((first, second[1:]))) == [one, two]


def test_where_a_frame_stood_is_told() -> None:
    line = hdlc.to_line(bytes(20), 4, 1)
    (span,) = hdlc.Deframer(400).feed(np.concatenate((np.ones(50, np.uint8), line)))
    assert (span.start, span.end) == (50 + 32, 50 + len(line) - 8)


def test_leading_flags_are_counted_and_lone_ones_are_not() -> None:
    deframer = hdlc.Deframer(400)
    for piece in np.array_split(hdlc.to_line(bytes(20), 9, 1), 7):
        deframer.feed(piece)
    assert deframer.leads == 8


def test_what_is_held_is_bounded() -> None:
    deframer = hdlc.Deframer(100)
    for _ in range(50):
        deframer.feed(np.tile(np.array([1, 0], np.uint8), 1000))
    assert len(deframer._held) <= hdlc.longest_line(100, 1, 1) + 1
    deframer.feed(hdlc.to_line(b"", 1, 0))
    for _ in range(50):
        assert deframer.feed(np.tile(np.array([1, 0], np.uint8), 1000)) == []
    assert len(deframer._held) <= hdlc.longest_line(100, 1, 1) + 1
    assert [span.frame for span in deframer.feed(hdlc.to_line(b"B" * 40, 1, 1))] == [b"B" * 40]


@pytest.mark.parametrize("length", [15, 100, 328])
def test_the_longest_line_is_the_longest(length: int) -> None:
    assert len(hdlc.to_line(b"\xff" * length, 3, 2)) <= hdlc.longest_line(length, 3, 2)
