"""The local API of a real node: who gets in, what it says of itself, and listeners that are slow or come back."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from armslength.node.events import KEPT
from node.live.conftest import World
from node.live.nodes import Node, eventually


@pytest.fixture
def north(world: World) -> Node:
    return world.north


def test_who_gets_in(north: Node) -> None:
    paths = [*north.get("/api/openapi.json")["paths"]]
    for path in paths:
        method = "POST" if path == "/api/command" else "GET"
        for wrong in ("", "Bearer", "Bearer x", f"Basic {north.home.token}", f"Bearer {north.home.token}x"):
            status, _, body = north.request(method, path, Authorization=wrong)
            assert status == 401, (path, wrong)
            assert "error" in json.loads(body)
        for host in ("evil.example", f"evil.example:{north.api}", "127.0.0.1.evil.example", ""):
            assert north.request(method, path, Host=host or "evil")[0] == 421, (path, host)
    for host in ("127.0.0.1", f"localhost:{north.api}", f"[::1]:{north.api}"):
        assert north.request("GET", "/api/status", Host=host)[0] == 200, host


def test_it_listens_on_loopback_alone(north: Node) -> None:
    assert north.process is not None
    listening = {f"{port:04X}" for port in (north.api, north.ground)}
    found = []
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{north.process.pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = row.split()
            if state == "0A" and local.split(":")[1] in listening:
                found.append(local.split(":")[0])
    assert found == ["0100007F"] * 2


def test_every_path_answers_as_it_is_described_and_every_route_is_described(north: Node) -> None:
    described = north.get("/api/openapi.json")["paths"]
    for path, how in described.items():
        if path == "/api/events":
            stream = north.stream()
            assert stream.response.status == 200
            assert stream.response.headers["content-type"].startswith("text/event-stream")
            stream.close()
            continue
        for method, what in how.items():
            status, headers, body = north.request(method.upper(), path, b"{" if method == "post" else None)
            assert str(status) in what["responses"], (path, status)
            (kind,) = what["responses"][str(status)]["content"]
            assert headers["content-type"].startswith(kind)
            if kind == "application/json":
                assert isinstance(json.loads(body), dict)
        for method in {"get", "post", "put", "delete"} - how.keys():
            assert north.request(method.upper(), path)[0] == 405
    from armslength.node.api import Api
    from armslength.node.events import Events

    app = Api(None, Events(), None, "", ()).app()  # type: ignore[arg-type]
    assert {route.path for route in app._app.routes} == described.keys()  # type: ignore[attr-defined]
    for path in ("/", "/api", "/api/status/", "/docs", "/api/../api/token", "/api/nothing"):
        assert north.request("GET", path)[0] == 404, path


BODIES = [
    b"", b"[]", b"null", b'"x"', b'{"verb": 1}', b'{"verb": "check", "args": []}', b"[" * 100_000, b"\xff\xfe{}",
    b'{"args": {}}', b"1" * 5000, b'{"verb": "check", "args": {"x": ' + b"9" * 5000 + b"}}",
]  # fmt: skip
ARGS = [
    ("nonsense", {}), ("\ud800", {}), ("check", {"counterpart": ["x"]}), ("send", {"code": ["x"]}),
    ("send", {"counterpart": "South", "code": "EMG", "fields": {"nature": "\ud800"}}),
    ("send", {"counterpart": "South", "code": "EMG", "fields": "x"}),
    ("send", {"counterpart": "South", "code": "EMG", "valid_for": "1e300 s"}),
    ("send", {"counterpart": "South", "code": "EMG", "valid_for": "inf s"}),
    ("send", {"counterpart": "South", "code": "TFA", "fields": {"clock": float("nan")}}),
    ("send", {"counterpart": "South", "code": "TFA", "fields": {"clock": 10**40}}),
    ("mark", {"id": "\x1b[2J", "mark": "RELAYED"}), ("level", {"address": "d10001", "level": "1e308 km"}),
    ("agreement sign", {"name": "\ud800", "file": "AAAA"}), ("agreement ratify", {"files": [{"name": 5}]}),
    ("agreement show", {"agreement": "../../x"}), ("agreement ratify", {"agreement": "x", "version": [1]}),
    ("identity accept", {"name": "x", "file": "AAAA"}),
]  # fmt: skip


def test_garbage_is_answered_in_words_and_the_node_goes_on(north: Node) -> None:
    for body in BODIES:
        status, _, answer = north.request("POST", "/api/command", body)
        assert status == 400 and json.loads(answer)["error"]["what"], body[:40]
    for verb, args in ARGS:
        status, _, answer = north.request("POST", "/api/command", json.dumps({"verb": verb, "args": args}))
        assert status == 422, (verb, args, answer)
        assert "fault" not in json.loads(answer)["error"]["what"], (verb, args, answer)
    assert north.request("POST", "/api/command", b"x" * 300_000)[0] == 413
    with socket.create_connection(("127.0.0.1", north.api), 5.0) as line:  # says 10 MB, and leaves
        head = f"POST /api/command HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {north.home.token}\r\n"
        line.sendall(head.encode() + b"Content-Length: 10000000\r\n\r\n{")
    assert north.request("GET", "/api/status")[0] == 200
    assert "Traceback" not in north.log.read_text()


def test_a_listener_that_comes_back_misses_nothing_and_hears_nothing_twice(north: Node) -> None:
    first = north.ask("check", counterpart="South")
    stream = north.stream()
    stream.until("sent", id=first["id"])
    last = stream.after
    stream.close()
    ids = [north.ask("check", counterpart="South")["id"] for _ in range(3)]
    again = north.stream(after="0", **{"Last-Event-ID": last})
    heard = [again.until("sent", code="GCK")["id"] for _ in ids]
    again.close()
    assert heard == ids and first["id"] not in heard
    by_number = north.stream(after=last)
    assert by_number.until("sent", code="GCK")["id"] == ids[0]
    by_number.close()


def test_a_listener_that_does_not_read_costs_nothing_and_the_others_hear(north: Node) -> None:
    assert north.process is not None
    slow = []
    for _ in range(20):
        line = socket.create_connection(("127.0.0.1", north.api), 5.0)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {north.home.token}\r\n\r\n"
        line.sendall(head.encode())
        slow.append(line)
    before = _memory(north)
    for _ in range(200):
        north.ask("check", counterpart="South")
    brisk = north.stream()
    wanted = north.ask("check", counterpart="South")["id"]
    assert brisk.until("sent", id=wanted)
    brisk.close()
    assert _memory(north) - before < 30_000_000
    for line in slow:
        line.close()
    eventually(lambda: north.line("South")["delivered"] >= 200)


def test_events_are_bounded() -> None:
    from armslength.node.events import Events

    events = Events(1_000_000)
    for n in range(KEPT + 10):
        events.add({"event": "x", "n": n})
    kept, gap = events.since(0)
    assert len(kept) == KEPT and gap
    assert events.since(1_000_000 + KEPT) == (kept[-10:], False)
    assert events.since(5)[1], "the number of an earlier start: what it missed is told as a gap"
    assert events.since(9_000_000)[0] == kept, "a clock that was set back: everything is news"


def test_after_a_restart_numbers_go_on() -> None:
    from armslength.node.events import Events

    before = Events(time.time_ns() // 10**6)
    last = [before.add({"event": "x"}) for _ in range(3)][-1].number
    after = Events(before.since(0)[0][0].number + 60_000)
    told = [after.add({"event": "y"}).number for _ in range(5)]
    found, gap = after.since(last)
    assert [event.number for event in found] == told and gap


def _memory(node: Node) -> int:
    """Return the resident memory of its process [B]."""
    assert node.process is not None
    return int(Path(f"/proc/{node.process.pid}/statm").read_text().split()[1]) * 4096
