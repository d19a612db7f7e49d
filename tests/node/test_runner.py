"""The loop that runs a core: entries first, and what happens when the disk takes nothing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from armslength.adapters.store import Store
from armslength.errors import InputError, StoreError
from armslength.node import runner as runner_module
from armslength.node.clock import SystemClock
from armslength.node.core.inputs import FeedState, FrameIn, LinkOpened, PlotsIn
from armslength.node.runner import Runner
from node.core.pair import Pair, Side
from node.core.test_core import head_on


class FullDisk(Store):
    """The real store on a disk that can be filled: SQLite itself is told how many pages there are."""

    def fill(self) -> None:
        """No page more than there are now."""
        pages = self._db().execute("PRAGMA page_count").fetchone()[0]
        self._db().execute(f"PRAGMA max_page_count = {pages}")

    def free(self) -> None:
        """Room again."""
        self._db().execute("PRAGMA max_page_count = 1000000")


class Wire:
    """Keeps what was sent, and whether its entries were on the disk by then."""

    def __init__(self, store: Store) -> None:
        self.sent: list[bytes] = []
        self.paused = False
        self.committed: list[int] = []
        self._store = store

    def send(self, connection: str, frame: bytes, *, urgent: bool) -> None:
        """Keep a frame."""
        self.sent.append(frame)
        self.committed.append(sum(1 for book in self._store.books() for _ in self._store.entries(book)))

    def close(self, connection: str, why: str) -> None:
        """Nothing to close."""

    def pause(self) -> None:
        """Note it."""
        self.paused = True

    def resume(self) -> None:
        """Note it."""
        self.paused = False


class Rig:
    """One core of the pair under a real runner with a real store."""

    def __init__(self, folder: Path) -> None:
        self.pair = Pair()
        self.side: Side = self.pair.north
        self.store = FullDisk(folder / "ledger.db")
        self.told: list[Mapping[str, Any]] = []
        self.runner = Runner(self.side.core, self.store, SystemClock(), self.told.append, self._document)
        self.wire = Wire(self.store)
        self.runner.wire = self.wire

    async def _document(self, counterpart: str, data: bytes) -> None:
        raise AssertionError

    async def until(self, true: Callable[[], bool], within_s: float = 5.0) -> None:
        """Wait for something."""
        async with asyncio.timeout(within_s):
            while not true():
                await asyncio.sleep(0.01)

    def run(self, act: Callable[[Rig], Awaitable[None]]) -> None:
        """Run `act` beside the runner."""

        async def both() -> None:
            running = asyncio.create_task(self.runner.run())
            await act(self)
            self.runner.stop()
            await running
            await self.runner.finish()

        # The core of the pair has entries that this store does not: begin with its books empty.
        self.side.core.books.books.clear()
        asyncio.run(both())


def test_entries_are_on_the_disk_before_anything_is_sent(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        await rig.runner.ask("send", {"code": "AST", "fields": {"nature": "SEARCH"}})
        rig.runner.give(LinkOpened("one", "SOUTH", "/ground", b"n" * 32))
        await rig.until(lambda: bool(rig.wire.sent))

    rig = Rig(tmp_path)
    rig.run(act)
    assert all(count >= 1 for count in rig.wire.committed)
    kinds = [sealed.entry.kind for sealed in Store(tmp_path / "ledger.db").entries("river-2026")]
    assert "message out" in kinds


def test_a_command_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        with pytest.raises(InputError, match="not a verb"):
            await rig.runner.ask("fly", {})

    Rig(tmp_path).run(act)


def test_a_full_disk_stops_acknowledging_not_watching_and_recovers(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        await rig.runner.ask("send", {"code": "AST", "fields": {"nature": "SEARCH"}})
        rig.store.fill()
        with pytest.raises(StoreError):
            while True:
                await rig.runner.ask("send", {"code": "AST", "fields": {"nature": "SEARCH"}})
        assert not rig.runner.storing
        sent = len(rig.wire.sent)
        for second in range(5):
            plots = tuple(replace_time(p) for p in head_on(rig.pair, float(second)))
            rig.runner.give(PlotsIn("radar", plots))
            rig.runner.give(FrameIn("one", b"anything"))
            await asyncio.sleep(0.25)
        assert len(rig.wire.sent) == sent
        assert any(t["event"] == "store" and not t["working"] for t in rig.told)
        assert rig.side.core.watching.snapshot is not None and len(rig.side.core.watching.snapshot) == 2
        rig.store.free()
        await rig.until(lambda: rig.runner.storing)
        await rig.until(lambda: any(t["event"] == "store" and t["working"] for t in rig.told))
        await rig.runner.ask("send", {"code": "AST", "fields": {"nature": "RESCUE"}})

    def replace_time(plot: Any) -> Any:
        return plot._replace(time_ns=SystemClock().utc_ns())

    rig = Rig(tmp_path)
    rig.run(act)
    assert any(t.get("recorded") is False for t in rig.told)
    store = Store(tmp_path / "ledger.db")
    store.check()
    kinds = [sealed.entry.kind for sealed in store.entries("node")]
    assert kinds.count("store") == 2


def test_the_second_answer_is_not_the_first(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        one, two = await asyncio.gather(
            rig.runner.ask("send", {"code": "AST", "fields": {"nature": "SEARCH"}}),
            rig.runner.ask("send", {"code": "AST", "fields": {"nature": "RESCUE"}}),
        )
        assert one["id"] != two["id"]

    rig = Rig(tmp_path)
    rig.run(act)


class Sluggish(FullDisk):
    """The real store on a disk that does not answer for a while."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.answers = threading.Event()
        self.answers.set()

    def commit(self, *what: Any) -> None:
        """Keep it, once the disk answers."""
        self.answers.wait(20.0)
        super().commit(*what)


