"""Canonical JSON has one form, and `parse` takes nothing but that form."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from armslength.crypto.canonical import DEEPEST, canonical, digest, parse
from armslength.errors import LocalProtocolError, RemoteProtocolError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
TREES = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner)
    ),
    max_size=4,
)


@given(TREES)
def test_what_is_written_is_read_back(tree: dict[str, Any]) -> None:
    data = canonical(tree)
    assert parse(data) == tree
    assert canonical(parse(data)) == data


def test_the_example_of_the_standard() -> None:
    """RFC 8785, section 3.2.2 and 3.2.4."""
    numbers = [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001]
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    data = canonical({"numbers": numbers, "string": text, "literals": [None, True, False]})
    assert data.decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1} ',
        b' {"a":1}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":01}',
        b'{"a":-0}',
        b'{"a":1E2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b'{"a":9007199254740993}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\x00"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b'{"a":"\xc0\x80"}',
        b"[1]",
        b"1",
        b'"a"',
        b"null",
        b"",
        b"{",
        b'{"a":' + b"[" * 60000,
        b'{"a":' + b"[" * (DEEPEST) + b"]" * DEEPEST + b"}",
        b'{"a":1}{"a":1}',
        b'{"a":1}\x00',
    ],
)
def test_any_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        parse(data)
    assert caught.value.reason in {"garbage", "not canonical", "oversized"}


def test_the_refused_forms_are_refused_for_their_form_alone() -> None:
    assert parse(b'{"a":1}') == {"a": 1}
    nested = b'{"a":' + b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1) + b"}"
    assert canonical(parse(nested)) == nested
    assert parse(b'{"a":"' + b"[" * 100 + b'"}') == {"a": "[" * 100}, "brackets in a string are no nesting"


def test_size_is_bounded() -> None:
    data = canonical({"a": "x" * 100})
    assert parse(data, limit=len(data))["a"] == "x" * 100
    with pytest.raises(RemoteProtocolError, match="oversized"):
        parse(data, limit=len(data) - 1)


@given(st.binary(max_size=64))
def test_garbage_raises_one_error(data: bytes) -> None:
    with contextlib.suppress(RemoteProtocolError):
        assert canonical(parse(data)) == data


@given(TREES, st.data())
def test_a_form_that_other_readers_take_is_refused_unless_it_is_the_canonical_one(
    tree: Any, data: st.DataObject
) -> None:
    other = json.dumps(tree, ensure_ascii=data.draw(st.booleans()), sort_keys=data.draw(st.booleans())).encode()
    if other != canonical(tree):
        with pytest.raises(RemoteProtocolError):
            parse(other)


@pytest.mark.parametrize(
    "value", [2**53, float("nan"), float("inf"), b"x", {1: 2}, "\ud800", {"\ud800": 1}, {1}, object()]
)
def test_what_has_no_canonical_form_is_not_written(value: Any) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        canonical({"a": value})
    assert str(2**53) not in str(caught.value), "an error may be shown where the value may not"


def test_digest() -> None:
    assert digest(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


_PLAIN_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_PLAIN_KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_PLAIN_KEYS, _TREES, max_size=6))
def test_the_quick_way_writes_what_the_library_writes(tree: dict[str, Any]) -> None:
    try:
        expected = rfc8785.dumps(tree)
    except ValueError:
        with pytest.raises(LocalProtocolError):
            canonical(tree)
        return
    assert canonical(tree) == expected


def test_every_control_character_is_escaped_alike() -> None:
    tree = {"text": "".join(map(chr, range(0x20))) + '\x7f"\\/\u2028\U0001f600'}
    assert canonical(tree) == rfc8785.dumps(tree)


def _whole(digits: str) -> int | float:
    """Beyond 2^53 a number is the double that its digits spell."""
    return int(digits) if abs(int(digits)) < 2**53 else float(digits)


def read_slowly(data: bytes) -> dict[str, Any] | None:
    """Return what `parse` must return, by rfc8785 alone; None where it must refuse."""
    try:
        value = json.loads(data.decode(), parse_constant=lambda _: 1 / 0, parse_int=_whole)
        again = rfc8785.dumps(value)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return value if type(value) is dict and again == data else None


_SPELLED = (
    '0 -0 1.0 1e3 1.5 123456789012345 1234567890123456 9007199254740992 -1 null true [] {} [1,2] {"b":1,"a":2} '
    '{"a":1,"b":2.5} "\\u0041" "\\u00e9" "\u00e9" "\\n" "\\u000a" "\\ud800" "\\/" {"\\u00e9":1} {"\u00e9":1}'
)
_SPELLINGS = st.sampled_from([one.encode() for one in _SPELLED.split()] + [b"[1, 2]"])


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "\u00e9"]), _SPELLINGS), max_size=4))
def test_the_quick_way_reads_what_the_library_reads(members: list[tuple[str, bytes]]) -> None:
    data = b"{" + b",".join(b'"%b":%b' % (key.encode(), spelled) for key, spelled in members) + b"}"
    expected = read_slowly(data)
    try:
        found = parse(data)
    except RemoteProtocolError:
        assert expected is None
    else:
        assert json.dumps(found) == json.dumps(expected), "the same values of the same types, in the same order"
