"""KISS: the framing, and a station behind a TNC: one of the test's own, and Dire Wolf."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.hearing import FLASH, PATIENCE_S, until
from armslength.adapters.loopback import free_port
from armslength.adapters.radio.frames import EVERYONE, Foreign, frame_of
from armslength.adapters.radio.kiss import LARGEST, KissDecoder, KissStation, kiss
from armslength.adapters.radio.sound import AirHeard
from armslength.errors import LocalProtocolError
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui
from armslength.node.clock import ScaledClock

PAYLOAD = bytes((1, 0xC0, 0xDB, 0xDC, 0xDD)) + bytes(60)
HOST = "127.0.0.1"
frames = st.lists(st.binary(min_size=1, max_size=LARGEST), max_size=6)


@given(frames, st.lists(st.integers(0, 4000), max_size=8))
def test_what_goes_in_comes_out_however_it_is_cut(sent: list[bytes], cuts: list[int]) -> None:
    line = b"".join(kiss(one) for one in sent)
    edges = sorted({0, len(line), *(c for c in cuts if c < len(line))})
    decoder = KissDecoder()
    found = [one for low, high in pairwise(edges) for one in decoder.feed(line[low:high])]
    assert found == sent
    assert (decoder.oversized, decoder.garbled) == (0, 0)


@given(st.binary(max_size=3000), st.binary(min_size=1, max_size=50))
def test_garbage_breaks_nothing_and_the_next_frame_comes_through(garbage: bytes, frame: bytes) -> None:
    decoder = KissDecoder()
    decoder.feed(garbage)
    assert len(decoder._frame) <= LARGEST + 1
    assert decoder.feed(bytes((0xC0,)) + kiss(frame))[-1] == frame


def test_known_bytes() -> None:
    assert kiss(b"TEST") == bytes.fromhex("c00054455354c0")
    assert kiss(b"Hello", port=5) == bytes.fromhex("c05048656c6c6fc0")
    assert kiss(bytes((0xC0, 0xDB))) == bytes.fromhex("c000dbdcdbddc0")


def test_what_is_refused_is_counted() -> None:
    decoder = KissDecoder()
    assert decoder.feed(bytes.fromhex("c00601020304c0")) == [], "a command is no frame"
    assert decoder.feed(kiss(bytes(LARGEST + 1))) == []
    assert decoder.feed(bytes.fromhex("c0004142db41c0")) == []
    assert decoder.feed(bytes.fromhex("c0004142dbc0")) == []
    assert (decoder.oversized, decoder.garbled) == (1, 2)
    assert decoder.feed(kiss(b"whole")) == [b"whole"]


class Tnc:
    """A TNC of the test's own: keeps what it is to transmit, and hears what the test lets it hear."""

    def __init__(self) -> None:
        self.transmitted: list[bytes] = []
        self.clients: list[asyncio.StreamWriter] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen; on the same port as before."""
        self._server = await asyncio.start_server(self._client, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Go, with all connections."""
        assert self._server is not None
        self._server.close()
        for one in self.clients:
            one.transport.abort()
        self.clients.clear()

    def hear(self, data: bytes) -> None:
        """Give bytes to all clients."""
        for one in self.clients:
            one.write(data)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients.append(writer)
        decoder = KissDecoder()
        try:
            while data := await reader.read(4096):
                self.transmitted += decoder.feed(data)
        except OSError:
            pass


class Ends:
    """A station behind a TNC, and what it heard and sent."""

    def __init__(self, port: int, *, speed: float = 20.0, **how: Any) -> None:
        self.heard: list[AirHeard] = []
        self.foreign: list[Foreign] = []
        self.sent: list[int] = []
        self.clock = ScaledClock(speed, 0, 0.0)
        self.station = KissStation(
            "F1", HOST, port, "NORTH1", clock=self.clock, heard=self.heard.append, foreign=self.foreign.append,
            sent=lambda _, number: self.sent.append(number), seed=1, **{"occupancy": 1.0, "data": True, **how},
        )  # fmt: skip


