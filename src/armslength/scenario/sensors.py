"""What each party sees: radars, own reports and broadcasts, with noise, gaps, coverage, intervals and latency.

A picture is a mosaic, as radar centres make them: each aircraft is taken from the best source that sees it at the time,
and only where that one is silent from the next. Every plot says how good it is: `accuracy_m` is the radius that holds
the true position with 95 %.
Places on the plane of the scenario [m], angles [deg] clockwise from its north, times [s] from the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armslength.scenario.aircraft import NORTH, SOUTH, Aircraft
from armslength.scenario.sky import Sky
from armslength.units import FPM, FT, KT, NM

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

CIRCULAR_95 = 2.4477468
"""Radius of the 95 % circle of a round normal error, in sigmas: sqrt(-2 ln 0.05)."""
HORIZON = 4120.0
"""Radio horizon on the 4/3 earth [m] over the square root of the antenna's height [m]."""


@dataclass(frozen=True, slots=True)
class Radar:
    """A secondary radar that turns.

    Attributes:
        name: of the radar.
        x, y, height: place and height of its antenna [m].
        period: of a turn [s].
        reach: range [m].
        sigma_range [m], sigma_azimuth [deg]: of its errors.
        level_step: levels are given in steps of this [m].
        detects: probability that a turn finds an aircraft in its sight.
        blind: sector (from, to) [deg] that a hill hides below `blind_below` [m] of level.
        outages, outage: gaps for one aircraft, per hour, and their mean length [s].
        latency: until its plots are recorded [s].
    """

    name: str
    x: float
    y: float
    height: float
    period: float
    reach: float
    sigma_range: float
    sigma_azimuth: float
    level_step: float
    detects: float
    blind: tuple[float, float]
    blind_below: float
    outages: float
    outage: float
    latency: float


@dataclass(frozen=True, slots=True)
class Reports:
    """Positions that aircraft send themselves.

    Attributes:
        name: of the source.
        party: whose aircraft send them; "" those that broadcast to everybody, heard within `reach` of a radar site.
        period: [s].
        sigma: of each horizontal component [m].
        reach, detects, outages, outage, latency: as of a radar.
    """

    name: str
    party: str
    period: float
    sigma: float
    reach: float
    detects: float
    outages: float
    outage: float
    latency: float


Source = Radar | Reports

SOURCES: dict[str, tuple[Source, ...]] = {
    NORTH: (
        Reports("broadcasts", "", 1.0, 8.0, 200 * NM, 0.96, 1.0, 12.0, 0.3),
        Radar("terminal radar", 62 * NM, 92 * NM, 60, 4.0, 200 * NM, 35, 0.05, 25 * FT, 0.97, (310, 335), 4500, 1.5,
              20, 0.6),
        Radar("long-range radar", -70 * NM, 96 * NM, 900, 10.0, 200 * NM, 60, 0.07, 100 * FT, 0.95, (100, 112), 2500,
              1.0, 30, 1.5),
    ),
    SOUTH: (
        Reports("own reports", SOUTH, 1.0, 6.0, 400 * NM, 0.985, 0.8, 15.0, 1.2),
        Reports("broadcasts", "", 1.0, 8.0, 200 * NM, 0.96, 1.0, 12.0, 0.3),
        Radar("area radar", 4 * NM, -96 * NM, 350, 5.0, 200 * NM, 45, 0.06, 25 * FT, 0.96, (200, 230), 6000, 1.2, 25,
              0.9),
    ),
}  # fmt: skip
"""The sources of each party, best first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Plots of one aircraft by one source, shape (K,): what the columns of the recording need, SI.

    x, y: the true place on the plane; dx, dy: the error of the plot in metres on the earth.
    """

    t: F64
    arrival: F64
    x: F64
    y: F64
    z: F64
    dx: F64
    dy: F64
    gs: F64
    course: F64
    vs: F64
    accuracy: F64
    level_step: float
    geometric: bool


