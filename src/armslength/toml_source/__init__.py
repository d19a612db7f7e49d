"""Typed reading of TOML that can say where everything stands.

`read(text, name, error)` gives the root `Table` of a text. Every taking of a value checks its type and unit, and every
failure is an `error` (an `InputError`) whose `where` is "name, line 12, separation.horizontal". `tomllib` reads the
values; `lines` finds the line of every key and element. No file is opened here: text comes in.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from armslength.errors import InputError
from armslength.toml_source.lines import Path, locate
from armslength.units import Quantity, parse

__all__ = ["Path", "Source", "Table", "describe", "nearest", "read", "spell", "visible"]

_UNQUOTED = re.compile(
    r"^\s*(?P<key>[\w.\"' -]+?)\s*=\s*(?P<value>(?:[+-]?[\d.]|(?!true|false)[A-Za-z])[^\"'\[\]{}=#]*)"
)
_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Source:
    """A text that was read: its name, the line of everything in it, and the error to raise about it."""

    name: str
    lines: Mapping[Path, int]
    error: type[InputError]

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest thing that holds it; 0 where there is nothing."""
        root = not path
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, int(root))

    def where(self, path: Path) -> str:
        """Return file, line and field, as every error of this text begins."""
        return f"{self.name}, {self.place(path)}"

    def place(self, path: Path) -> str:
        """Return line and field."""
        line = self.line(path)
        return ", ".join(part for part in (f"line {line}" if line else "", spell(path)) if part)

    def fail(self, path: Path, what: str, remedy: str) -> NoReturn:
        """Raise this text's error about `path`."""
        raise self.error(visible(what), where=visible(self.where(path)), remedy=visible(remedy))


@dataclass
class Table:
    """A table of a text: take the values out by type."""

    source: Source
    path: Path
    values: dict[str, Any]
    known: tuple[str, ...] = field(default=())

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def only(self, *keys: str, hints: Mapping[str, str] | None = None) -> Table:
        """Refuse any key but `keys`, naming the nearest of them; `hints` says more about a key people may try."""
        self.known = keys
        for key in self.values:
            if key not in keys:
                near = nearest(key, keys)
                remedy = (hints or {}).get(key.lower(), "") or (
                    f"Did you mean {near}?" if near else f"Known here: {', '.join(keys)}."
                )
                self.fail(key, f"{key} is not a known key.", remedy)
        return self

    def fail(self, key: str | int | Path, what: str, remedy: str) -> NoReturn:
        """Raise the error of the source about `key` of this table; () is the table itself."""
        self.source.fail(self.path + (key if isinstance(key, tuple) else (key,)), what, remedy)

    def _take(self, key: str, example: str) -> Any:
        if key not in self.values:
            self.fail((), f"{key} is missing.", f"Add it, for example {key} = {example}.")
        return self.values[key]

    def text(self, key: str, example: str = '"a name"') -> str:
        """Return a text of at least one visible character, without control characters, trimmed."""
        return self._text(self._take(key, example), (key,), f"{key} = {example}")

    def _text(self, value: object, at: Path, example: str) -> str:
        if not isinstance(value, str):
            self.fail(
                at, f"{describe(value)} stands where a text belongs.", f"Write it in quotes, for example {example}."
            )
        if not value.strip():
            self.fail(at, "The text is empty.", f"Write for example {example}, or leave it out where it is not needed.")
        if not value.isprintable():
            self.fail(at, f"{value!r} holds a control character.", f"Write plain text, for example {example}.")
        return value.strip()

    def texts(self, key: str, example: str = '["a name", "another"]') -> tuple[str, ...]:
        """Return a list of texts; none where the key is absent."""
        if key not in self.values:
            return ()
        return tuple(
            self._text(value, (key, i), f"{key} = {example}") for i, value in enumerate(self.items(key, example))
        )

    def items(self, key: str, example: str) -> list[Any]:
        """Return a list of anything."""
        value = self._take(key, example)
        if not isinstance(value, list):
            self.fail(key, f"{describe(value)} stands where a list belongs.", f"Write it like {key} = {example}.")
        return value

    def choice(self, key: str, options: tuple[str, ...]) -> str:
        """Return a text that is one of `options`."""
        value = self.text(key, f'"{options[0]}"')
        if value not in options:
            near = nearest(value, options)
            hint = f"Did you mean {near}? " if near else ""
            self.fail(key, f'"{value}" is not known.', f"{hint}It must be one of: {', '.join(options)}.")
        return value

    def count(self, key: str) -> int:
        """Return a whole number from 1 up: a count, which has no unit."""
        value = self._take(key, "1")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.fail(key, f"{describe(value)} is not a whole number from 1 up.", f"Write for example {key} = 1.")
        return value

    def quantity(self, key: str, quantity: Quantity, *, example: str, least: float | None = None) -> float:
        """Return a number with its unit in SI: finite and above zero, or not under `least` [SI] where that is given."""
        value = self.measure(self._take(key, f'"{example}"'), (key,), quantity, example)
        if least is None and value <= 0.0:
            self.fail(key, f'"{self.values[key]}" is not more than zero.', f'Write for example {key} = "{example}".')
        if least is not None and value < least:
            self.fail(key, f'"{self.values[key]}" is too small.', f'Write for example {key} = "{example}".')
        return value

    def measure(self, value: object, at: Path, quantity: Quantity, example: str) -> float:
        """Return `value`, found at `at` in this table, in SI; finite."""
        number = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None
        if number is None or isinstance(value, bool):
            self.fail(
                at, f"{describe(value)} stands where a number with its unit belongs.", f'Write it like "{example}".'
            )
        try:
            found = parse(number, quantity)
        except InputError as wrong:
            remedy = (
                wrong.remedy
                if isinstance(value, str)
                else f'Write it in quotes with its unit, for example "{example}".'
            )
            self.fail(at, wrong.what, remedy)
        if not math.isfinite(found):
            self.fail(at, f'"{value}" is not a finite number.', f'Write for example "{example}".')
        return found

    def table(self, key: str) -> Table | None:
        """Return a table inside this one; None where it is absent."""
        if key not in self.values:
            return None
        value = self.values[key]
        if not isinstance(value, dict):
            self.fail(key, f"{describe(value)} stands where a table belongs.", f"Write [{spell((*self.path, key))}].")
        return Table(self.source, (*self.path, key), value)

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of a list of tables; none where it is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            name = ".".join(str(part) for part in (*self.path, key) if isinstance(part, str))
            self.fail(key, f"{describe(value)} stands where a list of tables belongs.", f"Write [[{name}]] above each.")
        for i, item in enumerate(value):
            yield Table(self.source, (*self.path, key, i), item)


