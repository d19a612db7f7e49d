"""What came back of a message of ours that had to be read back: compared, entered, told; what differs sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armslength.node.core.effects import Effects
from armslength.protocol.catalogue import CATALOGUE
from armslength.protocol.events import Now
from armslength.protocol.messages import Message
from armslength.protocol.readback import compare

if TYPE_CHECKING:
    from armslength.node.core.line import Line

WRONG = "The read-back differs from what was said. Say it again, or correct it (COR)."
FORGOTTEN = "What it reads back is no message of ours that is still at hand: it was not compared."


def heard(line: Line, message: Message, effects: Effects, now: Now) -> None:
    """Compare the RBK `message` with the message of ours that it names."""
    asked = None if message.ref is None else line.log.get(message.ref)
    what: dict[str, Any] = {"message": message.id, "of": message.ref}
    if asked is None or not asked.outgoing:
        what |= {"outcome": "not compared", "differs": []}
        says, sounds = FORGOTTEN, False
    else:
        found = compare(CATALOGUE[asked.message.code], asked.message.fields, str(message.fields["values"]))
        what |= {
            "code": asked.message.code,
            "outcome": "differs" if found else "equal",
            "differs": [{"field": one.field, "said": one.said, "heard": one.heard} for one in found],
        }
        says, sounds = WRONG if found else "", bool(found)
    line.books.enter(effects, line.book, "read back", what, now.utc_ns)
    effects.tells.append({"event": "read back", "counterpart": line.name, **what, "says": says, "sounds": sounds})
