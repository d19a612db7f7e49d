"""What the deal keeps out: kinds of things that a draft must not hold, the article of each, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from armslength.agreement.terms import Terms

__all__ = ["KINDS", "Found", "Kind", "article_of", "keeps_out"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing.

    Attributes:
        name: "ground position".
        items: of `scope.excluded`; where the terms exclude any of them, they keep it out.
        never: no terms can allow it: it is not among what may ever be disclosed (`disclosure.shared`).
        why: in a sentence. remedy: what to write instead.
    """

    name: str
    items: tuple[str, ...]
    never: bool
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Found:
    """Something found, before the terms are asked.

    Attributes:
        start, end: of it in the text that was looked through.
        kind: of KINDS. form: what it looks like, for people: "latitude and longitude".
        sure: its form leaves no doubt what it is; else it is a word or a form that can mean something harmless.
    """

    start: int
    end: int
    kind: str
    form: str
    sure: bool = False


_KINDS = (
    Kind(
        "ground position",
        ("targets", "intelligence"),
        False,
        "A position on the ground can be aimed at.",
        "Leave it out. Name a block, a protected site or the area by its name in the terms; place and time of an "
        "encounter go in the coded fields.",
    ),
    Kind(
        "target",
        ("targets", "intelligence"),
        False,
        "It speaks of something on the ground that can be aimed at.",
        "Leave it out: the deal is about aircraft in the air and about nothing below them.",
    ),
    Kind(
        "unit",
        ("intelligence",),
        False,
        "It names a unit or a formation: with others it makes an order of battle.",
        "Write the name of the party, or of its post.",
    ),
    Kind(
        "weapon",
        ("intelligence", "targets"),
        False,
        "It speaks of weapons.",
        "Say what the aircraft did and how near it came; what crews saw goes in a crew report, by its kind.",
    ),
    Kind(
        "purpose",
        ("purpose_of_flight", "notice_of_operations"),
        True,
        "It says what a flight was for.",
        "Say where and when it flew, never what for.",
    ),
    Kind(
        "third-party track",
        ("third_party_tracks",),
        False,
        "It speaks of an aircraft of somebody who is no party to the deal.",
        "Leave it out. If it mattered, write: other traffic was near.",
    ),
    Kind(
        "identity",
        ("third_party_tracks",),
        True,
        "It says which aircraft it was: the address, registration or call sign of one aircraft, or its code.",
        "Write the call sign that the terms have for all aircraft of a side, with a flight number at most.",
    ),
    Kind(
        "aircraft type",
        ("intelligence",),
        True,
        "It says what type of aircraft it was.",
        "Write aircraft, or uncrewed aircraft.",
    ),
    Kind(
        "unread language",
        (),
        False,
        "There is no list of words for its language: only positions, addresses and designations were looked for.",
        "Write it in English or in Russian, or have somebody who knows the language answer for it.",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind by its name."""


def keeps_out(kind: Kind, terms: Terms) -> bool:
    """Return whether `terms`, or any terms, keep things of that kind out."""
    return kind.never or any(item in terms.scope.excluded for item in kind.items)


def article_of(kind: Kind, terms: Terms) -> str:
    """Return the article of `terms` that keeps it out, with the item; where none does, the one that would."""
    excluded = [item for item in kind.items if item in terms.scope.excluded]
    if excluded:
        return f"scope.excluded ({excluded[0]})"
    return "disclosure.shared" if kind.never else "scope.excluded"
