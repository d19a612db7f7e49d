"""How the story is said: in colours on a terminal, as plain lines into a pipe, not at all where JSON is wanted."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from typing import TextIO

from armslength.demo.story import ALARM, GOOD, SCENE, TELL, WARN, Said, clock

Voice = Callable[[Said], None]
WIDTH = 6
"""Letters of the column that says who tells it."""
COLUMNS = 120
"""No line is longer."""
_STYLES = {SCENE: "bold", TELL: "", GOOD: "green", WARN: "yellow", ALARM: "bold red"}
_COLOURS = ("cyan", "magenta")


def plain(said: Said) -> str:
    """Return the line as it goes into a pipe; a long one goes on under its beginning."""
    head = _head(said)
    return "\n".join(head + line if not at else " " * len(head) + line for at, line in enumerate(_lines(said, COLUMNS)))


def _head(said: Said) -> str:
    """Return what stands before the words: when, and who tells it."""
    if said.tone == SCENE and not said.party:
        return f"{clock(said.at_s)}  -- "
    return f"{clock(said.at_s)}  {said.party:<{WIDTH}} "


def _lines(said: Said, columns: int) -> list[str]:
    """Return the words in lines that fit behind the head; no word is cut."""
    room = max(columns - len(_head(said)), 40)
    return textwrap.wrap(said.text, room, break_long_words=False, break_on_hyphens=False) or [""]


def silent(said: Said) -> None:
    """Say nothing."""


def voice_for(out: TextIO | None = None, parties: tuple[str, ...] = ()) -> Voice:
    """Return what says lines to `out` (standard output): in colours where somebody looks on, plain elsewhere."""
    to = out or sys.stdout
    if not to.isatty():

        def say(said: Said) -> None:
            print(plain(said), file=to, flush=True)

        return say
    from rich.console import Console
    from rich.text import Text

    console = Console(file=to, highlight=False)
    colours = dict(zip(parties, _COLOURS, strict=False))

    def show(said: Said) -> None:
        head = _head(said)
        at = len(clock(said.at_s)) + 2
        line = Text().append(head[:at], style="dim")
        line.append(head[at:], style=colours.get(said.party, "bold"))
        words = f"\n{' ' * len(head)}".join(_lines(said, min(console.width, COLUMNS)))
        line.append(words, style=_STYLES[said.tone])
        console.print(line, soft_wrap=True)

    return show
