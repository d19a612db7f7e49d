"""The only event loop: inputs in, `Core.step`, writes in one transaction, then frames.

    feeds, link, commands, time -> queue -> steps -> tell the own officer at once
                                              \\-> commit -> send, close, answer

While the disk takes nothing, the watch goes on and the own officer is warned; nothing is acknowledged or sent, and
frames of the other side wait.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from armslength.crypto.ledger import Sealed
from armslength.errors import ArmslengthError, InputError, StoreError
from armslength.node.clock import Clock
from armslength.node.core.core import Core
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import (
    AirIn,
    Command,
    FrameIn,
    Happened,
    Input,
    LinkClosed,
    LinkOpened,
    StoreState,
    Tick,
)
from armslength.protocol.events import Now
from armslength.protocol.writes import Write

MOST_STEPS = 128
"""Inputs stepped before their writes are committed together: while one side keeps these, the other has more at hand."""
HOLD_S = 0.005
"""After so long (real seconds) of stepping, others have their turn: no one step takes more than a few milliseconds."""
MOST_TICKS = 4
"""Pieces of a look that go before the next commit: an ordinary one has two, and an alert does not wait for the disk."""
RETRY_S = 1.0
"""How often a full disk is tried again (real seconds)."""
LONGEST_WAIT_S = 1.0
MOST_INPUTS = 10_000
"""Inputs that may wait; beyond, the ground line is read no further until half of them are done."""
MEANWHILE_S, HANGS_S = 0.1, 3.0
"""A commit that takes longer than the first does not hold up the watch; one longer than the second is told."""
HANGS = "THE DISK DOES NOT ANSWER: nothing is acknowledged or sent until it does. The watch goes on."
MOST_PENDING, MOST_FRAMES = 20_000, 10_000
"""Entries and writes, and frames, that may wait for the disk. Beyond, nothing more is entered and that is counted; and
connections whose frames would not all go out in their order are closed when the disk takes again."""
NO_ROOM = "The disk takes nothing for so long that no more can wait for it: what happens now will not be in the ledger."
UNANSWERED = "The node stopped before this was answered: its ledger says whether it was done."
UNSENT = "more waited for the disk than could be held"
HELD_FRAMES = 1_024
"""Frames of the other side held while nothing can be stored; beyond, connections are read no further."""


class Voice(Protocol):
    """What says payloads by radio."""

    def say(self, counterpart: str, channel: str, payload: bytes, rank: int, message_id: str) -> None:
        """Say a payload when the frequency is free."""

    def hush(self, counterpart: str, message_id: str) -> None:
        """Do not say again what was received: what of it still waits is dropped."""


class Keeper(Protocol):
    """What keeps entries and writes: the store."""

    def commit(self, entries: Sequence[tuple[str, Sealed]], writes: Sequence[Write]) -> None:
        """Keep all of it or nothing."""


class Wire(Protocol):
    """What carries frames: the ground line."""

    def send(self, connection: str, frame: bytes, *, urgent: bool) -> object:
        """Send a frame; one that is urgent before all that wait and are not."""

    def close(self, connection: str, why: str) -> None:
        """Close a connection."""

    def pause(self) -> None:
        """Read no further frames."""

    def resume(self) -> None:
        """Read again."""


Tell = Callable[[Mapping[str, Any]], None]
TakeDocument = Callable[[str, bytes], Awaitable[None]]


class Runner:
    """Runs one core.

    Args:
        core: the pure node.
        store: where entries and writes are kept.
        clock: of the node.
        tell: hears every event for the own officer, at once.
        take_document: looks at signed documents of a counterpart.
    """

    def __init__(self, core: Core, store: Keeper, clock: Clock, tell: Tell, take_document: TakeDocument) -> None:
        self.core, self.clock = core, clock
        self.wire: Wire | None = None
        self.voice: Voice | None = None
        self.desk: Callable[[Mapping[str, Any]], None] | None = None
        self.storing, self.hangs = True, False
        self.steps = self.commits = 0
        self._store, self._tell, self._take_document = store, tell, take_document
        self._inputs: deque[Input] = deque()
        self._held: deque[Input] = deque()
        self._wake = asyncio.Event()
        self._pending = Effects()
        self._cut: set[str] = set()
        self._replies: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._number = 0
        self._retry_at = 0.0
        self._full = False
        self._stopping = self._over = False
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._documents: set[asyncio.Task[None]] = set()
        self._one_document = asyncio.Lock()

    def give(self, one: Input) -> None:
        """Put an input into the queue. Only from the event loop's thread."""
        self._inputs.append(one)
        if len(self._inputs) > MOST_INPUTS and self.wire is not None and not self._full:
            self._full = True
            self.wire.pause()
        self._wake.set()

    def opened(self, connection: str, counterpart: str, path: str) -> None:
        """Tell the core that a connection stands."""
        self.give(LinkOpened(connection, counterpart, path, secrets.token_bytes(32)))

    async def ask(self, verb: str, args: Mapping[str, Any], role: str = "duty officer") -> Mapping[str, Any]:
        """Return the answer of the core to a command, once it is kept.

        Raises:
            InputError: it cannot be done; says why.
            StoreError: the disk does not take it.
        """
        answer = await self._kept(lambda number: Command(number, role, verb, args))
        if "error" in answer:
            wrong = answer["error"]
            raise InputError(wrong["what"], where=wrong.get("where", ""), remedy=wrong.get("remedy", ""))
        return answer

    async def enter(
        self, counterpart: str, payload: Mapping[str, Any], role: str, writes: Sequence[Write] = ()
    ) -> None:
        """Enter what is about to happen to an agreement, and keep `writes` with it; return once that is on the disk.

        Raises:
            StoreError: the disk does not take it now. What was given is entered as soon as there is room.
        """
        await self._kept(lambda number: Happened(number, counterpart, payload, role, tuple(writes)))

    def keep(self, writes: Sequence[Write]) -> None:
        """Have `writes` done with the next commit. Only from the event loop's thread."""
        self._pending.writes += writes
        self._wake.set()

    async def _kept(self, make: Callable[[int], Input]) -> Mapping[str, Any]:
        """Give an input, and return the answer to it once everything that it led to is kept."""
        if not self.storing:
            raise StoreError("The disk takes nothing: nothing can be done until it does. See the status.")
        if self._over:
            raise StoreError("The node has stopped: nothing is entered any more.")
        self._number += 1
        number = self._number
        self._replies[number] = asyncio.get_running_loop().create_future()
        self.give(make(number))
        return await self._replies[number]

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Run until stopped."""
        while not self._stopping:
            await self._wait()
            await self._step()
            await self._settle()

    async def finish(self) -> None:
        """Keep what is in hand, after `run` has returned. Who still waits for an answer then gets a StoreError."""
        while self._inputs:
            self._one(self._inputs.popleft())
        await self._settle()
        self._over = True
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_exception(StoreError(UNANSWERED))
        self._disk.shutdown(wait=True)

    async def _wait(self) -> None:
        if self._inputs:
            await asyncio.sleep(0)
            return
        left = (self.core.next_deadline() - self.clock.mono()) / self.clock.speed
        if not self.storing:
            left = min(left, RETRY_S)
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), min(max(left, 0.0), LONGEST_WAIT_S))
        except TimeoutError:
            return

    async def _step(self) -> None:
        """Step through what came, and through time; whoever else waits for the loop has his turn in between."""
        if self._full and len(self._inputs) < MOST_INPUTS // 2:
            self._full = False
            if self.wire is not None and self.storing:
                self.wire.resume()
        began = time.monotonic()
        for _ in range(min(len(self._inputs), MOST_STEPS)):
            if time.monotonic() - began > HOLD_S:
                await self._tick()
                await asyncio.sleep(0)
                began = time.monotonic()
            one = self._inputs.popleft()
            if (self.hangs or not self.storing) and isinstance(one, FrameIn | AirIn | LinkOpened | LinkClosed):
                self._hold(one)
                continue
            self._one(one)
        for _ in range(MOST_TICKS):
            await self._tick()
            if not self._in_hand:
                return

    @property
    def _in_hand(self) -> bool:
        """Whether the core has begun what it goes on with at once."""
        return self.core.next_deadline() == float("-inf")

    async def _tick(self) -> None:
        """Let time pass, where that is due: in a turn of its own, because it may be a look at the whole sky."""
        if self.clock.mono() >= self.core.next_deadline():
            await asyncio.sleep(0)
            self._one(Tick())

    def _one(self, one: Input) -> None:
        effects = self.core.step(one, Now(self.clock.utc_ns(), self.clock.mono()))
        self.steps += 1
        for told in effects.tells:
            self._tell(told if self.storing else {**told, "recorded": False})
        effects.tells = []
        self._pending.add(effects)
        self._bound()

    def _bound(self) -> None:
        """Keep what waits for the disk within bounds, and say so when it is at them."""
        pending = self._pending
        full = len(pending.entries) + len(pending.writes) >= MOST_PENDING
        if full and not self.core.books.full:
            self._tell({"event": "home", "says": NO_ROOM, "recorded": False})
        self.core.books.full = full
        if len(pending.frames) > MOST_FRAMES:
            new = {frame[0] for frame in pending.frames} - self._cut
            pending.closes += [(connection, UNSENT) for connection in sorted(new)]
            self._cut |= new
        if self._cut:
            pending.frames = [frame for frame in pending.frames if frame[0] not in self._cut]

    def _hold(self, one: Input) -> None:
        self._held.append(one)
        if len(self._held) == HELD_FRAMES and self.wire is not None:
            self.wire.pause()

    async def _settle(self) -> None:
        """Keep what must be kept; only then do the rest. What cannot be kept now is kept later, in order."""
        if self._pending.durable:
            if not self.storing and self.clock.mono() < self._retry_at and not self._stopping:
                return
            done = await self._commit()
            if done is None:
                return
        else:
            done, self._pending = self._pending, Effects()
        if not self.storing:
            self._recover()
        self._perform(done)

    async def _commit(self) -> Effects | None:
        """Return what was pending, once it is kept; None where the disk refuses it, and it stays pending.

        A disk that takes its time holds up what must wait for it, and nothing else: the watch goes on.
        """
        loop = asyncio.get_running_loop()
        pending, self._pending = self._pending, Effects()
        commit = loop.run_in_executor(self._disk, self._store.commit, pending.entries, pending.writes)
        began = loop.time()
        meanwhile_s = MEANWHILE_S
        while not (await asyncio.wait({commit}, timeout=meanwhile_s))[0]:
            if not self.hangs and loop.time() - began > HANGS_S:
                self.hangs = True
                self._tell({"event": "home", "says": HANGS, "recorded": False})
            await self._step()
            meanwhile_s = 0.0 if self._in_hand else MEANWHILE_S
        if self.hangs:
            self.hangs = False
            if self.storing:
                self._release()
        try:
            commit.result()
        except StoreError as wrong:
            pending.add(self._pending)
            self._pending = pending
            self._fail(wrong)
            return None
        self.commits += 1
        self._bound()
        return pending

    def _fail(self, wrong: StoreError) -> None:
        self._retry_at = self.clock.mono() + RETRY_S * self.clock.speed
        for number, _ in self._pending.replies:
            future = self._replies.pop(number, None)
            if future is not None and not future.done():
                future.set_exception(
                    StoreError(f"{wrong} It is done as soon as there is room; do not ask for it again.")
                )
        self._pending.replies = []
        if self.storing:
            self.storing = False
            self._one(StoreState(False, str(wrong)))

    def _recover(self) -> None:
        self.storing = True
        self._release()
        self.give(StoreState(True, "The disk takes again what must be kept."))

    def _release(self) -> None:
        """Take up what was held, before what came later."""
        self._inputs.extendleft(reversed(self._held))
        self._held.clear()
        if self.wire is not None:
            self.wire.resume()

    def _perform(self, effects: Effects) -> None:
        if self.wire is not None:
            for urgent in (True, False):
                for connection, frame, hurries in effects.frames:
                    if hurries is urgent:
                        self.wire.send(connection, frame, urgent=urgent)
            for connection, why in effects.closes:
                self._cut.discard(connection)
                self.wire.close(connection, why)
        if self.voice is not None:
            for counterpart, message in effects.hush:
                self.voice.hush(counterpart, message)
            for said in effects.air:
                self.voice.say(*said)
        for counterpart, data in effects.documents:
            task = asyncio.get_running_loop().create_task(self._document(counterpart, data))
            self._documents.add(task)
            task.add_done_callback(self._documents.discard)
        if self.desk is not None:
            for wanted in effects.desk:
                self.desk(wanted)
        for number, reply in effects.replies:
            self._answer(number, reply)

    async def _document(self, counterpart: str, data: bytes) -> None:
        try:
            async with self._one_document:  # in the order in which they came
                await self._take_document(counterpart, data)
        except ArmslengthError as wrong:
            self._tell({"event": "refused", "counterpart": counterpart, "says": str(wrong)})

    def _answer(self, number: int, reply: Mapping[str, Any]) -> None:
        future = self._replies.pop(number, None)
        if future is not None and not future.done():
            future.set_result(reply)
