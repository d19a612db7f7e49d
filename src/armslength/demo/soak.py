"""A day of the scenario at speed: memory stays flat, nothing is lost. `make soak` runs it.

Of each node two things are measured: its own process, and the processes that it has started (the recorder of plots).
"""

from __future__ import annotations

import os
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
HOUR_S = 3600.0
GROWS, ALLOWED_BYTES = 0.05, 8 << 20
"""Memory is flat when its median over the last third is not above that of the middle third by more than the larger."""


Readings = list[tuple[float, int]]
"""(seconds of the scenario, bytes)."""


@dataclass
class Soak(Show):
    """The demonstration's two nodes, playing the scenario over and over.

    Args:
        rounds: how often.

    Attributes:
        memory: bytes held by each node's process, by party: (seconds of the scenario, bytes).
        recorder: the same of the processes that it started.
    """

    rounds: int = 1
    radios: bool = False
    settles: bool = False
    memory: dict[str, Readings] = field(default_factory=dict)
    recorder: dict[str, Readings] = field(default_factory=dict)

    @property
    def every_s(self) -> float:
        """From the start of one round to that of the next [s]."""
        return scenario("river").duration + PAUSE_S

    def _player(self, live: Path, feeds: Mapping[str, Any], ports: Mapping[str, homes.Ports]) -> Player:
        own, received = (played(live, feeds, ports, heard) for heard in (False, True))
        return Player(own, received, rounds=self.rounds, every_s=self.every_s)

    def _play(self, stage: Stage, late_s: float) -> None:
        self.memory, self.recorder = {party: [] for party in stage.nodes}, {party: [] for party in stage.nodes}
        process = {party: int(node.get("/api/status")["process"]) for party, node in stage.nodes.items()}
        for number in range(self.rounds):
            at_s = number * self.every_s
            while at_s < (number + 1) * self.every_s:
                at_s += LOOK_S
                stage.follow(lambda at_s=at_s: stage.now_s >= at_s)  # type: ignore[misc]
                for party, node in stage.nodes.items():
                    self.memory[party].append((round(stage.now_s, 1), node.rss_bytes))
                    self.recorder[party].append((round(stage.now_s, 1), _children_bytes(process[party])))
                held = ", ".join(
                    f"{party} {rows[-1][1] / 2**20:.1f} + {self.recorder[party][-1][1] / 2**20:.1f} MiB"
                    for party, rows in self.memory.items()
                )
                stage.narrate(f"round {number + 1} of {self.rounds}: {held}")
        stage.settle()


def by_hour(readings: Readings) -> list[float]:
    """Return the median of each hour of the scenario [MiB]."""
    hours: dict[int, list[int]] = {}
    for at_s, held in readings:
        hours.setdefault(int(at_s // HOUR_S), []).append(held)
    return [round(median(held) / 2**20, 1) for _, held in sorted(hours.items())]


def _children_bytes(process: int) -> int:
    """Return the memory that the children of a process hold now [bytes]; 0 where that cannot be read."""
    total = 0
    try:
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            total += int(Path(f"/proc/{child}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return total
    return total


def flat(held: Sequence[int]) -> bool:
    """Return whether memory, read at even intervals, is flat; the first third is for growing up."""
    third = len(held) // 3
    if not third:
        return False
    middle, last = median(held[third : 2 * third]), median(held[-third:])
    return last - middle <= max(GROWS * middle, ALLOWED_BYTES)
