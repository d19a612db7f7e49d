"""Places told from a named place: a distance, a direction, or both, from a town, a bridge, a beacon, a bullseye.

From what flies, from a line, a block or an area of the terms, distances are what the deal is about; they pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from armslength.engine.discretion.folding import Folded
from armslength.engine.discretion.forms import forms
from armslength.engine.discretion.kinds import Found
from armslength.engine.discretion.lists import LISTED, word_list
from armslength.engine.discretion.words import Names, masked

__all__ = ["bearings"]

_ARTICLES = re.compile(
    r"^(?:(?:the|our|your|their|its|his|this|that|an?|agreed|same|other|own|named)\s+)+", re.IGNORECASE
)
_NEEDLESS = frozenset(
    {"the", "a", "an", "our", "your", "their", "its", "his", "this", "that", "them", "us", "it", "me", "him", "which"}
    | {"where", "both", "all", "each", "any", "what"}
)


def bearings(folded: Folded, names: Names) -> Iterator[Found]:
    """Yield what tells a place by its distance or direction from a named one."""
    text = masked(folded.text, names)
    for form in forms("bearings"):
        at = 0
        while (found := form.pattern.search(text, at)) is not None:
            at = found.start() + 1
            length = _place(found[1], capitals=folded.capitals, measured=form.measured)
            if length:
                at = found.start(1) + length
                yield Found(found.start(), at, form.kind, form.form)
    for form in forms("points"):
        for found in form.pattern.finditer(folded.latin):
            yield Found(found.start(), found.end(), form.kind, form.form, form.sure)


def _place(reference: str, *, capitals: bool, measured: bool) -> int:
    """Return how many signs of `reference` name a place on the ground; 0 where it names none.

    Args:
        reference: up to four words behind "of", "from" or "over".
        capitals: the draft is written in capitals: a capital says nothing.
        measured: a distance or a bearing stands before it: then every word is a place that is not known to be none.
    """
    skipped = len(found.group()) if (found := _ARTICLES.match(reference)) else 0
    rest = reference[skipped:]
    first = rest.split()[0].strip(".-'") if rest.split() else ""
    if not first or "\x00" in first or first[0].isdigit() or first.lower() in _NEEDLESS:
        return 0
    ground = min((m.end() for short in LISTED if (m := word_list(short).ground.search(rest))), default=0)
    if ground:
        return skipped + ground
    if any(word_list(short).relative.match(rest) for short in LISTED):
        return 0
    named = first[0].isupper() and not capitals and len(first) > 2 and not first.isupper()
    if named or (measured and not skipped and len(first) > 3):
        return skipped + len(first)
    return 0
