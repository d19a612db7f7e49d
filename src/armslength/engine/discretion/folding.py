"""A draft made ready to be looked through: one way of writing what can be written in many, with the way back.

Signs that cannot be seen are dropped, signs that look alike are made one, and a word in which Latin and Cyrillic
letters are mixed becomes a word of one alphabet: so it is typed by mistake, and so a filter would be walked around.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Folded", "fold"]

_LATIN, _CYRILLIC = "aceopxyABEKMHOPCTXYiIsSjJ", "асеорхуАВЕКМНОРСТХУіІѕЅјЈ"
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_ALIKE = {
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict.fromkeys("′’‘ʹ´`", "'"),
    **dict.fromkeys("″“”„«»ʺ", '"'),
    **dict.fromkeys("ºᵒ˚⁰", "°"),
    "ё": "е",
    "Ё": "Е",
    "№": "№",
}
_ASCII = str.maketrans({**dict.fromkeys("\t\n\r\v\f", " "), "`": "'"})
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_LETTER, _CYRILLIC_LETTER = re.compile("[A-Za-z]"), re.compile("[А-Яа-яІіЅѕЈј]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made ready.

    Attributes:
        text: folded. latin: the same, letter for letter, with every Cyrillic letter that looks Latin made Latin.
        capitals: it is written in capitals throughout: capitals say nothing then.
        back: for every sign of `text`, and for its end, where it was.
    """

    text: str
    latin: str
    capitals: bool
    back: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the draft itself the signs from `start` to before `end` stand."""
        return self.back[start], self.back[end - 1] + 1 if end > start else self.back[start]


def fold(draft: str) -> Folded:
    """Return `draft` made ready."""
    if draft.isascii() and "  " not in (plain := draft.translate(_ASCII)):
        return Folded(plain, plain, _is_capital(plain), tuple(range(len(draft) + 1)))
    signs: list[str] = []
    back: list[int] = []
    at = 0
    while at < len(draft):
        end = at + 1
        while end < len(draft) and unicodedata.combining(draft[end]):
            end += 1
        for sign in _one_way(draft[at:end]):
            if sign != " " or not signs or signs[-1] != " ":  # of several spaces one is kept
                signs.append(sign)
                back.append(at)
        at = end
    back.append(len(draft))
    text = _WORD.sub(lambda found: _one_alphabet(found.group()), "".join(signs))
    return Folded(text, text.translate(_TO_LATIN), _is_capital(text), tuple(back))


def _is_capital(text: str) -> bool:
    """Return whether a text is written in capitals."""
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 8 and sum(sign.isupper() for sign in letters) > 0.8 * len(letters)


def _one_way(cluster: str) -> str:
    """Return one sign with what is set above it, written the one way; "" where it cannot be seen."""
    if cluster[0] in _ALIKE:
        return _ALIKE[cluster[0]]
    whole = unicodedata.normalize("NFKC", cluster)
    kept = (sign for sign in whole if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf")
    return "".join(" " if sign.isspace() else _ALIKE.get(sign, sign) for sign in kept)


def _one_alphabet(word: str) -> str:
    """Return a word of mixed alphabets in the one that most of what is no look-alike belongs to."""
    if not (_LATIN_LETTER.search(word) and _CYRILLIC_LETTER.search(word)):
        return word
    own_latin = sum(sign.isascii() and sign not in _LATIN for sign in word)
    own_cyrillic = sum(not sign.isascii() and sign not in _CYRILLIC for sign in word)
    return word.translate(_TO_LATIN if own_latin > own_cyrillic else _TO_CYRILLIC)
