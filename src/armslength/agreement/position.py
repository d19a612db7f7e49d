"""Positions as people write them: "36.5 N, 37.25 E", or as in an AIP "363000N 0371500E". Never two bare numbers.

The letters are the unit: they say degrees, and which of the two is the latitude.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from armslength.errors import InputError

EXAMPLE = '"36.5 N, 37.25 E"'

_DECIMAL = re.compile(r"^(\d{1,3}(?:\.\d*)?)\s*(?:°|deg)?\s*([NSEW])$", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"^(\d{2,3})(\d{2})(\d{2}(?:\.\d+)?)?([NSEW])$", re.IGNORECASE)
_PAIR = re.compile(r"^\s*(.+?[NSEW])\s*[,;/]?\s*(\d.*?[NSEW])\s*$", re.IGNORECASE)


def parse_position(text: str) -> tuple[float, float]:
    """Return (lat, lon) [deg].

    Raises:
        InputError: not a position, longitude first, or beyond the poles or the date line.
    """
    pair = _PAIR.match(text)
    if pair is None:
        raise InputError(f'"{text}" is not a position.', remedy=f"Write latitude and longitude like {EXAMPLE}.")
    if pair[1][-1].upper() in "EW" and pair[2][-1].upper() in "NS":
        raise InputError(
            f'"{text}" begins with the longitude.', remedy=f"Put the latitude first: {pair[2]}, {pair[1]}."
        )
    return parse_degrees(pair[1], latitude=True), parse_degrees(pair[2], latitude=False)


def parse_degrees(text: str, *, latitude: bool) -> float:
    """Return one coordinate such as "36.5 N" or "0371500E" in degrees, north and east positive.

    Raises:
        InputError: not a coordinate of that kind, or out of its range.
    """
    letters, limit, what = ("NS", 90.0, "latitude") if latitude else ("EW", 180.0, "longitude")
    right = f'Write it like "{"36.5 N" if latitude else "37.25 E"}".'
    decimal, sexagesimal = _DECIMAL.match(text.strip()), _SEXAGESIMAL.match(text.strip())
    if decimal:
        size = float(decimal[1])
    elif sexagesimal and len(sexagesimal[1]) == (2 if latitude else 3):
        minutes, seconds = int(sexagesimal[2]), float(sexagesimal[3] or 0.0)
        if minutes >= 60 or seconds >= 60.0:
            raise InputError(f'"{text}": minutes and seconds end at 59.', remedy=right)
        size = int(sexagesimal[1]) + minutes / 60 + seconds / 3600
    else:
        raise InputError(f'"{text}" is not a {what}.', remedy=right)
    letter = text.strip()[-1].upper()
    if letter not in letters:
        raise InputError(f'"{text}" is not a {what}.', remedy=right)
    if size > limit:
        raise InputError(f'"{text}" is beyond {limit:g} degrees.', remedy=right)
    return size if letter in "NE" else -size


def show_degrees(value: float, *, latitude: bool) -> str:
    """Return one coordinate as `parse_degrees` reads it, exactly."""
    letter = ("N" if latitude else "E") if math.copysign(1.0, value) > 0 else ("S" if latitude else "W")
    return f"{format(Decimal(repr(abs(value))), 'f').removesuffix('.0')} {letter}"


def show_position(lat: float, lon: float) -> str:
    """Return a position as `parse_position` reads it, exactly."""
    return f"{show_degrees(lat, latitude=True)}, {show_degrees(lon, latitude=False)}"
