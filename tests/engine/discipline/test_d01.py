"""D01: an entry is deep and long enough, or none; what excuses it; one finding for a flight; equal to its reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.agreement.articles_kinds import Hours
from armslength.domain.finding import Outcome, Severity
from armslength.domain.visit import Distress, Notice
from armslength.engine.discipline import d01
from armslength.engine.discipline.entry import Told
from armslength.engine.discipline.flights import one_each
from armslength.units import NS
from engine.discipline.reading import d01 as reading
from engine.discipline.visits import (
    BLOCK,
    EPOCH_NS,
    case_of,
    circle,
    crossing,
    flown,
    samples,
    terms_with,
    visits_drawn,
)

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def found(east, *, terms=None, told=None, **said):
    return [one.finding for one in d01.judge(case_of(flown(east, terms=terms, **said), terms, told))]


def test_who_is_deep_inside_for_long_breaches():
    [one] = found(crossing(1.0, 60))
    assert (one.rule, one.outcome, one.severity, one.by, one.first) == ("D01", BREACH, Severity.SEV3, "South", "b00001")
    assert (one.opened_ns, one.closed_ns) == (EPOCH_NS + 60 * NS, EPOCH_NS + 119 * NS)
    assert one.value == pytest.approx(1852.0, rel=2e-3) and (one.threshold, one.unit) == (926.0, "m")
    assert one.margin_sigma > 20.0


@pytest.mark.parametrize(("deep", "seconds"), [(0.44, 300), (1.0, 31)], ids=["at the edge", "for a moment"])
def test_at_the_edge_or_for_a_moment_is_none(deep, seconds):
    assert found(crossing(deep, seconds)) == []


def test_a_second_more_than_the_time_is_one():
    assert found(crossing(1.0, 31)) == [] and found(crossing(1.0, 32))[0].outcome is BREACH


@pytest.mark.parametrize(("deep", "seconds"), [(2.1, 60), (1.0, 302)])
def test_deeper_or_longer_is_worse(deep, seconds):
    assert found(crossing(deep, seconds))[0].severity is Severity.SEV2


def test_above_and_below_the_block_is_none():
    assert found(crossing(1.0, 60), level_ft=39800.0) == []
    assert found(crossing(1.0, 60), level_ft=39000.0)[0].outcome is BREACH


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(crossing(0.52, 60))
    assert one.outcome is UNSURE and "errors" in one.explanation
    [one] = found(crossing(1.0, 60), level_ft=np.nan)
    assert one.outcome is UNSURE and "level is not known" in one.explanation


def test_the_own_block_is_open_and_so_is_one_that_is_not_in_force():
    assert found(crossing(1.0, 60), party="North") == []
    begins = EPOCH_NS + 70 * NS
    later = terms_with(replace(BLOCK, from_ns=begins))
    assert found(crossing(1.0, 60), terms=later)[0].opened_ns == begins
    assert found(crossing(1.0, 60), terms=terms_with(replace(BLOCK, from_ns=begins + 30 * NS))) == []
    of_day = EPOCH_NS // NS % 86400
    assert found(crossing(1.0, 60), terms=terms_with(replace(BLOCK, hours=Hours(of_day + 40, of_day - 7000)))) != []
    assert found(crossing(1.0, 60), terms=terms_with(replace(BLOCK, hours=Hours(of_day + 4000, of_day)))) == []


def test_coming_back_at_once_is_the_same_entry_and_later_another():
    def twice(pause):
        return crossing(1.0, 60) + [-1.0] * pause + crossing(1.0, 60, 0)

    assert len(found([1.0] * 60 + [-0.1] * 20 + [1.0] * 60)) == 1
    assert len(found(twice(40))) == 2


def test_a_transit_that_was_announced_is_no_breach():
    at = EPOCH_NS - 3600 * NS
    notice = Notice("m1", "South", "North", "PLANNED", circle("way", 80e3), EPOCH_NS, EPOCH_NS + 600 * NS, at)
    [one] = found(crossing(1.0, 60), told=Told((notice,)))
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4) and "announced" in one.explanation
    for wrong in (
        replace(notice, by="North"), replace(notice, delivered_ns=None), replace(notice, until_ns=EPOCH_NS + 90 * NS),
        replace(notice, area=circle("elsewhere", 20e3)), replace(notice, delivered_ns=EPOCH_NS + 100 * NS),
    ):  # fmt: skip
        assert found(crossing(1.0, 60), told=Told((wrong,)))[0].outcome is BREACH


def test_an_emergency_is_no_breach_for_half_an_hour():
    told = Told(distress=(Distress("e1", "South", EPOCH_NS - 1700 * NS),))
    assert found(crossing(1.0, 60), told=told)[0].outcome is NO_BREACH
    long_ago = Told(distress=(Distress("e1", "South", EPOCH_NS - 1900 * NS),))
    assert found(crossing(1.0, 60), told=long_ago)[0].outcome is BREACH
    theirs = Told(distress=(Distress("e1", "North", EPOCH_NS),))
    assert found(crossing(1.0, 60), told=theirs)[0].outcome is BREACH


def entered(address, east, *, north=0.0, uncrewed=False):
    visit = flown(east, north=[north] * len(east))
    return d01.judge(case_of(visit, address=address, uncrewed=uncrewed))


def test_a_flight_is_one_finding_whatever_the_order():
    way, later = crossing(1.0, 60), crossing(1.3, 65, 62)
    pair = entered("b00002", later, north=0.4) + entered("b00001", way)
    [one] = one_each(pair)
    assert one.address == "b00001" and "In one flight with it: b00002." in one.finding.explanation
    assert one_each(pair[::-1]) == [one]
    assert len(one_each(entered("b00001", way) + entered("b00002", way, north=1.2))) == 2
    assert len(one_each(entered("b00001", way) + entered("b00002", way, uncrewed=True))) == 2
    five = [one for k in range(5) for one in entered(f"b0000{k}", way, north=0.1 * k)]
    assert len(one_each(five)) == 2


TERMS = terms_with()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits_drawn(0, TERMS), st.sampled_from([5.0, 30.0]), st.sampled_from([0.0, 926.0]))
def test_it_is_equal_to_its_slow_reading(visit, time, margin):
    terms = terms_with(D01={"time_s": time, "margin_m": margin})
    said = [
        (one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns, one.value)
        for one in (entry.finding for entry in d01.judge(case_of(visit, terms)))
    ]
    read = [
        (outcome, severity, visit.ns(a), visit.ns(b), deepest)
        for outcome, severity, a, b, deepest in reading.read(
            samples(visit), BLOCK, terms.conduct["D01"].figures, EPOCH_NS
        )
    ]
    assert said == read
