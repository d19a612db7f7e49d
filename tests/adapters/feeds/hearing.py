"""A clock that the test moves, and a listener that keeps what a feed gives."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from armslength.adapters.feeds.port import Feed, FeedBatch
from armslength.domain.plot import Plot
from armslength.units import NS

NOW = 1_700_000_000 * NS


@dataclass
class Hands:
    """A clock that stands until it is moved; who sleeps on it yields to the others, for a moment of real time."""

    now_ns: int = NOW
    slept: list[float] = field(default_factory=list)
    speed: float = 1.0
    pause_s: float = 0.002

    def utc_ns(self) -> int:
        return self.now_ns

    def mono(self) -> float:
        return self.now_ns / NS

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ns += round(seconds * NS)
        await asyncio.sleep(self.pause_s)


@dataclass
class Ear:
    """Takes batches."""

    batches: list[FeedBatch] = field(default_factory=list)

    def __call__(self, batch: FeedBatch) -> None:
        self.batches.append(batch)

    @property
    def plots(self) -> list[Plot]:
        return [plot for batch in self.batches for plot in batch.plots]

    @property
    def aside(self) -> Counter[str]:
        out: Counter[str] = Counter()
        for batch in self.batches:
            out.update(batch.kept_aside)
        return out


async def until(what: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until `what` holds; fails when it never does."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def running(feed: Feed, ear: Ear):
    """While inside, the feed runs."""
    task = asyncio.create_task(feed.run(ear))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
