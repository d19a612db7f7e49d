"""Made-up encounters with their evidence: flights along straight lines, sampled, with gaps where a test wants them."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians

import numpy as np

from armslength.domain.encounter import CERTAIN, INSIDE, NEAR_MISS, Backdrop, Encounter, Evidence, Flown
from armslength.report.model import Report
from armslength.units import FT, NM, NS

NOON = 1_446_552_000 * NS  # 2015-11-03T12:00:00Z
DEG = 1 / 60 / NM  # degrees of latitude in a metre
NAN = float("nan")


def encounter(number: int = 1, **given: object) -> Encounter:
    """Return an encounter with plausible values, those `given` instead."""
    one = Encounter(
        encounter=number, first="4ca1f2", second="a0b1c2", first_callsign="NORTH12", second_callsign="SOUTH31",
        first_party="north", second_party="south", opened=NOON - 40 * NS, closed=NOON + 45 * NS, t_closest=NOON,
        d_h_m=0.43 * NM, d_v_m=200 * FT, ratio=0.1433, t_slant=NOON + NS, slant_m=798.0, dwell_s=85.0, lat=35.1,
        lon=38.2, alt_m=6400.0, level=INSIDE, certainty=CERTAIN, error_h_m=90.0, error_v_m=45.0, note="",
    )  # fmt: skip
    return replace(one, **given)  # type: ignore[arg-type]


def flown(address: str, callsign: str, party: str, at: tuple[float, float], velocity: tuple[float, float], *,
          alt: float = 6400.0, climb: float = 0.0, every: float = 5.0, around: float = 150.0,
          gap: tuple[float, float] | None = None) -> Flown:  # fmt: skip
    """Return a straight flight that is at `at` (lat, lon) at noon; velocity (east, north) [m/s], gap (from, to) [s]."""
    t = np.arange(-around, around + every / 2, every)
    if gap:
        t = t[(t <= gap[0]) | (t >= gap[1])]
    linked = np.append(np.diff(t) < every * 1.5, False)
    lat = at[0] + t * velocity[1] * DEG
    lon = at[1] + t * velocity[0] * DEG / max(cos(radians(at[0])), 1e-6)
    return Flown(
        address=address, callsign=callsign, party=party, time_ns=NOON + (t * NS).astype(np.int64), lat=lat,
        lon=(lon + 180.0) % 360.0 - 180.0, alt_m=alt + climb * t, linked=linked, datum="barometric",
    )  # fmt: skip


def evidence_of(one: Encounter, first: Flown, second: Flown, *, error: float = 90.0) -> Evidence:
    """Return the evidence of two made-up flights; distances by the flat formula, good enough to draw."""
    t = np.arange(-150.0, 151.0, 2.0)
    ns = NOON + (t * NS).astype(np.int64)

    def at(flight: Flown, values: np.ndarray) -> np.ndarray:
        inside = np.interp(ns, flight.time_ns, values)
        after = np.clip(np.searchsorted(flight.time_ns, ns, "right") - 1, 0, len(flight.time_ns) - 1)
        on_plot = np.isin(ns, flight.time_ns)
        return np.where(flight.linked[after].astype(bool) | on_plot, inside, NAN)

    lon = (
        at(second, np.unwrap(second.lon, period=360)) - at(first, np.unwrap(first.lon, period=360)) + 180
    ) % 360 - 180
    north = (at(second, second.lat) - at(first, first.lat)) / DEG
    east = lon * cos(radians(one.lat)) / DEG
    d_v = np.abs(at(second, second.alt_m) - at(first, first.alt_m))
    bound = np.full(len(t), error) + 0.4 * np.abs(t)
    return Evidence(one.encounter, first, second, ns, np.hypot(north, east), d_v, bound, np.full(len(t), 45.0))


def head_on(number: int = 1, lat: float = 35.1, lon: float = 38.2, **given: object) -> tuple[Encounter, Evidence]:
    """Two aircraft meeting on opposite tracks, 800 m beside each other, with a gap in one of the two tracks."""
    one = encounter(number, lat=lat, lon=lon, **given)
    first = flown(one.first, one.first_callsign, one.first_party, (lat + 400 * DEG, lon), (200.0, 20.0), gap=(60, 95))
    second = flown(
        one.second, one.second_callsign, one.second_party, (lat - 400 * DEG, lon), (-230.0, 10.0), alt=6461.0
    )
    return one, evidence_of(one, first, second)


def crossing(number: int = 2, **given: object) -> tuple[Encounter, Evidence]:
    """A near miss between a climbing and a level aircraft."""
    one = encounter(number, level=NEAR_MISS, d_h_m=60.0, d_v_m=30.0, ratio=0.033, slant_m=67.0, breach=True, **given)
    first = flown(one.first, one.first_callsign, one.first_party, (one.lat, one.lon), (160.0, 140.0))
    second = flown(one.second, one.second_callsign, one.second_party, (one.lat + 60 * DEG, one.lon), (180.0, -120.0),
                   alt=6430.0, climb=8.0)  # fmt: skip
    return one, evidence_of(one, first, second)


def shadowing(number: int = 3, **given: object) -> tuple[Encounter, Evidence]:
    """One aircraft behind the other for longer than the dwell limit."""
    one = encounter(number, d_h_m=2500.0, d_v_m=0.0, ratio=0.45, dwell_s=300.0, opened=NOON - 150 * NS,
                    closed=NOON + 150 * NS, breach=True, **given)  # fmt: skip
    first = flown(one.first, one.first_callsign, one.first_party, (one.lat, one.lon), (0.0, 220.0))
    second = flown(one.second, one.second_callsign, one.second_party, (one.lat - 2500 * DEG, one.lon), (0.0, 221.0))
    return one, evidence_of(one, first, second)


def level_unknown(number: int = 4, **given: object) -> tuple[Encounter, Evidence]:
    """The second aircraft never told its level."""
    one = encounter(number, d_v_m=NAN, slant_m=NAN, alt_m=NAN, certainty="not_determinable", error_v_m=NAN,
                    note="level of a0b1c2 unknown", **given)  # fmt: skip
    first = flown(one.first, one.first_callsign, one.first_party, (one.lat, one.lon), (200.0, 0.0))
    second = flown(
        one.second, one.second_callsign, one.second_party, (one.lat + 800 * DEG, one.lon), (0.0, 190.0), alt=NAN
    )
    return one, evidence_of(one, first, second)


SUMMARY = {
    "recordings": [
        {"file": "radar-a.csv.gz", "format": "table", "rows": 120_345},
        {"file": "radar-b.csv", "format": "table", "rows": 0, "error": "radar-b.csv: the gzip stream ends early."},
    ],
    "rows": {
        "read": 120_345,
        "used": 118_002,
        "kept_aside": {
            "no position": {"rows": 2_300, "example": {"file": "radar-a.csv.gz", "row": 17, "says": "lat empty"}},
            "duplicate": {"rows": 43, "example": {"file": "radar-a.csv.gz", "row": 99, "says": "as row 98"}},
        },
    },
    "aircraft": 212,
    "implausible": [
        {"aircraft": "3c6444", "from": "2015-11-03T11:58:00Z", "to": "2015-11-03T12:04:00Z", "why": "jumps"},
    ],
    "time": {"from": "2015-11-03T08:00:00Z", "to": "2015-11-03T16:00:00Z"},
    "terms": {"source": "rule of threes", "horizontal_m": 3 * NM, "vertical_m": 914.4, "near_miss_m": 152.4,
              "dwell_limit_s": 180.0},
    "left_out": ["radar-b.csv: the gzip stream ends early"],
}  # fmt: skip


def report(pairs: list[tuple[Encounter, Evidence]] = (), more: list[Encounter] = (), **given: object) -> Report:  # type: ignore[assignment]
    """Return a report of these encounters, those of `pairs` with their evidence."""
    values: dict[str, object] = {
        "title": "Made-up sky", "summary": SUMMARY, "encounters": [*(one for one, _ in pairs), *more],
        "evidence": {one.encounter: seen for one, seen in pairs}, "horizontal_m": 3 * NM, "vertical_m": 3000 * FT,
        "near_miss_m": 500 * FT, "dwell_limit_s": 180.0, "generated_ns": NOON + 86_400 * NS,
        "backdrop": backdrop(),
    }  # fmt: skip
    return Report(**{**values, **given})  # type: ignore[arg-type]


def backdrop(lat: float = 35.0, lon: float = 38.0, spread: float = 2.0) -> Backdrop:
    """Return a backdrop of forty airways through a place."""
    rng = np.random.default_rng(7)
    a, b = rng.normal(0, spread / 2, (2, 40, 2))
    along = np.linspace(-1, 1, 150)[None, :, None]
    points = (a[:, None] + along * b[:, None]).reshape(-1, 2)
    return Backdrop(lat + points[:, 0], (lon + points[:, 1] + 180) % 360 - 180, aircraft=212)


def many(count: int) -> list[Encounter]:
    """Return `count` encounters scattered over a day and a country."""
    rng = np.random.default_rng(11)
    levels = rng.choice([INSIDE, NEAR_MISS], count, p=[0.97, 0.03])
    certainties = rng.choice(["certain", "possible", "not_determinable"], count, p=[0.6, 0.3, 0.1])
    ratio = np.sqrt(rng.uniform(0.001, 1, count))
    when = NOON + (rng.uniform(-4, 4, count) * 3600 * NS).astype(np.int64)
    lat, lon = 35 + rng.normal(0, 1.2, count), 38 + rng.normal(0, 1.5, count)
    return [
        encounter(
            i + 1, first=f"{0x400000 + i:06x}", second=f"{0xA00000 + i:06x}", first_callsign=f"N{i % 300}",
            second_callsign=f"S{i % 211}", ratio=float(ratio[i]), d_h_m=float(ratio[i] * 3 * NM), d_v_m=200 * FT,
            slant_m=float(ratio[i] * 3 * NM), t_closest=int(when[i]), opened=int(when[i]) - 30 * NS,
            closed=int(when[i]) + 30 * NS, dwell_s=60.0, lat=float(lat[i]), lon=float(lon[i]), level=str(levels[i]),
            certainty=str(certainties[i]), breach=bool(levels[i] == NEAR_MISS and certainties[i] == "certain"),
        )
        for i in range(count)
    ]  # fmt: skip
