"""Visits do not depend on how tracks are cut; who is long away comes again as another visit; nobody else is watched."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from armslength.domain.track import Tracks
from armslength.domain.visit import ACTIVITY
from armslength.engine.discipline.gather import Gatherer
from armslength.engine.discipline.places import places
from armslength.kernel.geodesy import surfaces
from armslength.units import NM
from engine.discipline.visits import EPOCH_NS, LAT, ME, terms_with

EVERY = 4.0
AWAY = [*np.linspace(-3.0, 2.0, 60), *np.linspace(2.0, -3.0, 60), *[-3.0] * 60, *np.linspace(-3.0, 1.0, 60)]
"""In, out for minutes, and in again: miles inside the block at each plot."""


def tracks(window=(-math.inf, math.inf), hole=None) -> Tracks:
    """Return the whole track, of which the plots around `window` are known; `hole`: a link that is not known."""
    east = np.array(AWAY)
    n = len(east)
    t = np.arange(n) * EVERY + 0.5
    lat, lon = np.full(n, LAT), 38.0 + east * NM / ME
    linked = np.ones(n, np.bool_)
    linked[-1] = False
    if hole is not None:
        linked[hole] = False
    level = np.full(n, 6000.0)
    return Tracks(
        EPOCH_NS, window, np.array([0, n], np.int64), np.array([0], np.int32), t, lat, lon,
        surfaces(np.radians(lat), np.radians(lon)), level, np.full(n, np.nan), linked, np.full(n, 80.0),
        np.full(n, 38.1), np.zeros(n, np.int32),
    )  # fmt: skip


def gathered(*cuts, party="South", hole=None):
    gatherer, out, low = Gatherer(places(terms_with())[:1]), [], -math.inf
    for high in [*cuts, math.inf]:
        out += gatherer.add(tracks((low, high), hole), [party])
        low = high
    return out + gatherer.settle(math.inf)


def test_who_is_long_away_comes_again():
    first, second = gathered()
    assert first.t[-1] + 120.0 < second.t[0]
    for one in (first, second):
        assert np.all(np.diff(one.t) == 1.0) and np.all(one.depth_m > -80.0)
        assert np.all(np.abs(one.lat - LAT) < 1e-4)
    assert np.max(first.depth_m) == pytest.approx(2.0 * NM, rel=5e-3)


@pytest.mark.parametrize("cuts", [(300.0,), (100.5, 101.5, 700.0), tuple(np.arange(13.0, 960.0, 37.0))])
def test_it_does_not_matter_how_tracks_are_cut(cuts):
    for one, other in zip(gathered(), gathered(*cuts), strict=True):
        for name in ("t", "lat", "lon", "level_m", "depth_m", "error_h_m"):
            assert np.array_equal(getattr(one, name), getattr(other, name))


def test_what_is_not_known_is_left_out_and_nobody_else_is_watched():
    one, _ = gathered(hole=60)
    assert np.max(np.diff(one.t)) > EVERY - 1.0
    assert gathered(party="North") == gathered(party="") == []


def test_an_activity_is_one_visit_when_it_is_over():
    gatherer = Gatherer([replace(places(terms_with())[0], kind=ACTIVITY, until_ns=EPOCH_NS + 10**12)])
    assert gatherer.add(tracks((-math.inf, 990.0)), ["South"]) == []
    [one] = gatherer.add(tracks((990.0, math.inf)), ["South"])
    assert np.max(np.diff(one.t)) > 120.0
