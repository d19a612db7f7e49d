"""What the map, the strip and the table of the page are drawn from: one small JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from armslength.domain.encounter import Backdrop, Encounter
from armslength.domain.plot import F64, I64
from armslength.report.basemap import Window, within
from armslength.report.model import Report, Ring, worst_first
from armslength.report.packing import packed, packed_lines
from armslength.report.projection import RADIUS_M, Projection, around
from armslength.report.words import distance, duration, feet, shaded, shown
from armslength.report.words import level as level_of

LEAST_WINDOW_M = 60_000.0
MOST_CELLS = 60_000
"""Cells of the backdrop that are embedded at most; a finer backdrop is thinned evenly."""
_LEVELS = ("near_miss", "inside")
_CERTAINTIES = ("certain", "possible", "not_determinable")


def payload(report: Report) -> dict[str, Any]:
    """Return everything that the scripts of the page draw, ready for JSON.

    Positions are on the plane of `proj`, in units of `unit` metres; times in ms since `t0` (UTC ms).
    """
    lat = np.array([one.lat for one in report.encounters])
    lon = np.array([one.lon for one in report.encounters])
    projection = _projection(report, lat, lon)
    view, window = _windows(report, projection, lat, lon)
    wide = max(window[2] - window[0], window[3] - window[1])
    unit = max(1.0, round(wide / 20_000))
    coasts, borders = within(projection, window, wide / (1500 if projection.world else 2500))
    x, y = projection.forward(lat, lon)
    return {
        "proj": {"lat": projection.lat, "lon": projection.lon, "world": projection.world, "radius": RADIUS_M},
        "unit": unit,
        "view": [round(value) for value in view],
        "window": [round(value) for value in window],
        "coasts": packed_lines(coasts, unit),
        "borders": packed_lines(borders, unit),
        "areas": [_area(projection, *area, unit) for area in report.areas],
        "backdrop": _backdrop(projection, report.backdrop, window),
        "terms": {
            "horizontal": report.horizontal_m,
            "vertical": report.vertical_m,
            "nearMiss": report.near_miss_m,
            "dwell": _number(report.dwell_limit_s, 1),
        },
        **_encounters(report, np.rint(x / unit), np.rint(y / unit)),
    }


def _ring(ring: Ring) -> tuple[F64, F64]:
    """Return the closed ring as lat, lon with its sides divided along great circles, as the terms mean them."""
    corners = np.radians(np.array([*ring, ring[0]], float))
    lat, lon = corners[:, 0], corners[:, 1]
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    share = np.linspace(0.0, 1.0, 16, endpoint=False)[:, None]
    # Chords, brought back up to the sphere: the points lie on the great circle, only not quite evenly.
    sides = np.concatenate([a + share * (b - a) for a, b in pairwise(points)])
    x, y, z = sides.T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def _rings(report: Report) -> tuple[F64, F64]:
    rings = [_ring(ring) for _, _, ring in report.areas if len(ring) > 2]
    if not rings:
        return np.empty(0), np.empty(0)
    return np.concatenate([lat for lat, _ in rings]), np.concatenate([lon for _, lon in rings])


def _projection(report: Report, lat: F64, lon: F64) -> Projection:
    area_lat, area_lon = _rings(report)
    back_lat, back_lon = _ordinary(report.backdrop)
    places_lat, places_lon = np.concatenate([lat, area_lat]), np.concatenate([lon, area_lon])
    if np.isfinite(places_lat).any():
        with_all = around(np.concatenate([places_lat, back_lat]), np.concatenate([places_lon, back_lon]))
        return with_all if with_all.world else around(places_lat, places_lon)
    return around(back_lat, back_lon)


def _ordinary(backdrop: Backdrop) -> tuple[F64, F64]:
    """Return the backdrop without its outermost positions, a wrong one of which would blow up the map."""
    lat, lon = np.asarray(backdrop.lat, float), np.asarray(backdrop.lon, float)
    good = np.isfinite(lat) & np.isfinite(lon)
    lat, lon = lat[good], lon[good]
    if len(lat) < 50:
        return lat, lon
    north, east = np.radians(lat), np.radians(lon)
    points = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    # Straight through the earth: that has no far side, no date line and no poles.
    reach = np.linalg.norm(points - np.median(points, axis=1, keepdims=True), axis=0)
    keep = reach <= np.quantile(reach, 0.98)
    return lat[keep], lon[keep]


def _windows(report: Report, projection: Projection, lat: F64, lon: F64) -> tuple[Window, Window]:
    """Return what the map shows first, and the larger window to which it can be moved."""
    if projection.world:
        half = (np.pi * RADIUS_M, np.pi / 2 * RADIUS_M)
        everything = (-half[0], -half[1], half[0], half[1])
        return everything, everything
    area = _rings(report)
    near = projection.forward(np.concatenate([lat, area[0]]), np.concatenate([lon, area[1]]))
    back = projection.forward(*_ordinary(report.backdrop))
    seen, all_back = _bounds(*near), _bounds(*back)
    if seen is None and all_back is None:
        seen = (0.0, 0.0, 0.0, 0.0)
    whole = _union(seen or all_back, all_back or seen)
    # One lonely encounter is shown with a third of the traffic around it, not as a dot in nothing.
    span = max(whole[2] - whole[0], whole[3] - whole[1])
    view = _grown(seen or whole, max(LEAST_WINDOW_M, span / 3), 1.15)
    outer = _union(view, whole)
    side = 1.3 * max(outer[2] - outer[0], outer[3] - outer[1])
    return view, _grown(outer, side, 1.0, wide=1.6)


def _bounds(x: F64, y: F64) -> Window | None:
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        return None
    return float(x[good].min()), float(y[good].min()), float(x[good].max()), float(y[good].max())


def _union(a: Window | None, b: Window | None) -> Window:
    assert a is not None and b is not None
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _grown(window: Window, least: float, factor: float, wide: float = 1.0) -> Window:
    x, y = (window[0] + window[2]) / 2, (window[1] + window[3]) / 2
    half_x = max((window[2] - window[0]) * factor, least * wide) / 2
    half_y = max((window[3] - window[1]) * factor, least) / 2
    return x - half_x, y - half_y, x + half_x, y + half_y


def _area(projection: Projection, name: str, kind: str, ring: Ring, unit: float) -> dict[str, Any]:
    x, y = projection.forward(*_ring(ring)) if len(ring) > 2 else (np.empty(0), np.empty(0))
    points = np.stack([x, y], axis=1)
    points = points[np.isfinite(points).all(axis=1)]
    return {"name": shown(name, 80), "kind": kind, "ring": packed_lines([points], unit) if len(points) else ""}


def _backdrop(projection: Projection, backdrop: Backdrop, window: Window) -> dict[str, Any]:
    """Return the traffic counted in cells: their numbers, as differences, each with the size of its count (0 to 3)."""
    x, y = projection.forward(backdrop.lat, backdrop.lon)
    with np.errstate(invalid="ignore"):
        inside = (x >= window[0]) & (x < window[2]) & (y >= window[1]) & (y < window[3])
    cell = max(window[2] - window[0], window[3] - window[1]) / 1600
    columns = int((window[2] - window[0]) / cell) + 1
    index = np.floor((y[inside] - window[1]) / cell).astype(np.int64) * columns
    index += np.floor((x[inside] - window[0]) / cell).astype(np.int64)
    cells, counts = np.unique(index, return_counts=True)
    every = len(cells) // MOST_CELLS + 1
    cells, counts = cells[::every], counts[::every]
    size = np.minimum(3, np.log2(counts).astype(np.int64)) if len(counts) else counts
    data = packed(np.diff(cells, prepend=0) * 4 + size)
    return {"cell": cell, "columns": columns, "data": data, "aircraft": int(backdrop.aircraft)}


def _number(value: float, decimals: int) -> float | int | None:
    if not isfinite(value):
        return None
    rounded = round(value, decimals)
    return int(rounded) if rounded == int(rounded) else rounded


class _Strings:
    """Texts told once each, in the order in which they came."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def __call__(self, text: str, longest: int = 400) -> int:
        return self.index.setdefault(shown(text, longest), len(self.index))


