"""Flights on the plane of a drawing: where each aircraft was at any moment, and where that is not known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armslength.domain.encounter import Encounter, Flown
from armslength.domain.plot import F64
from armslength.report.projection import Projection
from armslength.units import NS

Place = tuple[float, float] | None
"""Where something was on the plane [m], or None where that is not known."""


@dataclass(frozen=True)
class Path:
    """One flight on the plane: seconds from the closest point, x, y [m], and 1 where it goes on to the next plot."""

    t: F64
    x: F64
    y: F64
    linked: F64

    def at(self, t: float) -> Place:
        """Return where it was at `t` [s], or None where that is not known."""
        after = int(np.searchsorted(self.t, t))
        if after < len(self.t) and self.t[after] == t:
            return float(self.x[after]), float(self.y[after])
        if after == 0 or after == len(self.t) or not self.linked[after - 1]:
            return None
        share = (t - self.t[after - 1]) / (self.t[after] - self.t[after - 1])
        return (
            float(self.x[after - 1] + share * (self.x[after] - self.x[after - 1])),
            float(self.y[after - 1] + share * (self.y[after] - self.y[after - 1])),
        )

    def between(self, start: float, end: float) -> Path:
        """Return the part from `start` to `end` [s], cut exactly there where it is known."""
        inner = (self.t > start) & (self.t < end)
        t, x, y, linked = [self.t[inner]], [self.x[inner]], [self.y[inner]], [self.linked[inner]]
        for moment, front in ((start, True), (end, False)):
            place = self.at(moment)
            if place is not None:
                for values, value in zip((t, x, y, linked), (moment, *place, 1.0 if front else 0.0), strict=True):
                    values.insert(0, np.array([value])) if front else values.append(np.array([value]))
        return Path(*(np.concatenate(values).astype(float) for values in (t, x, y, linked)))


def path_of(flown: Flown, projection: Projection, zero_ns: int) -> Path:
    """Return a flight on the plane of the drawing."""
    x, y = projection.forward(flown.lat, flown.lon)
    t = (flown.time_ns - zero_ns) / NS
    good = np.isfinite(x) & np.isfinite(y)
    return Path(t[good], x[good], y[good], np.asarray(flown.linked, float)[good])


def span_of(one: Encounter, flights: list[Path], horizontal_m: float) -> tuple[float, float]:
    """Return which seconds around the closest point the plan shows.

    The stay and some more, at most 300 s each way; and no longer than both fly within two minima of the closest point,
    beyond which the point itself would shrink to nothing.
    """
    start = max(-300.0, min((one.opened - one.t_closest) / NS - 30.0, -45.0))
    end = min(300.0, max((one.closed - one.t_closest) / NS + 30.0, 45.0))
    for flight in flights:
        far = flight.t[np.hypot(flight.x, flight.y) > 2.0 * horizontal_m]
        start = max([start, *far[far < 0].tolist()])
        end = min([end, *far[far > 0].tolist()])
    return min(start, -15.0), max(end, 15.0)
