"""The one door to the other side. Bytes and times in; events, writes and frames out. No socket, clock or randomness.

    peer.connected / receive / disconnected / send / mark / offer / tick ...   then   output = peer.take()

The order in which an Output is carried out is the whole secret of losing nothing: commit its writes, together with
whatever follows from its events, in one transaction; then send its frames; then close. So a message leaves only after
it is in our store, and is acknowledged only after it is in theirs; a crash at any moment repeats steps but skips none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.air_traffic import Channels
from armslength.protocol.catalogue import CATALOGUE, Value
from armslength.protocol.events import (
    AgreementRef,
    Counterpart,
    Now,
    Output,
    Own,
    Stranded,
    Timing,
)
from armslength.protocol.failover import Patience
from armslength.protocol.leaving import Frame
from armslength.protocol.line import Line, Rank
from armslength.protocol.messages import NONE, Mark, Message, Post, Precedence, compose
from armslength.protocol.opening import Opening
from armslength.protocol.papers import Papers
from armslength.protocol.refusals import GOES_ON, refusal
from armslength.protocol.session import State, Step
from armslength.protocol.traffic import Traffic

__all__ = ["Peer"]

Restored = Mapping[str, Sequence[tuple[str, bytes]]]


class Peer:
    """One counterpart, over any number of paths.

    Args:
        me, other: the two sides. One Peer for each pair of keys.
        agreement: the version in force; None where none is.
        restored: what `spaces()` held in the store at start, by space; rows of other spaces are ignored.
        timing: see `Timing`.
    """

    def __init__(
        self,
        me: Own,
        other: Counterpart,
        agreement: AgreementRef | None = None,
        *,
        restored: Restored | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._me, self._other = me, other
        self._timing = timing or Timing()
        self._line = Line(me, other, agreement, self._timing)
        self._papers = Papers(me.key.public, other.key)
        self._traffic = Traffic(self._line, _pair(me.key.public, other.key), restored or {})
        self._opening = Opening(self._line, self._traffic, self._papers)
        self._line.owner = self._traffic
        self._last: Now | None = None
        self._line_s: float | None = None
        self._traffic_s: float | None = None
        """When line and traffic are due, as long as nothing happened to them; None: to be asked for anew."""
        self._strand()

    @staticmethod
    def spaces(me: str, other: str) -> tuple[str, ...]:
        """Return the spaces of the store in which the Peer of these two public keys keeps its state."""
        return Traffic.spaces(_pair(me, other))

    def connected(self, path: str, now: Now, nonce: bytes) -> None:
        """A connection is there.

        Args:
            path: names this one connection; a name may come again when the connection is gone.
            now: the time.
            nonce: 32 fresh random bytes.

        Raises:
            LocalProtocolError: the nonce is of another length, or the path is connected already.
        """
        self._awake(now)
        self._line.connected(path, now, nonce)

    def disconnected(self, path: str, now: Now) -> None:
        """The connection `path` is gone; nothing happens where there was none."""
        self._awake(now)
        self._line.disconnected(path, now)

    def receive(self, path: str, frame: bytes, now: Now) -> None:
        """Take one frame. What comes on a path that is not connected, or that was given up, is passed over.

        Raises:
            RemoteProtocolError: the frame is refused, for one of `refusals.REASONS`. Nothing of it took effect. Unless
                the reason is one of `refusals.GOES_ON`, the connection is to be closed, and `take` says so.
        """
        traffic_s = self._traffic_s
        self._awake(now)
        session = self._line.sessions.get(path)
        if session is None or session.state in (State.FROZEN, State.REFUSED):
            return
        try:
            if self._opening.open(session, frame, now):
                self._traffic_s = traffic_s
        except RemoteProtocolError as wrong:
            if wrong.reason not in GOES_ON and session.state not in (State.FROZEN, State.REFUSED):
                self._line.give_up(session, Step.REFUSE, wrong.reason, now)
            raise
        session.heard(now)

    def send(
        self,
        code: str,
        fields: Mapping[str, Value],
        now: Now,
        *,
        precedence: Precedence | None = None,
        ref: str | None = None,
        valid_until_ns: int | None = None,
    ) -> Message:
        """Sign a message and queue it durably; it leaves when the other side can take it.

        Args:
            code: of the catalogue.
            fields: as the catalogue has them.
            now: the time.
            precedence: None, or what follows from code and fields, as a check.
            ref: id of the message that it answers.
            valid_until_ns: after that it must not be sounded [UTC ns].

        Raises:
            LocalProtocolError: the catalogue does not have it so, it needs an agreement and none is in force, or there
                is no `room`.
        """
        self._awake(now)
        known = CATALOGUE.get(code)
        ref_in_force = self._line.in_force(now)
        if known is None or (precedence is not None and known.precedence_of(fields) is not precedence):
            raise LocalProtocolError("A message was to be sent with a code or precedence that the catalogue has not.")
        if ref_in_force is None and not known.without_agreement:
            raise LocalProtocolError(f"{code} can be said only under an agreement, and none is in force.")
        agreement, terms = NONE, NONE
        if ref_in_force is not None and not (known.without_agreement and self._differing()):
            agreement, terms = ref_in_force.id, ref_in_force.digest
        message = compose(
            self._me.key,
            Post(self._me.party, self._me.post),
            Post(self._other.party, self._other.post),
            code=code,
            fields=fields,
            seq=self._traffic.next_seq(agreement, known.precedence_of(fields)),
            time_ns=now.utc_ns,
            agreement=agreement,
            terms=terms,
            valid_until_ns=valid_until_ns,
            ref=ref,
        )
        self._traffic.add(message, now)
        return message

    def hold(self, codes: frozenset[str]) -> None:
        """Let no message of `codes` leave from now on, nor again: they wait, and others pass them."""
        self._line.held = codes
        self._changed()

    def tune(
        self, plan: Sequence[str], patience: Patience, now: Now, *, sealed: bool = False, distress: bool = False
    ) -> None:
        """Use the frequencies of `plan` (ids, in order) from now on; see `AirTraffic.adopt`."""
        self._awake(now)
        self._traffic.air.adopt(plan, patience, sealed=sealed, distress=distress)

    def hear(self, channel: str, payload: bytes, now: Now) -> None:
        """Take what a radio heard. Raises RemoteProtocolError, which accuses nobody: anybody can transmit."""
        self._awake(now)
        if self._line.in_force(now) is None:
            raise refusal("wrong agreement", "A payload came over a frequency, and no agreement is in force.")
        self._traffic.heard(channel, payload, now)

    def held(self, channel: str) -> None:
        """A call had not left the radio when the next was made: nobody can have answered it."""
        self._traffic.air.held(channel)
        self._changed()

    def channels(self) -> Channels:
        """Return how the frequencies and the ground line stand."""
        return self._traffic.air.channels()

    def room(self, precedence: Precedence) -> int:
        """Return how many more messages of `precedence` the outbox takes; for FLASH always at least one."""
        return self._traffic.room(precedence)

    def received(self) -> list[tuple[Message, bool, dict[str, int]]]:
        """Return the latest messages delivered here: message, whether it came too late, our marks [UTC ns]."""
        return self._traffic.received()

    def waiting(self) -> tuple[Message, ...]:
        """Return every message that the other side has not marked RECEIVED, the most urgent first, in order."""
        return self._traffic.waiting()

    def standing(self) -> str:
        """Return how we stand with the other side: "OPEN", "DIFFERING", "FIRST_CONTACT"; "DOWN" without a session."""
        proved = self._line.proved()
        return proved[0].state.name if proved else State.DOWN.name

    def paths(self) -> dict[str, str]:
        """Return the state of every connection by its path."""
        return {path: session.state.name for path, session in self._line.sessions.items()}

    def offset_s(self, now: Now) -> tuple[float, float] | None:
        """Return (low, high): the other side's UTC minus ours [s]; None while it is not known."""
        between = self._line.offset.between(now)
        return None if between is None else (between[0] / 1e9, between[1] / 1e9)

    def mark(self, message_id: str, mark: Mark, now: Now) -> None:
        """Put UNDERSTOOD or RELAYED on a message received; putting it twice changes nothing. RECEIVED goes by itself.

        Raises:
            LocalProtocolError: no such message was delivered (lately), or the mark is RECEIVED.
        """
        self._awake(now)
        self._traffic.mark(message_id, mark, now)

    def adopt(self, agreement: AgreementRef | None, now: Now, timing: Timing | None = None) -> None:
        """Another version is in force from now on (or none): the other side is told on every open session.

        `timing`: how soon a side that pings no more has vanished or is frozen, from now on; None: as before.
        """
        self._awake(now)
        self._line.agreement = agreement
        if timing is not None:
            self._timing = self._line.timing = timing
        self._strand()
        self._line.announce(now)

    def head(self, size: int, root: str) -> None:
        """Say the head of our book: size, root in hexadecimal (64 digits, or "" for none). The next proof names it."""
        self._line.ledger = (size, root)

    def offer(self, envelope: bytes, now: Now) -> None:
        """Send a signed document; again at each greeting while unanswered, or while the versions in force differ.

        Raises:
            LocalProtocolError: it is no envelope, or its frame is larger than 256 KiB.
        """
        self._awake(now)
        self._put_best(Rank.DOCUMENT, self._papers.offer(envelope))

    def withdraw(self, digest: str) -> None:
        """Offer the document with this digest (of its envelope) no more."""
        self._papers.withdraw(digest)

    def offer_checkpoint(self, envelope: bytes, now: Now, *, since: int = 0, consistency: Sequence[str] = ()) -> None:
        """Send a checkpoint that we signed; again at each greeting until it comes back countersigned.

        Args:
            envelope: canonical JSON.
            now: the time.
            since, consistency: RFC 6962 consistency proof from the book of that size on; 0 and empty: none is given.

        Raises:
            LocalProtocolError: it is not signed by us alone.
        """
        self._awake(now)
        frame = self._papers.offer_checkpoint(envelope, since, consistency)
        if self.standing() == State.OPEN.name:
            self._put_best(Rank.CHECKPOINT, frame)

    def withdraw_checkpoint(self, digest: str) -> None:
        """Offer the checkpoint with this digest (of its payload) no more."""
        self._papers.withdraw_checkpoint(digest)

    def countersign(self, envelope: bytes, now: Now) -> None:
        """Send back a checkpoint of theirs with both signatures. Where no session is open: they will ask again.

        Raises:
            LocalProtocolError: it is not signed by both.
        """
        self._awake(now)
        self._put_best(Rank.CHECKPOINT, self._papers.countersign(envelope))

    def tick(self, now: Now) -> None:
        """Do what is due. Call it at `next_deadline`, or oftener."""
        self._awake(now)
        self._line.tick(now)
        self._traffic.tick(now)

    def is_idle(self) -> bool:
        """Return whether `take` would return nothing."""
        line = self._line
        return not (line.events or line.frames or line.close or line.turned) and self._traffic.is_idle()

    def next_deadline(self) -> float:
        """Return when `tick` is due next [s, monotonic]: 0 before the first call with a time, infinity for never."""
        if self._last is None:
            return 0.0
        if self._line_s is None:
            self._line_s = self._line.due()
        if self._traffic_s is None:
            self._traffic_s = self._traffic.due()
        return min(self._line_s, self._traffic_s)

    def answers(self) -> Output | None:
        """Return the pings and answers to pings that are to leave, where nothing else is to be done; else None.

        They say only that somebody is there, and when: they need not wait for what is kept or said together.
        """
        line = self._line
        if not line.frames or line.events or line.close or line.turned or not self._traffic.is_idle():
            return None
        if any(rank != Rank.PING for rank, _, _ in line.frames):
            return None
        leaving = tuple((path, frame) for _, path, frame in line.frames)
        line.frames = []
        return Output(frames=leaving, urgent=len(leaving))

    def take(self) -> Output:
        """Return what is to be done since the last call. Outputs are committed in the order taken.

        When the store refuses one, keep it and commit it before any later one, or throw the Peer away and restore it:
        what this Peer remembers already counts as stored.
        """
        self._changed()
        line = self._line
        since, line.frames = line.frames, []  # what was offered since the session turned comes after what is due again
        for session in {one.path: one for one in line.turned}.values():
            documents, checkpoints = self._papers.due(session.state)
            for frame in documents:
                line.put(Rank.DOCUMENT, session, frame)
            for frame in checkpoints:
                line.put(Rank.CHECKPOINT, session, frame)
        line.frames += since
        writes = self._traffic.take(self._last)
        told, more, over_air = self._traffic.air.take()
        line.events += told
        alive = {path for path, session in line.sessions.items() if session.state not in (State.FROZEN, State.REFUSED)}
        frames = sorted((one for one in line.frames if one[1] in alive), key=itemgetter(0))
        urgent = sum(one[0] <= Rank.URGENT for one in frames)
        leaving = tuple(one[1:] for one in frames)
        output = Output(tuple(line.events), (*writes, *more), leaving, tuple(line.close), urgent, over_air)
        line.events, line.frames, line.close, line.turned = [], [], [], []
        return output

    def _awake(self, now: Now) -> None:
        """Note the time; where we ourselves stood still, nobody else is blamed for silence."""
        if self._last is None:
            self._line.start(now)
            self._traffic.start(now)
        elif now.mono_s - self._last.mono_s > 2 * self._timing.ping_s:
            overdue = now.mono_s - max(self.next_deadline(), self._last.mono_s)
            if overdue > 2 * self._timing.ping_s:
                self._line.stalled(overdue)
        self._last = now
        self._changed()

    def _changed(self) -> None:
        """Something happens to line or traffic: when they are due is not known any more."""
        self._line_s = self._traffic_s = None

    def _differing(self) -> bool:
        """Return whether there are sessions, and on none of them the same version is in force."""
        return self.standing() in (State.DIFFERING.name, State.FIRST_CONTACT.name)

    def _put_best(self, rank: int, frame: Frame) -> None:
        if proved := self._line.proved():
            self._line.put(rank, proved[0], frame)

    def _strand(self) -> None:
        """Give up what waits under another agreement than the one in force."""
        if self._line.agreement is not None:
            ids = self._traffic.strand(self._line.agreement.id)
            if ids:
                self._line.events.append(Stranded(ids))


def _pair(me: str, other: str) -> str:
    """Return the name of a pair of keys in the names of spaces."""
    return f"{me[:16]}-{other[:16]}"
