"""When there was a way between the two posts, as the demonstration itself opened and closed them: its own truth."""

from __future__ import annotations

from collections.abc import Iterable


class Ways:
    """Every way between two posts, and when it was open. At the start all are.

    Args:
        names: of the ways.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._open = dict.fromkeys(names, True)
        self._turns: list[tuple[float, bool]] = [(float("-inf"), bool(self._open))]

    def opens(self, name: str, at_s: float, *, open_: bool) -> None:
        """A way opened, or was closed. Times must not go back.

        Raises:
            KeyError: there is no such way.
        """
        if name not in self._open:
            raise KeyError(name)
        self._open[name] = open_
        self._turns.append((at_s, any(self._open.values())))

    def is_open(self, name: str) -> bool:
        """Return whether a way is open now."""
        return self._open[name]

    def open_s(self, from_s: float, until_s: float) -> float:
        """Return for how long of a stretch of time at least one way was open [s]."""
        total = 0.0
        ends = [at for at, _ in self._turns[1:]] + [float("inf")]
        for (began, was_open), ended in zip(self._turns, ends, strict=True):
            if was_open:
                total += max(0.0, min(ended, until_s) - max(began, from_s))
        return total
