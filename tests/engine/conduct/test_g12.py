"""G12: fires on a break towards the other, not on a gentle turn, one away or one far off; coarse plots tell nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g12
from armslength.engine.conduct.told import Asked, Said
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, around, fly, meeting, meetings_drawn, samples
from engine.conduct.reading import g12 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def breaking(rate=-14.0, abeam_nm=2.0, seconds=90, **said):
    """The second flies beside the first, and turns after 40 s for six seconds; to the left is towards the first."""
    return fly(seconds), fly(seconds, abeam_nm, turns=[(40, 46, rate)], **said)


def found(*pairs, told=None, **said):
    m = meeting(*pairs, **said)
    return g12.judge(m, around(m, **(told or {})))


def test_who_breaks_towards_the_other_breaches():
    [one] = found(breaking())
    assert (one.outcome, one.severity, one.by, one.unit) == (BREACH, Severity.SEV2, "South", "deg")
    assert one.value > 30.0 == one.threshold
    assert EPOCH_NS + 33 * NS <= one.opened_ns <= one.closed_ns <= EPOCH_NS + 52 * NS
    assert one.margin_sigma > 2.0


@pytest.mark.parametrize(
    ("rate", "abeam"), [(-4.0, 2.0), (14.0, 2.0), (-14.0, 3.8)], ids=["gentle", "away", "far"]
)  # fmt: skip
def test_a_gentle_turn_one_away_and_one_far_off_are_none(rate, abeam):
    assert found(breaking(rate, abeam)) == []


def test_the_vertical_minimum_keeps_it_from_being_near():
    assert found(breaking(level_ft=33200.0)) == []
    assert found(breaking(level_ft=32800.0))[0].outcome is BREACH


def test_a_dive_towards_the_other_is_one_and_a_zoom_away_none():
    below = fly(90)
    down = fly(90, 0.1, level_ft=32700.0, climbs=[(40, 60, -20000.0)])
    up = fly(90, 0.1, level_ft=32700.0, climbs=[(40, 60, 9000.0)])
    [one] = found((below, down), update=1.0)
    assert (one.outcome, one.unit, one.by) == (BREACH, "m/s", "South")
    assert found((below, up)) == []


def test_a_hard_pull_is_one_though_short():
    fast = fly(90, 2.0, knots=540.0, turns=[(40, 44, -7.3)])
    [one] = found((fly(90, knots=540.0), fast))
    assert "g," in one.explanation and one.by == "South"


@pytest.mark.parametrize(("update", "outcome"), [(2.0, BREACH), (4.0, UNSURE), (12.0, None)])
def test_plots_too_far_apart_do_not_let_it_be_told(update, outcome):
    told = found(breaking(), update=update)
    assert [one.outcome for one in told] == ([outcome] if outcome else [])
    if outcome is UNSURE:
        assert "The plots are up to 4 s apart; to tell this they must be at most 2 s apart." in told[0].explanation


def test_what_is_nearer_to_the_limit_than_the_errors_is_not_determinable():
    [one] = found(breaking(-6.0))
    assert one.outcome is UNSURE and "errors" in one.explanation


def test_what_was_asked_for_or_announced_is_no_breach():
    at = EPOCH_NS + 20 * NS
    asked = {"asked": (Asked("m1", "North", "South", "", "", at),)}
    [one] = found(breaking(), told=asked)
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4)
    told = {"said": (Said("m2", "TRN", "South", "a00001", "b00002", at),)}
    assert found(breaking(), told=told)[0].outcome is NO_BREACH
    others = {"said": (Said("m2", "TRN", "North", "a00001", "b00002", at),)}
    assert found(breaking(), told=others)[0].outcome is BREACH
    early = {"asked": (Asked("m1", "North", "South", "", "", EPOCH_NS - 60 * NS),)}
    assert found(breaking(), told=early)[0].outcome is BREACH
    elsewhere = {"asked": (Asked("m1", "North", "South", "a00001", "c00003", at),)}
    assert found(breaking(), told=elsewhere)[0].outcome is BREACH


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(seconds=180, spread_nm=3.0))
def test_it_is_equal_to_its_slow_reading(m):
    context, terms = around(m), default_terms()
    said = [(one.about, one.outcome.value, one.opened_ns, one.closed_ns) for one in g12.judge(m, context)]
    read = []
    for k in range(len(m)):
        address = [context.who(k, side).address for side in (0, 1)]
        read += [
            (f"{address[by]} {address[1 - by]}", outcome, m.ns(a), m.ns(b))
            for by, outcome, a, b in reading.read(samples(m, k), terms)
        ]
    assert sorted(said) == sorted(read)
