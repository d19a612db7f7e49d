"""What the lists of words stop, and what the names in the terms let pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from armslength.agreement.terms import Terms
from armslength.engine.discretion.folding import Folded
from armslength.engine.discretion.kinds import Found
from armslength.engine.discretion.lists import LISTED, phrases, word_list

__all__ = ["Names", "masked", "names_of", "words"]

Names = re.Pattern[str]
"""Matches the names that both sides know from the terms."""
_COMPASS = {"", "north", "south", "east", "west", "север", "юг", "восток", "запад"}
"""A party may be called so; alone such a word is a direction all the same."""
_MASK = "\x00"
_NUMBERED = r"(?:[\s-]*\d{1,2}(?!\d))?"


def names_of(terms: Terms) -> Names:
    """Return what matches a name that stands in `terms`: of a party, its posts, aircraft, blocks, sites and areas.

    Behind it may stand a flight number of one or two digits.
    """
    named = [one for party in terms.parties for one in (party.name, party.post, party.callsign, *party.members)]
    named += [f"{party.name} aircraft" for party in terms.parties]
    named += [uncrewed.name for party in terms.parties for uncrewed in party.uncrewed]
    named += [block.area.name for block in terms.blocks] + [site.name for site in terms.protected_sites]
    named += [area.name for area in (*terms.exempt, *((terms.area,) if terms.area else ()))]
    wanted = {" ".join(one.replace("*", " ").replace("?", " ").split()).lower() for one in named}
    return re.compile(phrases(wanted - _COMPASS).pattern + _NUMBERED, re.IGNORECASE)


def masked(text: str, *harmless: re.Pattern[str]) -> str:
    """Return `text` with what is harmless made unreadable, sign for sign."""
    for pattern in harmless:
        text = pattern.sub(lambda found: _MASK * len(found.group()), text)
    return text


def words(folded: Folded, names: Names) -> Iterator[Found]:
    """Yield what the lists of all languages stop."""
    text = masked(folded.text, names, *(word_list(short).harmless for short in LISTED))
    for short in LISTED:
        for found in word_list(short).ground.finditer(text):
            yield Found(found.start(), found.end(), "ground position", "something on the ground")
        for listed in word_list(short).listed:
            for found in listed.pattern.finditer(text):
                if found.end() > found.start():
                    yield Found(found.start(), found.end(), listed.kind, listed.form, listed.sure)
