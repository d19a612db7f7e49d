"""From a node's ledger to a bundle of one agreement: what is shown and what is withheld."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from armslength.adapters.store import Snapshot, read_only
from armslength.crypto.checkpoint import checkpoint, read, signed_by
from armslength.crypto.envelope import Envelope
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book, Entry
from armslength.errors import LedgerError, StoreError
from armslength.node.bundle import write_bundle
from armslength.node.exhibit import About, Exhibit, Shown, of_ledger

__all__ = ["SHARED", "Exported", "export", "newest_state", "whole_file"]

SHARED = frozenset({"message in", "message out", "mark in", "mark out"})
"""Kinds of entries whose payloads both sides have anyway."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into a bundle.

    Attributes:
        entries: all; shown: with their payload.
        countersigned: how many of them the other side has signed for.
        digest: of all before the seal.
    """

    entries: int
    shown: int
    countersigned: int
    digest: str


def export(
    ledger: Path,
    agreement: str,
    out: Path,
    key: SigningKey,
    time_ns: int,
    *,
    shown: Collection[str] | None = SHARED,
    hashes_only: bool = False,
    party: str = "",
    known: Mapping[str, str] | None = None,
) -> Exported:
    """Write the bundle of one agreement, whole or not at all, and change nothing in the ledger.

    Args:
        ledger: the node's ledger.
        agreement: id.
        out: the file; one that stands there is replaced once the new one is whole.
        key: the node's identity key; signs the newest state and the seal.
        time_ns: now, UTC [ns].
        shown: kinds of entries whose payloads are shown; None: all.
        hashes_only: show nothing of an entry whose payload is withheld but its hash.
        party: what the node calls itself.
        known: names of counterparts by public key.

    Raises:
        LedgerError: the ledger has nothing under this agreement, or does not hold together: that is not handed out.
        StoreError: the disk does not take the bundle.
    """
    with read_only(ledger) as snapshot:
        snapshot.check()
        exhibit = next((one for one in of_ledger(snapshot) if one.about.book == agreement), None)
        if exhibit is None:
            kept = ", ".join(snapshot.books()) or "none"
            raise LedgerError(
                f"There is no book of agreement {agreement}.", where=str(ledger), remedy=f"Books: {kept}."
            )
        newest = newest_state(snapshot, exhibit, key, time_ns)
        about = _about(exhibit, newest, key, party, known or {})
        entries = _Showing(exhibit.entries, shown, hashes_only)
        with whole_file(out) as file:
            text = write_bundle(file, about, (*exhibit.own, newest), exhibit.theirs, exhibit.proofs, entries, key)
    return Exported(about.entries, entries.shown, about.countersigned, text)


def newest_state(snapshot: Snapshot, exhibit: Exhibit, key: SigningKey, time_ns: int) -> Envelope:
    """Sign the state of the book of `exhibit` as the snapshot has it now."""
    theirs = exhibit.about.their_keys
    anchors = [read(one).size for one in exhibit.own if signed_by(one, *theirs)][-1:]
    book = Book.restore(exhibit.about.book, (row[1] for row in snapshot.rows(exhibit.about.book)), anchors)
    return checkpoint(book, exhibit.about.agreement, time_ns, key)


def _about(exhibit: Exhibit, newest: Envelope, key: SigningKey, party: str, known: Mapping[str, str]) -> About:
    said = exhibit.about
    own_keys = (*(one for one in said.own_keys if one != key.public), key.public)
    their_keys = tuple(one for one in said.their_keys if one not in own_keys)
    names = sorted({known[one] for one in their_keys if one in known})
    return About(
        agreement=said.agreement,
        book=said.book,
        own_party=party,
        own_keys=own_keys,
        their_party=", ".join(names),
        their_keys=their_keys,
        countersigned=max((read(one).size for one in exhibit.own if signed_by(one, *their_keys)), default=0),
        entries=read(newest).size,
        exported_ns=read(newest).time_ns,
    )


class _Showing:
    """The entries, with payloads of the kinds that are shown; counts those."""

    def __init__(self, entries: Iterable[Shown], kinds: Collection[str] | None, hashes_only: bool) -> None:
        self._entries, self._kinds, self._hashes_only = entries, kinds, hashes_only
        self.shown = 0

    def __iter__(self) -> Iterator[Shown]:
        for one in self._entries:
            assert one.header is not None
            if self._kinds is None or Entry.from_header(one.header).kind in self._kinds:
                self.shown += 1
                yield one
            else:
                yield Shown(None, leaf=one.leaf) if self._hashes_only else Shown(one.header)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that appears at `path` when all is in it, for its owner alone; or not at all.

    Raises:
        StoreError: the disk does not take it.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:  # noqa: PTH123
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as wrong:
        raise StoreError(f"{path}: The disk does not take it ({wrong.strerror or wrong}).") from None
    finally:
        beside.unlink(missing_ok=True)
