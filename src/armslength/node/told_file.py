"""Reading what was said beside a recording: JSON lines, one fact on each (docs/talk.md)."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from armslength.domain import declared, talk
from armslength.engine.conduct import told
from armslength.engine.process import rule as process
from armslength.errors import InputError
from armslength.node.told import Told
from armslength.units import parse_stamp

_TALK = {one.__name__: one for one in get_args(talk.Fact)}
_BESIDE: dict[str, tuple[str, type]] = {
    "Intercepts": ("declared", declared.Intercepts),
    "Joins": ("declared", declared.Joins),
    "Notified": ("declared", declared.Notified),
    "Ended": ("declared", declared.Ended),
    "Emergency": ("declared", declared.Declared),
    "Warned": ("warned", told.Warned),
    "Asked": ("asked", told.Asked),
    "SaidOfPair": ("said", told.Said),
    "Reported": ("reported", told.Reported),
    "Suspension": ("suspensions", process.Notice),
    "SuspensionSpoken": ("spoken", process.Spoken),
}
KINDS: dict[str, type] = _TALK | {name: of for name, (_, of) in _BESIDE.items()}
"""Every fact by its name in the file."""


class _WrongError(Exception):
    """What is wrong with a line, in words."""


def read_told(text: str, where: str) -> Told:
    """Return what a file says; `where` is its name.

    Raises:
        InputError: a line is no fact, or a fact is wrong; it names the line.
    """
    out: Told | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise _WrongError("This is no JSON object.")
            kind = str(row.pop("fact", None))
            if out is None:
                out = _record(kind, row)
            elif kind in _TALK:
                out.talk.append(_read(_TALK[kind], row))
            elif kind in _BESIDE:
                name, of = _BESIDE[kind]
                getattr(out, name).append(_read(of, row))
            else:
                raise _WrongError(f'There is no fact "{kind}".')
        except (_WrongError, ValueError, RecursionError) as wrong:
            what = str(wrong) if isinstance(wrong, _WrongError) else "This is no JSON."
            raise InputError(
                what, where=f"{where} line {number}", remedy="docs/talk.md lists every fact and its fields."
            ) from None
    if out is None:
        raise InputError("Nothing is in it.", where=where, remedy='Begin it with a line of the fact "Record".')
    out.talk.sort(key=lambda one: one.at_ns)
    return out


def _record(kind: str, row: dict[str, Any]) -> Told:
    if kind != "Record" or set(row) != {"own", "other", "until"}:
        raise _WrongError('The first line is the fact "Record" with own, other and until.')
    return Told(_value(str, row["own"], "own"), _value(str, row["other"], "other"), _stamp(row["until"], "until"))


def _read(of: type, row: dict[str, Any]) -> Any:
    hints, given = get_type_hints(of), {}
    for one in fields(of):
        key = one.name.removesuffix("_ns")
        if key in row:
            value = row.pop(key)
            given[one.name] = (
                None if value is None and NoneType in get_args(hints[one.name])
                else _stamp(value, key) if one.name.endswith("_ns") else _value(hints[one.name], value, key)
            )  # fmt: skip
        elif one.default is MISSING and one.default_factory is MISSING:
            if NoneType not in get_args(hints[one.name]):
                raise _WrongError(f"{key} is missing.")
            given[one.name] = None
    if row:
        raise _WrongError(f"{', '.join(sorted(row))}: there is no such field.")
    return of(**given)


def _value(hint: Any, value: Any, key: str) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if value is None else _value(next(one for one in parts if one is not NoneType), value, key)
    if is_dataclass(hint) and isinstance(value, dict):
        return _read(hint, dict(value))  # type: ignore[arg-type]
    if origin is frozenset and isinstance(value, list):
        return frozenset(_value(parts[0], one, key) for one in value)
    if origin is tuple and isinstance(value, list):
        if parts[-1] is Ellipsis:
            return tuple(_value(parts[0], one, key) for one in value)
        if len(parts) == len(value):
            return tuple(_value(part, one, key) for part, one in zip(parts, value, strict=True))
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint in (str, int, bool) and type(value) is hint:
        return value
    raise _WrongError(f"{key} cannot be {json.dumps(value)}.")


def _stamp(value: object, key: str) -> int:
    try:
        return parse_stamp(_value(str, value, key))
    except InputError as wrong:
        raise _WrongError(f"{key}: {wrong.what}") from None
