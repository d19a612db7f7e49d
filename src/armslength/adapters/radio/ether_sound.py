"""The sound of a station on the simulated ether: the station's end of the line.

It keeps the ether's time, which the ether tells when the station joins. What is to be transmitted is sent ahead of its
time, so that an event loop that is busy for a moment does not tear holes into it. An ether that does not answer is
asked again every second.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from armslength.adapters.radio.ether_channel import rms, to_int16
from armslength.adapters.radio.ether_wire import (
    FULL_SCALE,
    HERE_REAL_S,
    HOST,
    LARGEST,
    LOST_REAL_S,
    REFERENCE,
    Datagram,
    Kind,
    pieces,
    read,
    told,
)
from armslength.adapters.radio.sound import Quiet
from armslength.errors import InputError
from armslength.modem.port import Samples

START_S, START_REAL_S = 0.01, 0.002
"""Between now and the first sample of a burst [s]: by the ether's clock, and by that outside."""
AHEAD_REAL_S, PIECE_S = 0.3, 0.1
"""How far ahead of its time sound is sent (real seconds), in pieces of so much [s]."""
MOST_S = 30.0
"""Sound that may wait to be read [s]; beyond, the oldest is lost."""
READ_S = 0.5
"""Sound read at once at the most [s]."""
JOIN_REAL_S = 2.0
MOST_AT_ONCE = 256


