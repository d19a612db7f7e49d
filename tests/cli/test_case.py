"""`armslength case` at the desk of South: a whole case typed, and what the officer reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from armslength.cli import app
from armslength.errors import InputError
from armslength.node import control
from cli.desk import Desk
from node.cases.case_pair import SAID, CasePair


class CaseDesk(Desk):
    """South's desk, in a pair whose desks deal with evidence."""

    pair: CasePair

    def said(self, *words: str) -> str:
        """Type a verb of `case`; return what is read."""
        done = CliRunner().invoke(app, ["case", *words])
        assert done.exit_code == 0, (words, done.output, done.exception)
        self.pair.run(1.0)
        return done.output

    def twice(self, *words: str) -> str:
        """Type an act that binds, and confirm it."""
        first = self.said(*words, "--person", "Chief of watch")
        assert "waits for a second person" in first
        act = first.split("confirm ")[1].split()[0]
        return self.said("confirm", act, "--person", "Legal officer")

    def refused(self, *words: str) -> str:
        """Type what is refused; return why."""
        done: Result = CliRunner().invoke(app, ["case", *words])
        assert isinstance(done.exception, InputError), (words, done.output)
        return str(done.exception)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> CaseDesk:
    made = CaseDesk(CasePair())
    monkeypatch.setattr(control, "get", made.get)
    monkeypatch.setattr(control, "ask", made.ask)
    return made


def test_a_case_is_typed_from_its_opening_to_its_end(desk: CaseDesk, tmp_path: Path) -> None:
    pair = desk.pair
    opened = desk.said(
        "open", "--at", "now", "--lat", "-35.1", "--lon", "36.25", "--severity", "sev1", "--rules", "G05"
    )
    assert opened.startswith("S-0001 with NORTH: open. SEV1, G05, opened by SOUTH ")
    assert "S-0001 with NORTH: sealed." in desk.said("list")
    story = tmp_path / "story.txt"
    story.write_text("It crossed ahead,\nleft to right.\n", "utf-8")
    filed = desk.said("report", "S-0001", "--headline", "Crossing", "--file", str(story), "--fact", "weather=CAVOK")
    assert "reported." in filed and "next: acknowledge, NORTH" in filed
    pair.do(pair.north, "case acknowledge", case="S-0001")
    assert "acknowledged." in desk.said("state", "S-0001")
    desk.said("state", "S-0001", "--text", "We ask for the raw plots.")
    pair.do(pair.north, "case answer", case="S-0001", answer="part", **SAID)
    desk.said("session", "S-0001", "--medium", "in-person", "--agenda", "extraordinary")
    assert "session." in desk.twice(
        "propose", "S-0001", "b", "--text", "Half a mile.", "--score", "21", "--cause", "Late call"
    )
    pair.do(pair.north, "case sign", case="S-0001")
    assert "measures." in desk.twice("measure", "S-0001", "--text", "Crews are told.", "--due", "+30 d")
    desk.twice("close", "S-0001")
    pair.do(pair.north, "case close", case="S-0001")
    shown = desk.said("show", "S-0001")
    for words in (
        "S-0001 with NORTH: closed.", "near 35 deg 06' S 36 deg 15' E",
        "evidence of NORTH: opened; it is what was committed", "evidence of SOUTH: committed to, exchanged",
        "SOUTH: report Crossing: It crossed ahead,", "NORTH (first, second): answer PART",
        "SOUTH (Chief of watch, Legal officer): proposal B, joint: Half a mile.", "acknowledge, NORTH: due ",
        "provisional grade: D", "measure, SOUTH: due ",
    ):  # fmt: skip
        assert words in shown, (words, shown)
    assert json.loads(desk.said("show", "S-0001", "--json"))["joint_finding"]["letter"] == "B"
    assert json.loads(desk.said("list", "--json"))["cases"][0]["state"] == "closed"


def test_two_findings_and_an_extension_are_typed(desk: CaseDesk) -> None:
    pair = desk.pair
    pair.open(pair.north)
    pair.do(pair.north, "case report", case="N-0001", headline="Crossing", **SAID)
    desk.said("acknowledge", "N-0001")
    desk.said("extend", "N-0001", "Crew on leave")
    desk.twice("answer", "N-0001", "dispute", "--text", "1.4 NM by our track.")
    pair.do(pair.north, "case session", case="N-0001", medium="video")
    pair.do(pair.north, "case propose", case="N-0001", letter="B", **SAID)
    assert "two findings." in desk.twice("propose", "N-0001", "C", "--own", "--text", "Distance was kept.")
    assert "session" not in desk.said("session", "GROUP", "--agenda", "review")


def compared(desk: CaseDesk) -> str:
    """Return what is shown of a case whose recordings were compared."""
    pair, answer = desk.pair, desk.pair.answer
    differs = {
        "samples": 300, "told_apart": True, "lag_s": "1.250", "lag_sigma_s": "0.040", "east_m": "-12.000",
        "north_m": "40.000", "shift_sigma_m": "2.000", "level_m": "30.480",
        "differences": [{"party": "NORTH", "from_ns": "1700000000000000000", "until_ns": "1700000020000000000",
                         "largest_m": "900.000", "bound_m": "140.000"}],
    }  # fmt: skip
    pair.answer = lambda side, ask: {**answer(side, ask), "compared": differs}  # type: ignore[method-assign]
    pair.open(pair.north)
    pair.run(3.0)
    return desk.said("show", "N-0001")


def test_what_recordings_differ_by_is_read_first_as_a_whole(desk: CaseDesk) -> None:
    shown = compared(desk)
    whole = "recordings compared (300 samples): their clock is +1.25 s ahead (sigma 0.04 s); their positions -12 m east"
    assert whole in shown and "levels +30 m" in shown
    assert (
        "they part: aircraft of NORTH, 2023-11-14T22:13:20.000Z to 22:13:40.000Z, by up to 900 m (bound 140 m)" in shown
    )
    assert shown.index("recordings compared") < shown.index("they part") < shown.index("provisional grade")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["open", "--at", "half past"], "--at"),
        (["open"], "--at"),
        (["report", "S-1", "--headline", "x"], "There is no text."),
        (["report", "S-1", "--headline", "x", "--text", "a", "--file", "b"], "a text and a file"),
        (["report", "S-1", "--headline", "x", "--file", "nowhere"], "cannot be read as text"),
        (["report", "S-1", "--headline", "x", "--text", "a", "--fact", "weather"], "no field with a value"),
        (["show", "S-1"], "CASE: There is no such case."),
        (["answer", "S-1", "accept"], "CASE: There is no such case."),
        (["confirm", "12345678", "--person", "x"], "ACT: Nothing waits"),
    ],
)
def test_what_is_typed_wrong_is_named_as_it_was_typed(desk: CaseDesk, words: list[str], why: str) -> None:
    assert why in desk.refused(*words)


def test_no_case_is_said_in_words(desk: CaseDesk) -> None:
    assert desk.said("list") == "There is no case.\n"


def test_nothing_that_was_not_typed_is_sent(desk: CaseDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(control, "ask", lambda home, verb, args: seen.append(dict(args)) or desk.ask(home, verb, args))
    desk.said("open", "--at", "now")
    assert set(seen[0]) == {"at_ns"}
