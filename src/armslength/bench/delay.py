"""From a position report into one node to the alert out of the other's stream: two real nodes, and a sky for one.

NORTH is fed once a second by JSON lines over TCP: `tracks` aircraft spread out, and every `every` seconds a new pair of
both parties that appears already close and closing. A second receiver (SBS-1) sees it too: nothing is told by itself
that one kind of source alone has seen. Timed is from the moment at which the last line that NORTH needed for its alert
was written, to the moment at which the coded advisory is read from SOUTH's event stream. Between the two lie feed,
picture, watch, ledger, gate, signature, outbox, TLS, and SOUTH's own ledger, inbox and stream.
"""

from __future__ import annotations

import base64
import json
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from armslength.adapters.loopback import HOST, free_port
from armslength.agreement.drafting import first_draft
from armslength.node import control
from armslength.node.acting import acting
from armslength.node.home import Home, make_home
from armslength.units import KT, NM, NS

TARGETS = {"median_ms": 150.0, "p99_ms": 500.0}
START_S = 120.0
SETTLE_S = 8.0
PAIR_APART_M = 9 * NM
PAIR_SPEED_MPS = 420 * KT
LEVEL_FT = 31_000
PAIR_LASTS_S = 8
WARM_S = 5
Row = dict[str, Any]
MEMBERS = """[[aircraft]]
party = "NORTH"
member = "NORTH"
ranges = ["d10000-d1ffff"]
category = "transport"

[[aircraft]]
party = "SOUTH"
member = "SOUTH"
ranges = ["d20000-d2ffff"]
category = "transport"
"""


