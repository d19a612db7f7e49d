"""A day of the scenario at speed: memory stays flat, nothing is lost. `make soak` runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from armslength.demo import homes
from armslength.demo.player import Player
from armslength.demo.show import Show, played
from armslength.demo.stage import Stage
from armslength.scenario.registry import scenario

PAUSE_S = 60.0
"""Between two rounds of the scenario everybody is gone for so long, so that nobody jumps [s]."""
LOOK_S = 300.0
"""Memory is read this often [s of the scenario]."""
GROWS, ALLOWED_BYTES = 0.05, 8 << 20
"""Memory is flat when its median over the last third is not above that of the middle third by more than the larger."""


@dataclass
class Soak(Show):
    """The demonstration's two nodes, playing the scenario over and over.

    Args:
        rounds: how often.

    Attributes:
        memory: bytes held by each node's process, by party: (seconds of the scenario, bytes).
    """

    rounds: int = 1
    memory: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    @property
    def every_s(self) -> float:
        """From the start of one round to that of the next [s]."""
        return scenario("river").duration + PAUSE_S

    def _player(self, live: Path, feeds: Mapping[str, Any], ports: Mapping[str, homes.Ports]) -> Player:
        own, received = (played(live, feeds, ports, heard) for heard in (False, True))
        return Player(own, received, rounds=self.rounds, every_s=self.every_s)

    def _play(self, stage: Stage, late_s: float) -> None:
        self.memory = {party: [] for party in stage.nodes}
        for number in range(self.rounds):
            at_s = number * self.every_s
            while at_s < (number + 1) * self.every_s:
                at_s += LOOK_S
                stage.follow(lambda at_s=at_s: stage.now_s >= at_s)  # type: ignore[misc]
                for party, node in stage.nodes.items():
                    self.memory[party].append((round(stage.now_s, 1), node.rss_bytes))
                held = ", ".join(f"{party} {rows[-1][1] / 2**20:.1f} MiB" for party, rows in self.memory.items())
                stage.narrate(f"round {number + 1} of {self.rounds}: {held}")
        stage.settle()


def flat(held: Sequence[int]) -> bool:
    """Return whether memory, read at even intervals, is flat; the first third is for growing up."""
    third = len(held) // 3
    if not third:
        return False
    middle, last = median(held[third : 2 * third]), median(held[-third:])
    return last - middle <= max(GROWS * middle, ALLOWED_BYTES)
