"""The cable that the demo cuts: whole it carries everything, cut it carries nothing and says nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from armslength.adapters.loopback import HOST, free_port
from armslength.demo.relay import Relay


@pytest.fixture
def echo() -> Iterator[int]:
    """Yield the port of somebody who answers with what he hears."""
    door = socket.create_server((HOST, 0))

    def answer(line: socket.socket) -> None:
        with line, suppress(OSError):
            while data := line.recv(1 << 16):
                line.sendall(data)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(door.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield door.getsockname()[1]
    door.close()


@pytest.fixture
def relay(echo: int) -> Iterator[Relay]:
    cable = Relay(echo)
    yield cable
    cable.close()


def dial(relay: Relay, timeout: float = 5.0) -> socket.socket:
    return socket.create_connection((HOST, relay.port), timeout=timeout)


def said(line: socket.socket, text: bytes) -> bytes:
    line.sendall(text)
    heard = b""
    while len(heard) < len(text) and (part := line.recv(1 << 16)):
        heard += part
    return heard


def test_whole_it_carries_everything(relay: Relay) -> None:
    with dial(relay) as line:
        text = bytes(range(256)) * 4096
        threading.Thread(target=line.sendall, args=(text,), daemon=True).start()
        heard = b""
        while len(heard) < len(text):
            heard += line.recv(1 << 16)
        assert heard == text
        assert relay.carried >= 2 * len(text) - (1 << 16)


def test_cut_it_is_silent_and_what_was_on_its_way_is_lost(relay: Relay) -> None:
    with dial(relay) as line:
        assert said(line, b"before") == b"before"
        relay.cut()
        line.sendall(b"lost")
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            line.recv(10)
        relay.mend()
        line.settimeout(5.0)
        with suppress(ConnectionError):
            assert line.recv(10) == b""
    with dial(relay) as anew:
        assert said(anew, b"after") == b"after"
    assert relay.cuts == 1


def test_who_dials_during_the_cut_gets_no_answer(relay: Relay) -> None:
    relay.cut()
    with dial(relay, timeout=0.2) as line:
        line.sendall(b"anybody?")
        with pytest.raises(TimeoutError):
            line.recv(10)


def test_nobody_at_the_far_end_ends_the_connection() -> None:
    cable = Relay(free_port())
    try:
        with dial(cable) as line:
            assert line.recv(10) == b""
    finally:
        cable.close()


def test_closed_it_listens_no_more(echo: int) -> None:
    cable = Relay(echo)
    line = dial(cable)
    assert said(line, b"x") == b"x"
    cable.close()
    with suppress(ConnectionError):
        assert line.recv(10) == b""
    line.close()
    with pytest.raises(OSError), dial(cable) as again:
        said(again, b"x")
