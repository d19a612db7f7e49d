"""Where the state of each source of each aircraft is kept: rows of arrays that grow, and are freed when long silent."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from armslength.domain.plot import F64, I64, Bool
from armslength.kernel.following import COUNTERS, DROP, SEEN, STATE, T

FORGET_S = 900.0
"""A row is freed when it had no plot for so long [s]: marks are remembered until then."""
FORGET_EVERY_S = 60.0
SOURCES = 64
"""Sources there may be."""


def _nan(*shape: int) -> F64:
    return np.full(shape, np.nan)


@dataclass
class Rows:
    """The arrays, aligned by row.

    Attributes:
        epoch_ns: UTC ns at which t is 0: the first moment.
        state, seen: see `armslength.kernel.following`. aircraft, file: whose row it is; -1 free.
        ground: the last plot said so. poor: when its navigation was last poor; NaN since it was good again.
        differ: since when it has differed from another source, NaN it does not.
    """

    epoch_ns: int = 0
    state: F64 = field(default_factory=lambda: _nan(0, STATE))
    seen: F64 = field(default_factory=lambda: _nan(0, SEEN))
    aircraft: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    file: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    ground: Bool = field(default_factory=lambda: np.zeros(0, np.bool_))
    poor: F64 = field(default_factory=lambda: _nan(0))
    differ: F64 = field(default_factory=lambda: _nan(0))
    _at: dict[int, int] = field(default_factory=dict)
    _free: list[int] = field(default_factory=list)
    _order: I64 | None = None
    _forgot: float = 0.0

    def begin(self, now_ns: int) -> None:
        """Set the epoch, once."""
        self.epoch_ns = self.epoch_ns or now_ns

    def of(self, aircraft: I64, file: I64) -> I64:
        """Return the row of each aircraft and source; new ones get one."""
        at = self._at
        keys = (aircraft * SOURCES + file).tolist()
        new = sorted({key for key in keys if key not in at})
        if new:
            self._enter(new)
        return np.array([at[key] for key in keys], np.int64)

    def live(self, now: float) -> I64:
        """Return the rows that had a plot in the last DROP s, in order of aircraft, then source."""
        if self._order is None:
            used = np.flatnonzero(self.aircraft >= 0)
            self._order = used[np.lexsort((self.file[used], self.aircraft[used]))]
        recent: Bool = now - self.state[self._order, T] <= DROP
        return np.asarray(self._order[recent], np.int64)

    def forget(self, now: float) -> None:
        """Free what has been silent for long."""
        if now - self._forgot < FORGET_EVERY_S:
            return
        self._forgot = now
        for row in np.flatnonzero((self.aircraft >= 0) & (now - self.state[:, T] > FORGET_S)).tolist():
            del self._at[int(self.aircraft[row] * SOURCES + self.file[row])]
            self.aircraft[row] = -1
            self._free.append(row)
            self._order = None

    def _enter(self, keys: list[int]) -> None:
        """Give each of `keys` a row; the arrays double when they are full."""
        self._order = None
        if len(self._free) < len(keys):
            old, more = len(self.aircraft), max(256, len(self.aircraft), len(keys))
            self.state, self.seen = np.vstack((self.state, _nan(more, STATE))), np.vstack((self.seen, _nan(more, SEEN)))
            self.poor, self.differ = np.append(self.poor, _nan(more)), np.append(self.differ, _nan(more))
            self.aircraft = np.append(self.aircraft, np.full(more, -1, np.int64))
            self.file = np.append(self.file, np.full(more, -1, np.int64))
            self.ground = np.append(self.ground, np.zeros(more, np.bool_))
            self._free = list(range(old + more - 1, old - 1, -1)) + self._free
        for key in keys:
            row = self._free.pop()
            self._at[key] = row
            self.aircraft[row], self.file[row] = divmod(key, SOURCES)
            self.state[row], self.seen[row] = np.nan, np.nan
            self.state[row, COUNTERS] = 0.0
            self.ground[row], self.poor[row], self.differ[row] = False, np.nan, np.nan
