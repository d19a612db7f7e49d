"""Drafts: terms as TOML that a person edits, with a table at the end that says which version it becomes and who signs.

A draft is no secret of the machine's, but it holds the terms in clear: it lies where its author put it, not in a home.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from armslength.agreement.articles import Validity
from armslength.agreement.document import Document, Signatory, is_agreement_id, terms_tree
from armslength.agreement.identity import Identity
from armslength.agreement.profile import draft_terms
from armslength.agreement.reading import Reading, read_terms
from armslength.agreement.terms import Party, Terms
from armslength.agreement.tree import write_tree
from armslength.agreement.writing import write_terms
from armslength.errors import AgreementError

__all__ = ["Draft", "agreement_name", "amendment", "first_draft", "is_draft", "read_draft"]

TABLE, SIGNATORY = "agreement", "signatory"
_HEADER = """\
# Draft of an agreement between {first} and {second}: version {version}.
# Made with the identities {first_key} and {second_key}.
# Edit it, then:   armslength agreement check THIS_FILE
# One side signs:  armslength agreement sign THIS_FILE --home HOME      and hands over the file that this writes.
# The other side ratifies it: armslength agreement ratify THAT_FILE --home HOME      and hands back what that writes.
# Every article and key is explained in docs/terms.md. This file holds the terms in clear: keep it as you keep them.

"""
_FOOTER = """
# Which version this becomes, and who signs. Written by armslength; change nothing from here on.
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as read: terms without the tables about signing, doubts about them, and those tables."""

    reading: Reading
    meta: Mapping[str, Any]
    signatories: tuple[Mapping[str, Any], ...]
    name: str

    def document(self) -> Document:
        """Return the document that is signed.

        Raises:
            AgreementError: the draft does not say from when to when, or who signs, or contradicts itself.
        """
        terms = self.reading.terms
        begins, ends = terms.validity.from_ns, terms.validity.until_ns
        if begins is None or ends is None:
            remedy = 'Write for example from = "2026-01-01T00:00:00Z" and until = "2027-01-01T00:00:00Z" there.'
            what = "It does not say from when until when it is in force."
            raise AgreementError(what, where=f"{self.name}, [validity]", remedy=remedy)
        try:
            first, second = (
                Signatory(*(str(one[key]) for key in ("name", "post", "key", "certificate")))
                for one in self.signatories
            )
            number = str(self.meta["id"])
            before, salt = str(self.meta.get("predecessor", "")) or None, str(self.meta["salt"])
        except (KeyError, ValueError):
            remedy = "Make it with `armslength agreement draft` or `amend`; terms alone cannot be signed."
            what = "It does not say who signs it, or which agreement it becomes."
            raise AgreementError(what, where=self.name, remedy=remedy) from None
        made = Document(number, terms.version, before, (first, second), begins, ends, terms_tree(terms), salt)
        return Document.from_bytes(made.to_bytes())  # whatever a person wrote into the last tables is checked as theirs


def is_draft(terms: Terms) -> bool:
    """Return whether terms were read from a draft: with the tables about signing among the articles."""
    return TABLE in terms.extra and SIGNATORY in terms.extra


def read_draft(text: str, name: str) -> Draft:
    """Return the draft that a TOML text holds; for terms alone, `meta` and `signatories` are empty.

    Raises:
        AgreementError: naming file, line, field, what is wrong and what would be right.
    """
    reading = read_terms(text, name)
    meta, signatories = reading.terms.extra.get(TABLE, {}), reading.terms.extra.get(SIGNATORY, [])
    rest = {key: value for key, value in reading.terms.extra.items() if key not in {TABLE, SIGNATORY}}
    tables = signatories if isinstance(signatories, list) else []
    return Draft(
        Reading(replace(reading.terms, extra=rest), tuple(one for one in reading.doubts if not _about_signing(one))),
        meta if isinstance(meta, Mapping) else {},
        tuple(one for one in tables if isinstance(one, Mapping)),
        name,
    )


def _about_signing(doubt: str) -> bool:
    """Return whether a doubt is that the tables about signing are no article."""
    return any(f", {key}: Not executed" in doubt for key in (TABLE, SIGNATORY))


def first_draft(
    profile: str, first: Identity, second: Identity, begins_ns: int, ends_ns: int, entropy: bytes
) -> tuple[str, str]:
    """Return (agreement id, TOML) of version 1 between two identities.

    Args:
        profile: name of the terms to begin from.
        first, second: the two sides.
        begins_ns, ends_ns: from when until when, UTC [ns].
        entropy: 24 random bytes.

    Raises:
        InputError: no such profile, or both sides have one name.
    """
    terms = draft_terms(profile, Party(first.party, post=first.post), Party(second.party, post=second.post))
    terms = replace(terms, validity=Validity(begins_ns, ends_ns))
    name = agreement_name(first.party, second.party, entropy[16:])
    parties = (first.signatory, second.signatory)
    return name, _write(terms, name, None, parties, entropy[:16].hex(), (first.short, second.short))


def amendment(before: Document, version: int, parties: tuple[Signatory, Signatory], entropy: bytes) -> str:
    """Return the TOML of the version after `before`: the same terms, to be edited.

    Args:
        before: the version ratified last.
        version: the number of the new one.
        parties: who signs it; keys may be new.
        entropy: 16 random bytes.

    Raises:
        AgreementError: the terms cannot be read by this version of armslength.
    """
    terms = replace(before.typed(), version=version)
    names = tuple(f"{one.key[:8]}..." for one in parties)
    return _write(terms, before.agreement, before.digest, parties, entropy[:16].hex(), (names[0], names[1]))


def agreement_name(first: str, second: str, entropy: bytes) -> str:
    """Return a name for a new agreement: the two parties, as far as they have small letters and digits, and 8 hex."""
    words = "-".join(_slug(one) for one in (first, second)).strip("-") or "agreement"
    name = f"{words[:48].strip('-')}-{entropy[:4].hex()}"
    return name if is_agreement_id(name) else f"agreement-{entropy[:4].hex()}"


def _slug(text: str) -> str:
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in text.lower())
    return "-".join(part for part in kept.split("-") if part)


def _write(
    terms: Terms,
    name: str,
    before: str | None,
    parties: tuple[Signatory, Signatory],
    salt: str,
    called: tuple[str, str],
) -> str:
    header = _HEADER.format(
        first=parties[0].name,
        second=parties[1].name,
        version=terms.version,
        first_key=called[0],
        second_key=called[1],
    )
    meta = {"id": name, "predecessor": before or "", "salt": salt}
    who = [{"name": p.name, "post": p.post, "key": p.key, "certificate": p.certificate} for p in parties]
    tables = write_tree({TABLE: meta, SIGNATORY: who})
    return f"{header}{write_terms(terms, explained=True)}{_FOOTER}{tables}"
