"""Encounters: two tracks of different parties that came inside the minima, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from armslength.domain.plot import F64, I64

INSIDE = "inside"
NEAR_MISS = "near_miss"
CERTAIN = "certain"
POSSIBLE = "possible"
NOT_DETERMINABLE = "not_determinable"
ON_IT = 1.0 - 1e-9
"""On a limit is not inside it: 35,000 ft and 36,000 ft are 304.8 m apart but for the last bits of a product."""

COLUMNS = (
    "encounter", "first", "second", "first_callsign", "second_callsign", "first_party", "second_party", "opened",
    "closed", "t_closest", "d_h_m", "d_v_m", "ratio", "t_slant", "slant_m", "dwell_s", "lat", "lon", "alt_m", "level",
    "certainty", "error_h_m", "error_v_m", "note",
)  # fmt: skip
"""The columns of encounters.parquet, .csv and .geojson, in order. Stable."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """One close approach. Times are UTC ns; distances metres; NaN where a level is unknown.

    Attributes:
        encounter: its number in this replay, 1-based, in order of `opened`.
        first, second: addresses, first < second; nothing else tells the two apart.
        opened, closed: first and last moment inside the minima.
        t_closest: when `ratio` is least; d_h_m, d_v_m, lat, lon (midpoint, deg), alt_m (mean) are taken there.
        ratio: least over time of max(d_h / horizontal minimum, d_v / vertical minimum).
        t_slant, slant_m: least slant distance and when.
        dwell_s: longest continuous stay inside, exits under 30 s bridged.
        level: "inside" or "near_miss".
        certainty: "certain", "possible" or "not_determinable", of that level.
        error_h_m, error_v_m: two-sigma bounds of d_h_m and d_v_m.
        breach: the dwell limit was certainly exceeded, or a near miss is certain.
        note: what the reader must know, in words.
    """

    encounter: int
    first: str
    second: str
    first_callsign: str
    second_callsign: str
    first_party: str
    second_party: str
    opened: int
    closed: int
    t_closest: int
    d_h_m: float
    d_v_m: float
    ratio: float
    t_slant: int
    slant_m: float
    dwell_s: float
    lat: float
    lon: float
    alt_m: float
    level: str
    certainty: str
    error_h_m: float
    error_v_m: float
    note: str
    breach: bool = False


def gravity(one: Encounter) -> tuple[bool, bool, int, float, float, int]:
    """Return what puts the gravest first.

    Breaches come first, then near misses, then what is surer, then what is nearer; the number settles the rest.
    """
    sureness = {CERTAIN: 0, POSSIBLE: 1}.get(one.certainty, 2)
    ratio = one.ratio if isfinite(one.ratio) else 1.0
    slant = one.slant_m if isfinite(one.slant_m) else one.d_h_m
    nearness = slant if isfinite(slant) else inf
    return not one.breach, one.level != NEAR_MISS, sureness, ratio, nearness, one.encounter


@dataclass(frozen=True, slots=True)
class Flown:
    """What one aircraft of an encounter flew around it: cleaned plots, shape (N,), in order of time.

    Attributes:
        time_ns: UTC ns.
        lat, lon: deg.
        alt_m: level [m] on `datum`, NaN unknown.
        linked: shape (N,); True where the flight from this plot to the next one is known (no gap, no jump).
        datum: "barometric" or "geometric".
    """

    address: str
    callsign: str
    party: str
    time_ns: I64
    lat: F64
    lon: F64
    alt_m: F64
    linked: F64
    datum: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The drawn part of one encounter: both flights around the closest point, and the judged distances over time.

    Attributes:
        encounter: number of the encounter.
        first, second: what each flew.
        time_ns: shape (T,), moments at which the distances below were taken.
        d_h_m, d_v_m: horizontal and vertical distance there [m]; NaN where either track is unknown.
        error_h_m, error_v_m: two-sigma bounds of them [m].
    """

    encounter: int
    first: Flown
    second: Flown
    time_ns: I64
    d_h_m: F64
    d_v_m: F64
    error_h_m: F64
    error_v_m: F64


@dataclass
class Backdrop:
    """Thinned positions of all traffic, to draw behind the map of encounters: lat, lon [deg], shape (N,)."""

    lat: F64
    lon: F64
    aircraft: int = 0
