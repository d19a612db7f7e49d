"""Two homes with their keepers of agreements, and a ledger that keeps what it is told."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from armslength.agreement.document import Document
from armslength.agreement.drafting import amendment, first_draft, read_draft
from armslength.crypto.canonical import parse
from armslength.crypto.envelope import from_tree
from armslength.errors import (
    StoreError,
)
from armslength.node.agreements import Agreements, Change
from armslength.node.home import Home
from armslength.node.pending import Files
from armslength.units import NS
from node.homes import introduce, make

NOW = 1_800_000_000 * NS
HOUR, DAY = 3600 * NS, 86_400 * NS


class Told:
    """A ledger that keeps what it is told, and what it must keep until it is written; `full`: it takes nothing."""

    def __init__(self) -> None:
        self.changes, self.held, self.full = list[Change](), dict[str, bytes](), False

    def enter(self, change: Change, files: Files) -> None:
        """Keep it."""
        if self.full:
            raise StoreError("planted: disk full")
        self.changes.append(change)
        self.held.update(files)

    def written(self, paths: Collection[str]) -> None:
        """Forget them."""
        for path in paths:
            del self.held[path]


class Side:
    """One home with its keeper, and what the ledger was told."""

    def __init__(self, home: Home) -> None:
        self.home, self.ledger = home, Told()
        self.keeper = Agreements(home, self.ledger)
        self.told = self.ledger.changes

    def restarted(self) -> Side:
        return Side(self.home)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Side, Side]:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    return Side(north), Side(south)


def draft(north: Side, south: Side) -> Document:
    _, text = first_draft("threes", north.home.identity, south.home.identity, NOW, NOW + 365 * DAY, os.urandom(24))
    return read_draft(text, "draft.toml").document()


def ratified(north: Side, south: Side) -> Document:
    document = draft(north, south)
    proposal = north.keeper.propose(document, NOW)
    south.keeper.take(proposal.envelope, NOW, sender="North")
    answer = south.keeper.ratify(document.agreement, NOW)
    north.keeper.take(answer.envelope, NOW, sender="South")
    return document


def next_version(document: Document, version: int | None = None, **changed: str) -> Document:
    text = amendment(document, version or document.version + 1, document.parties, os.urandom(16))
    for old, new in changed.items():
        assert f'{old} = "' in text
        text = text.replace(f'{old} = "', f'{old} = "{new}', 1)
    return read_draft(text, "amended.toml").document()


def payload_of(data: bytes) -> bytes:
    """Return the document in a file as it lies decrypted."""
    return from_tree(parse(data)["envelope"]).payload
