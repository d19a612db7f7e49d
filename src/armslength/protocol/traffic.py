"""Messages and marks with one other side: what of them may pass now, what leaves, what arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import Envelope
from armslength.errors import LocalProtocolError
from armslength.protocol.air_traffic import AirTraffic
from armslength.protocol.airwaves import channel_of
from armslength.protocol.bucket import Bucket
from armslength.protocol.catalogue import CATALOGUE, Precedence
from armslength.protocol.events import Duplicate, Marked, Now, Received
from armslength.protocol.failover import GROUND
from armslength.protocol.frames import taken, whole_envelope
from armslength.protocol.greeting import Count, Proof
from armslength.protocol.inbox import Arrival, Inbox, Record
from armslength.protocol.leaving import Frame
from armslength.protocol.line import Line, Rank
from armslength.protocol.marks import MOST_ENTRIES, Entry, Stream, read, state
from armslength.protocol.messages import NONE, Mark, Message, Post, from_envelope
from armslength.protocol.outbox import Outbox, Waiting, stream_of
from armslength.protocol.refusals import refusal
from armslength.protocol.session import Session, State
from armslength.protocol.stated import Stated
from armslength.protocol.writes import Write

__all__ = ["MOST", "Traffic"]

MOST = {True: (1024, 5), False: (16_384, 20)}
"""New messages taken from the other side, FLASH (True) and all others: so many at once, and so many a second after.

