"""`armslength demo`: two nodes, one sky: the whole story in a few minutes."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from armslength.demo.voice import Voice

WATCHED, HEADLESS = 4.0, 11.0
"""Seconds of the scenario in one real second: for somebody who reads along, and for a machine."""
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="For machines: faster, no colours needed.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same sky.")] = 1,
    speed: Annotated[
        float | None, typer.Option("--speed", help="Seconds of the scenario in one second. Default: 4; headless 11.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for homes, logs, bundles and summary; else a passing one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON document, no story.")] = False,
) -> None:
    """Two parties make an agreement, watch one sky with a node each, and warn each other; told as it happens."""
    import json
    import tempfile
    import textwrap
    from contextlib import ExitStack

    from armslength.demo.ending import in_words
    from armslength.demo.show import Show
    from armslength.errors import InputError

    at = speed if speed is not None else HEADLESS if headless else WATCHED
    if not 0.1 <= at <= 60.0:
        raise InputError(f"--speed {at:g} cannot be played.", remedy="Write a number from 0.1 to 60; 1 is real time.")
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("It is not an empty folder.", where=f"--out {out}", remedy="Name another, or empty this one.")
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # a shell's background job leaves Ctrl-C to others
            signal.signal(number, _interrupt)
    with ExitStack() as stack:
        stack.callback(_deaf)  # last of all, when everything is tidied up
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="armslength-demo-")))
        summary = Show(folder, seed, at, _voice(as_json), verb).run()
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
        if as_json:
            typer.echo(text)
            return
        typer.echo("")
        for row in in_words(summary):
            typer.echo(textwrap.fill(row, 120, subsequent_indent="    ", break_long_words=False))
        if out is not None:
            typer.echo(f"Homes, logs, bundles and summary.json are in {out}.")


def _voice(as_json: bool) -> Voice:
    """Return what says the story: beside JSON only where somebody looks on, and never on standard output."""
    from armslength.demo.show import PARTIES
    from armslength.demo.voice import silent, voice_for

    if not as_json:
        return voice_for(parties=PARTIES)
    return voice_for(sys.stderr, PARTIES) if sys.stderr.isatty() else silent


def verb(*words: str | Path) -> None:
    """Do what `armslength WORDS` does, in this process and without its words."""
    import io
    from contextlib import redirect_stdout

    from armslength.cli import app
    from armslength.errors import InputError

    with redirect_stdout(io.StringIO()) as said:
        code = app([str(word) for word in words], standalone_mode=False)
    if code:
        raise InputError(
            said.getvalue().strip() or "It did not work.", where=" ".join(["armslength", *map(str, words)])
        )


def _interrupt(number: int, frame: object) -> None:
    """Stop, once. Whoever presses again while both nodes are being stopped must not stop the tidying up."""
    for each in _STOPPING:
        signal.signal(each, _patience)
    raise KeyboardInterrupt


def _patience(number: int, frame: object) -> None:
    sys.stderr.write("Both nodes are being stopped; nothing of them will be left. A moment.\n")


def _deaf() -> None:
    """Let somebody who was told that he was heard press on: the way out is not to be cut short either."""
    for each in _STOPPING:
        if signal.getsignal(each) is _patience:
            signal.signal(each, signal.SIG_IGN)
