"""What a counterpart must not do, against a real node: refused, kept as evidence, and the node goes on."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from armslength.crypto.keys import SigningKey
from armslength.errors import RemoteProtocolError
from armslength.node.home import Home, make_home
from armslength.node.keeping import Keeping
from armslength.protocol.events import AgreementRef, Counterpart, Now, Own
from armslength.protocol.peer import Peer
from node.live.conftest import World
from node.live.nodes import Node, eventually


def now() -> Now:
    return Now(time.time_ns(), time.monotonic())


def context(home: Home | None) -> ssl.SSLContext:
    """Return what a caller with the keys of `home` would use; what the other side shows is not looked at."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    if home is not None:
        made.load_cert_chain(*home.tls_files)
    return made


@contextmanager
def called(north: Node, home: Home | None, path: str = "/ground") -> Iterator[ClientConnection]:
    """Call North as `home`."""
    url = f"wss://127.0.0.1:{north.ground}{path}"
    with connect(url, ssl=context(home), compression=None, max_size=None, open_timeout=10.0) as line:
        yield line


class Rogue:
    """One side of a session played by hand: a real peer, whose words can be kept, changed and said again."""

    def __init__(self, line: ClientConnection, home: Home, north: Home, agreement: AgreementRef | None) -> None:
        own = Own(home.config.party, home.config.post, home.key)
        other = Counterpart(north.config.party, north.config.post, north.identity.key)
        self.line, self.peer = line, Peer(own, other, agreement)
        self.said: list[bytes] = []
        self.peer.connected("here", now(), token_bytes(32))

    def talk(self, until: Callable[[], bool], seconds: float = 10.0) -> None:
        """Say and hear what the protocol wants, until something is so."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end
            self.flush()
            with suppress(TimeoutError, RemoteProtocolError):
                frame = self.line.recv(timeout=0.05)
                assert isinstance(frame, bytes)
                self.peer.receive("here", frame, now())
            self.peer.tick(now())

    def flush(self) -> None:
        """Say what is to be said."""
        for _, frame in self.peer.take().frames:
            self.said.append(frame)
            self.line.send(frame)


def agreed(home: Home) -> AgreementRef:
    """Return what is in force by the files of `home`."""
    (one,) = Keeping(home).standings(time.time_ns()).lines
    return AgreementRef(one.agreement, one.digest, one.expires_ns)


def evidence(north: Node, party: str) -> dict[str, int]:
    found: dict[str, int] = north.line(party)["evidence"]
    return found


def refused(north: Node) -> dict[str, int]:
    found: dict[str, int] = north.get("/api/status")["refused"]
    return found


@pytest.fixture
def well(world: World) -> Iterator[World]:
    """Whatever the test did, the node and its line to South go on."""
    yield world
    north = world.north
    assert north.line("South")["state"] == "OPEN"
    sent = north.ask("check", counterpart="South")["id"]
    eventually(lambda: [m for m in north.get("/api/messages")["messages"] if m["ref"] == sent and m["code"] == "GCR"])
    assert "Traceback" not in north.log.read_text()


def test_without_a_certificate_and_with_a_wrong_one(well: World, tmp_path: Path) -> None:
    before = dict(refused(well.north))
    stranger = make_home(tmp_path / "stranger", "South", "SOUTH POST")
    for home in (None, stranger):
        with pytest.raises((OSError, EOFError, WebSocketException)), called(well.north, home) as line:
            line.recv(timeout=10.0)
    for why in ("no certificate", "wrong certificate"):
        eventually(lambda why=why: refused(well.north).get(why, 0) > before.get(why, 0))


def test_what_is_not_the_protocol_and_who_is_slow(well: World) -> None:
    north, before = well.north, sum(refused(well.north).values())
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", bytes(5000), b"\x16\x03\x01\xff\xff" + bytes(99)):
        with socket.create_connection(("127.0.0.1", north.ground), 5.0) as line, suppress(OSError):
            line.sendall(garbage)
            while line.recv(4096):
                pass
    eventually(lambda: sum(refused(north).values()) >= before + 3)
    slow = [socket.create_connection(("127.0.0.1", north.ground), 5.0) for _ in range(5)]
    for line in slow:
        line.sendall(b"\x16")
    eventually(lambda: refused(north).get("greeting took too long", 0) >= 5, patience_s=15.0)


FRAMES: list[tuple[str, bytes]] = [
    ("garbage", b"garbage"),
    ("not canonical", b'{"a": 1}'),
    ("wrong state", b'{"kind":"ping"}'),
    ("oversized", b"x" * 300_000),
]


@pytest.mark.parametrize(("what", "frame"), FRAMES)
def test_a_counterpart_that_sends_garbage(well: World, what: str, frame: bytes) -> None:
    north = well.north
    before = sum(evidence(north, "East").values())
    with called(north, well.east.home) as line, suppress(ConnectionClosed):
        line.send(frame)
        while True:
            line.recv(timeout=10.0)
    eventually(lambda: sum(evidence(north, "East").values()) > before, lambda: evidence(north, "East"))


def test_a_recorded_session_played_again(well: World) -> None:
    north, east = well.north, well.east.home
    with called(north, east) as line:
        rogue = Rogue(line, east, north.home, agreed(east))
        rogue.talk(lambda: rogue.peer.standing() == "OPEN")
        rogue.peer.send("GCK", {"nonce": "0123456789abcdef"}, now())
        rogue.flush()
        eventually(lambda: north.line("East")["received"] >= 1)
    received = north.line("East")["received"]
    with called(north, east) as line, suppress(ConnectionClosed):
        for frame in rogue.said:
            line.send(frame)
        while True:
            line.recv(timeout=10.0)
    eventually(lambda: "replayed" in evidence(north, "East"), lambda: evidence(north, "East"))
    assert north.line("East")["received"] == received


def test_another_version_of_the_agreement(well: World) -> None:
    north, west = well.north, well.west.home
    real = agreed(west)
    with called(north, west) as line:
        rogue = Rogue(line, west, north.home, AgreementRef(real.id, "sha256:" + "ab" * 32, real.expires_ns))
        rogue.talk(lambda: rogue.peer.standing() == "DIFFERING")
        assert eventually(lambda: north.line("West")["state"] == "DIFFERING")
        received = north.line("West")["received"]
        own = Own(west.config.party, west.config.post, west.key)
        with suppress(ConnectionClosed):
            line.send(_written(own, north.home, real, "AMD"))
            line.send(_written(own, north.home, AgreementRef(real.id, "sha256:" + "ab" * 32, 0), "AMD"))
            rogue.talk(lambda: "wrong agreement" in evidence(north, "West"))
        assert north.line("West")["received"] <= received + 1


def test_a_message_for_another_party(well: World) -> None:
    north, west, south = well.north, well.west.home, well.south.home
    with called(north, west) as line:
        rogue = Rogue(line, west, north.home, agreed(west))
        rogue.talk(lambda: rogue.peer.standing() == "OPEN")
        own = Own(west.config.party, west.config.post, west.key)
        line.send(_written(own, south, agreed(west), "AMD"))
        eventually(lambda: "wrong party" in evidence(north, "West"), lambda: evidence(north, "West"))


def test_a_message_signed_by_somebody_else(well: World) -> None:
    north, east = well.north, well.east.home
    with called(north, east) as line:
        rogue = Rogue(line, east, north.home, agreed(east))
        rogue.talk(lambda: rogue.peer.standing() == "OPEN")
        own = Own(east.config.party, east.config.post, SigningKey(bytes(32)))
        line.send(_written(own, north.home, agreed(east), "AMD"))
        eventually(lambda: {"wrong key", "bad signature"} & evidence(north, "East").keys())


def test_under_an_agreement_that_is_over(well: World) -> None:
    north, past = well.north, well.past.home
    well.over()
    eventually(lambda: north.line("Past")["agreement"] is None)
    (one,) = Keeping(past).standings(1_000 * 10**9 * 10**6).lines  # long ago it was not in force either
    assert one.digest == ""
    with called(north, past) as line:
        rogue = Rogue(line, past, north.home, None)
        rogue.talk(lambda: rogue.peer.standing() == "FIRST_CONTACT")
        own = Own(past.config.party, past.config.post, past.key)
        line.send(_written(own, north.home, AgreementRef(well.agreements["Past"], "sha256:" + "cd" * 32, 0), "AMD"))
        eventually(lambda: {"wrong agreement", "expired agreement"} & evidence(north, "Past").keys())
    assert north.line("Past")["received"] == 0


def test_what_was_refused_is_in_the_ledger(well: World) -> None:
    """After the tests above, or by itself."""
    north, east = well.north, well.east.home
    with called(north, east) as line, suppress(ConnectionClosed):
        line.send(b"garbage once more")
        while True:
            line.recv(timeout=10.0)
    wanted = eventually(lambda: evidence(north, "East"))

    def entered() -> bool:
        from armslength.adapters.store import read_only

        with read_only(north.home.ledger) as store:
            rows = list(store.rows(well.agreements["East"]))
        kinds = [json.loads(header)["kind"] for _, _, header, _, _ in rows]
        payloads = [
            json.loads(payload) for _, _, header, _, payload in rows if json.loads(header)["kind"] == "evidence"
        ]
        assert all("garbage once" not in str(one) for one in payloads), "what was sent is named by its digest alone"
        return kinds.count("evidence") == sum(wanted.values())

    eventually(entered)


def _written(own: Own, to: Home, agreement: AgreementRef, code: str) -> bytes:
    """Return a message of `code`, as its writer would sign it."""
    from armslength.protocol.messages import Post, compose

    fields: dict[str, Any] = {"from_hash": "sha256:" + "ef" * 32, "to_hash": "sha256:" + "ef" * 32}
    message = compose(
        own.key,
        Post(own.party, own.post),
        Post(to.config.party, to.config.post),
        code=code,
        fields=fields,
        seq=0,
        time_ns=time.time_ns(),
        agreement=agreement.id,
        terms=agreement.digest,
        valid_until_ns=None,
        ref=None,
    )
    return message.envelope
