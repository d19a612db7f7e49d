"""What the node tells its own officer, in order: bounded rings that a stream reads, and resumes after a lost line.

Updates of what was told before (the numbers of an open alert, second by second) have a ring of their own, so that they
never push out what is told once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import takewhile
from operator import attrgetter
from typing import Any

KEPT = 5_000
"""Events held for a listener that comes back. Older ones are in the ledger."""
KEPT_UPDATES = 500
"""Updates held besides. One that was forgotten is no gap: the alert itself, and its newest update, say more."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing told. `number` counts from one after the `origin` of this start of the node."""

    number: int
    what: Mapping[str, Any]


class Events:
    """The events since the start, newest `KEPT` of them, and of mere updates `KEPT_UPDATES`. For one event loop.

    Args:
        origin: number before that of the first event. When each start of a node begins beyond the numbers of the one
            before it (milliseconds since 1970 do), who comes back after a restart misses nothing.
    """

    def __init__(self, origin: int = 0) -> None:
        self._ring: deque[Event] = deque(maxlen=KEPT)
        self._updates: deque[Event] = deque(maxlen=KEPT_UPDATES)
        self._forgotten = origin
        self._origin = self._count = origin
        self._news = asyncio.Event()
        self.closed = False

    @property
    def last(self) -> int:
        """Number of the last event; who follows from there hears what comes."""
        return self._count

    def add(self, what: Mapping[str, Any]) -> Event:
        """Append an event and wake every listener."""
        self._count += 1
        event = Event(self._count, what)
        if what.get("change") == "updated":
            self._updates.append(event)
        else:
            if len(self._ring) == KEPT:
                self._forgotten = self._ring[0].number
            self._ring.append(event)
        self._wake()
        return event

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def since(self, number: int) -> tuple[list[Event], bool]:
        """Return the events after `number`, and whether some between, other than updates, were already forgotten."""
        if number > self._count or number == 0:  # of a start before which the clock was set back; or from the beginning
            number = self._origin
        rings = (_after(self._ring, number), _after(self._updates, number))
        return list(merge(*rings, key=attrgetter("number"))), number < self._forgotten

    async def follow(self, number: int, *, every_s: float = 5.0) -> AsyncIterator[Event | None]:
        """Yield events after `number` as they come; None when nothing came for `every_s` (real seconds).

        A gap, where events were already forgotten, is told as an event of its own with the number of the last lost one.
        """
        while True:
            news = self._news
            events, gap = self.since(number)
            if gap:
                lost = min([self._forgotten, *(event.number - 1 for event in events[:1])])
                yield Event(lost, {"event": "gap", "says": "Some events were forgotten; the ledger has them."})
            for event in events:
                yield event
                number = event.number
            if self.closed:
                return
            if events:
                continue
            try:
                async with asyncio.timeout(every_s):  # wait_for of Python 3.11 can lose a cancellation
                    await news.wait()
            except TimeoutError:
                yield None


def _after(ring: deque[Event], number: int) -> Iterator[Event]:
    """Return the events of `ring` after `number`; looks at no others."""
    newest_first = takewhile(lambda event: event.number > number, reversed(ring))
    return reversed(list(newest_first))