def test_a_disk_that_does_not_answer_holds_up_what_must_be_kept_and_not_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "HANGS_S", 0.3)

    async def act(rig: Rig) -> None:
        await rig.runner.ask("send", {"code": "AST", "fields": {"nature": "SEARCH"}})
        slow.answers.clear()
        waiting = asyncio.create_task(rig.runner.ask("send", {"code": "AST", "fields": {"nature": "MEDICAL"}}))
        await rig.until(lambda: rig.runner.hangs)
        sent = len(rig.wire.sent)
        for second in range(3):
            now_ns = SystemClock().utc_ns()
            rig.runner.give(PlotsIn("radar", tuple(p._replace(time_ns=now_ns) for p in head_on(rig.pair, second))))
            rig.runner.give(LinkOpened(f"c{second}", "SOUTH", "/ground", b"n" * 32))
            await asyncio.sleep(0.2)
        assert rig.side.core.watching.snapshot is not None and len(rig.side.core.watching.snapshot) == 2
        assert len(rig.wire.sent) == sent and not waiting.done()
        assert any("DOES NOT ANSWER" in str(one.get("says")) for one in rig.told)
        slow.answers.set()
        assert (await waiting)["code"] == "AST"
        await rig.until(lambda: not rig.runner.hangs and len(rig.wire.sent) > sent)

    rig = Rig(tmp_path)
    slow = rig.store = Sluggish(tmp_path / "slow.db")
    rig.runner = Runner(rig.side.core, slow, SystemClock(), rig.told.append, rig._document)
    rig.wire = rig.runner.wire = Wire(slow)
    rig.run(act)
    slow.check()


def test_what_waits_for_a_full_disk_is_bounded_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "MOST_PENDING", 100)
    monkeypatch.setattr(runner_module, "MOST_FRAMES", 20)
    toggles = 1000

    async def act(rig: Rig) -> None:
        runner, books = rig.runner, rig.side.core.books
        await runner.ask("check", {})
        runner.give(LinkOpened("one", "SOUTH", "/ground", b"n" * 32))
        await rig.until(lambda: bool(rig.wire.sent))
        rig.store.fill()
        for number in range(toggles):
            runner.give(FeedState("radar", number % 2 == 0, "x" * 400))
        for number in range(40):  # what the node would say on the line meanwhile
            runner._pending.frames.append(("one", b"%d" % number, False))
        await rig.until(lambda: not runner.storing and books.missed > 100)
        await rig.until(lambda: not runner._inputs)
        pending = runner._pending
        assert len(pending.entries) + len(pending.writes) <= 110 and len(pending.frames) <= 20
        assert ("one", runner_module.UNSENT) in pending.closes
        assert any(t.get("says") == runner_module.NO_ROOM for t in rig.told)
        rig.store.free()
        await rig.until(lambda: runner.storing and not books.full)
        assert (await runner.ask("check", {}))["code"] == "GCK"
        assert not runner._cut

    rig = Rig(tmp_path)
    rig.run(act)
    store = Store(tmp_path / "ledger.db")
    store.check()
    node = [(sealed.entry.kind, json.loads(sealed.payload)) for sealed in store.entries("node")]
    missed = sum(payload["entries"].get("feed", 0) for kind, payload in node if kind == "missed")
    assert missed > 100
    assert missed + sum(kind == "feed" for kind, _ in node) == toggles  # every one is there or counted
