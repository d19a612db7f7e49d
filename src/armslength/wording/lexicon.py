"""The file of one language: read once, when it is first needed. `en.toml` says how such a file is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from armslength import toml_source
from armslength.errors import InputError
from armslength.toml_source import Table, nearest

__all__ = ["LANGUAGES", "Lexicon", "Spoken", "Unit", "Words", "language_of", "lexicon", "plural"]

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Russian"}
"""Short name, as RFC 5646 has it, of every language, and its name in the terms."""
PLACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """One code: its meaning, what is said of it, and the fields that are never said aloud."""

    meaning: str
    say: str
    unspoken: frozenset[str]

    @property
    def places(self) -> tuple[str, ...]:
        """The fields for which there is a place in `say`, in its order."""
        return tuple(PLACES.findall(self.say))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its sign as written, and as said; each in the forms of one, few, and many."""

    sign: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """How numbers, letters and signs are said aloud. `hundred` and `thousand` are empty where every digit is said."""

    digits: tuple[str, ...]
    hours: tuple[str, ...]
    letters: tuple[str, ...]
    decimal: str
    hundred: str
    thousand: str
    plus: str
    minus: str
    plus_or_minus: str
    flight_level: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words of one language.

    Attributes:
        short: "en". language: as the terms name it. voice: as the synthesiser names it.
        proposal: nobody whose language it is has checked it as a controller.
        over, out: how a message ends that waits for an answer, and one that does not.
        ground: the ground line. by_data: stands for what is not said aloud.
        metric_first: metres stand before feet, kilometres before miles.
        decimal: sign between whole and parts. months: short names, January first.
        codes, fields, choices, units: by their names.
    """

    short: str
    language: str
    voice: str
    proposal: bool
    over: str
    out: str
    ground: str
    by_data: str
    metric_first: bool
    decimal: str
    plus_or_minus: str
    months: tuple[str, ...]
    codes: Mapping[str, Words]
    fields: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    units: Mapping[str, Unit]
    spoken: Spoken


def language_of(name: str) -> str:
    """Return the short name of a language, which may be written short or as in the terms.

    Raises:
        InputError: there is no file for it.
    """
    wanted = name.strip().lower()
    for short, full in LANGUAGES.items():
        if wanted in {short, full.lower()}:
            return short
    known = ", ".join(f"{short} ({full})" for short, full in LANGUAGES.items())
    near = nearest(wanted, tuple(name.lower() for pair in LANGUAGES.items() for name in pair))
    hint = f"Did you mean {near}? " if near else ""
    raise InputError(f'There are no words in "{name}".', where="language", remedy=f"{hint}There are: {known}.")


@cache
def lexicon(short: str) -> Lexicon:
    """Return the words of the language with that short name ("en").

    Raises:
        InputError: the file is not as it must be: names the line.
    """
    name = f"{language_of(short)}.toml"
    text = files("armslength.wording").joinpath(name).read_text("utf-8")
    root = toml_source.read(text, name, InputError)
    months = root.texts("months")
    return Lexicon(
        language_of(short),
        root.text("language"),
        root.text("voice"),
        root.values["proposal"] is True,
        root.text("over"),
        root.text("out"),
        root.text("ground"),
        root.text("by_data"),
        root.values["metric_first"] is True,
        root.text("decimal"),
        root.text("plus_or_minus"),
        months,
        {code: _words(table) for code, table in _tables(root, "code")},
        _texts(root, "field"),
        {field: _texts(table, "") for field, table in _tables(root, "choice")},
        {unit: Unit(table.texts("sign"), table.texts("said")) for unit, table in _tables(root, "unit")},
        _spoken(_table(root, "spoken")),
    )


def plural(forms: Sequence[str], number: float) -> str:
    """Return the form that follows `number`: of one, two or three forms (one; few; many, as Russian has them)."""
    whole = number == int(number)
    if len(forms) < 3:
        return forms[0] if abs(number) == 1 else forms[-1]
    last, last_two = abs(int(number)) % 10, abs(int(number)) % 100
    if not whole or (last in {2, 3, 4} and last_two not in {12, 13, 14}):
        return forms[1]
    return forms[0] if last == 1 and last_two != 11 else forms[2]


def _table(root: Table, key: str) -> Table:
    found = root.table(key)
    if found is None:
        root.fail((), f"{key} is missing.", f"Write [{key}].")
    return found


def _tables(root: Table, key: str) -> list[tuple[str, Table]]:
    table = _table(root, key)
    return [(name, _table(table, name)) for name in table.values]


def _texts(root: Table, key: str) -> dict[str, str]:
    table = _table(root, key) if key else root
    return {name: table.text(name) for name in table.values}


def _words(table: Table) -> Words:
    table.only("meaning", "say", "unspoken")
    return Words(table.text("meaning"), table.text("say"), frozenset(table.texts("unspoken")))


def _spoken(table: Table) -> Spoken:
    maybe = {key: str(table.values.get(key, "")) for key in ("hundred", "thousand")}
    return Spoken(
        table.texts("digits"),
        table.texts("hours"),
        table.texts("letters"),
        table.text("decimal"),
        maybe["hundred"],
        maybe["thousand"],
        table.text("plus"),
        table.text("minus"),
        table.text("plus_or_minus"),
        table.text("flight_level"),
        _texts(table, "words"),
    )
