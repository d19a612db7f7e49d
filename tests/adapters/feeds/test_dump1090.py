"""The real thing: dump1090-mutability (Debian) fed a Beast capture; its SBS port and its aircraft.json read live."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.feeds.hearing import Ear, running, until
from armslength.adapters.feeds.aircraft_json import OLDER, parse
from armslength.adapters.feeds.fetch import FileSource
from armslength.adapters.feeds.readsb import ReadsbFeed
from armslength.adapters.feeds.sbs import SbsFeed
from armslength.adapters.feeds.sbs_lines import SbsReader
from armslength.adapters.loopback import free_port
from armslength.node.clock import SystemClock
from armslength.units import FT, KT, NS
from shared import shared_data

PROGRAM = "dump1090-mutability"
LENGTHS = {0x31: 9, 0x32: 14, 0x33: 21}
"""Bytes of a Beast frame behind its type: 6 of time, 1 of strength, the message."""
FASTER = 3.0
LASTS_S = 8.5
"""Of the capture, which holds 24 s: what makes the first two positions lies before, and a call sign."""


def frames(capture: bytes) -> Iterator[tuple[float, bytes]]:
    """Yield each Beast frame as it stands in the capture, with its time [s]; 0x1a is doubled inside."""
    at = 0
    while at < len(capture):
        begin, wanted, held = at, LENGTHS[capture[at + 1]], b""
        at += 2
        while len(held) < wanted and at < len(capture):
            at += 1 + (capture[at] == 0x1A)
            held += capture[at - 1 : at]
        yield int.from_bytes(held[:6], "big") / 12e6, capture[begin:at]


@contextmanager
def decoding(folder: Path, sbs: int, beast: int) -> Iterator[subprocess.Popen[bytes]]:
    """While inside, dump1090 runs, with these ports."""
    program = subprocess.Popen(
        [PROGRAM, "--net-only", "--net-bind-address", "127.0.0.1", "--net-ri-port", "0", "--net-ro-port", "0",
         "--net-bo-port", "0", "--net-sbs-port", str(sbs), "--net-bi-port", str(beast), "--write-json", str(folder),
         "--write-json-every", "1", "--quiet"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield program
    finally:
        program.terminate()
        try:
            program.wait(5.0)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


async def feed_capture(port: int, capture: bytes) -> None:
    """Send the frames as fast as they came, times FASTER."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    whole = list(frames(capture))
    begin, since = whole[0][0], asyncio.get_running_loop().time()
    for time_s, frame in whole:
        if not 0.0 <= time_s - begin <= LASTS_S:
            continue
        wait = (time_s - begin) / FASTER - (asyncio.get_running_loop().time() - since)
        if wait > 0.0:
            await asyncio.sleep(wait)
        writer.write(frame)
        await writer.drain()


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")
def test_dump1090_is_read_live_over_both_of_its_doors(tmp_path):
    capture = shared_data("feeds", "sample_dump1090.bin").read_bytes()

    async def story() -> None:
        sbs_port, beast_port = free_port(), free_port()
        clock, lines, documents = SystemClock(), Ear(), Ear()
        begun = clock.utc_ns()
        with decoding(tmp_path, sbs_port, beast_port) as program:
            sbs = SbsFeed("sbs", "127.0.0.1", sbs_port, clock, SbsReader())
            polled = ReadsbFeed("json", FileSource(tmp_path / "aircraft.json"), clock, every_s=0.2)
            async with running(sbs, lines), running(polled, documents):
                await until(lambda: sbs.health.connections > 0 and polled.health.connections > 0)
                await feed_capture(beast_port, capture)
                await until(lambda: len(lines.plots) >= 2 and len(documents.plots) >= 1)
                await until(lambda: "TRA89M" in {known.callsign for known in sbs.reader._known.values()})
                dialect = parse((tmp_path / "aircraft.json").read_bytes(), clock.utc_ns()).dialect
        assert program.poll() is not None
        assert dialect == OLDER
        for plot in [*lines.plots, *documents.plots]:
            assert (plot.address, plot.alt_baro_m) == ("48520a", 38000 * FT)
            assert 43.6 < plot.lat < 43.8 and 1.1 < plot.lon < 1.3
            assert begun - NS < plot.time_ns <= clock.utc_ns()
        assert lines.plots[-1].gs_mps == pytest.approx(395 * KT, abs=1.0)
        assert set(lines.aside) <= {"no position"}
        assert set(documents.aside) <= {"no position", "repeated position"}
        # Both doors show one aircraft at one place; the lines have a digit less.
        for p in documents.plots:
            assert any(abs(p.lat - q.lat) < 1.1e-5 and abs(p.lon - q.lon) < 1.1e-5 for q in lines.plots)

    asyncio.run(story())


def test_the_frames_of_the_capture_are_whole():
    capture = shared_data("feeds", "sample_dump1090.bin").read_bytes()
    whole = list(frames(capture))
    assert b"".join(frame for _, frame in whole) == capture
    assert len(whole) == 239
