"""What carries over from one row of an aircraft to its next, in compiled loops over the rows of a block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np

from armslength.domain.plot import F64, I32, I64, Bool

NEVER = np.iinfo(np.int64).min

_I32, _I64, _F64, _BOOL = (
    numba.types.Array(kind, 1, "C", readonly=True) for kind in (numba.int32, numba.int64, numba.float64, numba.boolean)
)


def _mark_repeats(
    who: I32, time_ns: I64, lat: F64, lon: F64, own: Bool, usable: Bool, last_ns: I64, last_lat: F64, last_lon: F64
) -> Bool:
    repeats = np.zeros(len(who), dtype=np.bool_)
    for i in range(len(who)):
        if not usable[i]:
            continue
        a = who[i]
        if own[i] and time_ns[i] == last_ns[a] and lat[i] == last_lat[a] and lon[i] == last_lon[a]:
            repeats[i] = True
        last_ns[a], last_lat[a], last_lon[a] = time_ns[i], lat[i], lon[i]
    return repeats


def _mark_changes(who: I32, said: I32, time_ns: I64, usable: Bool, last_said: I32, since_ns: I64) -> Bool:
    changes = np.zeros(len(who), dtype=np.bool_)
    for i in range(len(who)):
        a, c = who[i], said[i]
        if not usable[i] or c < 0:
            continue
        if c != last_said[a] or time_ns[i] < since_ns[a]:
            changes[i] = True
            last_said[a], since_ns[a] = c, time_ns[i]
    return changes


# Compiled for read-only arrays, because those that Polars lends are; compiled once, then cached on disk.
def _compiled(signature: Any, function: Any) -> Any:
    """Compile with a cache on disk; without one where nothing can be written, neither beside the source nor at home."""
    try:
        return numba.njit(signature, cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(signature, nogil=True)(function)


_repeats = _compiled(
    numba.boolean[::1](_I32, _I64, _F64, _F64, _BOOL, _BOOL, numba.int64[::1], numba.float64[::1], numba.float64[::1]),
    _mark_repeats,
)
_changes = _compiled(numba.boolean[::1](_I32, _I32, _I64, _BOOL, numba.int32[::1], numba.int64[::1]), _mark_changes)


@dataclass
class Carried:
    """The last position and call sign of every aircraft of a recording, by number."""

    _last_ns: I64 = field(default_factory=lambda: np.full(0, NEVER, dtype=np.int64))
    _last_lat: F64 = field(default_factory=lambda: np.zeros(0))
    _last_lon: F64 = field(default_factory=lambda: np.zeros(0))
    _said: I32 = field(default_factory=lambda: np.full(0, -1, dtype=np.int32))
    _since_ns: I64 = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def make_room(self, aircraft: int) -> None:
        """Be ready for numbers below `aircraft`."""
        more = 2 * aircraft - len(self._last_ns)
        if aircraft <= len(self._last_ns):
            return
        self._last_ns = np.concatenate([self._last_ns, np.full(more, NEVER, dtype=np.int64)])
        self._last_lat = np.concatenate([self._last_lat, np.zeros(more)])
        self._last_lon = np.concatenate([self._last_lon, np.zeros(more)])
        self._said = np.concatenate([self._said, np.full(more, -1, dtype=np.int32)])
        self._since_ns = np.concatenate([self._since_ns, np.zeros(more, dtype=np.int64)])

    def repeats(self, who: I32, time_ns: I64, lat: F64, lon: F64, own: Bool, usable: Bool) -> Bool:
        """Return where a usable row repeats time and position of the aircraft's usable row before it.

        Args:
            who: number of the aircraft, shape (N,).
            own: the time is that of the position; other rows are never repeats.
        """
        found: Bool = _repeats(who, time_ns, lat, lon, own, usable, self._last_ns, self._last_lat, self._last_lon)
        return found

    def new_callsigns(self, who: I32, said: I32, time_ns: I64, usable: Bool) -> I64:
        """Return the rows in which an aircraft begins to use a call sign, or is heard with it at an earlier time."""
        return np.flatnonzero(_changes(who, said, time_ns, usable, self._said, self._since_ns))
