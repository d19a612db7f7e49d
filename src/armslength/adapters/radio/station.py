"""One radio on one channel: sound -> modem -> frames -> payloads, and back.

    read -> demodulator (a thread of its own) -> Desk -> heard(AirHeard)
    send(payload) -> Talker (carrier sense, back-off, occupancy) -> modem -> write -> sent(channel, number)

`Listener` has the first line only: no queue, no modulator, and sound without a way out. A `Station` on a channel that
the plan does not mark for data is one, and on guard it cannot be made at all with `data=True`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor

from armslength.adapters.radio.frames import Desk, Foreign
from armslength.adapters.radio.guard import is_guard
from armslength.adapters.radio.sound import AirHeard, Listening, Quiet, Sound, Timer
from armslength.adapters.radio.talking import Talker, Talking
from armslength.errors import LocalProtocolError
from armslength.modem.port import BAD_CHECK, REASONS, TRUNCATED, Heard, Modem, Samples
from armslength.modem.raised import Raised

LOG = logging.getLogger("armslength.radio")
FAULTS = "faults of the demodulator"
DEAF_S, DEAF_REAL_S = 0.5, 0.5
"""After a burst of our own, what is read was heard during it: so long [s], and so many real seconds."""


class Listener:
    """Hears one channel, and has nothing to talk with.

    Args:
        channel: "F1".
        modem: turns sound into frames.
        sound: what is heard; closed by `stop`.
        own: call sign of the station it belongs to; empty: none.
        clock: of the node.
        heard: takes what other stations of ours say, in the event loop.
        foreign: takes whole frames that are none of ours.
    """

    def __init__(
        self,
        channel: str,
        modem: Modem,
        sound: Listening,
        own: str = "",
        *,
        clock: Timer,
        heard: Callable[[AirHeard], None],
        foreign: Callable[[Foreign], None] | None = None,
    ) -> None:
        self.channel = channel
        self._desk = Desk(channel, own, heard, foreign)
        self._modem, self._sound, self._clock = modem, sound, clock
        self._ears = modem.demodulator()
        self._fed = 0
        self._refused_before: dict[str, int] = dict.fromkeys(REASONS, 0)
        """Counts of demodulators that are no more."""
        self._busy_since: float | None = None
        self._noise = Raised(modem.rate)
        self._deaf_until_s = float("-inf")
        """While we talk we hear nothing [s, clock]: that is no sign of how quiet the channel is."""
        self._spoilt = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._failed = ""
        self._thread: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Open the sound and begin.

        Raises:
            InputError: there is no such device, or it does not take this rate.
        """
        await self._sound.open()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"radio-{self.channel}")
        self._begin(self._listen(), "listening")

    def _begin(self, work: Coroutine[None, None, None], what: str) -> None:
        """Do it until `stop`; a fault of ours in it is told, and the rest of the node goes on."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (fault := task.exception()) is not None:
                LOG.error("%s on %s ended", what, self.channel, exc_info=fault)
                self._failed = f"A fault of armslength ended {what}: {type(fault).__name__}. Restart the node."

        task = asyncio.create_task(work, name=f"{what}-{self.channel}")
        task.add_done_callback(ended)
        self._tasks.append(task)

    async def stop(self) -> None:
        """End it: what waits is not sent, the transmitter is off."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._sound.close()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None

    @property
    def busy(self) -> bool:
        """Whether somebody else is heard now."""
        return self._busy_since is not None

    @property
    def raised(self) -> bool:
        """Whether a carrier or noise that never pauses stands on the channel."""
        return self._noise.raised

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""
        return self._failed or self._sound.says

    @property
    def counts(self) -> Mapping[str, int]:
        """What was heard and sent, by kind; bursts that were no frame by their reason."""
        now = {reason: self._refused_before[reason] + self._ears.refused.get(reason, 0) for reason in REASONS}
        return {**self._desk.counts, **now}

    async def _listen(self) -> None:
        while True:
            block = await self._sound.read()
            if isinstance(block, Quiet):
                if not self._is_deaf():
                    self._noise.silent()
                if self._fed:
                    await self._fallen_silent()
            else:
                await self._feed(block)

    async def _feed(self, block: Samples) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._thread, self._ears.feed, block)
        except Exception:  # whatever comes in by radio must not end the watch on the channel
            LOG.exception("demodulator of %s", self.channel)
            self._desk.counts[FAULTS] += 1
            self._new_ears()
            return
        self._fed += len(block)
        if not self._is_deaf():
            self._noise.feed(block)
        self._tell(found)
        self._sense(self._ears.busy)

    def _is_deaf(self) -> bool:
        return self._clock.mono() < self._deaf_until_s

    async def _fallen_silent(self) -> None:
        """Take what the demodulator still holds, and begin with a fresh one: the next sound does not follow on this."""
        found = await asyncio.get_running_loop().run_in_executor(self._thread, self._ears.finish)
        self._tell(found)
        self._sense(False)
        self._new_ears()

    def _new_ears(self) -> None:
        for reason, count in self._ears.refused.items():
            self._refused_before[reason] = self._refused_before.get(reason, 0) + count
        self._ears, self._fed = self._modem.demodulator(), 0

    def _tell(self, found: list[Heard]) -> None:
        now = self._clock.mono()
        until_s = self._fed / self._modem.rate
        for one in found:
            ended = now - max(0.0, until_s - one.ended_s)
            self._of_others(ended - self._modem.seconds(len(one.frame)), ended)
            self._desk.take(one.frame, ended, one.level_db)

    def _sense(self, busy: bool) -> None:
        """Note whether somebody talks; a burst of data that nobody could read fills the channel too."""
        if busy == self.busy:
            return
        now = self._clock.mono()
        refused = self.counts
        spoilt = refused[BAD_CHECK] + refused[TRUNCATED]
        if self._busy_since is not None and spoilt > self._spoilt:
            self._of_others(self._busy_since, now)
        self._spoilt = spoilt
        self._busy_since = now if busy else None
        self._changed()

    def _of_others(self, began_s: float, ended_s: float) -> None:
        """A burst of data of another station was on the channel."""

    def _changed(self) -> None:
        """The channel became busy or free."""


