"""North has agreements with South, who runs, with West and East, whom the tests play, and had one with Past."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from armslength.adapters.loopback import free_port
from armslength.units import NS, stamp
from node.live.nodes import Node, introduce, ratify, seeded

FEEDS = """
[[feed]]
name = "radar"
kind = "json_lines"
host = "127.0.0.1"
port = {port}

[[feed]]
name = "mast"
kind = "readsb"
path = "{path}"
"""
SHORT_S = 15.0
"""How long the agreement with Past is in force [s]: less than it takes to start everything and run the first tests."""


@dataclass
class Sky:
    """Aircraft that fly straight on at one level, reported to a radar and a receiver twice a second by a thread.

    `flights`: address -> (latitude, longitude at the start [deg], speed to the east [m/s]).
    """

    radar: int
    mast: Path
    flights: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._since = time.monotonic()
        self._thread = threading.Thread(target=self._fly, daemon=True)

    def __enter__(self) -> Sky:
        self._thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._over.set()
        self._thread.join()

    def _fly(self) -> None:
        with socket.create_connection(("127.0.0.1", self.radar), 5.0) as line, suppress(OSError):
            while not self._over.wait(0.5):
                gone, now = time.monotonic() - self._since, time.time()
                heard = []
                for address, (lat, lon, east) in self.flights.items():
                    heard.append(
                        {
                            "hex": address,
                            "lat": lat,
                            "lon": lon + east * gone / (111_320.0 * 0.766),
                            "seen": 0.0,
                            "seen_pos": 0.0,
                            "alt_baro": 30_000,
                            "alt_geom": 30_000,
                            "gs": abs(east) * 3600 / 1852,
                            "track": 90.0 if east > 0 else 270.0,
                            "baro_rate": 0,
                            "nic": 8,
                            "nac_p": 9,
                            "rc": 186,
                        }
                    )
                rows = [
                    {
                        "icao": one["hex"],
                        "time": stamp(round(now * NS)),
                        "lat_deg": one["lat"],
                        "lon_deg": one["lon"],
                        "alt_baro_ft": 30_000,
                        "gs_kt": one["gs"],
                        "track_deg": one["track"],
                        "accuracy_m": 50.0,
                    }
                    for one in heard
                ]
                line.sendall(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
                part = self.mast.with_suffix(".part")
                part.write_text(json.dumps({"now": now, "messages": 1, "aircraft": heard}))
                part.replace(self.mast)


@dataclass
class World:
    """The nodes, by party. North and South run; `past_until_s`: when the agreement with Past ends [UNIX time]."""

    north: Node
    south: Node
    west: Node
    east: Node
    past: Node
    radar: int
    mast: Path
    agreements: dict[str, str]
    past_until_s: float

    def sky(self, **flights: tuple[float, float, float]) -> Sky:
        """Return a sky over North."""
        return Sky(self.radar, self.mast, flights)

    def over(self) -> None:
        """Wait until the agreement with Past is over."""
        time.sleep(max(0.0, self.past_until_s + 1.5 - time.time()))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return nodes that run."""
    folder: Path = tmp_path_factory.mktemp("world")
    north, south, west, east, past = (Node(folder, party) for party in ("North", "South", "West", "East", "Past"))
    others = (south, west, east, past)
    agreements: dict[str, str] = {}
    until = 0.0
    for other in others:
        introduce(north, other)
        options: list[str] = []
        if other is past:
            until = time.time() + SHORT_S
            options = ["--until", stamp(round(until) * NS)]
        agreements[other.party] = ratify(north, other, seeded, *options)
    radar, mast = free_port(), folder / "aircraft.json"
    mast.write_text('{"now": 0, "aircraft": []}')
    feeds = FEEDS.format(port=radar, path=mast)
    north.set_up({}, feeds)
    south.set_up({"North": north.ground}, FEEDS.format(port=free_port(), path=mast))
    running = (north, south)
    try:
        for node in running:
            node.spawn()
        for node in running:
            node.wait()
        north.open("South")
        yield World(north, south, west, east, past, radar, mast, agreements, until)
    finally:
        for node in running:
            node.stop()
