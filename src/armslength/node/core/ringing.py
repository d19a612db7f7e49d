"""What rings at the own post until a person takes it, how loud, and what was not passed on to crews in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armslength.protocol.messages import Precedence

if TYPE_CHECKING:
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["FULL", "LOW", "reminders"]

FULL, LOW = "full", "low"
"""How loud a reminder sounds: what is FLASH, or sounds by itself, and everything else."""
SELDOM = 3
"""What is not loud is told again only every so many rounds."""


def reminders(line: Line, now: Now) -> list[Mapping[str, Any]]:
    """Return what must be told again: calls that nobody has taken, and what is overdue for crews."""
    out: list[Mapping[str, Any]] = []
    line.rounds += 1
    for logged in line.unanswered(now):
        loud = logged.message.precedence is Precedence.FLASH or logged.sounds(now.utc_ns)
        if loud or line.rounds % SELDOM == 0:
            how = {"sounds": True, "loudness": FULL if loud else LOW}
            out.append({"event": "unanswered", **how, **logged.as_dict(line.name)})
    for logged in line.log.overdue(now.utc_ns):
        until = logged.message.valid_until_ns
        if until is None or until >= now.utc_ns:  # what is over helps no crew: it is counted, and rings no more
            out.append({"event": "overdue", "sounds": True, "loudness": FULL, **logged.as_dict(line.name)})
    return out
