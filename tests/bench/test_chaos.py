"""The cable that misbehaves does what it says, and nothing where nothing is asked of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from armslength.bench.chaos import LOOPBACK, Cable


@pytest.fixture
def cable() -> Iterator[Cable]:
    """A cable to a listener that sends back what it gets."""
    door = socket.create_server((LOOPBACK, 0))

    def answer(one: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                one.sendall(data)
        except OSError:
            pass
        finally:
            one.close()

    def accept() -> None:
        while True:
            try:
                one, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with Cable(door.getsockname()[1]) as made:
        yield made
    door.shutdown(socket.SHUT_RDWR)
    door.close()


def there_and_back(line: socket.socket, data: bytes) -> bytes:
    """Send and read as much as was sent, or as much as comes."""
    line.sendall(data)
    got = b""
    while len(got) < len(data) and (more := line.recv(65536)):
        got += more
    return got


def call(cable: Cable, patience_s: float = 5.0) -> socket.socket:
    """Connect through the cable."""
    return socket.create_connection((LOOPBACK, cable.port), patience_s)


DATA = bytes(range(256)) * 400


def eventually(true: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait until something holds."""
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_whole_cable_changes_nothing(cable: Cable) -> None:
    with call(cable) as line, call(cable) as other:
        assert there_and_back(line, DATA) == DATA
        assert there_and_back(other, DATA[:7]) == DATA[:7]
    assert cable.flipped == 0 and cable.carried >= 2 * len(DATA)


def test_a_cut_is_silent_and_what_was_lost_stays_lost(cable: Cable) -> None:
    with call(cable) as line:
        assert there_and_back(line, b"before") == b"before"
        cable.be(cut=True)
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            there_and_back(line, b"lost")
        with call(cable, 0.2) as other, pytest.raises(TimeoutError):  # TCP itself answers; nobody behind it does
            there_and_back(other, b"nobody")
        cable.mend()
        line.settimeout(5.0)
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    with call(cable) as line:
        assert there_and_back(line, b"after") == b"after"


@pytest.mark.parametrize("way", ["there", "back"])
def test_one_way_lost_is_half_open(cable: Cable, way: str) -> None:
    with call(cable) as line:
        assert there_and_back(line, b"before") == b"before"
        eventually(lambda: cable.carried >= 12)  # what was echoed is counted a moment after it arrived
        carried = cable.carried
        cable.be(one_way=way)
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            there_and_back(line, b"12345")
        assert cable.carried - carried == (5 if way == "back" else 0)


def test_bits_are_flipped_and_nothing_else(cable: Cable) -> None:
    cable.be(flip=1.0)
    with call(cable) as line:
        got = there_and_back(line, DATA)
    assert len(got) == len(DATA)
    assert 0 < sum(bin(a ^ b).count("1") for a, b in zip(got, DATA, strict=True)) <= cable.flipped


def test_delay_and_rate_hold_back_and_keep_order(cable: Cable) -> None:
    cable.be(delay_s=0.02, jitter_s=0.02, rate=1_000_000)
    begin = time.monotonic()
    with call(cable) as line:
        assert there_and_back(line, DATA[:10_000]) == DATA[:10_000]
    assert time.monotonic() - begin > 0.05  # no sooner than asked; later is the machine's matter


def test_reset_ends_what_stands(cable: Cable) -> None:
    with call(cable) as line:
        assert there_and_back(line, b"x") == b"x"
        cable.reset()
        with pytest.raises(ConnectionResetError):
            line.recv(1)


def test_a_cable_to_nowhere_ends_the_call() -> None:
    with socket.create_server((LOOPBACK, 0)) as door:
        port = door.getsockname()[1]
    with Cable(port) as cable, call(cable) as line:
        assert line.recv(1) == b""
