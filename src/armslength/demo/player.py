"""The scenario player: says to each node, by the nodes' clock, what its own systems and its receivers see.

Own systems connect to the node and write JSON lines; a receiver of broadcasts is connected to, and writes SBS-1.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from armslength.adapters.loopback import HOST
from armslength.node.clock import ScaledClock
from armslength.units import NS

LATENCY_S = 0.4
"""From the time of a plot until its line is written [s of the scenario]."""
STEP_S = 0.02
"""The player looks at the clock so often (real seconds)."""
OPEN_S = 45.0
"""A feed has this time to listen (real seconds)."""
HERE = b"<TIME>"
"""What stands in a line where its time will be."""
FIELDS = {
    "icao24": "icao", "callsign": "callsign", "latitude": "lat_deg", "longitude": "lon_deg", "altitude": "alt_baro_ft",
    "geoaltitude": "alt_wgs84_ft", "groundspeed": "gs_kt", "track": "track_deg", "vertical_rate": "vs_fpm",
    "onground": "on_ground", "accuracy_m": "accuracy_m",
}  # fmt: skip
"""Columns of a recording, and what they are called in a line (docs/feeds.md)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, due at `due_ns` of the nodes' clock, for the feed at `port`.

    Attributes:
        text: the line, with HERE where the time of its plot stands.
        time_ns: of its plot, UTC [ns]. sbs: how that is written.
    """

    due_ns: int
    port: int
    text: bytes
    time_ns: int
    sbs: bool = False

    def at(self, shift_ns: int) -> bytes:
        """Return the line as it is said `shift_ns` later than it was recorded."""
        time_ns = self.time_ns + shift_ns
        if not self.sbs:
            return self.text.replace(HERE, str(time_ns).encode())
        moment = datetime.fromtimestamp(time_ns // NS, UTC)
        return self.text.replace(HERE, f"{moment:%Y/%m/%d,%H:%M:%S}.{time_ns % NS // 10**6:03d}".encode())


def lines_of(path: Path, port: int, *, sbs: bool = False) -> Iterator[Line]:
    """Yield the rows of a recording as lines, in the order in which they stand there, never one before another.

    Args:
        path: the recording. port: of the feed.
        sbs: as a receiver writes them (SBS-1), else as JSON lines.
    """
    import polars as pl

    table = pl.read_parquet(path).with_columns(time_ns=pl.col("timestamp").dt.epoch("ns"))
    due = 0
    for row in table.iter_rows(named=True):
        due = max(due, row["time_ns"])
        text = _sbs(row) if sbs else _json(row)
        yield Line(due + round(LATENCY_S * 1e9), port, text, row["time_ns"], sbs)


def _json(row: Mapping[str, Any]) -> bytes:
    told: dict[str, Any] = {FIELDS[name]: row[name] for name in FIELDS if row[name] is not None}
    told["time_ns"] = HERE.decode()
    return json.dumps(told).encode() + b"\n"


def _sbs(row: Mapping[str, Any]) -> bytes:
    """Return velocity and call sign (MSG 4), then position and level (MSG 3), stamped in UTC (docs/feeds.md)."""
    at = HERE.decode()
    level = "" if row["altitude"] is None else f"{row['altitude']:.0f}"
    head = f"1,1,{row['icao24'].upper()},1,{at},{at},{row['callsign'] or ''}"
    moving = f"{row['groundspeed']:.1f},{row['track']:.2f},,,{row['vertical_rate']:.0f},,0,0,0"
    ground = int(row["onground"])
    place = f"{row['latitude']:.6f},{row['longitude']:.6f},,,0,0,0"
    return f"MSG,4,{head},,{moving},{ground}\nMSG,3,{head},{level},,,{place},{ground}\n".encode()


class Player:
    """Plays recordings to the feeds of nodes, from a thread of its own.

    Args:
        own: (recording, port) of each feed of JSON lines, which listens.
        received: (recording, port) of each receiver, on which nodes call: it is listened to from now on.
        rounds: how often all of it is played, `every_s` [s] apart.

    Attributes:
        said: lines so far. fault: what went wrong, in a sentence; "" where nothing did.

    Raises:
        OSError: a port is taken.
    """

    def __init__(
        self,
        own: Sequence[tuple[Path, int]],
        received: Sequence[tuple[Path, int]] = (),
        *,
        rounds: int = 1,
        every_s: float = 0.0,
    ) -> None:
        self.said = 0
        self.fault = ""
        self._rounds, self._every_ns = rounds, round(every_s * NS)
        lines = [line for path, port in own for line in lines_of(path, port)]
        lines += [line for path, port in received for line in lines_of(path, port, sbs=True)]
        self._lines = sorted(lines, key=lambda line: line.due_ns)
        self._own = {port for _, port in own}
        self._receivers = {port: socket.create_server((HOST, port)) for _, port in received}
        for receiver in self._receivers.values():
            receiver.setblocking(False)
        self._doors: dict[int, list[socket.socket]] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, clock: ScaledClock, shift_ns: int = 0) -> None:
        """Connect to the feeds, and play by `clock` from now on, everything `shift_ns` later than it was recorded.

        What is due before now is passed over.
        """
        self._thread = threading.Thread(target=self._run, args=(clock, shift_ns), daemon=True, name="player")
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread is gone."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(OPEN_S)
        for receiver in self._receivers.values():
            receiver.close()

    def _run(self, clock: ScaledClock, shift_ns: int) -> None:
        try:
            for port in self._own:
                self._doors[port] = [self._connected(port)]
            for number in range(self._rounds):
                self._round(clock, shift_ns + number * self._every_ns)
            self._stop.wait()  # the lines stay open until the end
        except OSError as wrong:
            self.fault = f"A feed of a node takes nothing: {wrong.strerror or wrong}."
        finally:
            for door in (door for doors in self._doors.values() for door in doors):
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

    def _round(self, clock: ScaledClock, shift_ns: int) -> None:
        now = clock.utc_ns() - shift_ns
        at = sum(line.due_ns < now for line in self._lines)
        while at < len(self._lines) and not self._stop.is_set():
            self._let_in()
            now = clock.utc_ns() - shift_ns
            due: dict[int, list[bytes]] = {}
            while at < len(self._lines) and self._lines[at].due_ns <= now:
                line = self._lines[at]
                due.setdefault(line.port, []).append(line.at(shift_ns))
                at += 1
                self.said += 1
            for port, texts in due.items():
                for door in self._doors.get(port, ()):
                    door.sendall(b"".join(texts))
            time.sleep(STEP_S)

    def _let_in(self) -> None:
        """Take in the nodes that call on a receiver."""
        for port, receiver in self._receivers.items():
            try:
                door, _ = receiver.accept()
            except BlockingIOError:
                continue
            door.setblocking(True)
            self._doors.setdefault(port, []).append(door)
