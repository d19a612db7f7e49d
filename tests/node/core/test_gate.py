"""Everything that leaves passes one gate: held over the code itself, and over what cores and peers send."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import armslength
from armslength.agreement import rules
from armslength.agreement.rules import GATE, may_disclose
from armslength.agreement.terms import default_terms
from armslength.crypto.canonical import canonical
from armslength.errors import LocalProtocolError
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Command, Standings
from armslength.node.core.leaving import Exit
from armslength.node.core.line import Line
from armslength.protocol.catalogue import CATALOGUE
from armslength.protocol.events import Output
from armslength.protocol.frames import _MEMBERS as PLAIN
from armslength.protocol.frames import plain
from armslength.protocol.leaving import FRAMES, Frame
from node.core.pair import Pair, Side

ROOT = Path(armslength.__file__).parent
SAYING = {"send", "mark"}
"""What makes a Peer say something that somebody wants said."""
DOORS = {("node/core/line.py", name) for name in SAYING}
"""The only places that may ask a Peer for it, each behind the gate."""
PEERLESS = {"protocol/peer.py", "bench", "demo"}
"""The Peer itself, and what plays one to measure: no node."""
EXIT = "node/core/leaving.py"
"""The only place that may put bytes among what leaves."""
NEED_TERMS = {"checkpoint", "countersigned", "pieces", "facts", "case"}
"""Kinds of frames that leave under an agreement alone."""
EMG = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT"}
MON = {"freq_id": "F1", "how": "MONITOR"}
BLK = {"article": "BLOCK", "geometry_id": 1, "version": 1}
CARRIES = {EXIT, "node/core/effects.py", "node/runner.py"}


def sources() -> Iterator[tuple[str, str]]:
    """Yield (path below the package, source) of everything that is a node or a part of one."""
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if where not in PEERLESS and where.split("/")[0] not in PEERLESS:
            yield where, path.read_text()


def asked(source: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (function, what is asked of a peer, whether the gate is asked in that function)."""
    for function in (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)):
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
        gated = any(_name(one) in {"ruling", "may_disclose"} for one in calls)
        for call in calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in SAYING and _name(call.func.value) == "peer":
                yield function.name, call.func.attr, gated


def ways_out(source: str) -> list[str]:
    """Return what of a source reaches for the bytes that leave: `effects.frames` and `effects.air`."""
    found = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Attribute)]
    return [one.attr for one in found if one.attr in {"frames", "air"} and _name(one.value) == "effects"]


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_a_peer_is_asked_to_say_something_only_behind_the_gate() -> None:
    found = {(where, what): gated for where, source in sources() for _, what, gated in asked(source)}
    assert found.keys() == DOORS
    assert all(found.values())


def test_bytes_leave_a_core_in_one_place() -> None:
    assert {where for where, source in sources() if ways_out(source)} <= CARRIES
    assert ways_out((ROOT / EXIT).read_text()) == ["frames", "air"]


@pytest.mark.parametrize(
    ("source", "gated"),
    [
        ("def f(self):\n    self.peer.send(1)", False),
        ("def f(line):\n    line.peer.mark(1)", False),
        ("def f(line):\n    if line.ruling('mark').allowed:\n        line.peer.mark(1)", True),
    ],
)
def test_the_look_at_the_code_sees_what_it_should(source: str, gated: bool) -> None:
    """The control."""
    assert [one[2] for one in asked(source)] == [gated]
    assert ways_out("def f(effects):\n    effects.air += [1]\n    effects.frames.append(2)") == ["air", "frames"]


def test_every_code_and_every_kind_of_frame_stands_in_the_gate() -> None:
    assert GATE.keys() == CATALOGUE.keys() | FRAMES.keys()
    assert PLAIN.keys() <= FRAMES.keys(), "a new kind of frame needs its line in the gate"
    assert not CATALOGUE.keys() & FRAMES.keys()


@pytest.mark.parametrize("kind", ["picture", "", "hello ", "Mark", "agreement"])
def test_of_a_kind_without_a_ruling_there_is_no_frame(kind: str) -> None:
    with pytest.raises(LocalProtocolError, match="does not rule"):
        Frame(kind, b"anything")
    with pytest.raises(LocalProtocolError):
        plain(kind, n=1)


