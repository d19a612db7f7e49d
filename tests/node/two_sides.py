"""Two sides of one agreement, each with a ledger, who sign for each other; and how one of them can lie."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from armslength.adapters.store import Store
from armslength.crypto.checkpoint import checkpoint, kept_key, own_space, their_space
from armslength.crypto.envelope import Envelope, to_json
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book
from armslength.crypto.story import Story, Verdict
from armslength.node.exporting import SHARED, export
from armslength.protocol.writes import Put, Write
from crypto.books import NORTH, SOUTH, START

DEAL = "deal-1"
KINDS = ("message in", "alert", "mark out", "message out")


class Side:
    """One side: its key, its book, its store."""

    def __init__(self, path: Path, key: SigningKey, other: SigningKey) -> None:
        self.path, self.key = path, key
        self.store, self.book = Store(path), Book(DEAL)
        self.story = Story(DEAL, DEAL, [other.public])

    def write(self, count: int, story: str = "told") -> None:
        """Append `count` entries."""
        for _ in range(count):
            n = self.book.size
            payload = {"n": n, "story": story}
            kind = KINDS[n % len(KINDS)]
            sealed = self.book.append(START + n, kind, "north", "officer", payload, n.to_bytes(16, "big"))
            self.store.commit([(DEAL, sealed)], [])

    def sign(self) -> Envelope:
        """Sign the present state, and keep what was signed."""
        envelope = checkpoint(self.book, DEAL, START + self.book.size, self.key)
        self.keep(own_space(DEAL), envelope)
        return envelope

    def keep(self, space: str, envelope: Envelope) -> None:
        """Keep a checkpoint."""
        writes: list[Write] = [Put(space, kept_key(envelope), to_json(envelope))]
        self.store.commit([], writes)

    def bundle(self, out: Path, **how: object) -> bytes:
        """Export, and return the bytes."""
        self.store.close()
        names = {NORTH.public: "North", SOUTH.public: "South"}
        how = {"party": names[self.key.public], "known": names, "shown": SHARED} | how
        export(self.path, DEAL, out, self.key, START + 10**9, **how)  # type: ignore[arg-type]
        return out.read_bytes()


def exchange(giver: Side, taker: Side) -> None:
    """Let `taker` sign for the present state of `giver`'s book, and both keep it."""
    envelope = giver.sign()
    assert taker.story.judge(envelope) is Verdict.GROWN
    both = taker.story.countersign(envelope, taker.key)
    taker.keep(their_space(DEAL), both)
    giver.keep(own_space(DEAL), both)
    giver.book.settle(giver.book.size)


def two_sides(folder: Path, rounds: int = 4, each: int = 3) -> tuple[Side, Side]:
    """Return both sides after some rounds of entries and checkpoints, and two entries more that nobody signed for."""
    north, south = Side(folder / "north.db", NORTH, SOUTH), Side(folder / "south.db", SOUTH, NORTH)
    for _ in range(rounds):
        for giver, taker in ((north, south), (south, north)):
            giver.write(each)
            exchange(giver, taker)
    for side in (north, south):
        side.write(2)
    return north, south


def rewritten(folder: Path, honest: Side, at: int, *, signed: bool = True) -> Side:
    """Return `honest` with another past from entry `at`: chain, hashes and own checkpoints all made anew.

    What it keeps of the other side's checkpoints stays as it was.
    """
    folder.mkdir(exist_ok=True)
    other = Side(folder / honest.path.name, honest.key, honest.key)
    other.write(at)
    other.write(1, "told otherwise")
    other.write(honest.book.size - at - 1)
    if signed:
        other.sign()
    theirs: list[Write] = [Put(their_space(DEAL), key, value) for key, value in honest.store.scan(their_space(DEAL))]
    other.store.commit([], theirs)
    return other


def tampered(path: Path, *statements: str) -> None:
    """Change a ledger as somebody would who has it in his hands, and knows to put its triggers back."""
    with closing(sqlite3.connect(path)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, text in triggers:
            db.execute(text)
        db.commit()
