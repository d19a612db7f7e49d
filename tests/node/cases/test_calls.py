"""Reports, answers and sessions ring at the other post; ROG to the report acknowledges it."""

from __future__ import annotations

from armslength.domain.case import State
from node.cases.case_pair import SAID, CasePair, live
from node.core.pair import Side


def came(pair: CasePair, side: Side, code: str) -> list[dict[str, object]]:
    """Return the messages of a code that came in."""
    return [one for one in pair.entries(side, "message in") if one["code"] == code]


def test_a_report_rings_and_roger_acknowledges_it() -> None:
    pair = CasePair()
    for step in ("open", "sealed", "report"):
        live(pair, step)
    (rings,) = came(pair, pair.south, "IRP")
    fields = rings["fields"]
    assert isinstance(fields, dict)
    assert fields["case"] == "N-0001" and fields["hash"] == pair.file(pair.south).report.digest  # type: ignore[union-attr]
    assert (fields["latitude_e5"], fields["kind"], fields["severity"]) == (3510000, "G05", "SEV1")
    assert pair.file(pair.south).state is State.REPORTED
    assert "error" not in pair.ask(pair.south, "send", code="ROG", ref=rings["id"])
    pair.run(3.0)
    assert pair.file(pair.north).state is State.ACKNOWLEDGED
    acknowledgements = [one for one in pair.entries(pair.north, "case in") if one["kind"] == "acknowledgement"]
    assert len(acknowledgements) == 1


def test_acknowledging_answers_the_message_too() -> None:
    pair = CasePair()
    for step in ("open", "sealed", "report", "acknowledge"):
        live(pair, step)
    line = pair.south.core.lines["NORTH"]
    assert [one.answered for one in line.log.latest() if one.message.code == "IRP"] == ["ROG"]
    assert not [one for one in line.unanswered(pair.now) if one.message.code == "IRP"]


def test_an_answer_and_a_session_are_told() -> None:
    pair = CasePair()
    for step in ("open", "sealed", "report", "acknowledge", "answer", "session"):
        live(pair, step)
    (answer,), (convened,) = came(pair, pair.north, "ANS"), came(pair, pair.south, "WGC")
    assert answer["fields"]["answer"] == "DISPUTE"  # type: ignore[index]
    assert convened["fields"]["agenda"] == "EXTRAORDINARY"  # type: ignore[index]


def test_a_message_that_may_not_leave_stops_no_document() -> None:
    from node.cases.test_life import suspend

    pair = CasePair()
    live(pair, "open")
    suspend(pair, "working_group")
    done = pair.ask(pair.north, "case report", case="N-0001", headline="Seen", **SAID)
    assert "document" in done
    pair.run(2.0)
    assert pair.file(pair.south).under is State.REPORTED and not came(pair, pair.south, "IRP")
