"""Pairs: which aircraft of different parties have to be looked at, and what is ahead of them.

A wide search finds every pair whose bounds could bring it inside; the exact arithmetic of each is in
`kernel.foresight`. A level that is not known could be any.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms, contains
from armslength.domain.alert import Tier
from armslength.domain.encounter import ON_IT
from armslength.domain.picture import LEVEL_ENTERED, LEVEL_UNKNOWN, TENTATIVE, Snapshot
from armslength.domain.plot import F64, I64, Bool
from armslength.engine.watch.memory import Key
from armslength.engine.watch.pieces import (
    COMPARED_AT_ONCE,
    COMPARED_US,
    PAIR_US,
    TRACK_US,
    Looking,
    Piece,
    batched,
)
from armslength.engine.watch.steadying import NOTHING, WIDER
from armslength.kernel import foresight as k
from armslength.kernel.geodesy import E2
from armslength.kernel.straight import straight
from armslength.units import FT

FLATTER = 1.0 - E2
"""Tangent of the geocentric latitude over that of the geodetic one, on the surface."""
LEFT_OUT = -2
"""The group of aircraft that are none of this watch's business: another counterpart's, who has a watch of his own."""
REACH_MOST_M, CLIMB_MOST_M = 4_000.0, 600.0
"""Up to this reach of the bounds of one aircraft [m] the grid is searched; who is less sure is compared with all."""
RATE_UNKNOWN_MPS = 60.0
"""1-sigma of a velocity [m/s] above which nothing is predicted from it: only where it is counts."""
MIXED_SIGMA_M = 0.5 * 1500 * FT
"""1-sigma of a difference of levels on different datums [m]."""
POSSIBLE_S = 30.0
"""A loss that only the bounds allow is an alert when it may begin within this time [s]."""
LIKELY_S = 30.0
"""A loss that is further away [s] must be likely, not only what straight flight happens to give."""
TURNING_S = 40.0
"""A loss that only a turn that goes on would bring is an alert when it begins within this time [s]."""
NEAR_S = 30.0
"""A near miss is predicted when it begins within this time [s]."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is ahead of each pair that was looked at, shape (P,). first, second: rows of the snapshot, first < second.

    Attributes:
        raw, held: tier by the minima and by the wider ones that hold a tier. to_go_s: until what `raw` is about [s].
        ahead: columns of `kernel.foresight`. climb_mps: rate of the level difference.
        level_unknown, mixed: the levels cannot be compared; are of different datums.
    """

    first: I64
    second: I64
    raw: I64
    held: I64
    to_go_s: F64
    ahead: F64
    level_unknown: Bool
    mixed: Bool


def moving(snapshot: Snapshot) -> tuple[F64, F64]:
    """Return place and velocity, shape (N, 6), and variances of them, shape (N, 2), as far as anything is predicted."""
    n = len(snapshot)
    known = (snapshot.sigma_gs_mps <= RATE_UNKNOWN_MPS) & np.isfinite(snapshot.gs_mps)
    x, gs = np.empty((n, 6)), np.where(known, snapshot.gs_mps, 0.0)
    k.placed(np.radians(snapshot.lat), np.radians(snapshot.lon), np.radians(snapshot.track_deg), gs, x)
    rate = np.where(known, snapshot.sigma_gs_mps, 0.0)
    return x, _columns(snapshot.sigma_h_m**2, rate**2)


def _columns(*columns: F64) -> F64:
    """Return them side by side, laid out in memory as the kernels were warmed with, however many rows there are."""
    return np.ascontiguousarray(np.stack(columns, axis=1))


def look(snapshot: Snapshot, x: F64, var: F64, group: I64, own: int, terms: Terms, minima_hold: bool) -> Looking[Facts]:
    """Return the facts of every pair of an aircraft of the own group and one of another, that might matter.

    Args:
        x, var: from `moving`. group: of each row. own: the own group.
        minima_hold: False where the separation is suspended: near misses alone are looked for.
    """
    horizontal, vertical = terms.separation.horizontal_m, terms.separation.vertical_m
    flying = np.flatnonzero(~snapshot.on_ground & (group != LEFT_OUT)).astype(np.int64)
    first, second = yield from _candidates(
        snapshot, x, var, flying, WIDER * horizontal, WIDER * vertical, WIDER * terms.lookahead_s
    )
    ours, theirs = group[first] == own, group[second] == own
    keep = ours != theirs
    first, second = first[keep], second[keep]
    levels, unknown, mixed = _levels(snapshot, first, second, terms.datum)
    slant = terms.near_miss.slant_m
    ahead, wide = np.empty((len(first), k.FORESEEN)), np.empty((len(first), k.FORESEEN))
    for factor, out in ((1.0, ahead), (WIDER, wide)):
        near, far = factor * ON_IT * slant, factor * terms.lookahead_s
        level, across = factor * ON_IT * vertical, factor * ON_IT * horizontal
        k.foresee(first, second, x, var, snapshot.turn_radps, levels, across, level, near, far, out)
    raw, to_go = _tiers(ahead, terms, 1.0, minima_hold)
    held, _ = _tiers(wide, terms, WIDER, minima_hold)
    both = Facts(first, second, raw, np.maximum(raw, held), to_go, ahead, unknown, mixed)
    yield Piece(PAIR_US * len(first))
    return _in_area(both, snapshot, x, terms)


def find(snapshot: Snapshot, facts: Facts, keys: Collection[Key]) -> dict[Key, int]:
    """Return the places in `facts` of those pairs of addresses, of `keys`, that were looked at."""
    row_of = {address: row for row, address in enumerate(snapshot.addresses)} if keys else {}
    known = [of for of in keys if of[0] in row_of and of[1] in row_of]
    rows = np.sort(np.array([(row_of[one], row_of[other]) for one, other in known], np.int64).reshape(-1, 2), axis=1)
    wanted, there = (first * len(snapshot) + second for first, second in (rows.T, (facts.first, facts.second)))
    at = np.searchsorted(there, wanted)  # pairs stand in order
    at[at == len(there)] = 0
    found = there[at] == wanted if len(there) else np.zeros(len(wanted), np.bool_)
    return {of: pair for of, pair, is_there in zip(known, at.tolist(), found.tolist(), strict=True) if is_there}


def _candidates(
    snapshot: Snapshot, x: F64, var: F64, flying: I64, horizontal: float, vertical: float, lookahead: float
) -> Looking[tuple[I64, I64]]:
    """Return pairs of rows that could come within the minima, by their bounds at the end of the look-ahead."""
    reach = 2.0 * np.sqrt(var[:, 0] + var[:, 1] * lookahead**2) + _aside(snapshot)
    climb = 2.0 * np.sqrt(
        np.nan_to_num(snapshot.sigma_v_m) ** 2 + (np.nan_to_num(snapshot.sigma_vs_mps) * lookahead) ** 2
    )
    is_sure = (reach[flying] <= REACH_MOST_M) & (climb[flying] <= CLIMB_MOST_M)
    sure, unsure = flying[is_sure], np.flatnonzero(~is_sure)
    level = np.where(snapshot.datum == LEVEL_UNKNOWN, np.nan, snapshot.level_m)
    far = horizontal + 2.0 * float(reach[sure].max(initial=0.0))
    high = vertical + 2.0 * float(climb[sure].max(initial=0.0)) + 4.0 * MIXED_SIGMA_M
    moves = np.where(np.hypot(np.hypot(x[:, 3], x[:, 4]), x[:, 5]) > 0.0, snapshot.gs_mps, 0.0)
    columns = (snapshot.lat, snapshot.lon, level, snapshot.track_deg, moves, np.nan_to_num(snapshot.vs_mps))
    answer, _unknown = straight(
        *(np.ascontiguousarray(column[sure]) for column in columns), horizontal=far, vertical=high, lookahead=lookahead,
        threads=1,
    )  # fmt: skip
    found = [sure[answer.first] * len(snapshot) + sure[answer.second]]
    yield Piece(TRACK_US * len(snapshot))
    reaches, places = reach[flying], x[flying]
    for some in batched(unsure, max(COMPARED_AT_ONCE // max(len(flying), 1), 1)):
        there, count = np.empty((4096, 2), np.int64), 0
        while (count := k.beside(np.asarray(some), places, reaches, horizontal, lookahead, there)) > len(there):
            there = np.empty((count, 2), np.int64)
        both = flying[there[:count]]
        found.append(both[:, 0] * len(snapshot) + both[:, 1])
        yield Piece(COMPARED_US * len(some) * len(flying))
    pairs = np.unique(np.concatenate(found))  # in order; who is among the unsure of two pieces was found with either
    return pairs // max(len(snapshot), 1), pairs % max(len(snapshot), 1)


def _aside(snapshot: Snapshot) -> F64:
    """Return how far a turn that goes on takes each aircraft from its straight path at most [m]."""
    rate = np.abs(snapshot.turn_radps)
    aside = snapshot.gs_mps * np.minimum(0.5 * rate * k.TURN_FOR**2, 2.0 * k.TURN_FOR)
    return np.where(rate >= k.TURNING, aside, 0.0)


def _levels(snapshot: Snapshot, first: I64, second: I64, datum: str) -> tuple[F64, Bool, Bool]:
    """Return level difference, rate and variances, shape (P, 4); which cannot be known; which are of mixed datums."""
    one, other = (snapshot.baro_m, snapshot.sigma_baro_m), (snapshot.geo_m, snapshot.sigma_geo_m)
    if datum == "geometric":
        one, other = other, one
    shown, sigma = snapshot.level_m, snapshot.sigma_v_m
    same_one, same_other = (~np.isnan(level[first] + level[second]) for level, _ in (one, other))
    entered = snapshot.datum == LEVEL_ENTERED
    dz = np.where(same_other, other[0][second] - other[0][first], shown[second] - shown[first])
    dz = np.where(same_one, one[0][second] - one[0][first], dz)
    place = np.where(same_other, other[1][first] ** 2 + other[1][second] ** 2, sigma[first] ** 2 + sigma[second] ** 2)
    place = np.where(same_one, one[1][first] ** 2 + one[1][second] ** 2, place)
    fits = ~np.isnan(one[0]) | entered
    mixed = ~same_one & ~same_other & ~(fits[first] & fits[second])
    place = np.where(mixed, place + MIXED_SIGMA_M**2, place)
    unknown = np.isnan(dz)
    vs, sigma_vs = np.nan_to_num(snapshot.vs_mps), np.nan_to_num(snapshot.sigma_vs_mps)
    climb, rate = vs[second] - vs[first], sigma_vs[first] ** 2 + sigma_vs[second] ** 2
    columns = [
        np.where(unknown, fill, value) for fill, value in ((np.nan, dz), (np.nan, climb), (0.0, place), (0.0, rate))
    ]
    return _columns(*columns), unknown, mixed & ~unknown


def _tiers(ahead: F64, terms: Terms, wider: float, minima_hold: bool) -> tuple[I64, F64]:
    """Return the tier of each pair by what is ahead, and the time to go until it [s]."""
    tier, to_go = np.full(len(ahead), NOTHING, np.int64), np.full(len(ahead), np.inf)
    loss, maybe, near = ahead[:, k.T_LOSS], ahead[:, k.T_MAYBE], ahead[:, k.T_NEAR]
    turning = ahead[:, k.T_TURN]
    far = np.where((loss <= LIKELY_S) | (ahead[:, k.LIKELY] > 0.0), loss, np.nan)
    with np.errstate(invalid="ignore"):
        steps = [
            (Tier.TRAFFIC, far <= terms.lookahead_s * wider, loss),
            (Tier.ALERT, maybe <= POSSIBLE_S * wider, maybe),
            (Tier.ALERT, turning <= TURNING_S * wider, turning),
            (Tier.ALERT, far <= terms.alert_s * wider, loss),
            (Tier.INSIDE, loss <= 0.0, loss),
        ]
        for value, holds, when in steps if minima_hold else []:
            tier, to_go = np.where(holds, value, tier), np.where(holds, when, to_go)
        holds = near <= NEAR_S * wider
        return np.where(holds, Tier.NEAR, tier), np.where(holds, near, to_go)


def _in_area(facts: Facts, snapshot: Snapshot, x: F64, terms: Terms) -> Facts:
    """Return the facts with tiers that are about the minima taken away where these do not hold.

    They hold while either aircraft is in the area and not both are in exempt sub-areas; looked at when the minima are
    lost, at the closest point, and when they are regained.
    """
    if terms.area is None and not terms.exempt:
        return facts
    at = np.flatnonzero(facts.held > NOTHING)
    if not len(at):
        return facts
    hold = np.zeros(len(at), np.bool_)
    ahead = facts.ahead[at]
    maybe = np.nan_to_num(np.where(np.isnan(ahead[:, k.T_LOSS]), ahead[:, k.T_MAYBE], ahead[:, k.T_LOSS]))
    end = np.where(np.isnan(ahead[:, k.T_OUT]), ahead[:, k.T_CPA], ahead[:, k.T_OUT])
    for t in (maybe, np.clip(ahead[:, k.T_CPA], maybe, end), end):
        one, other = (_positions(snapshot, x, rows[at], t) for rows in (facts.first, facts.second))
        within = contains(terms.area, *one) | contains(terms.area, *other)
        for area in terms.exempt:
            within &= ~(area.contains(*one, unknown_level=False) & area.contains(*other, unknown_level=False))
        hold |= within
    raw, held = facts.raw.copy(), facts.held.copy()
    outside = at[~hold]
    for tier in (raw, held):
        tier[outside] = np.where(tier[outside] == Tier.NEAR, Tier.NEAR, NOTHING)
    return Facts(
        facts.first, facts.second, raw, held, facts.to_go_s, facts.ahead, facts.level_unknown, facts.mixed
    )  # fmt: skip


def _positions(snapshot: Snapshot, x: F64, rows: I64, t: F64) -> tuple[F64, F64, F64]:
    """Return latitude, longitude [deg] and level [m] of `rows` after `t` [s] each."""
    p = x[rows, :3] + x[rows, 3:] * t[:, None]
    lat = np.degrees(np.arctan2(p[:, 2], FLATTER * np.hypot(p[:, 0], p[:, 1])))
    return (
        lat,
        np.degrees(np.arctan2(p[:, 1], p[:, 0])),
        snapshot.level_m[rows] + np.nan_to_num(snapshot.vs_mps[rows]) * t,
    )


def tentative(snapshot: Snapshot, row: int) -> bool:
    """Return whether the track of `row` is not yet believed."""
    return int(snapshot.state[row]) == TENTATIVE
