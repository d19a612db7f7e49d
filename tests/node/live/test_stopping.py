"""SIGTERM while a person goes on typing: every command is answered in JSON or not taken, and the log stays clean."""

from __future__ import annotations

import http.client
import json
import signal
import sys
import threading
from pathlib import Path

import pytest

from node.live.nodes import Node

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs signals as Linux has them")


def test_whatever_is_asked_while_a_node_stops_is_answered_in_json_or_not_taken(tmp_path: Path) -> None:
    node = Node(tmp_path, "North")
    node.set_up({})
    node.start()
    answers: list[tuple[int, bytes]] = []

    def type_on() -> None:
        body = json.dumps({"verb": "duty on", "args": {"watch": "RED", "languages": "English"}})
        while True:
            try:
                status, _, data = node.request("POST", "/api/command", body)
            except (OSError, http.client.HTTPException):
                return  # the API is closed
            answers.append((status, data))

    listener = node.stream()
    typing = [threading.Thread(target=type_on) for _ in range(3)]
    for one in typing:
        one.start()
    assert node.signal(signal.SIGTERM) == 0
    for one in typing:
        one.join()
    assert list(listener) is not None  # it ends
    listener.close()
    for status, data in answers:
        assert status in {200, 422, 503} and isinstance(json.loads(data), dict), (status, data)
    refused = [json.loads(data)["error"]["what"] for status, data in answers if status == 503]
    assert refused and all("stopping" in what for what in refused)
    log = node.log.read_text()
    assert "Traceback" not in log and "Cancel" not in log and "never retrieved" not in log, log
    assert log.endswith("Stopped. Everything that was said is in the ledger.\n")
