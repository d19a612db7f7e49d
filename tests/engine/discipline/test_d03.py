"""D03: silences and lights: advisory, agreed, receivers that failed, day and night; cuts do not matter."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.area import Area, Circle
from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.domain.track import Tracks
from armslength.engine.discipline import d03
from armslength.units import NS, parse_stamp
from engine.discipline.reading import d03 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
EPOCH = parse_stamp("2026-01-10T20:00:00Z")
RADAR = 1


def terms(required=True, area=None):
    base = default_terms()
    rule = base.conduct["D03"]
    figures = {**rule.figures, "required": required}
    return replace(base, area=area, conduct={**base.conduct, "D03": replace(rule, figures=figures)})


def tracks(plots, window=(-math.inf, math.inf)):
    """Return the tracks of aircraft 0, 1 ... from lists of (t, source)."""
    rows = [(k, t, source) for k, one in enumerate(plots) for t, source in one]
    n = len(rows)
    count = np.bincount([k for k, _, _ in rows], minlength=len(plots))
    present = np.flatnonzero(count)
    start = np.concatenate([[0], np.cumsum(count[present])]).astype(np.int64)
    t = np.array([t for _, t, _ in rows], float)
    linked = np.ones(n, np.bool_)
    linked[start[1:] - 1] = False
    level = np.full(n, 9000.0)
    return Tracks(
        EPOCH, window, start, present.astype(np.int32), t, np.full(n, 36.0), 38.0 + t * 1e-3, np.zeros((3, n)), level,
        level, linked, np.full(n, 50.0), np.full(n, 38.0), np.array([s for _, _, s in rows], np.int32),
    )  # fmt: skip


def silent(every=4.0, since=100.0, until=300.0, end=400.0, other=True):
    one = [(t, RADAR if since <= t < until else 0) for t in np.arange(0.0, end, every)]
    return [one, [(t, 0) for t in np.arange(0.0, end, 5.0)] if other else []]


def found(plots, *, required=True, area=None, party="South"):
    seen = d03.Silences(terms(required, area), frozenset({RADAR}))
    told = seen.add(tracks(plots)) + seen.settle(math.inf)
    return d03.silences_found(terms(required, area), [(one, "b00001", party) for one in told], EPOCH)


def test_who_is_seen_without_a_reply_breaches_where_it_was_agreed():
    [one] = found(silent())
    assert (one.outcome, one.severity, one.by, one.first) == (BREACH, Severity.SEV3, "South", "b00001")
    assert (one.value, one.threshold, one.opened_ns) == (196.0, 60.0, EPOCH + 100 * NS)
    [one] = found(silent(), required=False)
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4) and "Advisory" in one.explanation


@pytest.mark.parametrize("plots", [silent(until=160.0), silent(until=100.0)], ids=["a minute", "always"])
def test_a_minute_of_silence_is_none(plots):
    assert found(plots) == []


def test_nobodys_and_those_outside_the_area_are_none():
    assert found(silent(), party="") == []
    assert found(silent(), area=Area("far", circle=Circle(40.0, 38.0, 10e3))) == []


def test_receivers_that_heard_nobody_may_have_failed():
    [one] = found(silent(other=False))
    assert one.outcome is UNSURE and "may have failed" in one.explanation


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 1)), max_size=60),
    st.lists(st.integers(0, 900), max_size=30),
    st.lists(st.integers(0, 900), max_size=6),
)
def test_it_is_equal_to_its_slow_reading_however_it_is_cut(steps, heard, cuts):
    times = np.cumsum([step for step, _ in steps]).astype(float).tolist()
    one = [(t, source) for t, (_, source) in zip(times, steps, strict=True)]
    other = [(float(t), 0) for t in sorted(set(heard))]
    replies = [t for t, source in one if source == 0] + [t for t, _ in other]
    read = reading.silences([(t, source == RADAR) for t, source in one], replies, 60.0)
    seen, told, low = d03.Silences(terms(), frozenset({RADAR})), [], -math.inf
    for high in [*sorted(float(c) for c in set(cuts)), math.inf]:
        part = [[(t, s) for t, s in rows if low <= t < high] for rows in (one, other)]
        if any(part):
            told += seen.add(tracks(part, (low, high)))
        low = high
    told += seen.settle(math.inf)
    assert [(s.since, s.until, s.heard) for s in told] == read


def lights(**said):
    form = d03.Lights("crew:1", "South", "b00001", EPOCH, -30.0, 5000.0, 100.0)
    return d03.lights_found(terms(), [replace(form, **said)])


def test_lights_at_night_and_near():
    assert lights()[0].outcome is BREACH
    assert lights(sun_deg=-5.0)[0].outcome is NO_BREACH and "day" in lights(sun_deg=-5.0)[0].explanation
    assert lights(distance_m=19000.0)[0].outcome is NO_BREACH
    assert lights(distance_m=18500.0)[0].outcome is UNSURE
    unknown = {"sun_deg": math.nan, "distance_m": math.nan, "error_m": math.nan}
    assert lights(**unknown)[0].outcome is UNSURE
    assert lights(in_area=False) == []
    assert d03.lights_found(terms(False), [d03.Lights("c", "S", "b", EPOCH, -30.0, 5e3, 1.0)])[0].outcome is NO_BREACH


@pytest.mark.parametrize(
    ("lat", "lon", "stamp", "height"),
    [
        (51.4779, 0.0, "2026-06-21T12:01:52Z", 61.96), (0.0, 0.0, "2026-03-20T12:07:30Z", 89.9),
        (51.4779, 0.0, "2026-12-21T00:00:00Z", -61.9), (36.0, 38.0, "2026-01-10T20:00:00Z", -64.9),
    ],
)  # fmt: skip
def test_the_height_of_the_sun(lat, lon, stamp, height):
    assert d03.sun_deg(lat, lon, parse_stamp(stamp)) == pytest.approx(height, abs=0.3)


def test_where_an_aircraft_is_between_two_plots():
    seen = tracks([[(0.0, 0), (10.0, 0)]])
    assert d03.where_at(seen, 0, 5.0)[:2] == pytest.approx((36.0, 38.005))
    assert d03.where_at(seen, 0, 11.0) is None and d03.where_at(seen, 1, 5.0) is None
