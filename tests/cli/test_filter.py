"""A protest that the filter stops, decided by a person, and sent: as it is typed while the node runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from armslength.errors import InputError
from cli.desk import Desk, desk
from node.homes import every_file

__all__ = ["desk"]

WORD = "After that your aircraft turned back, armed."
PLACE = "It was over 35.4321N 38.1234E."


def protest(desk: Desk, text: str) -> InputError | None:
    """Type a protest; return why it was refused."""
    done = desk.type("call", "PRT", "case=S-12", "rule_ids=G05", "language=en", f"text={text}")
    assert done.exception is None or isinstance(done.exception, InputError | SystemExit), done.exception
    return done.exception if isinstance(done.exception, InputError) else None


def test_stopped_decided_and_sent(desk: Desk) -> None:
    refused = protest(desk, WORD)
    assert refused is not None and "weapon" in refused.what and "armed" not in str(refused)
    draft = refused.remedy.split("--draft ")[1].split()[0]
    shown = desk.type("agreement", "filter", "--draft", draft)
    assert shown.exit_code == 1 and "HOLD, MISREAD" in shown.output and "(signs 39 to 43): weapon" in shown.output
    decided = desk.type("agreement", "filter", "--draft", draft, "--decide", "misread", "--reason", "seen by the group")
    assert decided.exit_code == 0 and "Decided: MISREAD" in decided.output
    assert protest(desk, WORD) is None
    desk.pair.run(3.0)
    assert [one["fields"]["text"] for one in desk.pair.north.heard("received", code="PRT")] == [WORD]


def test_what_is_final_cannot_be_decided_away(desk: Desk) -> None:
    refused = protest(desk, PLACE)
    assert refused is not None and "--draft" not in refused.remedy and "nobody" in refused.remedy
    done = desk.type("agreement", "filter", PLACE, "--decide", "let-go", "--reason", "needed")
    assert isinstance(done.exception, InputError) and "--decide" in str(done.exception)
    held = desk.type("agreement", "filter", PLACE, "--decide", "hold", "--reason", "no")
    assert held.exit_code == 1 and "nobody can let it go" in held.output


def test_a_draft_from_a_file_in_russian(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("На подвеске были ракеты.", "utf-8")
    done = desk.type("agreement", "filter", str(tmp_path / "draft.txt"), "--language", "ru")
    assert done.exit_code == 1 and "weapon" in done.output
    assert every_file(tmp_path).keys() == {"draft.txt"}, "a look leaves nothing"


@pytest.mark.parametrize(
    ("words", "says"),
    [((), "Which draft"), (("armed", "--draft", "12345678"), "Which draft"), (("--draft", "12345678"), "No such draft"),
     (("armed", "--decide", "misread"), "--reason"),
     (("armed", "--decide", "maybe", "--reason", "x"), "Known: MISREAD")],
)  # fmt: skip
def test_bad_input(desk: Desk, words: tuple[str, ...], says: str) -> None:
    done = desk.type("agreement", "filter", *words)
    assert isinstance(done.exception, InputError) and says in str(done.exception), done.output
