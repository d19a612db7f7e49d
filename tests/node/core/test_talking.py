"""What the core does anyway becomes the record of talk; what is found is entered, told once, and kept over restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.articles import Frequency, GroundLine
from armslength.agreement.articles_conduct import Rule
from armslength.agreement.terms import Terms
from armslength.node.core.inputs import Standings
from armslength.node.core.talking import FINDINGS_AN_HOUR
from node.core.pair import Pair, Side, terms_of
from node.core.test_duty import EMG, do, entries, open_pair

F1 = Frequency("F1", "132.055", use="voice")
F2 = Frequency("F2", "251.000 MHz", role="alternate", use="voice")
GUARD = Frequency("F3", "121.500", role="guard", use="voice")


def quick(**more: Any) -> Terms:
    """Return terms with checks every few minutes, so that a day need not be lived through."""
    terms = terms_of()
    conduct = {**terms.conduct, "C05": Rule(True, {"severe_s": 1200.0})}
    radio, ground = replace(terms.radio, check_every_s=300.0), GroundLine(check_every_s=300.0, grace_s=60.0)
    return replace(terms, radio=radio, ground_line=ground, conduct=conduct, **more)


def with_plan() -> Pair:
    pair = Pair(terms=quick(frequencies=(F1, F2, GUARD)))
    pair.mend()
    pair.run(1.0)
    return pair


def found(side: Side, rule: str) -> list[dict[str, Any]]:
    return [one for one in entries(side, "finding") if one["rule"] == rule]


def test_a_call_that_nobody_takes_is_found_on_both_sides_alike_and_told_once() -> None:
    pair = open_pair()
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(500.0)
    for side in (pair.north, pair.south):
        for rule, severity, limit in (("C06", "SEV1", "60.000"), ("C08", "SEV2", "120.000")):
            (one,) = found(side, rule)
            assert (one["by"], one["severity"], one["threshold"], one["about"]) == ("NORTH", severity, limit, message)
            assert message in one["evidence"] and any("river-2026#" in place for place in one["evidence"])
            assert len(side.heard("finding", rule=rule)) == 1
    ours, theirs = (found(side, "C06")[0] for side in (pair.north, pair.south))
    assert abs(int(ours["opened_ns"]) - int(theirs["opened_ns"])) < 10**8
    do(pair, pair.north, "mark", id=message, mark="UNDERSTOOD")
    do(pair, pair.north, "mark", id=message, mark="RELAYED")
    pair.run(5.0)
    for side in (pair.north, pair.south):
        opened, closed = found(side, "C08")
        assert opened["finding"] == closed["finding"] and closed["closed_ns"] is not None
        assert 499.0 < float(closed["value"]) < 501.0
        assert len(side.heard("finding", rule="C08")) == 1
        (line,) = side.core.lines.values()
        assert not [one for one in line.talking.findings.values() if one.closed_ns is None]


def test_what_is_taken_and_relayed_in_time_leaves_no_finding() -> None:
    pair = open_pair()
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(20.0)
    do(pair, pair.north, "mark", id=message, mark="UNDERSTOOD")
    pair.run(20.0)
    do(pair, pair.north, "mark", id=message, mark="RELAYED")
    pair.run(900.0)
    assert not entries(pair.north, "finding") and not entries(pair.south, "finding")


def test_a_line_that_is_cut_is_waited_for_and_a_late_word_that_was_in_time_is_no_breach() -> None:
    pair = open_pair()
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(10.0)
    pair.cut()
    pair.run(1.0)
    do(pair, pair.north, "mark", id=message, mark="UNDERSTOOD")
    do(pair, pair.north, "mark", id=message, mark="RELAYED")
    pair.run(1000.0)
    pair.mend()
    pair.run(60.0)
    assert not found(pair.south, "C06") and not found(pair.south, "C08")


def test_a_finding_is_not_entered_again_after_a_restart_and_a_late_mark_still_closes_it() -> None:
    pair = open_pair()
    message = do(pair, pair.south, "send", code="EMG", fields=EMG)["id"]
    pair.run(300.0)
    before = len(entries(pair.north, "finding"))
    assert before == 2
    pair.restart(pair.north)
    pair.mend()
    pair.run(60.0)
    assert len(entries(pair.north, "finding")) == before
    (line,) = pair.north.core.lines.values()
    assert {one.rule for one in line.talking.findings.values()} == {"C06", "C08"}  # and the status has them
    do(pair, pair.north, "mark", id=message, mark="RELAYED")
    pair.run(2.0)
    closed = [one for one in entries(pair.north, "finding") if one["closed_ns"] is not None]
    assert {one["rule"] for one in closed} == {"C06", "C08"}


def test_ground_line_checks_count_over_a_restart_and_a_line_that_is_down_is_nobodys() -> None:
    pair = Pair(terms=quick())
    pair.mend()
    pair.run(200.0)
    pair.restart(pair.north)
    pair.mend()
    pair.run(300.0)
    assert not found(pair.north, "C05")
    pair.cut()
    pair.run(700.0)
    assert [(one["severity"], one["by"]) for one in found(pair.north, "C05")] == [("SEV3", "")] * 2
    pair.run(600.0)
    assert [one["severity"] for one in found(pair.north, "C05")] == ["SEV3"] * 2 + ["SEV2"] * 2
    assert len(pair.north.heard("finding", rule="C05")) == 2
    pair.mend()
    pair.run(5.0)
    assert len([one for one in found(pair.north, "C05") if one["closed_ns"] is not None]) == 2


def test_answered_by_voice_is_a_check_and_hardly_readable_is_none() -> None:
    pair = with_plan()
    pair.run(200.0)
    told = do(pair, pair.north, "voice", medium="F1", code="RCK", answer="RCR", readability=4)
    assert told["with"] == "SOUTH POST" and told["id"].startswith("voice:river-2026#")
    do(pair, pair.north, "voice", medium="F2", code="RCK", answer="RCR", readability=2)
    pair.run(200.0)
    assert {one["about"] for one in found(pair.north, "C01")} == {"F2"}
    pair.restart(pair.north)
    pair.run(50.0)
    assert {one["about"] for one in found(pair.north, "C01")} == {"F2"}  # the check is not forgotten
    assert [one["medium"] for one in entries(pair.north, "voice contact")] == ["F1", "F2"]


def test_eight_hours_of_unanswered_calls_are_one_finding() -> None:
    pair = with_plan()
    for medium in ("F1", "F2"):
        do(pair, pair.north, "voice", medium=medium, code="RCK", answer="RCR", readability=5)
    for _ in range(22):
        for medium in ("F1", "F2"):
            do(pair, pair.north, "voice", medium=medium, code="RCK", answer="none")
        pair.run(10.0)
    (one,) = found(pair.north, "C02")
    assert (one["outcome"], one["by"], one["severity"]) == ("BREACH", "SOUTH", "SEV3")
    do(pair, pair.north, "voice", medium="F2", code="RCK", answer="RCR", readability=3)
    assert found(pair.north, "C02")[-1]["closed_ns"] is not None


def test_talk_on_guard_after_contact_and_incivility_said_by_a_person() -> None:
    pair = with_plan()
    do(pair, pair.north, "voice", medium="F1", code="RCK", answer="RCR", readability=5)
    pair.run(100.0)
    told = do(pair, pair.north, "voice", medium="121.5", code="TFA", answer="ROG", by="theirs")
    assert told["medium"] == "121.500"
    (one,) = found(pair.north, "C03")
    assert (one["by"], one["severity"]) == ("SOUTH", "SEV4")
    do(pair, pair.north, "flag", id=told["id"])
    (one,) = found(pair.north, "C04")
    assert (one["by"], one["severity"]) == ("SOUTH", "SEV3")
    assert "error" in do(pair, pair.north, "flag", id="voice:river-2026#999")


@pytest.mark.parametrize(
    "args",
    [
        {"medium": "F9", "code": "RCK"},
        {"medium": "GROUND", "code": "RCK"},
        {"medium": "F1", "code": "XXX"},
        {"medium": "F1", "code": "RCK", "answer": "ROG2"},
        {"medium": "F1", "code": "RCK", "answer": "WIL"},
        {"medium": "F1", "code": "RCK", "answer": "RCR"},
        {"medium": "F1", "code": "RCK", "answer": "RCR", "readability": 6},
        {"medium": "F1", "code": "RCK", "readability": 3},
        {"medium": "F1", "code": "RCK", "with": "Colonel Smith"},
        {"medium": "F1", "code": "RCK", "note": "they sounded tired"},
        {"medium": "F1", "code": "RCK", "by": "somebody"},
        {"code": "RCK"},
    ],
)
def test_a_voice_contact_that_cannot_be_is_refused_and_nothing_is_entered(args: dict[str, Any]) -> None:
    pair = with_plan()
    assert "error" in do(pair, pair.north, "voice", **args)
    assert not entries(pair.north, "voice contact")


def test_suspended_is_recorded_and_not_judged_but_the_ground_line_is() -> None:
    pair = with_plan()
    suspended = frozenset({"frequency", "conduct"})
    for side in (pair.north, pair.south):
        pair.give(side, Standings((pair.agreed(side, suspended=suspended),)))
    do(pair, pair.south, "send", code="EMG", fields=EMG)
    pair.run(400.0)
    assert {one["regime"] for one in found(pair.north, "C01")} == {"SUSPENDED"}
    assert {one["outcome"] for one in found(pair.north, "C01")} == {"NOT_DETERMINABLE"}
    assert {one["outcome"] for one in found(pair.north, "C06")} == {"BREACH"}


def test_a_clock_that_is_set_begins_the_record_anew_and_accuses_nobody() -> None:
    pair = open_pair()
    do(pair, pair.south, "send", code="EMG", fields=EMG)
    pair.run(5.0)
    pair.set_clock(7200)
    pair.run(30.0)
    assert not found(pair.north, "C06") and not found(pair.north, "C08")


def test_findings_are_bounded_and_counted() -> None:
    pair = open_pair()
    for _ in range(FINDINGS_AN_HOUR + 20):
        do(pair, pair.south, "send", code="EMG", fields=EMG)
        pair.run(0.1)
    pair.run(200.0)
    (line,) = pair.north.core.lines.values()
    assert len(entries(pair.north, "finding")) == FINDINGS_AN_HOUR
    assert line.talking.untold == 2 * (FINDINGS_AN_HOUR + 20) - FINDINGS_AN_HOUR
    assert sum(line.talking.counts.values()) == 2 * (FINDINGS_AN_HOUR + 20)
