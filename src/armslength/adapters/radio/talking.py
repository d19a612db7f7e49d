"""The half of a station that talks: what waits, when it may go, and what has gone. A listener does not have it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from armslength.adapters.radio.frames import Desk, frame_of
from armslength.adapters.radio.sound import Timer
from armslength.errors import InputError, LocalProtocolError
from armslength.modem.access import Access, limits_of

SLOT_S, SLOT_REAL_S = 0.1, 0.014
"""A slot [s] is longer than it takes until others notice a burst: the first on the air, the second on the machine,
where a fast clock makes more of it."""
SHORTEST_WAIT_S = 0.002
"""Real seconds between two questions to the access machine at the least."""
CALL_BYTES = 140
"""A call as a frame: the longest that a message takes on the air, in its frame."""
VOICE_ONLY = "refused: not for data"
SENT, FAILED, NOT_TAKEN, DISPLACED = "sent", "could not be sent", "not taken", "displaced by more urgent ones"


class Talker:
    """Sends frames one after the other, when the channel lets it.

    Args:
        channel: "F1".
        own: call sign.
        clock: of the node.
        occupancy: share of the time that data may fill, 0 to 1.
        seconds: tells how long a frame of so many bytes takes on the air [s].
        transmit: sends one frame; returns when it has gone. Raises InputError where it cannot.
        busy: tells whether somebody else is heard now.
        sent: is told channel and number of what has gone.
        seed: of the random back-off, with call sign and channel: two stations that draw alike collide for ever.
        counts: where what happens is counted.
        place: which of two alternating slots is ours, where two parties share the channel; see `Limits`.
    """

    def __init__(
        self,
        channel: str,
        own: str,
        *,
        clock: Timer,
        occupancy: float,
        seconds: Callable[[int], float],
        transmit: Callable[[bytes], Awaitable[None]],
        busy: Callable[[], bool],
        sent: Callable[[str, int], None],
        seed: int,
        counts: Counter[str],
        place: int | None = None,
    ) -> None:
        self.says = ""
        """Why the last frame could not be sent; empty when it could."""
        self._channel, self._own, self._clock = channel, own, clock
        self._seconds, self._transmit, self._busy, self._sent = seconds, transmit, busy, sent
        late_s = SLOT_REAL_S * clock.speed
        limits = limits_of(occupancy, SLOT_S + late_s, late_s, place)
        self._access = Access(limits, random.Random(f"{seed} {own} {channel}").random)
        self._frames: dict[int, bytes] = {}
        self._wake = asyncio.Event()
        self._counts = counts
        self._counts.update({SENT: 0, FAILED: 0, NOT_TAKEN: 0, DISPLACED: 0})

    @property
    def occupied(self) -> float:
        """Share of the last 60 s that data filled the channel, ours and what was heard, 0 to 1."""
        return self._access.occupied(self._clock.mono())

    @property
    def full_s(self) -> float:
        """For how long the share keeps a call from leaving [s]; 0.0: it may leave."""
        return self._access.wait_s(self._seconds(CALL_BYTES), self._clock.mono())

    @property
    def waiting(self) -> int:
        """Frames that wait."""
        return len(self._access)

    def send(self, payload: bytes, *, rank: int, number: int) -> bool:
        """Queue a payload; return whether it waits now. One with the same number that still waits gives way to it.

        Raises:
            InputError: one frame does not carry it.
        """
        frame = frame_of(self._own, payload)
        self.forget(number)
        taken = self._access.offer(number, rank, self._seconds(len(frame)))
        if taken:
            self._frames[number] = frame
            self._wake.set()
        else:
            self._counts[NOT_TAKEN] += 1
        if self._access.displaced > self._counts[DISPLACED]:
            self._counts[DISPLACED] = self._access.displaced
            self._frames = {n: f for n, f in self._frames.items() if n in self._access.numbers}
        return taken

    def forget(self, number: int) -> None:
        """Do not send it if it still waits."""
        self._access.forget(number)
        self._frames.pop(number, None)

    def heard(self, began_s: float, ended_s: float) -> None:
        """Count a burst of data of somebody else, from when to when [s, clock]."""
        self._access.heard(began_s, ended_s)

    def sensed(self) -> None:
        """Notice that the channel has become busy or free."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is offered, until cancelled."""
        while True:
            self._wake.clear()
            now = self._clock.mono()
            turn = self._access.turn(now, busy=self._busy())
            if turn.number is not None:
                await self._one(turn.number)
                continue
            wait = max((turn.again_s - now) / self._clock.speed, SHORTEST_WAIT_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait if wait < 1e6 else None)

    async def _one(self, number: int) -> None:
        try:
            await self._transmit(self._frames.pop(number))
            self._access.ended(self._clock.mono())
        except InputError as wrong:
            self.says = str(wrong)
            self._counts[FAILED] += 1
        else:
            self.says = ""
            self._counts[SENT] += 1
            self._sent(self._channel, number)


class Talking:
    """What every station has that may talk, whatever carries its frames.

    Attributes:
        channel: "F1".
    """

    channel: str
    _desk: Desk
    _talker: Talker | None = None
    """None: the channel is not for data."""

    def send(self, payload: bytes, *, rank: int, number: int) -> bool:
        """Queue a payload; return whether it waits now (the queue is bounded; rank 0 goes first).

        Raises:
            LocalProtocolError: the channel is not for data.
            InputError: one frame does not carry it.
        """
        if self._talker is None:
            self._desk.counts[VOICE_ONLY] += 1
            raise LocalProtocolError(f"{self.channel} is not marked for data: nothing was sent.")
        return self._talker.send(payload, rank=rank, number=number)

    def forget(self, number: int) -> None:
        """Do not send it if it still waits: it is acknowledged already."""
        if self._talker is not None:
            self._talker.forget(number)

    @property
    def occupied(self) -> float:
        """Share of the last 60 s that data filled the channel, ours and what was heard, 0 to 1."""
        return self._talker.occupied if self._talker is not None else 0.0

    @property
    def full_s(self) -> float:
        """For how long the share keeps a call from leaving [s]; 0.0: it may leave."""
        return self._talker.full_s if self._talker is not None else 0.0

    @property
    def waiting(self) -> int:
        """Payloads that wait."""
        return self._talker.waiting if self._talker is not None else 0
