"""Sessions of the working group as a home has them: agenda and minutes, and the counts of a month.

Minutes are made of what was signed before anybody signed minutes of that session: so whoever drafts them later, on
either side, has the same bytes. Counts are handed over as a file, signed; no finding in it tells aircraft apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from armslength.adapters.store import read_only
from armslength.crypto.canonical import canonical, digest, parse
from armslength.crypto.envelope import from_json, seal, signers, to_json
from armslength.crypto.keys import groups
from armslength.crypto.ledger import LONGEST_PAYLOAD, Entry, is_stamp
from armslength.domain.case import File, Meeting
from armslength.domain.finding import Outcome, Severity
from armslength.engine.cases.agenda import Session, agenda, minutes, sessions
from armslength.engine.cases.deadlines import deadlines
from armslength.engine.cases.folding import fold
from armslength.engine.cases.reconcile import Counted, of_tree
from armslength.errors import InputError, RemoteProtocolError
from armslength.node.case_files import CaseBook
from armslength.node.home import Home
from armslength.units import NS, stamp

__all__ = [
    "COUNTS_TYPE",
    "Minutes",
    "agenda_of",
    "choose_book",
    "find_session",
    "minutes_of",
    "month_of",
    "own_counts",
    "read_counts",
    "seal_counts",
]

COUNTS_TYPE = "application/vnd.armslength.counts+json"
COUNTS_FORMAT = "armslength counts 1"
LARGEST_COUNTS = 8 << 20
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_NAME = re.compile(r"[A-Z_]{0,24}")


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes as they are drafted here: which session, the text, its digest."""

    session: Session
    text: str
    digest: str


def choose_book(books: Sequence[CaseBook], party: str | None) -> CaseBook:
    """Return the cases with `party`, or the only ones.

    Raises:
        InputError: there are none, or more than one and nobody is named.
    """
    known = ", ".join(book.other for book in books) or "nobody"
    found = [book for book in books if party is None or book.other.casefold() == party.casefold()]
    if not found:
        raise InputError("There is no agreement with them.", where="--to", remedy=f"There is one with {known}.")
    if len(found) > 1:
        raise InputError("There is more than one agreement.", where="--to", remedy=f"Name one of {known}.")
    return found[0]


def agenda_of(book: CaseBook, kind: str, at_ns: int) -> str:
    """Return the agenda of a session at `at_ns`, with the cases as they stand then as far as is known now."""
    files = [_at(book, file, at_ns) for file in book.files]
    owed = {file.case: deadlines(file, book.group, book.ice) for file in files}
    held = [one for one in _sessions(book) if one.at_ns < at_ns]
    return agenda(kind, at_ns, (book.own, book.other), book.agreement, files, owed, held[-1] if held else None)


def find_session(book: CaseBook, at_ns: int | None) -> Session:
    """Return the session at that time, to the minute; the newest where none is named.

    Raises:
        InputError: there is none.
    """
    held = _sessions(book)
    near = [one for one in held if at_ns is None or abs(one.at_ns - at_ns) <= 60 * NS]
    if not near:
        known = ", ".join(stamp(one.at_ns)[:16] + "Z" for one in held[-5:]) or "none"
        remedy = f"Sessions: {known}. Announce one: armslength case session CASE --at TIME."
        raise InputError("There was no such session.", where="--at", remedy=remedy)
    return near[-1] if at_ns is None else min(near, key=lambda one: abs(one.at_ns - at_ns))


def minutes_of(book: CaseBook, session: Session) -> Minutes:
    """Return the minutes of a session; the same bytes on both sides once both have the same documents."""
    first = min(
        (
            one.document.time_ns
            for one in book.said.values()
            if isinstance(one.document.body, Meeting)
            and one.document.body.at_ns == session.at_ns
            and one.document.body.minutes
        ),
        default=None,
    )
    files = []
    for file in book.files:
        named = file.case in session.cases or not session.cases or not {*file.also}.isdisjoint(session.cases)
        if not named or not file.stamps["opened"] <= session.at_ns < file.stamps.get("closed", session.at_ns + 1):
            continue
        said = [one for one in file.documents if first is None or one.time_ns < first]
        now = max(one.time_ns for one in said)
        files.append(fold(said, (book.own, book.other), book.group, now))
    text = minutes(session, (book.own, book.other), book.agreement, files)
    return Minutes(session, text, digest(text.encode()))


