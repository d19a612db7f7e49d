"""A tree of plain values to TOML and back: how terms stand inside a signed document."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from armslength.errors import AgreementError

__all__ = ["read_tree", "write_tree"]


def read_tree(text: str) -> dict[str, Any]:
    """Return the tree of a TOML text whose terms were read already; dates become texts, for JSON has none.

    Raises:
        AgreementError: it holds a number that canonical JSON cannot hold.
    """
    return {key: _plain(value) for key, value in tomllib.loads(text).items()}


def write_tree(tree: Mapping[str, Any]) -> str:
    """Return TOML that reads back to `tree`: what stands alone first, then tables and lists of tables."""
    alone = [f"{_key(k)} = {_inline(v)}" for k, v in tree.items() if not isinstance(v, Mapping) and not _tables(v)]
    rows = list(alone)
    for key, value in tree.items():
        if isinstance(value, Mapping):
            rows += ["", f"[{_key(key)}]", *_rows(value)]
        elif _tables(value):
            for one in value:
                rows += ["", f"[[{_key(key)}]]", *_rows(one)]
    return "\n".join(rows).strip("\n") + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float) and value - value == 0.0:
        return int(value) if value.is_integer() and abs(value) < 2**53 else value  # JSON has one kind of number
    if isinstance(value, int | float):
        remedy = "Write it in quotes, with its unit."
        raise AgreementError("A bare number in the terms is too large to be signed.", remedy=remedy)
    return value.isoformat()


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _rows(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_inline(value)}" for key, value in table.items()]


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "a").replace("-", "a").isalnum() else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_rows(value)) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    return repr(value)
