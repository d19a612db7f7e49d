"""What may be said in public: a statement is held against the lines that both sides approved, sentence by sentence.

A sentence counts as approved when it equals an approved line, or a run of sentences equals one that has several. Case,
spaces, the shape of quotation marks and dashes, and the last full stop do not count; every word and every sign between
words does. What is quoted, shortened or put into other words is not approved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from armslength.crypto.canonical import digest
from armslength.errors import InputError

__all__ = ["LONGEST_STATEMENT", "Judged", "check_statement", "line_digest", "normal"]

LONGEST_STATEMENT = 40_000
"""Signs of a statement that are looked at."""
_LIKE = 0.75
"""From this share of equal signs on, a line is named as the nearest."""
_ENDS = re.compile(r"(?<=[.!?…])[\"'»”’)]*\s+(?=[\"'«“‘(]*[^\W_a-zа-я])|\n\s*\n|\n(?=\s*[-•*]\s)")
_ALIKE = str.maketrans(
    {**dict.fromkeys("«»“”„‟″", '"'), **dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("‐‑‒–—−", "-")}
)
_BULLET = re.compile(r"^\s*[-•*]\s+")


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence of a statement, or several that are one approved line.

    Attributes:
        text: as it stands there.
        approved: the approved line that it equals; "" where there is none.
        nearest: of one that is not approved the line most like it; "" where none is much like it.
    """

    text: str
    approved: str
    nearest: str = ""


def normal(text: str) -> str:
    """Return `text` as it is compared."""
    made = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    kept = "".join(sign for sign in made if unicodedata.category(sign) != "Cf")
    return " ".join(kept.split()).casefold().rstrip(". ")


def line_digest(line: str) -> str:
    """Return the digest of an approved line as it is compared: who has only this can check a sentence too."""
    return digest(normal(line).encode())


def check_statement(statement: str, lines: Sequence[str]) -> list[Judged]:
    """Return every sentence of a statement, with the approved line that it equals.

    Raises:
        InputError: there is nothing in it, or it is too long.
    """
    if not normal(statement):
        raise InputError("There is no sentence in it.", where="statement", remedy="Give a text, or a file with one.")
    if len(statement) > LONGEST_STATEMENT:
        what = f"A statement has at most {LONGEST_STATEMENT} signs."
        raise InputError(what, where="statement", remedy="Check it in parts.")
    return list(_judged(_sentences(statement), lines))


def _judged(sentences: list[str], lines: Sequence[str]) -> Iterator[Judged]:
    known = sorted(
        ((tuple(normal(part) for part in _sentences(line)), line) for line in lines), key=lambda one: -len(one[0])
    )
    said = [normal(sentence) for sentence in sentences]
    at = 0
    while at < len(sentences):
        found = next((one for one in known if one[0] and tuple(said[at : at + len(one[0])]) == one[0]), None)
        if found is None:
            yield Judged(sentences[at], "", _nearest(said[at], lines))
            at += 1
        else:
            yield Judged(" ".join(sentences[at : at + len(found[0])]), found[1])
            at += len(found[0])


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text; a list has one to an item."""
    parts = (" ".join(_BULLET.sub("", part).split()) for part in _ENDS.split(text))
    return [part for part in parts if normal(part)]


def _nearest(said: str, lines: Sequence[str]) -> str:
    ratios = [(SequenceMatcher(None, said, normal(line)).ratio(), line) for line in lines]
    best = max(ratios, default=(0.0, ""))
    return best[1] if best[0] >= _LIKE else ""
