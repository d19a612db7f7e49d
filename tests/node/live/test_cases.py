"""The whole life of a case between two real nodes, by the command line, with a node killed in every state."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from armslength.cli import app
from armslength.units import NS, stamp
from node.live.nodes import Node, eventually, introduce, ratify

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs signals as Linux has them"),
    pytest.mark.campaign,
]
FEED = '\n[[feed]]\nname = "radar"\nkind = "json_lines"\nhost = "127.0.0.1"\nport = {port}\n'
STATES = (
    "sealed", "reported", "acknowledged", "answered", "session", "joint finding", "measures", "closed",
)  # fmt: skip


class Nodes:
    """North and South, running, each with a radar that saw two aircraft pass."""

    def __init__(self, folder: Path) -> None:
        self.north, self.south = Node(folder, "North"), Node(folder, "South")
        introduce(self.north, self.south)
        ratify(self.north, self.south)
        from armslength.adapters.loopback import free_port

        self.radars = {"North": free_port(), "South": free_port()}
        self.north.set_up({}, FEED.format(port=self.radars["North"]))
        self.south.set_up({"North": self.north.ground}, FEED.format(port=self.radars["South"]))
        for node in (self.north, self.south):
            node.spawn()
        for node in (self.north, self.south):
            node.wait()
        self.north.open("South")

    def fly(self) -> int:
        """Let both radars see both aircraft for 20 s that are just over; return the middle [UTC ns]."""
        end = time.time()
        for party, port in self.radars.items():
            with socket.create_connection(("127.0.0.1", port), 5.0) as line:
                for t in range(-20, 0):
                    for address, east in (("d10001", 0.0), ("d20001", 0.05)):
                        lon = 36.0 + east * (1 + t / 10) + (1e-4 if party == "South" else 0.0)
                        row = {"icao": address, "time": stamp(round((end + t) * NS)), "lat_deg": 35.0, "lon_deg": lon}
                        line.sendall(json.dumps({**row, "alt_baro_ft": 30_000, "accuracy_m": 50.0}).encode() + b"\n")
                time.sleep(0.5)
        return round((end - 10) * NS)

    def type(self, node: Node, *words: str, person: str = "") -> dict[str, Any]:
        """Type a verb of `armslength case`, the second time as a second person where the node asks for one."""
        typed = ["case", *words, "--home", str(node.home.path), "--json"]
        done = CliRunner().invoke(app, [*typed, *(["--person", person] if person else [])])
        assert done.exit_code == 0, (words, done.output, done.exception)
        answer = dict(json.loads(done.output))
        return self.type(node, "confirm", answer["waiting"], person="Legal officer") if "waiting" in answer else answer

    def show(self, node: Node) -> dict[str, Any]:
        """Return the case as a node has it."""
        return self.type(node, "show", "N-0001")

    def come_to(self, state: str) -> None:
        """Wait until both sides see the case in a state, and the same documents."""

        def same() -> bool:
            seen = [self.show(node) for node in (self.north, self.south)]
            keep = ("state", "stamps", "documents", "answer", "joint_finding", "measures", "closed_by")
            first, second = ([one[name] for name in keep] for one in seen)
            return first == second and first[0] == state

        eventually(same, lambda: (state, self.show(self.north), self.show(self.south)))

    def kill(self, node: Node) -> None:
        """Kill a node, start it again, and wait until the line stands."""
        node.signal(signal.SIGKILL)
        node.start()
        self.north.open("South")

    def step(self, to: str) -> None:
        """Take the step that leads to a state."""
        north, south, case = self.north, self.south, "N-0001"
        text = ["--text", "It crossed ahead."]
        if to == "reported":
            self.type(north, "report", case, "--headline", "Crossing of the nose", *text)
        elif to == "acknowledged":
            self.type(south, "acknowledge", case)
        elif to == "answered":
            self.type(south, "answer", case, "dispute", *text, person="Chief of watch")
        elif to == "session":
            self.type(north, "session", case, "--medium", "video", "--agenda", "extraordinary")
        elif to == "joint finding":
            self.type(north, "propose", case, "B", *text, "--score", "21", person="Chief of watch")
            eventually(lambda: self.show(south)["findings"])
            self.type(south, "sign", case, person="Chief of watch")
        elif to == "measures":
            self.type(south, "measure", case, "--text", "Crews are told.", "--due", "+30 d", person="Chief of watch")
        elif to == "closed":
            for node in (north, south):
                self.type(node, "close", case, person="Chief of watch")


def test_a_case_lives_through_the_death_of_each_node_in_each_state(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    try:
        at = nodes.fly()
        opened = nodes.type(
            nodes.north,
            "open",
            "--at",
            str(at),
            "--lat",
            "35.0",
            "--lon",
            "36.0",
            "--severity",
            "SEV1",
            "--rules",
            "G05",
        )
        assert opened["case"] == "N-0001"
        eventually(lambda: nodes.type(nodes.south, "list")["cases"])
        for number, state in enumerate(STATES):
            nodes.step(state)
            nodes.come_to(state)
            nodes.kill((nodes.north, nodes.south)[number % 2])
            nodes.come_to(state)
        for node, other in ((nodes.north, "South"), (nodes.south, "North")):
            seen = nodes.show(node)["evidence"]
            assert seen[other]["holds"] is True and "2 tracks" in seen[other]["says"], seen
            assert nodes.show(node)["grade"]["letter"] in "ABC" and nodes.show(node)["compared"]["samples"] >= 8
            assert "of the aircraft of North" in seen[node.party]["says"]
            held = sorted(path.name.split(".")[1] for path in (node.home.path / "cases").rglob("*.age"))
            assert held == ["own", "sent", "theirs"]
        assert "Traceback" not in nodes.north.log.read_text() + nodes.south.log.read_text()
        shown = CliRunner().invoke(app, ["case", "show", "N-0001", "--home", str(nodes.south.home.path)])
        assert (
            "opened; it is what was committed to" in shown.output and "(Chief of watch, Legal officer)" in shown.output
        )
    finally:
        for node in (nodes.north, nodes.south):
            node.stop()
