"""What people write behind options: minima, distances, times."""

from __future__ import annotations

import re

from armslength.errors import InputError
from armslength.units import Quantity, parse, parse_stamp

_BETWEEN = re.compile(r"\s+or\s+|(?<!\d),|,(?!\d{3}(?!\d))")
"""What stands between two distances: "or", or a comma that is not one of thousands (3,000 ft)."""


def minima(text: str) -> tuple[float, float]:
    """Return the horizontal and the vertical minimum [m] of "5 NM, 1000 ft".

    Raises:
        InputError: not two lengths with units, or one that is not positive.
    """
    parts = _BETWEEN.split(text)
    if len(parts) != 2:
        raise InputError(
            f'--separation "{text}" is not two distances.',
            remedy='Write the horizontal and the vertical minimum with their units, for example "3 NM, 3000 ft".',
        )
    return length(parts[0].strip(), "--separation"), length(parts[1].strip(), "--separation")


def length(text: str, option: str) -> float:
    """Return a positive length [m].

    Raises:
        InputError: no length with a unit, or not positive.
    """
    try:
        value = parse(text, Quantity.LENGTH)
    except InputError as wrong:
        raise InputError(wrong.what, where=option, remedy=wrong.remedy) from None
    if not 0.0 < value < 1e7:
        raise InputError(
            f'"{text}" is not a distance that aircraft can keep.',
            where=option,
            remedy="Write a distance greater than zero and smaller than the earth.",
        )
    return value


def moment(text: str | None, option: str) -> int | None:
    """Return a time [UTC ns], None for None.

    Raises:
        InputError: not a time, or a time without a zone.
    """
    if text is None:
        return None
    try:
        return parse_stamp(text)
    except InputError as wrong:
        raise InputError(wrong.what, where=option, remedy=wrong.remedy) from None
