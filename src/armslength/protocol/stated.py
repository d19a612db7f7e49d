"""Marks UNDERSTOOD and RELAYED that we stated and the other side has not taken yet: durable, sent again until it has.

RECEIVED needs no such care: while it is not known, the other side sends its message again, and is told again.
"""

from __future__ import annotations

from collections.abc import Iterable

from armslength.crypto.canonical import digest
from armslength.protocol.leaving import Frame
from armslength.protocol.writes import Delete, Put, Write

__all__ = ["Stated"]


class Stated:
    """Statements towards one other side, kept in the space marks/PAIR under their digest."""

    def __init__(self, pair: str) -> None:
        self._space = f"marks/{pair}"
        self._frames: dict[str, Frame] = {}
        self.sent_s = float("inf")
        """When they were sent last [s, monotonic]."""

    @property
    def space(self) -> str:
        """The space of the store in which they live."""
        return self._space

    def restore(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take back the rows of the space."""
        self._frames.update((name, Frame("mark", value)) for name, value in rows)

    def __bool__(self) -> bool:
        """Return whether any waits."""
        return bool(self._frames)

    def frames(self) -> list[Frame]:
        """Return every statement that waits, the oldest first."""
        return list(self._frames.values())

    def add(self, frame: Frame) -> Write:
        """Keep a statement; return what makes it durable."""
        name = digest(frame)
        self._frames[name] = frame
        return Put(self._space, name, frame)

    def taken(self, name: str) -> tuple[Write, ...]:
        """The other side has the statement with this digest; return what forgets it."""
        return (Delete(self._space, name),) if self._frames.pop(name, None) is not None else ()
