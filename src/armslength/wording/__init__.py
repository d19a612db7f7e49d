"""The words of every code, in every language that there is a file for: what a person or a synthesiser says.

The code is what counts; words are made from it, always the same from the same code and fields, and bind nobody.
"""

from __future__ import annotations

from armslength.wording.lexicon import LANGUAGES, Lexicon, language_of, lexicon
from armslength.wording.sentence import words
from armslength.wording.voice import spoken

__all__ = ["LANGUAGES", "Lexicon", "language_of", "lexicon", "spoken", "words"]
