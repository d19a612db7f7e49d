"""Two parties, their keys and the documents and notices that they sign, for the tests of trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from armslength.agreement.document import AGREEMENT_TYPE, Document, Signatory, terms_tree
from armslength.agreement.notice import NOTICE_TYPE, Kind, Notice
from armslength.agreement.terms import Party, default_terms
from armslength.crypto.envelope import Envelope, seal
from armslength.crypto.keys import SigningKey
from armslength.units import NS

NORTH, SOUTH, THIRD, NORTH_NEW, SOUTH_NEW = (SigningKey(bytes([number]) * 32) for number in range(1, 6))
DAY = 86_400 * NS
START = 1_800_000_000 * NS
AGREEMENT = "north-south-0123"


def tree(version: int, **articles: Any) -> dict[str, Any]:
    """Return the tree of the rule of threes between North and South."""
    terms = replace(default_terms(), version=version, parties=(Party("North"), Party("South")), title="Threes")
    return {**terms_tree(terms), **articles}


def document(
    version: int = 1,
    predecessor: Document | None = None,
    *,
    keys: tuple[SigningKey, SigningKey] = (NORTH, SOUTH),
    begins: int = START,
    ends: int = START + 365 * DAY,
    title: str = "Threes",
    names: tuple[str, str] = ("North", "South"),
    extra: Mapping[str, Any] | None = None,
) -> Document:
    """Return a version."""
    parties = [
        Signatory(name, f"{name.upper()} POST", key.public, key.public) for name, key in zip(names, keys, strict=True)
    ]
    terms = tree(version, title=title)
    for party, name in zip(terms["party"], names, strict=True):
        party["name"] = name
    before = None if predecessor is None else predecessor.digest
    return Document(
        AGREEMENT, version, before, (parties[0], parties[1]), begins, ends, terms, "5" * 32, dict(extra or {})
    )


def signed(what: Document | Notice, *keys: SigningKey) -> Envelope:
    """Return the envelope of a document or a notice, signed by `keys`."""
    return seal(AGREEMENT_TYPE if isinstance(what, Document) else NOTICE_TYPE, what.to_bytes(), *keys)


def notice(
    kind: Kind,
    under: Document,
    provision: str = "",
    *,
    by: SigningKey = NORTH,
    issued: int = START + DAY,
    after: int = 2 * DAY,
    lifts: tuple[str, ...] = (),
) -> Notice:
    """Return a notice that takes effect `after` [ns] it was issued."""
    return Notice(AGREEMENT, under.digest, kind, provision, issued, issued + after, by.public, tuple(sorted(lifts)))
