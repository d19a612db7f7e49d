"""Meetings do not depend on how a stream is cut; they hold what was flown before and after; ten minutes part them."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.domain.meeting import Meetings
from armslength.domain.plot import KeptAside
from armslength.engine.conduct.gather import Gatherer
from armslength.engine.conduct.rule import Reach
from armslength.engine.conduct.series import meetings_of
from armslength.engine.detection import MIXED_BOUND_M, Minima, detect_stays
from armslength.engine.tracking import Tracker
from engine.sky import BEGIN, RADIUS, limits, ordered, picked, plots, traffic

REACH = Reach(9260.0, 1828.8, 90.0, 30.0)


def gathered(batch, stretches, reach=REACH, names=None, settle=True):
    """Return the meetings of a stream cut at `stretches` [s after BEGIN], by pair and beginning."""
    n = int(batch.aircraft.max(initial=-1)) + 1
    tracker = Tracker(["file"], KeptAside())
    gatherer = Gatherer(names or [f"{k:06x}" for k in range(n)], reach, MIXED_BOUND_M)
    since, out = np.iinfo(np.int64).min, []
    for until in [*[(BEGIN + round(s)) * 10**9 for s in stretches], None]:
        part = (batch.time_ns >= since) & (batch.time_ns < (until if until is not None else np.iinfo(np.int64).max))
        tracks = tracker.update([picked(batch, part)], limits(n), until)
        since = until or since
        if tracks is not None:
            minima = Minima(reach.horizontal_m, reach.vertical_m, 0.0)
            stays = detect_stays(tracks, tracks.aircraft.astype(np.int64), minima, default_terms())
            out.append(gatherer.add(tracks, stays))
        elif settle:
            out.append(gatherer.settle((until - tracker.epoch_ns) / 1e9 - 60.0))
    out.append(gatherer.settle(math.inf))
    return apart([meetings_of(one) for one in out if one is not None])


def apart(batches: list[Meetings]) -> dict[tuple[int, int, float], dict[str, np.ndarray]]:
    """Return the arrays of every meeting, by pair and first second."""
    found = {}
    for m in batches:
        for k in range(len(m)):
            part = slice(int(m.start[k]), int(m.start[k + 1]))
            arrays = {
                one.name: getattr(m, one.name)[..., part]
                for one in fields(m)
                if one.name not in {"epoch_ns", "start", "first", "second"}
            }
            key = (int(m.first[k]), int(m.second[k]), float(m.t[part][0]))
            assert key not in found
            found[key] = arrays
    return found


def same(one, other):
    assert one.keys() == other.keys()
    for key, arrays in one.items():
        for name, values in arrays.items():
            np.testing.assert_array_equal(values, other[key][name], err_msg=f"{name} of {key}")


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.lists(st.floats(30.0, 2400.0), max_size=8))
def test_the_cut_of_the_stream_changes_no_bit(seed, cuts):
    batch = traffic(seed, 6, 40.0)
    once = gathered(batch, [])
    assert once
    same(once, gathered(batch, sorted(cuts)))


def test_a_gatherer_that_forgot_what_was_flown_before_would_be_seen(monkeypatch):
    """The control of the test above."""
    batch = traffic(3, 6, 40.0)
    once = gathered(batch, [])
    plain = Gatherer.settle

    def forgetful(self, now):
        out = plain(self, now)
        self._tracks = []
        return out

    monkeypatch.setattr(Gatherer, "settle", forgetful)
    with pytest.raises(AssertionError):
        same(once, gathered(batch, [300, 600, 900, 1200, 1500]))


def straight(aircraft, east_m, north_m, *, speed, course, since=0.0, until=2000.0):
    """Return plots of a straight flight that is at (east, north) at 1,000 s."""
    t = np.arange(since, until, 1.0)
    e = east_m + speed * math.sin(math.radians(course)) * (t - 1000.0)
    n = north_m + speed * math.cos(math.radians(course)) * (t - 1000.0)
    full = np.full(len(t), aircraft, np.int32)
    lat, lon = 46.0 + np.degrees(n / RADIUS), 8.0 + np.degrees(e / RADIUS / math.cos(math.radians(46.0)))
    return plots(t, full, lat, lon, alt_baro_m=np.full(len(t), 9000.0))


def together(*parts):
    from engine.sky import joined

    return ordered(joined(parts))


def test_a_meeting_holds_a_while_before_and_after():
    batch = together(straight(0, 0, 0, speed=200.0, course=0.0), straight(1, 0, 0, speed=200.0, course=90.0))
    [arrays] = gathered(batch, []).values()
    distance = np.hypot(arrays["east_m"], arrays["north_m"])
    near = np.flatnonzero(arrays["near"])
    seconds = 9260.0 / (200.0 * math.sqrt(2.0))
    assert near[-1] - near[0] == pytest.approx(2 * seconds, abs=2)
    assert near[0] == pytest.approx(90, abs=1) and len(distance) - 1 - near[-1] == pytest.approx(30, abs=1)
    assert distance.min() < 150.0
    assert np.all(np.diff(arrays["t"]) == 1.0)


def test_the_first_is_first_by_address():
    batch = together(straight(0, 0, 0, speed=200.0, course=0.0), straight(1, 0, 0, speed=200.0, course=90.0))
    [(key, arrays)] = gathered(batch, []).items()
    [(turned, other)] = gathered(batch, [], names=["bbbbbb", "aaaaaa"]).items()
    assert key[:2] == (0, 1) and turned[:2] == (1, 0)
    np.testing.assert_allclose(arrays["east_m"], -other["east_m"], atol=1e-6)


@pytest.mark.parametrize(("gap", "meetings"), [(500, 1), (700, 2)])
def test_who_comes_near_again_within_ten_minutes_is_in_the_same_meeting(gap, meetings):
    def beside(since, until):
        return straight(1, 2000.0, 0, speed=200.0, course=0.0, since=since, until=until)

    batch = together(straight(0, 0, 0, speed=200.0, course=0.0), beside(0, 300), beside(300 + gap, 1800))
    assert len(gathered(batch, [600, 1200])) == meetings


@pytest.mark.parametrize("most", [1, 700, 10**9])
def test_parts_are_whole_meetings_and_together_everything(most):
    batch = traffic(5, 8, 40.0)
    n = int(batch.aircraft.max()) + 1
    tracker = Tracker(["file"], KeptAside())
    tracks = tracker.update([batch], limits(n), None)
    minima = Minima(REACH.horizontal_m, REACH.vertical_m, 0.0)
    stays = detect_stays(tracks, tracks.aircraft.astype(np.int64), minima, default_terms())
    series = Gatherer([f"{k:06x}" for k in range(n)], REACH, MIXED_BOUND_M).add(tracks, stays)
    parts = list(series.parts(most))
    assert (len(parts) > 3) is (most < 10**9)
    same(apart([meetings_of(series)]), apart([meetings_of(part) for part in parts]))