def test_a_station_behind_a_tnc_talks_and_hears_and_calls_again() -> None:
    async def run() -> None:
        tnc = Tnc()
        await tnc.open()
        ends = Ends(tnc.port)
        assert "has not been called yet" in ends.station.says
        await ends.station.start()
        await until(lambda: ends.station.says == "", "the connection")
        assert ends.station.send(PAYLOAD, rank=FLASH, number=1)
        await until(lambda: ends.sent == [1], "that it has gone")
        assert tnc.transmitted == [frame_of("NORTH1", PAYLOAD)]
        tnc.hear(kiss(frame_of("SOUTH1", PAYLOAD)) + kiss(Ui("CQ", "OTHER", b"x").to_bytes()) + b"\xc0\x00half")
        await until(lambda: ends.heard and ends.foreign, "both frames")
        assert (ends.heard[0].payload, ends.heard[0].sender, ends.heard[0].level_db) == (PAYLOAD, "SOUTH1", None)
        assert 0.0 < ends.station.occupied < 0.5
        await tnc.close()
        await until(lambda: ends.station.says != "", "that it is gone")
        ends.station.send(PAYLOAD, rank=FLASH, number=2)
        await until(lambda: ends.station.counts["could not be sent"] == 1, "that nothing can be sent")
        await tnc.open()
        await until(
            lambda: ends.station.send(PAYLOAD, rank=FLASH, number=3) and 3 in ends.sent, "the second connection"
        )
        tnc.hear(kiss(frame_of("SOUTH1", PAYLOAD)))
        await until(lambda: len(ends.heard) == 2, "a frame: the half one before is forgotten")
        await ends.station.stop()
        await tnc.close()

    asyncio.run(run())


def test_a_tnc_that_takes_nothing_is_left() -> None:
    async def run() -> None:
        with socket.create_server((HOST, 0)) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            ends = Ends(deaf.getsockname()[1], speed=100.0)
            await ends.station.start()
            await until(lambda: ends.station.says == "", "the connection")
            writer = ends.station._writer
            assert writer is not None
            writer.write(bytes(8 << 20))
            ends.station.send(PAYLOAD, rank=FLASH, number=1)
            await until(lambda: ends.station.counts["could not be sent"] == 1, "that it is noticed")
            await ends.station.stop()

    asyncio.run(run())


def test_a_voice_channel_and_guard_are_not_sent_on() -> None:
    async def run() -> None:
        voice = Ends(9, data=False)
        with pytest.raises(LocalProtocolError):
            voice.station.send(PAYLOAD, rank=FLASH, number=1)
        with pytest.raises(LocalProtocolError, match="Guard"):
            Ends(9, frequency="121.500")

    asyncio.run(run())


CONF = """ADEVICE udp:{audio} null
ARATE 12000
ACHANNELS 1
CHANNEL 0
MYCALL N0CALL
MODEM 1200
AGWPORT 0
KISSPORT {kiss}
"""
"""Sound comes in by UDP and goes out to nowhere: no device is needed."""


def play(port: int, frame: bytes) -> None:
    """Play the sound of our modem to Dire Wolf."""
    sound = Afsk().modulate(frame) * 0.5
    samples = (np.concatenate((np.zeros(2_400), sound, np.zeros(9_600))) * 32_767).astype("<i2")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for at in range(0, len(samples), 480):
            line.sendto(samples[at : at + 480].tobytes(), (HOST, port))


@pytest.mark.skipif(shutil.which("direwolf") is None, reason="Dire Wolf is not installed (Debian package direwolf)")
def test_dire_wolf_hears_our_modem_and_transmits_for_us(tmp_path: Path) -> None:
    audio, port = free_port(), free_port()  # Dire Wolf takes none above 49,151
    conf, log = tmp_path / "direwolf.conf", tmp_path / "log.txt"
    conf.write_text(CONF.format(audio=audio, kiss=port), "utf-8")

    async def run(said: Callable[[], str]) -> None:
        ends = Ends(port, speed=1.0)
        await ends.station.start()
        await until(lambda: ends.station.says == "", "Dire Wolf")
        # What is heard before its receiver runs is lost: say it until it is heard.
        for _ in range(int(PATIENCE_S)):
            play(audio, frame_of("SOUTH1", PAYLOAD))
            await asyncio.sleep(1.0)
            if ends.heard:
                break
        assert (ends.heard[0].payload, ends.heard[0].sender) == (PAYLOAD, "SOUTH1")
        ends.station.send(PAYLOAD, rank=FLASH, number=1)
        await until(lambda: f"NORTH1>{EVERYONE}:" in said(), "that it transmits")
        await ends.station.stop()

    with log.open("w") as out:
        process = subprocess.Popen(["direwolf", "-t", "0", "-c", conf], stdout=out, stderr=out, cwd=tmp_path)
        try:
            asyncio.run(run(lambda: log.read_text("utf-8", errors="replace")))
        finally:
            process.kill()
            process.wait()
