"""The demonstration run once, for real: two node processes on loopback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from armslength.cli.demo import verb
from armslength.demo.scenes import SCENES, Scene
from armslength.demo.show import Show
from armslength.demo.story import Said

SPEED = 10.0


@dataclass(frozen=True)
class Shown:
    """What came of it: the folder, the summary, and every line said."""

    folder: Path
    summary: dict[str, Any]
    lines: list[Said]

    def text(self, party: str) -> str:
        return "\n".join(line.text for line in self.lines if line.party == party)


def scenes(*times: tuple[float, str]) -> tuple[Scene, ...]:
    """Return scenes of the demonstration at other times, each found by a word of what it says."""
    return tuple(Scene(at_s, one.says, one.act) for at_s, word in times for one in SCENES if word in one.says)


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Play the first four minutes; a frequency is jammed, and everything is down for a while."""
    folder, lines = tmp_path_factory.mktemp("demo"), list[Said]()
    plays = scenes(
        (8.0, "NORTH calls on the primary"),
        (75.0, "Everything goes down"),
        (135.0, "are back as well"),
        (150.0, "for help"),
    )
    summary = Show(folder, 1, SPEED, lines.append, verb, duration_s=240.0, scenes=plays).run()
    return Shown(folder, summary, lines)
