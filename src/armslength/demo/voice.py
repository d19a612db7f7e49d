"""How the story is said: in colours on a terminal, as plain lines into a pipe, not at all where JSON is wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from armslength.demo.story import ALARM, GOOD, SCENE, TELL, WARN, Said, clock

Voice = Callable[[Said], None]
WIDTH = 6
"""Letters of the column that says who tells it."""
_STYLES = {SCENE: "bold", TELL: "", GOOD: "green", WARN: "yellow", ALARM: "bold red"}
_COLOURS = ("cyan", "magenta")


def plain(said: Said) -> str:
    """Return the line as it goes into a pipe."""
    if said.tone == SCENE and not said.party:
        return f"{clock(said.at_s)}  -- {said.text}"
    return f"{clock(said.at_s)}  {said.party:<{WIDTH}} {said.text}"


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
        line = Text().append(f"{clock(said.at_s)}  ", style="dim")
        if said.tone == SCENE and not said.party:
            line.append(f"-- {said.text}", style="bold")
        else:
            line.append(f"{said.party:<{WIDTH}} ", style=colours.get(said.party, ""))
            line.append(said.text, style=_STYLES[said.tone])
        console.print(line, soft_wrap=True)

    return show
