"""Pings and pongs are written and read without a reader of JSON, and are, byte for byte, what such a reader takes."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from armslength.crypto.canonical import canonical, parse
from armslength.errors import RemoteProtocolError
from armslength.protocol import frames
from armslength.protocol.frames import Plain, open_frame, ping, plain, pong

NUMBERS, STAMPS = st.integers(0, 2**53 - 1), st.integers(0, 2**63)


@given(NUMBERS, STAMPS)
@example(0, 0)
@example(2**53 - 1, 10**18)
def test_they_are_the_canonical_form(number: int, time_ns: int) -> None:
    assert ping(number) == plain("ping", n=number) and ping(number).kind == "ping"
    assert pong(number, time_ns) == plain("pong", n=number, time_ns=str(time_ns)) and pong(1, 2).kind == "pong"
    assert open_frame(ping(number)) == Plain("ping", {"kind": "ping", "n": number})
    assert open_frame(pong(number, time_ns)) == Plain("pong", {"kind": "pong", "n": number, "time_ns": str(time_ns)})


def strict(data: bytes) -> Plain | None:
    """Return the ping or pong that the reader of canonical JSON finds; None for neither."""
    try:
        tree = parse(data)
    except RemoteProtocolError:
        return None
    members = {"ping": {"kind", "n"}, "pong": {"kind", "n", "time_ns"}}.get(str(tree.get("kind")))
    return Plain(tree["kind"], tree) if tree.keys() == members else None


def taken(data: bytes) -> Plain | None:
    """Return the ping or pong that is taken; None for neither."""
    try:
        found = open_frame(data)
    except RemoteProtocolError:
        return None
    return found if isinstance(found, Plain) and found.kind in ("ping", "pong") else None


SPELLINGS = (
    b"01",
    b"-0",
    b"1.0",
    b"1e3",
    b"9" * 15,
    b"1" + b"0" * 15,
    b"9" * 16,
    b"9" * 30,
    b"",
    b'"1"',
    b" 1",
    b"1\n",
)


def test_every_other_spelling_is_what_the_reader_finds() -> None:
    for one in SPELLINGS:
        for data in (b'{"kind":"ping","n":%s}' % one, b'{"kind":"pong","n":%s,"time_ns":"1"}' % one):
            assert taken(data) == strict(data), data
            assert taken(data + b"\n") is None and taken(b" " + data) is None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from((ping(7), pong(120, 1_790_000_000))), st.integers(0, 40), st.integers(0, 1), st.binary(max_size=2)
)
def test_changed_bytes_are_what_the_reader_finds(frame: bytes, at: int, gone: int, put: bytes) -> None:
    data = frame[:at] + put + frame[at + gone :]
    assert taken(data) == strict(data)


def test_stamps_that_are_no_numbers_still_come_to_their_reader() -> None:
    for stamp in ("", "x", "１", '"'):
        data = canonical({"kind": "pong", "n": 1, "time_ns": stamp})
        assert taken(data) == strict(data) == Plain("pong", {"kind": "pong", "n": 1, "time_ns": stamp})


def test_the_control_a_looser_pattern_is_seen() -> None:
    loose = frames._LIFE.pattern.replace(b"(0|[1-9][0-9]{0,14})", b"([0-9]+)")
    known, frames._LIFE = frames._LIFE, frames.re.compile(loose)  # type: ignore[attr-defined]
    try:
        assert any(
            taken(b'{"kind":"ping","n":%s}' % one) != strict(b'{"kind":"ping","n":%s}' % one) for one in SPELLINGS
        )
    finally:
        frames._LIFE = known
