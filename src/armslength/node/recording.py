"""The recorder in a process of its own: plots go there, closed encounters and segments come back as inputs.

A stretch of ten minutes takes it up to seconds, in which nobody may think that the node is dead.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import connection, resource_tracker
from typing import Any

from armslength.agreement.document import NO_AGREEMENT
from armslength.agreement.terms import default_terms
from armslength.errors import ArmslengthError, StoreError
from armslength.node.clock import Clock
from armslength.node.core.inputs import Agreed, FeedState, Input, PlotsIn, Recorded
from armslength.node.home import Home
from armslength.node.members import Members
from armslength.node.recorder import Judged, Recorder, Under
from armslength.node.warming import warm_stages

PLOT_STORE = "plot store"
"""Name under which the state of the plot store is told, as of a feed."""
ROUND_S = 10.0
"""How often the recorder is asked what closed [s of the clock]."""
BURST_S = 1.0
"""Plots are handed over together for this long [s of the clock]."""
MOST_WAITING = 200_000
"""Plots that may wait for the recorder; beyond, the newest are counted as lost, never the watch held up."""


class Recording:
    """The recorder of one node.

    Where its process dies, another one takes its place; while it cannot be had, plots wait, and the watch goes on.

    Args:
        home: of the node.
        members: whose aircraft is whose, as it was read last.
        give: takes what the core must know.
        clock: of the node.
    """

    def __init__(self, home: Home, members: Members, give: Callable[[Input], None], clock: Clock) -> None:
        self._home, self._members, self._give, self._clock = home, members, give, clock
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: dict[str, list[Any]] = {}
        self._count = 0
        self.lost = 0
        self.aside: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._under: tuple[Under, ...] = ()
        self._without_ns: int | None = None
        self._trouble = ""

    async def prepare(self) -> None:
        """Start the process and warm its kernels; where that cannot be done, `start` tries again and says so."""
        try:
            await self._process()
        except (BrokenExecutor, ArmslengthError, OSError):
            self._close()

    async def start(self, agreed: Sequence[Agreed]) -> None:
        """Store and judge from now on; `agreed`: how we stand with every counterpart."""
        self._under = self._wanted(agreed)
        await self._try(self._begin)
        self._task = asyncio.create_task(self._go())

    def take(self, batch: PlotsIn) -> None:
        """Hand plots over, soon."""
        if self._count + len(batch.plots) > MOST_WAITING:
            self.lost += len(batch.plots)
            return
        self._waiting.setdefault(batch.source, []).extend(batch.plots)
        self._count += len(batch.plots)

    async def judge_by(self, agreed: Sequence[Agreed]) -> None:
        """Judge by the terms that are in force now, and by the membership file as it was read last."""
        under = self._wanted(agreed)
        if under != self._under:
            self._under = under
            if self._pool is not None:
                await self._try(self._change)

    async def stop(self) -> None:
        """Store what waits, close what is open, end the process."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self._try(self._finish)
        if self._pool is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)

    async def _go(self) -> None:
        last = self._clock.mono()
        while True:
            await self._clock.sleep(BURST_S)
            due = self._clock.mono() - last >= ROUND_S
            last = self._clock.mono() if due else last
            if self._pool is None and due:
                await self._try(self._begin)
            if self._pool is not None:
                await self._try(self._advance if due else self._hand_over)

    async def _try(self, what: Callable[[], Awaitable[None]]) -> None:
        """Do something with the process; where that cannot be done, say so and begin another one later."""
        try:
            await what()
        except BrokenExecutor:
            self._close()
            self._say("The process that stores plots has died; another one begins.")
        except (ArmslengthError, OSError) as wrong:
            self._close()
            self._say(str(wrong))

    async def _process(self) -> None:
        """Have a process whose kernels are warm."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            with _left_alone():
                self._pool.submit(_live_and_die_with_the_node)
            await self._ask(warm_stages)

    async def _begin(self) -> None:
        await self._process()
        plots, names = self._home.config.plots, [feed.name for feed in self._home.config.feeds]
        await self._ask(_begin, self._home.plots, names, self._under, plots.retention_s, plots.budget_bytes)
        self._say("")

    async def _change(self) -> None:
        self._told(await self._ask(_change, self._under))

    async def _advance(self) -> None:
        await self._hand_over()
        self._told(await self._ask(_advance, self._clock.utc_ns()))

    async def _finish(self) -> None:
        if self._pool is not None:
            await self._hand_over()
            self._told(await self._ask(_finish))

    async def _hand_over(self) -> None:
        waiting, self._waiting, self._count = self._waiting, {}, 0
        if waiting:
            trouble, aside = await self._ask(_add, waiting, self._clock.utc_ns())
            for reason, count in aside.items():
                self.aside[reason] = self.aside.get(reason, 0) + count
            self._say(trouble)

    def _say(self, trouble: str) -> None:
        """Tell when what keeps plots from being stored changes."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._give(FeedState(PLOT_STORE, not trouble, trouble or "Plots are stored again."))

    def _told(self, found: tuple[list[dict[str, Any]], list[Judged], list[dict[str, Any]], list[str]]) -> None:
        encounters, judged, segments, troubles = found
        for says in troubles:
            self._give(FeedState(PLOT_STORE, False, says))
        findings = tuple((one.agreement, one.finding, one.parties) for one in judged)
        if encounters or segments or findings:
            self._give(Recorded(tuple(encounters), tuple(segments), findings))

    def _wanted(self, agreed: Sequence[Agreed]) -> tuple[Under, ...]:
        """Return what to judge by: every agreement in force; while there is none, the default terms, and says so.

        Without an agreement and without a membership file nothing is judged.
        """
        members, read = self._members.membership, self._members.digest
        under = tuple(
            Under(one.agreement, one.terms, members, one.effective_ns, f"{one.digest} {read}")
            for one in agreed
            if one.terms is not None
        )
        if under:
            self._without_ns = None
            return under
        if members is None:  # nobody knows which aircraft are ours
            return ()
        if self._without_ns is None:
            self._without_ns = self._clock.utc_ns() if self._under else 0
        return (Under(NO_AGREEMENT, default_terms(), members, self._without_ns, f"default {read}"),)

    async def _ask(self, function: Callable[..., Any], *args: Any) -> Any:
        if self._pool is None:
            raise StoreError("Plots are not stored: the process that does it does not run.")
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)

    def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)


