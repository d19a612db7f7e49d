"""Positions by their form: latitude and longitude in every common writing, grids, and what says that it is one.

A form that is also a level, a time or a frequency is no position: so pairs need both halves, and numbers with a unit
behind them are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from armslength.engine.discretion.folding import Folded
from armslength.engine.discretion.forms import forms
from armslength.engine.discretion.kinds import Found

__all__ = ["places"]

GROUND = "ground position"
_UNITS = (
    r"(?!\s?(?:NM|nmi|km|m|ft|feet|kt|kts|knots?|s|sec|min|h|Hz|kHz|MHz|GHz|g|fpm|hPa|%|м|км|с|сек|мин|ч|уз|фут\w*|миль|мили|"
    r"МГц|кГц|гПа)\b)"
)

_PAIR = re.compile(
    rf"(?<![\w.,])([-+]?\d{{1,3}}\.\d{{3,}})\s?°?\s*(?:[,;/\s]|\band\b|\bи\b)\s*([-+]?\d{{1,3}}\.\d{{3,}})(?![\d.]){_UNITS}"
    rf"|(?<![\w.,])([-+]?\d{{1,3}},\d{{4,}})\s?°?\s*(?:[;/\s]|,\s|\band\b|\bи\b)\s*([-+]?\d{{1,3}},\d{{4,}})(?!\d){_UNITS}",
    re.IGNORECASE,
)


def places(folded: Folded) -> Iterator[Found]:
    """Yield everything that has the form of a position, in Latin letters or in Cyrillic ones that look like them."""
    for text in dict.fromkeys((folded.text, folded.latin)):
        for form in forms("places"):
            for found in form.pattern.finditer(text):
                yield Found(found.start(), found.end(), form.kind, form.form, form.sure)
    yield from _pairs(folded.text)


def _pairs(text: str) -> Iterator[Found]:
    """Yield two numbers with decimals side by side that can be a latitude and a longitude, in either order."""
    for found in _PAIR.finditer(text):
        one, two = (part for part in found.groups() if part is not None)
        first, second = (float(part.replace(",", ".")) for part in (one, two))
        if not _is_pair(abs(first), abs(second)):
            continue
        fine = min(len(part) - re.sub(",", ".", part).index(".") - 1 for part in (one, two))
        yield Found(found.start(), found.end(), GROUND, "two numbers with decimals", fine >= 4)


def _is_pair(one: float, two: float) -> bool:
    """Return whether one can be a latitude and the other a longitude [deg]."""
    return min(one, two) <= 90.0 and max(one, two) <= 180.0
