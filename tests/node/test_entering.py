"""The entry first, then the file: a process that is killed between the two finds at its next start what to write."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from armslength.adapters.store import Store, read_only
from armslength.agreement.drafting import first_draft
from armslength.errors import HomeError
from armslength.node.acting import acting
from armslength.node.control import ask
from armslength.node.entering import AGAIN, AloneLedger
from armslength.node.home import Home
from armslength.node.pending import PENDING, kept, waiting
from armslength.protocol.writes import Put
from armslength.units import NS
from node.homes import introduce, make
from node.live.nodes import Node, eventually, ratify
from node.live.nodes import introduce as acquaint

KILLED = """
import os, signal
from armslength.node import agreements
agreements.write_files = lambda home, files: os.kill(os.getpid(), signal.SIGKILL) if files else None
"""


def killed(code: str) -> None:
    """Run `code` in a process that is killed after the entry and before the file; and see that it was."""
    done = subprocess.run([sys.executable, "-c", KILLED + code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def entries(home: Home) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (book, role, payload) of every entry about agreements."""
    found = []
    with read_only(home.ledger) as store:
        for book in store.books():
            for _, _, header, _, payload in store.rows(book):
                kind = json.loads(header)
                if kind["kind"] == "agreement":
                    found.append((book, kind["role"], json.loads(payload)))
    return found


def draft(north: Home, south: Home) -> dict[str, str]:
    now = time.time_ns() // NS * NS
    _, text = first_draft("threes", north.identity, south.identity, now, now + 86_400 * NS, os.urandom(24))
    return {"name": "draft", "file": base64.b64encode(text.encode()).decode()}


def test_without_a_node_a_kill_between_entry_and_file_loses_nothing(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    (tmp_path / "draft.json").write_text(json.dumps(draft(north, south)))
    killed(
        "import json, pathlib\n"
        "from armslength.node.acting import acting\n"
        "from armslength.node.home import open_home\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "acting(open_home(folder / 'north'), 'agreement sign', json.loads((folder / 'draft.json').read_text()))\n"
    )
    (before,) = entries(north)
    assert before[1] == "person" and before[2]["what"] == "proposed"
    assert not list(north.agreements.rglob("*.age"))  # the control: it was killed between the two
    (one,) = acting(north, "agreement status", {})["agreements"]
    assert one["state"] == "proposed" and one["waiting"][0]["digest"] == before[2]["digest"]
    (file,) = north.agreements.rglob("*.age")
    after = [payload for _, _, payload in entries(north)]
    assert after == [before[2], {"what": AGAIN, "file": f"agreements/{before[0]}/{file.name}"}]
    acting(north, "agreement status", {})
    assert len(entries(north)) == 2  # once


def test_an_identity_that_was_entered_is_there_after_a_kill(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    data = base64.b64encode(south.own_identity).decode()
    killed(
        "from pathlib import Path\n"
        "from armslength.node.acting import acting\n"
        "from armslength.node.home import open_home\n"
        f"acting(open_home(Path({str(north.path)!r})), 'identity accept', {{'name': 's', 'file': {data!r}}})\n"
    )
    assert north.counterparts() == {}
    acting(north, "agreement status", {})
    assert north.counterparts() == {"South": south.identity}
    assert [payload["what"] for _, _, payload in entries(north)] == ["identity accepted", AGAIN]


def test_a_running_node_that_is_killed_between_entry_and_file_goes_on_from_the_entry(tmp_path: Path) -> None:
    north, south = Node(tmp_path, "North"), Node(tmp_path, "South")
    acquaint(north, south)
    agreement = ratify(north, south)
    north.set_up({})
    run = KILLED + f"from armslength.cli import app\napp(['run', '--home', {str(north.home.path)!r}])"
    try:
        with north.log.open("ab") as out:
            north.process = subprocess.Popen([sys.executable, "-c", run], stdout=out, stderr=out)
        north.wait()
        held = {path.name: path.read_bytes() for path in north.home.agreements.rglob("*.age")}
        with pytest.raises(HomeError):
            ask(north.home.path, "agreement suspend", {"provision": "disclosure"})
        assert north.process.wait(20.0) == -signal.SIGKILL
        given = entries(north.home)[-1]
        assert given[:2] == (agreement, "person") and given[2]["what"] == "suspended"
        assert held == {path.name: path.read_bytes() for path in north.home.agreements.rglob("*.age")}
        north.start()
        one = north.ask("agreement status")["agreements"][0]
        assert [held["provision"] for held in one["suspensions"]] == ["disclosure"]
        told = [payload["what"] for _, _, payload in entries(north.home)]
        assert told[-2:] == ["suspended", AGAIN]
        assert eventually(lambda: north.line("South")["counterpart"] == "South")
    finally:
        north.stop()
    with Looked(north.home) as store:
        assert store.scan(PENDING) == []
        store.check(north.home.key.public)


class Looked:
    """The store of a home, for a look."""

    def __init__(self, home: Home) -> None:
        self.store = Store(home.ledger, make=False)

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *why: object) -> None:
        self.store.close()


@pytest.mark.parametrize("path", ["identity.key", "agreements/../node.toml", "agreements/none/" + "0" * 32 + ".age"])
def test_what_waits_is_written_nowhere_else(tmp_path: Path, path: str) -> None:
    home = make(tmp_path, "North")
    with Looked(home) as store:
        store.commit([], [Put(PENDING, path, b"planted")])
        with pytest.raises(HomeError, match="cannot be of an agreement"):
            AloneLedger(home, store, 0).finish(home)
        (good,) = kept({"counterparts/South.identity": b"x"})
        store.commit([], [good])
        with pytest.raises(HomeError):
            waiting(store)