@contextlib.contextmanager
def _left_alone() -> Iterator[None]:
    """Start processes that Ctrl-C and SIGTERM do not reach: terminals and service managers send these to all."""
    resource_tracker.ensure_running()  # it unblocks signals when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live_and_die_with_the_node() -> None:
    """End this worker at once when the node is gone, however it went: nobody else would."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


_recorder: Recorder | None = None
"""Of the worker process."""


def _begin(folder: Any, names: list[str], under: tuple[Under, ...], retention_s: float, budget_bytes: int) -> None:
    global _recorder  # noqa: PLW0603 (one worker, one recorder, for the life of the process)
    _recorder = Recorder(folder, names, under, retention_s=retention_s, budget_bytes=budget_bytes)


def _add(waiting: dict[str, list[Any]], now_ns: int) -> tuple[str, dict[str, int]]:
    assert _recorder is not None
    trouble, aside = "", Counter[str]()
    for source, plots in waiting.items():
        added = _recorder.add(source, plots, now_ns)
        trouble = trouble or ("" if added.error is None else str(added.error))
        aside.update(added.kept_aside)
    return trouble, dict(aside)


def _advance(now_ns: int) -> Any:
    assert _recorder is not None
    return _plain(_recorder.advance(now_ns))


def _change(under: tuple[Under, ...]) -> Any:
    assert _recorder is not None
    return _plain(_recorder.change(under))


def _finish() -> Any:
    assert _recorder is not None
    return _plain(_recorder.finish())


def _plain(found: Any) -> Any:
    segments = [{**asdict(one), "what": "closed"} for one in found.segments]
    segments += [{**asdict(one), "what": "deleted"} for one in found.deleted]
    rows = [{key: _exact(value) for key, value in one.items()} for one in segments]
    return [_row(one) for one in found.encounters], list(found.findings), rows, [str(one) for one in found.troubles]


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
