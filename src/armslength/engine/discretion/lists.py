"""The lists of words, one file for each language: `en.toml` says how such a file is written. Read once, when needed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from armslength import toml_source
from armslength.errors import InputError
from armslength.toml_source import Table

__all__ = ["LISTED", "Listed", "WordList", "phrases", "word_list"]

LISTED = ("en", "ru")
"""Languages of which there is a list, by their short names."""
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Listed:
    """Words, or a designation, of one kind: what it looks like for people, and whether its form leaves no doubt."""

    kind: str
    form: str
    sure: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class WordList:
    """The list of one language.

    Attributes:
        language: its name.
        harmless: phrases in which a word of the list means something else.
        listed: what stops.
        relative: what a distance may be measured from without giving a place on the ground away.
        ground: what stands on the ground.
        shorthand: words in capitals that are no call sign, whatever number follows.
    """

    language: str
    harmless: re.Pattern[str]
    listed: tuple[Listed, ...]
    relative: re.Pattern[str]
    ground: re.Pattern[str]
    shorthand: frozenset[str]


def phrases(wanted: Iterable[str]) -> re.Pattern[str]:
    """Return what matches any of these phrases whole, in any case: "*" stands for any ending, "?" for one that may be.

    Between two words of a phrase may stand a hyphen, or more than one space.
    """
    made = []
    for phrase in sorted(wanted, key=len, reverse=True):
        parts = [re.escape(part).replace(r"\*", r"\w*").replace(r"\?", r"\w?") for part in phrase.split()]
        made.append(r"[\s-]+".join(parts))
    return re.compile(rf"(?<!\w)(?:{'|'.join(made)})(?!\w)", re.IGNORECASE) if made else _NOTHING


@cache
def word_list(short: str) -> WordList:
    """Return the list of the language with that short name, one of LISTED.

    Raises:
        InputError: the file is not as it must be: names the line.
    """
    name = f"{short}.toml"
    text = files("armslength.engine.discretion").joinpath(name).read_text("utf-8")
    root = toml_source.read(text, name, InputError)
    root.only("language", "harmless", "relative", "ground", "shorthand", "word", "designation")
    listed = [_listed(table, phrases(table.texts("words")), sure=False) for table in _tables(root, "word")]
    listed += [_listed(table, _any_of(table.texts("patterns")), sure=True) for table in _tables(root, "designation")]
    return WordList(
        root.text("language"),
        phrases(root.texts("harmless")),
        tuple(listed),
        phrases(root.texts("relative")),
        phrases(root.texts("ground")),
        frozenset(root.texts("shorthand")),
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return what matches any of these regular expressions; one that begins with "(?i)" in any case."""
    return re.compile("|".join(f"(?i:{one[4:]})" if one.startswith("(?i)") else f"(?:{one})" for one in patterns))


def _listed(table: Table, pattern: re.Pattern[str], *, sure: bool) -> Listed:
    table.only("kind", "form", "words", "patterns")
    return Listed(table.text("kind"), table.text("form"), sure, pattern)


def _tables(root: Table, key: str) -> tuple[Table, ...]:
    return tuple(root.tables(key))
