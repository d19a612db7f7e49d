"""D02: overhead is within the radius and below the ceiling; repeated is worse; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.domain.finding import Outcome, Severity
from armslength.domain.visit import Distress
from armslength.engine.discipline import d02
from armslength.engine.discipline.entry import Told
from armslength.engine.discipline.flights import one_each
from armslength.units import NM, NS
from engine.discipline.reading import d02 as reading
from engine.discipline.visits import EPOCH_NS, SITE, case_of, flown, samples, terms_with, visits_drawn

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
PAST = np.linspace(-5.0, 5.0, 121)
"""Past the site from west to east at 300 kt [NM]."""


def entries(abeam=0.0, *, east=PAST, level_ft=15000.0, told=None, address="b00001", later_s=0.0, **said):
    visit = flown(east, level_ft, kind=1, north=np.full(len(east), abeam), **said)
    visit = replace(visit, epoch_ns=visit.epoch_ns + round(later_s * NS))
    return d02.judge(case_of(visit, told=told, address=address))


def found(*args, **said):
    return [one.finding for one in entries(*args, **said)]


def test_who_flies_over_it_breaches():
    [one] = found(0.2)
    assert (one.rule, one.outcome, one.severity, one.by) == ("D02", BREACH, Severity.SEV3, "South")
    assert one.value == pytest.approx(0.2 * NM, rel=1e-2) and one.threshold == 1852.0
    assert one.opened_ns < EPOCH_NS + 60 * NS < one.closed_ns


@pytest.mark.parametrize(("abeam", "level"), [(1.1, 15000.0), (0.2, 20000.0)], ids=["beside", "above"])
def test_beside_it_and_above_its_ceiling_is_none(abeam, level):
    assert found(abeam, level_ft=level) == []


def test_what_depends_on_the_errors_is_not_determinable():
    assert found(1.01)[0].outcome is UNSURE
    [one] = found(0.2, level_ft=np.nan)
    assert one.outcome is UNSURE and "level is not known" in one.explanation


def test_between_two_seconds_a_fast_one_comes_nearer_than_at_either():
    [one] = found(0.95, east=np.arange(-2.25, 2.5, 0.5), error_h=10.0)
    assert one.value == pytest.approx(0.95 * NM, rel=5e-3) and one.outcome is BREACH


def test_the_own_site_and_an_emergency_are_none():
    assert found(0.2, party="North") == []
    told = Told(distress=(Distress("e", "South", EPOCH_NS - 60 * NS),))
    [one] = found(0.2, told=told)
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4)


def test_coming_back_at_once_is_the_same_one():
    back = np.concatenate([np.linspace(-2, 1.5, 43), np.linspace(1.5, -2, 43)])
    assert len(found(0.2, east=back)) == 1
    away = np.concatenate([np.linspace(-2, 2, 49), np.full(70, 2.0), np.linspace(2, -2, 49)])
    assert len(found(0.2, east=away)) == 2


def test_again_within_the_week_is_worse():
    week = 7 * 86400.0
    first, soon, late = entries(0.2), entries(0.2, address="b00002", later_s=week - 1), entries(0.2, later_s=3 * week)
    told = d02.repeated(late + soon + first, week)
    assert [one.finding.severity for one in told] == [Severity.SEV3, Severity.SEV2, Severity.SEV3]
    assert "not the first" in told[1].finding.explanation
    unsure = entries(1.01)
    assert [e.finding.severity for e in d02.repeated(unsure + soon, week)] == [Severity.SEV3, Severity.SEV3]


def test_a_wingman_does_not_repeat_what_his_leader_did():
    pair = entries(0.2) + entries(0.3, address="b00002", later_s=5.0)
    [one] = d02.repeated(one_each(pair), 7 * 86400.0)
    assert one.finding.severity is Severity.SEV3 and "In one flight with it: b00002." in one.finding.explanation


TERMS = terms_with()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits_drawn(1, TERMS), st.sampled_from([500.0, 1852.0]), st.sampled_from([6000.0, np.inf]))
def test_it_is_equal_to_its_slow_reading(visit, radius, ceiling):
    site = replace(SITE, radius_m=radius, ceiling_m=ceiling)
    terms = terms_with(site=site)
    said = [entry.finding for entry in d02.judge(case_of(visit, terms))]
    read = reading.read(samples(visit), site)
    assert [(one.outcome.value, one.opened_ns, one.closed_ns) for one in said] == [
        (outcome, visit.ns(a), visit.ns(b)) for outcome, a, b, _ in read
    ]
    assert [one.value for one in said] == pytest.approx([nearest for *_, nearest in read], rel=1e-9, abs=1e-6)
