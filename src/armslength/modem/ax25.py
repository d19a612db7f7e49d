"""AX.25 UI frames: who says what to whom, in one datagram.

    destination address 7 bytes | source address 7 bytes | control 03 | PID F0 | info

An address is six characters of A-Z and 0-9, filled up with spaces, each shifted left by one bit, and a byte
`CRRSSID E`: C command or response, RR reserved (both 1), SSID 0-15, E = 1 in the last address. Source: AX.25 Link
Access Protocol for Amateur Packet Radio, version 2.2, sections 3.12 and 4.2.1. The FCS is in `hdlc.py`.

Read strictly: two addresses (no repeaters: the parties talk directly), control 03, PID F0. Anything else on the
frequency is foreign, and is refused by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from armslength.errors import InputError, RemoteProtocolError

CONTROL_UI, PID_NONE = 0x03, 0xF0
HEADER = 16
"""Bytes before the info field."""
LARGEST_INFO = 256
"""Bytes of the longest info field (N1 of AX.25)."""
FOREIGN = "foreign frame"

_CALL = re.compile(r"([A-Z0-9]{1,6})(?:-(1[0-5]|[0-9]))?")
_COMMAND, _RESPONSE, _LAST = 0xE0, 0x60, 0x01


@dataclass(frozen=True)
class Ui:
    """One UI frame. Call signs as people write them: "NORTH1" or "NORTH1-5".

    Attributes:
        to: call sign of the station it is meant for.
        sender: call sign of the station that sent it. Proves nothing: whoever has a radio may write it.
        info: what it carries, at most `LARGEST_INFO` bytes.
    """

    to: str
    sender: str
    info: bytes

    def to_bytes(self) -> bytes:
        """Return the frame as a modem takes it.

        Raises:
            InputError: a call sign that is none, or too much info.
        """
        if len(self.info) > LARGEST_INFO:
            raise InputError(
                f"{len(self.info)} bytes do not fit into one frame.",
                remedy=f"One frame carries at most {LARGEST_INFO} bytes: send it in parts.",
            )
        head = _address(self.to, _COMMAND) + _address(self.sender, _RESPONSE | _LAST)
        return head + bytes((CONTROL_UI, PID_NONE)) + self.info

    @classmethod
    def from_bytes(cls, frame: bytes) -> Ui:
        """Return the UI frame in `frame`.

        Raises:
            RemoteProtocolError: anything but a UI frame between two stations ("foreign frame").
        """
        if not HEADER <= len(frame) <= HEADER + LARGEST_INFO:
            raise RemoteProtocolError(FOREIGN, f"A frame of {len(frame)} bytes is no UI frame of ours.")
        if frame[6] & _LAST or not frame[13] & _LAST:
            raise RemoteProtocolError(FOREIGN, "A frame that does not have exactly two addresses.")
        if frame[14] != CONTROL_UI or frame[15] != PID_NONE:
            raise RemoteProtocolError(FOREIGN, "A frame that is not an unnumbered information frame without layer 3.")
        return cls(_call(frame[0:7]), _call(frame[7:14]), bytes(frame[HEADER:]))


def callsign(text: str) -> str:
    """Return `text` as a call sign in capitals, without an SSID of 0.

    Raises:
        InputError: not one to six letters A-Z and digits, with an SSID of 0 to 15 if any.
    """
    match = _CALL.fullmatch(text.strip().upper())
    if match is None:
        raise InputError(
            f'"{text}" is not a call sign.',
            remedy='Write one to six letters and digits, and -1 to -15 if needed, for example "NORTH1-5".',
        )
    return match[1] if match[2] in (None, "0") else f"{match[1]}-{match[2]}"


def _address(text: str, bits: int) -> bytes:
    name, _, ssid = callsign(text).partition("-")
    return bytes(ord(c) << 1 for c in name.ljust(6)) + bytes((bits | int(ssid or 0) << 1,))


def _call(address: bytes) -> str:
    if any(byte & 1 for byte in address[:6]):
        raise RemoteProtocolError(FOREIGN, "An address that ends before its sixth character.")
    name = bytes(byte >> 1 for byte in address[:6]).decode("ascii").rstrip(" ")
    if not re.fullmatch(r"[A-Z0-9]{1,6}", name):
        raise RemoteProtocolError(FOREIGN, "An address that is no call sign.")
    ssid = address[6] >> 1 & 15
    return f"{name}-{ssid}" if ssid else name
