"""What came back of a message that had to be read back: equal, or which fields differ.

RBK holds the values in the order of the catalogue (`Field.read_back`), with a space between. Numbers are compared as
numbers ("025000" is 25000); everything else sign by sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from armslength.protocol.catalogue.forms import Code, Field, Kind, Value

__all__ = ["Difference", "compare", "expected", "heard"]

BEYOND = "more"
"""Stands for the name of a field where more came back than was to be read back."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that did not come back as it was said; `heard` is empty where it did not come back at all."""

    field: str
    said: str
    heard: str


def expected(code: Code, fields: Mapping[str, Value]) -> tuple[tuple[Field, str], ...]:
    """Return what is to be read back of a message with `fields`, in order; nothing where the code asks for none."""
    if not code.read_back:
        return ()
    return tuple((field, str(fields[field.name])) for field in code.fields if field.read_back and field.name in fields)


def heard(code: Code, fields: Mapping[str, Value], values: str) -> dict[str, str]:
    """Return what RBK says of each field of our message, by name; fields that did not come back are missing."""
    return {field.name: word for (field, _), word in zip(expected(code, fields), values.split(), strict=False)}


def compare(code: Code, fields: Mapping[str, Value], values: str) -> tuple[Difference, ...]:
    """Return the fields in which `values`, as RBK holds them, differ from what was said; none where all are equal."""
    wanted, words = expected(code, fields), values.split()
    found = []
    for at, (field, said) in enumerate(wanted):
        word = words[at] if at < len(words) else ""
        if not _same(field, said, word):
            found.append(Difference(field.name, said, word))
    if len(words) > len(wanted):
        found.append(Difference(BEYOND, "", " ".join(words[len(wanted) :])))
    return tuple(found)


def _same(field: Field, said: str, word: str) -> bool:
    if field.kind is Kind.NUMBER and word.lstrip("-").isascii() and word.removeprefix("-").isdigit():
        return int(word) == int(said)
    return word == said
