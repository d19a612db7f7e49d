"""What the other side said: stored before it is acknowledged, delivered once, in order within its stream.

Of each stream is kept: `next`, below which every number is accounted for; `done`, numbers beyond it that were delivered
already; `held`, numbers beyond it that wait for an earlier one; `missing`, numbers below it that never came. The first
are bounded by WINDOW, the last by PASSED (an honest sender may hold so many and pass them over), and none depends on
the version of the agreement, so that an amendment brings nothing back.

Order and lives: FLASH is delivered the moment it comes, and a gap before it is told at once. Of the other precedences a
gap holds later ones back for `gap_s` at most; then the gap is told and they are delivered. What was missing and comes
after all is still delivered, once. Nothing is ever dropped to keep an order. A gap is not a loss: that a number
will not come is known only when the sender says so (`skip_to`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from armslength.protocol.catalogue import CATALOGUE, Precedence
from armslength.protocol.events import GapSeen, Timing
from armslength.protocol.frames import whole_envelope
from armslength.protocol.marks import Stream
from armslength.protocol.messages import Mark, Message, from_envelope
from armslength.protocol.outbox import AHEAD, PASSED, WINDOW, row_key, stream_of
from armslength.protocol.refusals import refusal
from armslength.protocol.writes import Delete, Put, Write

__all__ = ["KEPT", "Arrival", "Inbox", "Record"]

_ROW = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_NEVER = float("inf")
KEPT = 1024
"""Messages of each stream that stay in the store, so that they can be marked: the newest."""


@dataclass(slots=True)
class Record:
    """A message that is in the store. `marks`: what we stated, with the time [UTC ns]; `message`: while undelivered."""

    stream: Stream
    seq: int
    id: str
    expired: bool
    marks: dict[str, int]
    envelope: bytes
    message: Message | None = None


@dataclass(slots=True)
class _Stream:
    next: int = 0
    done: set[int] = field(default_factory=set)
    held: dict[int, float] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    told: int = 0
    """Gaps below this number have been told."""
    lost: int = 0
    """The sender said that nothing below this number will come, and that was told."""
    records: dict[int, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of a message or of time passing: what to deliver, in order, and what gaps to tell before it."""

    gaps: tuple[GapSeen, ...] = ()
    deliver: tuple[Record, ...] = ()


_NOTHING = Arrival()


