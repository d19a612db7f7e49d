"""The ground line takes the certificate that the version in force names: real nodes, one of which gets a new one."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException

from armslength.adapters.certificates import make_certificate, to_der
from armslength.agreement.identity import Identity, seal_identity
from armslength.node.home import Home, make_home
from armslength.node.private_files import write_private
from node.live.nodes import Node, eventually, introduce, ratify
from node.live.test_bad_peer import called, evidence

WHY = "certificate that the agreement in force does not name"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Return North and South, who dials; they run, under an agreement."""
    north, south = Node(tmp_path, "North"), Node(tmp_path, "South")
    introduce(north, south)
    ratify(north, south)
    north.set_up({})
    south.set_up({"North": north.ground})
    try:
        for node in (north, south):
            node.spawn()
        for node in (north, south):
            node.wait()
        north.open("South")
        yield north, south
    finally:
        for node in (north, south):
            node.stop()


def renewed(home: Home) -> dict[str, bytes]:
    """Return files of a home with another certificate, and the same key."""
    tls_key, certificate = make_certificate()
    was = home.identity
    made = Identity(was.party, was.post, was.key, to_der(certificate), was.recipient, time.time_ns())
    return {"tls.key": tls_key, "tls.crt": certificate, "own.identity": seal_identity(made, home.key)}


def accept(node: Node, data: bytes) -> str:
    """Let a person accept an identity in the place of the one before."""
    file = base64.b64encode(data).decode()
    return str(node.ask("identity accept", name="South.identity", file=file, replace=True)["what"])


def refused(node: Node, party: str) -> int:
    """Return how often `party` showed another certificate than the one named."""
    return evidence(node, party).get(WHY, 0)


def test_another_certificate_than_the_one_named_is_refused_until_an_amendment_names_it(
    two: tuple[Node, Node], tmp_path: Path
) -> None:
    north, south = two
    old = Node.__new__(Node)  # what South was, for who still has it
    old.home = make_home(tmp_path / "old", "South", "SOUTH POST")
    for name in ("tls.key", "tls.crt"):
        write_private(old.home.path / name, (south.home.path / name).read_bytes())
    files = renewed(south.home)

    assert accept(north, files["own.identity"]) == "replaced"
    since = north.line("South")["since"]
    time.sleep(2.5)  # the pins of open connections are looked up every second
    line = north.line("South")
    assert (line["state"], line["since"]) == ("OPEN", since), "the certificate named goes on"
    assert refused(north, "South") == 0

    south.stop()
    for name, data in files.items():
        write_private(south.home.path / name, data)
    south.home = Home(south.home.path, south.home.config)
    south.start()
    eventually(lambda: refused(north, "South"), lambda: north.line("South"))
    assert north.line("South")["state"] == "DOWN"
    assert "agreement amend" in north.log.read_text() and "NAMES ANOTHER CERTIFICATE" in south.log.read_text()

    draft = north.ask("agreement amend")["draft"]
    signed = north.ask("agreement sign", name="v2", file=base64.b64encode(draft.encode()).decode())["file"]
    both = south.ask("agreement ratify", files=[{"name": "v2", "file": signed}])["file"]
    assert north.line("South")["state"] == "DOWN", "North has not both signatures yet"
    assert north.ask("agreement ratify", files=[{"name": "v2", "file": both}])["state"] == "in force"
    north.open("South")
    south.open("North")
    assert "Traceback" not in north.log.read_text() + south.log.read_text()

    # Now the old certificate is the one that is not named.
    before = refused(north, "South")
    with pytest.raises((OSError, EOFError, WebSocketException)), called(north, old.home) as wire:
        wire.recv(timeout=10.0)
    eventually(lambda: refused(north, "South") > before)
    assert north.line("South")["state"] == "OPEN"
