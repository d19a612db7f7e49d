"""What one side has told of the channels: which are lost to it, by a count of changes in which the newest word holds.

A word tells of one channel (LCM: lost, RES: restored); a mark tells how all stand (`Standing`). Whatever way and order
they come in, and whatever the clocks do, both lead to the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["Standing", "Told"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one side has the channels: after so many changes told, these are not lost to it, by their ids."""

    change: int
    usable: tuple[str, ...]


@dataclass(slots=True)
class Told:
    """What one side told last.

    Attributes:
        change: how many changes it has told.
        lost: of each channel, whether it is lost, and which change said so. Of what nobody told, it is.
    """

    change: int = 0
    lost: dict[str, tuple[bool, int]] = field(default_factory=dict)

    @staticmethod
    def restored(row: bytes) -> Told:
        """Return what `row` kept."""
        tree = json.loads(row)
        return Told(tree["change"], {name: (lost, change) for name, (lost, change) in tree["lost"].items()})

    def row(self) -> bytes:
        """Return it for the store."""
        return json.dumps({"change": self.change, "lost": self.lost}, sort_keys=True).encode()

    def usable(self, name: str) -> bool:
        """Return whether a channel was told, and not as lost."""
        return not self.lost.get(name, (True, 0))[0]

    def say(self, name: str, *, lost: bool) -> None:
        """Tell a change of our own."""
        self.change += 1
        self.lost[name] = (lost, self.change)

    def word(self, name: str, *, lost: bool, change: int) -> bool:
        """Take a word of one channel; return whether it is news."""
        if change <= self.lost.get(name, (True, 0))[1]:
            return False
        self.lost[name] = (lost, change)
        self.change = max(self.change, change)
        return True

    def stands(self, standing: Standing, names: Iterable[str]) -> bool:
        """Take how all channels stand, of which these concern us; return whether it is news."""
        if standing.change < self.change:
            return False
        lost = {name: (name not in standing.usable, standing.change) for name in names}
        if all(self.usable(name) is not one for name, (one, _) in lost.items()):
            return False
        self.lost, self.change = lost, standing.change
        return True

    def standing(self, names: Sequence[str]) -> Standing:
        """Return how all channels stand, of these, in their order."""
        return Standing(self.change, tuple(name for name in names if self.usable(name)))
