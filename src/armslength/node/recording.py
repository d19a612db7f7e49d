"""The recorder in a process of its own: plots go there, closed encounters and segments come back as inputs.

A stretch of ten minutes takes it up to seconds, in which nobody may think that the node is dead.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from typing import Any

from armslength.agreement.terms import Terms
from armslength.node.clock import Clock
from armslength.node.core.inputs import FeedState, Input, PlotsIn, Recorded
from armslength.node.home import Home
from armslength.node.membership import Membership
from armslength.node.recorder import Recorder, Under

ROUND_S = 10.0
"""How often the recorder is asked what closed [s of the clock]."""
BURST_S = 1.0
"""Plots are handed over together for this long [s of the clock]."""
MOST_WAITING = 200_000
"""Plots that may wait for the recorder; beyond, the newest are counted as lost, never the watch held up."""


class Recording:
    """The recorder of one node.

    Args:
        home: of the node.
        membership: whose aircraft is whose.
        give: takes what the core must know.
        clock: of the node.
    """

    def __init__(self, home: Home, membership: Membership | None, give: Callable[[Input], None], clock: Clock) -> None:
        self._home, self._membership, self._give, self._clock = home, membership, give, clock
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self._waiting: dict[str, list[Any]] = {}
        self._count = 0
        self.lost = 0
        self._task: asyncio.Task[None] | None = None
        self._under: tuple[Under, ...] = ()
        self._trouble = ""

    async def start(self, terms: Mapping[str, Terms]) -> None:
        """Start the process; `terms` in force by agreement."""
        self._under = self._wanted(terms)
        config = self._home.config
        names = [feed.name for feed in config.feeds]
        await self._ask(
            _begin, self._home.plots, names, self._under, config.plots.retention_s, config.plots.budget_bytes
        )
        self._task = asyncio.create_task(self._go())

    def take(self, batch: PlotsIn) -> None:
        """Hand plots over, soon."""
        if self._count + len(batch.plots) > MOST_WAITING:
            self.lost += len(batch.plots)
            return
        self._waiting.setdefault(batch.source, []).extend(batch.plots)
        self._count += len(batch.plots)

    async def judge_by(self, terms: Mapping[str, Terms]) -> None:
        """Judge by the terms that are in force now."""
        under = self._wanted(terms)
        if under != self._under:
            self._under = under
            self._told(await self._ask(_change, under))

    async def stop(self) -> None:
        """Store what waits, close what is open, end the process."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self._hand_over()
            self._told(await self._ask(_finish))
        self._pool.shutdown(wait=True)

    async def _go(self) -> None:
        last = self._clock.mono()
        while True:
            await self._clock.sleep(BURST_S)
            await self._hand_over()
            if self._clock.mono() - last >= ROUND_S:
                last = self._clock.mono()
                self._told(await self._ask(_advance, self._clock.utc_ns()))

    async def _hand_over(self) -> None:
        waiting, self._waiting, self._count = self._waiting, {}, 0
        if waiting:
            trouble = await self._ask(_add, waiting, self._clock.utc_ns())
            if trouble != self._trouble:
                self._trouble = trouble
                says = trouble or "Plots are stored again."
                self._give(FeedState("plot store", not trouble, says))

    def _told(self, found: tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]) -> None:
        encounters, segments, troubles = found
        for says in troubles:
            self._give(FeedState("plot store", False, says))
        if encounters or segments:
            self._give(Recorded(tuple(encounters), tuple(segments)))

    def _wanted(self, terms: Mapping[str, Terms]) -> tuple[Under, ...]:
        return tuple(Under(name, one, self._membership, key=str(one.version)) for name, one in terms.items())

    async def _ask(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)


_recorder: Recorder | None = None
"""Of the worker process."""


def _begin(folder: Any, names: list[str], under: tuple[Under, ...], retention_s: float, budget_bytes: int) -> None:
    import signal

    global _recorder  # noqa: PLW0603 (one worker, one recorder, for the life of the process)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the node tells us when to stop
    _recorder = Recorder(folder, names, under, retention_s=retention_s, budget_bytes=budget_bytes)


def _add(waiting: dict[str, list[Any]], now_ns: int) -> str:
    assert _recorder is not None
    trouble = ""
    for source, plots in waiting.items():
        added = _recorder.add(source, plots, now_ns)
        trouble = trouble or ("" if added.error is None else str(added.error))
    return trouble


def _advance(now_ns: int) -> Any:
    assert _recorder is not None
    return _plain(_recorder.advance(now_ns))


def _change(under: tuple[Under, ...]) -> Any:
    assert _recorder is not None
    return [_row(one) for one in _recorder.change(under)], [], []


def _finish() -> Any:
    assert _recorder is not None
    return _plain(_recorder.finish())


def _plain(found: Any) -> Any:
    segments = [{**asdict(one), "what": "closed"} for one in found.segments]
    segments += [{**asdict(one), "what": "deleted"} for one in found.deleted]
    rows = [{key: _exact(value) for key, value in one.items()} for one in segments]
    return [_row(one) for one in found.encounters], rows, [str(one) for one in found.troubles]


def _row(one: Any) -> dict[str, Any]:
    row = {key: _exact(value) for key, value in asdict(one.encounter).items()}
    return {**row, "id": one.id, "agreement": one.agreement, "again": one.again}


def _exact(value: Any) -> Any:
    """Return what canonical JSON can hold: stamps and fractions as texts, what is not known as null."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else None
    return str(value)
