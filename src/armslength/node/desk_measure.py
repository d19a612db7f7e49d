"""How near the two of a case came by one side's recording: from the tracks as they are opened, for the grade."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from armslength.domain.plot import F64
from armslength.engine.cases.comparing import Recorded, compare
from armslength.units import FT, NS

__all__ = ["compared", "measure"]

STEP_S = 1.0
GAP_S = 15.0
"""A track is known between two samples that are no further apart [s]."""
BEFORE_S = 20.0
"""Closure is taken over so long before the nearest moment [s]."""
EARTH_M = 6_371_008.8
UNSAID_M = 185.0
"""Two-sigma bound of a position that came without one [m]."""
LEVEL_M = 60.0
"""Two-sigma bound of a difference of two levels [m]."""

MOST_DIFFERENCES = 50
Track = tuple[F64, F64, F64, F64, F64]


def measure(
    tracks: Mapping[str, Sequence[Mapping[str, Any]]], horizontal_m: float, vertical_m: float
) -> dict[str, str] | None:  # fmt: skip
    """Return what the tracks of two aircraft show; None where they are never known at one time.

    Args:
        tracks: by party: minutes as evidence holds them.
        horizontal_m, vertical_m: the minima [m].

    Returns:
        "share", "low", "high" of the minima kept, "d_h_m", "d_v_m", "closure_mps", "at_ns", each as a text.
    """
    if len(tracks) != 2:
        return None
    one, other = (_track(minutes) for minutes in tracks.values())
    begins, ends = max(one[0][0], other[0][0]), min(one[0][-1], other[0][-1])
    t = np.arange(math.ceil(begins), ends + 1e-9, STEP_S)
    t = t[_known(one, t) & _known(other, t)]
    if not len(t):
        return None
    lat0 = float(one[1][0])
    first, second = (_at(track, t, lat0, float(one[2][0])) for track in (one, other))
    d_h = np.hypot(first[0] - second[0], first[1] - second[1])
    d_v = np.abs(first[2] - second[2])
    error = first[3] + second[3]
    shares = _share(d_h, d_v, horizontal_m, vertical_m)
    at = int(np.argmin(shares))
    low = _share(np.maximum(d_h - error, 0.0), np.maximum(d_v - LEVEL_M, 0.0), horizontal_m, vertical_m)
    high = _share(d_h + error, d_v + LEVEL_M, horizontal_m, vertical_m)
    before = int(np.searchsorted(t, t[at] - BEFORE_S))
    closure = float(np.max(-np.diff(d_h[before : at + 1]) / np.diff(t[before : at + 1]))) if before < at else math.nan
    figures = {
        "share": shares[at], "low": float(np.min(low)), "high": float(np.min(high)), "d_h_m": d_h[at],
        "d_v_m": d_v[at], "closure_mps": closure,
    }  # fmt: skip
    return {name: f"{float(value):.3f}" for name, value in figures.items()} | {"at_ns": str(round(float(t[at]) * NS))}


def compared(
    ours: Mapping[str, Sequence[Mapping[str, Any]]], theirs: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any] | None:  # fmt: skip
    """Return what their recording differs by from ours, for JSON; None where they have too little in common."""
    found = compare(*({party: Recorded(*_track(one)) for party, one in side.items()} for side in (ours, theirs)))
    if found is None:
        return None
    figures = ("lag_s", "lag_sigma_s", "east_m", "north_m", "shift_sigma_m", "level_m")
    return {
        "samples": found.samples,
        "told_apart": found.told_apart,
        **{name: _said(getattr(found, name)) for name in figures},
        "differences": [
            {"party": one.party, "from_ns": str(one.from_ns), "until_ns": str(one.until_ns),
             "largest_m": _said(one.largest_m), "bound_m": _said(one.bound_m)}
            for one in found.differences[:MOST_DIFFERENCES]
        ],
    }  # fmt: skip


def _said(value: float) -> str | None:
    return f"{value:.3f}" if math.isfinite(value) else None


def _track(minutes: Sequence[Mapping[str, Any]]) -> Track:
    """Return time [s], latitude, longitude [deg], level [m], error [m], in order of time."""
    rows = sorted(
        (int(minute["from_ns"]) / NS + ms / 1e3, lat / 1e4, lon / 1e4,
         math.nan if feet is None else feet * FT, UNSAID_M if error is None else float(error))
        for minute in minutes for ms, lat, lon, feet, error in minute["samples"]
    )  # fmt: skip
    columns = np.array(rows, np.float64).T if rows else np.full((5, 1), np.nan)
    return columns[0], columns[1], columns[2], columns[3], columns[4]


def _known(track: Track, t: F64) -> Any:
    """Return where a track is known: between two samples that are near each other."""
    after = np.clip(np.searchsorted(track[0], t), 1, max(len(track[0]) - 1, 1))
    if len(track[0]) < 2:
        return np.zeros(len(t), np.bool_)
    return track[0][after] - track[0][after - 1] <= GAP_S


def _at(track: Track, t: F64, lat0: float, lon0: float) -> tuple[F64, F64, F64, F64]:
    """Return metres east and north, level and error at the moments `t`."""
    apart = (track[2] - lon0 + 180.0) % 360.0 - 180.0
    east = np.radians(apart) * EARTH_M * math.cos(math.radians(lat0))
    north = np.radians(track[1] - lat0) * EARTH_M
    at = [np.interp(t, track[0], one) for one in (east, north, track[3], track[4])]
    return at[0], at[1], at[2], at[3]


def _share(d_h: F64, d_v: F64, horizontal_m: float, vertical_m: float) -> F64:
    """Return the larger share of the two minima; where a level is unknown, that of the horizontal one."""
    return np.fmax(d_h / horizontal_m, d_v / vertical_m)
