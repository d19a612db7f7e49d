"""Numbers packed small for the page, and JSON that cannot break out of it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from armslength.domain.plot import F64, I64


def packed(numbers: I64) -> str:
    """Return integers of any sign as zigzag LEB128 in base64; assets/core.js reads them."""
    left = np.asarray(numbers, np.int64)
    left = np.where(left >= 0, 2 * left, -2 * left - 1)
    size = np.maximum(1, sum((left >> (7 * i) > 0).astype(np.int64) for i in range(10)))
    ends = np.cumsum(size)
    place = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - size, size)
    seven = (np.repeat(left, size) >> (7 * place)) & 127
    more = place < np.repeat(size, size) - 1
    return b64encode((seven + 128 * more).astype(np.uint8).tobytes()).decode()


def packed_lines(lines: Sequence[I64 | F64], unit: float) -> str:
    """Return lines of points, each shape (N, 2), on a grid of `unit`: for each line N, then steps from point to point.

    The first point of a line is told from the last point of the line before it.
    """
    numbers: list[I64] = []
    last = np.zeros((1, 2), np.int64)
    for line in lines:
        grid = np.rint(line / unit).astype(np.int64)
        numbers += [np.array([len(grid)]), np.diff(grid, axis=0, prepend=last).ravel()]
        last = grid[-1:]
    return packed(np.concatenate(numbers)) if numbers else ""


def embedded(data: Any) -> str:
    """Return `data` as JSON that may stand inside a <script> element.

    A call sign such as "</script>" or "<!--" would end the element or change how the rest is read, whatever JSON string
    it stands in; so no <, > or & is left in the text at all. NaN has no place in JSON and is refused.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
