"""All that a home holds about one case, put together for who writes about it: documents, recordings, talk around it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armslength.adapters.store import Snapshot, read_only
from armslength.crypto.canonical import parse
from armslength.crypto.commitment import verify
from armslength.crypto.envelope import from_json
from armslength.crypto.ledger import LONGEST_PAYLOAD, Entry
from armslength.domain.case import Commitment, File, Grade
from armslength.domain.rule import RuleText
from armslength.engine.cases.grade import Controls, Measured, provisional
from armslength.errors import InputError, LedgerError, RemoteProtocolError, StoreError
from armslength.node.agreement_files import load
from armslength.node.case_exporting import AROUND_S
from armslength.node.case_files import CaseBook, find_case, read_book
from armslength.node.desk import FOLDER
from armslength.node.desk_measure import measure
from armslength.node.desk_package import leaves_of, minute_of
from armslength.node.home import Home
from armslength.node.private_files import read_private
from armslength.protocol.catalogue import CATALOGUE
from armslength.units import NS

__all__ = ["CaseRecord", "Talk", "read_case"]

MOST_TALK = 200
Minutes = Mapping[str, Sequence[Mapping[str, Any]]]
"""By party: minutes of the track of its aircraft."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A message around the matter: when it was entered [UTC ns], by whom, its code, what that means, by which way."""

    time_ns: int
    by: str
    code: str
    meaning: str
    channel: str


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case.

    Attributes:
        book, file: under which agreement, and what became of it.
        recordings: by party that recorded it: what it opened.
        measured: by party that recorded it: what the recording shows; see `desk_measure.measure`.
        grade: provisional.
        talk: messages from five minutes before to five minutes after.
        titles: of rules, by id. read_ns: when this was put together [UTC ns].
    """

    book: CaseBook
    file: File
    recordings: Mapping[str, Minutes]
    measured: Mapping[str, Mapping[str, str]]
    grade: Grade
    talk: tuple[Talk, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    read_ns: int = 0


def read_case(home: Home, case: str, now_ns: int) -> CaseRecord:
    """Return everything about a case that the home holds. The node may be running.

    Raises:
        InputError: there is no such case.
        HomeError, LedgerError, StoreError: something cannot be read.
    """
    standings = load(home)
    if not home.ledger.is_file():
        raise InputError("There is no ledger yet, and so no case.", where=str(home.path))
    with read_only(home.ledger) as snapshot:
        kept, own = set(snapshot.books()), home.config.party
        books = [read_book(snapshot, one, own, now_ns) for name, one in standings.items() if name in kept and one.chain]
        book, file = find_case(books, case)
        talk = _talk(snapshot, book, file)
    head = standings[book.agreement].head
    assert head is not None
    minima = head.document.typed().separation
    recordings = _recordings(home, book, file)
    measured = {
        party: found
        for party, tracks in recordings.items()
        if (found := measure(tracks, minima.horizontal_m, minima.vertical_m)) is not None
    }
    grade = provisional([_measured(party, found) for party, found in measured.items()], Controls())
    return CaseRecord(book, file, recordings, measured, grade, talk, _titles(file), now_ns)


def _measured(party: str, found: Mapping[str, str]) -> Measured:
    names = ("share", "low", "high", "closure_mps", "d_h_m", "d_v_m")
    return Measured(party, **{name: float(found.get(name, math.nan)) for name in names})


def _titles(file: File) -> dict[str, str]:
    """Return the titles of the rules that a case is about."""
    from armslength.engine.comms.registry import RULES as COMMS
    from armslength.engine.conduct.registry import RULES as CONDUCT
    from armslength.engine.process.registry import RULES as PROCESS

    texts: list[RuleText] = [one.text for one in COMMS.values()]
    texts += [one.text for one in CONDUCT.values()] + [one.text for one in PROCESS.values()]
    return {one.id: one.title for one in texts if one.id in file.opening.subject.rules}


def _recordings(home: Home, book: CaseBook, file: File) -> dict[str, Minutes]:
    """Return what each side opened, where it is what that side committed to."""
    out: dict[str, Minutes] = {}
    for party, ending in ((book.own, "sent"), (book.other, "theirs")):
        held = file.commitments.get(party)
        if held is None or not isinstance(held.body, Commitment):
            continue
        path = home.path / FOLDER / book.agreement / f"{held.body.root}.{ending}.age"
        try:
            opened = leaves_of(home.vault.decrypt(read_private(path), str(path))) if path.is_file() else []
        except (LedgerError, StoreError):
            continue
        if not opened or verify(bytes.fromhex(held.body.root), held.body.leaves, opened):
            continue
        tracks: dict[str, list[Mapping[str, Any]]] = {}
        for one in opened:
            if (minute := minute_of(one.data)) is not None:
                tracks.setdefault(str(minute["party"]), []).append(minute)
        out[party] = {name: sorted(found, key=lambda one: int(one["from_ns"])) for name, found in tracks.items()}
    return out


def _talk(snapshot: Snapshot, book: CaseBook, file: File) -> tuple[Talk, ...]:
    subject, out = file.opening.subject, list[Talk]()
    begins, ends = subject.from_ns - round(AROUND_S * NS), subject.until_ns + round(AROUND_S * NS)
    for _, _, header, _, payload in snapshot.rows(book.agreement):
        entry = Entry.from_header(header)
        if entry.kind not in {"message in", "message out"} or not begins <= entry.time_ns <= ends:
            continue
        tree = parse(payload, limit=LONGEST_PAYLOAD)
        try:
            said = parse(from_json(tree["envelope"].encode(), limit=LONGEST_PAYLOAD).payload)
        except (RemoteProtocolError, KeyError, AttributeError):
            continue
        code = str(said.get("code", ""))
        meaning = CATALOGUE[code].meaning if code in CATALOGUE else "unknown"
        by = book.own if entry.kind == "message out" else book.other
        out.append(Talk(entry.time_ns, by, code, meaning, str(tree.get("channel", ""))))
    return tuple(sorted(out, key=lambda one: one.time_ns)[:MOST_TALK])
