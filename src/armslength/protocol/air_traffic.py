"""Messages and marks over the designated frequencies: what is made of a payload heard, and what leaves.

A frequency has no session: whoever has a radio can talk on it. What proves a message is its signature over the
canonical form, rebuilt from the payload; what cannot be rebuilt and verified is nobody's, is counted, and accuses
nobody. Everything else is as on the ground line: the same inbox, the same ids, the same marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import Envelope
from armslength.errors import LocalProtocolError
from armslength.protocol import air, air_marks
from armslength.protocol.air_packing import LARGEST_WHOLE, Packing
from armslength.protocol.airwaves import AIR, CHECKS, REMEMBERED, AirFrame, Airwaves, channel_of
from armslength.protocol.catalogue import Precedence
from armslength.protocol.events import Event, Now
from armslength.protocol.failover import GROUND, Patience
from armslength.protocol.frames import whole_envelope
from armslength.protocol.inbox import Inbox
from armslength.protocol.leaving import Frame
from armslength.protocol.line import Line
from armslength.protocol.marks import Entry, Stream, state
from armslength.protocol.messages import Mark, Message, Post
from armslength.protocol.outbox import Outbox
from armslength.protocol.refusals import refusal
from armslength.protocol.session import State
from armslength.protocol.told import Standing
from armslength.protocol.writes import Write

__all__ = ["AirTraffic", "Channels"]

MOST_IN_MARK = 12
"""Messages that one mark on the air is about: more do not fit into a frame."""
MOST_CAME = 64
MOST_TOLD = 3
"""How often UNDERSTOOD and RELAYED are said over a frequency, which has no receipt for them."""


@dataclass(frozen=True, slots=True)
class Channels:
    """How the media to the other side stand.

    Attributes:
        in_use: the one that both use as far as is known here; "" for none.
        change: how many changes we have told.
        media: for each, by its id: health, lost_here, lost_there, last_ok_ns, in_use, and how many
            messages left by it since the start (sent); empty without frequencies.
    """

    in_use: str
    change: int
    media: Mapping[str, Mapping[str, object]]


class AirTraffic:
    """The frequencies beside the ground line `line`, over the same outbox and inbox.

    Args:
        line: to the other side.
        outbox, inbox: of the messages.
        pair: names its row in the store.
        restored: rows of its space.
    """

    def __init__(
        self, line: Line, outbox: Outbox, inbox: Inbox, pair: str, restored: Iterable[tuple[str, bytes]]
    ) -> None:
        self._line, self._outbox, self._inbox = line, outbox, inbox
        self.waves = Airwaves(pair, restored, self._pack)
        self.sealed = False
        self._packing: dict[str, Packing] = {}
        self._checks: dict[str, Message] = {}
        self._told: dict[str, tuple[int, float]] = {}
        self._first_on: dict[str, str] = {}
        """Frequency on which a statement was heard first, by its digest."""
        self.came: dict[str, str] = {}
        """Frequency on which a message came lately."""

    def restore(self) -> None:
        """The outbox has been restored: radio checks in it are still to be said on their frequency."""
        self._checks = {one.id: one for one in self._outbox if one.code in CHECKS}

    def adopt(self, plan: Sequence[str], patience: Patience, *, sealed: bool, distress: bool = False) -> None:
        """Use these frequencies and times from now on.

        Args:
            plan: ids of the frequencies that carry data here; none: everything goes over the ground line.
            patience: the times of the terms.
            sealed: what is said there is encrypted to the other side.
            distress: nothing goes over them but what nobody can suspend.
        """
        self.waves.adopt(plan, patience)
        self.sealed, self.waves.distress = sealed, distress
        key, other = self._line.me.key, self._line.other.key
        self._packing = {name: self._packing.get(name) or Packing(key, other) for name in self.waves.plan}

    def note(self, message: Message) -> None:
        """A message was put into the outbox."""
        if message.code in CHECKS:
            self._checks[message.id] = message

    def pump(self, now: Now) -> None:
        """Let leave what may."""
        if self.waves.plan:
            self.waves.pump(self._due_here(), now)

    def tick(self, now: Now) -> list[Event]:
        """Let time pass; return the checks that are due."""
        if not self.waves.plan:
            return []
        up = any(session.state is State.OPEN for session in self._line.sessions.values())
        self.waves.ground(up, self._line.timing.vanished_s, now)
        self._checks = {key: one for key, one in self._checks.items() if self._outbox.is_waiting(one)}
        for name, packing in self._packing.items():
            for request in packing.tick(now.mono_s):
                self.waves.mark(name, request)
        return list(self.waves.tick(now, self._checks.values()))

    def due(self) -> float:
        """Return when `tick` has something to do [s, monotonic]."""
        return min([self.waves.due(), *(packing.due() for packing in self._packing.values())])

    def take(self) -> tuple[list[Event], tuple[Write, ...], tuple[AirFrame, ...]]:
        """Return what happened, what makes it durable, and what is to be sent."""
        events, writes, frames = self.waves.take()
        return list(events), writes, frames

    def receive(
        self,
        channel: str,
        payload: bytes,
        now: Now,
        message: Callable[[str, Message], None],
        statement: Callable[[str, Envelope, bytes], None],
    ) -> None:
        """Take a payload heard on `channel`: tell `message` or `statement` what it is.

        Raises:
            RemoteProtocolError: it is neither, or not by the other side.
        """
        packing = self._packing.get(channel)
        if packing is None:
            raise refusal("wrong state", "A payload came on a frequency that the plan does not have for data.")
        context = self._context()

        def read(whole: bytes) -> None:
            if air.kind_of(whole) is air.AirKind.MARK:
                frame = air_marks.decode(whole, context, self._outbox.id_of)
                statement(AIR + channel, whole_envelope(frame), frame)
            else:
                found = air.decode(whole, context)
                self._came(found.id, channel)
                message(AIR + channel, found)

        for again in packing.take(payload, context.versions, now.mono_s, read):
            self.waves.mark(channel, again)

    def held(self, channel: str) -> None:
        """A call on a frequency had not left when the next one was made."""
        self.waves.failover.held(channel)

    def heard(self, message: Message, channel: str, now: Now) -> None:
        """A message was handed over: what it tells of channels is taken, and what it answers."""
        if channel:
            self.waves.heard(channel, now)
            self.waves.answered(message, channel, now)
            if message.code == "RCK" and message.fields["freq_id"] == channel:
                self.waves.failover.checked_by_them(channel, now)
        if message.code in ("LCM", "RES") and "planned" not in message.fields and self.waves.plan:
            fields = message.fields
            lost, change = message.code == "LCM", int(fields["change"])
            medium = str(fields["medium"])
            self.waves.failover.told(medium, lost=lost, change=change, now=now)

    def marked(self, message_id: str, channel: str, mark: Mark, now: Now) -> None:
        """A mark came on a message of ours; `channel`: what it proves that they hear us on (`proven_by`)."""
        self.waves.marked(message_id, channel, now, received=mark is Mark.RECEIVED)

    def standing(self) -> Standing | None:
        """Return how we have the channels, as our marks tell it; None without frequencies."""
        return self.waves.failover.standing() if self.waves.plan else None

    def stands(self, standing: Standing | None, now: Now) -> None:
        """A mark of the other side told how it has the channels."""
        if standing is not None and self.waves.plan:
            self.waves.failover.stands(standing, now)

    def proven_by(self, path: str, mark: Mark, frame: bytes) -> str:
        """Return the frequency on which a statement proves that the other side hears us; "" for none.

        RECEIVED alone is said on the channel on which the message was heard, and each such statement on one only. So
        what was heard on one frequency and comes on another was copied there: it is taken, and proves nothing.
        """
        channel = channel_of(path)
        if not channel or mark is not Mark.RECEIVED:
            return ""
        name = digest(frame)
        first = self._first_on.setdefault(name, channel)
        while len(self._first_on) > REMEMBERED:
            del self._first_on[next(iter(self._first_on))]
        return channel if first == channel else ""

    def receipts(self, channel: str, stream: Stream, entries: Sequence[Entry], now: Now) -> None:
        """Say RECEIVED on a frequency."""
        key, to = self._line.me.key, self._line.other.key
        stamp_ns = now.utc_ns + self.waves.plan.index(channel) if channel in self.waves.plan else now.utc_ns
        for first in range(0, len(entries), MOST_IN_MARK):  # so that no two frequencies ever have the same statement
            some = entries[first : first + MOST_IN_MARK]
            urgent = stream.precedence is Precedence.FLASH
            self._say(
                channel, state(key, to, stream, Mark.RECEIVED, some, stamp_ns, self.standing()), now, urgent=urgent
            )

    def stated(self, frames: Iterable[bytes], now: Now) -> None:
        """Say UNDERSTOOD and RELAYED on the frequency in use, a few times, where the ground line is not there."""
        used = self.waves.failover.in_use
        if used in ("", GROUND) or self._line.proved():
            return
        for frame in frames:
            name = digest(frame)
            count, last_s = self._told.get(name, (0, float("-inf")))
            if count < MOST_TOLD and now.mono_s >= last_s + self.waves.failover.patience.call_every_s:
                self._told[name] = (count + 1, now.mono_s)
                self._say(used, frame, now)
        while len(self._told) > 256:
            del self._told[next(iter(self._told))]

    def channels(self) -> Channels:
        """Return how the media stand, for people."""
        failover = self.waves.failover
        return Channels(failover.in_use, failover.change, self.waves.state() if self.waves.plan else {})

    def _say(self, channel: str, frame: bytes, now: Now, *, urgent: bool = False) -> None:
        packing, context = self._packing.get(channel), self._context()
        if packing is None:
            return
        try:
            payload = air_marks.encode(frame, context)
            frames = packing.out("mark", payload, context.versions, now.mono_s, sealed=self.sealed)
        except LocalProtocolError:
            return  # under an earlier agreement: it goes over the ground line
        for one in frames:
            self.waves.mark(channel, one, urgent=urgent)

    def _pack(self, message: Message, channel: str, now: Now) -> tuple[Frame, ...]:
        context = self._context()
        payload = air.encode(message, context, largest=LARGEST_WHOLE)
        packing = self._packing[channel]
        return packing.out(message.code, payload, context.versions, now.mono_s, sealed=self.sealed)

    def _came(self, message_id: str, channel: str) -> None:
        self.came[message_id] = channel
        while len(self.came) > MOST_CAME:
            del self.came[next(iter(self.came))]

    def _due_here(self) -> Iterator[Message]:
        """Give what may be called, the most urgent first; of a backlog for the ground line nothing but FLASH."""
        held = self._line.held
        yield from (one for one in self._waiting_here() if one.code not in held)

    def _waiting_here(self) -> Iterator[Message]:
        used = self.waves.failover.in_use
        yield from takewhile(lambda one: one.precedence is Precedence.FLASH, self._outbox)
        yield from (one for one in self._checks.values() if self._outbox.is_waiting(one))
        if used not in ("", GROUND):
            yield from (
                one for one in self._outbox if one.precedence is not Precedence.FLASH and one.id not in self._checks
            )

    def _context(self) -> air.AirContext:
        me, other = self._line.me, self._line.other
        return air.AirContext(
            me=Post(me.party, me.post),
            my_key=me.key.public,
            other=Post(other.party, other.post),
            other_key=other.key,
            agreement=self._line.agreement,
            known=self._known,
            sealed=self.sealed,
        )

    def _known(self, prefix: bytes) -> list[str]:
        """Return the ids of messages of both sides whose digest begins so."""
        begins = "sha256:" + prefix.hex()
        return [name for name in (*self._outbox.ids(), *self._inbox.ids()) if name.startswith(begins)]
