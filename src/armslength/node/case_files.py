"""The cases of a home as its files have them: read from the ledger and the agreements, with or without a running node.

What both sides signed stands in the ledger, in the entries `case out` and `case in`. Which cases that makes, and where
each stands, is worked out anew (`engine.cases`), as the core does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armslength.adapters.store import Snapshot, read_only
from armslength.agreement.articles import WorkingGroup
from armslength.agreement.trust import Standing
from armslength.crypto.canonical import parse
from armslength.crypto.envelope import Envelope, from_json
from armslength.crypto.ledger import LONGEST_PAYLOAD, Entry
from armslength.domain.case import Document, File
from armslength.engine.cases.folding import fold, group_matters
from armslength.errors import InputError, LedgerError, RemoteProtocolError
from armslength.node.agreement_files import load
from armslength.node.case_bundle import KeyTime
from armslength.node.core.case_rows import Evidence, Ice
from armslength.node.home import Home
from armslength.protocol.case_documents import read_document

__all__ = ["CASE_IN", "CASE_OUT", "CaseBook", "Said", "find_case", "key_times", "read_book", "read_books"]

CASE_IN, CASE_OUT = "case in", "case out"


@dataclass(frozen=True, slots=True)
class Said:
    """A document as the ledger has it: what it says, its signature, and the entry that it stands in."""

    document: Document
    envelope: Envelope
    entry: Entry


@dataclass(frozen=True, slots=True)
class CaseBook:
    """The cases under one agreement.

    Attributes:
        agreement: id. own, other: names of the parties.
        group: the article of the terms. two_persons: as it says.
        keys: whose key counted when.
        files: the cases, in the order in which they were opened.
        said: every document, by its digest.
        ice: when the working group was suspended.
        evidence: how far the evidence is, by number of the case and party.
    """

    agreement: str
    own: str
    other: str
    group: WorkingGroup
    keys: tuple[KeyTime, ...]
    files: tuple[File, ...]
    said: Mapping[str, Said]
    ice: Ice = field(default_factory=list)
    evidence: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)

    def file(self, case: str) -> File | None:
        """Return the case that goes by `case`, or was opened under it."""
        wanted = case.strip().upper()
        return next((one for one in self.files if wanted in {one.case, *one.also}), None)

    def keys_at(self, party: str, time_ns: int) -> frozenset[str]:
        """Return the keys of a party that count at a time, UTC [ns]."""
        return frozenset(
            one.key
            for one in self.keys
            if one.party == party and one.from_ns <= time_ns and (one.until_ns is None or time_ns < one.until_ns)
        )


def read_books(home: Home, now_ns: int) -> list[CaseBook]:
    """Return the cases of a home, by agreement, in the order of their ids.

    Raises:
        HomeError, LedgerError, StoreError: something of it cannot be read.
    """
    standings = load(home)
    if not home.ledger.is_file():
        return []
    with read_only(home.ledger) as snapshot:
        kept = set(snapshot.books())
        return [
            read_book(snapshot, standing, home.config.party, now_ns)
            for name, standing in sorted(standings.items())
            if name in kept and standing.chain
        ]


def find_case(books: Sequence[CaseBook], case: str) -> tuple[CaseBook, File]:
    """Return the case with this number, and the book that it stands in.

    Raises:
        InputError: there is none, or there is one under more than one agreement.
    """
    found = [(book, file) for book in books if (file := book.file(case)) is not None]
    if not found:
        known = ", ".join(file.case for book in books for file in book.files) or "none"
        raise InputError("Nobody opened a case with this number.", where=case, remedy=f"Cases: {known}.")
    if len(found) > 1:
        names = ", ".join(book.agreement for book, _ in found)
        raise InputError("More than one agreement has a case of this number.", where=case, remedy=f"They are {names}.")
    return found[0]


def read_book(snapshot: Snapshot, standing: Standing, own: str, now_ns: int) -> CaseBook:
    """Return the cases of one agreement, as a snapshot of the ledger has them.

    Raises:
        LedgerError: a document in it is not what was entered.
    """
    head = standing.head
    assert head is not None
    parties = [one.name for one in head.document.parties]
    other = next(name for name in parties if name != own)
    said = _said(snapshot, standing.agreement, own, other)
    group = head.document.typed().working_group
    ice = _ice(snapshot, standing.agreement)
    matters = group_matters(one.document for one in said.values())
    files = tuple(fold(one, (own, other), group, now_ns, ice) for one in matters)
    evidence = {
        (key.partition("/")[0], key.partition("/")[2]): Evidence(**json.loads(value))
        for key, value in snapshot.scan("case/evidence/" + standing.agreement)
    }
    return CaseBook(standing.agreement, own, other, group, key_times(standing), files, said, ice, evidence)


def key_times(standing: Standing) -> tuple[KeyTime, ...]:
    """Return whose key counted when, as the ratified versions have it; what one version hands to the next is one."""
    out: list[KeyTime] = []
    chain = [standing.documents[found] for found in standing.chain]
    begins = [max(one.document.effective_ns, one.ratified_ns or 0) for one in chain]
    for place, held in enumerate(chain):
        until = begins[place + 1] if place + 1 < len(chain) else None
        for side in held.document.parties:
            before = next((at for at in range(len(out) - 1, -1, -1) if out[at].party == side.name), None)
            if before is not None and out[before].key == side.key and out[before].until_ns == begins[place]:
                was = out[before]
                out[before] = KeyTime(was.party, was.key, was.from_ns, until, was.version)
            else:
                out.append(KeyTime(side.name, side.key, begins[place], until, held.document.version))
    return tuple(out)


def _said(snapshot: Snapshot, agreement: str, own: str, other: str) -> dict[str, Said]:
    """Return every document of the book of `agreement`, by digest."""
    out: dict[str, Said] = {}
    for _, _, header, _, payload in snapshot.rows(agreement):
        entry = Entry.from_header(header)
        if entry.kind not in {CASE_IN, CASE_OUT}:
            continue
        tree: dict[str, Any] = parse(payload, limit=LONGEST_PAYLOAD)
        try:
            envelope = from_json(tree["envelope"].encode(), limit=LONGEST_PAYLOAD)
            document = read_document(envelope, agreement, own if entry.kind == CASE_OUT else other, None)
        except (RemoteProtocolError, KeyError, AttributeError):
            where = f"{snapshot.where}: book {agreement}, entry {entry.sequence}"
            raise LedgerError("A document of a case is not readable.", where=where) from None
        out.setdefault(document.digest, Said(document, envelope, entry))
    return out


def _ice(snapshot: Snapshot, agreement: str) -> Ice:
    found = [one for _, value in snapshot.scan("case/ice/" + agreement) for one in json.loads(value)["ice"]]
    return [(int(begins), None if ends is None else int(ends)) for begins, ends in found]
