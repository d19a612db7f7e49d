"""What the demonstration does to the two nodes, and when: a table. Times are seconds of the scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from armslength.demo import acts

if TYPE_CHECKING:
    from armslength.demo.stage import Stage

PROVISION = "disclosure"
"""What SOUTH suspends for a while: nothing about traffic may be told then, and everything else goes on."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that the demonstration does at `at_s`: what it says before, and what it does."""

    at_s: float
    says: str
    act: Callable[[Stage], None]


SUSPENDED_S = 366.0
"""When the suspension of PROVISION takes effect, of which SOUTH gave notice as long before as the terms want [s]."""
LEAST_CUT_S = 3.5
"""The cable is cut for so long at least (real seconds): a line that is gone is noticed in real time."""


SCENES = (
    Scene(0.0, "Both air forces are in the air. Each side sees its own by its own reports, the other by two radars.",
          acts.nothing),
    Scene(8.0, "NORTH calls on the primary frequency, F1: it will fly an exercise.",
          acts.call),
    Scene(30.0, "NORTH calls again, and F1 goes under in noise: somebody jams it.",
          acts.fail),
    Scene(50.0, "A fighter of SOUTH, OSIER17, comes alongside DEPOT21, a tanker of NORTH. Nobody has agreed to that.",
          acts.nothing),
    Scene(60.0, "OSIER18 of SOUTH flies into the block that the terms reserve for NORTH, and along inside it.",
          acts.nothing),
    Scene(92.0, "Now F2 is jammed too, while SOUTH calls on it. Only the ground line is left.",
          acts.alternate_fails),
    Scene(140.0, "The noise on both frequencies is gone. They must answer for a minute before they are used again.",
          acts.frequencies_back),
    Scene(165.0, "OSIER19 of SOUTH crosses the nose of LOFT21, a large aircraft of NORTH: less than half a mile ahead.",
          acts.nothing),
    Scene(246.0, "The ground line is cut. Nobody is told. A frequency is back: the radio carries the talk alone.",
          acts.cut),
    Scene(256.0, "NORTH has an emergency to tell: a drone lost its link. FLASH goes by every living channel.",
          acts.emergency),
    Scene(286.0, "The cable is mended.",
          acts.mend),
    Scene(300.0, "NORTH asks SOUTH for help in a search. The terms exclude it: the node of SOUTH says so by itself.",
          acts.assistance),
    Scene(SUSPENDED_S, f"The notice has run: {PROVISION} is suspended. Every other article stays in force.",
          acts.nothing),
    Scene(376.0, "SOUTH has an emergency meanwhile. No suspension holds it back, on any channel.",
          acts.emergency_alone),
    Scene(405.0, f"SOUTH signs that {PROVISION} is resumed; then NORTH does.",
          acts.resume),
    Scene(474.0, "Everything goes down at once, both frequencies and the cable. NORTH has an emergency to tell.",
          acts.all_down),
    Scene(480.0, "SOUTH means to descend, and says so: good for half a minute. It cannot leave.",
          acts.descend),
    Scene(496.0, "The officer of SOUTH hears nothing, and has both frequencies checked.",
          acts.try_frequencies),
    Scene(546.0, "SOUTH has changed its mind: it stays where it is. That waits too.",
          acts.hold),
    Scene(550.0, "The noise on F1 ends. Fresh warnings go first; what waited too long arrives as well, marked EXPIRED.",
          acts.primary_back),
    Scene(590.0, "The cable and F2 are back as well.",
          acts.all_back),
)  # fmt: skip
"""Every scene, in order of time."""


def scenes_at(speed: float, late_s: float = 0.0) -> tuple[Scene, ...]:
    """Return the scenes for a clock at `speed`, where the scenario begins `late_s` after it was to begin [s].

    Where the clock is fast, the cable is mended later. A suspension takes effect when its notice says, however late the
    scenario is.
    """
    cut_s = next(scene.at_s for scene in SCENES if scene.act is acts.cut)
    out = []
    for scene in SCENES:
        at_s = max(scene.at_s, cut_s + LEAST_CUT_S * speed) if scene.act is acts.mend else scene.at_s
        out.append(replace(scene, at_s=max(0.0, at_s - late_s) if at_s == SUSPENDED_S else at_s))
    return tuple(sorted(out, key=lambda scene: scene.at_s))