An honest side that was cut off for long has a full outbox to say (8,192); what it says day by day is far below. A
hostile one gets so no more than some 4 GB a day onto our disk, and is noticed where it tries for more: each refusal
counts as evidence.
"""

_RANK = {Precedence.FLASH: Rank.FLASH, Precedence.PRIORITY: Rank.PRIORITY, Precedence.ROUTINE: Rank.ROUTINE}


class Traffic:
    """The messages of both directions on `line`; `pair` names its spaces in the store."""

    def __init__(self, line: Line, pair: str, restored: Mapping[str, Sequence[tuple[str, bytes]]]) -> None:
        self._line = line
        self._outbox, self._inbox, self._stated = Outbox(pair, line.timing), Inbox(pair, line.timing), Stated(pair)
        self._writes: list[Write] = []
        self._bounds = {flash: Bucket(*most) for flash, most in MOST.items()}
        self._receipts: dict[tuple[str, Stream], dict[int, Entry]] = {}
        for space in self._outbox.spaces:
            self._outbox.restore(space, restored.get(space, ()))
        for space in self._inbox.spaces:
            self._inbox.restore(space, restored.get(space, ()))
        self._stated.restore(restored.get(self._stated.space, ()))
        self.air = AirTraffic(line, self._outbox, self._inbox, pair, restored.get(f"channels/{pair}", ()))

    @staticmethod
    def spaces(pair: str) -> tuple[str, ...]:
        """Return the spaces of the store in which the messages of `pair` are kept."""
        return tuple(f"{kind}/{pair}" for kind in ("out", "sent", "count", "in", "marks", "channels"))

    def start(self, now: Now) -> None:
        """The first moment known: what is held back waits from now on."""
        self._inbox.hold_from(now.mono_s)
        self.air.waves.failover.begin(now, first=self._line.me.key.public < self._line.other.key)

    def next_seq(self, agreement: str, precedence: Precedence) -> int:
        """Return the number that the next message gets."""
        return self._outbox.next_seq(Stream(agreement, precedence))

    def room(self, precedence: Precedence) -> int:
        """Return how many more messages of `precedence` are taken."""
        return self._outbox.room(precedence)

    def waiting(self) -> tuple[Message, ...]:
        """Return every message that waits for the mark RECEIVED."""
        return tuple(self._outbox)

    def add(self, message: Message, now: Now) -> None:
        """Queue a message that was just composed. Raises LocalProtocolError where there is no room."""
        self._writes.append(self._outbox.add(message))
        self.air.note(message)
        self._pump(now)

    def received(self) -> list[tuple[Message, bool, dict[str, int]]]:
        """Return what is kept of messages delivered here: message, whether it came too late, our marks [UTC ns]."""
        records = [record for record in self._inbox.records() if record.message is None]
        return [
            (from_envelope(whole_envelope(one.envelope), one.envelope, None), one.expired, dict(one.marks))
            for one in records
        ]

    def mark(self, message_id: str, mark: Mark, now: Now) -> None:
        """Put UNDERSTOOD or RELAYED on a message delivered. Raises LocalProtocolError."""
        record = self._inbox.find(message_id)
        if record is None or record.message is not None:
            raise LocalProtocolError("A mark was to be put on a message that was not delivered here.")
        if mark is Mark.RECEIVED:
            raise LocalProtocolError("RECEIVED is put by the inbox itself.")
        if mark.value in record.marks:
            return
        record.marks[mark.value] = now.utc_ns
        entry = Entry(record.seq, record.id, record.expired)
        frame = state(self._line.me.key, self._line.other.key, record.stream, mark, (entry,), now.utc_ns)
        self._writes += [self._inbox.row(record), self._stated.add(frame)]
        self._stated.sent_s = now.mono_s
        for session in self._line.proved(now)[:1]:
            self._line.put(_mark_rank(record.stream), session, frame)

    def message(self, session: Session, envelope: Envelope, frame: bytes, now: Now) -> None:
        """A message came: everything is checked before anything changes.

        1. Signed by the counterpart's key alone, and in form ("wrong key", "bad signature", "reflected", ...).
        2. From its post to ours ("wrong party").
        3. Under what is in force between the two ("wrong agreement", "expired agreement").
        4. With a number that can be, and was not used for another ("out of window", "sequence reused").
        5. Not one more than anybody needs to say ("too many"): it is not marked, so that an honest side says it again.
        """
        if any(public == self._line.me.key.public for public, _ in envelope.signatures):
            raise refusal("reflected", "A message of ours came back.")
        self._take(from_envelope(envelope, frame, self._line.other.key), session.path, session.theirs, now)

    def heard(self, channel: str, payload: bytes, now: Now) -> None:
        """A payload came over a frequency. Raises RemoteProtocolError; nothing of it took effect then."""
        self.air.receive(
            channel,
            payload,
            now,
            lambda path, message: self._take(message, path, None, now),
            lambda path, envelope, frame: self._take_marks(path, envelope, frame, now),
        )

    def _take(self, message: Message, path: str, theirs: tuple[str, str] | None, now: Now) -> None:
        """Take a message that came by `path`, from a side that has `theirs` in force as far as that path says."""
        strict = self._under(message, theirs, now)
        self._addressed(message, strict)
        if self._inbox.judge(message):
            if not self._bounds[message.precedence is Precedence.FLASH].take(now.mono_s, self._line.timing.ping_s):
                raise refusal("too many", "More messages came in a short time than any need explains.")
            late = message.valid_until_ns is not None and self._line.offset.late_ns(message.valid_until_ns, now) > 0
            arrival, writes = self._inbox.take(message, late, now.utc_ns, now.mono_s)
            self._writes += writes
            self._receipt(path, stream_of(message), Entry(message.seq, message.id, late))
            self._deliver(arrival, now)
        else:
            record = self._inbox.find(message.id)
            late = record is not None and record.expired
            self._receipt(path, stream_of(message), Entry(message.seq, message.id, late))
            after_s = None if record is None else (now.utc_ns - record.marks[Mark.RECEIVED.value]) / 1e9
            self._line.events.append(Duplicate(message.id, channel_of(path), after_s))

    def marks(self, session: Session, envelope: Envelope, frame: bytes, now: Now) -> None:
        """Marks on messages of ours came."""
        self._take_marks(session.path, envelope, frame, now)

    def _take_marks(self, path: str, envelope: Envelope, frame: bytes, now: Now) -> None:
        session = self._line.sessions.get(path)
        statement = read(envelope, self._line.me.key.public, self._line.other.key)
        self._outbox.judge(statement.stream, statement.entries)
        if statement.mark is not Mark.RECEIVED and session is not None:
            self._line.put(Rank.MARK, session, taken([digest(frame)]))
        proven = self.air.proven_by(path, statement.mark, frame)
        self.air.stands(statement.standing, now)
        for entry in statement.entries:
            new, writes = self._outbox.marked(statement.stream, statement.mark, entry, statement.time_ns, now.mono_s)
            self._writes += writes
            self.air.marked(entry.id, proven, statement.mark, now)
            if new:
                channel = channel_of(path)
                marked = Marked(entry.id, statement.mark, statement.time_ns, entry.expired, frame, channel)
                self._line.events.append(marked)
        self._pump(now)

    def taken(self, name: str) -> None:
        """The other side has the statement with this digest."""
        self._writes += self._stated.taken(name)

    def counts(self, agreement: str | None) -> tuple[Count, ...]:
        """Return the counts of all streams under `agreement` and under none."""
        wanted = [s for s in {*self._outbox.streams(), *self._inbox.streams()} if s.agreement in (agreement, NONE)]
        return tuple(Count(s, self._inbox.expects(s), self._outbox.counts(s)) for s in sorted(wanted))

    def check(self, counts: tuple[Count, ...]) -> None:
        """Raise RemoteProtocolError where these counts of the other side cannot be."""
        for count in counts:
            self._outbox.check(count.stream, count.expects)

    def turned(self, session: Session, proof: Proof | None, now: Now) -> None:
        """A session opened or stands otherwise: find into the count, send what waits."""
        ours = self._line.agreement
        for count in proof.counts if proof is not None else ():
            if count.stream.agreement == NONE or (ours is not None and count.stream.agreement == ours.id):
                self._outbox.skip_to(count.stream, count.expects)
                self._deliver(self._inbox.skip_to(count.stream, count.sends_from), now)
        if session.state is not State.OPEN:
            fit = {one.path for one in self._line.proved() if one.state is State.OPEN}
            self._outbox.landed(fit.__contains__)
        for one in self._outbox.under_way(Precedence.FLASH):  # the path on which it left may be dead already
            if session.path not in one.paths and self._may(one.message, session):
                one.paths = (*one.paths, session.path)
                self._line.put(Rank.FLASH, session, Frame(one.message.code, one.message.envelope))
        for frame in self._stated.frames():
            self._line.put(Rank.MARK, session, frame)
        self._stated.sent_s = now.mono_s
        self._pump(now)

    def ended(self, now: Now) -> None:
        """A session is over: what was under way on it alone waits again, for another that is open."""
        alive = {session.path for session in self._line.proved()}
        self._outbox.landed(alive.__contains__)
        self._pump(now)

    def strand(self, agreement: str) -> tuple[str, ...]:
        """Give up what waits under another agreement; return the ids."""
        ids, writes = self._outbox.strand(agreement)
        self._writes += writes
        self.air.waves.forget(ids)
        return ids

    def tick(self, now: Now) -> None:
        """Give up gaps, and send again what was not marked in time."""
        self._deliver(self._inbox.tick(now.mono_s), now)
        self._line.events += self.air.tick(now)
        proved = self._line.proved(now)
        if proved:
            self._doubt(proved, now)
            self._fly(self._outbox.again(now.mono_s), now)
            if self._stated and now.mono_s >= self._stated.sent_s + self._line.timing.resend_most_s:
                self._stated.sent_s = now.mono_s
                for frame in self._stated.frames():
                    self._line.put(Rank.MARK, proved[0], frame)
        elif self._stated:
            self.air.stated(self._stated.frames(), now)
        self._pump(now)

    def due(self) -> float:
        """Return when `tick` has something to do [s, monotonic]."""
        times = [self._inbox.due(), self.air.due()]
        if self._line.proved():
            times.append(self._outbox.due())
            if self._stated:
                times.append(self._stated.sent_s + self._line.timing.resend_most_s)
        return min(times)

    def is_idle(self) -> bool:
        """Return whether nothing is to be kept, said or sent."""
        return not (self._writes or self._receipts) and self._inbox.is_settled() and self.air.waves.is_idle()

    def take(self, now: Now | None) -> tuple[Write, ...]:
        """Return what makes all of it durable; the marks RECEIVED are signed now, one statement for many messages."""
        for (path, stream), entries in self._receipts.items():
            if now is not None and (channel := channel_of(path)):
                self.air.receipts(channel, stream, [entries[seq] for seq in sorted(entries)], now)
                continue
            session = self._line.sessions.get(path)
            if session is None or not session.proved or now is None:
                continue  # they will send it again, and be told then
            listed = [entries[seq] for seq in sorted(entries)]
            for first in range(0, len(listed), MOST_ENTRIES):
                some = listed[first : first + MOST_ENTRIES]
                key, to = self._line.me.key, self._line.other.key
                statement = state(key, to, stream, Mark.RECEIVED, some, now.utc_ns, self.air.standing())
                self._line.put(_mark_rank(stream), session, statement)
        self._receipts.clear()
        writes = (*self._writes, *self._inbox.settle())
        self._writes = []
        return writes

    def _receipt(self, path: str, stream: Stream, entry: Entry) -> None:
        self._receipts.setdefault((path, stream), {})[entry.seq] = entry

    def _addressed(self, message: Message, strict: bool) -> None:
        """Refuse what is not from their post to ours; under an earlier version the posts may have had other names."""
        me, other = self._line.me, self._line.other
        here = message.sender == Post(other.party, other.post) and message.addressee == Post(me.party, me.post)
        parties = message.sender.party == other.party and message.addressee.party == me.party
        if not (here if strict else parties):
            raise refusal("wrong party", "A message is from or to another party or post than those of this session.")

    def _under(self, message: Message, theirs: tuple[str, str] | None, now: Now) -> bool:
        """Refuse what may not be said under what is in force; return whether it names the version in force."""
        code, ours = CATALOGUE[message.code], self._line.agreement
        if message.agreement == NONE and code.without_agreement:
            return True
        if ours is None or message.agreement != ours.id:
            raise refusal("wrong agreement", "A message is said under an agreement that is not in force.")
        if self._line.in_force(now) is None:
            raise refusal("expired agreement", "A message is said under an agreement whose time is over.")
        if message.terms == ours.digest or (code.unstoppable and theirs == (ours.id, message.terms)):
            return True
        if message.terms not in ours.earlier:
            raise refusal("wrong agreement", "A message is said under a version that was never in force here.")
        return False

    def _may(self, message: Message, session: Session) -> bool | None:
        """Return whether `message` may leave on `session` now, and is not to go over a frequency; None: it is held."""
        if message.code in self._line.held:
            return None
        if self.air.waves.carries(message):
            return False
        if message.agreement == NONE or session.state is State.OPEN:
            return True
        same = session.theirs is not None and session.theirs[0] == message.agreement
        return session.state is State.DIFFERING and same and CATALOGUE[message.code].unstoppable

    def _pump(self, now: Now) -> None:
        """Let leave what may: by a frequency first, for what was called there in vain then goes by the ground line."""
        self.air.pump(now)
        proved = self._line.proved(now)
        if proved:
            best = proved[0]
            self._fly(self._outbox.leaving(now.mono_s, lambda message: self._may(message, best), now.utc_ns), now)

    def _doubt(self, proved: list[Session], now: Now) -> None:
        """What is under way on sessions of which we are in doubt waits again, where there is a better one."""
        sure = {one.path for one in proved if not one.doubtful(now.mono_s, self._line.timing)}
        if sure and len(sure) < len(proved):
            self._outbox.landed(sure.__contains__)

    def _fly(self, ready: Iterable[Waiting], now: Now) -> None:
        """Send each on the best session, FLASH on every one."""
        proved = self._line.proved(now)
        for one in ready:
            over = proved[:1]
            if one.message.precedence is Precedence.FLASH:
                over = [session for session in proved if self._may(one.message, session)]
            one.paths = tuple(session.path for session in over)
            if over and not one.left:
                one.left = True
                self.air.waves.left(GROUND)
            frame = Frame(one.message.code, one.message.envelope)
            for session in over:
                self._line.put(_RANK[one.message.precedence], session, frame)

    def _deliver(self, arrival: Arrival, now: Now) -> None:
        """Tell of gaps, then of messages. One that grew too old while it was held is marked so anew."""
        self._line.events += arrival.gaps
        for record in arrival.deliver:
            self._hand_over(record, now)

    def _hand_over(self, record: Record, now: Now) -> None:
        message = record.message
        if message is None:
            return
        record.message = None
        channel = self.air.came.pop(message.id, "")
        self.air.heard(message, channel, now)
        until = message.valid_until_ns
        late_ns = 0 if until is None else self._line.offset.late_ns(until, now)
        if late_ns > 0 and not record.expired:
            record.expired = True
            self._writes.append(self._inbox.row(record))
            for session in self._line.proved()[:1]:
                self._receipt(session.path, record.stream, Entry(record.seq, record.id, True))
        late_s = late_ns / 1e9 if record.expired else 0.0
        self._line.events.append(Received(message, record.expired, late_s, channel))


def _mark_rank(stream: Stream) -> int:
    """Return the rank of a mark: whoever sent an emergency must know at once that it is there."""
    return Rank.FLASH_MARK if stream.precedence is Precedence.FLASH else Rank.MARK
