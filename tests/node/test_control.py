"""What a node that was killed left behind misleads nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from armslength.errors import HomeError
from armslength.node.control import KILLED, RUNNING, get, myself, running_at


class Answers(BaseHTTPRequestHandler):
    """Somebody else's server on the port of a node that is gone."""

    def do_GET(self) -> None:
        """Answer as if it were a node."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"healthy": true}')

    def log_message(self, *what: object) -> None:
        """Say nothing."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "api.token").write_text("x")
    return tmp_path


def write(home: Path, **what: object) -> None:
    (home / RUNNING).write_text(json.dumps({"host": "127.0.0.1", "port": 1, **what}))


def test_a_node_that_lives_is_found(home: Path) -> None:
    write(home, **myself())
    assert running_at(home) == ("127.0.0.1", 1)


def test_the_number_of_another_process_is_no_node(home: Path) -> None:
    """Process numbers come round: this process lives, but is not the one that was born then."""
    write(home, **{**myself(), "born": "another start"})
    assert running_at(home) is None
    with pytest.raises(HomeError, match="did not stop by itself"):
        get(home, "/api/status")


def test_a_killed_process_is_no_node_although_somebody_answers_on_its_port(home: Path) -> None:
    say = (
        "import json, sys; from armslength.node.control import myself; print(json.dumps(myself()), flush=True); input()"
    )
    process = subprocess.Popen([sys.executable, "-c", say], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        write(home, **{**told, "port": server.server_port})
        assert get(home, "/api/status") == {"healthy": True}  # the control: while it lives, it is asked
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has fetched it yet
        assert running_at(home) is None
        process.communicate()
        with pytest.raises(HomeError) as caught:
            get(home, "/api/status")
        assert caught.value.what == KILLED and "armslength run" in caught.value.remedy
    finally:
        server.shutdown()
        server.server_close()
        process.kill()
        process.wait()


def test_where_nothing_ever_ran_that_is_what_is_said(home: Path) -> None:
    with pytest.raises(HomeError) as caught:
        get(home, "/api/status")
    assert caught.value.what == "No node runs on this home."


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"host": 1}', '{"port": "x", "host": "y"}'])
def test_a_damaged_file_is_no_node(home: Path, text: str) -> None:
    (home / RUNNING).write_text(text)
    assert running_at(home) is None


def test_from_another_space_of_processes_the_file_is_believed(home: Path) -> None:
    """Numbers do not count across containers: there the port is asked."""
    write(home, **{**myself(), "born": "another start", "space": "pid:[1]"})
    assert running_at(home) == ("127.0.0.1", 1)
