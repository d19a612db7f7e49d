"""Counts of two sides held against each other: every finding is in the table once, and every difference has its why."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from armslength.engine.cases.reconcile import NEAR_S, Counted, reconcile, table, unit_of
from armslength.units import NS

NAMES = ("NORTH", "SOUTH")
AT = 1_763_900_000 * NS // (60 * NS) * 60 * NS
ONE = Counted("G05", "BREACH", "SEV1", "SOUTH", AT, "", 1)
MINUTE = 60 * NS

counted = st.builds(
    Counted,
    st.sampled_from(["G01", "G05", "C02", "D01"]),
    st.sampled_from(["BREACH", "NO_BREACH", "NOT_DETERMINABLE"]),
    st.sampled_from(["SEV1", "SEV2", "SEV3"]),
    st.sampled_from(["NORTH", "SOUTH", ""]),
    st.integers(0, 30).map(lambda minute: AT + minute * MINUTE),
    st.sampled_from(["", "SUSPENDED"]),
    st.integers(1, 2),
)
side = st.lists(counted, max_size=12)


@given(side, side)
def test_every_finding_is_counted_once_and_every_difference_is_told(
    first: list[Counted], second: list[Counted]
) -> None:
    rows, differences = reconcile(NAMES, first, second)
    for row in rows:
        of = [sum(one.rule == row.rule for one in side) for side in (first, second)]
        assert [row.first[1], row.second[1]] == of
        assert row.both + row.differ + row.first_only == of[0]
        assert row.both + row.differ + row.second_only == of[1]
        told = [one for one in differences if one.rule == row.rule]
        assert len(told) == row.differ + row.first_only + row.second_only
    assert {row.rule for row in rows} == {one.rule for one in (*first, *second)}
    assert table(NAMES, "2025-11", rows, differences)


@given(side, side)
def test_neither_side_is_first(first: list[Counted], second: list[Counted]) -> None:
    rows, differences = reconcile(NAMES, first, second)
    turned, told = reconcile(("SOUTH", "NORTH"), second, first)
    assert len(differences) == len(told)
    assert [(row.both, row.differ) for row in rows] == [(row.both, row.differ) for row in turned]


@given(side)
def test_the_same_counts_do_not_differ(both: list[Counted]) -> None:
    rows, differences = reconcile(NAMES, both, list(reversed(both)))
    assert sum(row.first_only + row.second_only for row in rows) == 0
    same = {(one.rule, one.by, one.opened_ns) for one in both}
    assert len(same) < len(both) or not differences


def why(first: list[Counted], second: list[Counted]) -> str:
    (one,) = reconcile(NAMES, first, second)[1]
    return one.why


def test_each_why() -> None:
    unsure = replace(ONE, outcome="NOT_DETERMINABLE")
    assert why([ONE], [unsure]) == "NORTH has BREACH, SOUTH NOT_DETERMINABLE: the data of SOUTH do not decide it"
    assert "the recordings contradict each other" in why([ONE], [replace(ONE, outcome="NO_BREACH")])
    assert why([ONE], [replace(ONE, severity="SEV2")]) == "NORTH has it as SEV1, SOUTH as SEV2"
    assert "version 1 of the terms, SOUTH by version 2" in why([ONE], [replace(unsure, version=2)])
    assert "NORTH judged it SUSPENDED" in why([replace(ONE, regime="SUSPENDED")], [ONE])
    assert why([], [ONE]).startswith("SOUTH alone has it (BREACH, SEV1, act of SOUTH): NORTH has none within 120 s")
    assert "not judged" in why([replace(ONE, regime="SUSPENDED")], [])


def test_near_is_two_minutes_and_the_act_of_the_same_party() -> None:
    later = replace(ONE, opened_ns=AT + 2 * MINUTE)
    assert NEAR_S == 120.0 and not reconcile(NAMES, [ONE], [later])[1]
    assert len(reconcile(NAMES, [ONE], [replace(ONE, opened_ns=AT + 3 * MINUTE)])[1]) == 2
    assert len(reconcile(NAMES, [ONE], [replace(ONE, by="NORTH")])[1]) == 2
    rows, differences = reconcile(NAMES, [ONE, later], [replace(later, severity="SEV2"), ONE])
    assert (rows[0].both, rows[0].differ, len(differences)) == (1, 1, 1), "the nearest ones are of one matter"


def test_the_table_names_unit_and_month() -> None:
    said = table(NAMES, "2025-11", *reconcile(NAMES, [ONE, replace(ONE, rule="D01")], [ONE]))
    assert "Counts of 2025-11, NORTH and SOUTH" in said and unit_of("D01") in said
    assert "D01   entry of a flight" in said and "NORTH alone has it" in said
    assert "Nothing was counted" in table(NAMES, "2025-12", [], [])
