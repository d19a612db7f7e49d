"""What a frame of the ground line is, whether it has a place now, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import Envelope
from armslength.protocol.events import CheckpointIn, Countersigned, DocumentIn, DocumentTaken, Now
from armslength.protocol.frames import Plain, open_frame, read_carrier, read_taken, taken
from armslength.protocol.greeting import PROOF_TYPE
from armslength.protocol.line import Line, Rank
from armslength.protocol.marks import MARK_TYPE
from armslength.protocol.messages import MESSAGE_TYPE
from armslength.protocol.papers import Papers
from armslength.protocol.refusals import refusal
from armslength.protocol.session import Session
from armslength.protocol.traffic import Traffic

__all__ = ["Opening"]

_SIGNS_OF_LIFE = ("ping", "pong")


class Opening:
    """Opens the frames of one other side: for the line, its traffic and its papers."""

    def __init__(self, line: Line, traffic: Traffic, papers: Papers) -> None:
        self._line, self._traffic, self._papers = line, traffic, papers

    def open(self, session: Session, frame: bytes, now: Now) -> bool:
        """Say what `frame` is, whether it has a place now, and pass it on. Raises RemoteProtocolError.

        Returns whether it was a sign of life and no more: then nothing but the line has changed.
        """
        came = open_frame(frame)
        if isinstance(came, Plain) and came.kind == "hello":
            self._line.hello(session, came, now)
        elif isinstance(came, Envelope) and came.payload_type == PROOF_TYPE:
            session.spend(now, self._line.timing)
            self._line.proof(session, came, now)
        elif not session.proved:
            raise refusal("wrong state", "Before the keys are proved nothing but a greeting has a place.")
        elif isinstance(came, Plain):
            session.spend(now, self._line.timing)
            self._plain[came.kind](self, session, came, now)
            return came.kind in _SIGNS_OF_LIFE
        elif came.payload_type == MESSAGE_TYPE:
            self._traffic.message(session, came, frame, now)
        elif came.payload_type == MARK_TYPE:
            self._traffic.marks(session, came, frame, now)
        else:
            raise refusal("unknown kind", "An envelope of a type that does not exist came.")
        return False

    def _ping(self, session: Session, frame: Plain, now: Now) -> None:
        self._line.ping(session, frame, now)

    def _pong(self, session: Session, frame: Plain, now: Now) -> None:
        self._line.pong(session, frame, now)

    def _taken(self, _session: Session, frame: Plain, _now: Now) -> None:
        for name in read_taken(frame):
            self._traffic.taken(name)
            if self._papers.taken(name):
                self._line.events.append(DocumentTaken(name))

    def _document(self, session: Session, frame: Plain, _now: Now) -> None:
        came = read_carrier(frame)
        self._line.events.append(DocumentIn(came.wire))
        self._line.put(Rank.MARK, session, taken([digest(came.wire)]))

    def _checkpoint(self, _session: Session, frame: Plain, now: Now) -> None:
        if self._line.in_force(now) is None:
            raise refusal("wrong agreement", "A checkpoint came, and no agreement is in force.")
        came = read_carrier(frame)
        self._papers.judge_checkpoint(came)
        self._line.events.append(CheckpointIn(came.wire, came.since, came.consistency))

    def _countersigned(self, _session: Session, frame: Plain, _now: Now) -> None:
        came = read_carrier(frame)
        if self._papers.countersigned(came):
            self._line.events.append(Countersigned(came.wire))

    _plain: Mapping[str, Callable[[Opening, Session, Plain, Now], None]] = {
        "ping": _ping,
        "pong": _pong,
        "taken": _taken,
        "document": _document,
        "checkpoint": _checkpoint,
        "countersigned": _countersigned,
    }
