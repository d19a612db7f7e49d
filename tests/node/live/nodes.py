"""Real nodes for tests: homes, agreements, `armslength run` as processes, and what one asks of them."""

from __future__ import annotations

import base64
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armslength.adapters.loopback import free_port
from armslength.errors import ArmslengthError
from armslength.node import control
from armslength.node.acting import acting
from armslength.node.counterparts import keep_identity
from armslength.node.home import Home, make_home, open_home

PATIENCE_S = 120.0
MEMBERS = """
[[aircraft]]
party = "{party}"
member = "{party}"
ranges = ["{range}"]
category = "fast_jet"
"""
CANARIES = ("kanarienvogel", "canary", "2.718", "5033.7")
"""Words and figures that stand in the terms of the tests and nowhere else."""
RANGES = {"North": "d10000-d1ffff", "South": "d20000-d2ffff", "West": "d30000-d3ffff", "East": "d40000-d4ffff"}


def eventually(found: Callable[[], Any], why: object = "", patience_s: float = PATIENCE_S) -> Any:
    """Return what `found` returns as soon as that is something; fail when it takes too long."""
    end = time.monotonic() + patience_s
    while True:
        got = found()
        if got:
            return got
        assert time.monotonic() < end, why() if callable(why) else why
        time.sleep(0.05)


@dataclass
class Stream:
    """The event stream of a node, as a program reads it; `after` is the id of the last event read."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse
    after: str = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield events until the node ends the stream."""
        while line := self.response.readline():
            if line.startswith(b"id: "):
                self.after = line[4:].decode().strip()
            elif line.startswith(b"data: "):
                yield json.loads(line[6:])

    def until(self, event: str, **what: Any) -> dict[str, Any]:
        """Return the next event of that name and those values."""
        end = time.monotonic() + PATIENCE_S
        for one in self:
            if one["event"] == event and all(one.get(key) == value for key, value in what.items()):
                return one
            assert time.monotonic() < end
        raise AssertionError(f"the stream ended before {event} {what}")

    def close(self) -> None:
        """Read no further."""
        self.connection.close()


