"""A clock for what the other side owes, and could give: it stands while no session is open, and is not begun anew."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Owing"]


@dataclass(slots=True)
class Owing:
    """How long something has been owed [s, monotonic, while a session was open].

    Who cuts the line before the time is over gains nothing: what has run counts on when it is open again.
    """

    _since_s: float | None = None
    _ran_s: float = 0.0
    _told: bool = False

    def runs(self, now_s: float) -> None:
        """It is owed, and a session is open."""
        if self._since_s is None:
            self._since_s = now_s

    def stands(self, now_s: float) -> None:
        """No session is open: nobody can give anything now."""
        if self._since_s is not None:
            self._ran_s += max(0.0, now_s - self._since_s)
            self._since_s = None

    def given(self) -> None:
        """It was given."""
        self._since_s, self._ran_s, self._told = None, 0.0, False

    def over(self, now_s: float, after_s: float) -> bool:
        """Return whether it has been owed for `after_s` [s]; true once, until it is given."""
        if self._since_s is None or self._told or self._ran_s + now_s - self._since_s < after_s:
            return False
        self._told = True
        return True
