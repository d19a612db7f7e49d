"""Terms to the kernel's arguments: areas and exempt ones, slabs that leave nothing out, threads, the real formation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import Area, Circle, default_terms
from armslength.domain.plot import KeptAside, Plots
from armslength.engine import detection
from armslength.engine.detection import Minima, detect_stays
from armslength.engine.tracking import Tracker
from armslength.kernel import passage
from engine.sky import MINIMA, joined, limits, ordered, plots, run, shown, traffic

SEEDS = st.integers(0, 2**32 - 1)


def tracks_of(batch: Plots):
    tracks = Tracker(["one"], KeptAside()).update([batch], limits(int(batch.aircraft.max()) + 1), None)
    assert tracks is not None
    return tracks


def stays_of(batch: Plots, terms=None, group=None, minima=MINIMA):
    tracks = tracks_of(batch)
    group = tracks.aircraft.astype(np.int64) if group is None else np.array(group, np.int64)
    return detect_stays(tracks, group, minima, terms or default_terms())


def formation(gap_m=100.0, level=(9000.0, 9000.0), seconds=400.0) -> Plots:
    """Return two that fly east beside each other at 46 N, from 8 E; 200 m/s, plots every second."""
    t = np.arange(0.3, seconds, 1.0)
    lon = 8.0 + np.degrees(200.0 * t / 6371000.0 / np.cos(np.radians(46.0)))
    parts = [
        plots(t + 0.01 * k, np.full(len(t), k), np.full(len(t), 46.0 + k * gap_m / 111150.0), lon,
              alt_baro_m=np.full(len(t), level[k]), gs_mps=np.full(len(t), 200.0), accuracy_m=np.full(len(t), 10.0))
        for k in (0, 1)
    ]  # fmt: skip
    return ordered(joined(parts))


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_two_threads_find_what_one_finds(seed):
    batch = traffic(seed, 6, 30.0)
    two = stays_of(batch)
    threads, detection.THREADS = detection.THREADS, 1
    try:
        slabs = detection._slabs(tracks_of(batch))
        assert slabs.shape[1] >= 4
        one = stays_of(batch)
    finally:
        detection.THREADS = threads
    np.testing.assert_array_equal(one, two)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(-50, 50), st.booleans())
def test_slabs_leave_no_flight_out_and_do_not_overlap(seed, shift, windowed):
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 4000, 12)) + shift
    t = t[np.append(True, np.diff(t) > 0.01)]
    tracks = tracks_of(plots(t, np.zeros(len(t)), np.zeros(len(t)), np.zeros(len(t))))
    window = (600.0, 1800.0) if windowed else tracks.window
    low, high = detection._slabs(replace(tracks, window=window))
    assert np.all(low < high)
    assert np.all(high[:-1] <= low[1:])
    for a, b, linked in zip(tracks.t, tracks.t[1:], tracks.linked, strict=False):
        for moment in np.linspace(max(a, window[0]), min(b, window[1]), 7)[1:-1] if linked else []:
            if a < moment < b and window[0] < moment < window[1]:
                assert np.any((low <= moment) & (moment <= high))


def test_a_formation_is_one_stay_in_pieces_that_touch():
    rows = stays_of(formation())
    rows = rows[rows[:, passage.KIND] == passage.NOMINAL]
    assert rows[1:, passage.T_IN] == pytest.approx(rows[:-1, passage.T_OUT], abs=1e-6)
    assert rows[:, passage.D_H] == pytest.approx(100.0, abs=0.5)
    assert rows[-1, passage.T_OUT] - rows[0, passage.T_IN] == pytest.approx(399.0, abs=0.1)


@pytest.mark.parametrize(("group", "found"), [((0, 1), True), ((0, 0), False), ((-1, -1), False), ((-1, 0), True)])
def test_pairs_are_made_of_different_groups(group, found):
    assert bool(len(stays_of(formation(), group=group))) == found


def kinds(batch: Plots, **articles) -> set[int]:
    rows = stays_of(batch, replace(default_terms(), **articles))
    return set(rows[:, passage.KIND].astype(int).tolist())


HERE = Area("here", circle=Circle(46.0, 8.0, 500_000.0))
ELSEWHERE = Area("elsewhere", circle=Circle(-30.0, 8.0, 100_000.0))
LOW = Area("low", circle=Circle(46.0, 8.0, 500_000.0), ceiling_m=5000.0)


def test_minima_hold_in_the_area_and_near_misses_everywhere():
    inside = {passage.NOMINAL, passage.CERTAIN}
    assert kinds(formation(), area=HERE) == inside
    assert kinds(formation(), area=ELSEWHERE) == {passage.EXEMPT}
    assert kinds(formation(3000.0), area=ELSEWHERE) == set()
    assert kinds(formation(), exempt=(HERE,)) == {passage.EXEMPT}
    assert kinds(formation(3000.0), exempt=(HERE,)) == set()
    assert kinds(formation(3000.0), exempt=(ELSEWHERE,)) == inside
    assert kinds(formation(3000.0), exempt=(LOW,)) == inside


def test_an_unknown_level_is_not_exempted_on_a_guess():
    batch = formation(3000.0, (np.nan, np.nan))
    assert kinds(batch, exempt=(LOW,)) == {passage.UNKNOWN_LEVEL}
    assert kinds(batch, exempt=(HERE,)) == set()


def test_an_unknown_level_where_no_minima_hold_may_be_a_near_miss():
    assert kinds(formation(100.0, (np.nan, np.nan)), exempt=(HERE,)) == {passage.EXEMPT_UNKNOWN}
    assert kinds(formation(100.0, (np.nan, np.nan)), area=ELSEWHERE) == {passage.EXEMPT_UNKNOWN}


def test_shifted_minima_are_noticed():
    """Control: the same sky under minima one per cent wider is not the same."""
    batches = [traffic(seed, 6, 30.0) for seed in range(3)]
    wider = Minima(MINIMA.horizontal_m * 1.01, MINIMA.vertical_m, MINIMA.near_miss_m)
    assert [shown(run(b, []).encounters) for b in batches] != [
        shown(run(b, [], minima=wider).encounters) for b in batches
    ]


@pytest.mark.parametrize("n", [0, 1])
def test_an_empty_sky_has_no_stays(n):
    batch = formation()
    one = replace(tracks_of(batch), aircraft=np.zeros(n, np.int32), start=np.zeros(n + 1, np.int64))
    assert detect_stays(one, np.zeros(n, np.int64), MINIMA, default_terms()).shape == (0, passage.WIDTH)
