"""Discretion: what a draft holds that the deal keeps out. A filter that stops and asks; it decides nothing.

`review(text, language, terms)` is the one door. What is found is found by its form (a position, an address) or by a
word of the lists (`en.toml`, `ru.toml`); docs/discretion.md says what that catches, and what it does not.
"""

from armslength.engine.discretion.kinds import KINDS, Kind
from armslength.engine.discretion.review import Choice, Hit, Review, in_pieces, review

__all__ = ["KINDS", "Choice", "Hit", "Kind", "Review", "in_pieces", "review"]
