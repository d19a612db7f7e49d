"""Agreement documents and checkpoints on their way: offered, sent again at each greeting, answered.

They never pass through the durable outbox, because terms must not lie unencrypted in the store: whoever keeps them
encrypted offers them anew after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import signers
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.case_documents import CASE_TYPE, kind_of
from armslength.protocol.frames import FRAME_LIMIT, LARGE_LIMIT, Carrier, carrier, whole_envelope
from armslength.protocol.leaving import Frame
from armslength.protocol.refusals import refusal
from armslength.protocol.session import State

__all__ = ["MOST_CHECKPOINTS", "MOST_DOCUMENTS", "Papers"]

MOST_DOCUMENTS = 16
"""Documents that are remembered as offered; the oldest goes first."""
MOST_CHECKPOINTS = 8
"""Checkpoints of ours that may wait to be countersigned; the oldest goes first."""


class Papers:
    """What we offered to one other side, and what of it was answered. `me`, `other`: public keys."""

    def __init__(self, me: str, other: str) -> None:
        self._me, self._other = me, other
        self._documents: dict[str, Frame] = {}
        self._unanswered: set[str] = set()
        self._checkpoints: dict[str, Frame] = {}
        self._countersigned: dict[str, None] = {}

    def offer(self, wire: bytes) -> Frame:
        """Remember a document; return its frame, for the gate of the kind that the document is.

        Raises:
            LocalProtocolError: it is no envelope, or too large.
        """
        frame = _carried("document", wire, LARGE_LIMIT)
        envelope = whole_envelope(wire)
        if envelope.payload_type == CASE_TYPE:
            frame = Frame(kind_of(envelope), frame)
        name = digest(wire)
        self._documents.pop(name, None)
        self._documents[name] = frame
        self._unanswered.add(name)
        ours = [one for one, held in self._documents.items() if held.kind == "document"]
        if len(ours) > MOST_DOCUMENTS:  # of cases, no more are offered at once than the core lets
            self.withdraw(ours[0])
        return frame

    def withdraw(self, name: str) -> None:
        """Offer the document with this digest no more."""
        self._documents.pop(name, None)
        self._unanswered.discard(name)

    def taken(self, name: str) -> bool:
        """The other side has what has this digest; return whether it is a document that was not answered yet."""
        fresh = name in self._unanswered
        self._unanswered.discard(name)
        return fresh

    def offer_checkpoint(self, wire: bytes, since: int, consistency: Sequence[str]) -> Frame:
        """Remember a checkpoint that we signed; return its frame.

        Raises:
            LocalProtocolError: it is not signed by us alone.
        """
        frame = _carried("checkpoint", wire, FRAME_LIMIT, since=since, consistency=consistency)
        envelope = whole_envelope(wire)
        if [public for public, _ in envelope.signatures] != [self._me]:
            raise LocalProtocolError("A checkpoint to be offered is signed by this node alone.")
        self._checkpoints[digest(envelope.payload)] = frame
        if len(self._checkpoints) > MOST_CHECKPOINTS:
            del self._checkpoints[next(iter(self._checkpoints))]
        return frame

    def withdraw_checkpoint(self, name: str) -> None:
        """Offer the checkpoint whose payload has this digest no more; it may still come back, if it was on its way."""
        if self._checkpoints.pop(name, None) is not None:
            self._countersigned[name] = None

    def countersign(self, wire: bytes) -> Frame:
        """Return the frame that brings a checkpoint of theirs back with both signatures.

        Raises:
            LocalProtocolError: it does not hold both.
        """
        frame = _carried("countersigned", wire, FRAME_LIMIT)
        if signers(whole_envelope(wire)) != {self._me, self._other}:
            raise LocalProtocolError("A checkpoint to be sent back is signed by both sides.")
        return frame

    def due(self, state: State) -> tuple[list[Frame], list[Frame]]:
        """Return (documents, checkpoints) as frames for a session that has just come into `state`.

        While the versions in force differ all documents go again, answered or not: so two nodes of which one missed a
        ratification find together; documents of cases wait until they do not.
        """
        documents = [
            frame
            for name, frame in self._documents.items()
            if (name in self._unanswered if state is State.OPEN else frame.kind == "document")
        ]
        return documents, list(self._checkpoints.values()) if state is State.OPEN else []

    def judge_checkpoint(self, came: Carrier) -> None:
        """Check that a checkpoint is the other side's own. Raises RemoteProtocolError."""
        signed = [public for public, _ in came.envelope.signatures]
        if self._me in signed:
            raise refusal("reflected", "A checkpoint of ours came back as one of theirs.")
        if signed != [self._other]:
            raise refusal("wrong key", "A checkpoint is not signed by the counterpart's key alone.")
        if not signers(came.envelope):
            raise refusal("bad signature", "The signature of a checkpoint does not fit it.")

    def countersigned(self, came: Carrier) -> bool:
        """Take a checkpoint of ours with both signatures; return whether that is new.

        Raises:
            RemoteProtocolError: "unasked", or the signatures are not both there and right.
        """
        name = digest(came.envelope.payload)
        if name not in self._checkpoints and name not in self._countersigned:
            raise refusal("unasked", "A checkpoint came countersigned that was not offered.")
        if {public for public, _ in came.envelope.signatures} != {self._me, self._other}:
            raise refusal("wrong key", "A countersigned checkpoint holds other signatures than those of both sides.")
        if len(signers(came.envelope)) != 2:
            raise refusal("bad signature", "A signature of a countersigned checkpoint does not fit it.")
        if name in self._countersigned:
            return False
        for older in list(self._checkpoints):  # what was offered before is covered by it
            del self._checkpoints[older]
            self._countersigned[older] = None
            if older == name:
                break
        while len(self._countersigned) > 4 * MOST_CHECKPOINTS:
            del self._countersigned[next(iter(self._countersigned))]
        return True


def _carried(kind: str, wire: bytes, limit: int, *, since: int | None = None, consistency: Sequence[str] = ()) -> Frame:
    try:
        whole_envelope(wire)
        frame = carrier(kind, wire, since=since, consistency=consistency)
    except RemoteProtocolError as wrong:
        raise LocalProtocolError(f"What was to be sent as {kind} is no envelope: {wrong.says}") from None
    if len(frame) > limit:
        raise LocalProtocolError(f"A frame of kind {kind} may have {limit} bytes; this one has {len(frame)}.")
    return frame
