"""The document that two parties sign: terms, who signs, from when to when, after which version. One form, one digest.

The terms stand in it as the tree of what `write_terms` writes, with every default spelled out: a later armslength with
other defaults must not change what was signed. Fields that this version does not know survive a round trip, because
the digest covers them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import Terms
from armslength.agreement.tree import read_tree, write_tree
from armslength.agreement.writing import write_terms
from armslength.crypto.canonical import canonical, digest, parse
from armslength.crypto.keys import is_public
from armslength.errors import AgreementError, LocalProtocolError, RemoteProtocolError
from armslength.units import stamp

__all__ = [
    "AGREEMENT_TYPE",
    "LARGEST",
    "LARGEST_ENVELOPE",
    "NO_AGREEMENT",
    "Document",
    "Signatory",
    "is_agreement_id",
    "terms_tree",
]

AGREEMENT_TYPE = "application/vnd.armslength.agreement+json"
FORMAT = "armslength agreement 1"
LARGEST = 48_000
"""Bytes of a document; in its envelope it stays below what canonical JSON is read with by default."""
LARGEST_ENVELOPE = 65_536
NO_AGREEMENT = "none"
"""What stands in the place of an agreement's name in messages and encounters where there is none."""
_RESERVED = frozenset({NO_AGREEMENT, "node"})
"""Names that no agreement can have: the marker, and the book of what concerns no counterpart."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,62}[a-z0-9]")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")
_KNOWN = frozenset(
    {"format", "agreement", "version", "predecessor", "parties", "effective_ns", "expires_ns", "salt", "terms"}
)
_NOT_ONE = "It is not an agreement that this version of armslength understands."
_ASK = "Ask the other side to write the file again; if it is newer, update armslength."


@dataclass(frozen=True, slots=True)
class Signatory:
    """One side of a document: name, duty post, Ed25519 key (64 hex), SHA-256 of its TLS certificate (64 hex)."""

    name: str
    post: str
    key: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Document:
    """One version of an agreement.

    Attributes:
        agreement: which agreement, the same through all versions; safe as the name of a folder.
        version: from 1 up.
        predecessor: digest of the version before; None for version 1.
        parties: the two sides, as drafted.
        effective_ns, expires_ns: in force from the one until before the other, UTC [ns].
        terms: the tree of the terms. Read it with `typed`.
        salt: 32 hex drawn when it was drafted, so that nobody can guess the terms and check the guess by the digest.
        extra: fields that this version of armslength does not know, kept as they are.
    """

    agreement: str
    version: int
    predecessor: str | None
    parties: tuple[Signatory, Signatory]
    effective_ns: int
    expires_ns: int
    terms: Mapping[str, Any] = field(repr=False)
    salt: str = field(default="0" * 32, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def to_bytes(self) -> bytes:
        """Return the canonical JSON that is signed.

        Raises:
            AgreementError: the terms are too large, or hold what has no canonical form.
        """
        body = {
            **self.extra,
            "format": FORMAT,
            "agreement": self.agreement,
            "version": self.version,
            "predecessor": self.predecessor,
            "parties": [
                {"name": p.name, "post": p.post, "key": p.key, "certificate": p.certificate} for p in self.parties
            ],
            "effective_ns": str(self.effective_ns),
            "expires_ns": str(self.expires_ns),
            "salt": self.salt,
            "terms": self.terms,
        }
        try:
            data = canonical(body)
        except LocalProtocolError:
            remedy = "Write every number in it in quotes, with its unit."
            raise AgreementError("The terms hold something that cannot be signed.", remedy=remedy) from None
        if len(data) > LARGEST:
            remedy = "Give areas fewer corners, or make texts shorter."
            raise AgreementError(f"The terms have {len(data):,} bytes; {LARGEST:,} can be signed.", remedy=remedy)
        return data

    @property
    def digest(self) -> str:
        """ "sha256:" and 64 hex of what is signed."""
        return digest(self.to_bytes())

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the two sides."""
        return frozenset(party.key for party in self.parties)

    @property
    def called(self) -> str:
        """Which version of which agreement, for errors and logs: no term."""
        return f"{self.agreement}, version {self.version}"

    def typed(self) -> Terms:
        """Return the terms.

        Raises:
            AgreementError: this version of armslength cannot read them; names no term.
        """
        try:
            return _read(canonical(self.terms))
        except AgreementError:  # what it says quotes the terms
            remedy = "They may be of a newer version of it: update armslength."
            raise AgreementError("The terms cannot be executed here.", where=self.called, remedy=remedy) from None

    def check_whole(self) -> None:
        """Refuse to sign what says one thing to people and another to machines, or leaves a default open.

        Raises:
            AgreementError: the terms cannot be read, do not spell out every default, or name other times or posts than
                the document. Names no term.
        """
        terms, wrong = self.typed(), ""
        posts = {party.name: party.post for party in terms.parties if party.post}
        if terms_tree(terms) != self.terms:
            wrong = "Its terms do not spell everything out: another version of armslength would read them otherwise."
        elif terms.validity.from_ns != self.effective_ns or terms.validity.until_ns != self.expires_ns:
            wrong = "Its terms name other times than the document."
        elif any(posts.get(party.name, party.post) != party.post for party in self.parties):
            wrong = "Its terms name other duty posts than those who sign it."
        if wrong:
            raise AgreementError(wrong, where=self.called, remedy="Draft it again.")

    @property
    def sound(self) -> bool:
        """Whether this version of armslength could sign it: see `check_whole`."""
        return _sound(self.to_bytes())

    def side(self, key: str) -> Signatory | None:
        """Return the side that `key` belongs to, or None."""
        return next((party for party in self.parties if party.key == key), None)

    def other(self, key: str) -> Signatory | None:
        """Return the side across from the one that `key` belongs to, or None where it belongs to neither."""
        mine = self.side(key)
        return None if mine is None else next(party for party in self.parties if party is not mine)

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """Return the document of which `data` is the canonical form; `to_bytes` gives `data` back, byte for byte.

        Raises:
            AgreementError: it is none, or contradicts itself. Names no term.
        """
        try:
            body = parse(data, limit=LARGEST)
        except RemoteProtocolError as wrong:
            raise AgreementError(f"{_NOT_ONE} {wrong.says}", remedy=_ASK) from None
        if body.get("format") != FORMAT or not body.keys() >= _KNOWN:
            raise AgreementError(_NOT_ONE, remedy=_ASK)
        document = cls(
            agreement=_matched(body, "agreement", _ID),
            version=_version(body["version"]),
            predecessor=None if body["predecessor"] is None else _matched(body, "predecessor", _DIGEST),
            parties=_parties(body["parties"]),
            effective_ns=_stamp(body, "effective_ns"),
            expires_ns=_stamp(body, "expires_ns"),
            terms=_tree(body["terms"]),
            salt=_matched(body, "salt", _SALT),
            extra={key: value for key, value in body.items() if key not in _KNOWN},
        )
        document.check()
        return document

    def check(self) -> None:
        """Refuse what contradicts itself, whoever signed it.

        Raises:
            AgreementError: says what contradicts what.
        """
        wrong = ""
        if self.agreement in _RESERVED:
            wrong = f'"{self.agreement}" cannot be the name of an agreement: it stands for there being none.'
        elif self.version != self.terms.get("version", 1):
            wrong = f"It is version {self.version}, but its terms say another."
        elif (self.version == 1) != (self.predecessor is None):
            wrong = "Version 1 has no predecessor, and every later version names one."
        elif self.expires_ns <= self.effective_ns:
            wrong = f"It would end {stamp(self.expires_ns)}, before it begins {stamp(self.effective_ns)}."
        elif len(self.keys) != 2 or self.parties[0].name.casefold() == self.parties[1].name.casefold():
            wrong = "Both sides have one name or one key; an agreement binds two."
        elif {p.name for p in self.parties} != {str(p.get("name")) for p in _named(self.terms)}:
            wrong = "Those who sign it are not the parties that its terms name."
        if wrong:
            raise AgreementError(wrong, where=self.called, remedy="Draft it again.")


