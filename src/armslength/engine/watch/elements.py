"""Elements: a flight of up to four aircraft of one party within 1 NM is one; a drone is its own (RULES 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from armslength.domain.picture import Snapshot
from armslength.domain.plot import F64, I64, Bool
from armslength.kernel.foresight import flights
from armslength.units import FT, KT, NM

NEAR_M, WIDER_M = 1.0 * NM, 1.5 * NM
"""Who is so near its leader is of its element; who was so far, stays within the second."""
HIGH_M = 1000 * FT
DRIFT_MPS = 60 * KT
"""Greatest differences of level and of velocity within an element."""
MOST = 4


@dataclass
class Elements:
    """Who flies with whom; remembers the leaders, so that a loose formation does not fall apart and together."""

    _before: dict[str, str] = field(default_factory=dict)
    _known: tuple[str, ...] = ()
    _order: I64 = field(default_factory=lambda: np.zeros(0, np.int64))

    def update(self, snapshot: Snapshot, x: F64, group: I64, alone: Bool) -> I64:
        """Return the row of the leader of each row's element: its aircraft with the lowest address.

        Args:
            x: place and velocity, shape (N, 6). group: of each row; below 0 everyone is alone. alone: is a drone.
        """
        if snapshot.addresses != self._known:
            self._known = snapshot.addresses
            self._order = np.array(sorted(range(len(snapshot)), key=snapshot.addresses.__getitem__), np.int64)
        lead, before = np.arange(len(snapshot)), np.full(len(snapshot), -1, np.int64)
        if self._before:
            row_of = {address: row for row, address in enumerate(snapshot.addresses)}
            for address, leader in self._before.items():
                if address in row_of:
                    before[row_of[address]] = row_of.get(leader, -1)
        flights(
            self._order, group, alone, x, snapshot.level_m, before, NEAR_M, WIDER_M, HIGH_M, DRIFT_MPS, MOST, lead
        )  # fmt: skip
        joined = np.flatnonzero(lead != np.arange(len(snapshot)))
        self._before = {snapshot.addresses[row]: snapshot.addresses[lead[row]] for row in joined.tolist()}
        self._before |= {leader: leader for leader in list(self._before.values())}
        return np.asarray(lead, np.int64)
