"""The one way out: every frame, over the ground line or a frequency, passes the gate here, by its kind, as it leaves.

What a person or the node wants said has passed it before, when it was written (`Line.send`, `Line.mark`), by who said
it. Here it is asked again under what is in force and suspended now. What was written before a suspension and has not
been received waits until that is over, and whatever else is said passes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from armslength.agreement.rules import Ruling
from armslength.node.core.effects import Effects
from armslength.protocol.catalogue import CATALOGUE
from armslength.protocol.events import Now, Output
from armslength.protocol.leaving import FRAMES

if TYPE_CHECKING:
    from armslength.node.core.line import Line

__all__ = ["Exit"]


class Exit:
    """The way out to one counterpart. Rulings are asked for once, until what is in force or suspended changes."""

    def __init__(self) -> None:
        self._rulings: dict[str, bool] = {}
        self._told: set[str] = set()

    def changed(self, line: Line, effects: Effects, now: Now) -> None:
        """Something else is in force, or suspended: ask for every kind anew, and hold messages that may not leave."""
        self._rulings = {}
        held: dict[str, Ruling] = {}
        if line.agreed.terms is not None:
            rulings = {code: _ruling(line, code) for code in CATALOGUE}
            held = {code: ruling for code, ruling in rulings.items() if not ruling.allowed}
        self._told &= held.keys()
        line.peer.hold(frozenset(held))
        for code in sorted(held.keys() & {one.code for one in line.peer.waiting()}):
            self._withhold(code, held[code], line, effects, now)

    def let_out(self, line: Line, out: Output, effects: Effects, now: Now) -> None:
        """Let out what of `out` may leave. What may not is entered, once, and dropped: it is sent later, or never."""
        for at, (path, frame) in enumerate(out.frames):
            if self._may(frame.kind, line, effects, now):
                effects.frames.append((path, frame, at < out.urgent))
        for channel, frame, rank, message in out.air:
            if self._may(frame.kind, line, effects, now):
                effects.air.append((line.name, channel, frame, rank, message))

    def _may(self, kind: str, line: Line, effects: Effects, now: Now) -> bool:
        """Return whether frames of `kind` may leave now."""
        known = self._rulings.get(kind)
        if known is None:
            ruling = _ruling(line, kind)
            known = self._rulings[kind] = ruling.allowed
            if not known:
                self._withhold(kind, ruling, line, effects, now)
        return known

    def _withhold(self, kind: str, ruling: Ruling, line: Line, effects: Effects, now: Now) -> None:
        """Enter and tell, once, that what is of `kind` stays."""
        if kind in self._told:
            return
        self._told.add(kind)
        what = {"code": kind, "article": ruling.article, "why": ruling.why, "automatic": kind in FRAMES}
        line.books.enter(effects, line.book, "withheld", what, now.utc_ns)
        says = f"What waited does not leave: {ruling.why}"
        effects.tells.append({"event": "withheld", "counterpart": line.name, "code": kind, "says": says})


def _ruling(line: Line, kind: str) -> Ruling:
    """Ask the gate about a frame as it leaves: by whom a message was said was asked for when that was done."""
    by_itself = kind in FRAMES
    return line.ruling(kind, automatic=by_itself, role="" if by_itself else "person")