def radius_95(sigma_one: F64, sigma_two: F64) -> F64:
    """Return the radius of the circle that holds 95 % of a two-dimensional normal error with these sigmas.

    Source: H. Bessel van Leenhouts, On the Computation of Bi-Normal Radial Error, Navigation 32 (1), 1985; the cubic
    is within 0.3 % of the integral, checked in the tests.
    """
    large, small = np.maximum(sigma_one, sigma_two), np.minimum(sigma_one, sigma_two)
    c = small / large
    radius: F64 = large * (1.960787 + 0.004121 * c + 0.114276 * c**2 + 0.371625 * c**3)
    return radius


def picture(
    sky: Sky, party: str, rng: np.random.Generator, sensors: Mapping[str, tuple[Source, ...]] = SOURCES
) -> list[tuple[Aircraft, list[Seen]]]:
    """Return what `party` sees: for every aircraft of the sky the plots of each source that the mosaic keeps."""
    sources = sensors[party]
    sites = [s for s in sources if isinstance(s, Radar)]
    out = []
    for aircraft in sky.aircraft:
        kept: list[Seen] = []
        better: list[tuple[F64, float]] = []
        for source in sources:
            if isinstance(source, Radar):
                seen = _by_radar(aircraft, source, sky, rng)
            else:
                seen = _by_reports(aircraft, source, sites, sky, rng)
            if seen is None:
                continue
            seen = _where(seen, _unseen(seen.t, better))
            if len(seen.t):
                kept.append(seen)
                better.append((seen.t, source.period))
        out.append((aircraft, kept))
    return out


def apart(sky: Sky, source: Source, sites: list[Radar], rng: np.random.Generator) -> list[tuple[Aircraft, Seen]]:
    """Return what one source alone sees, as a live feed gives it: every aircraft that it ever finds, with its plots."""
    out = []
    for aircraft in sky.aircraft:
        if isinstance(source, Radar):
            seen = _by_radar(aircraft, source, sky, rng)
        else:
            seen = _by_reports(aircraft, source, sites, sky, rng)
        if seen is not None and len(seen.t):
            out.append((aircraft, seen))
    return out


def _by_radar(aircraft: Aircraft, radar: Radar, sky: Sky, rng: np.random.Generator) -> Seen | None:
    flight = aircraft.flight
    turns: F64 = np.arange(np.ceil(flight.t0 / radar.period), np.floor(flight.t1 / radar.period), dtype=np.float64)
    if not len(turns):
        return None
    x, y, _ = flight.at(turns * radar.period)
    # Unwrapped: whoever flies through the antenna's north is neither met twice in one turn nor missed.
    t = (turns + np.unwrap(_azimuth(x - radar.x, y - radar.y), period=360.0) / 360.0) * radar.period
    t = _stamped(t + rng.normal(0.0, 0.004 * radar.period, len(t)))
    x, y, z = flight.at(t)
    east, north = x - radar.x, y - radar.y
    away, azimuth = np.hypot(east, north), _azimuth(east, north)
    with np.errstate(invalid="ignore"):
        sight = (away < radar.reach) & (away < HORIZON * (np.sqrt(radar.height) + np.sqrt(np.maximum(z, 0.0))))
        sight &= away > np.maximum(z, 500.0)  # the cone of silence above the antenna
        hidden = (azimuth >= radar.blind[0]) & (azimuth <= radar.blind[1]) & (z < radar.blind_below)
    found = sight & ~hidden & (rng.random(len(t)) < radar.detects)
    found &= ~_out(t, radar.outages, radar.outage, rng)
    along = rng.normal(0.0, radar.sigma_range, len(t))
    sigma_across = away * np.radians(radar.sigma_azimuth)
    across = rng.normal(0.0, 1.0, len(t)) * sigma_across
    ux, uy = east / np.maximum(away, 1.0), north / np.maximum(away, 1.0)
    accuracy = np.ceil(radius_95(np.full(len(t), radar.sigma_range), sigma_across))
    vx, vy, vz = flight.velocity(t)
    gs = np.hypot(vx, vy) + rng.normal(0.0, 5 * KT, len(t))
    course = _azimuth(vx, vy) + rng.normal(0.0, 1.5, len(t))
    vs = vz + rng.normal(0.0, 120 * FPM, len(t))
    arrival = t + radar.latency + rng.exponential(0.1, len(t))
    seen = Seen(
        t, arrival, x, y, z, along * ux + across * uy, along * uy - across * ux, np.maximum(gs, 0.0), course, vs,
        accuracy, radar.level_step, False,
    )  # fmt: skip
    return _where(seen, found)


