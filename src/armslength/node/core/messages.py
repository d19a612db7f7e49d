"""The latest messages of a line, with their marks, for people. The ledger has all of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from armslength.agreement.articles import Answering
from armslength.agreement.terms import Terms, default_terms
from armslength.errors import InputError
from armslength.node.core.pointing import FROM_TERMS, from_terms
from armslength.protocol.catalogue import ABOUT_OWN, CATALOGUE, Answer, may_answer
from armslength.protocol.messages import Message
from armslength.units import NS

KEPT = 500
FULL = len("sha256:") + 64
"""So long is a whole id."""
LOUD = frozenset({"EMG", "AST", "ADC", "STP", "INC"})
"""Codes that sound at the own post until a person marks them understood; so does what says that it is urgent."""
CREWS = LOUD - {"ADC"} | {"TFA"}
"""Codes that are for crews: what comes in is passed on, RELAYED, within the time of the terms. ADC owes nothing."""
UNDERSTOOD, RELAYED = "UNDERSTOOD", "RELAYED"
UNABLE = "UNA"
HOLDING = frozenset({"", "SBY", "SAG", "RBK", "ADC"})
"""Answers after which something is still owed; none is one. ADC is said by nodes: nobody has heard it yet."""


@dataclass
class Logged:
    """One message: the way it went, and what was put on it: mark -> UTC ns."""

    message: Message
    outgoing: bool
    at_ns: int
    expired: bool = False
    marks: dict[str, int] = field(default_factory=dict)
    channel: str = ""
    """By which it came: a frequency, or GROUND; of what is ours, by which its mark RECEIVED came."""
    answered: str = ""
    """Code of the latest answer to it."""
    held: str = ""
    """Why its answer is held."""
    unknown_call_sign: str = ""
    """The field whose call sign is none of the terms."""
    terms: Callable[[], Terms] = default_terms
    """Gives the terms in force here."""

    def sounds(self, now_ns: int) -> bool:
        """Whether it sounds at the own post: urgent, not ours, and not too late."""
        m = self.message
        over = m.valid_until_ns is not None and m.valid_until_ns < now_ns
        urgent = m.code in LOUD or m.fields.get("urgency") == "URGENT"
        return urgent and not self.outgoing and not self.expired and not over

    def owes(self) -> bool:
        """Whether something is owed on it that a person of the own post must do: it was not taken up yet."""
        return not self.outgoing and rings(self.message) and UNDERSTOOD not in self.marks and self.answered in HOLDING

    def is_ringing(self, now_ns: int) -> bool:
        """Whether it rings at the own post: a person must take it, and it came, and is, in time."""
        until = self.message.valid_until_ns
        return self.owes() and not self.expired and (until is None or until >= now_ns)

    def took_s(self, mark: str) -> float | None:
        """Return how long after RECEIVED `mark` was put on it [s], by the receiver's clock; None where it was not."""
        received = self.marks.get("RECEIVED", None if self.outgoing else self.at_ns)
        at = self.marks.get(mark)
        return None if at is None or received is None else (at - received) / NS

    def as_dict(self, counterpart: str) -> dict[str, Any]:
        """Return it for JSON; what it points at in the terms stands apart, and no log keeps that."""
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
            "channel": self.channel,
            "answered": self.answered,
            "held": self.held,
            "unknown_call_sign": self.unknown_call_sign,
            FROM_TERMS: from_terms(m.code, m.fields, self.terms()),
            "marks": {mark: str(at) for mark, at in self.marks.items()},
            "took_s": {
                mark: round(took, 3) for mark in (UNDERSTOOD, RELAYED) if (took := self.took_s(mark)) is not None
            },
        }


def rings(message: Message) -> bool:
    """Return whether a person of the receiver must take `message`: it sounds, or a person said it and is owed more.

    What a node says by itself (checks, changes of channel) is answered, or acted on, by the other node.
    """
    code = CATALOGUE[message.code]
    urgent = message.code in LOUD or message.fields.get("urgency") == "URGENT"
    return urgent or (code.by_person and code.answer is not Answer.NONE)


@dataclass
class Took:
    """How long marks of one kind took after RECEIVED [s]; `late`: how many took longer than the terms allow."""

    count: int = 0
    total_s: float = 0.0
    worst_s: float = 0.0
    late: int = 0

    def add(self, took_s: float, limit_s: float | None) -> None:
        """Count one more."""
        self.count += 1
        self.total_s += took_s
        self.worst_s = max(self.worst_s, took_s)
        self.late += limit_s is not None and took_s > limit_s


