"""Stays to encounters: re-entry, bridges, slab edges, lost levels, grazes; the three-valued judgement at its limits."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain.encounter import CERTAIN, INSIDE, NEAR_MISS, NOT_DETERMINABLE, POSSIBLE
from armslength.engine import joining
from armslength.engine.joining import Dwell, Joined, Joiner, judge
from armslength.kernel import passage

H, V, NEAR, DWELL = 5556.0, 914.4, 152.4, 180.0
PAIR = np.array([0, 1], np.int32)


def stay(kind, t_in, t_out, **said):
    """Return a row of `passage.FIELDS`."""
    row = dict.fromkeys(passage.FIELDS, math.nan) | {
        "kind": kind, "first": 0, "second": 1, "t_in": t_in, "t_out": t_out, "ratio": 0.5, "t_ratio": t_in,
        "d_h": 2000.0, "d_v": 100.0, "error_h": 200.0, "error_v": 50.0, "datum": 0, "slant": 2002.0, "t_slant": t_in,
        "slant_low": 1800.0, "slant_high": 2205.0, "unseen": 0.0, "begun_unseen": 0.0,
    } | said  # fmt: skip
    return [float(row[name]) for name in passage.FIELDS]


def put_together(stays, batches=1):
    joiner = Joiner()
    stays = sorted(stays, key=lambda s: s[passage.T_IN])
    for part in np.array_split(np.arange(len(stays)), batches):
        rows = [stays[i] for i in part]
        joiner.add(np.array(rows).reshape(-1, passage.WIDTH), PAIR)
        if rows:
            later = [s[passage.T_IN] for s in stays[part[-1] + 1 :]]
            joiner.settle(min([rows[-1][passage.T_IN], *later]))
    return joiner.finish(), joiner.grazing


def nominal(*spans, **said):
    return [stay(passage.NOMINAL, a, b, **said) for a, b in spans]


@pytest.mark.parametrize(("gap", "encounters"), [(1.0, 1), (599.9, 1), (600.0, 1), (600.1, 2), (5000.0, 2)])
def test_who_comes_back_within_ten_minutes_is_in_the_same_encounter(gap, encounters):
    found, _ = put_together(nominal((0.0, 50.0), (50.0 + gap, 60.0 + gap)))
    assert len(found) == encounters
    assert found[0].opened == 0.0
    assert found[-1].closed == 60.0 + gap


@pytest.mark.parametrize(("gap", "dwell"), [(0.0, 90.0), (29.9, 119.9), (30.0, 60.0), (100.0, 60.0)])
def test_exits_under_thirty_seconds_are_bridged(gap, dwell):
    found, _ = put_together(nominal((0.0, 30.0), (30.0 + gap, 90.0 + gap)))
    assert found[0].dwell.longest == pytest.approx(dwell)


@settings(max_examples=100, deadline=None)
@given(
    spans=st.lists(st.tuples(st.floats(0, 900), st.floats(0.1, 200)), min_size=1, max_size=8),
    cuts=st.lists(st.floats(1, 3000), max_size=10), batches=st.integers(1, 4),
)  # fmt: skip
def test_slab_edges_and_stretches_change_no_dwell(spans, cuts, batches):
    whole, t = [], 0.0
    for gap, length in spans:
        whole.append((t + gap, t + gap + length))
        t += gap + length
    pieces = []
    for a, b in whole:
        edges = [a, *sorted(c for c in cuts if a < c < b), b]
        pieces += list(itertools.pairwise(edges))
    one, _ = put_together(nominal(*whole))
    other, _ = put_together(nominal(*pieces), batches)
    assert [(f.opened, f.closed, f.dwell.longest) for f in other] == [
        (f.opened, f.closed, f.dwell.longest) for f in one
    ]
    assert max(f.dwell.longest for f in one) == pytest.approx(longest(whole))


def longest(spans):
    """Return the dwell read plainly: join what is less than 30 s apart, take the longest."""
    best, (since, until) = 0.0, spans[0]
    for a, b in spans:
        if a - until >= joining.BRIDGE_S:
            since = a
        until = b
        best = max(best, until - since)
    return best


def test_a_bridge_of_another_length_is_noticed(monkeypatch):
    """Control."""
    monkeypatch.setattr(joining, "BRIDGE_S", 31.0)
    found, _ = put_together(nominal((0.0, 30.0), (60.5, 120.0)))
    assert found[0].dwell.longest != pytest.approx(60.0)
    monkeypatch.setattr(joining, "REENTRY_S", 599.0)
    assert len(put_together(nominal((0.0, 50.0), (649.5, 700.0)))[0]) == 2


def test_a_stay_that_ends_before_a_longer_one_does_not_shorten_it():
    dwell = Dwell()
    for span in ((0.0, 100.0), (20.0, 40.0), (110.0, 120.0)):
        dwell.add(*span)
    assert dwell.longest == 120.0


def test_a_stay_at_unknown_level_belongs_to_the_known_one_near_it():
    unknown = stay(passage.UNKNOWN_LEVEL, 100.0, 130.0, ratio=0.1, slant=math.inf, d_v=math.nan, datum=3)
    found, _ = put_together([*nominal((0.0, 50.0)), unknown])
    assert len(found) == 1
    assert found[0].level_lost
    assert found[0].best_ratio == 0.5
    found, _ = put_together([*nominal((0.0, 50.0)), stay(passage.UNKNOWN_LEVEL, 700.0, 730.0, datum=3)])
    assert [f.level_known for f in found] == [True, False]
    assert not found[0].level_lost


def test_only_a_graze_that_belongs_to_no_encounter_is_counted():
    graze = [stay(passage.GRAZING, 100.0, 110.0), stay(passage.GRAZING, 300.0, 310.0)]
    assert put_together(graze) == ([], 1)
    assert put_together([*graze, *nominal((800.0, 900.0))])[1] == 0
    assert put_together([*graze, *nominal((1000.0, 1100.0))])[1] == 1
    assert put_together([*nominal((0.0, 20.0)), *graze])[1] == 0
    assert put_together(graze, batches=2)[1] == 1


def test_the_closest_stay_gives_the_figures_and_the_least_slant_its_own():
    found, _ = put_together([
        *nominal((0.0, 50.0), ratio=0.3, t_ratio=20.0, slant=900.0, t_slant=21.0),
        *nominal((60.0, 90.0), ratio=0.4, t_ratio=70.0, slant=800.0, t_slant=71.0),
    ])  # fmt: skip
    assert (found[0].best_ratio, found[0].closest) == (0.3, 20.0)
    assert (found[0].slant, found[0].t_slant) == (800.0, 71.0)


def test_encounters_come_in_order_of_time():
    rows = [
        stay(passage.NOMINAL, t, t + 5.0, first=a, second=b) for t, a, b in ((50.0, 0, 2), (10.0, 1, 2), (10.0, 0, 1))
    ]
    joiner = Joiner()
    joiner.add(np.array(rows), np.array([5, 6, 7], np.int32))
    assert [(f.opened, f.one, f.two) for f in joiner.finish()] == [(10.0, 5, 6), (10.0, 6, 7), (50.0, 5, 7)]


def found_with(certain=0.0, dwell=10.0, **said) -> Joined:
    """Return a joined encounter of one stay, inside for certain for `certain` seconds."""
    known = said.pop("level_known", True)
    one = stay(passage.NOMINAL, 0.0, dwell, **said)
    found = Joined(0, 1, 0.0, dwell, one, level_known=known)
    found.add(one)
    if certain:
        found.certain.add(0.0, certain)
    return found


@pytest.mark.parametrize(
    ("found", "level", "certainty"),
    [
        (found_with(certain=5.0), INSIDE, CERTAIN),
        (found_with(), INSIDE, POSSIBLE),
        (found_with(error_h=H - 0.01), INSIDE, POSSIBLE),
        (found_with(error_h=H), INSIDE, NOT_DETERMINABLE),
        (found_with(error_v=V), INSIDE, NOT_DETERMINABLE),
        (found_with(level_known=False), INSIDE, NOT_DETERMINABLE),
        (found_with(slant=NEAR, slant_low=NEAR, slant_high=NEAR), INSIDE, POSSIBLE),
        (
            found_with(slant=100.0, slant_low=90.0, slant_high=NEAR - 0.01, error_h=10.0, error_v=5.0),
            NEAR_MISS,
            CERTAIN,
        ),
        (found_with(slant=100.0, slant_low=90.0, slant_high=NEAR, error_h=10.0, error_v=5.0), NEAR_MISS, POSSIBLE),
        (found_with(slant=100.0, slant_high=400.0, error_h=NEAR - 0.01), NEAR_MISS, POSSIBLE),
        (found_with(slant=100.0, slant_high=400.0, error_h=NEAR), NEAR_MISS, NOT_DETERMINABLE),
        (found_with(slant=100.0, slant_high=400.0, error_h=10.0, error_v=NEAR), NEAR_MISS, NOT_DETERMINABLE),
        (found_with(certain=9.0, slant=100.0, slant_high=400.0, error_h=NEAR), NEAR_MISS, NOT_DETERMINABLE),
    ],
)
def test_the_judgement_at_its_limits(found, level, certainty):
    judged = judge(found, H, V, NEAR, DWELL, "")
    assert (judged.level, judged.certainty) == (level, certainty)
    doubted = judge(found, H, V, NEAR, DWELL, "4ca574 position stood still")
    assert (doubted.level, doubted.certainty, doubted.breach) == (level, NOT_DETERMINABLE, False)
    assert "rests on an implausible track: 4ca574 position stood still" in doubted.note


@pytest.mark.parametrize(
    ("found", "breach", "says"),
    [
        (found_with(certain=180.0, dwell=180.0), False, ""),
        (found_with(certain=180.1, dwell=200.0), True, "stayed inside longer than the 180 s allowed"),
        (found_with(certain=100.0, dwell=200.0), False, "stayed inside longer than the 180 s allowed, not for certain"),
        (found_with(slant=10.0, slant_high=100.0), True, ""),
        (found_with(slant=10.0, slant_high=160.0), False, ""),
        (found_with(slant=300.0, slant_low=100.0), False, "a near miss cannot be excluded"),
        (found_with(level_known=False, datum=passage.MIXED), False, "levels on different datums"),
        (found_with(level_known=False, datum=passage.NO_LEVEL), False, "level of at least one aircraft unknown"),
    ],
)
def test_a_breach_is_only_what_is_certain(found, breach, says):
    judged = judge(found, H, V, NEAR, DWELL, "")
    assert (judged.breach, judged.note) == (breach, says)


def test_where_no_minima_hold_only_a_near_miss_counts():
    one = stay(passage.EXEMPT, 0.0, 500.0, slant=100.0, slant_high=120.0)
    found = Joined(0, 1, 0.0, 500.0, one)
    found.add(one)
    judged = judge(found, H, V, NEAR, DWELL, "")
    assert (judged.level, judged.certainty, judged.breach) == (NEAR_MISS, CERTAIN, True)
    assert judged.note == "where no minima hold (exempt or outside the area); near misses count everywhere"


def test_an_unknown_level_where_no_minima_hold_is_a_near_miss_that_cannot_be_told():
    one = stay(passage.EXEMPT_UNKNOWN, 0.0, 500.0, d_v=math.nan, slant=math.inf, slant_low=0.0, datum=passage.NO_LEVEL)
    found, _ = put_together([one])
    judged = judge(found[0], H, V, NEAR, DWELL, "")
    assert (judged.level, judged.certainty, judged.breach) == (NEAR_MISS, NOT_DETERMINABLE, False)
    assert "level of at least one aircraft unknown" in judged.note and "where no minima hold" in judged.note


def test_a_stay_where_no_minima_hold_is_no_part_of_the_dwell():
    found, _ = put_together([stay(passage.EXEMPT, 0.0, 500.0, slant=100.0), *nominal((500.0, 520.0))])
    assert found[0].dwell.longest == pytest.approx(20.0)
    assert "stayed inside longer" not in judge(found[0], H, V, NEAR, DWELL, "").note


@pytest.mark.parametrize(("unseen", "later", "said"), [(1.0, 200.0, True), (0.0, 200.0, False), (1.0, 30.0, False)])
def test_a_stay_that_was_lost_from_view_may_have_lasted_longer(unseen, later, said):
    found, _ = put_together([*nominal((0.0, 30.0), unseen=unseen), *nominal((later, later + 20.0))])
    note = judge(found[0], H, V, NEAR, DWELL, "").note
    assert ("not seen for all of it" in note) == said


def test_on_the_near_miss_distance_is_not_under_it():
    judged = judge(found_with(slant=500 * 0.3048 * (1 - 1e-12)), H, V, 500 * 0.3048, DWELL, "")
    assert judged.level == INSIDE
