"""Positions second by second to meetings: the kernel's velocities, climb, turn and bounds, put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, I32, I64, U8
from armslength.kernel import meeting as kernel

_OF_SAMPLES = ("t", "datum", "xyz", "level_m", "error_h_m", "error_v_m", "update_s")


@dataclass(frozen=True, slots=True)
class Series:
    """What pairs flew, as positions on the whole seconds: what `Meetings` are made of. Shapes as there.

    Attributes:
        epoch_ns, start, first, second, t, datum: as in `Meetings`.
        vicinity_m: how near is near, horizontally and vertically [m].
        xyz: ECEF points [m], shape (2, 3, N). level_m: [m], shape (2, N), NaN unknown.
        error_h_m, error_v_m: two-sigma bounds of each position [m], shape (2, N); `error_v_m` holds what different
            datums add.
        update_s: time between the plots around each second [s], shape (2, N).
    """

    epoch_ns: int
    start: I64
    first: I32
    second: I32
    t: F64
    datum: U8
    xyz: F64
    level_m: F64
    error_h_m: F64
    error_v_m: F64
    update_s: F64
    vicinity_m: tuple[float, float] = (np.inf, np.inf)

    def parts(self, most: int) -> Iterator[Series]:
        """Yield it in parts of whole meetings, of about `most` samples each: what is judged at once fits the memory."""
        number = self.start[:-1] // most
        cuts = np.concatenate([[0], np.flatnonzero(np.diff(number)) + 1, [len(self.first)]])
        for a, b in pairwise(cuts.tolist()):
            here = slice(int(self.start[a]), int(self.start[b]))
            columns: dict[str, Any] = {
                name: np.ascontiguousarray(getattr(self, name)[..., here]) for name in _OF_SAMPLES
            }
            start, first, second = self.start[a : b + 1] - self.start[a], self.first[a:b], self.second[a:b]
            yield replace(self, start=start, first=first, second=second, **columns)


def meetings_of(series: Series) -> Meetings:
    """Return the meetings of these positions."""
    s, n = series, len(series.t)
    v, climb = np.empty((2, 3, n)), np.empty((2, n))
    error, error_climb = np.empty((2, n)), np.empty((2, n))
    for side in (0, 1):
        kernel.moved(
            s.start, s.t, s.xyz[side], s.level_m[side], s.update_s[side], v[side], climb[side], error[side],
            error_climb[side],
        )  # fmt: skip
    place, relative, turning = np.empty((4, n)), np.empty((6, n)), np.empty((4, n))
    kernel.relate(s.start, s.t, s.xyz, v, error, s.update_s, place, relative, turning)
    across, apart = np.hypot(relative[0], relative[1]), np.abs(s.level_m[1] - s.level_m[0])
    near = (across < s.vicinity_m[0]) & ~(apart >= s.vicinity_m[1])
    return Meetings(
        epoch_ns=s.epoch_ns, start=s.start, first=s.first, second=s.second, t=s.t, near=near,
        lat=place[[0, 2]], lon=place[[1, 3]], level_m=s.level_m, datum=s.datum,
        east_m=relative[0], north_m=relative[1], v_east=relative[[2, 4]], v_north=relative[[3, 5]],
        climb=climb, turn=turning[:2],
        error_h_m=np.hypot(s.error_h_m[0], s.error_h_m[1]), error_v_m=np.hypot(s.error_v_m[0], s.error_v_m[1]),
        error_speed=error, error_climb=error_climb, error_turn=turning[2:], update_s=s.update_s,
    )  # fmt: skip
