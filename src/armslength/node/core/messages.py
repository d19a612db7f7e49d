"""The latest messages of a line, with their marks, for people. The ledger has all of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from armslength.protocol.messages import Message

KEPT = 500
LOUD = frozenset({"EMG", "AST", "ADC", "STP", "INC"})
"""Codes that sound at the own post until a person marks them understood; so does what says that it is urgent."""


@dataclass
class Logged:
    """One message: the way it went, and what was put on it: mark -> UTC ns."""

    message: Message
    outgoing: bool
    at_ns: int
    expired: bool = False
    marks: dict[str, int] = field(default_factory=dict)

    def sounds(self, now_ns: int) -> bool:
        """Whether it sounds at the own post: urgent, not ours, and not too late."""
        m = self.message
        over = m.valid_until_ns is not None and m.valid_until_ns < now_ns
        urgent = m.code in LOUD or m.fields.get("urgency") == "URGENT"
        return urgent and not self.outgoing and not self.expired and not over

    def as_dict(self, counterpart: str) -> dict[str, Any]:
        """Return it for JSON."""
        m = self.message
        return {
            "id": m.id,
            "counterpart": counterpart,
            "way": "out" if self.outgoing else "in",
            "code": m.code,
            "precedence": m.precedence.name,
            "seq": m.seq,
            "ref": m.ref,
            "fields": dict(m.fields),
            "time_ns": str(m.time_ns),
            "valid_until_ns": None if m.valid_until_ns is None else str(m.valid_until_ns),
            "at_ns": str(self.at_ns),
            "expired": self.expired,
            "marks": {mark: str(at) for mark, at in self.marks.items()},
        }


class MessageLog:
    """The newest `KEPT` messages, by id; and counts of all."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, Logged] = OrderedDict()
        self.sent = self.received = self.delivered = self.expired = self.duplicated = 0

    def add(self, logged: Logged) -> None:
        """Append a message."""
        self._by_id[logged.message.id] = logged
        if logged.outgoing:
            self.sent += 1
        else:
            self.received += 1
            self.expired += logged.expired
        while len(self._by_id) > KEPT:
            self._by_id.popitem(last=False)

    def restore(self, logged: Logged) -> None:
        """Take back a message that the store holds; counts are of what happens since the start."""
        self._by_id[logged.message.id] = logged

    def marked(self, message_id: str, mark: str, at_ns: int) -> Logged | None:
        """Note a mark; return the message where it is still here."""
        if mark == "RECEIVED":
            self.delivered += 1
        logged = self._by_id.get(message_id)
        if logged is not None:
            logged.marks.setdefault(mark, at_ns)
        return logged

    def get(self, message_id: str) -> Logged | None:
        """Return the message of that id, or the only one whose id begins with it."""
        if message_id in self._by_id:
            return self._by_id[message_id]
        found = [one for key, one in self._by_id.items() if len(message_id) >= 8 and message_id in key]
        return found[0] if len(found) == 1 else None

    def latest(self) -> list[Logged]:
        """Return them, oldest first."""
        return list(self._by_id.values())
