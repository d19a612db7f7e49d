"""The live picture: what is known of every aircraft at one moment, and how well. A struct of arrays.

One `Snapshot` is what the picture says at `now_ns`, every track carried on to that moment. Rows are in order of the
aircraft's index in the roster. 1-sigma values are of one axis; horizontal ones hold for east and north alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armslength.domain.plot import F64, I32, I64, U8, Bool, Plot

TENTATIVE, FIRM, COASTING = 0, 1, 2
"""States of a track: not yet believed; seen of late; carried on without plots."""
STATES = ("tentative", "firm", "coasting")
LEVEL_UNKNOWN, LEVEL_BAROMETRIC, LEVEL_GEOMETRIC, LEVEL_ENTERED = 0, 1, 2, 3
"""Datum codes of a level. ENTERED: told by an officer, on the datum of the terms, ageing."""
DATUMS = ("unknown", "barometric", "geometric", "entered")

TELEPORT, TOO_FAST, TWO_PLACES, TOO_HARD, VELOCITY, LEVEL_JUMP, STOOD_STILL, DISAGREE, REPLAYED, SINGLE = (
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512
)  # fmt: skip
MARKS = {
    TELEPORT: "moved further than any aircraft of its category flies",
    TOO_FAST: "faster than any aircraft of its category",
    TWO_PLACES: "in two places at one time",
    TOO_HARD: "manoeuvred harder than any aircraft of its category",
    VELOCITY: "reported velocity does not fit the positions",
    LEVEL_JUMP: "level jumped",
    STOOD_STILL: "position stood still in flight",
    DISAGREE: "its sources disagree",
    REPLAYED: "plots arrive with the times of an earlier flight",
    SINGLE: "seen by one kind of source alone",
}
"""Why a track is not to be believed without a second look: bit -> words. SINGLE is no implausibility of its own."""
IMPLAUSIBLE = TELEPORT | TOO_FAST | TWO_PLACES | TOO_HARD | VELOCITY | LEVEL_JUMP | STOOD_STILL | DISAGREE | REPLAYED


def mark_words(marks: int) -> tuple[str, ...]:
    """Return what the bits of `marks` mean, in order of the bits."""
    return tuple(words for bit, words in MARKS.items() if marks & bit)


def integrity(plots: Sequence[Plot]) -> tuple[I32, I32]:
    """Return navigation integrity and accuracy categories of live plots, shape (N,) each, -1 unknown."""
    return np.array([p.nic for p in plots], np.int32), np.array([p.nac_p for p in plots], np.int32)


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed is to the picture.

    Attributes:
        name: as people call it.
        satellite: its positions come from the aircraft's own satellite navigation (ADS-B); False for radar and
            multilateration, which jamming of satellite navigation leaves alone. Two receivers that hear the same false
            signal are one witness: a track counts as corroborated when satellite and other sources see it.
        own: a data link with one's own aircraft, which needs no second witness.
    """

    name: str
    satellite: bool = True
    own: bool = False


AREA_RAD = math.radians(0.75)
"""How far an area reaches from its middle, as an angle (45 NM): a cell of a degree, to its corners."""


def directions(lat: F64, lon: F64) -> F64:
    """Return the unit vectors of places [deg], shape (N, 3), on the mean sphere: for what is as coarse as an area."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)), axis=-1)


@dataclass(frozen=True, slots=True)
class Interference:
    """The state of satellite navigation, by areas.

    Attributes:
        active: interference is assumed somewhere; bounds of satellite-derived tracks are widened there.
        since_ns: when it became so, UTC ns; 0 where not active.
        share: share of the aircraft judged that show signs of it, 0 to 1, in the area that shows most; where it is not
            active, of all. judged: how many could be judged.
        why: the signs with their counts, in words; "" where there are none.
        areas: latitude and longitude [deg] of the middle of each area of AREA_RAD; none while it is active: everywhere.
    """

    active: bool = False
    since_ns: int = 0
    share: float = 0.0
    judged: int = 0
    why: str = ""
    areas: tuple[tuple[float, float], ...] = ()

    def covers(self, lat: F64, lon: F64) -> Bool:
        """Return which places [deg], shape (N,), lie where interference is assumed."""
        if not self.active or not self.areas:
            return np.full(np.shape(lat), self.active, np.bool_)
        middle = np.array(self.areas)
        near = directions(lat, lon) @ directions(middle[:, 0], middle[:, 1]).T >= math.cos(AREA_RAD)
        return np.asarray(near.any(axis=1), np.bool_)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All live tracks at one moment, shape (N,) each, carried on from their last plots.

    Attributes:
        now_ns: the moment, UTC ns.
        aircraft: index in the roster, ascending. addresses: the same as addresses.
        lat, lon: WGS-84 [deg]. gs_mps, track_deg: ground speed and track [deg true].
        level_m, vs_mps: level [m] on `datum` and vertical rate [m/s, up]; NaN where the level is unknown.
        datum: LEVEL_* code. baro_m, geo_m: the level on either datum [m], NaN unknown, with their 1-sigma: what is
            compared between two aircraft is of one datum wherever both have it.
        sigma_h_m, sigma_v_m, sigma_gs_mps, sigma_vs_mps: 1-sigma of place, level and their rates, now.
        turn_radps: rate of turn, right positive [rad/s]; 0 where it is not known or not meant.
        limit_h_mps2, limit_v_mps2: hardest accelerations of its category.
        age_s: since the newest plot used. level_age_s: since the level was last known; NaN where it is unknown.
        state: TENTATIVE, FIRM or COASTING. on_ground: the newest plot says so.
        marks: bits of MARKS. sources: bit k is source k, seen of late. leading: index of the source followed.
        source_names: names by index. interference: where, and why.
    """

    now_ns: int
    aircraft: I32
    addresses: tuple[str, ...]
    lat: F64
    lon: F64
    level_m: F64
    gs_mps: F64
    track_deg: F64
    vs_mps: F64
    datum: U8
    baro_m: F64
    geo_m: F64
    sigma_baro_m: F64
    sigma_geo_m: F64
    sigma_h_m: F64
    sigma_v_m: F64
    sigma_gs_mps: F64
    sigma_vs_mps: F64
    turn_radps: F64
    limit_h_mps2: F64
    limit_v_mps2: F64
    age_s: F64
    level_age_s: F64
    state: U8
    on_ground: Bool
    marks: I64
    sources: I64
    leading: I32
    source_names: tuple[str, ...]
    interference: Interference

    def __len__(self) -> int:
        return len(self.aircraft)

    def names_of(self, row: int) -> tuple[str, ...]:
        """Return the names of the sources that see the track of `row`."""
        bits = int(self.sources[row])
        return tuple(name for k, name in enumerate(self.source_names) if bits >> k & 1)