@lru_cache(maxsize=32)
def _read(terms: bytes) -> Terms:
    """Return the terms of a tree in its canonical form: read once, for they are asked for at every notice."""
    return parse_terms(write_tree(parse(terms, limit=LARGEST)), "terms")


@lru_cache(maxsize=256)
def _sound(data: bytes) -> bool:
    try:
        Document.from_bytes(data).check_whole()
    except AgreementError:
        return False
    return True


def is_agreement_id(text: str) -> bool:
    """Return whether `text` can name an agreement: 4 to 64 small letters, digits and hyphens; not "none" or "node"."""
    return _ID.fullmatch(text) is not None and text not in _RESERVED


def terms_tree(terms: Terms) -> dict[str, Any]:
    """Return the tree of `terms`, every default spelled out.

    Raises:
        AgreementError: they hold a number that cannot be signed.
    """
    return read_tree(write_terms(terms))


def _named(terms: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    named = terms.get("party", [])
    return [one for one in named if isinstance(one, Mapping)] if isinstance(named, list) else []


def _bad(what: str) -> AgreementError:
    return AgreementError(f"{_NOT_ONE} {what} is not as it must be.", remedy=_ASK)


def _matched(body: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = body[name]
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise _bad(name)
    return value


def _version(value: Any) -> int:
    if type(value) is not int or not 1 <= value < 1_000_000:
        raise _bad("version")
    return value


def _stamp(body: Mapping[str, Any], name: str) -> int:
    value = body[name]
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 19 or value[0] == "0":
        raise _bad(name)
    return int(value)


def _tree(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad("terms")
    return value


def _parties(value: Any) -> tuple[Signatory, Signatory]:
    if not isinstance(value, list) or len(value) != 2:
        raise _bad("parties")
    first, second = (_signatory(one) for one in value)
    return first, second


def _signatory(value: Any) -> Signatory:
    if not isinstance(value, dict) or value.keys() != {"name", "post", "key", "certificate"}:
        raise _bad("a party")
    if not all(isinstance(one, str) and 0 < len(one) <= 64 and one.isprintable() for one in value.values()):
        raise _bad("a party")
    if not is_public(value["key"]) or _FINGERPRINT.fullmatch(value["certificate"]) is None:
        raise _bad("the key of a party")
    return Signatory(value["name"], value["post"], value["key"], value["certificate"])
