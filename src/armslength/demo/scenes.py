"""What the demonstration does to the two nodes, and when: a table. Times are seconds of the scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from armslength.scenario.aircraft import NORTH, SOUTH

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


def _nothing(stage: Stage) -> None:
    """Only say it."""


def _cut(stage: Stage) -> None:
    stage.relay.cut()


def _emergency(stage: Stage) -> None:
    fields = {"nature": "LOST_LINK", "commitment": "NONE", "aircraft": "NORTH DRONE", "intention": "RETURNING"}
    stage.ask(NORTH, "send", code="EMG", fields=fields)


def _mend(stage: Stage) -> None:
    stage.relay.mend()


def _assistance(stage: Stage) -> None:
    stage.ask(NORTH, "send", code="AST", fields={"nature": "SEARCH"})


def _resume(stage: Stage) -> None:
    stage.resume(SOUTH, NORTH, PROVISION)


SUSPENDED_S = 366.0
"""When the suspension of PROVISION takes effect, of which SOUTH gave notice as long before as the terms want [s]."""
LEAST_CUT_S = 3.5
"""The cable is cut for so long at least (real seconds): a line that is gone is noticed in real time."""


SCENES = (
    Scene(0.0, "Both air forces are in the air. Each side sees its own by its own reports, the other by two radars.",
          _nothing),
    Scene(234.0, "The ground line is cut. Nobody is told.", _cut),
    Scene(244.0, "While it is cut, NORTH has an emergency to tell: a drone lost its link.", _emergency),
    Scene(274.0, "The cable is mended. What waited in the outboxes goes first.", _mend),
    Scene(300.0, "NORTH asks SOUTH for help in a search. The terms exclude it.", _assistance),
    Scene(SUSPENDED_S, f"The notice has run: {PROVISION} is suspended. Every other article stays in force.", _nothing),
    Scene(405.0, f"SOUTH signs that {PROVISION} is resumed; then NORTH does.", _resume),
)  # fmt: skip
"""Every scene, in order of time."""


def scenes_at(speed: float, late_s: float = 0.0) -> tuple[Scene, ...]:
    """Return the scenes for a clock at `speed`, where the scenario begins `late_s` after it was to begin [s].

    Where the clock is fast, the cable is mended later. A suspension takes effect when its notice says, however late the
    scenario is.
    """
    cut = next(scene.at_s for scene in SCENES if scene.act is _cut)
    out = []
    for scene in SCENES:
        at_s = max(scene.at_s, cut + LEAST_CUT_S * speed) if scene.act is _mend else scene.at_s
        out.append(replace(scene, at_s=max(0.0, at_s - late_s) if at_s == SUSPENDED_S else at_s))
    return tuple(sorted(out, key=lambda scene: scene.at_s))
