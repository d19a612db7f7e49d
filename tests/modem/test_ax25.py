"""AX.25 UI frames: the bytes that everybody else sends, and nothing else taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.errors import InputError, RemoteProtocolError
from armslength.modem.ax25 import LARGEST_INFO, Ui, callsign

CALLS = st.from_regex(r"[A-Z0-9]{1,6}(-([1-9]|1[0-5]))?", fullmatch=True)
DIRE_WOLF = bytes.fromhex("a88aa6a84040e0ae84649ea6b4ff03f0") + b",The quick brown fox"
"""The beginning of a frame that Dire Wolf's gen_packets makes: WB2OSZ-15 to TEST."""


@given(CALLS, CALLS, st.binary(max_size=LARGEST_INFO))
def test_a_frame_says_the_same_when_read(to: str, sender: str, info: bytes) -> None:
    said = Ui(to, sender, info)
    assert Ui.from_bytes(said.to_bytes()) == said


def test_a_frame_of_another_program_is_read() -> None:
    assert Ui.from_bytes(DIRE_WOLF) == Ui("TEST", "WB2OSZ-15", b",The quick brown fox")


@given(st.binary(max_size=400))
def test_garbage_raises_nothing_else(data: bytes) -> None:
    try:
        Ui.from_bytes(data)
    except RemoteProtocolError as wrong:
        assert wrong.reason == "foreign frame"


@pytest.mark.parametrize(
    "wrong",
    [
        DIRE_WOLF[:15],
        DIRE_WOLF[:14] + b"\x13" + DIRE_WOLF[15:],
        DIRE_WOLF[:15] + b"\xcf" + DIRE_WOLF[16:],
        DIRE_WOLF[:13] + b"\xfe" + DIRE_WOLF[14:],
        DIRE_WOLF[:6] + b"\xe1" + DIRE_WOLF[7:],
        b"\x40" + DIRE_WOLF[1:],
        b"\xa9" + DIRE_WOLF[1:],
        b"\x9e\x40\x9e" + DIRE_WOLF[3:],
        DIRE_WOLF + bytes(300),
    ],
    ids=["short", "control", "pid", "repeater", "one address", "space first", "ends early", "space within", "long"],
)
def test_anything_else_is_foreign(wrong: bytes) -> None:
    Ui.from_bytes(DIRE_WOLF)
    with pytest.raises(RemoteProtocolError, match="foreign frame"):
        Ui.from_bytes(wrong)


@pytest.mark.parametrize("text", ["", "TOOLONGX", "A-16", "A-", "Ä", "A B", "A-1-2", "A-01"])
def test_a_wrong_call_sign_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="call sign"):
        callsign(text)


def test_call_signs_are_written_one_way() -> None:
    assert [callsign(one) for one in (" north1 ", "NORTH1-0", "n-15")] == ["NORTH1", "NORTH1", "N-15"]


def test_too_much_for_one_frame_is_refused() -> None:
    with pytest.raises(InputError, match="257 bytes"):
        Ui("A", "B", bytes(257)).to_bytes()
