"""Everything that leaves passes one gate: held over the code itself, and over what a core sends."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import armslength
from armslength.agreement.rules import GATE, may_disclose
from armslength.protocol.catalogue import CATALOGUE
from armslength.protocol.frames import _MEMBERS as KINDS

ROOT = Path(armslength.__file__).parent
LEAVING = {"connected", "send", "mark", "offer", "offer_checkpoint", "countersign"}
"""What makes a Peer send: what somebody wants said, and the connection on which it greets, pings and acknowledges."""
DOORS = {("node/core/line.py", name) for name in ("connected", "send", "mark", "offer")} | {
    ("node/core/witness.py", name) for name in ("offer_checkpoint", "countersign")
}
"""The only places that may ask a Peer for it, each behind the gate."""
PEERLESS = {"protocol/peer.py", "bench", "demo"}
"""The Peer itself, and what plays one to measure: no node."""


def asked(source: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (function, what is asked of a peer, whether the gate is asked in that function or by its callers)."""
    for function in (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)):
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
        gated = any(_name(one) in {"ruling", "may_disclose"} for one in calls)
        for call in calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in LEAVING and _name(call.func.value) == "peer":
                yield function.name, call.func.attr, gated


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def found() -> dict[tuple[str, str], list[tuple[str, bool]]]:
    """Return every call of a peer that makes something leave, by file and what it is."""
    out: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if where not in PEERLESS and where.split("/")[0] not in PEERLESS:
            for function, what, gated in asked(path.read_text()):
                out.setdefault((where, what), []).append((function, gated))
    return out


def test_a_peer_is_asked_to_send_only_behind_the_gate() -> None:
    calls = found()
    assert calls.keys() == DOORS
    bare = [(where, function) for where, several in calls.items() for function, gated in several if not gated]
    assert bare == []


@pytest.mark.parametrize(
    ("source", "gated"),
    [
        ("def f(self):\n    self.peer.send(1)", False),
        ("def f(line):\n    line.peer.countersign(1)", False),
        ("def f(line):\n    if line.ruling('mark').allowed:\n        line.peer.mark(1)", True),
    ],
)
def test_the_look_at_the_code_sees_what_it_should(source: str, gated: bool) -> None:
    """The control."""
    assert [one[2] for one in asked(source)] == [gated]


def test_every_code_and_every_kind_of_frame_stands_in_the_gate() -> None:
    assert CATALOGUE.keys() <= GATE.keys()
    own = {"hello": "hello", "ping": "ping", "pong": "ping", "taken": "mark", "document": "agreement"}
    kinds = own | {"checkpoint": "checkpoint", "countersigned": "checkpoint"}
    assert KINDS.keys() == kinds.keys(), "a new kind of frame needs its line in the gate"
    assert set(kinds.values()) <= GATE.keys()


@pytest.mark.parametrize("what", ["hello", "ping", "mark", "agreement", "GCK"])
def test_what_a_peer_does_by_itself_may_always_leave(what: str) -> None:
    assert may_disclose(None, frozenset(), what, automatic=True).allowed


def test_what_nobody_has_thought_of_does_not_leave() -> None:
    assert not may_disclose(None, frozenset(), "picture", automatic=False, role="duty officer").allowed
