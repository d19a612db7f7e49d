"""The port of live feeds: what every feed is to the node, and how it says how it does.

A feed waits for its source and hands over what came, batch by batch; it never ends by itself, and a source that is
away is no error but a state of its health. What cannot be used is counted by reason, with an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from armslength.domain.plot import Plot

STARTING, LIVE, STALE, DOWN, ENDED = "starting", "live", "stale", "down", "ended"
"""States of a feed: not heard yet; heard; heard, but nothing new for too long; cannot be reached; played to its end."""
LONGEST_EXAMPLE = 120


class Clock(Protocol):
    """What a feed asks the node's clock."""

    def utc_ns(self) -> int:
        """Return UTC [ns]."""

    def mono(self) -> float:
        """Return seconds that never jump."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock."""


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """What a feed heard at one moment.

    Attributes:
        source: name of the feed.
        plots: in the order in which they came.
        kept_aside: rows that came with them and were not used, by reason.
        at_ns: when they came, UTC [ns] of the node's clock.
    """

    source: str
    plots: tuple[Plot, ...]
    kept_aside: Mapping[str, int]
    at_ns: int


Give = Callable[[FeedBatch], None]


def printable(text: str, longest: int = LONGEST_EXAMPLE) -> str:
    """Return `text` as it can stand in a message: on one line, without control characters, not long."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:longest])
    return shown + ("..." if len(text) > longest else "")


@dataclass
class FeedHealth:
    """How a feed does.

    Attributes:
        state: one of the states above. why: in one sentence, "" where all is well.
        since_ns: UTC [ns] at which this state began; 0 before the first.
        heard_ns: when anything came last, UTC [ns] of the node's clock; 0 never.
        plot_ns: latest time of applicability of its plots, UTC [ns]; 0 never.
        plots: how many so far. connections: how often its source was reached.
        kept_aside: rows not used so far, by reason. examples: by reason the first of them, in a few words.
    """

    state: str = STARTING
    why: str = ""
    since_ns: int = 0
    heard_ns: int = 0
    plot_ns: int = 0
    plots: int = 0
    connections: int = 0
    kept_aside: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def become(self, state: str, now_ns: int, why: str = "") -> None:
        """Enter `state`; the same state again only changes the reason."""
        if state != self.state:
            self.since_ns = now_ns
        self.state, self.why = state, printable(why, 300)

    def count(self, batch: FeedBatch) -> None:
        """Take a batch into the figures."""
        self.heard_ns = batch.at_ns
        self.plots += len(batch.plots)
        self.plot_ns = max([self.plot_ns, *(p.time_ns for p in batch.plots)])
        for reason, rows in batch.kept_aside.items():
            self.kept_aside[reason] = self.kept_aside.get(reason, 0) + rows

    def example(self, reason: str, says: str) -> None:
        """Note `says` as the example of `reason`, where it has none yet."""
        self.examples.setdefault(reason, printable(says))


class Feed(Protocol):
    """A live source of plots."""

    @property
    def name(self) -> str:
        """What people call it; the `source` of its batches."""

    @property
    def health(self) -> FeedHealth:
        """How it does, now."""

    async def run(self, give: Give) -> None:
        """Listen until cancelled (a recording: until its end), handing every batch to `give`.

        Raises:
            FeedError: the source can never be read, for example a port of our own that is taken.
        """
