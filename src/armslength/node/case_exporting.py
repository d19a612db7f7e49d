"""From a home to the bundle of one case: everything that was said in it, and the messages around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from armslength.adapters.store import Snapshot, read_only
from armslength.agreement.trust import Standing
from armslength.crypto.canonical import parse
from armslength.crypto.checkpoint import read, signed_by
from armslength.crypto.commitment import verify
from armslength.crypto.ledger import LONGEST_PAYLOAD, Entry
from armslength.crypto.proofs import inclusion_proofs
from armslength.domain.case import Commitment, File
from armslength.errors import InputError, LedgerError
from armslength.node.agreement_files import load
from armslength.node.case_bundle import CaseAbout, Leaf, Proven, write_case_bundle
from armslength.node.case_files import CASE_IN, CASE_OUT, CaseBook, find_case, read_book
from armslength.node.desk import FOLDER
from armslength.node.desk_package import leaves_of
from armslength.node.exhibit import of_ledger
from armslength.node.exporting import SHARED, newest_state, whole_file
from armslength.node.home import Home
from armslength.node.private_files import read_private
from armslength.units import NS

__all__ = ["AROUND_S", "CaseExported", "export_case"]

AROUND_S = 300.0
"""Messages from so long before the matter to so long after it belong to the case [s]."""
ABOUT_CASE = frozenset({"case refused", "case act prepared", "evidence in", "evidence out", "evidence opened"})
"""Kinds of entries that name their case, beside its documents."""


@dataclass(frozen=True, slots=True)
class CaseExported:
    """What went into the bundle of a case.

    Attributes:
        case: its number. documents, messages: how many; messages with their marks.
        leaves: pieces of evidence that were opened, by party.
        countersigned: how many of the entries shown the other side has signed for. entries: how many are shown.
        left_out: what was not put in, and why, in words. digest: of all before the seal.
    """

    case: str
    documents: int
    messages: int
    leaves: dict[str, int]
    countersigned: int
    entries: int
    left_out: tuple[str, ...]
    digest: str


def export_case(home: Home, case: str, out: Path, time_ns: int) -> CaseExported:
    """Write the bundle of a case, whole or not at all, and change nothing in the home. The node may be running.

    Args:
        home: whose.
        case: a number under which it was opened.
        out: the file.
        time_ns: now, UTC [ns].

    Raises:
        InputError: there is no such case.
        LedgerError: the ledger does not hold together: that is not handed out.
        HomeError, StoreError: a file cannot be read, or the disk does not take the bundle.
    """
    standings = load(home)
    if not home.ledger.is_file():
        raise InputError("There is no ledger yet, and so no case.", where=str(home.path))
    with read_only(home.ledger) as snapshot:
        snapshot.check()
        kept = set(snapshot.books())
        own = home.config.party
        books = [
            read_book(snapshot, one, own, time_ns) for name, one in standings.items() if name in kept and one.chain
        ]
        book, file = find_case(books, case)
        return _export(home, snapshot, standings[book.agreement], book, file, out, time_ns)


def _export(
    home: Home, snapshot: Snapshot, standing: Standing, book: CaseBook, file: File, out: Path, time_ns: int
) -> CaseExported:
    exhibit = next(one for one in of_ledger(snapshot) if one.about.book == standing.agreement)
    newest = newest_state(snapshot, exhibit, home.key, time_ns)
    if home.key.public not in book.keys_at(book.own, time_ns):
        what = "The key of this home is not the one that the agreement names now."
        raise LedgerError(what, where=book.agreement, remedy="Amend the agreement to name it; then export.")
    theirs = [one.key for one in book.keys if one.party == book.other]
    since = read(newest).since
    before = [one for one in exhibit.own if read(one).size == since and signed_by(one, *theirs)][-1:]
    entries = _entries(snapshot, book, file)
    leaves, left_out = _leaves(home, book, file)
    about = CaseAbout(book.agreement, file.case, file.also, book.own, book.other, book.keys, time_ns)
    with whole_file(out) as into:
        text = write_case_bundle(into, about, (*before, newest), exhibit.theirs[-1:], entries, leaves, home.key)
    shown = [Entry.from_header(one.header) for one in entries]
    return CaseExported(
        case=file.case,
        documents=sum(one.kind in {CASE_IN, CASE_OUT} for one in shown),
        messages=sum(one.kind in SHARED for one in shown),
        leaves={party: sum(one.by == party for one in leaves) for party in (book.own, book.other)},
        countersigned=sum(one.sequence < (read(before[0]).size if before else 0) for one in shown),
        entries=len(shown),
        left_out=left_out,
        digest=text,
    )


def _entries(snapshot: Snapshot, book: CaseBook, file: File) -> list[Proven]:
    """Return the entries that belong to the case, each with its audit path under all that there are now."""
    subject, names, numbers = file.opening.subject, {one.digest for one in file.documents}, {file.case, *file.also}
    begins, ends = subject.from_ns - round(AROUND_S * NS), subject.until_ns + round(AROUND_S * NS)
    leaves: list[bytes] = []
    shown: list[tuple[int, bytes, bytes, bytes]] = []
    for place, leaf, header, salt, payload in snapshot.rows(book.agreement):
        leaves.append(leaf)
        entry = Entry.from_header(header)
        if entry.kind in SHARED:
            belongs = begins <= entry.time_ns <= ends
        elif entry.kind in {CASE_IN, CASE_OUT, *ABOUT_CASE}:
            tree = parse(payload, limit=LONGEST_PAYLOAD)
            belongs = tree.get("document") in names or (entry.kind in ABOUT_CASE and tree.get("case") in numbers)
        else:
            belongs = False
        if belongs:
            shown.append((place, header, salt, payload))
    paths = inclusion_proofs(leaves, [place for place, *_ in shown])
    return [Proven(header, payload, salt, paths[place]) for place, header, salt, payload in shown]


def _leaves(home: Home, book: CaseBook, file: File) -> tuple[list[Leaf], tuple[str, ...]]:
    """Return what was opened of the evidence of both sides, and what of it is left out."""
    out: list[Leaf] = []
    left: list[str] = []
    for party, ending in ((book.own, "sent"), (book.other, "theirs")):
        held = file.commitments.get(party)
        if held is None or not isinstance(held.body, Commitment):
            left.append(f"{party} has not committed to evidence.")
            continue
        path = home.path / FOLDER / book.agreement / f"{held.body.root}.{ending}.age"
        if not path.is_file():
            left.append(f"Evidence of {party} was not exchanged.")
            continue
        try:
            opened = leaves_of(home.vault.decrypt(read_private(path), str(path)))
        except LedgerError as wrong:
            left.append(f"The evidence of {party}: {wrong.what}")
            continue
        if verify(bytes.fromhex(held.body.root), held.body.leaves, opened):
            left.append(f"The evidence of {party} is not what it committed to.")
            continue
        out += [Leaf(party, one) for one in sorted(opened, key=lambda one: one.index)]
    return out, tuple(left)
