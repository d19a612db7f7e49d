"""The same words on a terminal and in a pipe; no colour codes where nobody looks on."""

from __future__ import annotations

import io
import re

import pytest

from armslength.demo.story import ALARM, SCENE, Said
from armslength.demo.voice import COLUMNS, voice_for

LINES = (
    Said(195.0, "NORTH", ALARM, "ALERT [for] the own officer"),
    Said(-3.0, "", SCENE, "Two homes are made."),
)


class Terminal(io.StringIO):
    """A text file that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_plain_lines_in_a_pipe() -> None:
    out = io.StringIO()
    say = voice_for(out, ("NORTH", "SOUTH"))
    for line in LINES:
        say(line)
    assert out.getvalue().splitlines() == [
        "+03:15  NORTH  ALERT [for] the own officer",
        "-00:03  -- Two homes are made.",
    ]


def test_colours_on_a_terminal_and_no_word_lost() -> None:
    out = Terminal()
    say = voice_for(out, ("NORTH", "SOUTH"))
    for line in LINES:
        say(line)
    said = out.getvalue()
    assert "\x1b[" in said
    assert "\x1b[1;31mALERT" in said  # bold, and not dim like the time before it
    assert "ALERT [for] the own officer" in said and "Two homes are made." in said


def test_a_long_line_goes_on_under_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    words = " ".join(["traffic"] * 40)
    for out in (io.StringIO(), Terminal()):
        voice_for(out, ("NORTH", "SOUTH"))(Said(195.0, "NORTH", ALARM, words))
        lines = re.sub("\x1b[^m]*m", "", out.getvalue()).splitlines()
        assert len(lines) > 2 and max(map(len, lines)) <= COLUMNS
        assert lines[0].startswith("+03:15  NORTH  traffic") and all(line[:15].isspace() for line in lines[1:])
        assert " ".join(" ".join(lines).split()[2:]) == words, "no word is lost or cut"
