"""What the groups settled is counted only as far as both sides have it alike."""

from __future__ import annotations

from typing import Any

from armslength.demo.ending import _outcomes
from armslength.demo.settling import compared_words, settled


def one(number: str, *, joint: bool = False, by: tuple[str, ...] = ()) -> dict[str, Any]:
    stamps = {"opened": "1"} | ({"found": "2"} if joint or len(by) > 1 else {})
    findings = [{"by": party} for party in by]
    return {"case": number, "joint_finding": {} if joint else None, "findings": findings, "stamps": stamps}


def test_cases_are_counted_by_what_became_of_them() -> None:
    cases = [one("N-1", joint=True, by=("NORTH",)), one("S-1", by=("NORTH", "SOUTH")), one("S-2", by=("SOUTH",))]
    assert settled({"NORTH": cases, "SOUTH": cases}, {"NORTH": 2, "SOUTH": 2}) == {
        "cases": 3, "joint_findings": 1, "two_findings": 1, "amendments": 1,
    }  # fmt: skip


def test_what_one_side_alone_has_does_not_count() -> None:
    ours, theirs = [one("N-1", joint=True)], [one("N-1")]
    assert settled({"NORTH": ours, "SOUTH": theirs}, {"NORTH": 2, "SOUTH": 1}) == {
        "cases": 0, "joint_findings": 0, "two_findings": 0, "amendments": 0,
    }  # fmt: skip


def test_two_recordings_in_words() -> None:
    told = {"samples": 300, "lag_s": "0.400", "east_m": "3.000", "north_m": "4.000", "differences": []}
    assert compared_words(told) == (
        "The two recordings, 300 moments of both aircraft: their clock differs by +0.4 s, their places by 5 m as a "
        "whole. Beyond that they tell the same."
    )
    assert "cannot be told apart" in compared_words({**told, "lag_s": None})
    assert compared_words({**told, "differences": [{}]}).endswith("Beyond that they part in 1 places.")
    assert "too little in common" in compared_words(None)


def test_outcomes_in_short() -> None:
    assert _outcomes({"BREACH": 2, "NOT_DETERMINABLE": 1}) == "2 and 1?"
    assert (_outcomes({"NOT_DETERMINABLE": 3}), _outcomes({"NO_BREACH": 1})) == ("3?", "no breach")
