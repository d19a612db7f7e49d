"""Values as words write them: digits with their unit, levels in feet and metres, times in UTC. Nothing is converted
silently: where a value is not in the unit in which it travels, both stand there, or the conversion is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from armslength.protocol.catalogue import Value
from armslength.units import FPM, FT, NM, NS
from armslength.wording.lexicon import Lexicon, plural

__all__ = ["clock", "distance", "duration", "level", "moment", "quantity", "rate", "with_unit"]

EXACT_M = 0.5
"""A length so near to a tenth of a nautical mile [m] is that: it travels in whole metres."""
UNSURE_FT = 250
"""From this standard deviation of a level on [ft], twice of it is said with the level."""


def with_unit(lex: Lexicon, number: float, unit: str, places: int = 0) -> str:
    """Return "5 NM": `number` rounded to `places`, without trailing zeros, and the sign of `unit`."""
    text = f"{number:.{places}f}"
    if places:
        text = text.rstrip("0").rstrip(".")
    return f"{text.replace('.', lex.decimal)} {plural(lex.units[unit].sign, float(text))}"


def distance(lex: Lexicon, metres: int, *, measured: bool) -> str:
    """Return a horizontal distance.

    Args:
        lex: the language.
        metres: the distance [m].
        measured: it is what somebody saw, and is rounded; else it is to be kept, and stands there exactly.
    """
    tenths = round(metres / NM * 10)
    miles = with_unit(lex, tenths / 10, "NM", 1)
    exact = abs(tenths * NM / 10 - metres) <= EXACT_M and tenths > 0
    if measured and metres < NM:
        return with_unit(lex, round(metres, -1), "m")
    if measured:
        return f"{with_unit(lex, metres / 1000, 'km', 1)} ({miles})" if lex.metric_first else miles
    plain = with_unit(lex, metres, "m")
    if not exact:
        return plain
    return f"{plain} ({miles})" if lex.metric_first else miles


def level(lex: Lexicon, feet: int, datum: str, qnh: Value | None, sigma: int | None) -> str:
    """Return a level with what it is measured from, in feet and metres; with twice its `sigma` [ft] where it is wide.

    A flight level is what stands on standard pressure in whole hundreds of feet; one that was measured is rounded so.
    """
    if sigma is not None:
        feet = round(feet, -2) if datum == "STANDARD" else round(feet, -1)
    as_level = datum == "STANDARD" and feet % 100 == 0 and feet > 0
    in_feet = f"FL{feet // 100:03d}" if as_level else with_unit(lex, feet, "ft")
    in_metres = with_unit(lex, round(feet * FT, -1 if sigma is not None else 0), "m")
    both = f"{in_metres} ({in_feet})" if lex.metric_first else f"{in_feet} ({in_metres})"
    if not as_level and datum:
        both += f" {lex.choices['level_datum'][datum]}"
        if qnh is not None and datum == "QNH":
            both += f" {with_unit(lex, int(qnh), 'hPa')}"
    if sigma is not None and sigma >= UNSURE_FT:
        both += f" {lex.plus_or_minus} {_vertical(lex, round(2 * sigma, -2))}"
    return both


def rate(lex: Lexicon, feet_per_minute: int) -> str:
    """Return a vertical speed in both units."""
    feet = with_unit(lex, feet_per_minute, "ft/min")
    metres = with_unit(lex, feet_per_minute * FPM, "m/s", 1)
    return f"{metres} ({feet})" if lex.metric_first else f"{feet} ({metres})"


def duration(lex: Lexicon, seconds: int) -> str:
    """Return a time that something takes: in whole minutes where that is exact and more than one."""
    if seconds >= 120 and seconds % 60 == 0:
        return with_unit(lex, seconds // 60, "min")
    return with_unit(lex, seconds, "s")


def clock(lex: Lexicon, hour: int) -> str:
    """Return a direction by the clock."""
    return with_unit(lex, hour, "clock")


def moment(lex: Lexicon, ns: int, now_ns: int | None, *, coarse: bool = False) -> str:
    """Return a moment in UTC: without the date on the day of `now_ns`; seconds where there are any, unless `coarse`."""
    at = datetime.fromtimestamp(ns // NS, UTC)
    time = f"{at:%H:%M:%S} UTC" if at.second and not coarse else f"{at:%H:%M} UTC"
    if now_ns is not None and datetime.fromtimestamp(now_ns // NS, UTC).date() == at.date():
        return time
    year = f" {at.year}" if now_ns is None or datetime.fromtimestamp(now_ns // NS, UTC).year != at.year else ""
    return f"{at.day} {lex.months[at.month - 1]}{year} {time}"


def quantity(lex: Lexicon, name: str, value: int, fields: Mapping[str, Value]) -> str:
    """Return the number `value` of the field `name`; what belongs to it (a datum) is in `fields`."""
    if name.endswith("_deg"):
        return f"{value:03d} {plural(lex.units['deg'].sign, value)}"
    if name == "clock":
        return clock(lex, value)
    if name == "range_m":
        return distance(lex, value, measured=True)
    if name.endswith("_m"):
        return distance(lex, value, measured=False)
    if name == "min_vert_ft":
        return _vertical(lex, value)
    if name.endswith("_ft"):
        stem = name.removesuffix("_ft") if f"{name.removesuffix('_ft')}_datum" in fields else "level"
        sigma = fields.get(f"{stem}_sigma_ft")
        datum = str(fields.get(f"{stem}_datum", ""))
        return level(lex, value, datum, fields.get(f"{stem}_qnh_hpa"), None if sigma is None else int(sigma))
    if name.endswith("_fpm"):
        return rate(lex, value)
    if name.endswith("_s"):
        return duration(lex, value)
    return with_unit(lex, value, "hPa") if name.endswith("_hpa") else str(value)


def _vertical(lex: Lexicon, feet: int) -> str:
    in_feet, in_metres = with_unit(lex, feet, "ft"), with_unit(lex, round(feet * FT), "m")
    return f"{in_metres} ({in_feet})" if lex.metric_first else f"{in_feet} ({in_metres})"
