"""G13: who stays or comes back after a request; who flies at somebody who then gives way; equal to its slow reading."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome, Severity
from armslength.engine.conduct import g13
from armslength.engine.conduct.told import Asked
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, Path, around, fly, meeting, meetings_drawn, samples
from engine.conduct.reading import g13 as reading

BREACH, NO_BREACH, UNSURE = Outcome.BREACH, Outcome.NO_BREACH, Outcome.NOT_DETERMINABLE


def request(at_s=100.0, by="North", receiver="South", pair=("a00001", "b00002"), unable_s=None):
    unable = None if unable_s is None else EPOCH_NS + round(unable_s * NS)
    return Asked("m1", by, receiver, *pair, EPOCH_NS + round(at_s * NS), unable)


def found(*pairs, asked=(), **said):
    m = meeting(*pairs, **said)
    return g13.judge(m, around(m, asked=asked))


def leaving(at_s, seconds=300, back_s=None):
    """The second flies beside the first at 2 NM, and climbs away by 4,000 ft at `at_s`; it comes down at `back_s`."""
    climbs = [(at_s, at_s + 24, 10000.0)]
    if back_s is not None:
        climbs.append((back_s, back_s + 24, -10000.0))
    return fly(seconds), fly(seconds, 2.0, climbs=climbs)


def test_who_stays_after_the_request_breaches():
    [one] = found(leaving(400), asked=(request(),))
    assert (one.outcome, one.severity, one.by, one.about) == (BREACH, Severity.SEV2, "South", "b00002 a00001")
    assert (one.opened_ns, one.value, one.threshold) == (EPOCH_NS + 160 * NS, 200.0, 60.0)


def test_who_leaves_in_time_does_not_and_nobody_who_was_not_asked():
    assert found(leaving(120), asked=(request(),)) == []
    assert found(leaving(400)) == []
    assert [one.by for one in found(leaving(400), asked=(request(by="South", receiver="North"),))] == ["North"]


def test_coming_back_within_the_time_is_one_and_later_none():
    [one] = found(leaving(110, 600, 400), asked=(request(),))
    assert one.outcome is BREACH and one.opened_ns > EPOCH_NS + 400 * NS
    assert found(leaving(110, 1300, 1020), asked=(request(),)) == []


def test_a_request_that_names_nobody_counts_for_who_was_inside_then():
    anybody = request(pair=("", ""))
    assert found(leaving(400), asked=(anybody,))[0].outcome is BREACH
    joins_later = (fly(400), fly(400, 2.0, level_ft=36000.0, climbs=[(250, 310, -6000.0)]))
    assert found(joins_later, asked=(anybody,)) == []
    assert found(joins_later, asked=(request(),))[0].outcome is BREACH
    assert found(leaving(400), asked=(request(pair=("a00001", "c00003")),)) == []


def test_what_was_answered_by_unable_is_no_breach():
    [one] = found(leaving(400), asked=(request(unable_s=110),))
    assert (one.outcome, one.severity) == (NO_BREACH, Severity.SEV4)


def test_what_depends_on_the_errors_is_not_determinable():
    [one] = found((fly(300), fly(300, 3.0)), asked=(request(),))
    assert one.outcome is UNSURE
    assert found((fly(300), fly(300, 2.0)), asked=(request(),), datum=3)[0].outcome is UNSURE


def head_on(turn_s=None, rate=4.0, abeam_nm=0.0, other_turns=()):
    """Two at 300 kt from 9 NM apart: nearest after 54 s. The first turns right for ten seconds."""
    turns = [(turn_s, turn_s + 10, rate)] if turn_s is not None else []
    return fly(120, turns=turns), fly(120, abeam_nm, 9.0, course=180.0, turns=other_turns)


def test_who_makes_the_other_give_way_forces_it():
    [one] = found(head_on(30), error_h=20.0)
    assert (one.outcome, one.severity, one.by) == (BREACH, Severity.SEV2, "South")
    assert "flew at the other" in one.explanation and one.threshold == 30.0


@pytest.mark.parametrize(
    "pair",
    [head_on(), head_on(30, 0.8), head_on(8), head_on(30, abeam_nm=2.0), head_on(30, other_turns=[(30, 40, 4.0)])],
    ids=["nobody turns", "hardly", "early", "passing by", "both"],
)
def test_who_does_not_is_none(pair):
    assert [one for one in found(pair, error_h=20.0) if one.outcome is BREACH] == []


def test_a_turn_that_no_plot_shows_forced_nobody():
    """Coarse plots leave room for a turn of 15 degrees: of one of 6 as measured nothing is said, of one of 12 it is.

    Plots a second apart show what there was: a turn of 12 is none.
    """
    assert found(head_on(30, 0.6), error_h=20.0, update=12.0) == []
    assert {one.outcome for one in found(head_on(30, 1.2), error_h=20.0, update=12.0)} == {UNSURE}
    assert found(head_on(30, 1.2), error_h=20.0) == []


def scattered(pair, sigma, seed):
    rng = np.random.default_rng(seed)
    return tuple(
        Path(*(one + rng.normal(0.0, sigma, len(one)) for one in (path.east, path.north)), path.level) for path in pair
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_leader_who_flies_straight_forces_nobody_out_of_formation(seed):
    """Beside him, drifting back at 3 kt, until he breaks away by 40 degrees."""
    pair = fly(150, knots=390.0), fly(150, -0.03, 0.06, knots=387.0, turns=[(60, 70, -4.0)])
    assert found(scattered(pair, 8.0, seed), error_h=16.0) == []


@pytest.mark.parametrize("seed", range(5))
def test_who_flies_straight_and_is_passed_over_gave_no_way(seed):
    pair = fly(150, 0.03, knots=170.0), fly(150, 0.0, -5.0, 30600.0, knots=340.0)
    assert found(scattered(pair, 8.0, seed), error_h=16.0) == []
    away = fly(150, 0.03, knots=170.0, turns=[(100, 110, 5.0)]), pair[1]
    assert [one.by for one in found(scattered(away, 8.0, seed), error_h=16.0)] == ["South"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings_drawn(seconds=200, spread_nm=3.0), st.integers(-100, 200), st.booleans(), st.booleans())
def test_it_is_equal_to_its_slow_reading(m, at_s, named, unable):
    terms = default_terms()
    pair = ("a00001", "b00002") if named else ("", "")
    context = around(m, asked=(request(at_s, pair=pair, unable_s=at_s if unable else None),))
    said = sorted((one.about, one.outcome.value, one.opened_ns, one.closed_ns) for one in g13.judge(m, context))
    read = []
    for k in range(len(m)):
        seen = samples(m, k)
        address = [context.who(k, side).address for side in (0, 1)]
        for by in (0, 1):
            acts = [(a, b, sure, False) for a, b, sure in reading.forced(seen, terms, by)]
            if by == 1 and (k == 0 or not named):
                acts += [(a, b, sure, unable) for a, b, sure in reading.persisted(seen, terms, at_s, named)]
            read += [(f"{address[by]} {address[1 - by]}", seen, act) for act in acts]
    # The rule says one thing of an encounter; which of them is its own test above.
    assert {one[0] for one in said} == {one[0] for one in read}
    for about, outcome, opened, _ in said:
        own = [act for who, seen, act in read if who == about and m.ns(seen[act[0]].i) == opened]
        ways = {"NO_BREACH" if excused else "BREACH" if sure else "NOT_DETERMINABLE" for _, _, sure, excused in own}
        assert outcome in ways
    if any(sure and not excused for _, _, (_, _, sure, excused) in read):
        assert any(one[1] == "BREACH" for one in said)
