"""What the shell offers behind mark, readback, voice, suspend: as the shell asks for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from armslength.cli import app
from armslength.node import control
from cli.desk import Desk, desk

__all__ = ["desk"]


def offered(typed: str) -> list[str]:
    """Return the words that zsh is offered at the end of `typed`, in their order."""
    asks = {"_ARMSLENGTH_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"armslength {typed}"}
    told = CliRunner().invoke(app, [], env=asks, prog_name="armslength").output
    return [found.replace("\\", "") for found in re.findall(r'"([^"]*)"(?::"[^"]*")?', told)]


def test_mark_offers_what_came_in_and_can_be_marked_newest_first(desk: Desk) -> None:
    def came(code: str) -> str:
        return str(desk.side.heard("received", code=code)[-1]["id"]).removeprefix("sha256:")[:8]

    desk.north("check")
    desk.north("send", code="CLB", fields={"to_level_ft": 25000, "to_level_datum": "STANDARD"}, valid_for="60 s")
    desk.pair.run(1.0)
    desk.north("send", code="STP", fields={"kind": "LASER"})
    desk.type("call", "STP", "kind=laser")
    desk.pair.run(1.0)
    stp, clb = came("STP"), came("CLB")
    assert offered("mark ") == [stp, clb]
    assert offered(f"mark {clb[:4]}") == [clb] and offered("readback ") == [clb]
    assert came("GCK") in offered("duty flag ") and len(offered("call ROG --ref ")) > 2
    assert offered(f"mark {stp} ") == ["understood", "relayed"]
    assert desk.type("mark", stp, "relayed").exit_code == 0
    assert offered("mark ") == [clb], "RELAYED is the last mark that there is"


def test_voice_offers_channels_codes_and_what_answers_them(desk: Desk) -> None:
    assert offered("voice ") == [
        *(one.id for one in desk.pair.terms.frequencies),
        "121.500",
        "243.000",
        "TELEPHONE",
    ]
    assert offered("voice F1 rc") == ["rck", "rcr"]
    assert offered("voice F1 RCK --answer ")[-1] == "none" and "RCR" in offered("voice F1 RCK --answer ")
    assert "ADC" not in offered("voice F1 RCK --answer ") and "ADC" in offered("voice F1 AST --answer ")
    assert offered("voice F1 RCK --note ") == ["noise", "weak", "distorted", "broken", "interference"]
    assert offered("voice F1 RCK --counterpart ") == ["NORTH"]
    desk.runs = False
    assert offered("voice ") == ["121.500", "243.000", "TELEPHONE"]


@pytest.mark.parametrize("verb", ["suspend", "resume"])
def test_the_provisions_that_can_be_suspended_are_offered(verb: str) -> None:
    assert offered(f"agreement {verb} --provision dis") == ["disclosure"]
    assert len(offered(f"agreement {verb} --provision ")) == 8


def test_the_reasons_to_hold_an_answer_are_offered(desk: Desk) -> None:
    assert offered("duty hold 12345678 --reason ")[:2] == ["named-person", "interpreter"]


def test_the_home_is_found_behind_an_option_that_has_no_value_yet(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(home: Path, path: str) -> dict[str, Any]:
        asked.append(str(home))
        return desk.get(home, path)

    monkeypatch.setattr(control, "get", get)
    for typed in ("mark --home south ", "call ROG --home south --ref "):
        asked.clear()
        offered(typed)
        assert asked == ["south"], typed
