"""What we said and the other side has not marked RECEIVED yet: durable, in order, sent again until it has.

A message is in the store before it leaves (its row and its frame stand in one Output) and leaves the store only when
the mark RECEIVED came. What is remembered of it after that (`sent`) is enough to judge later marks. Sequence numbers
count within a stream; the numbers remembered are the newest `REMEMBERED` of each.

FLASH is sent first, always, and never refused. For the rest a width bounds what may be under way at once; it grows
while marks come back briskly and shrinks when they do not, so that on a slow line no emergency waits behind a queue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from armslength.errors import LocalProtocolError
from armslength.protocol.catalogue import Precedence
from armslength.protocol.events import Timing
from armslength.protocol.frames import whole_envelope
from armslength.protocol.marks import Entry, Stream
from armslength.protocol.messages import Mark, Message, from_envelope
from armslength.protocol.out_stream import AHEAD, PASSED, WINDOW, OutStream, Sent, Waiting, is_over
from armslength.protocol.refusals import refusal
from armslength.protocol.writes import Delete, Put, Write

__all__ = [
    "AHEAD",
    "CAPACITY",
    "PASSED",
    "REMEMBERED",
    "RESERVE",
    "SPACE",
    "WINDOW",
    "Outbox",
    "Waiting",
    "is_over",
    "row_key",
    "stream_of",
]

SPACE = "out/"
"""Begins the names of the spaces of the store that hold what waits, one for each pair."""
CAPACITY = 8192
"""Messages that may wait; FLASH is taken beyond it."""
RESERVE = {Precedence.FLASH: 0, Precedence.PRIORITY: 1024, Precedence.ROUTINE: 3072}
"""Room that is kept free for what is more urgent."""
REMEMBERED = 1024
"""Messages of each stream of which the marks are remembered."""
NARROW, WIDE = 8, 512
"""Bounds of what may be under way at once."""
OLD_COPY = 2**20
"""Messages of a stream that a store restored from an old copy may have forgotten."""
_ROW = json.JSONEncoder(sort_keys=True).encode
MOST_AGAIN = 16
"""Messages sent again at once when no mark came in time."""


def stream_of(message: Message) -> Stream:
    """Return the stream of `message`."""
    return Stream(message.agreement, message.precedence)


def row_key(stream: Stream, seq: int) -> str:
    """Return the key of a row: rows of one stream sort by number."""
    return f"{stream.precedence.value}/{stream.agreement}/{seq:016d}"


class Outbox:
    """The outbox towards one other side, kept in the spaces out/PAIR and sent/PAIR."""

    def __init__(self, pair: str, timing: Timing) -> None:
        self._out, self._kept = f"{SPACE}{pair}", f"sent/{pair}"
        self._timing = timing
        self._streams: dict[Stream, OutStream] = {}
        """The most urgent first."""
        self._width, self._narrowed_s = NARROW * 2, float("-inf")
        self._again_s = timing.resend_s
        self._waiting = 0

    @property
    def spaces(self) -> tuple[str, str]:
        """The spaces of the store in which it lives."""
        return self._out, self._kept

    def restore(self, space: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take back the rows of one of `spaces`. Nothing counts as sent since."""
        for key, value in sorted(rows):
            precedence, rest = key.split("/", 1)
            agreement, number = rest.rsplit("/", 1)
            stream, seq = self._stream(Stream(agreement, Precedence(int(precedence)))), int(number)
            stream.next_seq = max(stream.next_seq, seq + 1)
            if space == self._kept:
                row = json.loads(value)
                stream.sent[seq] = Sent(row["id"], row["marks"], row["expired"])
            else:
                stream.waiting[seq] = Waiting(from_envelope(whole_envelope(value), value, None))
                self._waiting += 1

    def __len__(self) -> int:
        """Return how many messages wait for the mark RECEIVED."""
        return self._waiting

    def __iter__(self) -> Iterator[Message]:
        """Give every message that waits, the most urgent first, in order."""
        if not self._waiting:
            return
        for _, stream in self._in_order():
            yield from (one.message for one in stream.waiting.values())

    def ids(self) -> Iterator[str]:
        """Give the id of every message that waits, or that is remembered."""
        for stream in self._streams.values():
            yield from (one.message.id for one in stream.waiting.values())
            yield from (one.id for one in stream.sent.values())

    def id_of(self, name: Stream, seq: int) -> str | None:
        """Return the id of the message of that number; None where it was not sent, or is forgotten."""
        stream = self._streams.get(name) or OutStream()
        waiting, sent = stream.waiting.get(seq), stream.sent.get(seq)
        return waiting.message.id if waiting else sent.id if sent else None

    def is_waiting(self, message: Message) -> bool:
        """Return whether `message` still waits for the mark RECEIVED."""
        stream = self._streams.get(stream_of(message))
        return stream is not None and message.seq in stream.waiting

    def room(self, precedence: Precedence) -> int:
        """Return how many more messages of `precedence` are taken; at least one for FLASH."""
        room = CAPACITY - RESERVE[precedence] - self._waiting
        return max(room, 1 if precedence is Precedence.FLASH else 0)

    def next_seq(self, stream: Stream) -> int:
        """Return the number that the next message of `stream` gets."""
        return self._stream(stream).next_seq

    def counts(self, stream: Stream) -> int:
        """Return the lowest number of `stream` that may still be sent."""
        return self._stream(stream).lowest

    def streams(self) -> list[Stream]:
        """Return every stream known."""
        return sorted(self._streams)

    def check(self, name: Stream, seq: int) -> None:
        """Refuse the claim that `seq` is expected next where no old copy of our store explains it.

        Raises:
            RemoteProtocolError: "out of window".
        """
        known = self._streams.get(name)
        if seq > (known.next_seq if known else 0) + OLD_COPY:
            raise refusal("out of window", "The other side claims to have had messages that were never written.")

    def skip_to(self, stream: Stream, seq: int) -> None:
        """The other side expects `seq` next: a store restored from an old copy has forgotten what it used."""
        known = self._stream(stream)
        known.next_seq = max(known.next_seq, seq)

    def add(self, message: Message) -> Write:
        """Take a message that was just signed with `next_seq`; return what makes it durable.

        Raises:
            LocalProtocolError: there is no room.
        """
        if self.room(message.precedence) < 1:
            raise LocalProtocolError(
                f"The outbox is full for {message.precedence.name}: {self._waiting} messages wait for the other side."
            )
        stream = self._stream(stream_of(message))
        stream.waiting[message.seq] = Waiting(message)
        stream.next_seq = message.seq + 1
        self._waiting += 1
        return Put(self._out, row_key(stream_of(message), message.seq), message.envelope)

    def leaving(self, now_s: float, may: Callable[[Message], bool | None], utc_ns: int = 0) -> list[Waiting]:
        """Return what leaves now, the most urgent first; the caller names its `paths`.

        Of one precedence what is still of use at `utc_ns` [UTC ns] leaves first, and what is over after it, each in
        order: a backlog that is for the record only must not stand before a warning. Numbers stay as they were given:
        the receiver puts them in order again, where what was passed over comes soon enough.

        Args:
            now_s: monotonic [s].
            may: says what may leave; None: nothing of its code now, and what comes after it passes it.
            utc_ns: the moment at which something is over; 0: nothing is.
        """
        found: list[Waiting] = []
        if not self._waiting:
            return found
        flying = sum(len(s.flying) for name, s in self._streams.items() if name.precedence is not Precedence.FLASH)
        for name, stream in self._in_order():
            flash = name.precedence is Precedence.FLASH
            limit = WIDE if flash else self._width
            if name.precedence is Precedence.ROUTINE:
                limit //= 2
            room = limit - (len(stream.flying) if flash else flying)
            leaving = stream.leaving(room, now_s, may, utc_ns, patient=not flash)
            found += leaving
            flying += 0 if flash else len(leaving)
        return found

    def under_way(self, precedence: Precedence) -> list[Waiting]:
        """Return what of `precedence` left and was not marked yet, in order."""
        streams = [stream for name, stream in self._in_order() if name.precedence is precedence]
        return [stream.waiting[seq] for stream in streams for seq in sorted(stream.flying)]

    def again(self, now_s: float) -> list[Waiting]:
        """Return what was sent long ago without a mark: it is to be sent again. The wait doubles."""
        late: list[Waiting] = []
        if not self._waiting:
            return late
        for _, stream in self._in_order():
            for seq in list(stream.flying)[:MOST_AGAIN]:
                one = stream.waiting[seq]
                if len(late) < MOST_AGAIN and now_s >= (one.sent_s or 0.0) + self._again_s:
                    one.sent_s = now_s
                    del stream.flying[seq]
                    stream.flying[seq] = None
                    late.append(one)
        if late:
            self._again_s = min(2 * self._again_s, self._timing.resend_most_s)
        return late

    def due(self) -> float:
        """Return when `again` has something [s, monotonic]; infinity for never."""
        if not self._waiting:
            return float("inf")
        first = [s.waiting[next(iter(s.flying))].sent_s or 0.0 for s in self._streams.values() if s.flying]
        return min(first) + self._again_s if first else float("inf")

    def landed(self, alive: Callable[[str], bool]) -> None:
        """A path is gone: what was under way on no other path that is `alive` waits again."""
        for stream in self._streams.values():
            for seq in sorted(stream.flying):
                one = stream.waiting[seq]
                if not any(alive(path) for path in one.paths):
                    one.sent_s, one.paths = None, ()
                    del stream.flying[seq]
                    stream.cursor = min(stream.cursor, seq)
        self._again_s = self._timing.resend_s

    def judge(self, name: Stream, entries: Sequence[Entry]) -> None:
        """Check that every entry names a message that was sent.

        Raises:
            RemoteProtocolError: "unknown message": one was not.
        """
        stream = self._streams.get(name) or OutStream()
        for entry in entries:
            waiting, sent = stream.waiting.get(entry.seq), stream.sent.get(entry.seq)
            known = waiting.message.id if waiting else sent.id if sent else entry.id  # or so old that it is forgotten
            if known != entry.id or entry.seq >= stream.next_seq:
                raise refusal("unknown message", "A mark came on a message that was never sent.")

    def marked(
        self, name: Stream, mark: Mark, entry: Entry, time_ns: int, now_s: float
    ) -> tuple[bool, tuple[Write, ...]]:
        """Put `mark` on a message that `judge` passed; return whether that was new, and what makes it durable."""
        stream = self._stream(name)
        key, waiting = row_key(name, entry.seq), stream.waiting.get(entry.seq)
        sent = stream.sent.get(entry.seq)
        writes: list[Write] = []
        if sent is None:
            if waiting is None:
                return False, ()
            sent = stream.sent[entry.seq] = Sent(entry.id)
        if mark is Mark.RECEIVED and waiting is not None:
            stream.drop(entry.seq)
            self._waiting -= 1
            self._adapt(waiting, now_s)
            writes += [Delete(self._out, key), *self._forget(name, stream)]
        if mark.value in sent.marks and (sent.expired or not entry.expired):
            return False, tuple(writes)
        sent.marks[mark.value] = time_ns
        sent.expired = sent.expired or entry.expired
        row = {"expired": sent.expired, "id": sent.id, "marks": sent.marks}
        return True, (*writes, Put(self._kept, key, _ROW(row).encode()))

    def strand(self, agreement: str) -> tuple[tuple[str, ...], tuple[Write, ...]]:
        """Give up what waits under another agreement than `agreement`; return the ids and what makes it durable."""
        ids: list[str] = []
        writes: list[Write] = []
        for name, stream in self._in_order():
            if name.agreement in (agreement, "none"):
                continue
            for seq, one in stream.waiting.items():
                ids.append(one.message.id)
                writes.append(Delete(self._out, row_key(name, seq)))
            self._waiting -= len(stream.waiting)
            stream.clear()
        return tuple(ids), tuple(writes)

    def _stream(self, name: Stream) -> OutStream:
        found = self._streams.get(name)
        if found is None:
            found = OutStream()
            self._streams = dict(sorted({**self._streams, name: found}.items(), key=_urgency))
        return found

    def _in_order(self) -> Iterable[tuple[Stream, OutStream]]:
        return self._streams.items()

    def _forget(self, name: Stream, stream: OutStream) -> list[Write]:
        """Forget the oldest beyond REMEMBERED, but never the last number used: counting goes on from it."""
        gone: list[Write] = []
        while len(stream.sent) > REMEMBERED and (old := next(iter(stream.sent))) < stream.next_seq - 1:
            if old in stream.waiting:
                break
            del stream.sent[old]
            gone.append(Delete(self._kept, row_key(name, old)))
        return gone

    def _adapt(self, waiting: Waiting, now_s: float) -> None:
        """Widen or narrow what may be under way, by how long the mark took."""
        if waiting.sent_s is None:
            return
        took = now_s - waiting.sent_s
        self._again_s = max(self._timing.resend_s, 4 * took)
        if took <= self._timing.brisk_s:
            self._width = min(WIDE, self._width + 1)
        elif took > 5 * self._timing.brisk_s and now_s - self._narrowed_s > self._timing.brisk_s:
            self._width, self._narrowed_s = max(NARROW, self._width // 2), now_s


def _urgency(one: tuple[Stream, OutStream]) -> tuple[Precedence, str]:
    return one[0].precedence, one[0].agreement
