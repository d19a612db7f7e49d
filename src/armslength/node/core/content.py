"""D06 on one line: the free text of both sides looked through, and requests for assistance, judged as time passes.

A text is looked through a piece at a time, so that a long one, or many, hold up nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding
from armslength.engine.discipline.d06 import Content, ContentFact, Wrote
from armslength.engine.discretion import Review, in_pieces
from armslength.node.core.discretion import drafts_of, in_need

if TYPE_CHECKING:
    from armslength.domain.case import Document
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now
    from armslength.protocol.messages import Message

__all__ = ["Contents"]

PIECES_AT_ONCE = 2
"""Looked through whenever time passes, which is once a second at least."""
MOST_UNREAD = 1_000
"""Texts that wait to be looked through; the other side sends no more than that in the time that they take."""


class Contents:
    """The rule over the talk of one line.

    Args:
        line: whose talk it is.
        found: takes what is found.

    Attributes:
        untold: texts that were not looked through, because too many waited.
    """

    def __init__(self, line: Line, found: Callable[[list[Finding]], None]) -> None:
        self._line, self._found = line, found
        self._rule: Content | None = None
        self._unread: deque[tuple[Iterator[Review | None], dict[str, Any]]] = deque()
        self.untold = 0

    def begin(self, terms: Terms) -> None:
        """Begin the record anew."""
        self._rule = Content(self._line.own.party, self._line.name, terms)

    def adopt(self, terms: Terms) -> None:
        """Go by these terms from now on."""
        if self._rule is not None:
            self._rule.adopt(terms)

    def take(self, fact: object) -> None:
        """Take a fact, where it is one that the rule goes by."""
        if self._rule is not None and isinstance(fact, ContentFact):
            self._found(self._rule.take(fact))

    def until(self, now_ns: int) -> None:
        """Let time pass [UTC ns], and look through what waits."""
        if self._rule is None:
            return
        for _ in range(PIECES_AT_ONCE):
            if self._unread:
                self._look(now_ns)
        self._found(self._rule.until(now_ns))

    def said(self, message: Message, entry: str, now: Now, *, own: bool) -> None:
        """Have the free text of a message looked through: both sides find the same in it."""
        for text, language in drafts_of(message.code, message.fields):
            self.written(message.id, message.time_ns, text, language, entry, now, own=own)

    def document(self, document: Document, entry: str, now: Now, *, own: bool) -> None:
        """Have what is written in a document of a case looked through: as the filter had it before it left."""
        body, language = document.body, str(getattr(document.body, "language", ""))
        parts = [getattr(body, "headline", ""), getattr(body, "text", "")]
        parts += [*getattr(body, "facts", {}).values(), *getattr(body, "causes", ())]
        text = "\n".join(part for part in parts if part)
        self.written(document.digest, document.time_ns, text, language or "en", entry, now, own=own)

    def written(self, about: str, stamp_ns: int, text: str, language: str, entry: str, now: Now, *, own: bool) -> None:
        """Have a text looked through that left this node, or came.

        Args:
            about: id of the message, or digest of the document, that holds it.
            stamp_ns: when it was written, by its writer's clock.
            text, language: what is written.
            entry: in the ledger. now: of the step. own: this side wrote it.
        """
        line = self._line
        if self._rule is None or not text.strip():
            return
        if len(self._unread) >= MOST_UNREAD:
            self.untold += 1
            return
        pieces = in_pieces(text, language, line.terms, safety_of_life=in_need(line, now, own=own))
        by = line.own.party if own else line.name
        self._unread.append((pieces, {"id": about, "by": by, "stamp_ns": stamp_ns, "entry": entry}))

    def _look(self, now_ns: int) -> None:
        pieces, of = self._unread[0]
        found = next(pieces)
        if found is not None:
            self._unread.popleft()
            known: dict[str, Any] = {"kinds": found.kinds, "places": len(found.hits), "final": found.final}
            self.take(Wrote(at_ns=now_ns, **of, **known))
