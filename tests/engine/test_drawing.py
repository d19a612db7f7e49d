"""What the drawings show is what was judged: the same distances at the same moments; gaps where nothing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.engine.drawing import distances
from armslength.kernel import passage
from kernel.flights import SKIES, arrays, sky


def part(track):
    """Return a track as `drawing` takes it: positions in degrees."""
    column = {name: np.array([getattr(s, name) for s in track], np.float64)
              for name in ("t", "baro", "geo", "linked", "error_h", "error_v")}  # fmt: skip
    e2 = 1.0 - (6356752.314245179 / 6378137.0) ** 2
    lat = np.degrees([math.atan2(s.xyz[2], (1.0 - e2) * math.hypot(s.xyz[0], s.xyz[1])) for s in track])
    lon = np.degrees([math.atan2(s.xyz[1], s.xyz[0]) for s in track])
    return (column["t"], lat, lon, *(column[name] for name in ("baro", "geo", "linked", "error_h", "error_v")))


def unlike(seed, n, place, late=0.0) -> int:
    """Return at how many closest moments the drawing shows another distance than was judged."""
    tracks, group, rules = sky(seed, n, place, ())
    rows = passage.stays(*arrays(tracks, group).values(), rules.h, rules.v, rules.near, rules.mixed,
                         np.array([[0.0], [750.0]]))  # fmt: skip
    wrong = 0
    for row in rows[rows[:, passage.KIND] == passage.NOMINAL]:
        one, two = (part(tracks[int(row[c])]) for c in (passage.FIRST, passage.SECOND))
        shown = [float(a[0]) for a in distances(one, two, np.array([row[passage.T_RATIO] + late]), False)]
        judged = row[[passage.D_H, passage.D_V, passage.ERROR_H, passage.ERROR_V]].tolist()
        near = shown == pytest.approx(judged, rel=1e-5, abs=0.2)
        at_a_plot = np.min(np.abs(np.concatenate([one[0], two[0]]) - row[passage.T_RATIO])) < 1e-6
        wrong += not near and not (at_a_plot and shown[:2] == pytest.approx(judged[:2], rel=1e-5, abs=0.2))
    return wrong


@settings(max_examples=60, deadline=None)
@given(seed=SKIES["seed"], n=SKIES["n"], place=SKIES["place"])
def test_the_drawing_shows_the_judged_distances(seed, n, place):
    assert unlike(seed, n, place) == 0


def test_a_drawing_that_is_late_is_noticed():
    """Control."""
    assert sum(unlike(seed, 4, "middle", late=2.0) for seed in range(10)) > 5


@given(st.floats(0, 100))
def test_nothing_is_drawn_where_the_flight_is_not_known(moment):
    t = np.array([0.0, 10.0, 20.0, 30.0])
    steady = np.full(4, 1.0)
    one = (t, 0 * t, t / 100, 9000 * steady, np.nan * t, np.array([1.0, 0.0, 1.0, 0.0]), steady, steady)
    known = moment <= 10.0 or 20.0 <= moment <= 30.0
    d_h, *_ = distances(one, one, np.array([moment]), False)
    assert math.isfinite(d_h[0]) == known
