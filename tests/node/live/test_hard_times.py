"""Full disks, kills, damage and second starts, with real nodes: nothing is lost or hidden, and the watch goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from armslength.adapters.store import read_only
from armslength.cli import app
from armslength.errors import ArmslengthError, StoreError
from node.live.conftest import World
from node.live.nodes import CANARIES, PATIENCE_S, Node, children, eventually, limit_files

EMG = {"nature": "URGENCY", "commitment": "NONE", "aircraft": "SOUTH AIRCRAFT 1"}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs signals, limits and /proc as Linux has them")


@pytest.fixture
def again(world: World) -> Iterator[World]:
    """After the test both nodes stand, their line is open, and no fault was logged."""
    yield world
    world.north.open("South")
    for node in (world.north, world.south):
        assert "Traceback" not in node.log.read_text(), node.log.read_text()[-3000:]


def verify(*nodes: Node) -> None:
    done = CliRunner().invoke(app, ["verify", *(str(node.home.ledger) for node in nodes)])
    assert done.exit_code == 0, done.output


def entered(node: Node, kind: str) -> list[str]:
    """Return the ids of the EMG messages of `kind` in the ledger."""
    found = []
    with read_only(node.home.ledger) as store:
        for book in store.books():
            for _, _, header, _, payload in store.rows(book):
                if json.loads(header)["kind"] == kind and json.loads(payload).get("code") == "EMG":
                    found.append(json.loads(payload)["id"])
    return found


def figures(node: Node) -> dict[str, float]:
    rows = node.request("GET", "/metrics")[2].decode().splitlines()
    return {row.rsplit(" ", 1)[0]: float(row.rsplit(" ", 1)[1]) for row in rows if not row.startswith("#")}


def test_a_second_start_is_refused_in_words(again: World) -> None:
    north = again.north
    assert north.process is not None
    run = [sys.executable, "-m", "armslength", "run", "--home", str(north.home.path)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2
    assert f"process {north.process.pid}" in done.stderr and "Traceback" not in done.stderr
    assert north.answers()


def test_a_full_disk(again: World) -> None:
    north, south = again.north, again.south
    assert north.process is not None
    writers = [north.process.pid, *children(north.process.pid)]
    assert figures(north)["armslength_storing"] == 1.0
    ear = north.stream(after=north.latest())
    for pid in writers:
        limit_files(pid, 0)
    try:
        with pytest.raises(StoreError):
            north.ask("check", counterpart="South")
        told = ear.until("store", working=False)
        assert told["says"] and told["recorded"] is False
        assert north.get("/api/status")["store"]["working"] is False
        status, _, body = north.request("GET", "/api/health")
        assert status == 503 and "NOTHING IS STORED OR ACKNOWLEDGED" in json.loads(body)["says"]
        assert figures(north)["armslength_storing"] == 0.0
        for verb in ("check", "agreement suspend"):
            with pytest.raises(StoreError):
                north.ask(verb, provision="disclosure", counterpart="South", agreement=again.agreements["South"])
        waiting = south.ask("send", code="EMG", fields=EMG)["id"]
        with again.sky(d10005=(44.0, 10.0, 250.0), d20005=(44.0, 10.55, -250.0)):
            alert = ear.until("alert", change="opened", counterpart="South")
            assert alert["recorded"] is False and "d10005" in str(alert)
        (message,) = [one for one in south.get("/api/messages")["messages"] if one["id"] == waiting]
        assert "RECEIVED" not in message["marks"]
        assert not [one for one in north.get("/api/messages")["messages"] if one["id"] == waiting]
    finally:
        for pid in writers:
            limit_files(pid, None)
    assert ear.until("store", working=True)
    ear.close()
    assert north.get("/api/status")["store"]["working"] is True
    assert figures(north)["armslength_storing"] == 1.0

    def received() -> bool:
        (found,) = [one for one in south.get("/api/messages")["messages"] if one["id"] == waiting]
        return "RECEIVED" in found["marks"]

    eventually(received)
    assert entered(north, "message in").count(waiting) == 1
    eventually(lambda: north.get("/api/status")["plot_store"]["working"], patience_s=25.0)


def test_the_recorder_is_killed_and_another_takes_its_place(again: World) -> None:
    north = again.north
    assert north.process is not None
    ear = north.stream(after=north.latest())
    recorder = max(children(north.process.pid))
    os.kill(recorder, signal.SIGTERM)  # as service managers do to all of a group: it goes on
    with again.sky(d10006=(43.0, 10.0, 250.0)):
        time.sleep(1.5)
        assert recorder in children(north.process.pid)
        os.kill(recorder, signal.SIGKILL)
        assert "died" in ear.until("feed", source="plot store", working=False)["says"]
        assert ear.until("feed", source="plot store", working=True)
    ear.close()
    assert recorder not in children(north.process.pid)


def test_it_stops_cleanly_and_soon(again: World) -> None:
    north, south = again.north, again.south
    assert north.process is not None
    listeners = [north.stream(), socket.create_connection(("127.0.0.1", north.api))]
    south.ask("send", code="EMG", fields=EMG)
    recorders = children(north.process.pid)
    stopped(north, signal.SIGTERM, recorders)
    for one in listeners:
        one.close()
    north.start()


def stopped(node: Node, number: signal.Signals, recorders: list[int]) -> None:
    """Stop a node; assert that it went in good order, and left nothing behind."""
    assert node.signal(number) == 0
    assert "Stopped." in node.log.read_text()[-400:]
    assert not (node.home.path / "running.json").exists()
    verify(node)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in recorders))


def test_killed_at_a_random_moment_nothing_said_is_lost(again: World) -> None:
    """North is killed while South speaks; then South stops with Ctrl-C while what it said may be on the way."""
    north, south = again.north, again.south
    assert north.process is not None and south.process is not None
    accepted = [south.ask("send", code="EMG", fields=EMG)["id"] for _ in range(30)]
    recorders = children(north.process.pid)
    north.process.kill()
    north.process.wait()
    accepted += [south.ask("send", code="EMG", fields=EMG)["id"] for _ in range(5)]
    verify(north)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in recorders))
    north.spawn()
    accepted += [south.ask("send", code="EMG", fields=EMG)["id"] for _ in range(5)]
    stopped(south, signal.SIGINT, children(south.process.pid))
    south.start()
    north.wait()
    eventually(lambda: not set(accepted) - set(entered(north, "message in")))
    said, got = entered(south, "message out"), entered(north, "message in")
    assert set(accepted) <= set(said)
    assert got == said, "each once, in its order"


def test_a_byte_of_the_ledger_is_changed(world: World, tmp_path: Path) -> None:
    home = tmp_path / "damaged"
    shutil.copytree(world.past.home.path, home)
    (home / "node.toml").write_text((home / "node.toml").read_text().replace(":9443", ":0").replace(":8443", ":0"))
    ledger = home / "ledger.db"
    data = bytearray(ledger.read_bytes())
    at = data.rindex(b'"kind"') + 12
    data[at] ^= 0x01
    ledger.write_bytes(bytes(data))
    run = [sys.executable, "-m", "armslength", "run", "--home", str(home)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (
        done.returncode == 2
        and "entry 0" in done.stderr
        and str(ledger) in done.stderr
        and "Traceback" not in done.stderr
    ), done.stderr
    assert ledger.read_bytes() == bytes(data), "never repaired"
    data[at] ^= 0x01
    ledger.write_bytes(bytes(data))
    from armslength.adapters.store import Store
    from armslength.node.home import open_home

    store = Store(ledger, make=False)  # the control: nothing else was wrong with it
    store.check(open_home(home).key.public)
    store.close()


def test_where_the_port_is_taken_or_the_home_takes_nothing(world: World, tmp_path: Path) -> None:
    home = tmp_path / "other"
    shutil.copytree(world.past.home.path, home)
    text = (home / "node.toml").read_text()
    (home / "node.toml").write_text(text.replace(":9443", f":{world.north.ground}").replace(":8443", ":0"))
    run = [sys.executable, "-m", "armslength", "run", "--home", str(home)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2 and str(world.north.ground) in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    mount = f"mount --bind {home} {home} && mount -o remount,ro,bind {home}"
    unshare = ["unshare", "-m", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*unshare, mount], capture_output=True, check=False).returncode:
        pytest.skip("mounting a folder read-only is not permitted here")
    words = " ".join(run)
    read = subprocess.run(
        [*unshare, f"{mount} && {words}"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert read.returncode == 2 and "ead-only" in read.stderr and "Traceback" not in read.stderr, read.stderr


def test_no_term_is_anywhere_outside_the_vault(world: World) -> None:
    """After whatever other tests did: logs, ledgers, write-ahead logs, plots, metrics, status, and every event.

    The rescue centre that an ADC points at is told to the own officer alone, beside the message.
    """
    texts: dict[str, bytes] = {}
    ear = world.south.stream(after=world.south.latest())
    world.south.ask("send", code="AST", fields={"nature": "MEDICAL"})
    answered = ear.until("received", code="ADC")  # it points at the article that names the rescue centre
    ear.close()
    assert answered.pop("from_terms") == {"rescue_centre": "canary-centre"}
    texts["ADC"] = json.dumps(answered).encode()
    for node in (world.north, world.south):
        assert b"canary" in node.request("POST", "/api/command", _show(world))[2], "the control: it is in the vault"
        for path in ("/metrics", "/api/status", "/api/messages", "/api/alerts", "/api/encounters", "/api/tracks"):
            texts[f"{node.party} {path}"] = node.request("GET", path)[2]
        listed = json.loads(texts[f"{node.party} /api/messages"])["messages"]
        seen = [row.pop("from_terms") for row in listed]
        assert {"rescue_centre": "canary-centre"} in seen
        texts[f"{node.party} /api/messages"] = json.dumps(listed).encode()
        for file in [node.log, *node.home.path.rglob("*")]:
            if file.is_file() and file.suffix != ".age":
                texts[str(file)] = file.name.encode() + file.read_bytes()
        texts[f"{node.party} agreement status"] = json.dumps(node.ask("agreement status")).encode()
        for wrong in ({"provision": "kanarie"}, {"provision": "separation", "from": "2001-01-01T00:00:00Z"}):
            try:
                node.ask("agreement suspend", agreement=world.agreements["South"], **wrong)
            except ArmslengthError as error:
                texts[f"{node.party} {wrong}"] = str(error).encode()
    leaks = {(name, word) for name, text in texts.items() for word in CANARIES if word.encode() in text.lower()}
    assert not leaks
    assert any(name.endswith("ledger.db") for name in texts)
    metrics = texts["North /metrics"].decode()
    assert "armslength_tracks" in metrics
    assert not [name for name in ("South", "West", "East", "Past", "NORTH") if name in metrics]


def _show(world: World) -> str:
    return json.dumps({"verb": "agreement show", "args": {"agreement": world.agreements["South"]}})
