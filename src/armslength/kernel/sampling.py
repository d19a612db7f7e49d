"""Where two aircraft are at every whole second, by the flight model of `passage`: straight between two linked plots.

Units: s, m; positions ECEF points [m]; NaN level: unknown. No exceptions.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import inlined, jit
from armslength.kernel.passage import BAROMETRIC, GEOMETRIC, MIXED, NO_LEVEL, level_of

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

FIELDS = (
    "t", "datum", "x_first", "y_first", "z_first", "x_second", "y_second", "z_second", "level_first", "level_second",
    "error_h_first", "error_h_second", "error_v_first", "error_v_second", "update_first", "update_second",
)  # fmt: skip
"""Columns of what `sample` returns; all float64."""
T, DATUM, XYZ, LEVEL, ERROR_H, ERROR_V, UPDATE = 0, 1, 2, 8, 10, 12, 14
WIDTH = len(FIELDS)


@inlined
def link_at(t: F64, linked: Bool, i: int, begin: int, end: int, at: float) -> tuple[int, int]:
    """Return the plot from which the flight at `at` is known, or -1, and how far the search went.

    The plots of the track are begin to end - 1; the search goes on from plot `i`, which is not after `at`. At a plot
    the flight from it counts; where that is not known, the one that ends there.
    """
    while i + 1 < end and t[i + 1] <= at:
        i += 1
    if t[i] > at:
        return -1, i
    if linked[i]:
        return i, i
    if t[i] == at and i > begin and linked[i - 1]:
        return i - 1, i
    return -1, i


@jit
def sample(
    start: I64, xyz: F64, t: F64, baro: F64, geo: F64, linked: Bool, error_h: F64, error_v: F64, mixed: float,
    first: I64, second: I64, low: I64, high: I64,
) -> tuple[F64, I64]:  # fmt: skip
    """Return the whole seconds of each span at which both flights are known, shape (N, WIDTH), and of which span.

    Args:
        start, xyz, t, baro, geo, linked, error_h, error_v, mixed: as in `passage.stays`.
        first, second: tracks of each span, shape (P,). low, high: from the one second until before the other.
    """
    room = 0
    for p in range(len(low)):
        room += max(high[p] - low[p], 0)
    out, of, n = np.empty((room, WIDTH)), np.empty(room, np.int64), 0
    for p in range(len(low)):
        k, m = first[p], second[p]
        i, j = start[k], start[m]
        # Go to the first plots by halving: the span may lie anywhere in the stretch.
        i = max(start[k] + np.searchsorted(t[start[k] : start[k + 1]], float(low[p])) - 1, start[k])
        j = max(start[m] + np.searchsorted(t[start[m] : start[m + 1]], float(low[p])) - 1, start[m])
        for g in range(low[p], high[p]):
            at = float(g)
            a, i = link_at(t, linked, i, start[k], start[k + 1], at)
            b, j = link_at(t, linked, j, start[m], start[m + 1], at)
            if a < 0 or b < 0:
                continue
            row = out[n]
            of[n], row[T] = p, at
            datum = MIXED
            if not math.isnan(baro[a] + baro[a + 1] + baro[b] + baro[b + 1]):
                datum = BAROMETRIC
            elif not math.isnan(geo[a] + geo[a + 1] + geo[b] + geo[b + 1]):
                datum = GEOMETRIC
            for side in range(2):
                q = a if side == 0 else b
                length = t[q + 1] - t[q]
                s = (at - t[q]) / length
                for c in range(3):
                    row[XYZ + 3 * side + c] = xyz[c, q] + s * (xyz[c, q + 1] - xyz[c, q])
                l0, l1 = level_of(baro[q], geo[q], datum), level_of(baro[q + 1], geo[q + 1], datum)
                row[LEVEL + side] = l0 + s * (l1 - l0)
                row[ERROR_H + side], row[ERROR_V + side], row[UPDATE + side] = error_h[q], error_v[q], length
            if math.isnan(row[LEVEL] + row[LEVEL + 1]):
                datum = NO_LEVEL
            elif datum == MIXED:  # what the datums differ by is put to one of the two: only the sum is looked at
                row[ERROR_V + 1] = math.sqrt(row[ERROR_V + 1] * row[ERROR_V + 1] + mixed * mixed)
            row[DATUM] = datum
            n += 1
    return out[:n], of[:n]


@jit
def in_columns(rows: F64, order: I64, begin: I64, start: I64) -> F64:
    """Return rows of `sample` as columns, shape (WIDTH, N).

    Args:
        order: which rows, shape (N,). begin: where in `order` each part begins; start: where it is to stand, (K + 1,).
    """
    out = np.empty((WIDTH, start[-1]))
    for k in range(len(begin)):
        for i in range(start[k], start[k + 1]):
            row = rows[order[begin[k] + i - start[k]]]
            for c in range(WIDTH):
                out[c, i] = row[c]
    return out
