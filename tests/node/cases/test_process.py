"""On the line: findings open cases, process is judged from their stamps, and both sides find the same."""

from __future__ import annotations

from armslength.domain.case import State
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Happened, Recorded
from node.cases.case_pair import SAID, CasePair, live
from node.core.pair import Side

DAY_S = 86_400.0


def finds(pair: CasePair, side: Side, **more: object) -> None:
    """Let a side find something about the talk."""
    usual = {
        "rule": "C06", "about": "m", "outcome": Outcome.BREACH, "severity": Severity.SEV1,
        "by": pair.other(side).party, "opened_ns": pair.now.utc_ns, "closed_ns": None, "value": 1.0,
        "threshold": 2.0, "unit": "s", "evidence": (), "explanation": "It was held.",
    }  # fmt: skip
    line, effects = side.core.lines[pair.other(side).party], Effects()
    line.talking.add(Finding(**{**usual, **more}), effects, pair.now)  # type: ignore[arg-type]


def said(pair: CasePair, side: Side, rule: str) -> list[dict[str, object]]:
    """Return what a side's book holds of a rule."""
    return [one for one in pair.entries(side, "finding") if one["rule"] == rule]


def later(pair: CasePair, days: float) -> None:
    """Let days pass; the line stands again afterwards."""
    pair.mono += days * DAY_S
    pair.run(2.0)
    pair.mend()
    pair.run(70.0)


def test_a_grave_finding_opens_a_case_and_the_same_of_both_sides_is_one() -> None:
    pair = CasePair()
    opened = pair.now.utc_ns
    for side in (pair.north, pair.south):
        finds(pair, side, opened_ns=opened, by="")
    pair.run(5.0)
    assert len(pair.both()[0]) == 1 and pair.both()[0] == pair.both()[1]
    file = pair.file(pair.north)
    assert file.opening.subject.rules == ("C06",) and file.state is State.SEALED
    finds(pair, pair.north, opened_ns=opened, by="", value=9.0)
    pair.run(5.0)
    assert len(pair.both()[0]) == 1, "said again it opens nothing"


def test_what_was_found_when_the_node_stopped_opens_its_case_when_it_is_found_again() -> None:
    pair = CasePair()
    found = Finding(
        "G05", "d10001 d20001", Outcome.BREACH, Severity.SEV1, "SOUTH", pair.now.utc_ns, pair.now.utc_ns, 1.0, 2.0, "m",
        (), "It crossed.", first="d10001", second="d20001",
    )  # fmt: skip
    told = Recorded(findings=(("river-2026", found, ("NORTH", "SOUTH")),))
    pair.give(pair.north, told)  # and no tick comes any more
    pair.restart(pair.north)
    pair.mend()
    pair.run(5.0)
    assert not pair.cases(pair.north).files
    for _ in range(2):
        pair.give(pair.north, told)  # the recorder judges the last hours anew
        pair.run(5.0)
        assert len(pair.both()[0]) == 1 and len(said(pair, pair.north, "G05")) == 1
        pair.restart(pair.north)
        pair.mend()


def test_several_findings_about_one_encounter_are_one_case_though_no_place_is_known() -> None:
    pair = CasePair()
    at = pair.now.utc_ns
    two = {"first": "d10001", "second": "d20001", "opened_ns": at}
    for rule, severity in (("G02", Severity.SEV2), ("G05", Severity.SEV1), ("G06", Severity.SEV2)):
        finds(pair, pair.north, rule=rule, severity=severity, about="d10001 d20001", **two)
    pair.run(5.0)
    assert pair.file(pair.north).opening.subject.rules == ("G05",), "one, about the gravest"
    finds(pair, pair.north, rule="G02", about="d10002 d20001", **{**two, "first": "d10002"})
    pair.run(5.0)
    assert len(pair.both()[0]) == 2, "another pair is another matter"


def test_a_finding_on_our_own_charge_opens_nothing_here() -> None:
    pair = CasePair()
    finds(pair, pair.north, by="NORTH")
    pair.run(5.0)
    assert not pair.cases(pair.north).files


