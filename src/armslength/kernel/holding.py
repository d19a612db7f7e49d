"""When something held, from masks over samples: with settling, hysteresis and leaving. See `engine/conduct/runs.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

STEP = 1.5
"""Samples no further apart than this [s] follow on one another."""


@jit
def held(start: I64, t: F64, enter: Bool, hold: Bool, settle: F64, leave: float) -> tuple[I64, I64, I64]:
    """Return the runs as first sample, last sample and place in `start`.

    Args:
        start: shape (K + 1,): the samples of one are start[k]:start[k + 1], in order of time. t: [s], shape (N,).
        enter, hold: shape (N,). settle: [s], shape (N,); that of the first sample counts.
        leave: [s].
    """
    room = 64
    first, last, of = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    n = 0
    for k in range(len(start) - 1):
        begun, until, settled = -1, -1, False  # candidate or run from `begun`; held last at `until`
        for i in range(start[k], start[k + 1] + 1):
            ends = i == start[k + 1]
            if begun < 0 and not ends and not enter[i]:
                continue
            if begun >= 0:
                apart = ends or t[i] - t[until] > max(leave, STEP)
                if settled:
                    out = apart or (not hold[i] and t[i] - t[until] >= leave)
                else:
                    out = apart or not enter[i] or t[i] - t[until] > STEP
                if out:
                    if settled:
                        if n == room:
                            first, last, of = np.append(first, first), np.append(last, last), np.append(of, of)
                            room *= 2
                        first[n], last[n], of[n] = begun, until, k
                        n += 1
                    begun, settled = -1, False
            if ends:
                break
            if begun < 0 and enter[i]:
                begun = i
            if begun >= 0:
                if (settled and hold[i]) or (not settled and enter[i]):
                    until = i
                if not settled and t[until] - t[begun] >= settle[begun]:
                    settled = True
    return first[:n], last[:n], of[:n]
