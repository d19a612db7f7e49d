"""What may leave a node as bytes: a `Frame`, which knows of what kind it is. No other bytes are taken on their way.

The kind is what the gate (`agreement.rules`) is asked for when the frame leaves: a kind of frame, or the code of the
message that it carries. Of a kind on which the gate has no ruling there is no frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from armslength.agreement.rules import GATE
from armslength.errors import LocalProtocolError

__all__ = ["FRAMES", "Frame"]

FRAMES: Mapping[str, str] = {
    "hello": "who we are, and a nonce; before the keys are proved",
    "proof": "our key proved over the session, what is in force, the head of the ledger",
    "ping": "whether somebody is there",
    "pong": "the answer to a ping, with the time",
    "mark": "RECEIVED, UNDERSTOOD or RELAYED, signed",
    "taken": "that a document or a mark came",
    "document": "a signed document or notice of the agreement",
    "facts": "of a case, whatever is suspended: that it is open, what evidence was committed to, a report; signed",
    "case": "of a case: evidence, acknowledgement, statement, answer, finding, measure, closing; signed",
    "checkpoint": "the state of our ledger, signed",
    "countersigned": "a state of their ledger, signed by both",
    "pieces": "over a frequency: which pieces of a long message are missing",
}
"""Every kind of frame that carries no message, and what it says. All other frames are messages, of the codes."""


class Frame(bytes):
    """Bytes that may leave, where the gate lets out what is of their kind.

    Attributes:
        kind: one of FRAMES, or the code of the message.

    Raises:
        LocalProtocolError: the gate does not know that kind.
    """

    kind: str

    def __new__(cls, kind: str, data: bytes) -> Self:
        """Return `data` as a frame of `kind`."""
        if kind not in GATE:
            raise LocalProtocolError("A frame was to be made of a kind on which the gate does not rule.")
        made = super().__new__(cls, data)
        made.kind = kind
        return made