def read(text: str, name: str, error: type[InputError]) -> Table:
    """Return the root table of a TOML text.

    Args:
        text: the text; a byte order mark is passed over.
        name: of the file, for errors.
        error: what to raise about it.

    Raises:
        InputError: (as `error`) not TOML, naming the line and what would be right.
    """
    text = text.removeprefix("\ufeff") + "\n"  # so that a slip in the last line is told with its line
    try:
        values = tomllib.loads(text)
        lines = locate(text)
    except RecursionError:
        raise error(
            "It is nested too deeply to read.", where=name, remedy="Write tables, not lists of lists."
        ) from None
    except ValueError as wrong:
        raise _not_toml(text, name, error, str(wrong)) from None
    return Table(Source(name, lines, error), (), values)


def visible(text: str) -> str:
    """Return `text` with control characters spelled out: a hostile file must not steer the reader's terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def spell(path: Path) -> str:
    """Return a path as people write it: party[2].members (elements counted from 1)."""
    out = ""
    for part in path:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else part
    return out


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return the known word most like `word`, or "" where none is like it."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def describe(value: object) -> str:
    """Return a value as an error names it."""
    if isinstance(value, bool):
        return f"{str(value).lower()} (yes or no)"
    if isinstance(value, int | float):
        return f"{value} (a bare number)"
    if isinstance(value, str):
        return f'"{value}" (a text)'
    return (
        "A list" if isinstance(value, list) else "A table" if isinstance(value, dict) else f"{value} (a date or time)"
    )


def _not_toml(text: str, name: str, error: type[InputError], says: str) -> InputError:
    """Turn tomllib's message into one that shows the line and, where it is the usual slip, the cure."""
    at = _AT.search(says)
    what = _AT.sub("", says)
    if at is None:
        return error(f"It cannot be read as TOML ({what}).", where=name, remedy="Look for a malformed number or date.")
    if at[1] is None:
        where = f"{name}, line {text.rstrip().count(chr(10)) + 1}"
        return error(
            "The file ends too early.", where=where, remedy="A bracket, a brace or a quote is still open there."
        )
    number = int(at[1])
    rows = text.split("\n")
    row = rows[number - 1] if number <= len(rows) else ""
    where = f"{name}, line {number}"
    slip = _UNQUOTED.match(row)
    if slip and "overwrite" not in what and "twice" not in what:
        key, value = slip["key"], slip["value"].strip()
        cure = f'Put the value in quotes: {key} = "{value}".'
        return error(f"{value} is not in quotes.", where=f"{where}, {key}", remedy=cure)
    if "Illegal character '\\n'" in what:
        return error(
            "A text does not end on its line.", where=where, remedy=f'Close the quotes: {visible(row.strip())}"'
        )
    if "overwrite" in what or "twice" in what:
        return error(
            f"{visible(row.strip())} stands here for the second time.", where=where, remedy="Keep one of the two."
        )
    return error(
        f"It cannot be read as TOML: {what}.", where=where, remedy=f"Mend this line: {visible(row.strip()[:80])}"
    )
