"""One stream of the outbox: what of it waits, what is under way, and what is passed over because it is held.

What may not leave now (its provision is suspended; of FLASH also: it needs what this session does not have) is passed
over, and stops nothing behind it: the window is measured from the lowest number that is not passed over. It keeps its
number; when it may leave again, it does, before what came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from armslength.protocol.messages import Message

__all__ = ["AHEAD", "PASSED", "WINDOW", "OutStream", "Sent", "Waiting", "is_over"]

WINDOW = 1024
"""Numbers that may be used beyond the lowest that is not received and not passed over."""
PASSED = 8192
"""Numbers of a stream that may be passed over: what the receiver is ready to remember as missing."""
AHEAD = PASSED + 2 * WINDOW
"""So far beyond the number that is expected next an honest side may come: it passed numbers over, which are missing."""
ASKED = 8
"""Messages of a code, of those that are passed over, that are asked for again each time."""

May = Callable[[Message], bool | None]


@dataclass(slots=True)
class Waiting:
    """A message in the outbox: when [s, monotonic] and over which paths it left last; None: not since the start.

    `left`: whether it left over the ground line since the start.
    """

    message: Message
    sent_s: float | None = None
    paths: tuple[str, ...] = ()
    left: bool = False


@dataclass(slots=True)
class Sent:
    """What is remembered of a message that was received."""

    id: str
    marks: dict[str, int] = field(default_factory=dict)
    expired: bool = False


@dataclass(slots=True)
class OutStream:
    """What was said in one stream, by number."""

    next_seq: int = 0
    waiting: dict[int, Waiting] = field(default_factory=dict)
    """By number, rising."""
    sent: dict[int, Sent] = field(default_factory=dict)
    flying: dict[int, None] = field(default_factory=dict)
    """Numbers of those that wait for their mark, the longest wait first."""
    cursor: int = 0
    """Every waiting message below is under way, or passed over."""
    passed: dict[str, dict[int, None]] = field(default_factory=dict)
    """Numbers that are passed over, by code: what holds one of a code holds all of it."""

    @property
    def lowest(self) -> int:
        """The lowest number that may still be sent."""
        return next(iter(self.waiting), self.next_seq)

    def leaving(self, room: int, now_s: float, may: May, utc_ns: int, *, patient: bool) -> list[Waiting]:
        """Return what leaves now, `room` at most, and count it as under way.

        Args:
            room: how many more may be under way.
            now_s: monotonic [s].
            may: says what may leave; None: nothing of its code now.
            utc_ns: what is over at that moment leaves last [UTC ns].
            patient: what `may` refuses (False) is waited for; else it is passed over too.
        """
        found: list[Waiting] = []
        if self.passed:
            self._look_again(may)
        more = True
        while more and len(found) < room:
            more = False
            self._advance()
            for at in self._fresh_first(self.cursor, min(self._begin() + WINDOW, self.next_seq), utc_ns):
                if len(found) >= room:
                    break
                one = self.waiting[at]
                if leaves := may(one.message):
                    self.flying[at], one.sent_s = None, now_s
                    found.append(one)
                elif (leaves is False and patient) or not self._pass(one.message.code, at):
                    return found
                else:
                    more = True  # the window goes on by as much
        return found

    def drop(self, seq: int) -> None:
        """The message of that number waits no more."""
        one = self.waiting.pop(seq)
        self.flying.pop(seq, None)
        if self.passed and (numbers := self.passed.get(one.message.code)) is not None:
            numbers.pop(seq, None)
            if not numbers:
                del self.passed[one.message.code]

    def clear(self) -> None:
        """Nothing waits any more."""
        self.waiting.clear()
        self.flying.clear()
        self.passed.clear()

    def _begin(self) -> int:
        """Return the lowest number that is not received and not passed over."""
        return min((self.cursor, *self.flying)) if self.passed else self.lowest

    def _advance(self) -> None:
        """Move the cursor to the next message that has not left and is not passed over."""
        seq = max(self.cursor, self.lowest)
        while seq < self.next_seq and not self._is_ready(seq):
            seq += 1
        self.cursor = seq

    def _pass(self, code: str, seq: int) -> bool:
        """Pass a message over; return False where too many are."""
        if sum(len(numbers) for numbers in self.passed.values()) >= PASSED:
            return False
        self.passed.setdefault(code, {})[seq] = None
        return True

    def _look_again(self, may: May) -> None:
        """What was passed over and may leave again is looked at anew; of a code a few are asked for, by turns."""
        for code, numbers in list(self.passed.items()):
            for seq in list(islice(numbers, ASKED)):
                if may(self.waiting[seq].message):
                    self.cursor = min(self.cursor, *numbers)
                    del self.passed[code]
                    break
                del numbers[seq]
                numbers[seq] = None

    def _fresh_first(self, begin: int, end: int, utc_ns: int) -> Iterator[int]:
        """Give the numbers from `begin` up to `end` that have not left: first what is of use, then what is over."""
        over: list[int] = []
        for seq in range(begin, end):
            if not self._is_ready(seq):
                continue
            if is_over(self.waiting[seq].message, utc_ns):
                over.append(seq)
            else:
                yield seq
        yield from over

    def _is_ready(self, seq: int) -> bool:
        """Return whether the message of that number waits, and is neither under way nor passed over."""
        one = self.waiting.get(seq)
        if one is None or one.sent_s is not None:
            return False
        return not self.passed or seq not in self.passed.get(one.message.code, ())


def is_over(message: Message, utc_ns: int) -> bool:
    """Return whether `message` said until when it is of use, and that is past at `utc_ns`."""
    return message.valid_until_ns is not None and message.valid_until_ns < utc_ns
