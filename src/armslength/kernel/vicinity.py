"""Which samples of a pair lie around a time in which the two were, or may have been, near each other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@jit
def near_and_around(
    start: I64, t: F64, d_h: F64, d_v: F64, error_h: F64, error_v: F64, h: float, v: float, before: float, after: float
) -> Bool:
    """Return the samples from `before` earlier to `after` later [s] than one that may be within `h` and `v`; (N,).

    Args:
        start: shape (K + 1,): the samples of one pair are start[k]:start[k + 1], in order of time. t: [s], shape (N,).
        d_h, d_v: distances [m], NaN unknown: it may be anything. error_h, error_v: their two-sigma bounds [m].
    """
    out = np.zeros(len(t), np.bool_)
    for k in range(len(start) - 1):
        last = -math.inf
        for i in range(start[k], start[k + 1]):
            if d_h[i] - error_h[i] < h and not d_v[i] - error_v[i] >= v:
                last = t[i]
            out[i] = t[i] - last <= after
        coming = math.inf
        for i in range(start[k + 1] - 1, start[k] - 1, -1):
            if d_h[i] - error_h[i] < h and not d_v[i] - error_v[i] >= v:
                coming = t[i]
            out[i] = out[i] or coming - t[i] <= before
    return out
