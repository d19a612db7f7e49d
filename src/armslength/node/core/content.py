"""D06 on one line: the free text of both sides looked through, and requests for assistance, judged as time passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding
from armslength.engine.discipline.d06 import Content, ContentFact, Wrote
from armslength.engine.discretion import review
from armslength.node.core.discretion import drafts_of, in_need

if TYPE_CHECKING:
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now
    from armslength.protocol.messages import Message

__all__ = ["Contents"]


class Contents:
    """The rule over the talk of one line.

    Args:
        line: whose talk it is.
        found: takes what is found.
    """

    def __init__(self, line: Line, found: Callable[[list[Finding]], None]) -> None:
        self._line, self._found = line, found
        self._rule: Content | None = None

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
        """Let time pass [UTC ns]."""
        if self._rule is not None:
            self._found(self._rule.until(now_ns))

    def written(self, message: Message, entry: str, now: Now, *, own: bool) -> None:
        """Look through the free text of a message that was said: both sides find the same in it."""
        line = self._line
        for text, language in drafts_of(message.code, message.fields):
            found = review(text, language, line.terms, safety_of_life=in_need(line, now, own=own))
            by = line.own.party if own else line.name
            self.take(
                Wrote(at_ns=now.utc_ns, entry=entry, id=message.id, by=by, stamp_ns=message.time_ns, kinds=found.kinds,
                      places=len(found.hits), final=found.final)
            )  # fmt: skip
