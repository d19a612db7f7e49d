"""A frequency between two posts, frame by frame: half-duplex, carrier sense, jamming, fading, deaf in one direction.

What a modem does with a frame is measured elsewhere (`armslength bench radio`); here a frame arrives or does not, after
the time that it takes on the air. So a day of two nodes is seconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Air", "Conditions"]

LEAD_S, BITS_A_SECOND, EXTRA_BYTES = 0.28, 1200.0, 21
"""What AFSK 1200 with AX.25 takes: preamble and tail, speed, flags with header and check sum."""
SLOT_S = 0.1
"""Back-off is drawn in such steps [s]."""
MOST_WAITING = 32


@dataclass
class Conditions:
    """What the world does to a frequency now.

    Attributes:
        jammed: nothing can be heard.
        deaf: who hears nothing of the other side.
        loss: chance of each frame to be lost.
    """

    jammed: bool = False
    deaf: set[str] = field(default_factory=set)
    loss: float = 0.0

    def two_way(self) -> bool:
        """Return whether both sides hear each other, more often than not."""
        return not self.jammed and not self.deaf and self.loss < 0.5


class Air:
    """One frequency between NORTH and SOUTH.

    Args:
        name: "F1".
        chance: the one source of chance.
        call: does something later: seconds from now, and what.
        hears: is told which side hears which payload.
    """

    def __init__(
        self,
        name: str,
        chance: random.Random,
        call: Callable[[float, Callable[[], None]], None],
        hears: Callable[[str, str, bytes], None],
    ) -> None:
        self.name, self.conditions = name, Conditions()
        self.sent: dict[str, int] = {}
        self._chance, self._call, self._hears = chance, call, hears
        self._waiting: dict[str, list[tuple[int, int, bytes]]] = {}
        self._talking: dict[str, bool] = {}
        self._number = 0

    def say(self, side: str, payload: bytes, rank: int) -> None:
        """Queue a payload; a queue that is full loses its last and least urgent."""
        self._number += 1
        queue = self._waiting.setdefault(side, [])
        queue.append((rank, self._number, payload))
        queue.sort()
        del queue[MOST_WAITING:]
        if len(queue) == 1:
            self._call(self._chance.randrange(4) * SLOT_S, lambda: self._try(side))

    def forget(self, side: str) -> None:
        """The node of `side` is gone, with what it wanted to say."""
        self._waiting.pop(side, None)

    def _try(self, side: str) -> None:
        queue = self._waiting.get(side)
        if not queue or self._talking.get(side):
            return
        if any(self._talking.values()):  # carrier sense
            self._call((1 + self._chance.randrange(8)) * SLOT_S, lambda: self._try(side))
            return
        _, _, payload = queue.pop(0)
        self._talking[side] = True
        self.sent[side] = self.sent.get(side, 0) + 1
        seconds = LEAD_S + 8 * (len(payload) + EXTRA_BYTES) / BITS_A_SECOND
        self._call(seconds, lambda: self._over(side, payload))

    def _over(self, side: str, payload: bytes) -> None:
        self._talking[side] = False
        now = self.conditions
        for ear in ("NORTH", "SOUTH"):
            if ear != side and not now.jammed and ear not in now.deaf and self._chance.random() >= now.loss:
                self._hears(ear, self.name, payload)
        if self._waiting.get(side):
            self._call((1 + self._chance.randrange(8)) * SLOT_S, lambda: self._try(side))
