"""Boxes in earth-centred coordinates and level around what each track flew: if they do not touch, the two never met."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@jit
def boxes(
    start: I64, xyz: F64, t: F64, baro: F64, geo: F64, linked: Bool, error_h: F64, error_v: F64, t0: float, t1: float,
    mixed: float, out: F64, span: I64,
) -> int:  # fmt: skip
    """Fill `out` (rows track, x0, x1, y0, y1, z0, z1, alt0, alt1) with the box of each track aloft in [t0, t1].

    `span` gets the first and last link of each such track. Boxes are grown by the track's own error bounds.
    Returns how many tracks are aloft.
    """
    n = 0
    for k in range(len(start) - 1):
        begin, end = start[k], start[k + 1]
        if end - begin < 2 or t[begin] >= t1 or t[end - 1] <= t0:
            continue
        i = max(begin + np.searchsorted(t[begin:end], t0, side="right") - 1, begin)
        first, last = -1, -1
        out[0, n] = k
        for c in range(4):
            out[1 + 2 * c, n], out[2 + 2 * c, n] = np.inf, -np.inf
        worst_h, worst_v, known = 0.0, 0.0, True
        while i < end - 1 and t[i] < t1:
            if linked[i] and t[i + 1] > t0:
                if first < 0:
                    first = i
                last = i
                worst_h, worst_v = max(worst_h, error_h[i]), max(worst_v, error_v[i])
                for j in (i, i + 1):
                    for c in range(3):
                        out[1 + 2 * c, n] = min(out[1 + 2 * c, n], xyz[c, j])
                        out[2 + 2 * c, n] = max(out[2 + 2 * c, n], xyz[c, j])
                    low, high = min(baro[j], geo[j]), max(baro[j], geo[j])
                    if math.isnan(baro[j]):
                        low = high = geo[j]
                    elif math.isnan(geo[j]):
                        low = high = baro[j]
                    known = known and not math.isnan(low)
                    out[7, n], out[8, n] = min(out[7, n], low), max(out[8, n], high)
            i += 1
        if first < 0:
            continue
        for c in range(3):
            out[1 + 2 * c, n] -= worst_h
            out[2 + 2 * c, n] += worst_h
        # A level on another datum than the other's may be off by `mixed`; half of it on either side of the pair.
        grow = worst_v + 0.5 * mixed if known else np.inf
        out[7, n] -= grow
        out[8, n] += grow
        span[0, n], span[1, n] = first, last
        n += 1
    return n
