"""A code and its fields as the words to say, in the order of CUES: addressee, originator, text, over or out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE, Answer, Code, Field, Kind, Value, fault_in
from armslength.wording import quantities
from armslength.wording.lexicon import PLACES, Lexicon, language_of, lexicon

__all__ = ["Coded", "read_back_words", "text_of", "value_words", "words"]

COARSE = frozenset({"since_ns", "last_ok_ns"})
"""Moments said to the minute."""
POSITIONS = "_e5"
"""How the names of fields end that hold a position: what is never said aloud, nor what corrects it."""
_MAYBE = re.compile(r"\[([^\[\]]*)\]")


class Coded(Protocol):
    """Anything that has a code and fields: a message."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def fields(self) -> Mapping[str, Value]:
        """Its fields."""


def words(
    what: Coded | tuple[str, Mapping[str, Value]],
    language: str,
    addressee: str,
    originator: str,
    *,
    now_ns: int | None = None,
    valid_until_ns: int | None = None,
    about: tuple[str, Mapping[str, Value]] | None = None,
    from_terms: Mapping[str, str] | None = None,
) -> str:
    """Return the exact words to say.

    Args:
        what: a message, or (code, fields).
        language: "en" or "ru", or as the terms name it.
        addressee, originator: posts or call signs, as the terms have them.
        now_ns: when it is said [UTC ns]: moments of that day are said without their date.
        valid_until_ns: until when it may be sounded [UTC ns]; said where the words have a place for it.
        about: (code, fields) of what an RBK reads back, so that its values are said with their units.
        from_terms: by field, what is said instead of its value: what it points at in the terms of who reads it.

    Raises:
        InputError: no such language or code, or fields that the code does not have.
    """
    name, fields = what if isinstance(what, tuple) else (what.code, what.fields)
    code = CATALOGUE.get(name)
    if code is None:
        raise InputError(f"{name} is no code.", where="code", remedy=f"There are: {', '.join(CATALOGUE)}.")
    fault = fault_in(code, fields)
    if fault:
        raise InputError(fault, where=name)
    lex = lexicon(language_of(language))
    all_fields = dict(fields) | ({} if valid_until_ns is None else {"valid_until_ns": str(valid_until_ns)})
    if about is not None and name == "RBK":
        all_fields["values"] = read_back_words(lex, str(fields["values"]), *about)
    text = text_of(lex, code, all_fields | dict(from_terms or {}), now_ns)
    end = lex.out if code.answer is Answer.NONE else lex.over
    parts = [part for part in (addressee.upper(), originator.upper(), text) if part]
    return f"{', '.join(parts)}, {end}"


def text_of(lex: Lexicon, code: Code, fields: Mapping[str, Value], now_ns: int | None = None) -> str:
    """Return what is said between originator and end."""

    def fill(template: str) -> str:
        return PLACES.sub(lambda place: value_words(lex, code, place[1], fields, now_ns), template)

    def maybe(piece: str) -> str:
        return fill(piece) if all(name in fields for name in PLACES.findall(piece)) else ""

    pieces = _MAYBE.split(lex.codes[code.name].say)  # odd ones stood between brackets
    said = "".join(fill(piece) if at % 2 == 0 else maybe(piece) for at, piece in enumerate(pieces))
    return " ".join(said.split())


def value_words(lex: Lexicon, code: Code, name: str, fields: Mapping[str, Value], now_ns: int | None = None) -> str:
    """Return the value of the field `name` in words; it must stand in `fields`."""
    value = fields[name]
    if name.endswith("_ns"):
        return quantities.moment(lex, int(value), now_ns, coarse=name in COARSE)
    field = code.field(name)
    if field is None:
        return str(value).upper()
    if field.choices:
        return _choice(lex, name, str(value))
    if field.kind is Kind.FREQUENCY:
        return lex.ground if value == "GROUND" else str(value)
    if code.name == "RBK":
        return str(value)
    if code.name == "COR" and name == "value" and str(fields.get("field")).endswith(POSITIONS):
        return lex.by_data
    if code.name == "COR" and name == "field":
        return lex.fields.get(str(value), str(value).replace("_", " ")).upper()
    if type(value) is int:
        return quantities.quantity(lex, name, value, fields)
    return str(value).replace("_", " ").upper()


def _choice(lex: Lexicon, name: str, value: str) -> str:
    return lex.choices["level_datum" if name.endswith("_datum") else name][value]


def read_back_words(lex: Lexicon, values: str, code_name: str, asked: Mapping[str, Value]) -> str:
    """Return the values of an RBK with their units; as they came where one of them cannot be what it stands for."""
    code = CATALOGUE[code_name]
    wanted = [field for field in code.fields if field.read_back and field.name in asked]
    said = values.split()
    if len(said) > len(wanted):
        return values
    found = {field.name: _typed(field, word) for field, word in zip(wanted, said, strict=False)}
    fields = {name: value for name, value in found.items() if value is not None}
    if len(fields) < len(said):
        return values
    spoken = [name for name in fields if not name.endswith(("_datum", "_qnh_hpa"))]
    return ", ".join(value_words(lex, code, name, fields) for name in spoken)


def _typed(field: Field, word: str) -> Value | None:
    """Return `word` as the field holds it; None where it cannot."""
    value: Value = word
    if field.kind is Kind.NUMBER:
        if not word.removeprefix("-").isdecimal():
            return None
        value = int(word)
    return value if field.fits(value) else None
