"""The simulated ether: a process of its own, in which stations that join a channel by name hear each other.

UDP on loopback, one socket. It waits for nobody: what comes too late, is too much or is garbage is dropped and counted.
Its second 0 is that of the scenario, and its clock may run faster than outside. While nobody talks it wakes a few times
a second.
"""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armslength.adapters.radio.ether_channel import Air, AirChannel, Heard, Member, Third
from armslength.adapters.radio.ether_orders import obey
from armslength.adapters.radio.ether_tape import Tape
from armslength.adapters.radio.ether_wire import GONE_REAL_S, HOST, LARGEST, Datagram, Kind, pieces, read, told
from armslength.adapters.radio.sound import Quiet
from armslength.errors import InputError

IDLE_REAL_S = 0.25
"""How often listeners of a quiet channel are told that it is quiet (real seconds)."""
TICK_S, SHORTEST_TICK_REAL_S = 0.02, 0.005
"""Sound of a busy channel is given out so often: by the clock of the scenario, and by that outside at the least."""
MOST_CHANNELS, MOST_STATIONS = 64, 16
"""Of stations on one channel."""
MOST_AT_ONCE = 512
"""Datagrams read before time goes on."""
BUFFER = 4 << 20
LONGEST_NAME = 32
TAPE = "(tape)"
"""What listens for the recording; no station can have this name."""
RATES = range(8_000, 48_001)


@dataclass
class Joined:
    """A station as the server knows it.

    Attributes:
        channel: where. member: its half in the channel. address: of its socket. seen_real_s: when it last spoke.
        slot: what it is called on the line.
    """

    channel: AirChannel
    member: Member
    address: tuple[str, int]
    seen_real_s: float
    slot: int


