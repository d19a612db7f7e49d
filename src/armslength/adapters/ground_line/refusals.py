"""What is told of refusals: each one, until there are so many that telling them would be the damage."""

from __future__ import annotations

from collections.abc import Callable

OTHERS = "several"
"""Stands for the address where refusals are told as a number."""


class Refusals:
    """Tells at most so many in a second, and the rest as one number.

    Args:
        tell: called with the address and why.
        each_s: told in a second.
    """

    def __init__(self, tell: Callable[[str, str], None], each_s: int) -> None:
        self._tell, self._each_s = tell, each_s
        self._second = 0.0
        self._told = self._untold = 0
        self.total = 0

    def add(self, address: str, why: str, now_s: float) -> None:
        """Count one and tell it where there is room.

        Args:
            address: of who was refused.
            why: in fixed words.
            now_s: monotonic clock [s].
        """
        self.total += 1
        self.tick(now_s)
        if self._told < self._each_s:
            self._told += 1
            self._tell(address, why)
        else:
            self._untold += 1

    def tick(self, now_s: float) -> None:
        """Begin a new second where it has come, and tell what the last one left untold."""
        if now_s - self._second < 1.0:
            return
        self._second, self._told = now_s, 0
        if self._untold:
            number, self._untold = self._untold, 0
            self._tell(OTHERS, f"{number:,} more refused within a second, not told one by one")
