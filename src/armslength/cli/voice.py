"""`armslength voice`: log what was said by voice on a frequency, on guard, or on the telephone."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import AsJson, InHome, print_json

TYPED = {
    "medium": "CHANNEL",
    "code": "CODE",
    "answer": "--answer",
    "readability": "--readability",
    "with": "--with",
    "note": "--note",
    "counterpart": "--counterpart",
}
"""What the arguments of the verb are called where they are typed."""


def voice(
    medium: Annotated[
        str,
        typer.Argument(
            metavar="CHANNEL",
            help="A frequency of the plan (F1), 121.500, 243.000 or TELEPHONE.",
            autocompletion=completing.spoken_on,
        ),
    ],
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="What was said, as the catalogue has it: RCK, TFA ...",
            autocompletion=completing.codes,
        ),
    ],
    answer: Annotated[
        str,
        typer.Option(
            "--answer", metavar="CODE", help="What came back: a code, or none.", autocompletion=completing.answers
        ),
    ] = "none",
    readability: Annotated[
        int | None, typer.Option("--readability", min=1, max=5, help="Of RCR: 1 unreadable to 5 perfect.")
    ] = None,
    whom: Annotated[
        str | None,
        typer.Option("--with", metavar="NAME", help="A post, or the call sign of the terms. Else the other post."),
    ] = None,
    note: Annotated[
        str | None,
        typer.Option(
            "--note",
            metavar="NOTE",
            help="noise, weak, distorted, broken or interference.",
            autocompletion=completing.notes,
        ),
    ] = None,
    theirs: Annotated[bool, typer.Option("--theirs", help="They called; else we did.")] = False,
    counterpart: Annotated[
        str | None,
        typer.Option("--counterpart", metavar="NAME", help="Where several.", autocompletion=completing.counterparts),
    ] = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Log a voice contact: channel, code, answer. It counts for checks and findings as messages do."""
    from armslength.cli.answering import ask
    from armslength.node.home import home_path
    from armslength.node.telling import spoken

    args: dict[str, Any] = {"medium": medium, "code": code, "answer": answer, "by": "theirs" if theirs else "own"}
    more = {"readability": readability, "with": whom, "note": note, "counterpart": counterpart}
    args |= {name: value for name, value in more.items() if value is not None}
    told = ask(home_path(home), "voice", args, TYPED)
    if as_json:
        print_json(told)
        return
    typer.echo(f"{spoken(told)}. [{told['id']}]")