@dataclass
class Node:
    """One node: its home, its process, its log."""

    folder: Path
    party: str
    home: Home = field(init=False)
    process: subprocess.Popen[bytes] | None = None
    ground: int = field(default_factory=free_port)
    api: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.home = make_home(self.folder / self.party.lower(), self.party, f"{self.party.upper()} POST")

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.folder / f"{self.party}.log"

    def set_up(self, dial: Mapping[str, int], feed: str = "") -> None:
        """Write where it listens, whom it dials, and its feed; and whose aircraft is whose."""
        file = self.home.path / "node.toml"
        text = file.read_text().replace("127.0.0.1:9443", f"127.0.0.1:{self.ground}")
        text = text.replace("127.0.0.1:8443", f"127.0.0.1:{self.api}")
        for name, port in dial.items():
            text += f'\n[[counterpart]]\nname = "{name}"\ndial = ["wss://127.0.0.1:{port}/ground"]\n'
        file.write_text(text + feed)
        known = {self.party, *self.home.counterparts()}
        members = "".join(MEMBERS.format(party=party, range=part) for party, part in RANGES.items() if party in known)
        (self.home.path / "members.toml").write_text(members)
        (self.home.path / "members.toml").chmod(0o600)
        self.home = open_home(self.home.path)

    def spawn(self, **more: Any) -> subprocess.Popen[bytes]:
        """Start the process and wait for nothing."""
        run = [sys.executable, "-m", "armslength", "run", "--home", str(self.home.path)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(run, stdout=out, stderr=out, stdin=subprocess.DEVNULL, **more)
        return self.process

    def answers(self) -> bool:
        """Return whether its API answers; fail when it has ended."""
        assert self.process is not None and self.process.poll() is None, self.log.read_text()[-3000:]
        told = control.RUNNING
        with suppress(ArmslengthError, OSError, ValueError):
            if json.loads((self.home.path / told).read_text())["process"] == self.process.pid:
                control.get(self.home.path, "/api/status")
                return True
        return False

    def start(self, **more: Any) -> None:
        """Start the process and wait until it answers."""
        self.spawn(**more)
        self.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        eventually(self.answers, lambda: self.log.read_text()[-3000:])

    def signal(self, number: int) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def stop(self) -> None:
        """End it, however it stands."""
        if self.process is not None and self.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.signal(signal.SIGTERM)

    def request(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask its API; the token is sent unless another `Authorization` is given ("" for none)."""
        wanted = {"Authorization": f"Bearer {self.home.token}", **headers}
        wanted = {key.replace("_", "-"): value for key, value in wanted.items() if value}
        line = http.client.HTTPConnection("127.0.0.1", self.api, timeout=PATIENCE_S)
        try:
            line.request(method, path, body, wanted)
            answer = line.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            line.close()

    def get(self, path: str) -> Any:
        """Return the JSON document at `path`."""
        return json.loads(self.request("GET", path)[2])

    def ask(self, verb: str, **args: Any) -> dict[str, Any]:
        """Do what a person asks."""
        return control.ask(self.home.path, verb, args)

    def stream(self, after: str = "0", **headers: str) -> Stream:
        """Open the event stream."""
        line = http.client.HTTPConnection("127.0.0.1", self.api, timeout=PATIENCE_S)
        line.request(
            "GET", f"/api/events?after={after}", headers={"Authorization": f"Bearer {self.home.token}"} | headers
        )
        return Stream(line, line.getresponse())

    def latest(self) -> str:
        """Return the number of its last event: a stream from there hears what comes."""
        return str(self.get("/api/status")["last_event"])

    def line(self, other: str) -> dict[str, Any]:
        """Return how it stands with `other`."""
        found = eventually(lambda: [one for one in self.get("/api/status")["lines"] if one["counterpart"] == other])
        return dict(found[0])

    def open(self, other: str) -> None:
        """Wait until the ground line to `other` is open."""
        eventually(lambda: self.line(other)["state"] == "OPEN", lambda: self.get("/api/status"))


def introduce(one: Node, other: Node) -> None:
    """Let both accept each other's identity."""
    for mine, theirs in ((one.home, other.home), (other.home, one.home)):
        keep_identity(mine, theirs.identity, theirs.own_identity)


def ratify(one: Node, other: Node, change: Callable[[str], str] = str, *options: str) -> str:
    """Let both sign a draft as `change` leaves it, by exchanging files; return the id of the agreement."""
    from typer.testing import CliRunner

    from armslength.cli import app

    out = one.folder / f"{one.party}-{other.party}.toml"
    files = [str(node.home.path / "own.identity") for node in (one, other)]
    done = CliRunner().invoke(app, ["agreement", "draft", "--between", *files, "--out", str(out), *options])
    assert done.exit_code == 0, done.output
    draft = base64.b64encode(change(out.read_text()).encode()).decode()
    out.unlink()
    signed = acting(one.home, "agreement sign", {"name": "draft", "file": draft})
    both = acting(other.home, "agreement ratify", {"files": [{"name": "signed", "file": signed["file"]}]})
    last = acting(one.home, "agreement ratify", {"files": [{"name": "both", "file": both["file"]}]})
    assert last["state"] == "in force", last
    return str(last["agreement"])


def seeded(text: str) -> str:
    """Return a draft under which advisories leave by themselves, with canaries in it: see CANARIES."""
    from dataclasses import replace

    from armslength.agreement.area import Area, Box
    from armslength.agreement.articles import Assistance, Automation
    from armslength.agreement.reading import read_terms
    from armslength.agreement.writing import write_terms

    terms = read_terms(text, "draft").terms
    area = Area("canary-area", box=Box(30.0, 0.0, 50.0, 30.0))
    edited = replace(
        terms,
        title="kanarienvogel",
        area=area,
        exempt=(Area("canary-exempt", box=Box(31.0, 1.0, 32.0, 2.0)),),
        separation=replace(terms.separation, horizontal_m=5033.736),
        automation=Automation(traffic_advisory=True),
        assistance=Assistance(rescue_centre="canary-centre"),
    )
    return write_terms(edited) + '\n[canary_article]\nwhat = "canary-article"\n'


def limit_files(pid: int, most: int | None) -> None:
    """Let no file that `pid` writes grow beyond `most` bytes: what a full disk is to a process. None: as before."""
    import resource

    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if most is None else most, hard))


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += [int(one) for one in (task / "children").read_text().split()]
    return found
