"""The player says what the recordings hold, each line when it is due by the nodes' clock."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from armslength.adapters.feeds.json_rows import JsonReader
from armslength.adapters.feeds.sbs_lines import SbsReader
from armslength.adapters.loopback import HOST, free_port
from armslength.demo.player import LATENCY_S, Player, lines_of
from armslength.node.clock import ScaledClock

BEGINS = 1_772_528_400_000_000_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    rows = [
        {
            "timestamp": datetime.fromtimestamp(BEGINS / 1e9 + second, UTC), "icao24": f"d1000{second}",
            "callsign": "KITE1" if second else None, "latitude": -36.0, "longitude": -20.0,
            "altitude": None if second == 2 else 18000.0, "groundspeed": 170.0, "track": 90.0, "vertical_rate": 0.0,
            "onground": False, "geoaltitude": None, "accuracy_m": 12.0,
        }
        for second in (0, 2, 1, 9)
    ]  # fmt: skip
    path = tmp_path / "own.parquet"
    pl.DataFrame(rows).write_parquet(path)
    return path


def test_every_line_is_read_by_the_feed_as_it_was_meant(recording: Path) -> None:
    lines = list(lines_of(recording, 7))
    heard = JsonReader("own").read([line.at(0) for line in lines], BEGINS)
    assert heard.aside == {}
    assert [plot.address for plot in heard.plots] == ["d10000", "d10002", "d10001", "d10009"]
    assert [(plot.time_ns - BEGINS) / 1e9 for plot in heard.plots] == [0, 2, 1, 9]
    assert heard.plots[0].alt_baro_m == pytest.approx(18000 * 0.3048)
    assert heard.plots[1].alt_baro_m != heard.plots[1].alt_baro_m
    assert heard.plots[1].callsign == "KITE1" and heard.plots[0].callsign == ""


def test_a_receiver_writes_what_the_feed_reads(recording: Path) -> None:
    lines = [line.at(0) for line in lines_of(recording, 7, sbs=True)]
    heard = SbsReader(UTC).read(b"".join(lines).splitlines(), BEGINS)
    assert heard.aside == {}
    assert [plot.address for plot in heard.plots] == ["d10000", "d10002", "d10001", "d10009"]
    assert [(plot.time_ns - BEGINS) / 1e9 for plot in heard.plots] == [0, 2, 1, 9]
    first, second = heard.plots[:2]
    assert (first.lat, first.lon, first.track_deg) == (-36.0, -20.0, 90.0)
    assert first.alt_baro_m == pytest.approx(18000 * 0.3048)
    assert first.gs_mps == pytest.approx(170 * 1852 / 3600)
    assert second.alt_baro_m != second.alt_baro_m and second.callsign == "KITE1"


def test_a_receiver_is_called_on(recording: Path) -> None:
    port = free_port()
    clock = ScaledClock(20.0, BEGINS - 4 * 10**9, time.monotonic())
    player = Player([], [(recording, port)])
    with socket.create_connection((HOST, port)) as line:
        player.start(clock)
        heard = b""
        while heard.count(b"MSG,3") < 4 and (part := line.recv(1 << 16)):
            heard += part
        player.stop()
    assert heard.count(b"MSG,4") == 4 and player.fault == ""


def test_rows_keep_their_order_of_arrival(recording: Path) -> None:
    due = [(line.due_ns - BEGINS) / 1e9 - LATENCY_S for line in lines_of(recording, 7)]
    assert due == pytest.approx([0, 2, 2, 9])


def test_lines_come_when_they_are_due(recording: Path) -> None:
    with socket.create_server((HOST, 0)) as door:
        clock = ScaledClock(20.0, BEGINS - 10**9, time.monotonic())  # a second of the scenario before it begins
        player = Player([(recording, door.getsockname()[1])])
        player.start(clock)
        line, _ = door.accept()
        heard, times = b"", []
        with line:
            while heard.count(b"\n") < 4 and (part := line.recv(1 << 16)):
                times += [(clock.utc_ns() - BEGINS) / 1e9] * part.count(b"\n")
                heard += part
        player.stop()
    assert len(times) == 4 and player.said == 4 and player.fault == ""
    for came, due in zip(times, (0.4, 2.4, 2.4, 9.4), strict=True):
        assert came >= due


def test_what_is_past_is_passed_over(recording: Path) -> None:
    with socket.create_server((HOST, 0)) as door:
        clock = ScaledClock(50.0, BEGINS + 5 * 10**9, time.monotonic())
        player = Player([(recording, door.getsockname()[1])])
        player.start(clock)
        line, _ = door.accept()
        with line:
            assert b"d10009" in line.recv(1 << 16)
        player.stop()
    assert player.said == 1


def test_played_again_the_stamps_go_on(recording: Path) -> None:
    with socket.create_server((HOST, 0)) as door:
        clock = ScaledClock(100.0, BEGINS - 10**9, time.monotonic())
        player = Player([(recording, door.getsockname()[1])], rounds=3, every_s=20.0)
        player.start(clock)
        line, _ = door.accept()
        heard = b""
        with line:
            while heard.count(b"\n") < 12 and (part := line.recv(1 << 16)):
                heard += part
        player.stop()
    plots = JsonReader("own").read(heard.splitlines(), BEGINS).plots
    at = [(plot.time_ns - BEGINS) / 1e9 for plot in plots]
    assert at == [0, 2, 1, 9, 20, 22, 21, 29, 40, 42, 41, 49]


def test_played_late_everything_is_later(recording: Path) -> None:
    with socket.create_server((HOST, 0)) as door:
        clock = ScaledClock(100.0, BEGINS + 29 * 10**9, time.monotonic())
        player = Player([(recording, door.getsockname()[1])])
        player.start(clock, 30 * 10**9)
        line, _ = door.accept()
        heard = b""
        with line:
            while heard.count(b"\n") < 4 and (part := line.recv(1 << 16)):
                heard += part
        player.stop()
    plots = JsonReader("own").read(heard.splitlines(), BEGINS).plots
    assert [(plot.time_ns - BEGINS) / 1e9 for plot in plots] == [30, 32, 31, 39]


def test_nobody_listening_is_said(recording: Path) -> None:
    with socket.create_server((HOST, 0)) as door:
        port = door.getsockname()[1]
    player = Player([(recording, port)])
    player.start(ScaledClock(50.0, BEGINS, time.monotonic()))
    player.stop()
    assert "takes nothing" in player.fault