class Inbox:
    """The inbox from one other side, kept in the spaces in/PAIR (messages) and count/PAIR (numbers)."""

    def __init__(self, pair: str, timing: Timing) -> None:
        self._in, self._count = f"in/{pair}", f"count/{pair}"
        self._timing = timing
        self._streams: dict[Stream, _Stream] = {}
        self._by_id: dict[str, Record] = {}
        self._changed: dict[Stream, None] = {}

    @property
    def spaces(self) -> tuple[str, str]:
        """The spaces of the store in which it lives."""
        return self._count, self._in

    def restore(self, space: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take back the rows of one of `spaces`, the counts first; `hold_from` says since when what is held waits."""
        for key, value in sorted(rows):
            precedence, rest = key.split("/", 1)
            if space == self._count:
                row = json.loads(value)
                name = Stream(rest, Precedence(int(precedence)))
                held = dict.fromkeys(row["held"], float("inf"))
                counts = row["next"], set(row["done"]), held, set(row["missing"]), row["told"], row.get("lost", 0)
                self._streams[name] = _Stream(*counts)
                continue
            agreement, number = rest.rsplit("/", 1)
            name, seq = Stream(agreement, Precedence(int(precedence))), int(number)
            head, envelope = value.split(b"\n", 1)
            row, stream = json.loads(head), self._streams.setdefault(name, _Stream())
            back = seq in stream.held and seq not in stream.done
            message = from_envelope(whole_envelope(envelope), envelope, None) if back else None
            self._keep(stream, Record(name, seq, row["id"], row["expired"], row["marks"], envelope, message))

    def hold_from(self, mono_s: float) -> None:
        """What is held back waits for what is missing from `mono_s` on [s, monotonic]."""
        for name, stream in self._streams.items():
            flash = name.precedence is Precedence.FLASH
            stream.held = {seq: mono_s if flash or seq not in stream.done else _NEVER for seq in stream.held}

    def expects(self, stream: Stream) -> int:
        """Return the number of `stream` that is expected next."""
        return self._streams[stream].next if stream in self._streams else 0

    def streams(self) -> list[Stream]:
        """Return every stream known."""
        return sorted(self._streams)

    def ids(self) -> Iterable[str]:
        """Return the ids of the messages that are kept."""
        return self._by_id.keys()

    def records(self) -> list[Record]:
        """Return what is kept of messages received, stream by stream, in their order."""
        return [record for _, stream in sorted(self._streams.items()) for record in stream.records.values()]

    def find(self, message_id: str) -> Record | None:
        """Return what is kept of a message by its id."""
        return self._by_id.get(message_id)

    def judge(self, message: Message) -> bool:
        """Return whether `message` is new (False: a duplicate). Changes nothing.

        Raises:
            RemoteProtocolError: "out of window", or "sequence reused": its number belongs to another message.
        """
        stream, seq = self._streams.get(stream_of(message)) or _Stream(), message.seq
        if seq >= stream.next + AHEAD:
            raise refusal("out of window", "A message came with a number too far ahead of those before it.")
        record = stream.records.get(seq)
        if record is not None and record.id != message.id:
            raise refusal("sequence reused", "Two different messages came under one number.")
        if seq < stream.next:
            return seq in stream.missing
        return seq not in stream.held and seq not in stream.done

    def take(self, message: Message, expired: bool, utc_ns: int, mono_s: float) -> tuple[Arrival, tuple[Write, ...]]:
        """Take a new message; return what is to be delivered now, and what makes it durable (with `settle`)."""
        name, seq = stream_of(message), message.seq
        stream = self._streams.setdefault(name, _Stream())
        record = Record(name, seq, message.id, expired, {Mark.RECEIVED.value: utc_ns}, message.envelope, message)
        self._keep(stream, record)
        self._changed[name] = None
        writes = (self.row(record), *self._forget(stream, name))
        if seq in stream.missing:
            stream.missing.discard(seq)
            return Arrival(deliver=(record,)), writes
        gaps, ready = self._make_room(stream, name, seq)
        if name.precedence is Precedence.FLASH and seq > stream.next:
            gaps += self._tell(stream, name, seq)
            stream.done.add(seq)
            stream.held[seq] = mono_s  # only for the time until the gap is given up
            return Arrival(gaps, (*ready, record)), writes
        if CATALOGUE[message.code].unordered and seq > stream.next:
            stream.done.add(seq)
            stream.held[seq] = _NEVER  # what is missing before it is missed only when something waits for it
            return Arrival(gaps, (*ready, record)), writes
        stream.held[seq] = mono_s
        return Arrival(gaps, (*ready, *self._drain(stream))), writes

    def skip_to(self, name: Stream, seq: int) -> Arrival:
        """The sender says that nothing below `seq` will come (any more)."""
        stream = self._streams.setdefault(name, _Stream())
        if seq <= stream.lost:
            return Arrival()
        known = [one for one in stream.missing if stream.lost <= one < seq]
        ahead = [one for one in range(max(stream.next, seq - WINDOW), seq) if one not in stream.held]
        gone = sorted([*known, *ahead])[-WINDOW:]
        if gone or seq > stream.next:
            self._changed[name] = None
        stream.lost, stream.told = seq, max(stream.told, seq)
        ready: list[Record] = []
        while stream.next < seq:
            if stream.next in stream.held:
                ready += self._drain(stream)
                continue
            self._give_up(stream, min((*stream.held, seq)))
        gaps = (GapSeen(name.precedence, tuple(gone), given_up=True),) if gone else ()
        return Arrival(gaps, (*ready, *self._drain(stream)))

    def due(self) -> float:
        """Return when the next gap is given up [s, monotonic]; infinity for never."""
        waits = [min(s.held.values()) for s in self._streams.values() if s.held]
        return min(waits) + self._timing.gap_s if waits else float("inf")

    def tick(self, mono_s: float) -> Arrival:
        """Give up the gaps that have been waited for long enough."""
        waits = sorted(name for name, stream in self._streams.items() if stream.held)
        if not waits:
            return _NOTHING
        gaps: list[GapSeen] = []
        deliver: list[Record] = []
        for name in waits:
            stream = self._streams[name]
            while stream.held and mono_s >= min(stream.held.values()) + self._timing.gap_s:
                lowest = min(stream.held)
                gaps += self._tell(stream, name, lowest)
                self._give_up(stream, lowest)
                deliver += self._drain(stream)
                self._changed[name] = None
        return Arrival(tuple(gaps), tuple(deliver))

    def is_settled(self) -> bool:
        """Return whether `settle` would return nothing."""
        return not self._changed

    def settle(self) -> tuple[Write, ...]:
        """Return the counts that changed since the last call. They belong into one commit with the messages."""
        writes = []
        for name in self._changed:
            stream = self._streams[name]
            row = {
                "done": sorted(stream.done),
                "held": sorted(stream.held),
                "lost": stream.lost,
                "missing": sorted(stream.missing),
                "next": stream.next,
                "told": stream.told,
            }
            key = f"{name.precedence.value}/{name.agreement}"
            writes.append(Put(self._count, key, _ROW(row).encode()))
        self._changed.clear()
        return tuple(writes)

    def row(self, record: Record) -> Put:
        """Return what makes `record`, or a change of it, durable."""
        head = {"expired": record.expired, "id": record.id, "marks": record.marks}
        value = _ROW(head).encode() + b"\n" + record.envelope
        return Put(self._in, row_key(record.stream, record.seq), value)

    def _keep(self, stream: _Stream, record: Record) -> None:
        stream.records[record.seq] = self._by_id[record.id] = record

    def _forget(self, stream: _Stream, name: Stream) -> list[Write]:
        """Let the oldest rows go beyond KEPT and what is held. Counted, not reckoned: numbers may have been skipped."""
        gone: list[Write] = []
        while len(stream.records) > KEPT + len(stream.held):
            old = next(record for record in stream.records.values() if record.seq not in stream.held)
            del stream.records[old.seq]
            self._by_id.pop(old.id, None)
            gone.append(Delete(self._in, row_key(name, old.seq)))
        return gone

    def _drain(self, stream: _Stream) -> tuple[Record, ...]:
        """Move `next` over all that is there without a gap; return what of it was not delivered yet."""
        ready = []
        while stream.next in stream.held:
            del stream.held[stream.next]
            if stream.next in stream.done:
                stream.done.discard(stream.next)
            else:
                ready.append(stream.records[stream.next])
            stream.next += 1
        return tuple(ready)

    def _make_room(self, stream: _Stream, name: Stream, seq: int) -> tuple[tuple[GapSeen, ...], tuple[Record, ...]]:
        """Move `next` on, so that `seq` is within the window: what is passed over by so much is not waited for."""
        gaps: tuple[GapSeen, ...] = ()
        ready: tuple[Record, ...] = ()
        while seq >= stream.next + WINDOW:
            lowest = min((*stream.held, seq - WINDOW + 1))
            gaps += self._tell(stream, name, lowest)
            self._give_up(stream, lowest)
            ready += self._drain(stream)
        return gaps, ready

    def _give_up(self, stream: _Stream, seq: int) -> None:
        """Count everything from `next` up to `seq` as missing: it is still taken, should it come."""
        stream.missing.update(range(max(stream.next, seq - PASSED), seq))
        if len(stream.missing) > PASSED:
            stream.missing.difference_update(sorted(stream.missing)[:-PASSED])
        stream.next = seq

    def _tell(self, stream: _Stream, name: Stream, seq: int) -> tuple[GapSeen, ...]:
        """Tell of the numbers below `seq` that are not there, each once."""
        start = max(stream.next, stream.told, seq - WINDOW)
        lost = tuple(one for one in range(start, seq) if one not in stream.held)
        stream.told = max(stream.told, seq)
        return (GapSeen(name.precedence, lost),) if lost else ()
