"""The nearest moment between two samples: at 1,000 kt two aircraft pass 500 m between one second and the next.

From each sample to the next both fly straight (the flight model bends only at plots; within a second an arc of 3 g is
3.7 m from its chord), so the nearest moment is closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64


@dataclass(frozen=True, slots=True)
class Closest:
    """What was nearest from each sample to the next one (to itself, where none follows at once); shape (N,).

    Attributes:
        later_s: when, after the sample [s, 0 to 1].
        d_h, d_v, slant: distances there [m]; `slant` is least, without known levels `d_h` is.
    """

    later_s: F64
    d_h: F64
    d_v: F64
    slant: F64


def closest(meetings: Meetings) -> Closest:
    """Return the nearest moments by slant distance; where a level is unknown, by horizontal distance."""
    m = meetings
    goes = m.goes_on[:-1]
    steps = [np.where(goes, np.diff(one), 0.0) for one in (m.east_m, m.north_m, m.up_m)]
    east, north, up = (np.append(one, 0.0) for one in steps)
    rise, z = np.nan_to_num(up), np.nan_to_num(m.up_m)
    along = m.east_m * east + m.north_m * north + z * rise
    squared = east * east + north * north + rise * rise
    later = np.clip(np.where(squared > 0.0, -along / np.where(squared > 0.0, squared, 1.0), 0.0), 0.0, 1.0)
    d_h = np.hypot(m.east_m + later * east, m.north_m + later * north)
    d_v = np.abs(m.up_m + later * up)
    return Closest(later, d_h, d_v, np.hypot(d_h, d_v))
