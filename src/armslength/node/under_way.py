"""Commands that are under way: a node that stops takes no more, and lets those be answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from armslength.errors import StoreError

LONGEST_S = 20.0
"""How long a node that stops waits for commands that are under way (real seconds)."""
STOPPING = (
    "The node is stopping: this was not done. Ask again when it has stopped, where it can be done without a node, "
    "or when it runs again."
)


class UnderWay:
    """The commands of one node that are under way. For one event loop."""

    def __init__(self) -> None:
        self._count, self._closed = 0, False
        self._over = asyncio.Event()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Do a command.

        Raises:
            StoreError: no more are taken; nothing was done.
        """
        if self._closed:
            raise StoreError(STOPPING)
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
            if self._closed and not self._count:
                self._over.set()

    def close(self) -> None:
        """Take no more."""
        self._closed = True
        if not self._count:
            self._over.set()

    async def over(self) -> None:
        """Wait until those that are under way are done, but not forever. Only after `close`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_S):
                await self._over.wait()
