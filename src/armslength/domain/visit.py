"""Visits: what one aircraft flew in a place, or near it, second by second; and what was told of places beforehand.

A visit is not a meeting: there is one aircraft and a piece of sky. Samples stand on the whole seconds of UTC at which
the flight is known (straight between two linked plots, as in `Meetings`) and the aircraft is possibly within the place
widened by what its rule wants. Where `t` jumps by more than 1 s, it was elsewhere, or nothing is known. Every bound is
two-sigma.
"""

from __future__ import annotations

from dataclasses import dataclass

from armslength.agreement.area import Area
from armslength.domain.plot import F64
from armslength.units import NS

BLOCK, SITE, ACTIVITY = "block", "protected site", "activity"


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of sky that is watched.

    Attributes:
        kind: BLOCK, SITE or ACTIVITY. key: names it, once among all places: "block 2", or the id of a notice.
        number: among its kind, counted from 0.
        party: whose it is. visitors: parties whose aircraft are watched.
        area: its shape, and its levels on the datum of the terms.
        wide_m, wide_up_m: how far around it is watched as well, horizontally and vertically [m].
        from_ns, until_ns: watched from the one until before the other [UTC ns]; None: no limit.
    """

    kind: str
    key: str
    number: int
    party: str
    visitors: frozenset[str]
    area: Area
    wide_m: float = 0.0
    wide_up_m: float = 0.0
    from_ns: int | None = None
    until_ns: int | None = None


@dataclass(frozen=True)
class Visit:
    """What one aircraft flew in one place. Arrays of shape (N,), in order of time; N > 0.

    Attributes:
        place: see there. aircraft: its index in the roster. party: that it is bound to.
        epoch_ns: UTC ns at which t is 0; a whole second. t: whole seconds after it [s].
        lat, lon: WGS-84 [deg]. level_m: on the datum of the terms [m], NaN unknown.
        depth_m: distance to the edge of the place over the ground [m], positive inside; bound `error_h_m`.
        error_h_m, error_v_m: two-sigma bounds of the position and of the level [m].
        update_s: time between the plots around each second [s].
    """

    place: Place
    aircraft: int
    party: str
    epoch_ns: int
    t: F64
    lat: F64
    lon: F64
    level_m: F64
    depth_m: F64
    error_h_m: F64
    error_v_m: F64
    update_s: F64

    def __len__(self) -> int:
        return len(self.t)

    def ns(self, sample: int) -> int:
        """Return when a sample is, UTC [ns]."""
        return self.epoch_ns + round(float(self.t[sample])) * NS


@dataclass(frozen=True, slots=True)
class Notice:
    """An activity that a party told of (ACT), as both sides know it.

    Attributes:
        id: of the message. by, receiver: the parties. kind: of ACT: HAZARD, PLANNED, TIME_CRITICAL or URGENT.
        area: where, levels [m] on the datum of the terms.
        from_ns, until_ns: from the one until before the other [UTC ns]; an ACC ends it earlier.
        delivered_ns: when the receiver had it, by his own signed mark [UTC ns]; None: he never did.
        aircraft: addresses that fly it, where that is known; None: it is not.
    """

    id: str
    by: str
    receiver: str
    kind: str
    area: Area
    from_ns: int
    until_ns: int
    delivered_ns: int | None
    aircraft: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Distress:
    """An emergency of a party (EMG), known to the other side since `at_ns` [UTC ns]; `id`: of the message."""

    id: str
    by: str
    at_ns: int
