"""D04 and D05: notice in time, and what is flown is what was declared; equal to their slow readings."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box
from armslength.domain.finding import Outcome, Severity
from armslength.domain.visit import ACTIVITY, Distress, Notice
from armslength.engine.discipline import d04, d05
from armslength.engine.discipline.entry import Told
from armslength.engine.discipline.places import places
from armslength.units import NS
from engine.discipline.reading import d04 as slow04
from engine.discipline.reading import d05 as slow05
from engine.discipline.visits import EPOCH_NS, case_of, flown, samples, terms_with, visits_drawn

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE
HOUR = 3600 * NS
VOLUME = Area("range", box=Box(35.0, 38.0, 37.0, 39.0), floor_m=0.0, ceiling_m=12000.0)


def notice(lead_s=12 * 3600.0, kind="PLANNED", **other):
    at = EPOCH_NS + 100 * NS
    one = Notice("act1", "South", "North", kind, VOLUME, at, at + 3000 * NS, at - round(lead_s * NS))
    return replace(one, **other)


def visit(one, east, party="South", **said):
    terms = terms_with()
    [place] = [p for p in places(terms, [one]) if p.kind == ACTIVITY]
    return replace(flown(east, party=party, **said), place=place)


def late(one, *visits, distress=()):
    told = Told((one,), tuple(distress))
    seen = [p for k, v in enumerate(visits) for p in d04.present(case_of(v, told=told, address=f"b0000{k}"))]
    return d04.findings(terms_with(), told, seen)


INSIDE = [5.0] * 400


def test_an_activity_that_was_told_of_too_late_breaches_when_it_is_flown():
    [one] = late(notice(), visit(notice(), INSIDE))
    assert (one.rule, one.outcome, one.severity, one.by) == ("D04", BREACH, Severity.SEV3, "South")
    assert (one.value, one.threshold, one.about) == (12 * 3600.0, 24 * 3600.0, "act1")
    assert one.opened_ns == EPOCH_NS + 100 * NS
    assert late(notice()) == [] and late(notice(), visit(notice(), [-3.0] * 400)) == []


@pytest.mark.parametrize(
    ("kind", "lead"), [("HAZARD", 72 * 3600.0), ("PLANNED", 86400.0), ("TIME_CRITICAL", 3600.0), ("URGENT", 600.0)]
)
def test_each_kind_has_its_lead(kind, lead):
    assert late(notice(lead, kind), visit(notice(lead, kind), INSIDE)) == []
    assert late(notice(lead - 1.0, kind), visit(notice(lead - 1.0, kind), INSIDE))[0].outcome is BREACH


def test_a_notice_that_never_came_and_one_that_came_after_the_beginning():
    [one] = late(notice(delivered_ns=None), visit(notice(delivered_ns=None), INSIDE))
    assert one.outcome is BREACH and "never received" in one.explanation and one.value == -math.inf
    assert "50 s after it had begun" in late(notice(-50.0), visit(notice(-50.0), INSIDE))[0].explanation


def test_somebody_of_the_other_side_in_the_volume_makes_it_graver():
    theirs = visit(notice(), INSIDE, "North")
    [one] = late(notice(), visit(notice(), INSIDE), theirs)
    assert one.severity is Severity.SEV1 and "b00001 was in its volume" in one.explanation
    assert late(notice(), theirs) == []


def test_the_end_of_its_time_is_no_longer_in_it():
    ends = notice(until_ns=EPOCH_NS + 150 * NS)
    assert late(ends, visit(ends, [-3.0] * 150 + [5.0] * 100)) == []
    assert late(ends, visit(ends, [-3.0] * 149 + [5.0] * 100))[0].outcome is BREACH


def test_doubt_and_distress():
    assert late(notice(), visit(notice(), [0.02] * 400))[0].outcome is UNSURE
    told = [Distress("e", "South", EPOCH_NS)]
    assert late(notice(), visit(notice(), INSIDE), distress=told)[0].outcome is NO_BREACH


def test_another_place_than_declared_is_no_excuse_for_a_late_notice():
    one = notice(aircraft=frozenset({"b00000"}))
    [late_one] = late(one, visit(one, [-40.0] * 400))
    assert (late_one.outcome, late_one.severity, late_one.value) == (BREACH, Severity.SEV3, 12 * 3600.0)
    assert late_one.opened_ns == one.from_ns and "b00000, which it names, flew then" in late_one.explanation
    assert late(one, visit(one, [-40.0] * 159)) == []
    in_good_time = notice(25 * 3600.0, aircraft=one.aircraft)
    assert late(in_good_time, visit(in_good_time, [-40.0] * 400)) == []
    of_others = notice(aircraft=frozenset({"b00009"}))
    assert late(of_others, visit(of_others, [-40.0] * 400)) == []
    assert late(one, visit(one, [-40.0] * 400, "North")) == []


def test_who_flew_what_another_notice_covers_did_not_fly_this_one():
    one = notice(aircraft=frozenset({"b00000"}))
    wider = replace(notice(), id="act2", area=Area("wide", box=Box(34.0, 36.0, 38.0, 40.0)))
    [place] = [p for p in places(terms_with(), [one]) if p.kind == ACTIVITY]
    seen = replace(flown([-4.0] * 400, party="South"), place=place)
    for others, count in (((wider,), 0), ((replace(wider, delivered_ns=None),), 1)):
        told = Told((one, *others))
        presences = d04.present(case_of(seen, told=told, address="b00000"))
        assert len([f for f in d04.findings(terms_with(), told, presences) if f.about == "act1"]) == count


NAMED = frozenset({"b00001"})
OUT_AND_BACK = [3.0] * 200 + list(np.linspace(3.0, -7.0, 150)) + list(np.linspace(-7.0, 3.0, 150)) + [3.0] * 100


def found(east, one, *, others=(), **said):
    seen = visit(one, east, **said)
    return [e.finding for e in d05.judge(case_of(seen, told=Told((one, *others))))]


def test_who_leaves_the_declared_volume_and_comes_back_breaches():
    [one] = found(OUT_AND_BACK, notice(aircraft=NAMED))
    assert (one.rule, one.outcome, one.severity, one.by) == ("D05", BREACH, Severity.SEV2, "South")
    assert one.value == pytest.approx(7.0 * 1852.0, rel=1e-2) and one.threshold == 9260.0
    [one] = found(OUT_AND_BACK, notice())
    assert one.outcome is UNSURE and "names no aircraft" in one.explanation
    assert found(OUT_AND_BACK, notice(aircraft=frozenset({"b00009"}))) == []


def test_four_miles_out_the_way_home_and_an_amended_notice_are_none():
    assert found([max(e, -4.0) for e in OUT_AND_BACK], notice(aircraft=NAMED)) == []
    assert found(list(np.linspace(-9.0, 3.0, 300)) + list(np.linspace(3.0, -9.0, 300)), notice(aircraft=NAMED)) == []
    wider = replace(notice(), id="act2", area=Area("wide", box=Box(34.0, 37.0, 37.5, 39.5)))
    assert found(OUT_AND_BACK, notice(aircraft=NAMED), others=[wider]) == []
    assert found(OUT_AND_BACK, notice(aircraft=NAMED), others=[replace(wider, delivered_ns=None)]) != []


def test_above_the_volume_counts_as_well():
    up = np.concatenate([np.full(200, 30000.0), np.full(100, 43000.0), np.full(200, 30000.0)])
    [one] = found([3.0] * 500, notice(aircraft=NAMED), level_ft=up)
    assert (one.outcome, one.threshold) == (BREACH, pytest.approx(914.4)) and "above or below" in one.explanation
    assert found([3.0] * 500, notice(aircraft=NAMED), level_ft=np.minimum(up, 42000.0)) == []


def test_who_was_never_there_breaches():
    [one] = found([-40.0] * 400, notice(aircraft=NAMED))
    assert one.outcome is BREACH and "never in the declared volume" in one.explanation
    assert found([-4.9] * 400, notice(aircraft=NAMED)) == [] and found([-40.0] * 400, notice()) == []


def test_staying_longer_and_coming_earlier():
    short = notice(until_ns=EPOCH_NS + 300 * NS)
    [one] = found([3.0] * 1000, short)
    assert (one.outcome, one.unit, one.value) == (BREACH, "s", 699.0) and "after its end" in one.explanation
    assert found([3.0] * 890, short) == []
    begins = notice(from_ns=EPOCH_NS + 800 * NS)
    assert "before its beginning" in found([3.0] * 1000, begins)[0].explanation
    assert found([3.0] * 300 + [-2.0] * 400 + [3.0] * 300, begins) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    visits_drawn(0, terms_with()), st.sampled_from([None, 30.0, 90000.0]), st.integers(-200, 200), st.integers(20, 300),
    st.booleans(),
)  # fmt: skip
def test_they_are_equal_to_their_slow_readings(drawn, lead, from_s, lasts_s, named):
    terms = terms_with(D05={"distance_m": 400.0, "vertical_m": 100.0, "time_s": 30.0})
    begins = EPOCH_NS + from_s * NS
    one = notice(
        from_ns=begins, until_ns=begins + lasts_s * NS, aircraft=NAMED if named else None,
        delivered_ns=None if lead is None else begins - round(lead * NS),
    )  # fmt: skip
    told = Told((one,))
    seen = replace(drawn, place=next(p for p in places(terms, [one]) if p.kind == ACTIVITY))
    case = case_of(seen, terms, told)
    said = [(f.outcome.value, f.opened_ns) for f in d04.findings(terms, told, d04.present(case))]
    read = slow04.read(samples(seen), EPOCH_NS, one, terms.conduct["D04"].figures, named)
    assert said == ([] if read is None else [read])
    flown_otherwise = [e.finding.outcome.value for e in d05.judge(case)]
    read = slow05.read(samples(seen), EPOCH_NS, one, named, terms.conduct["D05"].figures)
    assert flown_otherwise == ([] if read is None else [read])