class Station(Talking, Listener):
    """Hears one channel and talks on it.

    Args:
        channel: "F1".
        modem: frames <-> sound.
        sound: both ways; closed by `stop`.
        own: call sign.
        clock: of the node.
        occupancy: share of the time that data may fill, 0 to 1; from the terms.
        heard: takes what other stations of ours say, in the event loop.
        sent: is told channel and number when a payload has gone.
        seed: of the random back-off, with call sign and channel.
        data: whether the plan marks this channel for data. If not, the station only listens.
        frequency: name of the channel's frequency, where `channel` is an id of the plan: "132.055".
        foreign: takes whole frames that are none of ours.
        place: which of two alternating slots is ours, where two parties share the channel.

    Raises:
        LocalProtocolError: data over a guard frequency.
        InputError: `own` is no call sign.
    """

    def __init__(
        self,
        channel: str,
        modem: Modem,
        sound: Sound,
        own: str,
        *,
        clock: Timer,
        occupancy: float,
        heard: Callable[[AirHeard], None],
        sent: Callable[[str, int], None],
        seed: int,
        data: bool,
        frequency: str = "",
        foreign: Callable[[Foreign], None] | None = None,
        place: int | None = None,
    ) -> None:
        super().__init__(channel, modem, sound, own, clock=clock, heard=heard, foreign=foreign)
        refuse_guard(channel, frequency, data=data)
        if data:

            async def transmit(frame: bytes) -> None:
                samples = await asyncio.get_running_loop().run_in_executor(self._thread, modem.modulate, frame)
                self._deaf_until_s = float("inf")
                try:
                    await sound.write(samples)
                finally:
                    self._deaf_until_s = clock.mono() + DEAF_S + DEAF_REAL_S * clock.speed

            self._talker = Talker(
                channel, own, clock=clock, occupancy=occupancy, transmit=transmit, sent=sent, seed=seed,
                seconds=lambda length: modem.seconds(length) + sound.lead_s, busy=lambda: self.busy,
                counts=self._desk.counts, place=place,
            )  # fmt: skip

    async def start(self) -> None:
        """Open the sound and begin.

        Raises:
            InputError: there is no such device, or it does not take this rate.
        """
        await super().start()
        if self._talker is not None:
            self._begin(self._talker.run(), "talking")

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""
        return super().says or (self._talker.says if self._talker is not None else "")

    def _of_others(self, began_s: float, ended_s: float) -> None:
        if self._talker is not None:
            self._talker.heard(began_s, ended_s)

    def _changed(self) -> None:
        if self._talker is not None:
            self._talker.sensed()


def refuse_guard(channel: str, frequency: str, *, data: bool) -> None:
    """Let no data over guard.

    Raises:
        LocalProtocolError: `data` is asked for, and channel or frequency is a guard frequency.
    """
    if data and (is_guard(channel) or is_guard(frequency)):
        raise LocalProtocolError("Guard is kept for distress and first contact, by voice: no data goes over it.")
