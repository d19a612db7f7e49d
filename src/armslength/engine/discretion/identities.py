"""Which aircraft it was: addresses, registrations, codes, flight numbers, call signs that are none of the terms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from armslength.engine.discretion.folding import Folded
from armslength.engine.discretion.forms import forms
from armslength.engine.discretion.kinds import Found
from armslength.engine.discretion.lists import LISTED, word_list
from armslength.engine.discretion.words import Names, masked

__all__ = ["identities"]

IDENTITY, THIRD = "identity", "third-party track"
_HEX = re.compile(
    r"(?<![\w:.-])(?:0x)?(?=[0-9A-F]*[A-F])(?=[A-F]*\d)(?!\d{1,2}(?:FEB|DEC)\d)[0-9A-F]{6}(?![\w-])", re.IGNORECASE
)
_CALLED = re.compile(
    r"\b(?:[Cc]all[\s-]?signs?|[Пп]озывн\w+|CALL[\s-]?SIGNS?|ПОЗЫВН\w+)\W{1,3}(?:(?i:was|is|were|of|the|used|his|their|был|его)\W+)*"
    r"([A-ZА-Я][\w-]*(?:\s?\d{1,4})?|[a-zа-я]{3,}[\s-]?\d{1,4}|\w*\d\w*)"
)
_AIRLINE = re.compile(r"\b([A-Z]{3})\d{2,4}[A-Z]?\b")
_NUMBERED = re.compile(r"\b([A-Z]{4,12})[\s-]?\d{2}(?![\d:.,/]|\s?(?:ft|NM|km|kt|%|FT|KM|KT))\b")


def identities(folded: Folded, names: Names) -> Iterator[Found]:
    """Yield what says which aircraft it was, but by a call sign of the terms."""
    text = masked(folded.latin, names)
    native = masked(folded.text, names)
    for found in _HEX.finditer(text):
        yield Found(found.start(), found.end(), IDENTITY, "an address of an aircraft", sure=True)
    for form in forms("identities"):
        for within in dict.fromkeys((native, text)):
            for found in form.pattern.finditer(within):
                yield Found(found.start(), found.end(), form.kind, form.form, form.sure)
    for found in _CALLED.finditer(native):
        numbered = any(sign.isdigit() for sign in found[1])
        if not _shorthand(found[1]) and (numbered or not folded.capitals):
            yield Found(found.start(), found.end(), IDENTITY, "a call sign that is none of the terms")
    for found in _AIRLINE.finditer(text):
        if not _shorthand(found[1]):
            yield Found(found.start(), found.end(), THIRD, "a flight number")
    if not folded.capitals:
        for found in _NUMBERED.finditer(text):
            if not _shorthand(found[1]):
                yield Found(found.start(), found.end(), IDENTITY, "a call sign with a number")


def _shorthand(word: str) -> bool:
    return any(word.upper() in word_list(short).shorthand for short in LISTED)
