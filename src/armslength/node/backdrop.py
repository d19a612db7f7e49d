"""Thinned positions of all traffic: what the map shows behind the encounters."""

from __future__ import annotations

import numpy as np

from armslength.domain.encounter import Backdrop
from armslength.domain.plot import F64

MOST = 60_000


class Thinner:
    """Keeps every n-th position of a stream, n doubling whenever there are too many."""

    def __init__(self, most: int = MOST) -> None:
        self.most, self.every, self._offset, self._count = most, 1, 0, 0
        self._lat: list[F64] = []
        self._lon: list[F64] = []

    def add(self, lat: F64, lon: F64) -> None:
        """Take positions [deg] in."""
        self._lat.append(lat[self._offset :: self.every].copy())
        self._lon.append(lon[self._offset :: self.every].copy())
        self._offset = (self._offset - len(lat)) % self.every
        self._count += len(self._lat[-1])
        while self._count > self.most:
            self._lat, self._lon = [np.concatenate(self._lat)[::2]], [np.concatenate(self._lon)[::2]]
            self._count = len(self._lat[0])
            self.every *= 2

    def backdrop(self, aircraft: int) -> Backdrop:
        """Return what was kept."""
        if not self._lat:
            return Backdrop(np.empty(0), np.empty(0), aircraft)
        return Backdrop(np.concatenate(self._lat), np.concatenate(self._lon), aircraft)