def _encounters(report: Report, x: F64, y: F64) -> dict[str, Any]:
    """Return the encounters by column, gravest first, each text told once.

    h, v, r, s are there to sort by, hs, vs, eh, ev, ss, ls, is to show: the words of the page have one home, `words`.
    """
    order = worst_first(report.encounters)
    place = {one.encounter: i for i, one in enumerate(report.encounters)}
    rows = [place[one.encounter] for one in order]
    t0 = min((one.t_closest for one in order), default=0) // 1_000_000
    strings = _Strings()
    columns: dict[str, Sequence[Any]] = {
        "n": [one.encounter for one in order],
        "x": [_number(float(x[i]), 0) for i in rows],
        "y": [_number(float(y[i]), 0) for i in rows],
        "t": [one.t_closest // 1_000_000 - t0 for one in order],
        "h": [_number(one.d_h_m, 0) for one in order],
        "v": [_number(one.d_v_m, 0) for one in order],
        "hs": [strings(distance(one.d_h_m)) for one in order],
        "vs": [strings(feet(one.d_v_m)) for one in order],
        "eh": [strings(distance(one.error_h_m) if isfinite(one.error_h_m) else "") for one in order],
        "ev": [strings(feet(one.error_v_m) if isfinite(one.error_v_m) else "") for one in order],
        "ss": [strings(duration(one.dwell_s)) for one in order],
        "ls": [strings(level_of(one)) for one in order],
        "is": [strings(shaded(one, report.near_miss_m)) for one in order],
        "r": [_number(_share(one, report), 3) for one in order],
        "s": [_number(one.dwell_s, 0) for one in order],
        "k": [_kind(one) for one in order],
        "a": [strings(one.first, 16) for one in order],
        "b": [strings(one.second, 16) for one in order],
        "ac": [strings(one.first_callsign.strip(), 20) for one in order],
        "bc": [strings(one.second_callsign.strip(), 20) for one in order],
        "ap": [strings(party_of(one.first_party, one.first), 40) for one in order],
        "bp": [strings(party_of(one.second_party, one.second), 40) for one in order],
        "note": [strings(one.note) for one in order],
    }
    cards = [i for i, one in enumerate(order) if one.encounter in report.evidence]
    return {"t0": t0, "rows": columns, "strings": list(strings.index), "cards": cards}


def party_of(party: str, address: str) -> str:
    """Return the party; empty where every aircraft is its own, which says nothing."""
    return "" if party == address else party


def _share(one: Encounter, report: Report) -> float:
    """Return the ratio; where a level is unknown, what the horizontal distance alone says."""
    return one.ratio if isfinite(one.ratio) else one.d_h_m / report.horizontal_m


def _kind(one: Encounter) -> int:
    """Return 6 * breach + 3 * level (0 near miss, 1 inside) + certainty (0 certain to 2 not determinable)."""
    level = _LEVELS.index(one.level) if one.level in _LEVELS else 1
    certainty = _CERTAINTIES.index(one.certainty) if one.certainty in _CERTAINTIES else 2
    return 6 * one.breach + 3 * level + certainty


def counts(encounters: Sequence[Encounter]) -> I64:
    """Return how many there are of each level (near miss, inside) and certainty, shape (2, 3)."""
    kinds = np.array([_kind(one) % 6 for one in encounters], np.int64)
    return np.bincount(kinds, minlength=6).reshape(2, 3)
