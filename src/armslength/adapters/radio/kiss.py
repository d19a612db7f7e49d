"""KISS over TCP: frames to and from any TNC (Dire Wolf, a hardware TNC behind a server), which has modem and radio.

    FEND | port and command | bytes, FEND as FESC TFEND, FESC as FESC TFESC | FEND

Source: "The KISS TNC", M. Chepponis and P. Karn, 1987. Command 0 is a frame; all others are for the TNC and are never
sent: carrier sense, delays and power belong to whoever runs it. What it cannot do for us is done here: the occupancy.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from armslength.adapters.radio.frames import Desk, Foreign
from armslength.adapters.radio.sound import AirHeard, Timer
from armslength.adapters.radio.station import refuse_guard
from armslength.adapters.radio.talking import Talker, Talking
from armslength.errors import InputError
from armslength.modem.ax25 import HEADER, LARGEST_INFO

FEND, FESC, TFEND, TFESC = 0xC0, 0xDB, 0xDC, 0xDD
DATA = 0
LARGEST = HEADER + 8 * 7 + LARGEST_INFO
"""Bytes of the longest frame: AX.25 with all its repeaters."""
UNSENT = 16_384
"""Bytes that the TNC has not taken; beyond, it counts as gone."""
RETRY_S, LONGEST_RETRY_S, CONNECT_S = 0.5, 10.0, 5.0
"""Real seconds: first and longest pause between two calls to the TNC, and how long it may take to answer."""
FLAGS_S = 0.4
"""What a TNC puts before and after a frame on the air [s]: its delays, flags and check sum."""
OVERSIZED, GARBLED = "oversized", "garbled by the TNC"


class KissDecoder:
    """Bytes of the line -> frames. Whatever comes, it holds no more than one frame.

    Attributes:
        oversized: frames that were too long. garbled: frames with an escape that does not exist, or of no command.
    """

    def __init__(self) -> None:
        self.oversized = self.garbled = 0
        self._frame = bytearray()
        self._escaped = self._spoilt = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames of command 0, of any port, that ended in `data`."""
        found = []
        for byte in data:
            if byte == FEND:
                if not self._spoilt and self._escaped:
                    self.garbled += 1
                elif not self._spoilt and len(self._frame) > 1 and self._frame[0] & 0x0F == DATA:
                    found.append(bytes(self._frame[1:]))
                self._frame.clear()
                self._escaped = self._spoilt = False
            elif not self._spoilt:
                self._one(byte)
        return found

    def _one(self, byte: int) -> None:
        if self._escaped:
            self._escaped = False
            if byte not in (TFEND, TFESC):
                self.garbled += 1
                self._spoilt = True
                return
            byte = FEND if byte == TFEND else FESC
        elif byte == FESC:
            self._escaped = True
            return
        if len(self._frame) > LARGEST:
            self.oversized += 1
            self._spoilt = True
            return
        self._frame.append(byte)


def kiss(frame: bytes, port: int = 0) -> bytes:
    """Return `frame` as a TNC takes it, for its radio `port` (0 to 15)."""
    body = bytes((port << 4 | DATA,)) + frame
    escaped = body.replace(bytes((FESC,)), bytes((FESC, TFESC))).replace(bytes((FEND,)), bytes((FESC, TFEND)))
    return bytes((FEND,)) + escaped + bytes((FEND,))


class KissStation(Talking):
    """A station whose modem and radio are behind a TNC; to its owner it is as a `Station`.

    Args:
        channel: "F1".
        host, port: of the TNC (Dire Wolf: 8001).
        own: call sign; empty: it only listens.
        clock: of the node; a TNC is real, so it must not run faster than outside.
        occupancy: share of the time that data may fill, 0 to 1; from the terms.
        heard: takes what other stations of ours say, in the event loop.
        sent: is told channel and number when a payload has been handed over and its time on the air is over.
        seed: of the random back-off.
        data: whether the plan marks this channel for data. If not, the station only listens.
        frequency: name of the channel's frequency, where `channel` is an id of the plan: "132.055".
        foreign: takes whole frames that are none of ours.
        bitrate: of the TNC [bit/s].

    Raises:
        LocalProtocolError: data over a guard frequency.
        InputError: `own` is no call sign.
    """

    def __init__(
        self,
        channel: str,
        host: str,
        port: int,
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
        bitrate: float = 1200.0,
    ) -> None:
        refuse_guard(channel, frequency, data=data)
        self.channel = channel
        self._address, self._clock, self._bitrate = (host, port), clock, bitrate
        self._desk = Desk(channel, own, heard, foreign)
        self._decoder = KissDecoder()
        self._oversized = self._garbled = 0
        self._writer: asyncio.StreamWriter | None = None
        self._why = "has not been called yet"
        self._tasks: list[asyncio.Task[None]] = []
        if data:
            self._talker = Talker(
                channel, own, clock=clock, occupancy=occupancy, seconds=self._seconds, transmit=self._transmit,
                busy=lambda: False, sent=sent, seed=seed, counts=self._desk.counts,
            )  # fmt: skip

    async def start(self) -> None:
        """Begin; a TNC that does not answer is called again and again."""
        self._tasks.append(asyncio.create_task(self._line(), name=f"kiss-{self.channel}"))
        if self._talker is not None:
            self._tasks.append(asyncio.create_task(self._talker.run(), name=f"talking-{self.channel}"))

    async def stop(self) -> None:
        """End it: what waits is not sent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    @property
    def busy(self) -> bool:
        """False: the TNC does not tell, and waits by itself."""
        return False

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""
        if self._writer is None:
            return f"The TNC at {self._address[0]}:{self._address[1]} {self._why}."
        return self._talker.says if self._talker is not None else ""

    @property
    def counts(self) -> Mapping[str, int]:
        """What was heard and sent, by kind."""
        return {**self._desk.counts, OVERSIZED: self._decoder.oversized, GARBLED: self._decoder.garbled}

    def _seconds(self, length: int) -> float:
        return FLAGS_S + 8.0 * length * 1.05 / self._bitrate  # bits stuffed in: about one in twenty

    async def _transmit(self, frame: bytes) -> None:
        writer = self._writer
        if writer is None or writer.is_closing():
            raise InputError(self.says, remedy="Start it, or look at its address.")
        if writer.transport.get_write_buffer_size() > UNSENT:
            writer.transport.abort()
            raise InputError("The TNC takes nothing.", remedy="Start it again.")
        writer.write(kiss(frame))
        await self._clock.sleep(self._seconds(len(frame)))

    async def _line(self) -> None:
        """Hold the connection to the TNC."""
        pause = RETRY_S
        while True:
            try:
                async with asyncio.timeout(CONNECT_S):
                    reader, writer = await asyncio.open_connection(*self._address)
            except (OSError, TimeoutError):
                self._why = "does not answer"
            else:
                pause = RETRY_S
                await self._converse(reader, writer)
                self._why = "has closed the connection"
            await asyncio.sleep(pause)
            pause = min(2.0 * pause, LONGEST_RETRY_S)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take frames until the connection ends."""
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._writer = writer
        try:
            while data := await reader.read(4096):
                for frame in self._decoder.feed(data):
                    now = self._clock.mono()
                    if self._talker is not None:
                        self._talker.heard(now - self._seconds(len(frame)), now)
                    self._desk.take(frame, now, None)
        except OSError:
            pass
        finally:
            self._writer = None
            self._decoder.feed(bytes((FEND,)))  # what was begun does not go on in the next connection
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
