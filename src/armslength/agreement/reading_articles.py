"""TOML to articles: each key read by the kind that its field is annotated with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING
from datetime import datetime
from typing import Any, TypeVar

from armslength.agreement.articles_conduct import CONDUCT, Rule
from armslength.agreement.articles_kinds import (
    Choice,
    Choices,
    Count,
    Daily,
    Flag,
    Hours,
    Key,
    Measure,
    Moment,
    Text,
    keys_of,
)
from armslength.agreement.names import no_address
from armslength.errors import InputError
from armslength.toml_source import Path, Table, describe, nearest
from armslength.units import parse_stamp

Article = TypeVar("Article")
ENABLED = Key("enabled", "enabled", Flag(), True)
_HOURS = re.compile(r"^(\d{2}):?(\d{2})Z?\s*-\s*(\d{2}):?(\d{2})Z$", re.IGNORECASE)


def read_article(
    table: Table | None, article: type[Article], usual: Mapping[str, Any] | None = None, **given: Any
) -> Article:
    """Return the article that `table` states; what it leaves out is the default.

    Args:
        table: None: all of it is left out.
        article: a dataclass whose fields are annotated with kinds.
        usual: defaults by field that go before those of the dataclass.
        given: fields that were read already; their keys are the caller's to check.

    Raises:
        InputError: (the error of the table's source) naming line, field and remedy.
    """
    keys = [key for key in keys_of(article) if key.attribute not in given]
    values = {key.attribute: read_key(table, key, (usual or {}).get(key.attribute, key.usual)) for key in keys}
    return article(**values, **given)


def only_keys(table: Table, article: type[Any], *more: str) -> Table:
    """Refuse keys that are neither in the article nor among `more`."""
    return table.only(*more, *(key.key for key in keys_of(article)))


def read_conduct(table: Table | None) -> dict[str, Rule]:
    """Return all rules, with what [conduct] changes of them."""
    if table is not None:
        table.only(*CONDUCT)
    rules = {}
    for number, form in CONDUCT.items():
        one = table.table(number) if table is not None else None
        if one is not None:
            one.only(ENABLED.key, *(key.key for key in form.keys))
        figures = {key.attribute: read_key(one, key, key.usual) for key in form.keys}
        rules[number] = Rule(bool(read_key(one, ENABLED, True)), figures)
    return rules


def read_key(table: Table | None, key: Key, usual: Any) -> Any:
    """Return what stands under `key`, in SI; `usual` where nothing does, unless that is MISSING."""
    if table is None or (key.key not in table and usual is not MISSING):
        return usual
    kind, name = key.kind, key.key
    if isinstance(kind, Measure):
        return _measure(table, name, kind)
    if isinstance(kind, Count):
        value = table.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not kind.least <= value <= kind.most:
            what = f"{describe(value)} is not a whole number from {kind.least} to {kind.most}."
            table.fail(name, what, f"Write for example {name} = {key.usual}.")
        return value
    if isinstance(kind, Flag):
        value = table.values.get(name)
        if not isinstance(value, bool):
            table.fail(name, f"{describe(value)} is neither true nor false.", f"Write {name} = true, or false.")
        return value
    if isinstance(kind, Choice):
        return table.choice(name, kind.options)
    if isinstance(kind, Text):
        return no_address(table, name, table.text(name, kind.example))
    if isinstance(kind, Moment):
        return _moment(table, name)
    if isinstance(kind, Daily):
        return _hours(table, name)
    return _list(table, name, kind.options if isinstance(kind, Choices) else ())


def check_order(table: Table, from_ns: int | None, until_ns: int | None) -> None:
    """Refuse a time that ends before it begins."""
    if from_ns is not None and until_ns is not None and from_ns >= until_ns:
        table.fail("until", "It ends before it begins.", "Exchange from and until, or leave one out for no limit.")


def _measure(table: Table, name: str, kind: Measure) -> float:
    value = table.quantity(name, kind.quantity, example=kind.example, least=kind.least)
    if value > kind.most:
        table.fail(name, f'"{table.values[name]}" is too large.', f'Write for example {name} = "{kind.example}".')
    return value


def _list(table: Table, name: str, options: tuple[str, ...]) -> tuple[str, ...]:
    texts = table.texts(name, f'["{options[0]}"]' if options else '["a line", "another"]')
    seen: dict[str, int] = {}
    for i, text in enumerate(texts):
        at: Path = (name, i)
        if options:
            _one_of(table, at, text, options)
        else:
            no_address(table, at, text)
        if seen.setdefault(text.casefold(), i) != i:
            table.fail(at, f'"{text}" stands twice.', "Write it once.")
    return texts


def _one_of(table: Table, at: Path, text: str, options: tuple[str, ...]) -> None:
    if text not in options:
        near = nearest(text, options)
        hint = f"Did you mean {near}? " if near else ""
        table.fail(at, f'"{text}" is not known.', f"{hint}It must be one of: {', '.join(options)}.")


def _moment(table: Table, name: str) -> int:
    value = table.values[name]
    example = f'Write it like {name} = "2026-01-01T00:00:00Z".'
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        table.fail(name, f"{describe(value)} is not a time with its zone.", example)
    try:
        found = parse_stamp(value)
    except InputError as wrong:
        table.fail(name, wrong.what, wrong.remedy or example)
    if not 0 <= found < 2**63:
        table.fail(name, f"{value} is not between the years 1970 and 2262.", example)
    return found


def _hours(table: Table, name: str) -> Hours:
    text = table.text(name, '"0600Z-1800Z"')
    match = _HOURS.match(text)
    if match is None:
        table.fail(name, f'"{text}" are not hours of the day.', f'Write them in UTC, like {name} = "0600Z-1800Z".')
    h1, m1, h2, m2 = (int(part) for part in match.groups())
    begin, end = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
    if m1 > 59 or m2 > 59 or begin >= 86400 or end > 86400:
        remedy = f'Write for example {name} = "0600Z-1800Z".'
        table.fail(name, f'"{text}": a day ends at 2400Z and an hour at 59.', remedy)
    if begin == end % 86400:
        table.fail(name, f'"{text}" is all day, or none of it.', f"Leave {name} out for all hours.")
    return Hours(begin, end)
