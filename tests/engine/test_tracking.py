"""Plots to tracks: nothing is lost without being counted, wherever the stream is cut; bounds; the choice of sensors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain.plot import KeptAside, Plots
from armslength.engine import tracking
from armslength.engine.tracking import Tracker
from engine.sky import BEGIN, joined, limits, ordered, picked, plots, run, shown, traffic

SEEDS = st.integers(0, 2**32 - 1)


def track_of(batch: Plots, names=("one",), hardest=9.80665):
    """Return the tracker and the tracks of one batch."""
    tracker = Tracker(list(names), KeptAside())
    tracks = tracker.update([batch], limits(int(batch.aircraft.max()) + 1, hardest), None)
    assert tracks is not None
    return tracker, tracks


def straight(seconds=120.0, every=1.0, speed=200.0, accuracy=30.0, aircraft=0, **said) -> Plots:
    """Return the plots of one flight along the equator; the stamps are not whole seconds."""
    t = np.arange(0.3, seconds, every)
    given_ = {"alt_baro_m": np.full(len(t), 9000.0), "gs_mps": np.full(len(t), speed),
              "accuracy_m": np.full(len(t), accuracy)} | said  # fmt: skip
    return plots(t, np.full(len(t), aircraft), np.zeros(len(t)), np.degrees(speed * t / 6378137.0), **given_)


def dirty(seed: int) -> Plots:
    """Return traffic with every fault that is set aside: doubles, jumps, ground, bad clocks, frozen and lost places."""
    rng = np.random.default_rng(seed)
    batch = traffic(seed, 4, 25.0)
    n = len(batch)
    some = rng.integers(0, n, 40)
    lon, ground, time_ns = batch.lon.copy(), batch.on_ground.copy(), batch.time_ns.copy()
    lon[some[:5]] += 3.0
    ground[some[5:10]] = True
    time_ns[some[10:13]] = [0, -(10**18), 5 * 10**18]
    lon[some[13] :] += 1.0
    return joined([
        Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__}, "lon": lon, "on_ground": ground,
                 "time_ns": time_ns}),
        picked(batch, some[20:30]),
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_example_of_a_reason_does_not_hang_on_how_aircraft_are_numbered(seed):
    batch = ordered(dirty(seed))
    turned = replace(batch, aircraft=(batch.aircraft.max() - batch.aircraft).astype(np.int32))
    one, other = (run(b, []).tracker.aside for b in (batch, turned))
    assert one.counts == other.counts and one.examples == other.examples


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.lists(st.integers(1, 2).map(lambda k: 600 * k), max_size=2, unique=True).map(sorted))
def test_every_row_is_used_or_counted(seed, stretches):
    batch = dirty(seed)
    tracker = run(ordered(batch), stretches).tracker
    assert tracker.used + sum(tracker.aside.counts.values()) == len(batch)
    assert {"impossible time", "on the ground"} <= tracker.aside.counts.keys()
    for example in tracker.aside.examples.values():
        assert example["file"] == "file 0"
        assert 1 <= int(str(example["row"])) <= len(batch)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.lists(st.integers(1, 7).map(lambda k: 600 * k), min_size=1, max_size=7, unique=True).map(sorted))
def test_the_same_encounters_wherever_the_stream_is_cut(seed, stretches):
    batch = traffic(seed, 6, 75.0)
    whole, cut = run(batch, []), run(batch, stretches)
    assert shown(cut.encounters) == shown(whole.encounters)
    assert cut.grazing == whole.grazing
    assert (cut.tracker.used, cut.tracker.notes) == (whole.tracker.used, whole.tracker.notes)
    assert cut.tracker.aside.counts == whole.tracker.aside.counts


def test_a_forgotten_carry_is_noticed(monkeypatch):
    """Control: were the last minute of a stretch not carried into the next, the test above would fail."""
    batches = [traffic(seed, 6, 75.0) for seed in range(6)]
    whole = [shown(run(b, []).encounters) for b in batches]
    update = Tracker.update

    def forgetful(self, *args):
        self._carry = None
        return update(self, *args)

    monkeypatch.setattr(Tracker, "update", forgetful)
    assert [shown(run(b, [600, 1200, 1800]).encounters) for b in batches] != whole


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_order_of_the_rows_changes_nothing(seed):
    batch = traffic(seed, 5, 20.0)
    shuffled = picked(batch, np.random.default_rng(seed).permutation(len(batch)))
    assert shown(run(shuffled, []).encounters) == shown(run(batch, []).encounters)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_numbers_of_the_aircraft_change_nothing(seed):
    batch = traffic(seed, 5, 20.0)
    turned = Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__}, "aircraft": 4 - batch.aircraft})
    one, other = run(batch, []), run(turned, [])
    for found in other.encounters:
        found.one, found.two = 4 - found.two, 4 - found.one
    assert sorted(shown(other.encounters)) == sorted(shown(one.encounters))


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.sampled_from(["time", "aircraft"]))
def test_the_number_of_recordings_changes_nothing(seed, by):
    batch = traffic(seed, 6, 45.0)
    middle = (BEGIN + 1234) * 10**9
    file = (batch.time_ns >= middle) if by == "time" else batch.aircraft % 2
    split = Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__}, "file": file.astype(np.int32)})
    one, two = run(batch, [1800]), run(split, [1800], files=2)
    assert shown(two.encounters) == shown(one.encounters)
    assert two.tracker.aside.counts == one.tracker.aside.counts


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_a_recording_given_twice_counts_once(seed):
    batch = traffic(seed, 6, 45.0)
    twice = ordered(joined([batch, Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__},
                                            "file": np.ones(len(batch), np.int32)})]))  # fmt: skip
    one, two = run(batch, [1800]), run(twice, [1800], files=2)
    assert shown(two.encounters) == shown(one.encounters)
    assert two.tracker.aside.counts["seen better by another recording"] == len(batch)


def test_of_two_sensors_the_better_speaks_and_the_other_where_it_is_silent():
    fine = straight(600.0, 2.0, accuracy=20.0)
    fine = picked(fine, (np.arange(len(fine)) < 100) | (np.arange(len(fine)) > 150))
    coarse = straight(600.0, 10.0, accuracy=400.0, file=np.ones(60))
    tracker, tracks = track_of(ordered(joined([fine, coarse])), ("fine", "coarse"))
    spoken = tracks.file == 0
    assert np.count_nonzero(spoken) == len(fine)
    helped = tracks.t[~spoken]
    assert len(helped) >= 8
    assert helped.min() > 200.0
    assert helped.max() < 302.0
    assert tracker.used + tracker.aside.counts["seen better by another recording"] == len(fine) + len(coarse)


def test_interleaved_radars_make_no_hops():
    """Two radars 0.05 s apart that differ by 300 m: mixed, the aircraft would fly at 6,000 m/s."""
    one, other = straight(600.0, 10.0, accuracy=300.0), straight(600.0, 10.0, accuracy=310.0, file=np.ones(60))
    other = Plots(**{**{f: getattr(other, f) for f in Plots.__dataclass_fields__}, "lat": other.lat + 300.0 / 110574.0,
                     "time_ns": other.time_ns + 50_000_000})  # fmt: skip
    tracker, tracks = track_of(ordered(joined([one, other])), ("one", "other"))
    assert tracker.marks.by_aircraft == {}
    assert set(tracks.file.tolist()) == {0}
    assert tracker.biases()[0]["north_m"] == pytest.approx(300.0, abs=1.0)
    assert tracker.biases()[0]["late_s"] == pytest.approx(0.05, abs=0.005)


def test_many_files_of_one_flight_each_need_no_table_of_all_by_all():
    files, n = 3000, 2000
    t = np.repeat([0.0, 5.0, 10.0], n)
    aircraft = np.tile(np.arange(n), 3)
    lat = np.tile(np.linspace(-60, 60, n), 3)
    batch = plots(t, aircraft, lat, np.zeros(len(t)), file=(aircraft + (t == 10.0) * 900) % files)
    tracker, tracks = track_of(batch, [f"f{i}" for i in range(files)])
    assert len(tracks.t) == 3 * n
    assert tracker.biases() == []


def test_bounds_are_the_root_of_the_squares():
    _, tracks = track_of(straight(60.0, 4.0, 200.0, 30.0), hardest=9.80665)
    arc, clock = 9.80665 * 16.0 / 8.0, 200.0 * tracking.FINE_STAMP_S
    np.testing.assert_allclose(tracks.error_h_m[:-1], np.sqrt(arc**2 + 30.0**2 + clock**2), rtol=1e-3)
    np.testing.assert_allclose(tracks.error_v_m[:-1], np.hypot(arc / 2.0, tracking.LEVEL_BOUND_M), rtol=1e-9)
    assert tracks.linked.tolist() == [True] * (len(tracks.t) - 1) + [False]


def test_whole_seconds_and_unreported_accuracy_are_less_sure():
    t = np.arange(0.0, 60.0, 2.0)
    batch = plots(
        t, np.zeros(len(t)), np.zeros(len(t)), np.degrees(250.0 * t / 6378137.0), gs_mps=np.full(len(t), 250.0)
    )
    _, tracks = track_of(batch)
    expected = np.sqrt((9.80665 * 4.0 / 8.0) ** 2 + 92.6**2 + (250.0 * tracking.WHOLE_SECONDS_S) ** 2)
    np.testing.assert_allclose(tracks.error_h_m[:-1], expected, rtol=1e-3)
    assert np.all(np.isnan(tracks.baro_m))


def test_a_hop_widens_the_bounds_for_minutes():
    batch = straight(900.0)
    lon = batch.lon.copy()
    lon[300:] += np.degrees(400.0 / 6378137.0)
    hopped = Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__}, "lon": lon})
    _, honest = track_of(batch)
    _, tracks = track_of(hopped)
    wider = tracks.error_h_m - honest.error_h_m
    assert wider[:239].max() == pytest.approx(0.0, abs=1e-9)
    assert wider[241:310].min() > 250.0
    assert wider[420] > 150.0
    assert wider[890] < wider[420]


def test_a_bad_clock_does_not_move_the_epoch():
    batch = straight(60.0)
    time_ns = batch.time_ns.copy()
    time_ns[3] = 0
    spoilt = Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__}, "time_ns": time_ns})
    tracker, _ = track_of(spoilt)
    assert tracker.epoch_ns == BEGIN * 10**9
    assert tracker.aside.counts == {"impossible time": 1}


def test_nothing_but_bad_clocks_is_counted_and_gives_no_track():
    batch = straight(10.0)
    spoilt = Plots(**{**{f: getattr(batch, f) for f in Plots.__dataclass_fields__}, "time_ns": batch.time_ns * 0})
    tracker = Tracker(["one"], KeptAside())
    assert tracker.update([spoilt], limits(1), None) is None
    assert tracker.aside.counts == {"impossible time": 10}


def test_short_holes_in_the_level_are_filled_and_long_ones_stay():
    level = np.full(120, 9000.0)
    level[10:20], level[50:90] = np.nan, np.nan
    tracker, tracks = track_of(straight(120.0, alt_baro_m=level))
    assert np.flatnonzero(np.isnan(tracks.baro_m)).tolist() == list(range(50, 90))
    assert tracker.notes["levels filled from their neighbours"] == 10
