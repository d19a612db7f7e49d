"""Words as a voice says them: digit by digit, units in full, letters by the spelling alphabet.

ICAO: Annex 10, volume II, 5.2.1.3 and 5.2.1.4, and Doc 9432 (letters and numbers; whole hundreds and thousands are said
as such). In Russian every digit is said: a native controller groups them, which is for him to decide.
"""

from __future__ import annotations

import re

from armslength.wording.lexicon import Lexicon, language_of, lexicon, plural

__all__ = ["spoken"]

GROUPED = frozenset({"ft", "m", "ft/min"})
"""Units of which whole hundreds and thousands are said as such, where the language does that."""


def spoken(text: str, language: str = "en") -> str:
    """Return `text`, words as `words` returns them, as it is to be said aloud.

    Raises:
        InputError: there are no words in that language.
    """
    lex = lexicon(language_of(language))
    said = _pattern(lex).sub(lambda found: f" {_said(lex, found)} ", text.replace("_", " "))
    said = re.sub(r"[():;]", ",", said)
    said = " ".join(lex.spoken.words.get(word, word) for word in re.findall(r"[^\s,.]+|[,.]", said))
    said = re.sub(r"\s+([,.])", r"\1", said)
    return re.sub(r"([,.])[,.]+", r"\1", said)


def _pattern(lex: Lexicon) -> re.Pattern[str]:
    signs = sorted({sign for unit in lex.units.values() for sign in unit.sign}, key=len, reverse=True)
    unit = "|".join(re.escape(sign) for sign in signs)
    return re.compile(
        r"(?P<level>\bFL(?P<hundreds>\d{3})\b)"
        r"|(?P<time>\b\d{2}:\d{2}(?::\d{2})?\b)"
        r"|(?P<other>±)"
        rf"|(?P<number>(?<![\w.-])[+-]?\d+(?:[.,]\d+)?)(?: (?P<unit>{unit})(?!\w)|(?![\w-]))"
        r"|(?P<mixed>\b(?=[A-Za-z-]*\d)[A-Za-z0-9-]+\b|\+(?=\d))"
    )


def _said(lex: Lexicon, found: re.Match[str]) -> str:
    if found["level"]:
        return f"{lex.spoken.flight_level} {_digits(lex, found['hundreds'])}"
    if found["time"]:
        return _digits(lex, found["time"])
    if found["other"]:
        return lex.spoken.plus_or_minus
    if found["mixed"]:
        return lex.spoken.plus if found["mixed"] == "+" else _mixed(lex, found["mixed"])
    return _number(lex, found["number"], found["unit"])


def _number(lex: Lexicon, text: str, sign: str | None) -> str:
    """Return a number, with the unit that stands behind it as `sign`."""
    voice = lex.spoken
    before = {"-": voice.minus, "+": voice.plus}.get(text[0], "")
    figures = text.lstrip("+-").replace(",", ".")
    name = next((name for name, unit in lex.units.items() if sign in unit.sign), "")
    if name == "clock" and figures.isdecimal() and 1 <= int(figures) <= 12:
        said = voice.hours[int(figures) - 1]
    elif name in GROUPED and voice.thousand and figures.isdecimal() and int(figures) % 100 == 0 and int(figures):
        said = _grouped(lex, int(figures))
    else:
        said = _digits(lex, figures)
    unit = plural(lex.units[name].said, float(figures)) if name else ""
    return " ".join(part for part in (before, said, unit) if part)


def _grouped(lex: Lexicon, number: int) -> str:
    """Return whole hundreds: 25,500 as "TWO FIVE THOUSAND FIVE HUNDRED"."""
    thousands, hundreds = divmod(number // 100, 10)
    parts = [f"{_digits(lex, str(thousands))} {lex.spoken.thousand}"] if thousands else []
    parts += [f"{_digits(lex, str(hundreds))} {lex.spoken.hundred}"] if hundreds else []
    return " ".join(parts)


def _digits(lex: Lexicon, text: str) -> str:
    """Return every digit by its word, and the point; other signs are passed over."""
    names = {**{str(n): word for n, word in enumerate(lex.spoken.digits)}, ".": lex.spoken.decimal}
    return " ".join(names[sign] for sign in text if sign in names)


def _mixed(lex: Lexicon, token: str) -> str:
    """Return signs and digits mixed: single letters by the alphabet ("F1"), longer words as they are ("SEV2")."""
    out = []
    for part in re.findall(r"[A-Za-z]+|\d+", token):
        if part.isdecimal():
            out.append(_digits(lex, part))
        else:
            out.append(lex.spoken.letters[ord(part.upper()) - ord("A")] if len(part) == 1 else part)
    return " ".join(out)
