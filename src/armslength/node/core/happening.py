"""What happens to an agreement, or to whom we know: entered with the findings that follow from it, and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armslength.domain.finding import Finding, Outcome, Severity
from armslength.node.core.books import NODE, Books
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Happened
from armslength.protocol.events import Now

if TYPE_CHECKING:
    from armslength.node.core.line import Line

__all__ = ["happen"]


def happen(books: Books, lines: Mapping[str, Line], one: Happened, effects: Effects, now: Now) -> None:
    """Enter what happened and, each by itself, the findings that its payload brings; then it takes effect."""
    book = str(one.payload.get("agreement") or NODE)
    payload = {key: value for key, value in one.payload.items() if key != "findings"}
    books.enter(effects, book, "agreement", payload, now.utc_ns, one.role)
    line = lines.get(one.counterpart)
    for said in one.payload.get("findings", ()):
        if line is not None and line.book == book:
            line.talking.add(_finding(said), effects, now)
        else:
            books.enter(effects, book, "finding", said, now.utc_ns)
    effects.writes += one.writes
    effects.tells.append({"event": "agreement", "counterpart": one.counterpart, **payload})
    effects.replies.append((one.number, {}))


def _finding(said: Mapping[str, Any]) -> Finding:
    """Return a finding from what `as_dict` made of it; one about two aircraft never comes this way."""
    closed = said["closed_ns"]
    return Finding(
        said["rule"], said["about"], Outcome(said["outcome"]), Severity[said["severity"]], said["by"],
        int(said["opened_ns"]), None if closed is None else int(closed), float(said["value"]),
        float(said["threshold"]), said["unit"], tuple(said["evidence"]), said["explanation"], said["regime"],
    )  # fmt: skip