def test_with_a_ruling_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the gate that decides, and a frame is its bytes."""
    monkeypatch.setattr("armslength.protocol.leaving.GATE", {**GATE, "picture": GATE["ping"]})
    frame = plain("picture", n=1)
    assert frame == canonical({"kind": "picture", "n": 1}) and frame.kind == "picture"


@pytest.mark.parametrize("kind", [one for one in FRAMES if one not in NEED_TERMS])
def test_what_a_peer_does_by_itself_may_always_leave(kind: str) -> None:
    assert may_disclose(None, frozenset(), kind, automatic=True).allowed


def test_cases_leave_by_themselves_under_an_agreement_and_facts_under_any_suspension() -> None:
    for kind in ("facts", "case"):
        assert not may_disclose(None, frozenset(), kind, automatic=True).allowed
        assert may_disclose(default_terms(), frozenset(), kind, automatic=True).allowed
    assert may_disclose(default_terms(), {"working_group"}, "facts", automatic=True).allowed
    assert not may_disclose(default_terms(), {"working_group"}, "case", automatic=True).allowed


def test_what_nobody_has_thought_of_does_not_leave() -> None:
    assert not may_disclose(None, frozenset(), "picture", automatic=False, role="duty officer").allowed


@pytest.mark.parametrize("kind", sorted(GATE))
def test_every_kind_is_asked_for_as_it_leaves_and_stays_where_the_gate_says_so(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, exit_, seen = Pair(), Exit(), []
    line, plenty = pair.north.core.lines["SOUTH"], Output(frames=(("a", Frame(kind, b"x")),) * 3, urgent=2)
    over = Output(air=(("F1", Frame(kind, b"x"), 0, ""),))
    real = rules.may_disclose

    def gate(terms: Any, suspended: Any, what: str, **more: Any) -> Any:
        seen.append(what)
        ruling = real(terms, suspended, what, **more)
        return replace(ruling, allowed=False) if stops else ruling

    monkeypatch.setattr("armslength.node.core.line.may_disclose", gate)
    stops, effects = False, Effects()
    for out in (plenty, over):
        exit_.let_out(line, out, effects, pair.now)
    assert seen == [kind], "it is asked for once, not for each frame"
    assert effects.frames == [("a", b"x", True), ("a", b"x", True), ("a", b"x", False)]
    assert effects.air == [("SOUTH", "F1", b"x", 0, "")] and not effects.entries
    stops, effects = True, Effects()
    exit_.changed(line, Effects(), pair.now)
    seen.clear()
    for out in (plenty, over):
        exit_.let_out(line, out, effects, pair.now)
    assert not effects.frames and not effects.air
    assert [one.entry.kind for _, one in effects.entries] == ["withheld"], "it is said once"
    assert [one["code"] for one in effects.tells] == [kind]


def test_what_two_nodes_send_each_other_passes_by_kinds_of_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, kinds = Pair(), set[str]()

    def let_out(self: Exit, line: Line, out: Output, effects: Effects, now: Any) -> None:
        real(self, line, out, effects, now)
        kinds.update(frame.kind for _, frame, _ in effects.frames)

    real = Exit.let_out
    monkeypatch.setattr(Exit, "let_out", let_out)
    pair.mend()
    pair.give(pair.north, Command(1, "duty officer", "check", {}))
    pair.run(70.0)
    assert {"hello", "proof", "ping", "pong", "mark", "checkpoint", "countersigned", "GCK", "GCR"} <= kinds <= set(GATE)


def payloads(side: Side, kind: str) -> list[dict[str, Any]]:
    """Return what entries of that kind say."""
    return [json.loads(one.payload) for one in side.store.entries["river-2026"] if one.entry.kind == kind]


def test_what_leaves_names_its_article_where_it_is_entered() -> None:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    pair.give(pair.north, Command(1, "duty officer", "send", {"code": "EMG", "fields": EMG}))
    pair.run(1.0)
    pair.give(pair.south, Command(2, "duty officer", "mark", {"id": pair.north.replies[1]["id"], "mark": "UNDERSTOOD"}))
    pair.run(1.0)
    assert [one["article"] for one in payloads(pair.south, "mark out")] == ["answering"]
    said = payloads(pair.north, "message out") + payloads(pair.south, "message out")
    assert {one["code"]: one["article"] for one in said} == {
        "GCK": "ground_line",
        "GCR": "ground_line",
        "EMG": "emergency",
    }


@pytest.mark.parametrize("restart", [False, True])
def test_what_waited_when_it_was_suspended_does_not_leave_while_it_is_and_holds_up_nothing(restart: bool) -> None:
    pair, waiting = Pair(), 40
    pair.mend()
    pair.run(2.0)
    pair.cut()
    for number in range(waiting):
        pair.give(pair.north, Command(number, "duty officer", "send", {"code": "MON", "fields": MON}))
        assert "error" not in pair.north.replies[number]
    suspended = Standings((pair.agreed(pair.north, suspended=frozenset({"frequency"})),))
    pair.give(pair.north, suspended)
    if restart:
        pair.restart(pair.north)
        pair.give(pair.north, suspended)
    pair.mend()
    for number in (90, 91):
        pair.give(pair.north, Command(number, "duty officer", "check", {}))
        pair.give(pair.north, Command(number + 5, "duty officer", "send", {"code": "BLK", "fields": BLK}))
        assert "error" not in pair.north.replies[number + 5], pair.north.replies[number + 5]
        pair.run(15.0)
    assert not pair.south.heard("received", code="MON")
    assert len(pair.south.heard("received", code="GCK")) >= 3, "of another precedence"
    assert len(pair.south.heard("received", code="BLK")) == 2, "of the same"
    told = [(t["code"], t["says"].split(": ")[0]) for t in pair.north.heard("withheld")]
    assert told == [("MON", "What waited does not leave")] * (2 if restart else 1), "once, and again after a start"
    assert {one["article"] for one in payloads(pair.north, "withheld")} == {"frequency"}
    pair.give(pair.north, Standings((pair.agreed(pair.north),)))
    pair.run(60.0)
    assert len(pair.south.heard("received", code="MON")) == waiting, "the control: resumed, all of it leaves"
    assert not pair.north.heard("evidence") and not pair.south.heard("evidence")
