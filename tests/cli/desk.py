"""The desk of an officer: verbs ask a core in memory, whose other side acts when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from armslength.cli import app, waiting
from armslength.errors import HomeError, InputError
from armslength.node import control
from armslength.node.core.inputs import Command
from armslength.node.views import NodeViews
from node.core.pair import Pair, Side

STEP_S = 0.2


@dataclass
class Desk:
    """South's desk. `acts`: (second, act of the other side), reckoned from when something is followed.

    What goes on in the pair while an event is waited for is virtual time: nothing here waits.
    """

    pair: Pair
    runs: bool = True
    acts: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    number: int = 100

    @property
    def side(self) -> Side:
        """The side that sits here."""
        return self.pair.south

    def get(self, home: Path, path: str) -> dict[str, Any]:
        """Answer as the local API does."""
        if not self.runs:
            raise HomeError("No node runs on this home.", where=str(home))
        clock: Any = SimpleNamespace(utc_ns=lambda: self.pair.now.utc_ns, speed=1.0)
        runner: Any = SimpleNamespace(storing=True, hangs=False, steps=1, commits=1, clock=clock)
        views = NodeViews(self.side.core, runner, clock, self.pair.now.utc_ns)
        found = {"messages": [*views.messages()["messages"]]} if path == "/api/messages" else views.status()
        return {**found, "last_event": len(self.side.told)}

    def ask(self, home: Path, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Do a verb."""
        self.get(home, "/api/status")
        self.number += 1
        self.pair.give(self.side, Command(self.number, "duty officer", verb, dict(args)))
        reply = self.side.replies[self.number]
        if "error" in reply:
            raise InputError(**reply["error"])
        return dict(reply)

    def events(self, home: Path, after: int, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield what is told, while the pair lives on."""
        began, told = self.pair.mono, after
        while self.pair.mono - began < seconds:
            while told < len(self.side.told):
                told += 1
                yield {**self.side.told[told - 1], "number": told, "after_s": round(self.pair.mono - began, 3)}
            self.pair.run(STEP_S)
            for at, act in [one for one in self.acts if one[0] <= self.pair.mono - began]:
                self.acts.remove((at, act))
                act()

    def north(self, verb: str, **args: Any) -> dict[str, Any]:
        """Let the other side do something."""
        self.number += 1
        self.pair.give(self.pair.north, Command(self.number, "duty officer", verb, args))
        return dict(self.pair.north.replies[self.number])

    def latest(self, code: str) -> str:
        """Return the id of the newest message of `code` that came to the other side."""
        return str(self.pair.north.heard("received", code=code)[-1]["id"])

    def type(self, *words: str) -> Result:
        """Type a verb. What is raised stands in `exception`."""
        return CliRunner().invoke(app, [*words])


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk whose line is open."""
    made = Desk(Pair())
    made.pair.mend()
    made.pair.run(1.0)
    monkeypatch.setattr(control, "get", made.get)
    monkeypatch.setattr(control, "ask", made.ask)
    monkeypatch.setattr(waiting, "events", made.events)
    monkeypatch.setattr(control, "running_at", lambda home: ("127.0.0.1", 1) if made.runs else None)
    return made
