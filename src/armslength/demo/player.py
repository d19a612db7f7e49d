"""The scenario player: says to each node, by the nodes' clock, what its own systems see. JSON lines over TCP.

Broadcasts are not played here: a node hears them by itself (the feed kind "recording" stands for the receiver).
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armslength.demo.relay import HOST
from armslength.node.clock import ScaledClock

LATENCY_S = 0.4
"""From the time of a plot until its line is written [s of the scenario]."""
STEP_S = 0.02
"""The player looks at the clock so often (real seconds)."""
OPEN_S = 10.0
"""A feed has this time to listen (real seconds)."""
FIELDS = {
    "icao24": "icao", "callsign": "callsign", "latitude": "lat_deg", "longitude": "lon_deg", "altitude": "alt_baro_ft",
    "geoaltitude": "alt_wgs84_ft", "groundspeed": "gs_kt", "track": "track_deg", "vertical_rate": "vs_fpm",
    "onground": "on_ground", "accuracy_m": "accuracy_m",
}  # fmt: skip
"""Columns of a recording, and what they are called in a line (docs/feeds.md)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, due at `due_ns` of the nodes' clock, for the feed at `port`."""

    due_ns: int
    port: int
    text: bytes


def lines_of(path: Path, port: int) -> Iterator[Line]:
    """Yield the rows of a recording as lines, in the order in which they stand there, never one before another."""
    import polars as pl

    table = pl.read_parquet(path).with_columns(time_ns=pl.col("timestamp").dt.epoch("ns"))
    due = 0
    for row in table.iter_rows(named=True):
        due = max(due, row["time_ns"])
        told: dict[str, Any] = {FIELDS[name]: row[name] for name in FIELDS if row[name] is not None}
        told["time_ns"] = str(row["time_ns"])
        yield Line(due + round(LATENCY_S * 1e9), port, json.dumps(told).encode() + b"\n")


class Player:
    """Plays recordings to feeds of kind "json_lines", from a thread of its own.

    Args:
        clock: of the nodes.
        recordings: (recording, port of the feed) for each.
    """

    def __init__(self, clock: ScaledClock, recordings: Sequence[tuple[Path, int]]) -> None:
        self.said = 0
        self.fault = ""
        self._clock = clock
        self._lines = sorted(
            (line for path, port in recordings for line in lines_of(path, port)), key=lambda line: line.due_ns
        )
        self._ports = {port for _, port in recordings}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="player")

    def start(self) -> None:
        """Connect to the feeds, and play from now on; what is due before now is passed over."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread is gone."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        doors: dict[int, socket.socket] = {}
        try:
            for port in self._ports:
                doors[port] = self._connected(port)
            self._play(doors)
        except OSError as wrong:
            self.fault = f"A feed of a node takes nothing: {wrong.strerror or wrong}."
        finally:
            for door in doors.values():
                door.close()

    def _connected(self, port: int) -> socket.socket:
        """Return a connection to a feed, which may not listen yet. OSError where it does not in time."""
        until = time.monotonic() + OPEN_S
        while True:
            try:
                return socket.create_connection((HOST, port), timeout=OPEN_S)
            except ConnectionRefusedError:
                if self._stop.wait(STEP_S) or time.monotonic() > until:
                    raise

    def _play(self, doors: Mapping[int, socket.socket]) -> None:
        now = self._clock.utc_ns()
        at = sum(line.due_ns < now for line in self._lines)
        while at < len(self._lines) and not self._stop.is_set():
            now = self._clock.utc_ns()
            due: dict[int, list[bytes]] = {}
            while at < len(self._lines) and self._lines[at].due_ns <= now:
                due.setdefault(self._lines[at].port, []).append(self._lines[at].text)
                at += 1
                self.said += 1
            for port, texts in due.items():
                doors[port].sendall(b"".join(texts))
            time.sleep(STEP_S)