def bench_delay(tracks: int, pairs: int, every: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the delays [ms] of `pairs` alerts, one every `every` seconds, with `tracks` others in the picture."""
    with tempfile.TemporaryDirectory(prefix="armslength-") as folder, ExitStack() as stack:
        feed, homes = free_port(), _homes(Path(folder))
        receiver = stack.enter_context(socket.create_server((HOST, 0)))
        _write_node_files(homes, feed, int(receiver.getsockname()[1]))
        say("two nodes start")
        for home in homes:
            stack.enter_context(_running(home))
        heard: list[tuple[str, int, dict[str, Any]]] = []
        for home in homes:
            threading.Thread(target=_listen, args=(home, heard), daemon=True).start()
        _wait(lambda: control.get(homes[0].path, "/api/status")["lines"][0]["state"] == "OPEN", "the ground line")
        say(f"{tracks:,} aircraft once a second, {pairs} pairs that close")
        written = _fly(feed, receiver, tracks, pairs, every)
        time.sleep(SETTLE_S)
        delays = sorted(_delays(heard, written))
    return {
        "tracks": tracks,
        "pairs": pairs,
        "advisories": len(delays),
        "median_ms": _at(delays, 0.5),
        "p99_ms": _at(delays, 0.99),
        "worst_ms": _at(delays, 1.0),
        "targets": TARGETS,
    }


def _homes(folder: Path) -> tuple[Home, Home]:
    """Make two homes that have accepted each other and signed the default profile, with advisories by themselves."""
    north, south = (make_home(folder / party, party, f"{party} POST") for party in ("NORTH", "SOUTH"))
    for one, other in ((north, south), (south, north)):
        _act(one, "identity accept", "other.identity", other.own_identity)
    begins = time.time_ns() - 60 * NS
    _, draft = first_draft("threes", north.identity, south.identity, begins, begins + 86_400 * NS, os.urandom(24))
    signed = _act(north, "agreement sign", "draft.toml", draft.encode())
    ratified = _act(south, "agreement sign", "proposed.age", base64.b64decode(signed["file"]))
    _act(north, "agreement sign", "ratified.age", base64.b64decode(ratified["file"]))
    for home in (north, south):
        (home.path / "members.toml").write_text(MEMBERS)
        (home.path / "members.toml").chmod(0o600)
    return north, south


def _act(home: Home, verb: str, name: str, file: bytes) -> dict[str, Any]:
    return acting(home, verb, {"name": name, "file": base64.b64encode(file).decode()})


def _write_node_files(homes: tuple[Home, Home], feed: int, receiver: int) -> None:
    line = free_port()
    for home, other, fed in zip(homes, homes[::-1], (True, False), strict=True):
        party = home.config.party
        listen = f"{HOST}:{line}" if fed else ""
        rows = [f'party = "{party}"', f'post = "{home.config.post}"', "[listen]", f'ground_line = "{listen}"']
        rows += [f'api = "{HOST}:{free_port()}"', "[[counterpart]]", f'name = "{other.config.party}"']
        rows += [] if fed else [f'dial = ["wss://{HOST}:{line}/ground"]']
        if fed:
            rows += ["[[feed]]", 'name = "radar"', 'kind = "json_lines"', f'host = "{HOST}"', f"port = {feed}"]
            rows += ["[[feed]]", 'name = "receiver"', 'kind = "sbs"', f'host = "{HOST}"', f"port = {receiver}"]
        (home.path / "node.toml").write_text("\n".join(rows) + "\n")


@contextmanager
def _running(home: Home) -> Iterator[None]:
    """Run the node of `home`; it is ready inside, and gone afterwards."""
    command = [sys.executable, "-m", "armslength", "run", "--home", str(home.path), "--json"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait(lambda: process.poll() is not None or control.running_at(home.path) is not None, "a node")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listen(home: Home, heard: list[tuple[str, int, dict[str, Any]]]) -> None:
    """Read the event stream of a node: (party, UTC when it was read [ns], event)."""
    for event in control.follow(home.path):
        heard.append((home.config.party, time.time_ns(), event))


def _fly(port: int, receiver: socket.socket, tracks: int, pairs: int, every: int) -> list[int]:
    """Write the sky once a second; return when each second's last line was written [UTC ns]."""
    written = []
    with socket.create_connection((HOST, port), timeout=10.0) as feed, receiver.accept()[0] as broadcast:
        begin = time.monotonic() + 0.5
        for second in range(WARM_S + pairs * every + 4):
            time.sleep(max(0.0, begin + second - time.monotonic()))
            now = time.time_ns()
            lines = [_crowd(k, second, now) for k in range(tracks)]
            for pair in range(pairs):
                if 0 <= (since := second - WARM_S - pair * every) < PAIR_LASTS_S:
                    rows = _pair(pair, since, now)
                    broadcast.sendall(b"".join(_sbs(row) for row in rows))
                    lines += [_line(row) for row in rows]
            feed.sendall(b"".join(lines))
            written.append(time.time_ns())
    return written


def _crowd(k: int, second: int, now_ns: int) -> bytes:
    """Aircraft `k`: on a lattice half a degree apart, all in step, so that nobody closes with anybody."""
    row, column = divmod(k, 64)
    east = 200.0 * second / (111_320.0 * math.cos(math.radians(-40.0 + 0.8 * row)))
    address = f"{0xD10000 if k % 2 else 0xD20000:06x}"[:2] + f"{k:04x}"
    return _line(_row(address, now_ns, -40.0 + 0.8 * row, -170.0 + 0.8 * column + east, 90.0, 200.0 / KT, 24_000))


def _pair(pair: int, second: int, now_ns: int) -> list[Row]:
    """Return the two lines of a pair that closes head on, `second` s after it appeared, in a place of its own."""
    lat, middle = 50.0 + 0.3 * (pair % 100), 100.0 + 0.5 * (pair // 100)
    metre = 1.0 / (111_320.0 * math.cos(math.radians(lat)))
    apart = (PAIR_APART_M / 2 - PAIR_SPEED_MPS * second) * metre
    gs = PAIR_SPEED_MPS / KT
    return [
        _row(f"d1f{pair:03x}", now_ns, lat, middle - apart, 90.0, gs, LEVEL_FT),
        _row(f"d2f{pair:03x}", now_ns, lat, middle + apart, 270.0, gs, LEVEL_FT),
    ]


def _row(address: str, now_ns: int, lat: float, lon: float, track: float, gs_kt: float, level_ft: int) -> Row:
    return {
        "icao": address, "time_ns": str(now_ns), "lat_deg": round(lat, 6), "lon_deg": round(lon, 6), "track_deg": track,
        "gs_kt": round(gs_kt, 2), "vs_fpm": 0, "alt_baro_ft": level_ft, "accuracy_m": 40,
    }  # fmt: skip


def _line(row: Row) -> bytes:
    return json.dumps(row).encode() + b"\n"


def _sbs(row: Row) -> bytes:
    """Return velocity (MSG 4), then position and level (MSG 3), as a receiver writes them."""
    head = f"1,1,{row['icao'].upper()},1,,,,,"
    moving = f"{row['gs_kt']},{row['track_deg']},,,0,,0,0,0,0"
    place = f"{row['alt_baro_ft']},,,{row['lat_deg']},{row['lon_deg']},,,0,0,0,0"
    return f"MSG,4,{head},,{moving}\nMSG,3,{head},{place}\n".encode()


def _delays(heard: list[tuple[str, int, dict[str, Any]]], written: list[int]) -> Iterator[float]:
    """Yield the delay [ms] of every advisory: from the last line before NORTH's alert to SOUTH's stream."""
    alert_ns: dict[str, int] = {}
    looked = 0
    for party, _, event in heard:
        if party == "NORTH" and event["event"] == "alert":
            looked = int(event["now_ns"])
        elif party == "NORTH" and event["event"] == "sent" and event["code"] == "TFA":
            alert_ns[event["id"]] = looked
    for party, read_ns, event in heard:
        if party == "SOUTH" and event["event"] == "received" and event["code"] == "TFA":
            before = [at for at in written if at <= alert_ns[event["id"]] + 50_000_000]
            yield (read_ns - before[-1]) / 1e6


def _at(delays: list[float], share: float) -> float | None:
    return round(delays[min(int(share * len(delays)), len(delays) - 1)], 1) if delays else None


def _wait(true: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + START_S
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} is not there after {START_S:.0f} s")
        time.sleep(0.05)
