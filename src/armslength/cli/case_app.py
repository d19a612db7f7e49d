"""What the verbs of `armslength case` have in common: arguments, how a node is asked, how its answers are told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import print_json

TYPED = {
    "case": "CASE", "counterpart": "--to", "severity": "--severity", "rules": "--rules", "finding": "--finding",
    "encounter": "--encounter", "at_ns": "--at", "until_ns": "--until", "lat": "--lat", "lon": "--lon",
    "first": "--first", "second": "--second", "headline": "--headline", "text": "TEXT", "language": "--language",
    "stage": "--full", "facts": "--fact", "about": "--about", "answer": "ANSWER", "reason": "REASON",
    "person": "--person", "medium": "--medium", "agenda": "--agenda", "minutes": "--minutes", "letter": "LETTER",
    "score": "--score", "causes": "--cause", "document": "DOCUMENT", "whose": "--whose", "due_ns": "--due",
    "amendment": "--amendment", "id": "ACT", "why": "--crew-report",
}  # fmt: skip
"""What the arguments of the verbs are called where they are typed."""
Number = Annotated[str, typer.Argument(metavar="CASE", help="Its number, by either side's count.", show_default=False)]
Text = Annotated[str | None, typer.Option("--text", help="In one's own words.", show_default=False)]
File = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="A UTF-8 file that holds the text.", show_default=False)
]
Language = Annotated[str, typer.Option("--language", metavar="en", help="Of the text.")]
Person = Annotated[
    str | None,
    typer.Option("--person", metavar="ROLE", help="Who decides it, by role. The terms may ask for two persons."),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="NAME", help="Counterpart.", autocompletion=completing.counterparts)
]


def ask(home: Path | None, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of the running node. What was not typed is left out."""
    from armslength.cli import answering
    from armslength.node.home import home_path

    given = {name: value for name, value in args.items() if value is not None}
    return answering.ask(home_path(home), verb, given, TYPED)


def said(answer: dict[str, Any], as_json: bool) -> None:
    """Tell what became of an act: where the case stands, or that a second person must confirm it."""
    from armslength.cli.case_telling import short

    if as_json:
        print_json(answer)
    elif "state" not in answer:
        typer.echo(f"Said: {answer['document'][7:15]}.")
    elif "waiting" in answer:
        typer.echo(f"Case {answer['case']}: {answer['says']}")
    else:
        typer.echo(short(answer))


def text_of(text: str | None, file: Path | None, *, needed: bool = True) -> str | None:
    """Return the text that was typed, or stands in a file.

    Raises:
        InputError: both, or none where one is needed; or the file holds no text.
    """
    from armslength.errors import InputError

    if text is not None and file is not None:
        raise InputError("It has a text and a file.", where="--file", remedy="Give one of them.")
    if file is not None:
        try:
            return file.read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            what = f"It cannot be read as text ({type(wrong).__name__})."
            raise InputError(what, where=str(file), remedy="Is it the right file?") from None
    if text is None and needed:
        raise InputError("There is no text.", where="--text", remedy="Write it with --text, or name a --file.")
    return text


def moment(home: Path | None, written: str | None, name: str) -> str | None:
    """Return a time that was typed, in UTC ns, by the clock of the node; None where none was.

    Raises:
        InputError: it is no time.
    """
    from armslength.cli.values import moment_of
    from armslength.errors import InputError
    from armslength.node.control import get
    from armslength.node.home import home_path

    if written is None:
        return None
    try:
        return str(moment_of(written, int(get(home_path(home), "/api/status")["time_ns"])))
    except InputError as wrong:
        raise InputError(wrong.what, where=name, remedy=wrong.remedy) from None
