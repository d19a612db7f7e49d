"""The one way out: every frame, over the ground line or a frequency, passes the gate here, by its kind, as it leaves.

What a person or the node wants said has passed it before, when it was written (`Line.send`, `Line.mark`), by who said
it. Here it is asked again under what is in force and suspended now: so what waited through a suspension does not leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from armslength.node.core.effects import Effects
from armslength.protocol.events import Now, Output
from armslength.protocol.leaving import FRAMES

if TYPE_CHECKING:
    from armslength.node.core.line import Line

__all__ = ["Exit"]


class Exit:
    """The way out to one counterpart. Rulings are asked for once, until what is in force or suspended changes."""

    def __init__(self) -> None:
        self._rulings: dict[str, bool] = {}

    def changed(self) -> None:
        """Something else is in force, or suspended: every kind is asked for anew."""
        self._rulings = {}

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
            # that of a message was asked for by who said it; a person may say whatever its code lets anybody say
            ruling = line.ruling(kind, automatic=kind in FRAMES, role="" if kind in FRAMES else "person")
            known = self._rulings[kind] = ruling.allowed
            if not known:
                what = {"code": kind, "article": ruling.article, "why": ruling.why, "automatic": kind in FRAMES}
                line.books.enter(effects, line.book, "withheld", what, now.utc_ns)
                says = f"What waited does not leave: {ruling.why}"
                effects.tells.append({"event": "withheld", "counterpart": line.name, "code": kind, "says": says})
        return known
