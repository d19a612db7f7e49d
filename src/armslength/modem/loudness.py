"""Whether somebody talks, whatever they say: sound much louder than the noise has been of late."""

from __future__ import annotations

import numpy as np

from armslength.modem.port import Samples

LOUDER = 10.0
"""How much more power than the noise makes a channel busy."""
QUIETEST = 1e-6
"""Mean square below which nothing is loud: 57 dB under a sine of full scale."""
RISE_PER_S = 1.6
"""How fast the floor follows noise that grows: 2 dB a second, so that a long transmission does not become the floor."""


class Loudness:
    """Follows the floor of the noise: down at once, up slowly. `loud` is true above ten times the floor."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._floor = float("inf")
        self.loud = False

    def feed(self, samples: Samples) -> None:
        """Take the next samples, some tens of milliseconds of them."""
        if not len(samples):
            return
        power = float(np.mean(np.square(samples, dtype=np.float64)))
        self._floor = min(max(power, QUIETEST), self._floor * RISE_PER_S ** (len(samples) / self._rate))
        self.loud = power > LOUDER * self._floor
