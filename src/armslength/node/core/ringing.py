"""What rings at the own post until a person takes it, how loud, and what was not passed on to crews in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armslength.protocol.messages import Precedence
from armslength.units import counted

if TYPE_CHECKING:
    from armslength.node.core.line import Line
    from armslength.node.core.messages import Logged
    from armslength.protocol.events import Now

__all__ = ["FULL", "LOW", "reminders"]

FULL, LOW = "full", "low"
"""How loud a reminder sounds: what is FLASH, or sounds by itself, and everything else."""
MOST = 20
"""Told one by one in a round; of more the number is told."""
SELDOM = 3
"""What is not loud is told again only every so many rounds."""


def reminders(line: Line, now: Now) -> list[Mapping[str, Any]]:
    """Return what must be told again: calls that nobody has taken, and what is overdue for crews."""
    line.rounds += 1
    rings = [(one, _is_loud(one, now)) for one in line.unanswered(now)]
    rings = [(one, loud) for one, loud in rings if loud or line.rounds % SELDOM == 0]
    rings.sort(key=lambda found: not found[1])
    out: list[Mapping[str, Any]] = []
    for logged, loud in rings[:MOST]:
        how = {"sounds": True, "loudness": FULL if loud else LOW}
        out.append({"event": "unanswered", **how, **logged.as_dict(line.name)})
    late = [one for one in line.log.overdue(now.utc_ns) if _is_of_use(one, now)]
    for logged in late[:MOST]:
        out.append({"event": "overdue", "sounds": True, "loudness": FULL, **logged.as_dict(line.name)})
    if len(rings) > MOST or len(late) > MOST:
        says = f"{counted(len(rings), 'call')} of {line.name} not taken, {len(late)} not relayed in time"
        out.append(
            {"event": "ringing", "counterpart": line.name, "sounds": True, "says": f"{says}: armslength duty status."}
        )
    return out


def _is_loud(logged: Logged, now: Now) -> bool:
    return logged.message.precedence is Precedence.FLASH or logged.sounds(now.utc_ns)


def _is_of_use(logged: Logged, now: Now) -> bool:
    """Whether relaying it still helps a crew: what is over is counted, and rings no more."""
    until = logged.message.valid_until_ns
    return until is None or until >= now.utc_ns
