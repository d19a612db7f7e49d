"""HDLC on the air: flags, bit stuffing, FCS-16, NRZI. Bits are arrays of 0 and 1, first on the air first.

Sources: ISO/IEC 13239 (flags, transparency, FCS-16: polynomial x16 + x12 + x5 + 1, ones as start, complemented, least
significant bit first), AX.25 2.2 section 3. The FCS finds every burst of up to 16 wrong bits and lets one in 65,536 of
all other damage pass: what a frame says is believed only for the signature inside it. No bit is ever mended.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]

FLAG = b"\0\1\1\1\1\1\1\0"
SHORTEST = 15
"""Bytes of the shortest frame, without its FCS: two addresses and a control byte."""
FCS_BYTES = 2
_STUFFED, _BARE, _ABORT = b"\1\1\1\1\1\0", b"\1\1\1\1\1", b"\1\1\1\1\1\1\1"
_ONES = 0xFFFF


def fcs(data: bytes) -> bytes:
    """Return the two bytes of check sum that follow `data` on the air."""
    # crc_hqx takes the most significant bit first; HDLC sends the least significant one first: turn the bytes round.
    turned = np.packbits(np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")).tobytes()
    both = binascii.crc_hqx(turned, _ONES) ^ _ONES
    return np.packbits(np.unpackbits(np.frombuffer(both.to_bytes(2, "big"), np.uint8)), bitorder="little").tobytes()


def to_line(frame: bytes, lead: int, tail: int) -> Bits:
    """Return the bits of `frame` with FCS and stuffing, between `lead` flags and `tail` flags."""
    plain = np.unpackbits(np.frombuffer(frame + fcs(frame), np.uint8), bitorder="little").tobytes()
    return np.frombuffer(FLAG * lead + plain.replace(_BARE, _STUFFED) + FLAG * tail, np.uint8)


def longest_line(length: int, lead: int, tail: int) -> int:
    """Return the bits on the air of the worst frame of `length` bytes: every fifth bit stuffed."""
    plain = 8 * (length + FCS_BYTES)
    return 8 * (lead + tail) + plain + plain // 5


def nrzi(bits: Bits, level: int = 1) -> Bits:
    """Return the tone of every bit, 1 = mark: a 0 changes the tone, a 1 keeps it. `level` is the tone before."""
    return ((np.cumsum(1 - bits.astype(np.int64)) + level) & 1).astype(np.uint8)


@dataclass(frozen=True)
class Span:
    """What stood between two flags.

    Attributes:
        start: number of its first bit since the first bit fed.
        end: number of the bit after its last one.
        frame: its bytes without the FCS when that fits; None when it does not.
    """

    start: int
    end: int
    frame: bytes | None


class Deframer:
    """Finds frames in a stream of bits (after NRZI). Keeps the bits since the last flag, at most one longest frame."""

    def __init__(self, largest: int) -> None:
        self._longest = longest_line(largest, 1, 1) + 1
        self._held = b""
        self._origin = 0
        self.leads = 0
        """Flags seen so far that followed directly upon another, as before every frame; noise hardly makes any."""

    def feed(self, bits: Bits) -> list[Span]:
        """Return the spans long enough to be a frame that ended in `bits`, frames and others."""
        held = self._held + bits.tobytes()
        found, last = [], -1
        for at in _flags(held):
            self.leads += last >= 0 and at - last <= len(FLAG)
            if last >= 0 and (span := self._between(held, last + len(FLAG), at)):
                found.append(span)
            last = at
        keep = last if last >= 0 else max(0, len(held) - len(FLAG) + 1)
        if len(held) - keep > self._longest:
            keep = len(held) - len(FLAG) + 1
        self._held, self._origin = held[keep:], self._origin + keep
        return found

    def _between(self, held: bytes, start: int, end: int) -> Span | None:
        if end - start < 8 * (SHORTEST + FCS_BYTES):
            return None
        plain = held[start:end].replace(_STUFFED, _BARE)
        frame = None
        if len(plain) % 8 == 0 and _ABORT not in held[start:end]:
            data = np.packbits(np.frombuffer(plain, np.uint8), bitorder="little").tobytes()
            if fcs(data[:-FCS_BYTES]) == data[-FCS_BYTES:] and len(data) >= SHORTEST + FCS_BYTES:
                frame = data[:-FCS_BYTES]
        return Span(self._origin + start, self._origin + end, frame)


def _flags(held: bytes) -> Iterator[int]:
    """Yield where flags begin; two neighbours may share a 0."""
    at = held.find(FLAG)
    while at >= 0:
        yield at
        at = held.find(FLAG, at + len(FLAG) - 1)
