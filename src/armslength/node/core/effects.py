"""Everything that a step asks for. The runner keeps what must be kept first, in one transaction, then does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from armslength.crypto.ledger import Sealed
from armslength.protocol.leaving import Frame
from armslength.protocol.writes import Write


@dataclass(slots=True)
class Effects:
    """What a step, or several steps in a row, want done.

    Attributes:
        entries: ledger entries, each with its book, in order.
        writes: what else must be kept.
        frames: (connection, bytes, urgent) to send, after entries and writes are safe on disk; what is urgent goes
            before everything that is not, also before what waits on its connection already.
        air: (counterpart, frequency, payload, rank, id of the message or "") to say by radio, after that too.
        hush: (counterpart, id) of messages that were received, and need not be said by radio any more.
        closes: (connection, why) to close.
        tells: events for the own officer: terminal, log and stream. They do not wait for the disk.
        documents: (counterpart, bytes) that the keeper of agreements must look at.
        desk: what is to be gathered, encrypted or opened for a case; see `case_evidence`.
        replies: (number of the command, answer).
    """

    entries: list[tuple[str, Sealed]] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    frames: list[tuple[str, Frame, bool]] = field(default_factory=list)
    air: list[tuple[str, str, Frame, int, str]] = field(default_factory=list)
    hush: list[tuple[str, str]] = field(default_factory=list)
    closes: list[tuple[str, str]] = field(default_factory=list)
    tells: list[Mapping[str, Any]] = field(default_factory=list)
    documents: list[tuple[str, bytes]] = field(default_factory=list)
    desk: list[Mapping[str, Any]] = field(default_factory=list)
    replies: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def durable(self) -> bool:
        """Whether something must be kept before anything may be sent."""
        return bool(self.entries or self.writes)

    def add(self, later: Effects) -> None:
        """Append what a later step wants."""
        self.entries += later.entries
        self.writes += later.writes
        self.frames += later.frames
        self.air += later.air
        self.hush += later.hush
        self.closes += later.closes
        self.tells += later.tells
        self.documents += later.documents
        self.desk += later.desk
        self.replies += later.replies
