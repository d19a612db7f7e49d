"""What was said in an episode, as JSON lines: the file that `armslength replay --talk` reads (docs/talk.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from armslength.domain import declared
from armslength.engine.conduct import told
from armslength.engine.process import rule as process
from armslength.units import stamp

NAMES: dict[type, str] = {
    told.Said: "SaidOfPair",
    declared.Declared: "Emergency",
    process.Notice: "Suspension",
    process.Spoken: "SuspensionSpoken",
}
"""Facts whose name in the file is not that of their class."""


def lines(own: str, other: str, until_ns: int, facts: Iterable[Any]) -> str:
    """Return the file: whose record it is and until when [UTC ns] it goes, then the facts, one on a line each."""
    rows = [{"fact": "Record", "own": own, "other": other, "until": stamp(until_ns)}]
    rows += [{"fact": NAMES.get(type(one), type(one).__name__), **_row(one)} for one in facts]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _row(fact: Any) -> dict[str, Any]:
    """Return the fields that are not what they are where nobody says anything."""
    out: dict[str, Any] = {}
    for one in fields(fact):
        value = getattr(fact, one.name)
        if value == one.default or (isinstance(value, float) and not math.isfinite(value)):
            continue
        out[one.name.removesuffix("_ns")] = (
            stamp(value) if one.name.endswith("_ns") and value is not None else _cell(value)
        )
    return out


def _cell(value: Any) -> Any:
    if is_dataclass(value):
        return _row(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return [_cell(one) for one in value] if isinstance(value, tuple) else value