class EtherSound:
    """One station on one channel of an ether on this machine.

    Attributes:
        rate: samples a second. lead_s: how much longer than its sound a burst is on the air [s].
        dropped: stretches that were lost because nobody read them in time.

    Args:
        port: UDP port of the ether, on loopback.
        channel: "F1". station: its id: two with one id on one channel push each other out.
        rate: of the modem.
        always: hear noise too while nobody talks.
        speed: of the clock of whoever uses it; an ether of another speed is refused. None: any will do.
    """

    def __init__(
        self, port: int, channel: str, station: str, rate: int, *, always: bool = False, speed: float | None = None
    ) -> None:
        self.rate = rate
        self.lead_s = 0.0
        self.dropped = 0
        self._where = (HOST, port)
        self._asks = {"channel": channel, "station": station, "rate": rate, "always": always}
        self._line: socket.socket | None = None
        self._slot = 0
        self._wanted = speed
        self._speed, self._origin_s = 1.0, 0.0
        self._seen_real_s = 0.0
        self._refusal = ""
        self._expected = 0
        """The sample that is to be read next."""
        self._heard: deque[tuple[int, int, NDArray[np.int16] | None]] = deque()
        """(first sample, how many, sound; None: quiet), in order."""
        self._waiting = 0
        self._come = asyncio.Event()
        self._welcomed = asyncio.Event()
        self._upkeep: asyncio.Task[None] | None = None

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""
        if self._refusal:
            return self._refusal
        return "" if self._slot else f"No ether answers at {HOST}:{self._where[1]}."

    async def open(self) -> None:
        """Join; an ether that does not answer may come later.

        Raises:
            InputError: it does not take this station.
        """
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.setblocking(False)
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        line.connect(self._where)
        self._line = line
        asyncio.get_running_loop().add_reader(line.fileno(), self._readable)
        self._upkeep = asyncio.create_task(self._keep_up(), name="ether")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._welcomed.wait(), JOIN_REAL_S)
        if self._refusal:
            await self.close()
            raise InputError(self._refusal, where=f"{HOST}:{self._where[1]}")

    async def close(self) -> None:
        """Leave."""
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.gather(self._upkeep, return_exceptions=True)
            self._upkeep = None
        if self._line is not None:
            if self._slot:
                self._tell(Datagram(Kind.LEAVE, self._slot).to_bytes())
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            self._line.close()
            self._line = None
        self._slot = 0

    async def read(self) -> Samples | Quiet:
        """Return the next stretch of what is heard; nothing follows on what came before a `Quiet`."""
        while not self._heard:
            self._come.clear()
            await self._come.wait()
        first, count, sound = self._pop()
        if sound is None:
            while self._heard and self._heard[0][2] is None:
                count += self._pop()[1]
            return Quiet(count)
        together, end = [sound], first + count
        while self._heard and count < READ_S * self.rate:
            after = self._heard[0]
            if after[2] is None or after[0] != end:
                break
            self._pop()
            together.append(after[2])
            count, end = count + after[1], end + after[1]
        return np.concatenate(together).astype(np.float32) / np.float32(FULL_SCALE)

    async def write(self, samples: Samples) -> None:
        """Transmit `samples`, as loud as every station is; return when the last has been played.

        Raises:
            InputError: no ether answers.
        """
        if not self._slot:
            raise InputError(self.says, remedy="Start one: armslength radio ether.")
        loud = rms(samples)
        sound = to_int16(samples * np.float32(REFERENCE / loud if loud else 1.0))
        first = int((self._now_s() + START_S + START_REAL_S * self._speed) * self.rate)
        step = max(1, round(PIECE_S * self.rate))
        for at in range(0, len(sound), step):
            await self._until((first + at) / self.rate - AHEAD_REAL_S * self._speed)
            for piece in pieces(self._slot, first + at, sound[at : at + step]):
                self._tell(piece)
        await self._until((first + len(sound)) / self.rate)

    def _now_s(self) -> float:
        return (time.monotonic() - self._origin_s) * self._speed

    async def _until(self, at_s: float) -> None:
        if (wait := at_s - self._now_s()) > 0.0:
            await asyncio.sleep(wait / self._speed)

    def _tell(self, data: bytes) -> None:
        if self._line is not None:
            # Full, or nobody there: it is lost, as on the air. `_keep_up` notices when it is for good.
            with suppress(OSError):
                self._line.send(data)

    async def _keep_up(self) -> None:
        """Say that we are there; join anew where the ether does not know us, or is another one."""
        while True:
            self._readable()  # first: after a busy moment of our own, all of it waits there
            silent = time.monotonic() - self._seen_real_s > LOST_REAL_S
            if self._slot and silent:
                self._lost()
            if self._slot:
                self._tell(Datagram(Kind.HERE, self._slot).to_bytes())
            else:
                self._tell(told(Kind.JOIN, self._asks))
            await asyncio.sleep(HERE_REAL_S)

    def _lost(self) -> None:
        self._slot = 0
        self._put(self._expected, 1, None)

    def _readable(self) -> None:
        assert self._line is not None
        for _ in range(MOST_AT_ONCE):
            try:
                data = self._line.recv(LARGEST + 1)
            except OSError:  # nothing more, or nobody there
                return
            if (one := read(data)) is not None:
                self._take(one)

    def _take(self, one: Datagram) -> None:
        self._seen_real_s = time.monotonic()
        if one.kind is Kind.WELCOME:
            self._welcome(one)
        elif one.kind is Kind.STRANGER:
            if one.slot == self._slot:
                self._lost()
                self._tell(told(Kind.JOIN, self._asks))
        elif one.slot == self._slot and one.kind in (Kind.SOUND, Kind.QUIET) and one.count:
            if one.first > self._expected:
                self._put(self._expected, one.first - self._expected, None)  # lost on the way
            if one.first >= self._expected:
                self._put(one.first, one.count, one.samples() if one.kind is Kind.SOUND else None)

    def _welcome(self, one: Datagram) -> None:
        told_us = one.json()
        try:
            if "error" in told_us:
                self._refusal = str(told_us["error"])
            else:
                slot, speed = int(told_us["slot"]), float(told_us["speed"])
                origin_s, done = float(told_us["origin_s"]), int(told_us["done"])
                if self._wanted is not None and speed != self._wanted:
                    self._refusal = f"The ether runs at {speed:g} times speed, the clock here at {self._wanted:g}."
                else:
                    self._slot, self._speed, self._origin_s, self._expected = slot, speed, origin_s, done
                    self._refusal = ""
        except (KeyError, TypeError, ValueError):
            self._refusal = "What answers there is no ether of this version."
        self._welcomed.set()

    def _put(self, first: int, count: int, sound: NDArray[np.int16] | None) -> None:
        self._expected = first + count
        if sound is not None and self._waiting + count > MOST_S * self.rate:
            # Nobody reads: what is old is worth least, and whoever reads again must see that something is missing.
            self.dropped += 1
            self._heard.clear()
            self._waiting = 0
            self._heard.append((first, 1, None))
        if sound is None and self._heard and self._heard[-1][2] is None:
            begun, before, _ = self._heard.pop()
            first, count = begun, before + count
        self._heard.append((first, count, sound))
        self._waiting += count if sound is not None else 0
        self._come.set()

    def _pop(self) -> tuple[int, int, NDArray[np.int16] | None]:
        one = self._heard.popleft()
        self._waiting -= one[1] if one[2] is not None else 0
        return one
