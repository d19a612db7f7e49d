"""What is longer than a frame: all of it or nothing, whatever is lost, doubled, late, or slipped in."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.air_bits import LARGEST_FRAME, AirKind
from armslength.protocol.fragments import HEADER, MOST_AT_ONCE, MOST_BYTES, Pace, Pieces, Wholes, split

PACE = Pace()


def whole(size: int, seed: int = 0) -> bytes:
    """Return something as long as that to send."""
    return bytes([AirKind.MESSAGE]) + random.Random(seed).randbytes(size - 1)


def reason(wholes: Wholes, fragment: bytes, now_s: float = 0.0) -> str:
    """Return why `fragment` is refused."""
    with pytest.raises(RemoteProtocolError) as wrong:
        wholes.take(fragment, now_s)
    return wrong.value.reason


@settings(deadline=None)
@given(st.integers(1, MOST_BYTES), st.integers(60, 250), st.randoms(use_true_random=False))
def test_pieces_make_the_whole_in_any_order_and_once(size: int, frame: int, draw: random.Random) -> None:
    data = whole(size)
    fragments = list(split(data, frame=frame))
    assert all(len(one) <= frame for one in fragments)
    draw.shuffle(fragments)
    wholes = Wholes()
    came = [wholes.take(one, 0.0) for one in fragments]
    assert came == [None] * (len(fragments) - 1) + [data]
    assert len(wholes) == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.0, 0.45), st.integers(1, 5))
def test_only_what_was_missed_goes_again(seed: int, loss: float, count: int) -> None:
    draw = random.Random(seed)
    data = [whole(draw.randrange(1, 2000), n) for n in range(count)]
    pieces, wholes = Pieces(), Wholes()
    air = [one for each in data for one in pieces.send(each, 0.0)]
    got: set[bytes] = set()
    first, sent = len(air), 0
    now_s = 0.0
    while (air or wholes.due() < float("inf")) and len(got) < count and now_s < 100:
        for one in air:
            now_s += 0.1
            sent += 1
            if draw.random() >= loss and (come := wholes.take(one, now_s)) is not None:
                got.add(come)
        now_s = max(now_s, wholes.due())
        air = [one for ask in wholes.tick(now_s) if draw.random() >= loss for one in pieces.repeat(ask, now_s)]
    missed = [each for each in data if each not in got]
    assert sent <= first * (1 + 6 * loss) + 12 * count
    assert all(len(split(each)) <= 40 for each in missed)
    if loss == 0.0:
        assert not missed and sent == first


def test_a_request_names_the_missing_ones_and_no_others() -> None:
    data = whole(1000)
    pieces, wholes = Pieces(), Wholes()
    fragments = pieces.send(data, 0.0)
    assert len(fragments) == 9
    for place in (0, 1, 3, 8):
        wholes.take(fragments[place], 1.0)
    assert wholes.tick(1.0 + PACE.ask_s - 0.1) == ()
    (ask,) = wholes.tick(1.0 + PACE.ask_s)
    assert len(ask) <= LARGEST_FRAME
    again = pieces.repeat(ask, 8.0)
    assert again == tuple(fragments[place] for place in (2, 4, 5, 6, 7))
    assert [wholes.take(one, 9.0) for one in again][-1] == data


def test_who_says_it_again_is_heard_again_with_the_last_piece_only() -> None:
    fragments = split(whole(300))
    wholes = Wholes()
    first = [wholes.take(one, 0.0) for one in fragments]
    again = [wholes.take(one, 5.0) for one in fragments]
    assert first == again == [None, None, whole(300)]
    assert wholes.tick(5.0 + PACE.keep_s) == () and wholes.due() == float("inf")


def test_what_never_comes_is_given_up_and_forgotten() -> None:
    wholes, pieces = Wholes(), Pieces()
    fragments = pieces.send(whole(300), 0.0)
    wholes.take(fragments[0], 0.0)
    asks: list[bytes] = []
    for _ in range(20):
        if wholes.due() < float("inf"):
            asks += wholes.tick(wholes.due())
    assert len(asks) == PACE.asks and wholes.due() == float("inf") and len(wholes) == 0
    assert pieces.repeat(asks[0], PACE.keep_s) and pieces.repeat(asks[0], PACE.keep_s + 0.1) == ()


def test_nobody_makes_us_keep_more_than_a_few() -> None:
    wholes, pieces = Wholes(), Pieces()
    for seed in range(100):
        wholes.take(pieces.send(whole(3000, seed), float(seed))[0], float(seed))
    assert len(wholes) == MOST_AT_ONCE == len(wholes._wholes)
    assert len(pieces._sent) == MOST_AT_ONCE
    big = bytes([AirKind.FRAGMENT]) + b"name" + bytes([0, 9]) + bytes(4000)
    assert wholes.take(big, 200.0) is None
    assert reason(wholes, big[:5] + b"\x01" + big[6:], 200.0) == "oversized"
    assert sum(len(p) for one in wholes._wholes.values() for p in one.pieces.values()) <= MOST_AT_ONCE * MOST_BYTES


def test_a_piece_slipped_in_spoils_the_whole_and_nothing_is_accepted() -> None:
    data = whole(300)
    fragments = split(data)
    wholes = Wholes()
    false = fragments[1][:HEADER] + bytes(len(fragments[1]) - HEADER)
    wholes.take(fragments[0], 0.0)
    wholes.take(false, 0.0)
    assert reason(wholes, fragments[2]) == "garbage"
    assert [wholes.take(one, 1.0) for one in fragments][-1] == data  # said again, it comes


@pytest.mark.parametrize(
    ("fragment", "why"),
    [
        (b"", "garbage"),
        (b"\x01nope", "unknown kind"),
        (b"\x03", "garbage"),
        (b"\x03name\x00\x01", "garbage"),
        (b"\x03name\x02\x02x", "garbage"),
        (b"\x03name\x00\x00x", "garbage"),
        (b"\x03name\x00\x01" + bytes(5000), "oversized"),
    ],
)
def test_what_is_no_fragment_is_refused(fragment: bytes, why: str) -> None:
    assert reason(Wholes(), fragment) == why


def test_fragments_that_contradict_each_other_are_refused() -> None:
    fragments = split(whole(300))
    wholes = Wholes()
    wholes.take(fragments[0], 0.0)
    assert reason(wholes, fragments[1][:6] + b"\x04" + fragments[1][7:]) == "garbage"
    assert len(wholes) == 1


def test_a_fragment_of_a_fragment_is_none() -> None:
    for kind in (AirKind.FRAGMENT, AirKind.REPEAT):
        with pytest.raises(LocalProtocolError):
            split(bytes([kind]) + b"rest")
    for wrong in (b"", bytes([AirKind.MESSAGE]) * (MOST_BYTES + 1)):
        with pytest.raises(LocalProtocolError):
            split(wrong)


@pytest.mark.parametrize("wrong", [b"", b"\x03name\x01", b"\x04name", b"\x04na", b"\x04name" + bytes(99)])
def test_what_is_no_request_is_refused(wrong: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        Pieces().repeat(wrong, 0.0)


def test_a_request_for_what_there_is_not_is_refused() -> None:
    pieces, wholes = Pieces(), Wholes()
    wholes.take(pieces.send(whole(300), 0.0)[0], 0.0)
    (ask,) = wholes.tick(wholes.due())
    assert len(pieces.repeat(ask, 1.0)) == 2
    with pytest.raises(RemoteProtocolError, match="garbage"):
        pieces.repeat(ask[:5] + b"\xff", 1.0)
    assert pieces.repeat(b"\x04none\x01", 1.0) == ()


def test_nothing_but_a_refusal_comes_out() -> None:
    draw = random.Random(4)
    pieces, wholes = Pieces(), Wholes()
    real = pieces.send(whole(900), 0.0)
    for at in range(5000):
        one = bytearray(draw.choice(real)) if at % 2 else bytearray(draw.randbytes(draw.randrange(150)))
        for _ in range(draw.randrange(3)):
            if one:
                one[draw.randrange(len(one))] = draw.randrange(256)
        for take in (wholes.take, pieces.repeat):
            with contextlib.suppress(RemoteProtocolError):
                take(bytes(one), at / 100)
        wholes.tick(at / 100)
        assert len(wholes._wholes) <= MOST_AT_ONCE
