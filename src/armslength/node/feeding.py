"""The feeds of a node: started, listened to, and their state told when it changes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from armslength.adapters.feeds.port import LIVE, STARTING, Feed, FeedBatch
from armslength.errors import FeedError
from armslength.node.clock import Clock
from armslength.node.config import Feed as Wanted
from armslength.node.core.inputs import FeedState, Input, PlotsIn
from armslength.node.feeds import make_feeds

AGAIN_S = 5.0
"""A feed that ended by a fault begins anew after this (real seconds)."""
LOOK_S = 1.0
"""How often the state of the feeds is looked at (real seconds)."""


class Feeding:
    """All feeds of one node.

    Args:
        wanted: as node.toml has them.
        clock: of the node.
        folder: that paths in them start from.
        plots: takes every batch.
        give: takes what the core must know about the feeds.
    """

    def __init__(
        self,
        wanted: Sequence[Wanted],
        clock: Clock,
        folder: Path,
        plots: Callable[[PlotsIn], None],
        give: Callable[[Input], None],
    ) -> None:
        self.feeds: Sequence[Feed] = make_feeds(wanted, clock, folder)
        self._plots, self._give = plots, give
        self._tasks: list[asyncio.Task[None]] = []
        self._told: dict[str, tuple[str, str]] = {}

    def start(self) -> None:
        """Start all of them."""
        self._tasks = [asyncio.create_task(self._run(feed)) for feed in self.feeds]
        self._tasks.append(asyncio.create_task(self._look()))

    async def stop(self) -> None:
        """Stop all of them."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self, feed: Feed) -> None:
        while True:
            try:
                await feed.run(self._heard)
                return
            except FeedError as wrong:
                self._failed(feed, str(wrong))
                return
            except Exception as wrong:  # one feed that cannot go on must not end the others, nor go unnoticed
                self._failed(feed, f"It has ended by a fault of this program ({type(wrong).__name__}); it begins anew.")
                await asyncio.sleep(AGAIN_S)
                self._told.pop(feed.name, None)

    def _failed(self, feed: Feed, says: str) -> None:
        self._give(FeedState(feed.name, False, says))
        self._told[feed.name] = ("failed", says)

    def _heard(self, batch: FeedBatch) -> None:
        self._plots(PlotsIn(batch.source, batch.plots, batch.kept_aside))

    async def _look(self) -> None:
        while True:
            for feed in self.feeds:
                state = (feed.health.state, feed.health.why)
                before = self._told.get(feed.name)
                if before is not None and before[0] in {"failed", state[0]}:
                    continue
                if state[0] != STARTING or state[1]:
                    self._told[feed.name] = state
                    self._give(FeedState(feed.name, state[0] == LIVE, state[1] or state[0]))
            await asyncio.sleep(LOOK_S)
