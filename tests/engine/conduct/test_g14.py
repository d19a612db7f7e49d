"""G14: what tracks say to a report; who did it; distress; reports without tracks; equal to its slow reading."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g14
from armslength.engine.conduct.told import Reported, Said
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, meetings_drawn, samples
from engine.conduct.reading import g14 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def report(kind="FLARES", at_s=100.0, accused="b00002", **said):
    return Reported("crew:1", kind, "North", "a00001", accused, EPOCH_NS + round(at_s * NS), **said)


def found(pair, form, told=(), **said):
    m = meeting(*([pair] if isinstance(pair[0], type(fly(1))) else pair), **said)
    return g14.judge(m, around(m, reported=(form,), said=told))


def behind(miles=-1.0, level_ft=30000.0, seconds=200):
    """The second flies so many miles ahead of the first (behind it where negative), at its speed."""
    return fly(seconds), fly(seconds, 0.0, miles, level_ft)


def test_tracks_that_corroborate_a_report_make_it_a_breach():
    [one] = found(behind(1.0), report(range_m=1500.0))
    assert (one.outcome, one.severity, one.by, one.about) == (BREACH, Severity.SEV2, "South", "crew:1")
    assert "corroborate" in one.explanation and "0.81 NM away by its estimate" in one.explanation
    assert one.value == pytest.approx(1852.0, rel=1e-2) and one.opened_ns == EPOCH_NS + 100 * NS


def test_struck_or_forced_to_evade_is_worse():
    assert found(behind(1.0), report(struck=True))[0].severity is Severity.SEV1
    assert found(behind(1.0), report(evaded=True))[0].severity is Severity.SEV1


@pytest.mark.parametrize(
    ("pair", "kind"),
    [(behind(3.3), "FLARES"), (behind(-1.0, 29000.0), "FUEL"), (behind(1.0, 49000.0), "LASER")],
    ids=["too far", "behind and below", "far above"],
)
def test_tracks_that_contradict_it_leave_no_breach(pair, kind):
    [one] = found(pair, report(kind))
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4) and "contradict" in one.explanation


def test_a_laser_comes_from_anywhere_and_fuel_from_above_or_ahead():
    assert found(behind(-1.0, 29000.0), report("LASER"))[0].outcome is BREACH
    assert found(behind(-1.0, 31000.0), report("FUEL"))[0].outcome is BREACH


def test_above_is_above_the_reporter_whichever_of_the_two_it_is():
    form = Reported("crew:1", "FUEL", "South", "b00002", "a00001", EPOCH_NS + 100 * NS)
    assert found(behind(1.0, 29000.0), form)[0].outcome is BREACH  # behind the reporter, and above it
    assert found(behind(1.0, 31000.0), form)[0].outcome is NO_BREACH


def test_what_is_only_possible_is_consistent_and_not_determinable():
    [one] = found(behind(3.0), report())
    assert one.outcome is UNSURE and "consistent" in one.explanation
    assert found(behind(1.0), report(), datum=3)[0].outcome is UNSURE


def test_a_hole_in_the_tracks_is_no_data():
    [one] = found(behind(1.0, seconds=400), report(at_s=200.0), holes=[(120, 280)])
    assert one.outcome is UNSURE and "have no data" in one.explanation and math.isnan(one.value)


def test_other_kinds_and_other_times_are_not_judged_here():
    assert found(behind(1.0), report("GESTURES")) == []
    assert found(behind(1.0), report(at_s=300.0)) == []
    assert found(behind(1.0), report(accused="c00003")) == []


def test_a_report_that_names_nobody_is_held_against_all():
    m = meeting(behind(1.0))
    [one] = g14.judge(m, around(m, reported=(report(accused=""),)))
    assert (one.outcome, one.by) == (BREACH, "South")


def test_a_flare_of_distress_is_none():
    told = (Said("e1", "EMG", "South", "", "", EPOCH_NS + 20 * NS),)
    assert found(behind(1.0), report(), told)[0].outcome is NO_BREACH
    assert found(behind(1.0), report("CHAFF"), told)[0].outcome is BREACH


def test_a_report_without_tracks_stands_undetermined_once():
    terms = default_terms()
    [one] = g14.without_tracks(terms, [report(), report("LIGHTS_OFF")], [])
    assert (one.outcome, one.first, one.second) == (UNSURE, "a00001", "b00002") and "no data" in one.explanation
    assert g14.without_tracks(terms, [report()], found(behind(1.0), report())) == []
    assert found(behind(1.0), report())[0].id == one.id


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    meetings_drawn(seconds=200, most=1), st.integers(-80, 300), st.sampled_from(["FLARES", "LASER"]), st.booleans()
)  # fmt: skip
def test_it_is_equal_to_its_slow_reading(m, at_s, kind, second):
    by, reporter, accused = ("South", "b00002", "a00001") if second else ("North", "a00001", "b00002")
    form = Reported("crew:1", kind, by, reporter, accused, EPOCH_NS + at_s * NS)
    said = [one.outcome.value for one in g14.judge(m, around(m, reported=(form,)))]
    read = reading.read(samples(m, 0), at_s, kind, int(second), default_terms().conduct["G14"].figures)
    assert said == ([] if read is None else [read])
