"""Regimes from what was said: who must have answered, how long they last, caps, volumes; the order does not matter."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from armslength.agreement.area import Area, Circle
from armslength.domain import declared as d
from armslength.domain import talk as t
from armslength.domain.finding import SUSPENDED, Outcome
from armslength.engine.conduct.agreed import regimes_of
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Regimes
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, LAT, LON, around, fly, meeting

PAIR = frozenset({"a00001", "b00002"})


def at(seconds):
    return EPOCH_NS + round(seconds * NS)


def itc(number=1, said_s=0.0, lasts_s=180.0, answer="WIL", answer_s=10.0, by="North"):
    said = d.Intercepts(at_ns=at(said_s), id=f"i{number}", by=by, stamp_ns=at(said_s), lasts_s=lasts_s)
    return [said, t.Answered(at_ns=at(answer_s), id=said.id, code=answer, stamp_ns=at(answer_s))]


def act(by, receiver, number, from_s=100.0, until_s=900.0, radius=20e3, taken_s=50.0):
    area = Area(f"as {by} calls it", circle=Circle(LAT, LON, radius))
    told = d.Notified(
        at_ns=at(0), id=f"m{number}", by=by, receiver=receiver, kind="PLANNED", area=area, from_ns=at(from_s),
        until_ns=at(until_s),
    )  # fmt: skip
    return [told] if taken_s is None else [told, t.Answered(at_ns=at(90), id=told.id, code="ROG", stamp_ns=at(taken_s))]


def spans(facts):
    return [(one.kind, (one.from_ns - EPOCH_NS) / NS, None if one.until_ns is None else (one.until_ns - EPOCH_NS) / NS)
            for one in regimes_of(facts).windows]  # fmt: skip


def test_an_interception_holds_from_the_answer_until_it_expires():
    assert spans(itc()) == [(INTERCEPT, 10.0, 180.0)]
    assert spans(itc(lasts_s=60.0)) == [(INTERCEPT, 10.0, 60.0)]
    assert spans(itc(lasts_s=600.0)) == [(INTERCEPT, 10.0, 180.0)]


def test_without_wilco_in_time_there_is_none():
    assert spans(itc()[:1]) == spans(itc(answer="UNA")) == spans(itc(answer="ROG")) == spans(itc(answer_s=180.0)) == []


def test_a_party_has_so_much_of_it_on_a_day():
    day = [fact for k in range(12) for fact in itc(k, 1000.0 * k, answer_s=1000.0 * k)]
    assert [until - since for _, since, until in spans(day)] == [180.0] * 10
    partly = [fact for k in range(12) for fact in itc(k, 1000.0 * k, answer_s=1000.0 * k + 10.0)]
    assert [until - since for _, since, until in spans(partly)] == [170.0] * 10 + [100.0]
    both = day + [fact for k in range(20, 22) for fact in itc(k, 900.0 * k, answer_s=900.0 * k, by="South")]
    assert len(spans(both)) == 12
    next_day = day + itc(99, 86_400.0, answer_s=86_400.0)
    assert len(spans(next_day)) == 11


def test_a_test_window_needs_a_notice_of_each_and_that_each_had_it():
    both = act("North", "South", 1) + act("South", "North", 2, from_s=200.0)
    assert spans(both) == [(TEST, 200.0, 900.0)]
    assert spans(act("North", "South", 1)) == []
    assert spans(act("North", "South", 1) + act("North", "South", 2)) == []
    assert spans(act("North", "South", 1) + act("South", "North", 2, radius=21e3)) == []
    assert spans(act("North", "South", 1) + act("South", "North", 2, taken_s=None)) == []
    over = [d.Ended(at_ns=at(400), id="m1", by="North", stamp_ns=at(400))]
    assert spans(both + over) == [(TEST, 200.0, 400.0)]
    assert spans([*both, replace(over[0], by="South")]) == [(TEST, 200.0, 900.0)]


def test_a_join_is_declared_acknowledged_and_expires():
    said = d.Joins(at_ns=at(0), id="j", by="North", stamp_ns=at(0), until_ns=at(3600), aircraft=PAIR)
    yes = t.Answered(at_ns=at(20), id="j", code="ROG", stamp_ns=at(20))
    assert spans([said, yes]) == [(JOIN, 20.0, 3600.0)]
    assert spans([said]) == spans([replace(said, aircraft=frozenset({"a00001"})), yes]) == []
    assert spans([replace(said, until_ns=at(9e9)), yes]) == [(JOIN, 20.0, 6 * 3600.0)]


def test_a_suspension_lasts_until_another_word_of_it():
    both = [t.Suspended(at_ns=at(0), provisions=frozenset({"separation", "block"})),
            t.Suspended(at_ns=at(500), provisions=frozenset({"block"})),
            t.Suspended(at_ns=at(900), provisions=frozenset())]  # fmt: skip
    assert spans(both) == [(SUSPENDED, 0.0, 500.0), (SUSPENDED, 500.0, 900.0)]
    assert regimes_of(both).windows[1].provisions == {"block"}
    assert spans(both[:2])[1] == (SUSPENDED, 500.0, None)


def test_a_test_window_relaxes_what_lies_in_its_volume_alone():
    m = meeting((fly(300), fly(300, 2.0)))
    facts = act("North", "South", 1, from_s=0.0, radius=80e3, taken_s=-50.0) + act(
        "South", "North", 2, from_s=0.0, radius=80e3, taken_s=-50.0
    )
    here = regimes_of(facts)
    [one] = [f for f in judge(m, replace(around(m), regimes=here)) if f.rule == "G01"]
    assert (one.outcome, one.regime) == (Outcome.NO_BREACH, TEST)
    far = replace(here.windows[0], area=Area("elsewhere", circle=Circle(LAT + 3.0, LON, 20e3)))
    [one] = [f for f in judge(m, replace(around(m), regimes=Regimes((far,)))) if f.rule == "G01"]
    assert (one.outcome, one.regime) == (Outcome.BREACH, "")


MIXED = (
    itc() + itc(2, 400.0, answer_s=420.0, by="South") + act("North", "South", 1) + act("South", "North", 2)
    + [t.Suspended(at_ns=at(300), provisions=frozenset({"conduct"}))]
)  # fmt: skip


@given(st.permutations(MIXED))
def test_the_order_in_which_things_became_known_does_not_matter(facts):
    assert regimes_of(facts) == regimes_of(MIXED)


def test_notices_and_emergencies():
    facts = [*act("North", "South", 1, taken_s=None), t.Marked(at_ns=at(30), id="m1", mark="RECEIVED", stamp_ns=at(20)),
             d.Declared(at_ns=at(40), id="e1", by="South", stamp_ns=at(39))]  # fmt: skip
    [one] = d.notices_of(facts)
    assert (one.delivered_ns, one.by, one.receiver) == (at(20), "North", "South")
    assert [(e.by, e.at_ns) for e in d.distress_of(facts)] == [("South", at(39))]
    early = [*facts, d.Ended(at_ns=at(50), id="m1", by="North", stamp_ns=at(50))]
    assert d.notices_of(early) == []
