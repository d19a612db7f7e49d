"""What happens to an agreement, or to whom we know: entered with the findings that follow from it, and told."""

from __future__ import annotations

from armslength.node.core.books import NODE, Books
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Happened
from armslength.protocol.events import Now

__all__ = ["happen"]


def happen(books: Books, one: Happened, effects: Effects, now: Now) -> None:
    """Enter what happened and, each by itself, the findings that its payload brings; then it takes effect."""
    book = str(one.payload.get("agreement") or NODE)
    payload = {key: value for key, value in one.payload.items() if key != "findings"}
    books.enter(effects, book, "agreement", payload, now.utc_ns, one.role)
    for found in one.payload.get("findings", ()):
        books.enter(effects, book, "finding", found, now.utc_ns)
        told = {"event": "finding", "counterpart": one.counterpart, **found, "says": found["explanation"]}
        effects.tells.append(told)
    effects.writes += one.writes
    effects.tells.append({"event": "agreement", "counterpart": one.counterpart, **payload})
    effects.replies.append((one.number, {}))
