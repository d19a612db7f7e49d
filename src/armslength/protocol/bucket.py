"""How many of a kind may come: so many at once, and so many in each interval of the pings after that."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bucket"]


@dataclass(slots=True)
class Bucket:
    """Holds tokens; it is full at first.

    Attributes:
        burst: the most it holds.
        steady: how many come back in each interval of the pings: in a second of real time.
    """

    burst: float
    steady: float
    _left: float = -1.0
    _at_s: float = 0.0

    def take(self, now_s: float, ping_s: float) -> bool:
        """Take one token; return whether there was one.

        Args:
            now_s: the time [s, monotonic].
            ping_s: interval of the pings [s].
        """
        back = self.steady * (now_s - self._at_s) / ping_s
        left = self.burst if self._left < 0.0 else min(self.burst, self._left + back)
        self._at_s, self._left = now_s, left
        if left < 1.0:
            return False
        self._left = left - 1.0
        return True
