"""Whether something stands on a channel that never pauses: a carrier, a jammer. Talk and data pause all the time."""

from __future__ import annotations

from collections import deque

import numpy as np

from armslength.modem.loudness import LOUDER, QUIETEST
from armslength.modem.port import Samples
from armslength.modem.resample import as_sound

SLICE_S = 0.05
"""The quietest of these slices of a second is its floor [s]."""
LASTING_S = 15
"""So long the floor stands above what it was before it counts as raised [s]: no burst, and no speech, is so long."""
MEMORY_S = 600
"""How long it is remembered how quiet the channel was [s], not counting the time for which it is raised."""
LONGEST_S = 4 * 3600
"""What stands longer [s] is what the channel is like: another antenna, a squelch that was opened. It counts as over."""


class Raised:
    """Follows the floor of a channel second by second. `raised` is true where it stands ten times above the quietest.

    Args:
        rate: samples a second.
    """

    def __init__(self, rate: int) -> None:
        self._slice = max(1, round(rate * SLICE_S))
        self._held = np.zeros(0, np.float64)
        self._second: list[float] = []
        self._floors: deque[float] = deque(maxlen=MEMORY_S)
        self._above = 0

    @property
    def raised(self) -> bool:
        """Whether it has stood there for LASTING_S."""
        return self._above >= LASTING_S

    def feed(self, samples: Samples) -> None:
        """Take the next samples."""
        whole = np.concatenate([self._held, np.square(as_sound(samples), dtype=np.float64)])
        count = len(whole) // self._slice
        self._held = whole[count * self._slice :]
        for power in whole[: count * self._slice].reshape(count, self._slice).mean(1):
            self._second.append(float(power))
            if len(self._second) * SLICE_S >= 1.0:
                self._floor(max(min(self._second), QUIETEST))
                self._second = []

    def silent(self) -> None:
        """Note that there was no sound at all."""
        self._held, self._second = self._held[:0], []
        self._floor(QUIETEST)

    def _floor(self, floor: float) -> None:
        if self._above >= LONGEST_S:
            self._floors.clear()
            self._above = 0
        if not self.raised:  # what stands now must not become what the channel was like before
            self._floors.append(floor)
        self._above = self._above + 1 if floor > LOUDER * min(self._floors) else 0
