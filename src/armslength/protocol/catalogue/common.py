"""Makers of fields, and the fields that several codes share."""

from __future__ import annotations

from dataclasses import replace

from armslength.protocol.catalogue.forms import Field, Kind

__all__ = [
    "ACTING",
    "ADDRESSED",
    "CAPITALS",
    "CLOCK",
    "COMPASS",
    "FREE_LONGEST",
    "GROUND",
    "NAMES",
    "NONCE",
    "PLACE",
    "RULES",
    "SIDES",
    "VALUES",
    "WATCH",
    "WRITTEN",
    "call_sign",
    "choice",
    "digest",
    "free",
    "frequency",
    "hexes",
    "level",
    "maybe",
    "number",
    "only_with",
    "said_again",
    "seen_level",
    "signs",
    "stamp",
]

GROUND = "GROUND"
"""How messages name the ground line, beside F1 to F99."""
COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
DATUMS = ("STANDARD", "QNH", "QFE", "GEOMETRIC")
FREE_LONGEST = 400
"""Most signs of free text: in the longest alphabet it still leaves a message within its 4 KiB."""
_UPPER, _LOWER, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
CAPITALS = _UPPER + _DIGITS + " -"
NAMES = _LOWER + _DIGITS + "_"
VALUES = _UPPER + _DIGITS + " -_"
SIDES = _UPPER + " "
RULES = "GCDP" + _DIGITS + " "
WRITTEN = _UPPER + _LOWER + _DIGITS + " +/().,:@-"


def number(name: str, says: str, low: int, high: int) -> Field:
    """Return a field for a whole number."""
    return Field(name, says, low=low, high=high)


def choice(name: str, says: str, *choices: str) -> Field:
    """Return a field for one of `choices`."""
    return Field(name, says, choices=choices, kind=Kind.CHOICE)


def signs(name: str, says: str, form: str, alphabet: str, longest: int) -> Field:
    """Return a field for a short text of `alphabet`, which `form` matches whole."""
    return Field(name, says, form=form, kind=Kind.SIGNS, signs=alphabet, longest=longest)


def hexes(name: str, says: str, count: int) -> Field:
    """Return a field for `count` hexadecimal digits."""
    return Field(name, says, form=rf"[0-9a-f]{{{count}}}", kind=Kind.HEX, longest=count)


def digest(name: str, says: str) -> Field:
    """Return a field for a digest."""
    return Field(name, says, form=r"sha256:[0-9a-f]{64}", kind=Kind.DIGEST)


def stamp(name: str, says: str) -> Field:
    """Return a field for a moment: UTC nanoseconds since 1970 in digits, because JSON has no whole number so long."""
    return Field(name, f"{says} [UTC ns, digits]", form=r"[1-9][0-9]{0,17}|[1-8][0-9]{18}", kind=Kind.STAMP)


def frequency(name: str, says: str, *, ground: bool = False) -> Field:
    """Return a field for a frequency of the plan by its id; with `ground` also for the ground line."""
    return Field(name, says, form=r"GROUND|F[1-9][0-9]?" if ground else r"F[1-9][0-9]?", kind=Kind.FREQUENCY)


def call_sign(name: str, says: str) -> Field:
    """Return a field for a call sign as the terms have it."""
    return signs(name, says, r"[A-Z0-9][A-Z0-9 -]{0,23}", CAPITALS, 24)


def maybe(field: Field, together: str = "") -> Field:
    """Return `field`, which may be left out; where `together` is named, only with all others of that group."""
    return replace(field, required=False, together=together)


def only_with(field: Field, other: str, *values: str) -> Field:
    """Return `field`, which stands there if and only if the field `other` holds one of `values`."""
    return replace(field, required=False, when=(other, values))


def said_again(field: Field) -> Field:
    """Return `field`, which is read back."""
    return replace(field, read_back=True)


def level(name: str = "level", says: str = "level") -> tuple[Field, Field, Field]:
    """Return a level with its datum, and with the pressure where the datum is QNH; all read back."""
    datum = choice(f"{name}_datum", "what the level is measured from", *DATUMS)
    qnh = number(f"{name}_qnh_hpa", "pressure that the altimeter is set to [hPa]", 850, 1100)
    feet = number(f"{name}_ft", f"{says} [ft]", -1500, 100000)
    return said_again(feet), said_again(datum), said_again(only_with(qnh, f"{name}_datum", "QNH"))


def seen_level() -> tuple[Field, ...]:
    """Return a level that was measured: with its standard deviation, all of it or nothing."""
    feet, datum, qnh = level()
    sigma = number("level_sigma_ft", "standard deviation of the level [ft]", 0, 20000)
    plain = replace(feet, read_back=False), replace(datum, read_back=False), sigma
    return (*(maybe(field, "level") for field in plain), replace(qnh, read_back=False))


def free() -> tuple[Field, Field]:
    """Return free text with the language that it is in."""
    says = f"at most {FREE_LONGEST} printable signs of free text"
    text = Field("text", says, form=rf".{{1,{FREE_LONGEST}}}", kind=Kind.FREE, longest=FREE_LONGEST)
    return signs("language", "of the text, as RFC 5646 has it", r"[a-z]{2,3}", _LOWER, 3), text


NONCE = hexes("nonce", "8 bytes in hexadecimal, drawn by who asks, repeated by who answers", 16)
WATCH = signs("watch", "name of the watch on duty, never of a person", r"[A-Z0-9][A-Z0-9 ]{0,11}", CAPITALS, 12)
PLACE = (
    number("latitude_e5", "north is positive [1e-5 deg]", -9000000, 9000000),
    number("longitude_e5", "east is positive [1e-5 deg]", -18000000, 18000000),
)
CLOCK = number("clock", "where the traffic is, as seen from the addressed aircraft [hours]", 1, 12)
ADDRESSED = call_sign("addressed", "call sign, from the terms, of the aircraft that is meant")
ACTING = call_sign("aircraft", "call sign, from the terms, of the aircraft that will do it")