def limit_s(terms: Answering, message: Message, mark: str) -> float | None:
    """Return how long after RECEIVED the terms allow for `mark` [s]; None where they set no time."""
    flash = message.precedence.name == "FLASH"
    if message.code not in CREWS:
        return None
    if mark == RELAYED:
        return terms.flash_relayed_s if flash else terms.relayed_s
    return terms.flash_capture_s if flash and mark == UNDERSTOOD else None


def check_answer(code: str, asked: Logged | None) -> None:
    """Refuse a message of `code` that names `asked` in its `ref` without being an answer to it.

    Codes that are about a message of one's own (corrections, what is over) pass; so does what names a message that is
    not in the log any more.

    Raises:
        InputError: `code` does not answer that; names what does.
    """
    if asked is None or code not in CATALOGUE or code in ABOUT_OWN:
        return
    if asked.outgoing:
        raise InputError(
            f"{code} answers messages of the other side, and this {asked.message.code} is ours.", where="ref"
        )
    if not may_answer(code, CATALOGUE[asked.message.code]):
        known = [one for one in CATALOGUE if may_answer(one, CATALOGUE[asked.message.code])]
        raise InputError(
            f"{code} does not answer {asked.message.code}.",
            where="ref",
            remedy=f"Answers to {asked.message.code}: {', '.join(known)}.",
        )


class MessageLog:
    """The newest `KEPT` messages, by id; and counts of all.

    Args:
        terms: gives the terms in force: how soon a post answers, and what messages point at.

    Attributes:
        took: by way ("in", "out") and mark, how long it took since the start.
    """

    def __init__(self, terms: Callable[[], Terms] = default_terms) -> None:
        self._terms = terms
        self.took = {(way, mark): Took() for way in ("in", "out") for mark in (UNDERSTOOD, RELAYED)}
        self._by_id: OrderedDict[str, Logged] = OrderedDict()
        self.sent = self.received = self.delivered = self.expired = self.duplicated = 0

    def add(self, logged: Logged) -> None:
        """Append a message."""
        self._by_id[logged.message.id], logged.terms = logged, self._terms
        if logged.outgoing:
            self.sent += 1
        else:
            self.received += 1
            self.expired += logged.expired
        while len(self._by_id) > KEPT:
            self._by_id.popitem(last=False)

    def restore(self, logged: Logged) -> None:
        """Take back a message that the store holds; counts are of what happens since the start."""
        self._by_id[logged.message.id], logged.terms = logged, self._terms

    def marked(self, message_id: str, mark: str, at_ns: int) -> Logged | None:
        """Note a mark; return the message where it is still here."""
        if mark == "RECEIVED":
            self.delivered += 1
        logged = self._by_id.get(message_id)
        if logged is not None and mark not in logged.marks:
            logged.marks[mark] = at_ns
            took, kind = logged.took_s(mark), self.took.get(("out" if logged.outgoing else "in", mark))
            if took is not None and kind is not None:
                kind.add(took, limit_s(self._terms().answering, logged.message, mark))
        return logged

    def overdue(self, now_ns: int) -> list[Logged]:
        """Return what came in for crews and was not RELAYED within the time of the terms."""
        out = []
        for one in self._by_id.values():
            limit = limit_s(self._terms().answering, one.message, RELAYED)
            if one.outgoing or one.expired or limit is None or RELAYED in one.marks or one.answered == UNABLE:
                continue
            until = one.message.valid_until_ns
            due_ns = one.marks.get("RECEIVED", one.at_ns) + round(limit * NS)
            if now_ns > due_ns and (until is None or until > due_ns):  # what was over by then is owed to nobody
                out.append(one)
        return out

    def get(self, message_id: str) -> Logged | None:
        """Return the message of that id, or the only one whose id begins with it."""
        if message_id in self._by_id or len(message_id) >= FULL:  # a whole id is part of no other
            return self._by_id.get(message_id)
        found = [one for key, one in self._by_id.items() if len(message_id) >= 8 and message_id in key]
        return found[0] if len(found) == 1 else None

    def latest(self) -> list[Logged]:
        """Return them, oldest first."""
        return list(self._by_id.values())
