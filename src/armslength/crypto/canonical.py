"""Canonical JSON (RFC 8785): the one form of bytes in which anything is signed, hashed or sent.

`canonical` writes it; `parse` takes back nothing but it. A document that could be written in two ways could be signed
in one and read in another: so `parse` refuses spaces, other orders of keys, doubled keys, other spellings of a number
and trailing bytes alike, by writing what it read again and comparing.

Numbers are IEEE doubles, as RFC 8785 section 3.2.2.3 has them: integers beyond 2^53 - 1 are refused (a stamp in UTC
nanoseconds goes as a string of digits), and so are NaN and infinity.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NoReturn, TypeAlias

import rfc8785

from armslength.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["DEEPEST", "Json", "canonical", "digest", "parse"]

Json: TypeAlias = "bool | int | float | str | list[Json] | tuple[Json, ...] | dict[str, Json] | None"

DEEPEST = 32
"""Lists and objects inside each other: more is nobody's document."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_LONGEST_INT = 15
"""Digits of a whole number that is surely within 2^53."""


def canonical(value: Any, *, deepest: int = DEEPEST) -> bytes:
    """Return the canonical form of `value`.

    Raises:
        LocalProtocolError: it has none: a whole number beyond 2^53 - 1, NaN, infinity, a lone surrogate, bytes, a key
            that is no string, nesting deeper than `deepest`. The message names no value.
    """
    try:
        data = _written(value, deepest)
    except (ValueError, RecursionError) as wrong:  # what rfc8785 raises quotes the value: it must not get further
        raise LocalProtocolError(
            f"A value without canonical JSON form was to be written ({type(wrong).__name__})."
        ) from None
    if _too_deep(data, deepest):
        raise LocalProtocolError(f"A value nested deeper than {deepest} was to be written.")
    return data


def parse(data: bytes, *, limit: int = 65536, deepest: int = DEEPEST) -> dict[str, Any]:
    """Return the object of which `data` is the canonical form, byte for byte.

    Args:
        data: bytes from anybody.
        limit: most bytes taken.
        deepest: most lists and objects inside each other.

    Raises:
        RemoteProtocolError: larger ("oversized"), not JSON, or JSON of another shape ("garbage"), not the canonical
            form of an object ("not canonical"). The message holds nothing of what was sent.
    """
    if len(data) > limit:
        raise RemoteProtocolError("oversized", f"{len(data)} bytes came where at most {limit} are taken.")
    if _too_deep(data, deepest):
        raise RemoteProtocolError("garbage", f"Lists and objects are nested deeper than {deepest}.")
    try:
        value, plain = _read(data.decode("utf-8"))
        if type(value) is not dict:
            raise RemoteProtocolError("garbage", "What came is JSON, but not an object.")
        again = _ENCODER.encode(value).encode() if plain else _written(value, deepest)
    except (ValueError, RecursionError):
        raise RemoteProtocolError("garbage", "What came is not JSON.") from None
    if again != data:
        raise RemoteProtocolError("not canonical", "What came is JSON, but not in its one canonical form (RFC 8785).")
    return value


def digest(data: bytes) -> str:
    """Return "sha256:" and the SHA-256 of `data` as 64 lower-case hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _written(value: Any, deepest: int) -> bytes:
    """Write `value` as `rfc8785` does; plain trees, which nearly all are, by the standard library's compiled encoder.

    With ASCII keys the order of code points is that of UTF-16; texts are escaped alike; and a plain tree has no
    fraction, whose spelling is all that is hard about RFC 8785. A property test holds the two equal.
    """
    return _ENCODER.encode(value).encode() if _plain(value, deepest) else rfc8785.dumps(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any, deepest: int) -> bool:
    """Return whether `value` holds nothing but texts, true, false, null, small whole numbers, lists and objects."""
    kind = type(value)
    if kind is dict:
        if not all(map(_is_ascii, value)):
            return False
        values = value.values()
    elif kind is list:
        values = value
    else:
        return kind in _LEAVES or (kind is int and -(2**53) < value < 2**53)
    for one in values:  # not by recursion for each leaf: this is walked for everything that is written
        kind = type(one)
        if kind in _LEAVES:
            continue
        if kind is int:
            if not -(2**53) < one < 2**53:
                return False
        elif deepest <= 0 or not _plain(one, deepest - 1):
            return False
    return True


_LEAVES = frozenset({str, bool, type(None)})


def _is_ascii(key: Any) -> bool:
    return type(key) is str and key.isascii()


def _read(text: str) -> tuple[Any, bool]:
    """Return what `text` spells, and whether that is plain: without fractions, large numbers or signs beyond ASCII.

    Where the text has no such sign, neither has a key, or the escape that spells it is not canonical anyway.
    """
    if text.isascii():
        try:
            return _PLAIN_DECODER.decode(text), True
        except _NotPlainError:
            pass
    return _DECODER.decode(text), False


class _NotPlainError(Exception):
    """A number came that is not small and whole."""


def _not_plain(_: str) -> NoReturn:
    raise _NotPlainError


def _small(digits: str) -> int:
    if len(digits) > _LONGEST_INT:
        raise _NotPlainError
    return int(digits)


def _too_deep(data: bytes, deepest: int) -> bool:
    """Return whether brackets outside of strings nest deeper than `deepest`: before any parser recurses over them."""
    if data.count(b"[") + data.count(b"{") <= deepest:
        return False
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", data)):
        depth += 1 if bracket in b"[{" else -1
        if depth > deepest:
            return True
    return False


def _refuse(_: str) -> NoReturn:
    raise ValueError("no such number in JSON")


def _whole(digits: str) -> int | float:
    """Read a whole number as RFC 8785 writes it: beyond 2^53 it is the double that they spell."""
    if len(digits) <= _LONGEST_INT:
        return int(digits)
    if len(digits) > 22:  # RFC 8785 writes 1e21 and beyond with an exponent
        raise ValueError("no such number in canonical JSON")
    value = int(digits)
    return value if abs(value) < 2**53 else float(value)


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole)
_PLAIN_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_int=_small, parse_float=_not_plain)