def month_of(written: str) -> tuple[int, int]:
    """Return from when until before when "2026-11" lasts, UTC [ns].

    Raises:
        InputError: it is no month.
    """
    found = _MONTH.fullmatch(written.strip())
    if found is None:
        raise InputError(f'"{written}" is no month.', where="MONTH", remedy="Write for example 2026-11.")
    year, month = int(found[1]), int(found[2])
    after = (year + month // 12, month % 12 + 1)
    begins, ends = (datetime(y, m, 1, tzinfo=UTC).timestamp() for y, m in ((year, month), after))
    return round(begins) * NS, round(ends) * NS


def own_counts(home: Home, agreement: str, month: str) -> list[Counted]:
    """Return the findings of a month as they are counted: each once, as it was said last.

    Raises:
        InputError: it is no month. LedgerError: the ledger cannot be read.
    """
    begins, ends = month_of(month)
    said: dict[str, Mapping[str, Any]] = {}
    with read_only(home.ledger) as snapshot:
        for _, _, header, _, payload in snapshot.rows(agreement):
            if Entry.from_header(header).kind == "finding":
                tree = parse(payload, limit=LONGEST_PAYLOAD)
                said[str(tree["finding"])] = tree
    found = [of_tree(tree) for tree in said.values() if begins <= int(tree["opened_ns"]) < ends]
    return sorted(found, key=lambda one: (one.rule, one.opened_ns, one.by, one.outcome))


def seal_counts(home: Home, agreement: str, month: str, counted: Sequence[Counted]) -> bytes:
    """Return the counts of a month as a file for the other side, signed with the key of the home."""
    rows = [
        [one.rule, one.outcome, one.severity, one.by, str(one.opened_ns), one.regime, one.version] for one in counted
    ]
    tree = {
        "agreement": agreement,
        "findings": rows,
        "format": COUNTS_FORMAT,
        "month": month.strip(),
        "party": home.config.party,
    }
    return to_json(seal(COUNTS_TYPE, canonical(tree), home.key)) + b"\n"


def read_counts(data: bytes, name: str, book: CaseBook, month: str, now_ns: int) -> list[Counted]:
    """Return the counts in a file of the other side.

    Raises:
        InputError: it is none, of another month, agreement or party, or not signed by a key that is theirs now.
    """
    remedy = "Ask the other side for what armslength case reconcile --out wrote."
    try:
        envelope = from_json(data.rstrip(b"\r\n"), limit=LARGEST_COUNTS)
        tree = parse(envelope.payload, limit=LARGEST_COUNTS)
        if envelope.payload_type != COUNTS_TYPE or tree["format"] != COUNTS_FORMAT:
            raise ValueError
        rows = [_row(one) for one in tree["findings"]]
        about = [str(tree[key]) for key in ("agreement", "month", "party")]
    except (RemoteProtocolError, ValueError, KeyError, TypeError):
        raise InputError("It is not a file of counts, or it was damaged.", where=name, remedy=remedy) from None
    if about != [book.agreement, month.strip(), book.other]:
        what = f"It has the counts of {about[2]} for {about[1]} under {about[0]}."
        wanted = f"Wanted are those of {book.other} for {month.strip()} under {book.agreement}."
        raise InputError(what, where=name, remedy=wanted)
    signed = signers(envelope)
    if not signed or len(envelope.signatures) != 1:
        raise InputError("Its signature does not fit what it says.", where=name, remedy=remedy)
    key = envelope.signatures[0][0]
    if key not in book.keys_at(book.other, now_ns):
        removed = max((one.until_ns or 0 for one in book.keys if (one.party, one.key) == (book.other, key)), default=0)
        was = f"was removed {stamp(removed)}" if removed and removed <= now_ns else f"never was a key of {book.other}"
        raise InputError(f"It is signed by {groups(key)}, which {was}.", where=name, remedy=remedy)
    return rows


def _row(one: Any) -> Counted:
    rule, outcome, severity, by, opened, regime, version = one
    texts = (rule, outcome, severity, by, opened, regime)
    if not all(isinstance(text, str) for text in texts) or type(version) is not int or not is_stamp(opened):
        raise ValueError
    if re.fullmatch(r"[GCDP][0-9]{2}", rule) is None or len(by) > 64 or not by.isprintable():
        raise ValueError
    if _NAME.fullmatch(regime) is None or severity not in Severity.__members__:
        raise ValueError
    return Counted(rule, Outcome(outcome).value, severity, by, int(opened), regime, version)


def _sessions(book: CaseBook) -> list[Session]:
    return sessions(one.document for one in book.said.values())


def _at(book: CaseBook, file: File, at_ns: int) -> File:
    """Return a case as it stands at a time: what is overdue by then is."""
    return fold(file.documents, (book.own, book.other), book.group, at_ns, book.ice)
