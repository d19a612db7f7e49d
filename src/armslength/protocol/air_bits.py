"""Bits in a row: what goes over the air is packed without a gap, and unpacked without trust.

Every writing has one form only: a number takes exactly the bits of its range, and what fills the last byte is zero.
"""

from __future__ import annotations

from enum import IntEnum

from armslength.errors import LocalProtocolError
from armslength.protocol.catalogue import Field, Kind, Value
from armslength.protocol.refusals import refusal

__all__ = ["LARGEST_FRAME", "AirKind", "BitReader", "BitWriter", "kind_of", "read_field", "write_field"]

LARGEST_FRAME = 120
"""Most bytes of one payload: what an AX.25 frame carries of ours."""
_LENGTH_BITS = 6
_GROUND = "GROUND"


class AirKind(IntEnum):
    """The first byte of every payload: what it is."""

    MESSAGE = 1
    MARK = 2
    FRAGMENT = 3
    REPEAT = 4
    SEALED = 5


def kind_of(payload: bytes) -> AirKind:
    """Return what `payload` is. Raises RemoteProtocolError ("garbage", "unknown kind")."""
    if not payload:
        raise refusal("garbage", "A payload without a byte came over the air.")
    try:
        return AirKind(payload[0])
    except ValueError:
        raise refusal("unknown kind", "A payload of a kind that does not exist came over the air.") from None


class BitWriter:
    """Puts numbers one behind the other, the first bit first."""

    def __init__(self) -> None:
        self._value, self._bits = 0, 0

    def put(self, value: int, bits: int) -> None:
        """Append `value` in `bits` bits."""
        if not 0 <= value < 1 << bits:
            raise LocalProtocolError("A number was to be packed into fewer bits than it has.")
        self._value = self._value << bits | value
        self._bits += bits

    def put_long(self, value: int) -> None:
        """Append a number from 0 to 2^63 - 1: how many bits it has, then the bits behind the first."""
        bits = value.bit_length()
        self.put(bits, _LENGTH_BITS)
        if bits > 1:
            self.put(value & ~(1 << (bits - 1)), bits - 1)

    def to_bytes(self) -> bytes:
        """Return what was put, filled up with zero bits to whole bytes."""
        fill = -self._bits % 8
        return (self._value << fill).to_bytes((self._bits + fill) // 8, "big")


class BitReader:
    """Takes numbers out of bytes that anybody may have sent. Raises RemoteProtocolError ("garbage") only."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, bits: int) -> int:
        """Return the next number of `bits` bits."""
        if bits > self._left:
            raise refusal("garbage", "A payload ends before what it holds.")
        self._left -= bits
        return self._value >> self._left & (1 << bits) - 1

    def take_long(self) -> int:
        """Return the next number that `put_long` wrote."""
        bits = self.take(_LENGTH_BITS)
        return 1 << (bits - 1) | self.take(bits - 1) if bits > 1 else bits

    def end(self) -> None:
        """Nothing may follow but the zero bits that fill the last byte."""
        if self._left >= 8 or self.take(self._left):
            raise refusal("garbage", "A payload goes on behind what it holds.")


def write_field(out: BitWriter, field: Field, value: Value) -> None:
    """Append a value that fits `field`."""
    if isinstance(value, int):
        assert field.low is not None and field.high is not None
        out.put(value - field.low, (field.high - field.low).bit_length())
    elif field.kind is Kind.CHOICE:
        out.put(field.choices.index(value), (len(field.choices) - 1).bit_length())
    elif field.kind is Kind.FREQUENCY:
        out.put(0 if value == _GROUND else int(value[1:]), 7)
    elif field.kind is Kind.STAMP:
        out.put(int(value), 63)
    elif field.kind is Kind.HEX:
        out.put(int(value, 16), 4 * field.longest)
    elif field.kind is Kind.DIGEST:
        out.put(int(value[7:], 16), 256)
    elif field.kind is Kind.SIGNS:
        number = 0
        for sign in value:
            number = number * len(field.signs) + field.signs.index(sign)
        out.put(len(value), field.longest.bit_length())
        out.put(number, _bits_of(field, len(value)))
    else:
        raw = value.encode()
        out.put(len(raw), (4 * field.longest).bit_length())
        out.put(int.from_bytes(raw, "big"), 8 * len(raw))


def read_field(data: BitReader, field: Field) -> Value:
    """Return the next value, which is written as one of `field`; whether it fits is for the catalogue to say.

    Raises:
        RemoteProtocolError: "garbage": it is not written so.
    """
    if field.low is not None and field.high is not None:
        return field.low + data.take((field.high - field.low).bit_length())
    if field.kind is Kind.CHOICE:
        at = data.take((len(field.choices) - 1).bit_length())
        if at >= len(field.choices):
            raise refusal("garbage", "A payload names a choice that there is not.")
        return field.choices[at]
    if field.kind is Kind.FREQUENCY:
        number = data.take(7)
        return f"F{number}" if number else _GROUND
    if field.kind is Kind.STAMP:
        return str(data.take(63))
    if field.kind is Kind.HEX:
        return f"{data.take(4 * field.longest):0{field.longest}x}"
    if field.kind is Kind.DIGEST:
        return f"sha256:{data.take(256):064x}"
    return _read_signs(data, field) if field.kind is Kind.SIGNS else _read_free(data, field)


def _read_signs(data: BitReader, field: Field) -> str:
    length = data.take(field.longest.bit_length())
    if length > field.longest:
        raise refusal("garbage", "A payload holds a text that is longer than any.")
    number, out = data.take(_bits_of(field, length)), []
    for _ in range(length):
        number, at = divmod(number, len(field.signs))
        out.append(field.signs[at])
    if number:
        raise refusal("garbage", "A payload holds a text of other signs.")
    return "".join(reversed(out))


def _read_free(data: BitReader, field: Field) -> str:
    length = data.take((4 * field.longest).bit_length())
    if length > 4 * field.longest:
        raise refusal("garbage", "A payload holds a text that is longer than any.")
    try:
        return data.take(8 * length).to_bytes(length, "big").decode()
    except UnicodeDecodeError:
        raise refusal("garbage", "A payload holds a text that is not UTF-8.") from None


def _bits_of(field: Field, length: int) -> int:
    """Bits of a text of that many signs, read as one number to the base of its alphabet."""
    return int((len(field.signs) ** length - 1).bit_length())
