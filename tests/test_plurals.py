"""What people read counts one thing as one: "1 message", never "1 messages"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from armslength.units import counted

SOURCE = Path(__file__).parents[1] / "src" / "armslength"
FLOORS = ("cli", "node", "report", "engine", "agreement", "wording", "adapters/store", "adapters/plot_store")
THINGS = (
    "alert", "call", "checkpoint", "encounter", "frame", "line", "message", "plot", "row", "state", "track"
)  # fmt: skip
NAKED = re.compile(rf"\}} (?:(?!of )[a-z]+ )?(?:{'s|'.join(THINGS)}s|entries|passes|misses|aircraft are)\b")
TOLD_OTHERWISE = {
    "cli/bench_",  # figures of runs whose sizes are set
    "cli/messages.py: {len(found)} messages",  # never one: see there
    "node/core/messages.py: {code} answers messages",  # a verb
    "engine/watch/watch.py: {rows} rows",  # a fault of the caller, not of a person
}


def naked(text: str) -> Iterator[str]:
    """Yield f-strings of a source text that put a plural behind a value that may be one."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            said = ast.unparse(node)
            for found in NAKED.finditer(said):
                value = said[said.rfind("{", 0, found.start()) : found.start() + 1]
                if "counted" not in value:
                    yield f"{value}{said[found.start() + 1 : found.end()]}"


def test_one_thing_is_one() -> None:
    assert [counted(1, "message"), counted(0, "message"), counted(1204, "message")] == [
        "1 message",
        "0 messages",
        "1,204 messages",
    ]
    assert counted(1, "entry", "entries") == "1 entry" and counted(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize("floor", FLOORS)
def test_no_plural_stands_behind_a_number_that_may_be_one(floor: str) -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {one}"
        for path in sorted((SOURCE / floor).rglob("*.py"))
        for one in naked(path.read_text("utf-8"))
    ]
    assert [one for one in found if not any(one.startswith(known) for known in TOLD_OTHERWISE)] == []


def test_the_check_can_see_one() -> None:
    assert list(naked('f"{n} messages wait"')) == ["{n} messages"]
    assert list(naked('f"{waiting} urgent messages of {name}"')) == ["{waiting} urgent messages"]
    assert list(naked("f\"{counted(n, 'message')} of it\"")) == []