@dataclass
class Ether:
    """The server. `open`, then `run` until `stop`.

    Attributes:
        speed: how many of its seconds pass in one second outside.
        origin_s: CLOCK_MONOTONIC at its second 0.
        air: noise, fading, jams; may be changed between ticks.
        thirds: stations that are none of ours.
        port: UDP port on loopback; 0: any free one, told after `open`.
        counts: what was dropped, and why.
    """

    speed: float = 1.0
    origin_s: float = field(default_factory=time.monotonic)
    air: Air = field(default_factory=Air)
    thirds: list[Third] = field(default_factory=list)
    port: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    random_third: Callable[[int, int], Any] | None = None
    """What a third station says that is ordered while the ether runs: its sound by number and rate."""
    record: Path | None = None
    """Folder in which every channel is recorded."""

    def __post_init__(self) -> None:
        self.channels: dict[str, AirChannel] = {}
        self._joined: dict[int, Joined] = {}
        self._slots = 0
        self._line: socket.socket | None = None
        self._stopping = False
        self._tapes: dict[str, Tape] = {}
        self._told_real_s = 0.0

    @property
    def now_s(self) -> float:
        """Seconds of the scenario."""
        return (time.monotonic() - self.origin_s) * self.speed

    def open(self) -> None:
        """Listen on loopback.

        Raises:
            InputError: the port is taken.
        """
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            line.bind((HOST, self.port))
        except (OSError, OverflowError) as wrong:
            line.close()
            why = getattr(wrong, "strerror", None) or str(wrong)
            remedy = "Take another port, or 0 for any that is free."
            raise InputError(f"UDP port {self.port} cannot be used: {why}.", where="--port", remedy=remedy) from None
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.port = line.getsockname()[1]
        self._line = line

    def run(self) -> None:
        """Carry sound until `stop`; `open` comes first."""
        assert self._line is not None
        try:
            while not self._stopping:
                self._line.settimeout(self.tick())
                self._receive()
        finally:
            self._line.close()
            for tape in self._tapes.values():
                tape.close()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopping = True

    def tick(self) -> float:
        """Give out what is to be heard by now; return after how many real seconds to do so again."""
        real, now_s = time.monotonic(), self.now_s
        self._drop_the_gone(real)
        wait = max(TICK_S / self.speed, SHORTEST_TICK_REAL_S)
        every = real >= self._told_real_s + IDLE_REAL_S
        if every:
            self._told_real_s = real
        busy = False
        for channel in self.channels.values():
            until = int(now_s * channel.rate)
            talking = channel.talking(until + int(wait * self.speed * channel.rate))
            busy = busy or talking
            if (talking or every) and until > channel.done:
                self._give_out(channel, until)
        return wait if busy else max(self._told_real_s + IDLE_REAL_S - time.monotonic(), 0.001)

    def _give_out(self, channel: AirChannel, until: int) -> None:
        heard = channel.advance(until)
        self._tape(channel.name, heard.get(TAPE, []))
        for one in self._joined.values():
            if one.channel is not channel:
                continue
            for first, what in heard[one.member.name]:
                if isinstance(what, Quiet):
                    self._send(Datagram(Kind.QUIET, one.slot, first, min(what.samples, 0xFFFFFFFF)).to_bytes(), one)
                else:
                    for piece in pieces(one.slot, first, what):
                        self._send(piece, one)

    def _tape(self, channel: str, heard: list[Heard]) -> None:
        """Record; a disk that takes nothing ends the recording, not the ether."""
        tape = self._tapes.get(channel)
        try:
            for first, what in heard if tape is not None else []:
                assert tape is not None
                tape.take(first, what)
        except OSError:
            self.counts["recordings that the disk did not take"] += 1
            del self._tapes[channel]

    def _receive(self) -> None:
        """Take what has come, waiting for the first as long as the socket's time-out says."""
        assert self._line is not None
        for _ in range(MOST_AT_ONCE):
            try:
                data, address = self._line.recvfrom(LARGEST + 1)
            except (TimeoutError, BlockingIOError, InterruptedError, ConnectionError):
                return  # nothing more; or a station that is no more, of which this is the answer to what it was told
            self._line.settimeout(0.0)
            one = read(data)
            if one is None:
                self.counts["garbage"] += 1
            else:
                self._take(one, address)

    def _take(self, one: Datagram, address: tuple[str, int]) -> None:
        if one.kind is Kind.JOIN:
            self._answer(told(Kind.WELCOME, self._join(one.json(), address)), address)
            return
        if one.kind is Kind.ORDER:
            self._answer(told(Kind.ANSWER, obey(self, one.json())), address)
            return
        station = self._joined.get(one.slot)
        if station is None or station.address != address:
            self.counts["strangers"] += 1
            self._answer(Datagram(Kind.STRANGER, one.slot).to_bytes(), address)
            return
        station.seen_real_s = time.monotonic()
        if one.kind is Kind.SOUND:
            station.channel.take(station.member, one.first, one.samples())
        elif one.kind is Kind.LEAVE:
            self._gone(station)

    def _join(self, asks: dict[str, Any], address: tuple[str, int]) -> dict[str, Any]:
        """Take a station in; return the answer."""
        name, station, rate = asks.get("channel"), asks.get("station"), asks.get("rate")
        if not (_is_name(name) and _is_name(station) and isinstance(rate, int) and rate in RATES):
            return {"error": "The ether does not understand what this station asks for."}
        assert isinstance(name, str) and isinstance(station, str)
        channel = self.channels.get(name)
        if channel is not None and not channel.members.keys() - {TAPE} and channel.rate != rate:
            channel = None  # nobody is there any more: begin anew
        if channel is None:
            if name not in self.channels and len(self.channels) >= MOST_CHANNELS:
                return {"error": f"The ether has {MOST_CHANNELS} channels already."}
            channel = self._begin(name, rate)
        if channel.rate != rate:
            return {"error": f"{name} runs at {channel.rate} samples a second, not {rate}: another modem is on it."}
        for other in [j for j in self._joined.values() if j.channel is channel and j.member.name == station]:
            self._gone(other)
        if len(channel.members) >= MOST_STATIONS:
            return {"error": f"{name} has {MOST_STATIONS} stations already."}
        self._slots += 1
        member = channel.join(station, always=asks.get("always") is True)
        self._joined[self._slots] = Joined(channel, member, address, time.monotonic(), self._slots)
        return {"slot": self._slots, "speed": self.speed, "origin_s": self.origin_s, "done": channel.done}

    def _begin(self, name: str, rate: int) -> AirChannel:
        """Open a channel, with all that belongs to it."""
        channel = self.channels[name] = AirChannel(name, rate, int(self.now_s * rate), self.air)
        for third in self.thirds:
            if third.channel == name:
                channel.third(third)
        if self.record is not None:
            channel.join(TAPE, always=False)
            if name in self._tapes:
                self._tapes.pop(name).close()
            self._tapes[name] = Tape(self.record, name, rate)
        return channel

    def _drop_the_gone(self, real: float) -> None:
        for one in [j for j in self._joined.values() if real - j.seen_real_s > GONE_REAL_S]:
            self._gone(one)

    def _gone(self, station: Joined) -> None:
        if self._joined.pop(station.slot, None) and station.channel.members.get(station.member.name) is station.member:
            station.channel.leave(station.member.name)

    def _send(self, data: bytes, to: Joined) -> None:
        self._answer(data, to.address)

    def _answer(self, data: bytes, address: tuple[str, int]) -> None:
        assert self._line is not None
        self._line.settimeout(0.0)
        with suppress(ConnectionError):  # it is no more; that is noticed by its silence
            try:
                self._line.sendto(data, address)
            except (BlockingIOError, OSError):
                self.counts["listener too slow"] += 1


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LONGEST_NAME and text.isprintable() and text != TAPE
