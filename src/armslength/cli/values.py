"""What an officer types behind a code: "range=5 NM", "level=FL250", "direction=sw", as the fields that travel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

from armslength.cli.fields import ENDS, SIGMA_FT, holds, listed, stem, typed_fault
from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE, Code, Field, Kind, Value, Wanted, fault_in
from armslength.toml_source import nearest
from armslength.units import FPM, FT, NS, Quantity, parse, parse_stamp

_UNITS = {"_m": 1.0, "_ft": FT, "_s": 1.0, "_deg": 1.0, "_fpm": FPM}
_QUANTITIES = {
    "_m": Quantity.LENGTH,
    "_ft": Quantity.LENGTH,
    "_s": Quantity.TIME,
    "_deg": Quantity.ANGLE,
    "_fpm": Quantity.SPEED,
}
_ALIASES = {"frequency": "freq_id", "freq": "freq_id", "f": "freq_id"}
_LEVEL = re.compile(r"FL ?(\d{1,3})", re.IGNORECASE)
_CLOCK = re.compile(r"([01]\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))? ?(?:Z|UTC)", re.IGNORECASE)
_LATER = re.compile(r"\+ ?(.+)")


def code_of(written: str) -> Code:
    """Return the code that is meant.

    Raises:
        InputError: there is none: the nearest, and all there are.
    """
    code = CATALOGUE.get(written.strip().upper())
    if code is not None:
        return code
    known = {name: one.meaning for name, one in CATALOGUE.items()}
    by_meaning = nearest(written, tuple(known.values()))
    near = nearest(written.upper(), tuple(known)) or next((n for n, m in known.items() if m == by_meaning), "")
    hint = f"Did you mean {near} ({known[near]})? " if near else ""
    rows = "\n".join(f"  {name}  {meaning}" for name, meaning in known.items())
    raise InputError(f'"{written}" is no code.', remedy=f"{hint}There are:\n{rows}")


def field_of(code: Code, written: str) -> Field:
    """Return the field that is meant: by its name, by its name without the unit, or by an end or beginning of that.

    Raises:
        InputError: none, or more than one: the nearest, and all there are.
    """
    word = _ALIASES.get(written.strip().lower(), written.strip().lower())
    ways = (
        [field for field in code.fields if field.name == word],
        [field for field in code.fields if stem(field.name) == word],
        [field for field in code.fields if stem(field.name).endswith(f"_{word}")],
        [field for field in code.fields if stem(field.name).startswith(word)] if len(word) > 2 else [],
    )
    found = next((way for way in ways if way), [])
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(stem(field.name) for field in found)
        raise InputError(f'"{written}" of {code.name} may be any of these: {names}.', remedy="Write one of them.")
    near = nearest(word, tuple(stem(field.name) for field in code.fields))
    hint = f"Did you mean {near}? " if near else ""
    raise InputError(f'{code.name} has no field "{written}".', remedy=f"{hint}{listed(code)}")


def fields_of(code: Code, pairs: Sequence[str], now_ns: int) -> tuple[dict[str, Value], list[str]]:
    """Return the fields that `pairs` ("range=5 NM") give, and what was put in that nobody typed, one sentence each.

    Args:
        code: whose fields they are.
        pairs: as typed.
        now_ns: the moment from which "+10 min" and "14:30Z" are reckoned [UTC ns].

    Raises:
        InputError: no such field, a value that it cannot hold, or fields that do not go together.
    """
    fields: dict[str, Value] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not text.strip():
            remedy = f"Write it like {_example(code)}. {listed(code)}"
            raise InputError(f'"{pair}" is no field with a value.', where=code.name, remedy=remedy)
        field = field_of(code, name)
        if field.name in fields:
            raise InputError(f"{stem(field.name)} stands there twice.", where=code.name, remedy="Leave one out.")
        fields |= value_of(code, field, text.strip(), now_ns, exact=name.strip().lower() == field.name)
    notes = _filled(code, fields)
    fault = fault_in(code, fields)
    if fault:
        raise InputError(typed_fault(code, fault), remedy=listed(code))
    return {field.name: fields[field.name] for field in code.fields if field.name in fields}, notes


def value_of(code: Code, field: Field, text: str, now_ns: int, *, exact: bool = False) -> dict[str, Value]:
    """Return the fields that `text` gives for `field`: itself, and for a flight level its datum too.

    Args:
        code: whose field it is.
        field: which.
        text: as typed.
        now_ns: now [UTC ns].
        exact: the name was typed with its unit ("range_m"): then a bare number is in that unit.

    Raises:
        InputError: it cannot hold that.
    """
    flight_level = _LEVEL.fullmatch(text)
    datum = code.field(f"{stem(field.name)}_datum")
    if flight_level and field.name.endswith("_ft"):
        found: dict[str, Value] = {field.name: int(flight_level[1]) * 100}
        return found | ({datum.name: "STANDARD"} if datum is not None else {})
    value = _parsed(code, field, text, now_ns, exact)
    if not field.fits(value):
        near = nearest(text.upper(), field.choices) if field.choices else ""
        hint = f"Did you mean {near}? " if near else ""
        _refuse(code, field, f'"{text}" cannot stand there.', f"{hint}It holds: {holds(code, field)}.")
    return {field.name: value}


def _parsed(code: Code, field: Field, text: str, now_ns: int, exact: bool) -> Value:
    end = next((end for end in ENDS if field.name.endswith(end)), "")
    try:
        if field.kind is Kind.NUMBER:
            return _number(field, end, text, exact)
        if field.kind is Kind.STAMP:
            return str(moment_of(text, now_ns))
    except InputError as wrong:
        _refuse(code, field, wrong.what, wrong.remedy)
    if field.kind is Kind.CHOICE:
        return _chosen(field, text.upper())
    if field.kind is Kind.FREQUENCY:
        return text.upper()
    if field.kind is Kind.SIGNS and not any(sign.islower() for sign in field.signs):
        return text.upper()
    return text


def _chosen(field: Field, text: str) -> str:
    """Return the choice that is meant: as it travels, or by the words that are said for it ("NORTH WEST")."""
    from armslength.wording import LANGUAGES, lexicon

    plain = re.sub(r"[\s-]+", "_", text)
    if plain in field.choices:
        return plain
    name = "level_datum" if field.name.endswith("_datum") else field.name
    said = {words: one for short in LANGUAGES for one, words in lexicon(short).choices[name].items()}
    found = said.get(re.sub(r"[\s_-]+", " ", text), said.get(text, plain))
    return found if found in field.choices else plain


def _number(field: Field, end: str, text: str, exact: bool) -> int:
    bare = re.fullmatch(r"[+-]?\d+", text)
    if end == "_e5":
        found = re.fullmatch(r"([+-]?\d{1,3}(?:\.\d+)?)(?: ?deg)?", text)
        if exact and bare:
            return int(text)
        if found is None:
            raise InputError(f'"{text}" is no angle.', remedy='Write decimal degrees, for example "35.1234".')
        return round(float(found[1]) * 1e5)
    if end == "_hpa":
        return (
            int(re.sub(r" ?hpa$", "", text, flags=re.IGNORECASE)) if re.match(r"\d{3,4}( ?hpa)?$", text.lower()) else -1
        )
    if bare and (exact or end not in _QUANTITIES or end == "_deg"):
        return int(text)
    if end not in _QUANTITIES:
        raise InputError(f'"{text}" is no whole number.', remedy=f"It holds {field.low} to {field.high}.")
    return round(parse(text, _QUANTITIES[end]) / _UNITS[end])


def moment_of(text: str, now_ns: int, *, ahead_only: bool = False) -> int:
    """Return "now", "+10 min", "14:30Z", or a full time as UTC ns.

    Of a time of the day the nearest moment that shows so is meant; `ahead_only`: the next one, always later than now.

    Raises:
        InputError: it is none of these.
    """
    if text.lower() == "now":
        return now_ns
    if later := _LATER.fullmatch(text):
        return now_ns + round(parse(later[1], Quantity.TIME) * NS)
    if at := _CLOCK.fullmatch(text):
        day = 86_400 * NS
        second = int(at[1]) * 3600 + int(at[2]) * 60 + int(at[3] or 0)
        ahead = (second * NS - now_ns % day) % day
        if ahead_only:
            return now_ns + (ahead or day)
        return now_ns + (ahead if ahead <= day // 2 else ahead - day)
    if text.isdecimal() and len(text) > 12:
        return int(text)
    return parse_stamp(text)


def _filled(code: Code, fields: dict[str, Value]) -> list[str]:
    """Put in what only one value can stand for, and the stated defaults; return a sentence for each default."""
    notes = []
    for field in code.fields:
        if field.name not in fields and field.required and len(field.choices) == 1:
            fields[field.name] = field.choices[0]
    sigma = code.field("level_sigma_ft")
    if sigma is not None and "level_ft" in fields and sigma.name not in fields:
        fields[sigma.name] = SIGMA_FT
        notes.append(f"The level is taken as good to {SIGMA_FT} ft (one sigma); level_sigma=... says otherwise.")
    if code.field("urgency") is not None and "urgency" not in fields:
        fields["urgency"] = "NORMAL"
        notes.append("Urgency NORMAL; urgency=URGENT sends it at FLASH.")
    if "text" in fields and "language" not in fields:
        fields["language"] = "en"
        notes.append("The text is taken as English; language=ru says otherwise.")
    for field in code.fields:
        missing = field.name.endswith("_datum") and field.name not in fields
        if missing and field.name.replace("_datum", "_ft") in fields:
            level = stem(field.name.replace("_datum", "_ft"))
            remedy = f"Write {level}=FL250, or add {field.name}=QNH and the pressure, QFE, GEOMETRIC or STANDARD."
            raise InputError(f"It is not said what {level} is measured from.", where=code.name, remedy=remedy)
    return notes


def needs_ref(code: Code) -> bool:
    """Return whether a message of `code` must name another one."""
    return code.ref is Wanted.MUST


def _example(code: Code) -> str:
    examples = {"_m": "5 NM", "_ft": "FL250", "_s": "60 s", "_deg": "270", "_fpm": "1500 fpm", "_ns": "14:30Z"}
    for field in code.fields:
        end = next((end for end in ENDS if field.name.endswith(end)), "")
        if field.choices:
            return f"{field.name}={field.choices[0]}"
        if end in examples:
            return f'"{stem(field.name)}={examples[end]}"'
    return "field=value"


def _refuse(code: Code, field: Field, what: str, remedy: str) -> NoReturn:
    raise InputError(what, where=f"{code.name}, {stem(field.name)}", remedy=remedy)


def heard_values(code: Code, fields: Mapping[str, Value], typed: str) -> str:
    """Return what a crew said ("FL260", "270") as RBK holds it: values in the order in which they are read back.

    Args:
        code: of the message that is read back.
        fields: of that message.
        typed: one word for each value; a flight level stands for its datum too.

    Raises:
        InputError: a word that the field cannot hold, or too many. What the crew left out is left out here too.
    """
    left, found = typed.split(), dict[str, Value]()
    for field in code.fields:
        there = field.name in fields if field.when is None else found.get(field.when[0]) in field.when[1]
        if not left or not field.read_back or not there or field.name in found:
            continue
        word = left.pop(0)
        if left and re.fullmatch(r"[\d.,]+", word) and re.fullmatch(r"(?i)nm|m|km|ft|deg|s|min", left[0]):
            word = f"{word} {left.pop(0)}"
        found |= value_of(code, field, word, 0, exact=True)
    if left or not found:
        order = ", ".join(stem(field.name) for field in code.fields if field.read_back and field.name in fields)
        what = f'"{" ".join(left)}" is more than is read back.' if left else "It is not said what the crew said."
        raise InputError(what, where="--values", remedy=f"Read back are, in this order: {order}.")
    return " ".join(str(found[field.name]) for field in code.fields if field.name in found)