def _by_reports(
    aircraft: Aircraft, source: Reports, sites: list[Radar], sky: Sky, rng: np.random.Generator
) -> Seen | None:
    if aircraft.party != source.party if source.party else not aircraft.broadcasts:
        return None
    flight = aircraft.flight
    t = np.arange(np.ceil(flight.t0), np.floor(flight.t1)) * source.period + rng.uniform(0.0, 0.9 * source.period)
    t = _stamped(t + rng.uniform(0.0, 0.08, len(t)))
    t = t[(t >= flight.t0) & (t <= flight.t1)]
    x, y, z = flight.at(t)
    found = (rng.random(len(t)) < source.detects) & ~_out(t, source.outages, source.outage, rng)
    if not source.party:
        heard = np.zeros(len(t), np.bool_)
        for site in sites:
            away = np.hypot(x - site.x, y - site.y)
            heard |= (away < source.reach) & (away < HORIZON * (np.sqrt(site.height) + np.sqrt(np.maximum(z, 0.0))))
        found &= heard
    dx, dy = rng.normal(0.0, source.sigma, (2, len(t)))
    accuracy = np.full(len(t), np.ceil(CIRCULAR_95 * source.sigma))
    vx, vy, vz = flight.velocity(t)
    gs = np.maximum(np.hypot(vx, vy) + rng.normal(0.0, 0.4 * KT, len(t)), 0.0)
    course = _azimuth(vx, vy) + rng.normal(0.0, 0.2, len(t))
    vs = vz + rng.normal(0.0, 30 * FPM, len(t))
    arrival = t + source.latency + rng.exponential(0.15, len(t))
    return _where(Seen(t, arrival, x, y, z, dx, dy, gs, course, vs, accuracy, 25 * FT, True), found)


def _unseen(t: F64, better: list[tuple[F64, float]]) -> Bool:
    """Return which times no better source covers: it has no plot within 1.6 of its intervals."""
    out = np.ones(len(t), np.bool_)
    for times, period in better:
        after = np.searchsorted(times, t)
        gap_before = t - times[np.maximum(after - 1, 0)]
        gap_after = times[np.minimum(after, len(times) - 1)] - t
        out &= ~((np.abs(gap_before) < 1.6 * period) | (np.abs(gap_after) < 1.6 * period))
    return out


def _out(t: F64, per_hour: float, mean: float, rng: np.random.Generator) -> Bool:
    """Return which times fall into outages, drawn as a Poisson process with exponential lengths."""
    if not len(t):
        return np.zeros(0, np.bool_)
    count = int(rng.poisson(per_hour * (t[-1] - t[0]) / 3600.0))
    begin, length = rng.uniform(t[0], t[-1] + 1e-9, count), rng.exponential(mean, count)
    return np.asarray(((t[:, None] >= begin) & (t[:, None] < begin + length)).any(axis=1), np.bool_)


def _stamped(t: F64) -> F64:
    """Return times as recordings hold them: to a millisecond."""
    whole: F64 = np.round(t, 3)
    return whole


def _azimuth(east: F64, north: F64) -> F64:
    angle: F64 = np.degrees(np.arctan2(east, north)) % 360.0
    return angle


def _where(seen: Seen, mask: Bool) -> Seen:
    s = seen
    return Seen(
        s.t[mask], s.arrival[mask], s.x[mask], s.y[mask], s.z[mask], s.dx[mask], s.dy[mask], s.gs[mask],
        s.course[mask], s.vs[mask], s.accuracy[mask], s.level_step, s.geometric,
    )  # fmt: skip
