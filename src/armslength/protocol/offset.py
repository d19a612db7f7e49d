"""How far the other side's clock is from ours: an interval, measured with every ping and every greeting.

A ping leaves at m0 on our monotonic clock; the answer says the other side's UTC, t, when it saw the ping, and comes
at m1. At m1 their clock therefore shows at least t (the way back took no time) and at most t + (m1 - m0) (the way there
took none). That is Cristian's bound, and holds whatever the two ways have in common. We keep it as "their UTC minus our
monotonic clock", so that a jump of our own UTC changes nothing; our UTC comes in only when the offset is asked for.

Both clocks drift: with age a bound widens by DRIFT. The estimate is the intersection of all bounds in the window, which
is never wider than the best of them (a min filter). Where they contradict each other, their clock has jumped: the
newest alone is believed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from armslength.protocol.events import Now

__all__ = ["DRIFT", "WINDOW", "Offset"]

DRIFT = 1e-4
"""Most that the two clocks drift apart [s/s]: 50 ppm each, what cheap quartz is allowed between -20 and 70 deg C."""
WINDOW = 32
"""Measurements kept."""
_NS = 1_000_000_000


@dataclass(slots=True)
class _Best:
    """The one of the last WINDOW bounds that is the highest, as all of them sink alike with age.

    Because they sink alike, which one is the highest never changes but by a new one or by the end of the window: only
    those that may still come to be it are kept, falling, and the first of them is it.
    """

    _ranks: deque[tuple[int, int, float, int]] = field(default_factory=deque)
    """(rank, number, when measured [s, monotonic], bound [ns])."""

    def add(self, number: int, at_s: float, bound: int) -> None:
        """Take the bound of measurement `number`, which is the newest."""
        rank, ranks = bound + round(at_s * DRIFT * _NS), self._ranks
        while ranks and ranks[-1][0] <= rank:
            ranks.pop()
        ranks.append((rank, number, at_s, bound))
        if ranks[0][1] <= number - WINDOW:
            ranks.popleft()

    def at(self, mono_s: float) -> int:
        """Return how high it stands at `mono_s` [ns]."""
        _, _, at_s, bound = self._ranks[0]
        return bound - _drift(mono_s - at_s)

    def clear(self) -> None:
        """Forget all."""
        self._ranks.clear()


class Offset:
    """The clock offset to one other side."""

    def __init__(self) -> None:
        self._newest: tuple[float, int, int] | None = None
        self._measured = 0
        self._low, self._high = _Best(), _Best()
        """The upper bounds are held with their sign changed: there too the highest is the tightest."""
        self.jumps = 0
        """How often their clock was seen to jump."""

    def measured(self, asked_s: float, answered_s: float, theirs_ns: int) -> None:
        """Take an answer: asked at `asked_s`, there at `answered_s` [s, monotonic], saying `theirs_ns` [UTC ns]."""
        low = theirs_ns - round(answered_s * _NS)
        high = theirs_ns - round(asked_s * _NS)
        known = self._at(answered_s)
        if known is not None and (low > known[1] or high < known[0]):
            self._low.clear()
            self._high.clear()
            self.jumps += 1
        self._measured += 1
        self._newest = (answered_s, low, high)
        self._low.add(self._measured, answered_s, low)
        self._high.add(self._measured, answered_s, -high)

    def between(self, now: Now) -> tuple[int, int] | None:
        """Return (low, high): their UTC minus ours now [ns]. None while nothing is known."""
        known = self._at(now.mono_s)
        if known is None:
            return None
        ours = now.utc_ns - round(now.mono_s * _NS)
        return known[0] - ours, known[1] - ours

    def late_ns(self, until_ns: int, now: Now) -> int:
        """Return by how much at least their clock is past `until_ns` [ns]; 0 where it may not be.

        The bound taken is the lower one: a warning counts as late only when it is late by every reading of the clocks,
        because to keep silent about a fresh one costs more than to sound one that ended a round trip ago.
        """
        known = self.between(now)
        low = 0 if known is None else known[0]
        return max(0, now.utc_ns + low - until_ns)

    def _at(self, mono_s: float) -> tuple[int, int] | None:
        """Return their UTC minus our monotonic clock at `mono_s`, from all measurements [ns]."""
        if self._newest is None:
            return None
        low, high = self._low.at(mono_s), -self._high.at(mono_s)
        if low > high:  # within the drift allowed each agreed with the rest when it came: the newest is the truest
            at, low, high = self._newest
            return low - _drift(mono_s - at), high + _drift(mono_s - at)
        return low, high


def _drift(seconds: float) -> int:
    """Return by how much two clocks may have drifted apart in so long [ns]."""
    return round(max(0.0, seconds) * DRIFT * _NS)
