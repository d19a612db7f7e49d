"""What of the other side is not taken for a case, and why; and the numbers that are of its own count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armslength.domain import case as c
from armslength.domain.case import Document
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.cases import Cases
    from armslength.protocol.events import Now

__all__ = ["of_the_group", "prefix_of", "unfit"]

FUTURE_NS = 60 * NS
"""A stamp may be ahead of our clock by so much, beyond what the clocks are known to differ by."""
MOST_CASES, MOST_SAID = 1_000, 500
"""Cases that the other side may open, and documents that it may say in one; beyond, nothing more is taken."""
MOST_BYTES = 64 << 20
"""Bytes of all its documents that are held."""
REFUSED_AN_HOUR = 60
"""What is refused is entered one by one so often; more is only counted, so that nobody can fill our disk with it."""
HEARD_OF = "It is about a case that nobody opened."


def unfit(cases: Cases, document: Document, now: Now) -> str:
    """Return why a document of the other side is not taken; "" where it is."""
    line = cases.line
    if cases.bytes_held > MOST_BYTES:
        return "More was said than can be held."
    ahead = max(0.0, line.offset[1]) if line.offset is not None else 0.0
    if document.time_ns > now.utc_ns + FUTURE_NS + round(ahead * NS):
        return "It is stamped in the future: nothing can have been written then."
    if isinstance(document.body, c.Opening):
        prefix = prefix_of(line.name, line.own.party, line.agreed.key, line.own.key.public)
        if not re.fullmatch(rf"{prefix}-[0-9]{{1,6}}", document.case):
            return "It opens a case under a number that is not of its own count."
        if document.case in cases.numbers():
            return "It opens a case under a number that it used before."
        if sum(file.opened_by == line.name for file in cases.files.values()) >= MOST_CASES:
            return "It has opened more cases than can be held."
        if document.time_ns < cases.heard_ns - FUTURE_NS:
            return "It is stamped before what that side had said already: it was made later, and dated back."
        if document.body.subject.from_ns > document.time_ns + FUTURE_NS:
            return "It is about something that was still to come when it was written."
        return ""
    number = document.case if of_the_group(document) else cases.number_of(document.case)
    if not number:
        return HEARD_OF
    said = cases.said_in(number)
    if len(said) >= MOST_SAID:
        return "More was said in this case than can be held."
    if document.number > max((one.number for one in said), default=0) + MOST_SAID:
        return "Its number is far beyond everything that was said: no honest side comes to that."
    return ""


def of_the_group(document: Document) -> bool:
    """Return whether a document is of the group, and about no single case."""
    return document.case == c.GROUP and isinstance(document.body, c.Meeting | c.Statement | c.FindingSignature)


def prefix_of(party: str, other: str, key: str, other_key: str) -> str:
    """Return what the numbers of cases that `party` opens begin with: never what those of `other` do.

    As many letters and digits of its name as tell the two apart, at most five; where none do, A for the lesser key.
    """
    mine, theirs = (re.sub(r"[^A-Z0-9]", "", name.upper())[:5] for name in (party, other))
    for length in range(1, len(mine) + 1):
        if len(theirs) >= length and mine[:length] != theirs[:length]:
            return mine[:length]
    return "A" if key < other_key else "B"
