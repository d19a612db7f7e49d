"""Any TOML value to TOML: for articles that this version does not know and must not lose."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_values(values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return (rows that stand before every table, rows of tables) that read back to `values`."""
    alone = {key: value for key, value in values.items() if not isinstance(value, Mapping) and not _tables(value)}
    tables: list[str] = []
    for key, value in values.items():
        if key not in alone:
            tables += _table((key,), value)
    return [f"{quoted_key(key)} = {inline(value)}" for key, value in alone.items()], tables


def inline(value: Any) -> str:
    """Return one value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"{value}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{quoted_key(key)} = {inline(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return f"[{', '.join(inline(one) for one in value)}]"


def text(value: str) -> str:
    """Return a text in quotes as TOML reads it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def quoted_key(key: str) -> str:
    """Return a key, in quotes where it needs them."""
    return key if _BARE.fullmatch(key) else text(key)


def _table(path: tuple[str, ...], value: Any) -> list[str]:
    name = ".".join(quoted_key(key) for key in path)
    if isinstance(value, Mapping):
        alone, tables = _inside(path, value)
        return ["", f"[{name}]", *alone, *tables]
    rows: list[str] = []
    for one in value:
        alone, tables = _inside(path, one)
        rows += ["", f"[[{name}]]", *alone, *tables]
    return rows


def _inside(path: tuple[str, ...], value: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    alone, tables = [], []
    for key, one in value.items():
        if isinstance(one, Mapping) or _tables(one):
            tables += _table((*path, key), one)
        else:
            alone.append(f"{quoted_key(key)} = {inline(one)}")
    return alone, tables


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)
