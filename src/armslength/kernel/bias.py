"""By how much two recordings of the same aircraft differ: in place, in level and in time.

Each plot of one recording is held against the flight between the neighbouring plots of the other. A difference along
the flight may be a wrong clock or a wrong position; over aircraft that fly in many directions a wrong position cancels
out of the lag, and a wrong clock out of the shift. So both are averaged over all aircraft, and stated with how many
plots they rest on.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.jit import jit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

COUNT, EAST, NORTH, LEVEL, LEVELS, LAG, LAG2, SQUARES = range(8)
SUMS = 8
"""Columns of the sums: plots; difference east, north, of level [m] and how many; lag [s], its square; distance^2."""
LONGEST = 15.0
"""The other recording's plots may lie this far apart [s] for the flight between them to be compared with."""
FASTEST_TURN = 0.2
"""Change of direction between the neighbouring legs [rad] beyond which the flight is not straight enough."""


@jit
def compare(start: I64, t: F64, xyz: F64, level: F64, file: NDArray[np.int32], files: int, sums: F64) -> None:
    """Add the differences of every pair of recordings (one, other), one < other, to `sums`, shape (files^2, SUMS).

    Plots of track k are start[k]:start[k + 1], in order of time, of several recordings mixed. The difference is that of
    recording `other` from recording `one`.
    """
    last = np.empty(files, np.int64)
    before = np.empty(files, np.int64)
    for k in range(len(start) - 1):
        last[:] = -1
        before[:] = -1
        for i in range(start[k], start[k + 1]):
            f = file[i]
            q, p = last[f], before[f]
            if q >= 0 and t[i] > t[q] and t[i] - t[q] <= LONGEST:
                # Plots of later recordings that fell between q and i.
                for j in range(q + 1, i):
                    if file[j] <= f or not t[q] < t[j] < t[i]:
                        continue
                    share = (t[j] - t[q]) / (t[i] - t[q])
                    dx = xyz[0, j] - (xyz[0, q] + share * (xyz[0, i] - xyz[0, q]))
                    dy = xyz[1, j] - (xyz[1, q] + share * (xyz[1, i] - xyz[1, q]))
                    dz = xyz[2, j] - (xyz[2, q] + share * (xyz[2, i] - xyz[2, q]))
                    vx, vy, vz = xyz[0, i] - xyz[0, q], xyz[1, i] - xyz[1, q], xyz[2, i] - xyz[2, q]
                    leg = math.sqrt(vx * vx + vy * vy + vz * vz)
                    if p >= 0 and t[q] - t[p] <= LONGEST:
                        wx, wy, wz = xyz[0, q] - xyz[0, p], xyz[1, q] - xyz[1, p], xyz[2, q] - xyz[2, p]
                        size = leg * math.sqrt(wx * wx + wy * wy + wz * wz)
                        if size > 0.0 and (vx * wx + vy * wy + vz * wz) / size < math.cos(FASTEST_TURN):
                            continue
                    speed = leg / (t[i] - t[q])
                    rho = math.hypot(xyz[0, q], xyz[1, q])
                    row = sums[f * files + file[j]]
                    row[COUNT] += 1.0
                    if rho > 0.0:
                        sx, sy = -xyz[1, q] / rho, xyz[0, q] / rho
                        row[EAST] += dx * sx + dy * sy
                        size = math.sqrt(rho * rho + xyz[2, q] * xyz[2, q])
                        up_z = xyz[2, q] / size
                        row[NORTH] += dz * (rho / size) - (dx * sy - dy * sx) * up_z
                    if speed > 30.0:
                        lag = -(dx * vx + dy * vy + dz * vz) / (leg * speed)
                        row[LAG] += lag
                        row[LAG2] += lag * lag
                    row[SQUARES] += dx * dx + dy * dy + dz * dz
                    height = level[j] - (level[q] + share * (level[i] - level[q]))
                    if not math.isnan(height):
                        row[LEVEL] += height
                        row[LEVELS] += 1.0
            before[f], last[f] = q, i
