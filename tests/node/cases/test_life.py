"""The whole life of a case between two cores: the same on both sides, whatever dies in whichever state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.agreement.rules import may_disclose
from armslength.domain import case as c
from armslength.domain.case import State
from armslength.node.core.inputs import Standings
from node.cases.case_pair import LIFE, PIECES, SAID, CasePair, live


def lived(upto: str, two: bool = False) -> CasePair:
    """Return a pair whose case has come to a step."""
    pair = CasePair()
    for step, _ in LIFE:
        live(pair, step, two)
        if step == upto:
            break
    return pair


@pytest.mark.parametrize("two", [False, True])
def test_a_case_goes_its_way_and_is_the_same_on_both_sides(two: bool) -> None:
    pair = CasePair()
    for step, state in LIFE:
        live(pair, step, two)
        wanted = "two findings" if two and step == "find" else state
        assert [pair.file(side).state.value for side in (pair.north, pair.south)] == [wanted] * 2, step
        assert pair.both()[0] == pair.both()[1]
    assert not any(file.misplaced for file in (pair.file(pair.north), pair.file(pair.south)))


def test_nothing_is_lost_when_a_side_dies_in_any_state() -> None:
    """Either side, in every state, with what was under way when it died."""
    pair = CasePair()
    for at, (step, state) in enumerate(LIFE):
        live(pair, step)
        before = pair.both()
        for side in (pair.north, pair.south):
            pair.restart(side)
            assert pair.both() == before, step
        pair.mend()
        pair.run(3.0)
        assert pair.both() == before and before[0] == before[1]
        assert pair.file(pair.north).state.value == state, at


def test_what_is_said_while_the_line_is_down_comes_across_later_even_after_deaths() -> None:
    pair = lived("sealed")
    pair.cut()
    pair.ask(pair.north, "case report", case="N-0001", headline="Crossing", **SAID)
    pair.ask(pair.south, "case state", case="N-0001", text="We saw nothing.", language="en")
    assert pair.both()[0] != pair.both()[1], "the control: they differ while the line is down"
    for side in (pair.north, pair.south):
        pair.restart(side)
    pair.mend()
    pair.run(3.0)
    assert pair.both()[0] == pair.both()[1]
    assert pair.file(pair.south).state is State.REPORTED


def test_both_open_at_once_and_it_is_one_case() -> None:
    pair = CasePair()
    pair.cut()
    for side in (pair.south, pair.north):
        pair.ask(side, "case open", at_ns=str(pair.now.utc_ns - 10**10), lat=35.1, lon=36.2, rules="G05")
        pair.run(1.0)
    pair.mend()
    pair.run(5.0)
    assert pair.both()[0] == pair.both()[1] and len(pair.both()[0]) == 1
    file = pair.file(pair.north)
    assert (file.case, file.also, file.opened_by) == ("S-0001", ("N-0001",), "SOUTH")
    assert file.state is State.SEALED
    assert pair.file(pair.north, "n-0001".upper()) is file
    assert "error" not in pair.ask(pair.south, "case report", case="N-0001", headline="Seen", **SAID)


def test_neither_is_given_evidence_before_it_has_committed() -> None:
    pair = CasePair()
    pair.desks = ("NORTH",)
    pair.open(pair.north)
    pair.run(120.0)
    assert set(pair.file(pair.south).commitments) == {"NORTH"}
    assert not [one for _, one in pair.asked if one["do"] == "disclose"]
    assert not pair.entries(pair.north, "evidence out") and not pair.entries(pair.south, "evidence in")
    pair.desks = ("NORTH", "SOUTH")
    pair.run(120.0)
    for side in (pair.north, pair.south):
        (opened,) = pair.entries(side, "evidence opened")
        assert opened["holds"] is True
        shown = pair.ask(side, "case show", case="N-0001")
        assert [one["holds"] for one in shown["evidence"].values()].count(True) == 1


def test_evidence_goes_in_pieces_and_nothing_of_it_stays_in_the_store() -> None:
    pair = lived("sealed")
    for side in (pair.north, pair.south):
        assert pair.entries(side, "evidence out")[0]["parts"] == len(PIECES)
        assert side.store.rows[f"case/part/{pair.agreement}"] == {}
        assert all(PIECES[0] not in row for space in side.store.rows.values() for row in space.values())


@pytest.mark.parametrize("moment", range(1, 14))
def test_a_kill_at_any_moment_of_the_exchange_loses_nothing(moment: int) -> None:
    pair = CasePair()
    pair.open(pair.north)
    for turn in range(moment):
        pair.run(0.013 * (turn + 1))
    pair.restart(pair.north if moment % 2 else pair.south)
    pair.mend()
    pair.run(200.0)
    for side in (pair.north, pair.south):
        assert [one["holds"] for one in pair.entries(side, "evidence opened")] == [True]
    assert pair.both()[0] == pair.both()[1]


def test_evidence_that_is_not_what_was_committed_to_is_said_to_be_that() -> None:
    pair = CasePair()
    pair.holds = False
    pair.open(pair.north)
    pair.run(5.0)
    assert any("IS NOT WHAT IT COMMITTED TO" in one for one in pair.says(pair.south))
    assert pair.ask(pair.south, "case show", case="N-0001")["evidence"]["NORTH"]["holds"] is False


def suspend(pair: CasePair, *provisions: str) -> None:
    """Suspend provisions on both sides."""
    for side in (pair.north, pair.south):
        pair.give(side, Standings((pair.agreed(side, suspended=frozenset(provisions)),)))
    pair.run(1.0)


def test_suspension_freezes_and_reports_go_on() -> None:
    pair = CasePair()
    pair.desks = ()
    pair.open(pair.north)
    suspend(pair, "working_group")
    assert pair.file(pair.south).state is State.FROZEN
    pair.desks = ("NORTH", "SOUTH")
    pair.run(130.0)
    assert pair.file(pair.south).under is State.SEALED and not pair.entries(pair.south, "evidence in")
    pair.do(pair.north, "case report", case="N-0001", headline="Crossing", **SAID)
    assert pair.file(pair.south).under is State.REPORTED
    stopped = pair.ask(pair.south, "case acknowledge", case="N-0001")
    assert "suspended" in stopped["error"]["what"]
    suspend(pair)
    pair.run(120.0)
    assert pair.file(pair.south).state is State.REPORTED and pair.entries(pair.south, "evidence opened")
    assert [len(pair.cases(side).ice) for side in (pair.north, pair.south)] == [1, 1]
    pair.restart(pair.south)
    assert pair.cases(pair.south).ice == pair.cases(pair.north).ice


def test_what_waits_when_it_is_frozen_leaves_when_that_is_over() -> None:
    pair = lived("report")
    pair.cut()
    pair.ask(pair.south, "case acknowledge", case="N-0001")
    suspend(pair, "working_group")
    pair.mend()
    pair.run(3.0)
    assert pair.file(pair.north).under is State.REPORTED
    suspend(pair)
    pair.run(3.0)
    assert pair.file(pair.north).state is State.ACKNOWLEDGED


def test_no_answer_is_recorded_on_both_sides_at_the_same_time() -> None:
    pair = lived("acknowledge")
    pair.mono += 11 * 86_400.0
    pair.run(5.0)
    seen = [pair.file(side, "N-0001") for side in (pair.north, pair.south)]
    assert [one.state for one in seen] == [State.NO_ANSWER] * 2 and seen[0].stamps == seen[1].stamps


def test_officers_are_reminded_before_it_is_too_late() -> None:
    pair = CasePair()
    pair.desks = ()
    pair.open(pair.north)
    for _ in range(8):
        pair.mono += 420.0
        pair.run(3.0)
    said = [one for one in pair.says(pair.south) if "must commit" in one]
    assert len([one for one in said if "We must" in one]) == 2 and "left." in said[0]
    assert len([one for one in said if "NORTH must" in one]) == 2


def test_two_persons_decide_what_binds_and_one_is_not_two() -> None:
    pair = lived("acknowledge")
    act = {"case": "N-0001", "answer": "accept"}
    nobody = pair.ask(pair.south, "case answer", **act)
    assert "it is not said who decides it" in nobody["error"]["what"]
    waits = pair.ask(pair.south, "case answer", person="Chief of watch", **act)["waiting"]
    pair.run(1.0)
    assert pair.file(pair.north).answer is None, "one person binds nobody"
    again = pair.ask(pair.south, "case confirm", id=waits, person=" chief OF  watch ")
    assert "has decided this already" in again["error"]["what"]
    same = pair.ask(pair.south, "case answer", person="Chief of watch", **act)
    assert "has decided this already" in same["error"]["what"]
    pair.restart(pair.south)
    pair.mend()
    done = pair.ask(pair.south, "case confirm", id=waits, person="Legal officer")
    assert done["persons"] == ["Chief of watch", "Legal officer"]
    pair.run(2.0)
    assert isinstance(pair.file(pair.north).answer.body, c.Answer)  # type: ignore[union-attr]
    assert [one["person"] for one in pair.entries(pair.south, "case act prepared")] == ["Chief of watch"]
    assert "error" in pair.ask(pair.south, "case confirm", id=waits, person="Third")


def test_a_second_person_may_do_the_same_act_instead_of_confirming_it() -> None:
    pair = lived("acknowledge")
    act = {"case": "N-0001", "answer": "accept"}
    assert "waiting" in pair.ask(pair.south, "case answer", person="first", **act)
    other = pair.ask(pair.south, "case answer", person="second", case="N-0001", answer="decline")
    assert "waiting" in other, "another act waits for itself"
    assert "document" in pair.ask(pair.south, "case answer", person="second", **act)


def test_the_desk_is_nobodys_door() -> None:
    pair = CasePair()
    pair.desks = ()
    pair.open(pair.north)
    forged = {"counterpart": "NORTH", "case": "N-0001", "what": "gathered", "root": "a" * 64, "leaves": 64}
    done = pair.ask(pair.south, "case desk", **forged, says="", file="")
    assert "not a verb" in done["error"]["what"] and not pair.file(pair.south).commitments


def test_documents_pass_the_gate_by_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, seen = lived("sealed"), list[str]()

    def gate(terms: object, suspended: object, what: str, **more: object) -> object:
        seen.append(what)
        return may_disclose(terms, suspended, what, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("armslength.node.core.line.may_disclose", gate)
    pair.do(pair.north, "case report", case="N-0001", headline="Crossing", **SAID)
    pair.do(pair.south, "case acknowledge", case="N-0001")
    assert {"facts", "case"} <= set(seen)


def test_no_other_door_leads_past_the_second_person() -> None:
    pair = lived("acknowledge")
    fields = {"case": "N-0001", "answer": "ACCEPT", "ref_hash": "sha256:" + "0" * 64}
    refused = pair.ask(pair.south, "send", code="ANS", fields=fields)
    assert "ask for two persons" in refused["error"]["what"]
    pair.terms = replace(pair.terms, working_group=replace(pair.terms.working_group, two_persons=False))
    for side in (pair.north, pair.south):
        changed = replace(pair.agreed(side), digest="sha256:" + "cd" * 32, earlier=("sha256:" + "ab" * 32,))
        pair.give(side, Standings((changed,)))
    pair.run(2.0)
    assert "id" in pair.ask(pair.south, "send", code="ANS", fields=fields), "the control: the terms ask for one"
    assert "document" in pair.ask(pair.south, "case answer", case="N-0001", answer="accept")
