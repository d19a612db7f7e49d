"""The drawing of a case: both recordings side by side on one scale, and the levels of both over time.

Places are told from the middle between the two at the nearest moment, in NM: no coordinate is on the paper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from armslength.domain.plot import F64
from armslength.node.case_papers import CaseRecord
from armslength.report.case_model import Drawing, Line, Panel
from armslength.units import NM, NS

__all__ = ["drawing_of"]

EARTH_M = 6_371_008.8
AROUND_S = 60.0
"""The plan shows so much before and after the nearest moment [s], the levels three times as much."""
LEAST_NM = 0.5
Track = tuple[F64, F64, F64, F64]


def drawing_of(record: CaseRecord) -> Drawing | None:
    """Return the drawing of a case; None where nobody opened a recording of both."""
    parties = (record.book.own, record.book.other)
    seen = {
        recorder: {party: _track(minutes) for party, minutes in tracks.items()}
        for recorder, tracks in record.recordings.items()
        if recorder in record.measured
    }
    if not seen:
        return None
    at = {recorder: int(record.measured[recorder]["at_ns"]) / NS for recorder in seen}
    first = next(iter(seen))
    middle = _middle(list(seen[first].values()), at[first])
    spans = [_flat(track, middle, at[first], AROUND_S) for tracks in seen.values() for track in tracks.values()]
    half = max([LEAST_NM, *(float(np.max(np.abs(axis), initial=0.0)) for span in spans for axis in span[1:3])]) * 1.08
    plans = tuple(
        _plan(recorder, tracks, parties, middle, at[recorder], at[first], half) for recorder, tracks in seen.items()
    )
    return Drawing(parties, plans, _levels(seen, parties, at[first]), _differences(seen, parties))


def _track(minutes: Sequence[Mapping[str, Any]]) -> Track:
    """Return time [s], latitude, longitude [deg] and level [ft], in order of time."""
    rows = sorted(
        (int(minute["from_ns"]) / NS + ms / 1e3, lat / 1e4, lon / 1e4, math.nan if level is None else float(level))
        for minute in minutes
        for ms, lat, lon, level, _ in minute["samples"]
    )
    columns = np.array(rows, np.float64).reshape(-1, 4).T
    return columns[0], columns[1], columns[2], columns[3]


def _middle(tracks: Sequence[Track], at: float) -> tuple[float, float]:
    lat = [float(np.interp(at, one[0], one[1])) for one in tracks]
    lon = [float(np.interp(at, one[0], one[2])) for one in tracks]
    return sum(lat) / len(lat), lon[0] + sum((other - lon[0] + 180.0) % 360.0 - 180.0 for other in lon) / len(lon)


def _flat(track: Track, middle: tuple[float, float], at: float, around: float) -> tuple[F64, F64, F64, F64]:
    """Return time from `at` [s], NM east and north of `middle`, and level [ft], within `around` of `at`."""
    keep = np.abs(track[0] - at) <= around
    apart = (track[2][keep] - middle[1] + 180.0) % 360.0 - 180.0
    east = np.radians(apart) * EARTH_M * math.cos(math.radians(middle[0])) / NM
    north = np.radians(track[1][keep] - middle[0]) * EARTH_M / NM
    return track[0][keep] - at, east, north, track[3][keep]


def _plan(
    recorder: str, tracks: Mapping[str, Track], parties: tuple[str, str], middle: tuple[float, float], nearest: float,
    at: float, half: float,
) -> Panel:  # fmt: skip
    lines, marks = [], []
    for party, track in tracks.items():
        t, east, north, _ = _flat(track, middle, at, AROUND_S)
        whose = parties.index(party) if party in parties else 1
        if len(t):
            lines.append(Line(whose, _floats(east), _floats(north)))
            where = nearest - at
            marks.append((whose, float(np.interp(where, t, east)), float(np.interp(where, t, north))))
    title = f"As {recorder} recorded it"
    return Panel(title, "NM east", "NM north", -half, half, -half, half, tuple(lines), tuple(marks), True)


def _levels(seen: Mapping[str, Mapping[str, Track]], parties: tuple[str, str], at: float) -> Panel | None:
    lines = []
    for place, tracks in enumerate(seen.values()):
        for party, track in tracks.items():
            t, _, _, level = _flat(track, (0.0, 0.0), at, 3 * AROUND_S)
            known = np.isfinite(level)
            if known.any():
                whose = parties.index(party) if party in parties else 1
                lines.append(Line(whose, _floats(t[known]), _floats(level[known]), place > 0))
    if not lines:
        return None
    low = min(min(line.ys) for line in lines)
    high = max(max(line.ys) for line in lines)
    spare = max(500.0, 0.15 * (high - low))
    title = "Levels of both (the second recording dashed)" if len(seen) > 1 else "Levels of both"
    return Panel(
        title, "s from the nearest moment", "ft", -3 * AROUND_S, 3 * AROUND_S, low - spare, high + spare, tuple(lines)
    )  # fmt: skip


def _differences(seen: Mapping[str, Mapping[str, Track]], parties: tuple[str, str]) -> tuple[str, ...]:
    """Say how far the two recordings of each aircraft lie from each other."""
    if len(seen) < 2:
        return ("There is one recording alone: nothing to hold it against.",)
    (one_name, one), (other_name, other) = seen.items()
    out = []
    for party in parties:
        if party not in one or party not in other:
            continue
        a, b = one[party], other[party]
        t = a[0][(a[0] >= b[0][0]) & (a[0] <= b[0][-1])]
        if not len(t):
            continue
        middle = (float(a[1][0]), float(a[2][0]))
        _, east, north, level = _flat(a, middle, 0.0, math.inf)
        _, east_b, north_b, level_b = _flat(b, middle, 0.0, math.inf)
        apart_e = (np.interp(t, b[0], east_b) - np.interp(t, a[0], east)) * NM
        apart_n = (np.interp(t, b[0], north_b) - np.interp(t, a[0], north)) * NM
        d_level = np.nanmean(np.interp(t, b[0], level_b) - np.interp(t, a[0], level))
        bias = math.hypot(float(np.mean(apart_e)), float(np.mean(apart_n)))
        most = float(np.max(np.hypot(apart_e, apart_n)))
        says = f"Aircraft of {party}: {other_name} has it {bias:,.0f} m from where {one_name} has it on average, "
        out.append(says + f"at most {most:,.0f} m; {abs(float(d_level)):,.0f} ft in level.")
    return tuple(out)


def _floats(values: F64) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
