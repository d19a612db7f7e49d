"""docs/quickstart-two-nodes.md walked as a new user walks it: every command, in order, and every file written."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from armslength.adapters.loopback import free_port
from armslength.cli.demo import verb
from armslength.errors import ArmslengthError
from armslength.node.control import ask, get, running_at

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "quickstart-two-nodes.md"
HOMES = ("north", "south")
SOON = "25 s"
"""The sky of the page begins as soon as this: nobody reads along here."""
TO_BE_SEEN = (
    r"TRAFFIC opened .*broadcasts, radar",
    r"sent TFA .*to SOUTH",
    r"SOUTH: RECEIVED TFA \[",
    r"received TFA .*from SOUTH",
)
"""What the page says that its reader sees, in north.log."""


def blocks() -> list[str]:
    """Return the indented blocks of the page, in order."""
    found = re.findall(r"(?:(?:^    .*)?\n)+", PAGE.read_text(), re.MULTILINE)
    texts = ["\n".join(line[4:] for line in block.splitlines()).strip() for block in found]
    return [text for text in texts if text]


def until(done: Callable[[], bool], within_s: float = 90.0) -> None:
    end = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def line_of(home: str) -> dict[str, object]:
    if running_at(Path(home)) is None:
        return {}
    try:
        lines = get(Path(home), "/api/status")["lines"]
    except ArmslengthError:
        return {}
    return dict(lines[0]) if lines else {}


class Walk:
    """A user in an empty folder."""

    def __init__(self) -> None:
        self.ports = {str(port): str(free_port()) for port in (9443, 9444, 8443, 8444)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.agreement = ""
        self.done: list[str] = []

    def command(self, line: str) -> None:
        words = [SOON if word == "3 min" else word for word in shlex.split(line, comments=True)]
        self.done.append(" ".join(words[1:3]))
        if words[0] == "kill":
            self.stop()
        elif words[0] == "tail":
            until(lambda: all(re.search(pattern, Path("north.log").read_text()) for pattern in TO_BE_SEEN), 120.0)
        elif words[0] == "curl":
            self.mark()
        elif words[1] == "run":
            with Path(line.split(">")[1].split(maxsplit=1)[0]).open("wb") as log:
                start = [sys.executable, "-m", "armslength", *words[1:4]]
                self.running[words[3]] = subprocess.Popen(start, stdout=log, stderr=log)
        else:
            if words[1] == "agreement" and self.running and line_of("south").get("version") is None:
                until(lambda: line_of("south").get("terms") == "proposed")
            if words[1] == "status":
                until(lambda: line_of(words[3]).get("version") == 1)
                self.status(words[3])
                return
            verb(*(self.agreement if word == "ID" else word for word in words[1:]))

    def status(self, home: str) -> None:
        """Ask for it: there is no sky yet, or there is; nothing else is wrong."""
        done = subprocess.run(
            [sys.executable, "-m", "armslength", "status", "--home", home], capture_output=True, text=True, check=False
        )
        wrong = get(Path(home), "/api/status")["says"]
        assert "counterpart" in done.stdout and "in force version 1" in done.stdout, done.stdout + done.stderr
        assert done.returncode == 0 or "NOTHING SEEN YET by" in done.stdout, wrong

    def write(self, text: str) -> None:
        """Do what a person does with an editor."""
        if text.startswith("[[aircraft]]"):
            for home in HOMES:
                Path(home, "members.toml").write_text(text + "\n")
            return
        home = next(one for one in HOMES if f"{one}-broadcasts.parquet" in text)
        file = Path(home, "node.toml")
        old, new = file.read_text(), text
        if home == "south":
            old = old.replace("127.0.0.1:9443", "127.0.0.1:9444").replace("127.0.0.1:8443", "127.0.0.1:8444", 1)
        whole = f"{old}\n{new}\n"
        for usual, free in self.ports.items():
            whole = whole.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{free}")
        file.write_text(whole)

    def mark(self) -> None:
        """Read the digits of an advisory that came off the log, and mark it as the page does."""
        digits = re.findall(r"received TFA .*\[([0-9a-f]{8})\]", Path("north.log").read_text())[0]
        body = json.loads(re.findall(r"-d '(.*)'", PAGE.read_text())[0].replace("DIGITS", digits))
        ask(Path("north"), body["verb"], body["args"])
        until(lambda: f"NORTH: UNDERSTOOD TFA [{digits}]" in Path("south.log").read_text())

    def stop(self) -> None:
        self.agreement = str(line_of("north").get("agreement"))
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            assert process.wait(20.0) == 0


@pytest.fixture
def walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    monkeypatch.chdir(tmp_path)
    user = Walk()
    yield user
    for process in user.running.values():
        if process.poll() is None:
            process.kill()
            process.wait()


def test_the_page_is_walked(walk: Walk) -> None:
    for block in blocks():
        if block.startswith("[["):
            walk.write(block)
        else:
            for line in block.replace("\\\n", " ").splitlines():
                walk.command(line)
    assert {"init --home", "agreement sign", "agreement ratify", "run --home", "verify north.bundle"} <= set(walk.done)
    assert walk.agreement.startswith("north-south-")
    for home in HOMES:
        log = Path(f"{home}.log").read_text()
        assert "is on watch" in log and "in force version 1" in log and log.rstrip().endswith("is in the ledger.")
    facts = json.loads(Path("sky/scenario.json").read_text())
    assert facts["scenario"] == "river"


def test_the_page_has_what_is_looked_for() -> None:
    found = blocks()
    assert sum(block.startswith("[[") for block in found) == 3
    assert sum(block.startswith("armslength") for block in found) >= 7
    assert sum(block.startswith(("tail", "curl")) for block in found) == 2
