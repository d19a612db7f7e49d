"""SI inside: m, m/s, m/s2, rad, s; stamps are UTC integer nanoseconds. The only home of ft, NM, kt, fpm and FL.

`parse(text, Quantity)` reads what people write ("3 NM", "3000 ft", "180 s", "0.5 g") and `show` writes it back.
A number without a unit is refused: 3 of what?
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum

from armslength.errors import InputError

NM = 1852.0
"""Metres in an international nautical mile."""
FT = 0.3048
"""Metres in an international foot."""
KT = NM / 3600.0
"""Metres per second in a knot."""
FPM = FT / 60.0
"""Metres per second in a foot per minute."""
FL = 100.0 * FT
"""Metres in a flight level (a hundred feet on standard pressure)."""
G0 = 9.80665
"""Standard gravity [m/s2]."""
NS = 1_000_000_000
"""Nanoseconds in a second."""


class Quantity(Enum):
    """What a number measures, with the units that may follow it and the factor of each to SI."""

    LENGTH = {"m": 1.0, "km": 1000.0, "ft": FT, "NM": NM, "FL": FL}  # noqa: RUF012 (an enum value, not a default)
    SPEED = {"m/s": 1.0, "km/h": 1 / 3.6, "kt": KT, "ft/min": FPM, "fpm": FPM}  # noqa: RUF012
    ACCELERATION = {"m/s2": 1.0, "g": G0}  # noqa: RUF012
    TIME = {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0, "d": 86400.0}  # noqa: RUF012
    ANGLE = {"deg": 1.0}  # noqa: RUF012
    TURN = {"deg/s": 1.0}  # noqa: RUF012
    SHARE = {"%": 0.01, "of 1": 1.0}  # noqa: RUF012
    EXPOSURE = {"aircraft-s/h": 1.0, "aircraft-min/h": 60.0}  # noqa: RUF012
    DATA = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}  # noqa: RUF012


EXAMPLES = {
    Quantity.LENGTH: '"3 NM" or "3000 ft"',
    Quantity.SPEED: '"480 kt" or "250 m/s"',
    Quantity.ACCELERATION: '"0.5 g" or "5 m/s2"',
    Quantity.TIME: '"180 s" or "3 min"',
    Quantity.ANGLE: '"36.5 deg"',
    Quantity.TURN: '"3 deg/s"',
    Quantity.SHARE: '"20 %"',
    Quantity.EXPOSURE: '"600 aircraft-s/h"',
    Quantity.DATA: '"20 GB"',
}

_NUMBER = re.compile(
    r"^\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*(%|of 1|[A-Za-z][A-Za-z/0-9-]*)?\s*$"
)
_LEVEL = re.compile(r"^\s*FL\s*(\d{1,3})\s*$", re.IGNORECASE)
_SPELLINGS = {
    "nm": "NM",
    "nmi": "NM",
    "feet": "ft",
    "kts": "kt",
    "fl": "FL",
    "sec": "s",
    "mps": "m/s",
    "km": "km",
    "kb": "kB",
    "mb": "MB",
    "gb": "GB",
}


def parse(text: object, quantity: Quantity) -> float:
    """Return `text`, a number with its unit, in SI.

    Degrees stay degrees, shares are of 1, data in bytes, exposure in aircraft-seconds an hour.

    Raises:
        InputError: no number, no unit, or a unit of another quantity.
    """
    right = f"Write it with its unit, for example {EXAMPLES[quantity]}."
    if not isinstance(text, str):
        raise InputError(f"{text!r} has no unit.", remedy=right)
    if quantity is Quantity.LENGTH and (level := _LEVEL.match(text)):
        return int(level[1]) * FL
    match = _NUMBER.match(text)
    if match is None or not re.search(r"\d", match[1]):
        raise InputError(f'"{text}" is not a number with a unit.', remedy=right)
    unit = match[2]
    if unit is None:
        raise InputError(f'"{text}" has no unit.', remedy=right)
    factors: dict[str, float] = quantity.value
    unit = unit if unit in factors else _SPELLINGS.get(unit.lower(), unit)
    if unit not in factors:
        known = ", ".join(factors)
        raise InputError(f'"{text}": {unit} is not a unit of {quantity.name.lower()} ({known}).', remedy=right)
    return float(match[1].replace(",", "")) * factors[unit]


def show(value: float, unit: str) -> str:
    """Return an SI `value` in `unit`, for people: show(914.4, "ft") == "3,000 ft"; four significant digits."""
    factor = next(q.value[unit] for q in Quantity if unit in q.value)
    number = float(f"{value / factor:.4g}")
    text = f"{number:,.6f}".rstrip("0").rstrip(".") if abs(number) >= 1e-4 or number == 0 else f"{number:g}"
    return f"{text} {unit}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, for people: "1 message", "1,204 messages", "2 entries"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def stamp(ns: int) -> str:
    """Return UTC nanoseconds as ISO 8601 with Z, to the millisecond."""
    ms = (ns + 500_000) // 1_000_000
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def parse_stamp(text: str) -> int:
    """Return an ISO 8601 time that names its zone as UTC nanoseconds.

    Raises:
        InputError: not a time, or a time without a zone.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f'"{text}" is not a time.', remedy='Write it like "2015-11-03T09:00:00Z".') from None
    if moment.tzinfo is None:
        full = text.strip() if len(text.strip()) > len("2015-11-03") else f"{text.strip()}T00:00:00"
        raise InputError(f'"{text}" has no time zone.', remedy=f'If it is UTC, write "{full}Z".')
    whole = moment.astimezone(UTC)
    return int((whole - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * NS + whole.microsecond * 1000
