"""`armslength duty` and `armslength voice`: what they ask of the node, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from armslength.cli import app
from armslength.errors import HomeError
from armslength.node import control

RUN = CliRunner()
ON = {"watch": "RED", "languages": ["English"], "since": "2026-03-03T09:00:00Z", "says": "", "was": "", "ringing": 2}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Return what the node is asked for; it answers as a node does."""
    found: list[tuple[str, dict[str, Any]]] = []

    def ask(home: Path, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
        found.append((verb, dict(args)))
        if verb == "voice":
            return {"id": "voice:deal#3", "by": "NORTH", "with": "SOUTH POST", "note": "none", **args}
        return {"id": "sha256:" + "ab" * 32, "by": "SOUTH", "says": "waiting"} if verb in {"hold", "flag"} else dict(ON)

    monkeypatch.setattr(control, "ask", ask)
    return found


def test_each_verb_asks_for_what_it_says(asked: list[tuple[str, dict[str, Any]]]) -> None:
    for words in (
        ["duty", "on", "RED", "--languages", "English,Russian"],
        ["duty", "hand-over", "BLUE"],
        ["duty", "hold", "abababab", "--reason", "named-person"],
        ["duty", "flag", "abababab"],
        ["voice", "F1", "RCK", "--answer", "RCR", "--readability", "4", "--with", "SOUTH POST"],
        ["voice", "121.500", "IDQ", "--theirs", "--note", "weak"],
    ):
        done = RUN.invoke(app, words)
        assert done.exit_code == 0 and done.output, (words, done.output)
    assert asked == [
        ("duty on", {"watch": "RED", "languages": "English,Russian"}),
        ("duty hand-over", {"watch": "BLUE"}),
        ("hold", {"id": "abababab", "reason": "named-person"}),
        ("flag", {"id": "abababab"}),
        (
            "voice",
            {"medium": "F1", "code": "RCK", "answer": "RCR", "by": "own", "readability": 4, "with": "SOUTH POST"},
        ),
        ("voice", {"medium": "121.500", "code": "IDQ", "answer": "none", "by": "theirs", "note": "weak"}),
    ]


def test_what_still_rings_is_said_at_a_hand_over(asked: list[tuple[str, dict[str, Any]]]) -> None:
    done = RUN.invoke(app, ["duty", "hand-over", "RED"])
    assert "Watch RED on duty" in done.output and "Not taken yet: 2." in done.output
    assert '"watch": "RED"' in RUN.invoke(app, ["duty", "hand-over", "RED", "--json"]).output


def test_status_says_what_rings_and_fails_where_nobody_is_on_duty(monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"counterpart": "SOUTH", "unanswered": ["sha256:" + "cd" * 32], "overdue": []}
    status = {"duty": ON, "lines": [line]}
    monkeypatch.setattr(control, "get", lambda home, path: status)
    done = RUN.invoke(app, ["duty", "status"])
    assert done.exit_code == 0 and "1 call of SOUTH not taken: cdcdcdcd" in done.output
    status["duty"] = {"watch": None, "languages": [], "since": None, "says": "No watch is on duty."}
    done = RUN.invoke(app, ["duty", "status"])
    assert done.exit_code == 1 and "No watch is on duty" in done.output


def test_without_a_node_it_is_said(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["voice", "F1", "RCK", "--home", str(tmp_path)])
    assert isinstance(done.exception, HomeError)
