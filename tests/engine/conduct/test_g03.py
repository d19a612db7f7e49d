"""G03: fires on who was warned, saw it too and did nothing; each side by itself; equal to its slow reading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g03
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import INTERCEPT, JOIN, TEST, Window
from armslength.engine.conduct.told import Asked, Said, Warned
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, meetings_drawn, samples, with_figures
from engine.conduct.reading import g03 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def at(second):
    return None if second is None else EPOCH_NS + round(second * NS)


def warned(receiver="North", delivered=20.0, acknowledged=25.0, own=22.0, loss=102.0, number=1):
    return Warned(
        f"alert:{number}", receiver, "a00001", "b00002", at(delivered), at(acknowledged), at(loss), at(own),
    )  # fmt: skip


def opposite(one=(), two=(), climbs=(), beside=0.5, seconds=160):
    """Two who fly at each other; they would pass at 120 s. `one`, `two`: their turns; `climbs`: of the first."""
    first = fly(seconds, turns=one, climbs=climbs)
    return first, fly(seconds, beside, 20.0, course=180.0, turns=two)


def found(pair, *alerts, terms=None, windows=(), asked=(), said=(), **flown):
    m = meeting(pair, **flown)
    context = around(m, terms, windows=windows, warned=alerts or (warned(),), asked=asked, said=said)
    return [one for one in judge(m, context) if one.rule == "G03"]


def test_who_was_warned_and_did_nothing_breaches():
    [one] = found(opposite())
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "North")
    assert (one.threshold, one.unit, one.opened_ns) == (30.0, "s", at(25))
    assert one.value == 77.0 and "alert:1" in one.explanation and "came inside" in one.explanation


def test_it_is_less_grave_where_nothing_came_of_it():
    [one] = found(opposite(two=[(60, 80, 3.0)]))
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV3, "North")


@pytest.mark.parametrize(
    "pair",
    [
        opposite(one=[(40, 44, -3.0)]), opposite(one=[(30, 34, -2.5)]), opposite(climbs=[(35, 160, 700.0)]),
        opposite(climbs=[(45, 160, -1000.0)]),
    ],
    ids=["turns away", "turns a little", "climbs", "descends"],
)  # fmt: skip
def test_who_acts_in_time_is_no_finding(pair):
    assert found(pair) == []


@pytest.mark.parametrize(
    "pair", [opposite(one=[(75, 85, -3.0)]), opposite(one=[(40, 42, 3.0)]), opposite(climbs=[(80, 160, 2000.0)])],
    ids=["too late", "turns towards", "climbs too late"],
)  # fmt: skip
def test_who_acts_too_late_or_the_wrong_way_breaches(pair):
    [one] = found(pair)
    assert one.outcome is BREACH


def test_each_side_is_judged_by_itself():
    both = warned(), warned("South", number=2)
    assert [one.by for one in found(opposite(), *both)] == ["North", "South"]
    [one] = found(opposite(two=[(40, 50, 3.0)]), *both)
    assert one.by == "North"
    assert found(opposite(two=[(40, 50, 3.0)]), both[1]) == []


@pytest.mark.parametrize(
    "alert",
    [
        warned(acknowledged=None), warned(own=None), warned(loss=85.0), warned(own=43.0),
        warned("East"), replace(warned(), second="cccccc"),
    ],
    ids=["not acknowledged", "own prediction never showed it", "too late a warning", "saw it too late itself",
         "another party", "another pair"],
)  # fmt: skip
def test_without_a_warning_that_counts_there_is_no_finding(alert):
    assert found(opposite(), alert) == []


def test_a_message_in_time_is_an_act_and_an_emergency_excuses():
    hold = Said("msg:1", "HLD", "North", "a00001", "b00002", at(40))
    assert found(opposite(), said=[hold]) == []
    assert found(opposite(), said=[replace(hold, first="", second="")]) == []
    assert found(opposite(), asked=[Asked("msg:2", "North", "South", "a00001", "b00002", at(54))]) == []
    for other in (replace(hold, by="South"), replace(hold, at_ns=at(60)), replace(hold, second="cccccc")):
        assert [one.outcome for one in found(opposite(), said=[other])] == [BREACH]
    assert found(opposite(), said=[replace(hold, code="EMG", by="South")]) == []


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found(opposite(one=[(40, 42, -2.0)]))
    assert one.outcome is UNSURE and "errors" in one.explanation
    [one] = found(opposite(), update=12.0)
    assert one.outcome is UNSURE and "12 s apart, too coarse" in one.explanation
    [one] = found(opposite(), datum=3)
    assert (one.outcome, one.severity) == (UNSURE, Severity.SEV3) and "level" in one.explanation
    [one] = found(opposite(), holes=[(35, 45)])
    assert one.outcome is UNSURE and "not known throughout" in one.explanation


def test_of_several_alerts_the_gravest_counts():
    [one] = found(opposite(one=[(62, 66, -3.0)]), warned(number=1), warned(delivered=36.0, acknowledged=38.0, number=2))
    assert "alert:1" in one.explanation


def test_an_agreed_join_or_test_relaxes_it():
    for kind, outcome in ((JOIN, NO_BREACH), (TEST, NO_BREACH), (INTERCEPT, BREACH)):
        assert found(opposite(), windows=[Window(kind, EPOCH_NS, None)])[0].outcome is outcome


def test_without_alerts_ordinary_traffic_is_nothing():
    m = meeting(opposite())
    assert g03.judge(m, around(m)) == []


def seconds(least, most):
    """Times with whole hundredths: what is a stamp in ns is the same in seconds."""
    return st.integers(least * 100, most * 100).map(lambda hundredths: hundredths / 100.0)


SECONDS = seconds(0, 80)
CODES = st.tuples(st.sampled_from(["HLD", "EMG"]), st.booleans(), seconds(0, 200))


@settings(max_examples=80)
@given(
    meetings_drawn(most=1, seconds=200), SECONDS, SECONDS | SECONDS | st.none(), SECONDS | SECONDS | st.none(),
    seconds(120, 300) | SECONDS, st.just([]) | st.just([]) | st.lists(CODES, max_size=1),
    st.sampled_from(["North", "South"]), st.sampled_from([(5.0, 1.524), (30.0, 1.524), (30.0, 15.0)]),
)  # fmt: skip
def test_it_is_equal_to_its_slow_reading(m, delivered, acknowledged, own, loss, codes, receiver, least):
    terms = with_figures("G03", least_turn_deg=least[0], least_climb_mps=least[1], least_warning_s=40.0)
    other = "South" if receiver == "North" else "North"
    said = [
        Said(f"msg:{i}", code, receiver if mine else other, "a00001", "b00002", at(t))
        for i, (code, mine, t) in enumerate(codes)
    ]
    alert = warned(receiver, delivered, acknowledged, own, loss)
    context = around(m, terms, warned=(alert,), said=tuple(said))
    out = [
        (one.outcome.value, int(one.severity), one.opened_ns, one.closed_ns, pytest.approx(one.value, abs=1e-6), one.by)
        for one in g03.judge(m, context)
    ]
    read = reading.read(
        samples(m, 0), terms, (delivered, acknowledged, own, loss), codes, [0 if receiver == "North" else 1]
    )
    parties = "North", "South"
    assert out == [(said, grade, m.ns(a), m.ns(b), idle, parties[side]) for said, grade, a, b, idle, side in read]


def test_the_reading_is_tested_on_what_is_found():
    for pair in (opposite(), opposite(one=[(40, 42, -2.0)]), opposite(one=[(40, 44, -3.0)])):
        m = meeting(pair)
        said = g03.judge(m, around(m, warned=(warned(),)))
        read = reading.read(samples(m, 0), default_terms(), (20.0, 25.0, 22.0, 102.0), [], [0])
        assert [(one.outcome.value, one.value) for one in said] == [(row[0], row[4]) for row in read]
