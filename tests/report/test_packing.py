"""Packed numbers against a plain reader, and JSON that stays inside its element."""

from __future__ import annotations

import json
from base64 import b64decode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.report.basemap import unpack
from armslength.report.packing import embedded, packed, packed_lines


def plain(text: str) -> list[int]:
    """Read zigzag LEB128 the slow way."""
    out, value, shift = [], 0, 0
    for byte in b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = shift = 0
    return out


@given(st.lists(st.integers(-(2**52), 2**52)))
def test_numbers_come_back(numbers: list[int]) -> None:
    text = packed(np.array(numbers, np.int64))
    assert plain(text) == numbers
    if numbers:
        zigzag = unpack(b64decode(text))
        assert ((zigzag >> 1) ^ -(zigzag & 1)).tolist() == numbers


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=1, max_size=9), max_size=5
    )
)
def test_lines_come_back(lines: list[list[tuple[int, int]]]) -> None:
    numbers = plain(packed_lines([np.array(line) * 7.0 for line in lines], 7.0))
    at, here, found = 0, (0, 0), []
    while at < len(numbers):
        count, at, line = numbers[at], at + 1, []
        for _ in range(count):
            here = (here[0] + numbers[at], here[1] + numbers[at + 1])
            line.append(here)
            at += 2
        found.append(line)
    assert found == lines


@given(st.text())
def test_embedded_text_cannot_leave_its_element_and_means_the_same(text: str) -> None:
    data = {"a": [text, "</script><script>alert(1)</script>", "<!--", "]]>"]}
    said = embedded(data)
    assert not set("<>&") & set(said) and said.isascii()
    assert json.loads(said) == data


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        embedded([float("nan")])
