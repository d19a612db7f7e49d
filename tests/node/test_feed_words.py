"""What a node says of a feed that has not begun, and of one that gives nothing any more."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from armslength.adapters.feeds.port import LIVE, STARTING, FeedHealth
from armslength.node import feeding
from armslength.node.core.inputs import FeedState
from armslength.node.feeding import Feeding
from armslength.node.views import STALE_S, NodeViews

BEGINS = "its recording begins at 2026-11-23T12:00:00.000Z"


def test_what_a_feed_waits_for_is_told_once_and_then_that_it_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "LOOK_S", 0.0)
    health, told = FeedHealth(), list[Any]()
    clock: Any = SimpleNamespace()
    feeds = Feeding((), clock, Path(), told.append, told.append)
    one: Any = SimpleNamespace(name="radar", health=health)
    feeds.feeds = [one]

    async def live() -> None:
        looking = asyncio.create_task(feeds._look())
        for state, why in ((STARTING, ""), (STARTING, BEGINS), (STARTING, BEGINS), (LIVE, "playing as recorded")):
            health.become(state, 1, why)
            for _ in range(5):
                await asyncio.sleep(0)
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking

    asyncio.run(live())
    assert told == [FeedState("radar", False, BEGINS), FeedState("radar", True, "playing as recorded")]


@pytest.mark.parametrize(
    ("ages", "state", "says"),
    [
        ({}, FeedState("radar", False, BEGINS), f"NOTHING SEEN YET by radar: {BEGINS}."),
        ({}, None, "NOTHING SEEN YET by radar."),
        (
            {"radar": STALE_S + 1},
            FeedState("radar", True, "playing as recorded"),
            "STALE PICTURE: radar gives nothing.",
        ),
        (
            {"radar": STALE_S + 1},
            FeedState("radar", False, "played to its end"),
            "STALE PICTURE: radar gives nothing: played to its end.",
        ),
        ({"radar": 1.0}, FeedState("radar", True, "playing as recorded"), ""),
    ],
)
def test_a_picture_is_stale_only_where_there_was_one(
    ages: dict[str, float], state: FeedState | None, says: str
) -> None:
    watching = SimpleNamespace(ages=lambda now: ages, sources=[SimpleNamespace(name="radar")])
    core: Any = SimpleNamespace(watching=watching, feeds={} if state is None else {"radar": state})
    clock: Any = SimpleNamespace(utc_ns=lambda: 0)
    runner: Any = None
    assert NodeViews(core, runner, clock, 0).stale() == ([says] if says else [])
