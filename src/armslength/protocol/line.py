"""The connections to one other side: greetings, proofs, pings, silence; and what is in force on both ends of them.

Knows nothing of messages. Whoever owns a Line is told when a session opens, turns or ends (`Owner`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from armslength.crypto.envelope import Envelope
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.events import (
    AgreementRef,
    Counterpart,
    Event,
    Now,
    OffsetKnown,
    Own,
    PeerFrozen,
    PeerVanished,
    SessionLost,
    SessionOpen,
    Timing,
)
from armslength.protocol.frames import Plain, ping, pong, read_number
from armslength.protocol.greeting import Count, Proof, check_hello, hello, proof, read_proof
from armslength.protocol.leaving import Frame
from armslength.protocol.messages import read_stamp
from armslength.protocol.offset import Offset
from armslength.protocol.refusals import refusal
from armslength.protocol.session import Session, State, Step, standing

__all__ = ["MOST_PATHS", "Line", "Owner", "Rank"]

MOST_PATHS = 8
"""Connections at once to one other side."""
OVERTIME_NS = 60 * 1_000_000_000
"""For so long after the end of a version a clock that is slow may still name it."""
_NEVER = float("inf")
_PREFERRED = (State.OPEN, State.DIFFERING, State.FIRST_CONTACT)


class Rank:
    """In what order the frames of one Output leave: the lower, the sooner.

    What is URGENT or lower also goes before everything of earlier Outputs that still waits on its connection. Greetings
    belong to it, because nothing may arrive before the keys are proved, and an emergency must not wait for that.
    """

    GREETING, FLASH, FLASH_MARK, PING, MARK, PRIORITY, CHECKPOINT, DOCUMENT, ROUTINE = range(9)
    URGENT = PING


class Owner(Protocol):
    """Who is told about sessions."""

    def counts(self, agreement: str | None) -> tuple[Count, ...]:
        """Return the counts of the streams under `agreement` and under none."""

    def check(self, counts: tuple[Count, ...]) -> None:
        """Raise RemoteProtocolError where these counts of the other side cannot be."""

    def turned(self, session: Session, proof: Proof | None, now: Now) -> None:
        """`session` has opened or stands otherwise than before; `proof`: the one that came, if one did."""

    def ended(self, now: Now) -> None:
        """A session that was open is over."""


@dataclass(slots=True)
class Line:
    """All connections to `other`. `events`, `frames` (rank, path, bytes) and `close` collect what is to be done."""

    me: Own
    other: Counterpart
    agreement: AgreementRef | None
    timing: Timing
    owner: Owner | None = None
    sessions: dict[str, Session] = field(default_factory=dict)
    ledger: tuple[int, str] = (0, "")
    held: frozenset[str] = frozenset()
    """Codes of messages that must not leave now: they wait, and others pass them."""
    offset: Offset = field(default_factory=Offset)
    events: list[Event] = field(default_factory=list)
    frames: list[tuple[int, str, Frame]] = field(default_factory=list)
    close: list[tuple[str, str]] = field(default_factory=list)
    turned: list[Session] = field(default_factory=list)
    """Sessions that opened or stand otherwise, for who has papers to send."""
    _announced: tuple[str, str] | None = None
    _alone: tuple[float, int, str] | None = None
    _reported: tuple[float, int, int] = (-_NEVER, -1, 0)

    def in_force(self, now: Now) -> AgreementRef | None:
        """Return the version in force at `now`."""
        ref = self.agreement
        return ref if ref is not None and now.utc_ns < ref.expires_ns else None

    def proved(self, now: Now | None = None) -> list[Session]:
        """Return the sessions on which the other side proved its key and answers, the best first.

        The best is one on which the same version is in force, of those one that is not doubtful (if `now` is given), of
        those the oldest: to change would reorder.
        """
        found = [session for session in self.sessions.values() if session.proved]
        if len(found) < 2:
            return found

        def worth(session: Session) -> tuple[int, bool]:
            doubtful = now is not None and session.doubtful(now.mono_s, self.timing)
            return _PREFERRED.index(session.state), doubtful

        return sorted(found, key=worth)

    def start(self, now: Now) -> None:
        """The first moment known: from now on the other side is missing, if there is something to miss it for."""
        self._announced = _named(self.in_force(now))
        if self.agreement is not None:
            self._alone = (now.mono_s, now.utc_ns, "")

    def stalled(self, seconds: float) -> None:
        """We stood still for so long."""
        for session in self.sessions.values():
            session.stalled(seconds)

    def connected(self, path: str, now: Now, nonce: bytes) -> None:
        """A connection is there: greet. One too many is closed."""
        if len(nonce) != 32:
            raise LocalProtocolError("A connection needs a nonce of 32 random bytes.")
        if path in self.sessions:
            raise LocalProtocolError("A connection has the name of one that is there already.")
        if len(self.sessions) >= MOST_PATHS:
            self.close.append((path, "too many connections"))
            return
        session = Session(path, nonce.hex(), now.mono_s, now.mono_s, now.utc_ns)
        self.sessions[path] = session
        self.put(Rank.GREETING, session, hello(self.me, session))

    def disconnected(self, path: str, now: Now) -> None:
        """The connection is gone."""
        session = self.sessions.pop(path, None)
        if session is not None:
            was = session.proved
            session.move(Step.DISCONNECTED)
            self.frames = [one for one in self.frames if one[1] != path]
            if was:
                self._lost(session, "closed", now)

    def give_up(self, session: Session, step: Step, why: str, now: Now) -> None:
        """Ask for `session` to be closed, and take nothing more from it."""
        was = session.proved
        session.move(step)
        self.close.append((session.path, why))
        if was:
            self._lost(session, why, now)

    def put(self, rank: int, session: Session, frame: Frame) -> None:
        """Let `frame` leave."""
        self.frames.append((rank, session.path, frame))

    def hello(self, session: Session, frame: Plain, now: Now) -> None:
        """A hello came: answer it with a proof."""
        if session.state is not State.GREETING:
            raise refusal("wrong state", "A second hello came.")
        session.peer_nonce, session.peer_path = check_hello(frame, self.me, self.other, session)
        session.move(Step.HELLO)
        self._prove(session, now)

    def proof(self, session: Session, envelope: Envelope, now: Now) -> None:
        """A proof came: the session opens, or stands otherwise."""
        if session.state is State.GREETING:
            raise refusal("wrong state", "A proof came before a hello.")
        came = read_proof(envelope, self.me, self.other, session)
        if self.owner is not None:
            self.owner.check(came.counts)
        ours, theirs = _named(self.in_force(now)), None
        if came.agreement is not None and came.terms is not None:
            theirs = (came.agreement, came.terms)
            try:
                self._judge(ours, theirs, came, now)
            except RemoteProtocolError as wrong:
                self.give_up(session, Step.REFUSE, wrong.reason, now)
                raise
        if not session.proved:
            self.offset.measured(session.began_s, now.mono_s, came.time_ns)
            self._alone = None
            self._ping(session, now)
        session.theirs, session.ledger, session.peer_serial = theirs, came.ledger, came.serial
        self._turn(session, standing(ours, theirs), came, now)
        self._report(now)

    def ping(self, session: Session, frame: Plain, now: Now) -> None:
        """A ping came: answer with its number and the time."""
        number = read_number(frame.values["n"])
        self.put(Rank.PING, session, pong(number, now.utc_ns))

    def pong(self, session: Session, frame: Plain, now: Now) -> None:
        """An answer to a ping came: it measures the clock of the other side."""
        number, theirs_ns = read_number(frame.values["n"]), read_stamp(frame.values["time_ns"])
        asked_s = session.answered(number)
        if asked_s is not None:
            session.rtt_s = now.mono_s - asked_s
            self.offset.measured(asked_s, now.mono_s, theirs_ns)
            self._report(now)

    def announce(self, now: Now) -> None:
        """Tell every session what is in force now, if that is something new."""
        ours = _named(self.in_force(now))
        if ours == self._announced:
            return
        self._announced = ours
        for session in list(self.sessions.values()):
            if session.state is State.PROVING or session.proved:
                self._prove(session, now)
            if session.proved:
                self._turn(session, standing(ours, session.theirs), None, now)

    def tick(self, now: Now) -> None:
        """Do what is due: pings, ends of patience."""
        self.announce(now)
        for session in list(self.sessions.values()):
            if session.due(self.timing) > now.mono_s:
                continue
            if not session.proved:
                self.give_up(session, Step.REFUSE, "late", now)
            elif now.mono_s >= session.heard_s + self.timing.frozen_s:
                self.events.append(PeerFrozen(session.path, session.heard_ns))
                self.give_up(session, Step.SILENT, "frozen", now)
            else:
                self._ping(session, now)
        if self._alone is not None and now.mono_s >= self._alone[0] + self.timing.vanished_s:
            self.events.append(PeerVanished(self._alone[2], self._alone[1]))
            self._alone = None

    def due(self) -> float:
        """Return when `tick` has something to do [s, monotonic]."""
        times = [session.due(self.timing) for session in self.sessions.values()]
        if self._alone is not None:
            times.append(self._alone[0] + self.timing.vanished_s)
        return min(times, default=_NEVER)

    def _judge(self, ours: tuple[str, str] | None, theirs: tuple[str, str], came: Proof, now: Now) -> None:
        if came.expires_ns + OVERTIME_NS <= now.utc_ns:
            raise refusal("expired agreement", "The other side holds on to a version whose time is over.")
        if ours is not None and ours[0] != theirs[0]:
            raise refusal("wrong agreement", "The other side holds another agreement to be in force.")

    def _prove(self, session: Session, now: Now) -> None:
        ref = self.in_force(now)
        counts = self.owner.counts(ref.id if ref else None) if self.owner is not None else ()
        made = proof(self.me, self.other, session, ref, self.ledger, counts, now.utc_ns)
        self.put(Rank.GREETING, session, made)

    def _turn(self, session: Session, step: Step, came: Proof | None, now: Now) -> None:
        before = session.state
        session.move(step)
        if came is None and session.state is before:
            return
        agreement, terms = session.theirs or (None, None)
        size, root = session.ledger
        fresh = came is not None
        self.events.append(SessionOpen(session.path, session.state.name, agreement, terms, size, root, fresh))
        self.turned.append(session)
        if self.owner is not None:
            self.owner.turned(session, came, now)

    def _lost(self, session: Session, why: str, now: Now) -> None:
        self.events.append(SessionLost(session.path, why))
        if self.owner is not None:
            self.owner.ended(now)
        if not self.proved():
            self._alone = (now.mono_s, now.utc_ns, session.path)

    def _ping(self, session: Session, now: Now) -> None:
        self.put(Rank.PING, session, ping(session.ping(now, self.timing)))

    def _report(self, now: Now) -> None:
        """Tell of the offset: at first, when known twice as well, after a jump of their clock, and now and then."""
        between = self.offset.between(now)
        at, jumps, width = self._reported
        if between is None:
            return
        better = 2 * (between[1] - between[0]) < width
        if better or jumps != self.offset.jumps or now.mono_s - at >= self.timing.offset_s:
            self._reported = (now.mono_s, self.offset.jumps, between[1] - between[0])
            self.events.append(OffsetKnown(between[0] / 1e9, between[1] / 1e9))


def _named(ref: AgreementRef | None) -> tuple[str, str] | None:
    return None if ref is None else (ref.id, ref.digest)
