"""Two nodes as people start them, `armslength run`, with a ratified agreement: killed, and nothing said is lost.

The long campaign is `armslength bench link`; here the whole node is what is killed, its API is how it is spoken to, and
`verify` looks at what is left.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from armslength.adapters.loopback import free_port
from armslength.adapters.store import read_only
from armslength.bench.chaos import Cable
from armslength.cli import app
from armslength.errors import ArmslengthError, HomeError
from armslength.node import control

PATIENCE_S = 40.0
FIELDS = {"nature": "URGENCY", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 1"}


def told(*words: str | Path) -> str:
    """Run a verb and return what it prints."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


class Node:
    """A home and the process that runs on it."""

    def __init__(self, folder: Path, party: str) -> None:
        self.party, self.home = party, folder / party.lower()
        self.identity = folder / f"{party}.identity"
        self.log = folder / f"{party}.log"
        told("init", "--home", self.home, "--party", party, "--post", f"{party.upper()} POST")
        told("identity", "--home", self.home, "--out", self.identity)

    def listen(self, port: int, dial: tuple[str, int] | None) -> None:
        """Write where it listens and whom it dials."""
        path = self.home / "node.toml"
        text = path.read_text().replace("127.0.0.1:9443", f"127.0.0.1:{port}")
        text = text.replace("127.0.0.1:8443", f"127.0.0.1:{free_port()}")
        if dial is not None:
            text += f'\n[[counterpart]]\nname = "{dial[0]}"\ndial = ["wss://127.0.0.1:{dial[1]}/ground"]\n'
        path.write_text(text)

    def start(self) -> None:
        """Start the process; return when it answers."""
        (self.home / control.RUNNING).unlink(missing_ok=True)  # a killed node leaves its note behind
        run = [sys.executable, "-m", "armslength", "run", "--home", str(self.home)]
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(self.home.parent / "compiled")}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                run, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=os.environ | kept
            )
        end = time.monotonic() + PATIENCE_S
        while True:
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()[-2000:]
            with suppress(ArmslengthError):
                if self.status()["lines"]:
                    return
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def status(self) -> dict[str, Any]:
        """Return its status."""
        found: dict[str, Any] = control.get(self.home, "/api/status")
        return found

    def say(self) -> str | None:
        """Send an emergency message; return its id, or nothing where the node is not there to take it."""
        try:
            return str(control.ask(self.home, "send", {"code": "EMG", "fields": FIELDS})["id"])
        except HomeError:
            return None

    def book(self, kind: str) -> list[str]:
        """Return the ids of the EMG messages of `kind` in its ledger, in their order."""
        found = []
        with read_only(self.home / "ledger.db") as store:
            for book in store.books():
                for _, _, header, _, payload in store.rows(book):
                    if json.loads(header)["kind"] == kind and json.loads(payload)["code"] == "EMG":
                        found.append(json.loads(payload)["id"])
        return found


@contextmanager
def ratified(folder: Path) -> Iterator[tuple[Node, Node, Cable]]:
    """Give two running nodes with an agreement in force; South dials North through a cable."""
    north, south = Node(folder, "North"), Node(folder, "South")
    for one, other in ((north, south), (south, north)):
        told("identity", "accept", other.identity, "--home", one.home)
    draft, signed, both = (folder / name for name in ("draft.toml", "signed.age", "both.age"))
    told("agreement", "draft", "--between", north.identity, south.identity, "--out", draft)
    told("agreement", "sign", draft, "--home", north.home, "--out", signed)
    told("agreement", "ratify", signed, "--home", south.home, "--out", both)
    told("agreement", "ratify", both, "--home", north.home)
    port = free_port()
    with Cable(port) as cable:
        north.listen(port, None)
        south.listen(free_port(), ("North", cable.port))
        north.start()
        try:
            south.start()
            try:
                yield north, south, cable
            finally:
                south.stop()
        finally:
            north.stop()


def arrived(sender: Node, receiver: Node) -> None:
    """Wait until everything said has arrived; assert that it arrived once, and in its order."""
    end = time.monotonic() + PATIENCE_S
    said = sender.book("message out")
    while set(said) - set(receiver.book("message in")):
        assert time.monotonic() < end, (len(said), len(receiver.book("message in")))
        time.sleep(0.1)
    got = receiver.book("message in")
    assert [count for count in Counter(got).values() if count != 1] == []
    assert got == said


def garbage(north: Node) -> None:
    """Knock at the port of the ground line in three wrong ways."""
    port = int((north.home / "node.toml").read_text().split('ground_line = "127.0.0.1:')[1].split('"')[0])
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 3000, b"SSH-2.0\r\n"):
        with socket.create_connection(("127.0.0.1", port), 5.0) as line, suppress(OSError):
            line.sendall(said)
            while line.recv(4096):
                pass
    end = time.monotonic() + 10.0
    while sum(north.status()["refused"].values()) < 3:
        assert time.monotonic() < end, north.status()
        time.sleep(0.1)


def test_nodes_killed_while_they_speak_lose_nothing_and_garbage_is_recorded(tmp_path: Path) -> None:
    chance = random.Random(7)
    with ratified(tmp_path) as (north, south, cable):
        accepted: dict[str, list[str]] = {"North": [], "South": []}
        for victim, other in ((north, south), (south, north)):
            until = time.monotonic() + chance.uniform(0.3, 0.8)
            while time.monotonic() < until:
                for node in (north, south):
                    accepted[node.party] += [found for found in [node.say()] if found]
            victim.kill()
            accepted[other.party] += [found for found in [other.say() for _ in range(5)] if found]
            victim.start()
        cable.reset()
        garbage(north)
        for sender, receiver in ((north, south), (south, north)):
            assert len(accepted[sender.party]) > 10
            assert set(accepted[sender.party]) <= set(sender.book("message out"))
            arrived(sender, receiver)
    for node in (north, south):
        assert node.process.returncode == 0, node.log.read_text()[-2000:]
        assert "Traceback" not in node.log.read_text()
        told("verify", node.home / "ledger.db")
