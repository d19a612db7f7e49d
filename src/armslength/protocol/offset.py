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

from armslength.protocol.events import Now

__all__ = ["DRIFT", "WINDOW", "Offset"]

DRIFT = 1e-4
"""Most that the two clocks drift apart [s/s]: 50 ppm each, what cheap quartz is allowed between -20 and 70 deg C."""
WINDOW = 32
"""Measurements kept."""
_NS = 1_000_000_000


class Offset:
    """The clock offset to one other side."""

    def __init__(self) -> None:
        self._bounds: deque[tuple[float, int, int]] = deque(maxlen=WINDOW)
        self.jumps = 0
        """How often their clock was seen to jump."""

    def measured(self, asked_s: float, answered_s: float, theirs_ns: int) -> None:
        """Take an answer: asked at `asked_s`, there at `answered_s` [s, monotonic], saying `theirs_ns` [UTC ns]."""
        low = theirs_ns - round(answered_s * _NS)
        high = theirs_ns - round(asked_s * _NS)
        known = self._at(answered_s)
        if known is not None and (low > known[1] or high < known[0]):
            self._bounds.clear()
            self.jumps += 1
        self._bounds.append((answered_s, low, high))

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
        if not self._bounds:
            return None
        ages = [(round(max(0.0, mono_s - at) * DRIFT * _NS), low, high) for at, low, high in self._bounds]
        low, high = max(low - age for age, low, _ in ages), min(high + age for age, _, high in ages)
        if low > high:  # within the drift allowed each agreed with the rest when it came: the newest is the truest
            age, low, high = ages[-1]
            return low - age, high + age
        return low, high