def test_two_aircraft_are_found_by_place_and_named_to_nobody() -> None:
    pair = CasePair()
    at = pair.now.utc_ns
    pair.north.core.encounters.append(
        {"id": "e", "encounter": 1, "first": "d10001", "second": "d20001", "opened": str(at - 10**9), "closed": str(at),
         "lat": "35.5", "lon": "36.25", "level": "inside"}
    )  # fmt: skip
    finds(pair, pair.north, rule="G05", about="d10001 d20001", first="d10001", second="d20001", opened_ns=at)
    pair.run(5.0)
    file = pair.file(pair.south)
    assert (file.opening.subject.lat_arcmin, file.opening.subject.lon_arcmin) == (2130, 2175)
    named = {party: one["first"] for party, one in pair.asked if one["do"] == "gather"}
    assert named == {"NORTH": "d10001", "SOUTH": ""}
    shown = pair.ask(pair.south, "case show", case=file.case)
    assert "d10001" not in str(shown) and "d10001" in str(pair.ask(pair.north, "case show", case=file.case))


def test_process_is_judged_on_both_sides_and_found_alike() -> None:
    pair = CasePair()
    for step in ("open", "sealed"):
        live(pair, step)
    later(pair, 1.5)
    for side in (pair.north, pair.south):
        (late,) = said(pair, side, "P01")
        assert late["outcome"] == "BREACH" and late["by"] == "NORTH" and late["closed_ns"] is None
    keep = [
        {k: v for k, v in said(pair, side, "P01")[0].items() if k != "evidence"} for side in (pair.north, pair.south)
    ]
    assert keep[0] == keep[1]
    pair.do(pair.north, "case report", case="N-0001", headline="Late", **SAID)
    pair.run(3.0)
    assert [one["closed_ns"] is None for one in said(pair, pair.south, "P01")] == [True, False]


def test_a_restart_finds_nothing_anew() -> None:
    pair = CasePair()
    for step in ("open", "sealed"):
        live(pair, step)
    later(pair, 1.5)
    for _ in range(2):
        pair.restart(pair.south)
        pair.mend()
        pair.run(130.0)
    assert len(said(pair, pair.south, "P01")) == 1


def test_process_opens_no_case_about_itself() -> None:
    pair = CasePair()
    pair.desks = ("NORTH",)
    pair.open(pair.north)
    later(pair, 1.0)
    about = {rule for one in pair.cases(pair.north).files.values() for rule in one.opening.subject.rules}
    assert said(pair, pair.north, "P03") and not {rule for rule in about if rule.startswith("P")}


def test_broken_evidence_is_a_finding() -> None:
    pair = CasePair()
    pair.holds = False
    pair.open(pair.north)
    pair.run(5.0)
    (broken,) = said(pair, pair.south, "P03")
    assert broken["by"] == "NORTH" and "is not what it committed to" in str(broken["explanation"])


def test_a_session_about_no_single_case_counts() -> None:
    pair = CasePair()
    pair.do(pair.north, "case session", case="group", medium="video")
    pair.run(2.0)
    assert [len(pair.cases(side).process._record((), pair.now).meetings) for side in (pair.north, pair.south)] == [1, 1]
    assert not pair.cases(pair.south).files


def test_a_notice_that_gives_too_little_time_is_found_where_it_comes() -> None:
    pair = CasePair()
    notice = {
        "what": "suspended", "notice": "sha256:" + "7" * 64, "provision": "separation", "agreement": pair.agreement,
        "by": pair.south.key.public, "effect_ns": str(pair.now.utc_ns + 60 * 10**9),
    }  # fmt: skip
    pair.give(pair.north, Happened(1, "SOUTH", notice, "counterpart"))
    pair.run(3.0)
    (short,) = said(pair, pair.north, "P06")
    assert short["by"] == "SOUTH" and short["severity"] == "SEV4"
    pair.restart(pair.north)
    pair.mend()
    pair.run(70.0)
    assert len(said(pair, pair.north, "P06")) == 1


def test_the_grade_is_proposed_with_its_inputs() -> None:
    pair = CasePair()
    figures = {
        "share": "0.300",
        "low": "0.250",
        "high": "0.350",
        "closure_mps": "100.0",
        "d_h_m": "1667.0",
        "d_v_m": "0.0",
    }
    answer = pair.answer
    pair.answer = lambda side, ask: {**answer(side, ask), "measured": figures}  # type: ignore[method-assign]
    pair.open(pair.north)
    pair.run(5.0)
    grades = [pair.ask(side, "case show", case="N-0001")["grade"] for side in (pair.north, pair.south)]
    assert grades[0] == grades[1] and grades[0]["letter"] == "B" and grades[0]["inputs"]["share of SOUTH"]
