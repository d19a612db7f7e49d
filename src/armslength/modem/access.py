"""When a station may talk: carrier sense, random back-off, and a bound on how much of the time data fill a channel.

A p-persistent machine (as in AX.25 2.2, section 6.4.2, and KISS): while the channel is busy, wait; when it is free,
send with some probability, else let one slot pass and ask again. FLASH is first in the queue, asks more boldly, and
need not wait the slots that all others leave to it after every burst. Others wait too while they would lift the
occupancy of the last minute over its share; FLASH may pass that bound, and what it takes counts.

Occupancy is that of the channel, not of the station: bursts of data that were heard count like one's own, so that many
stations share one allowance. Voice does not count; it is waited for.

Pure: time [s, monotonic] and draws are arguments.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

FLASH, ANSWER = 0, 1
"""Ranks: what has the first, or a smaller one, is FLASH; the second is an answer; greater numbers go later."""


@dataclass(frozen=True)
class Limits:
    """How a station behaves on a channel.

    Attributes:
        share: of `window_s` that bursts of data may fill, 0 to 1.
        window_s: the sliding window [s].
        slot_s: between two draws [s]; longer than it takes until a burst is noticed by the others.
        persistence, flash_persistence: probability of sending in a free slot.
        deference: slots that all but FLASH wait after the channel came free, before their first draw.
        yielding: slots that FLASH, too, waits after a burst of one's own: whoever was called answers in them, and two
            that answer each other at once would both be lost.
        place: 0 or 1: which of two alternating slots is ours; None: every one.
        late_s: how long after its beginning a slot of ours is still taken [s]; less than a slot by what it takes until
            others notice a burst.
        answer_s: room in the share that whoever calls leaves to the answer [s]: a call that fills the share to the brim
            is answered too late, is called again, and so keeps it full.
        waiting: frames that may wait.
    """

    share: float = 0.2
    window_s: float = 60.0
    slot_s: float = 0.1
    persistence: float = 0.2
    flash_persistence: float = 0.3
    deference: int = 3
    yielding: int = 5
    place: int | None = None
    late_s: float = 0.01
    answer_s: float = 1.2
    waiting: int = 64


def limits_of(share: float, slot_s: float, late_s: float, place: int | None) -> Limits:
    """Return how a station behaves: bolder where the slots of two parties alternate, which seldom begin at once."""
    if place is None:
        return Limits(share=share, slot_s=slot_s)
    return Limits(share=share, slot_s=slot_s, persistence=0.4, flash_persistence=0.6, place=place, late_s=late_s)


@dataclass(frozen=True)
class Turn:
    """What to do now.

    Attributes:
        number: of the frame to send at once; None: nothing now.
        again_s: when to ask again at the latest [s, monotonic]; inf: when something is offered.
    """

    number: int | None
    again_s: float


class Access:
    """The queue of one station on one channel, and its turn to talk.

    Attributes:
        displaced: frames that had to go for a more urgent one when the queue was full.
        refused: frames that were not taken: the queue was full, or the share never lets a burst so long pass.

    Args:
        limits: how to behave.
        draw: gives a number in [0, 1) each time it is called.
    """

    def __init__(self, limits: Limits, draw: Callable[[], float]) -> None:
        self.limits = limits
        self.displaced = self.refused = 0
        self._draw = draw
        self._queue: list[tuple[int, int, int, float]] = []
        """(rank, order, number, seconds), most urgent first."""
        self._order = 0
        self._bursts: list[tuple[float, float]] = []
        """(began, ended) of bursts of data in the window."""
        self._talks_until = -inf
        self._last_s = 0.0
        """When the last burst ended, ours or theirs [s, monotonic]."""
        self._free_since: float | None = None
        self._drawn_s = -inf

    def __len__(self) -> int:
        """Return how many frames wait."""
        return len(self._queue)

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the frames that wait."""
        return frozenset(one[2] for one in self._queue)

    def offer(self, number: int, rank: int, seconds: float) -> bool:
        """Queue a frame that takes `seconds` on the air; return whether it waits now.

        A full queue takes a frame only in the place of a less urgent one.
        """
        if rank > FLASH and seconds > self.limits.share * self.limits.window_s:
            self.refused += 1
            return False
        if len(self._queue) >= self.limits.waiting:
            if self._queue[-1][0] <= rank:
                self.refused += 1
                return False
            self._queue.pop()
            self.displaced += 1
        self._order += 1
        insort(self._queue, (rank, self._order, number, seconds))
        return True

    def forget(self, number: int) -> bool:
        """Drop a frame that need not be sent any more; return whether it still waited."""
        kept = [one for one in self._queue if one[2] != number]
        found = len(kept) < len(self._queue)
        self._queue = kept
        return found

    def heard(self, began_s: float, ended_s: float) -> None:
        """Count a burst of data of another station."""
        if ended_s > began_s:
            insort(self._bursts, (began_s, ended_s))
            self._last_s = max(self._last_s, ended_s)

    def ended(self, now_s: float) -> None:
        """Note that a burst of one's own has ended now, which may be later than it was to be."""
        self._last_s = max(self._last_s, now_s)

    def occupied(self, now_s: float) -> float:
        """Return the share of the last window that bursts of data have filled, 0 to 1."""
        self._prune(now_s)
        return _union(self._bursts, now_s - self.limits.window_s, now_s) / self.limits.window_s

    def wait_s(self, seconds: float, now_s: float) -> float:
        """Return for how long the share keeps a call of `seconds`, behind what waits, from leaving [s]; 0.0: not."""
        waiting = sum(one[3] for one in self._queue)
        return max(0.0, self._allowed(seconds + waiting, now_s, self.limits.answer_s) - now_s)

    def turn(self, now_s: float, *, busy: bool) -> Turn:
        """Return what to do at `now_s`; a frame that it names has left the queue and counts as sent.

        Args:
            now_s: monotonic [s]; not before that of an earlier call.
            busy: whether somebody else is heard.
        """
        slot = self.limits.slot_s
        if now_s < self._talks_until:
            return Turn(None, self._talks_until)
        if busy:
            self._free_since = None
            return Turn(None, now_s + slot if self._queue else inf)
        if self._free_since is None:
            self._free_since, self._drawn_s = now_s, -inf
        if not self._queue:
            return Turn(None, inf)
        rank, _, number, seconds = self._queue[0]
        opens = self._opens(rank, seconds, now_s)
        if now_s < opens:
            return Turn(None, opens)
        if now_s < self._drawn_s + slot:
            return Turn(None, self._drawn_s + slot)
        if now_s < (ours := self._slot(now_s)):
            return Turn(None, ours)
        self._drawn_s = now_s
        if self._draw() >= (self.limits.flash_persistence if rank <= FLASH else self.limits.persistence):
            return Turn(None, now_s + slot)
        del self._queue[0]
        self._talks_until = self._last_s = now_s + seconds
        self._free_since = None
        insort(self._bursts, (now_s, self._talks_until))
        return Turn(number, self._talks_until)

    def _slot(self, now_s: float) -> float:
        """Return when the next slot of ours begins; one that began just now counts: then it is not after `now_s`."""
        place, slot = self.limits.place, self.limits.slot_s
        if place is None:
            return now_s
        first = self._last_s + place * slot
        return first + 2 * slot * ceil((now_s - self.limits.late_s - first) / (2 * slot))

    def _opens(self, rank: int, seconds: float, now_s: float) -> float:
        """Return when a burst of `seconds` may begin at the earliest, were the channel free until then."""
        assert self._free_since is not None
        if rank <= FLASH:
            return max(now_s, self._talks_until + self.limits.yielding * self.limits.slot_s)
        courteous = self._free_since + self.limits.deference * self.limits.slot_s
        answer_s = self.limits.answer_s if rank > ANSWER else 0.0
        return max(courteous, self._allowed(seconds, now_s, answer_s))

    def _allowed(self, seconds: float, now_s: float, answer_s: float = 0.0) -> float:
        """Return when a burst of `seconds` ends no window that is filled over the share, less room for an answer.

        Windows that end with the burst suffice: one that ends inside it has gained no less in the burst than it has
        before, and one that ends later has only lost.
        """
        self._prune(now_s)
        window = self.limits.window_s
        spare = max(self.limits.share * window - answer_s, seconds) - seconds
        over = _union(self._bursts, now_s + seconds - window, now_s + seconds) - spare
        if over <= 1e-9:
            return now_s
        last = now_s + seconds - window
        for began, ended in self._bursts:
            counted = max(began, last)
            if ended > counted:
                if ended - counted >= over:
                    return counted + over + window - seconds
                over -= ended - counted
                last = ended
        return now_s

    def _prune(self, now_s: float) -> None:
        """Forget what lies before every window that will be asked for."""
        before = now_s - self.limits.window_s
        if self._bursts and self._bursts[0][1] <= before:
            self._bursts = [one for one in self._bursts if one[1] > before]


def _union(bursts: list[tuple[float, float]], from_s: float, until_s: float) -> float:
    """Return the seconds between `from_s` and `until_s` in which at least one of `bursts` (by beginning) was on."""
    total, last = 0.0, from_s
    for began, ended in bursts:
        low, high = max(began, last), min(ended, until_s)
        if high > low:
            total += high - low
            last = high
    return total
