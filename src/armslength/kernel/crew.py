"""A few threads that share pieces of compiled work for the length of one call.

The calling thread works too and takes the next piece whenever it is free, so that a core that is busy with something
else delays one piece and not a half of the work.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")


class Crew:
    """`threads` threads, the calling one among them. Use as a context."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def do(self, work: Callable[[int], T], pieces: int) -> list[T]:
        """Return [work(0), ..., work(pieces - 1)]; which thread does which is left to chance."""
        if self._pool is None or pieces <= 1:
            return [work(piece) for piece in range(pieces)]
        done: dict[int, T] = {}
        left = iter(range(pieces))

        def take() -> None:
            for piece in left:
                done[piece] = work(piece)

        others = [self._pool.submit(take) for _ in range(min(self.threads, pieces) - 1)]
        take()
        for other in others:
            other.result()
        return [done[piece] for piece in range(pieces)]
