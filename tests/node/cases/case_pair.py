"""Two cores with a desk each that gathers, encrypts and opens made-up evidence; and what officers do in short words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from armslength.crypto.canonical import digest
from armslength.domain.case import File
from armslength.node.core.cases import Cases
from armslength.node.core.inputs import Command, Input
from node.core.pair import BEGIN_NS, Pair, Side

PIECES = (b"x" * 24_000, b"y" * 9_000)


class CasePair(Pair):
    """NORTH and SOUTH, an agreement in force, a line that is open; both have desks."""

    desks: tuple[str, ...] = ("NORTH", "SOUTH")
    """Sides whose desk answers."""
    holds: bool = True
    """What comes of opening evidence."""

    def __init__(self, **more: Any) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._said = 1000
        super().__init__(**more)
        self.mend()
        self.run(2.0)

    def give(self, side: Side, one: Input) -> None:
        """Step, commit, send; then the desk answers what it is asked."""
        step, wanted = side.core.step, []

        def stepped(one: Any, now: Any) -> Any:
            effects = step(one, now)
            wanted.extend(effects.desk)
            return effects

        side.core.step = stepped  # type: ignore[method-assign]
        try:
            super().give(side, one)
        finally:
            del side.core.step
        for ask in wanted:
            self.asked.append((side.party, ask))
            if side.party in self.desks:
                self._said += 1
                self.give(side, Command(self._said, "node", "case desk", self.answer(side, ask)))

    def answer(self, side: Side, ask: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the desk answers."""
        about = {"counterpart": ask["counterpart"], "case": ask["case"], "says": "2 tracks, 300 samples", "file": "f"}
        if ask["do"] == "gather":
            root = hashlib.sha256(f"{side.party} {ask['case']}".encode()).hexdigest()
            return {**about, "what": "gathered", "root": root, "leaves": 64}
        if ask["do"] == "disclose":
            return {**about, "what": "disclosed", "parts": list(PIECES), "whole": digest(b"".join(PIECES))}
        assert tuple(ask["data"]) == PIECES
        return {**about, "what": "opened", "holds": self.holds}

    def ask(self, side: Side, verb: str, role: str = "duty officer", **args: Any) -> dict[str, Any]:
        """Do what a person asks; return the answer, an error as {"error": ...}."""
        self._said += 1
        number = self._said
        self.give(side, Command(number, role, verb, args))
        return dict(side.replies[number])

    def do(self, side: Side, verb: str, **args: Any) -> dict[str, Any]:
        """Do what two persons ask, and let it come across."""
        done = self.ask(side, verb, person="first", **args)
        if "waiting" in done:
            done = self.ask(side, "case confirm", id=done["waiting"], person="second")
        assert "error" not in done, done
        self.run(1.0)
        return done

    def open(self, side: Side, severity: str = "SEV1", **more: Any) -> str:
        """Open a case about ten seconds ago, and return its number."""
        args = {"at_ns": str(self.now.utc_ns - 10 * 10**9), "lat": 35.1, "lon": 36.2, "rules": "G05"}
        return str(self.do(side, "case open", severity=severity, **{**args, **more})["case"])

    def cases(self, side: Side) -> Cases:
        """Return the cases of a side."""
        return side.core.lines[self.other(side).party].cases

    def file(self, side: Side, case: str = "") -> File:
        """Return a case (the only one) as a side sees it."""
        files = self.cases(side).files
        if not case:
            (file,) = files.values()
            return file
        return files[self.cases(side).number_of(case)]

    def both(self) -> list[Any]:
        """Return what each side sees of all its cases, in all that must be the same."""
        return [
            sorted(
                (f.case, f.also, f.state.name, f.under.name, sorted(f.stamps.items()), sorted(f.misplaced.items()),
                 [one.digest for one in f.documents])
                for f in self.cases(side).files.values()
            )
            for side in (self.north, self.south)
        ]  # fmt: skip

    def says(self, side: Side) -> list[str]:
        """Return what a side's officer was told about cases."""
        return [str(one["says"]) for one in side.heard("case")]

    def entries(self, side: Side, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of the entries of that kind."""
        held = side.store.entries.get(self.agreement, [])
        return [json.loads(one.payload) for one in held if one.entry.kind == kind]


LIFE = (
    ("open", "open"),
    ("sealed", "sealed"),
    ("report", "reported"),
    ("acknowledge", "acknowledged"),
    ("answer", "answered"),
    ("session", "session"),
    ("find", "joint finding"),
    ("measure", "measures"),
    ("close", "closed"),
)
"""Steps in the life of a case, and the state that each leads to."""
SAID = {"text": "It crossed ahead.", "language": "en"}


def live(pair: CasePair, step: str, two: bool = False) -> None:
    """Take one step in the life of the only case."""
    north, south = pair.north, pair.south
    case = "N-0001"
    if step == "open":
        pair.desks = ()
        pair.open(north)
    elif step == "sealed":
        pair.desks = ("NORTH", "SOUTH")
        pair.run(150.0)
    elif step == "report":
        pair.do(north, "case report", case=case, headline="Crossing of the nose", **SAID)
    elif step == "acknowledge":
        pair.do(south, "case acknowledge", case=case)
    elif step == "answer":
        pair.do(south, "case answer", case=case, answer="dispute", **SAID)
    elif step == "session":
        pair.do(north, "case session", case=case, medium="video", agenda="extraordinary")
    elif step == "find":
        pair.do(north, "case propose", case=case, letter="B", **SAID)
        if two:
            pair.do(south, "case propose", case=case, letter="C", own=True, **SAID)
        else:
            pair.do(south, "case sign", case=case)
    elif step == "measure":
        due = str(BEGIN_NS + 10**18)
        pair.do(south, "case measure", case=case, due_ns=due, **SAID)
    else:
        pair.do(north, "case close", case=case)
        pair.do(south, "case close", case=case)
