"""How long this node waits for the other side: what the terms in force say, in time for it to be kept.

The terms say when the line counts as gone at the latest. Between a limit and the moment at which somebody is told lie
the time that the loop and the disk take, and up to one ping: so silence is acted on at a part of the limit.
"""

from __future__ import annotations

from dataclasses import replace

from armslength.agreement.terms import Terms
from armslength.protocol.events import Timing

__all__ = ["PART_OF_FREEZE", "PART_OF_VANISH", "timing_of"]

PART_OF_VANISH, PART_OF_FREEZE = 2 / 3, 4 / 5
"""After which part of the agreed limits a side that vanished, or froze, is told of: 2 s of 3 s, 4 s of 5 s."""
PINGS = 4
"""Pings that must stay unanswered before silence counts."""


def timing_of(terms: Terms | None, usual: Timing, speed: float = 1.0) -> Timing:
    """Return the timing of a line under `terms`.

    Args:
        terms: in force; None: `usual` holds.
        usual: of the node, on its clock.
        speed: seconds of that clock in one real second: the limits of the terms are real seconds.
    """
    if terms is None:
        return usual
    vanished_s = PART_OF_VANISH * terms.ground_line.vanish_s * speed
    frozen_s = PART_OF_FREEZE * terms.ground_line.freeze_s * speed
    return replace(usual, ping_s=min(usual.ping_s, frozen_s / PINGS), vanished_s=vanished_s, frozen_s=frozen_s)
