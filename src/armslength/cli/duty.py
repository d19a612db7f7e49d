"""`armslength duty`: which watch is on duty at the post, answers that are held, and what was uncivil."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import AsJson, InHome, print_json
from armslength.units import counted

app = typer.Typer(
    name="duty", help="The watch at the post: who is on duty, by the name of the watch.", no_args_is_help=True
)
Watch = Annotated[str, typer.Argument(metavar="WATCH", help='Name of the watch, never of a person: "RED", "NIGHT 2".')]
Languages = Annotated[
    str | None, typer.Option("--languages", metavar="LIST", help='What it speaks: "English,Russian"; on: else English.')
]
TYPED = {"watch": "WATCH", "languages": "--languages", "reason": "--reason", "id": "ID"}
"""What the arguments of the verbs are called where they are typed."""
Number = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of a message that came in, or its first eight digits.",
        autocompletion=completing.messages,
    ),
]


@app.command("on")
def on(watch: Watch, languages: Languages = None, home: InHome = None, as_json: AsJson = False) -> None:
    """Go on duty."""
    _tell(_ask(home, "duty on", {"watch": watch, "languages": languages or "English"}), as_json)


@app.command("hand-over")
def hand_over(watch: Watch, languages: Languages = None, home: InHome = None, as_json: AsJson = False) -> None:
    """Hand over to another watch. What rings goes on ringing."""
    args = {"watch": watch} if languages is None else {"watch": watch, "languages": languages}
    _tell(_ask(home, "duty hand-over", args), as_json)


@app.command("off")
def off(home: InHome = None, as_json: AsJson = False) -> None:
    """Go off duty; nobody takes over."""
    _tell(_ask(home, "duty off", {}), as_json)


@app.command("status")
def status(home: InHome = None, as_json: AsJson = False) -> None:
    """Say which watch is on duty, and what rings. Exit code 1 where no watch is on duty."""
    from armslength.node.control import get
    from armslength.node.home import home_path

    found = get(home_path(home), "/api/status")
    rings = {line["counterpart"]: line["unanswered"] for line in found["lines"]}
    overdue = {line["counterpart"]: line["overdue"] for line in found["lines"]}
    if as_json:
        print_json({**found["duty"], "rings": rings, "overdue": overdue})
    else:
        typer.echo(words(found["duty"]))
        for name, ids in rings.items():
            if ids:
                which = ", ".join(_short(one) for one in ids[:10])
                typer.echo(f"  {counted(len(ids), 'call')} of {name} not taken: {which}")
        for name, ids in overdue.items():
            if ids:
                typer.echo(f"  not relayed in time, of {name}: {len(ids)}")
    if found["duty"]["watch"] is None:
        raise typer.Exit(1)


@app.command("hold")
def hold(
    number: Number,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="REASON",
            help="named-person, interpreter, authority, facts or equipment.",
            autocompletion=completing.reasons,
        ),
    ],
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Note why the answer to a message is held. The time allowed for it goes on."""
    answer = _ask(home, "hold", {"id": number, "reason": reason})
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"The answer to {_short(answer['id'])} is held: {answer['says']}. The time allowed goes on.")


@app.command("flag")
def flag(number: Number, home: InHome = None, as_json: AsJson = False) -> None:
    """Say that a message, or a voice contact, of the other side was uncivil. No machine judges that."""
    answer = _ask(home, "flag", {"id": number})
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"Recorded: what {answer['by']} said in {_short(answer['id'])} was uncivil.")


def words(duty: dict[str, Any]) -> str:
    """Return who is on duty, in a line."""
    if duty["watch"] is None:
        return str(duty["says"])
    says = f" {duty['says']}" if duty["says"] else ""
    return f"Watch {duty['watch']} on duty since {duty['since']}, speaks {', '.join(duty['languages'])}.{says}"


def _ask(home: Any, verb: str, args: dict[str, Any]) -> dict[str, Any]:
    from armslength.cli.answering import ask
    from armslength.node.home import home_path

    return ask(home_path(home), verb, args, TYPED)


def _tell(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    typer.echo(words(answer))
    if answer["ringing"]:
        typer.echo(f"  Not taken yet: {answer['ringing']}. armslength duty status")


def _short(number: str) -> str:
    return number.removeprefix("sha256:")[:8] if number.startswith("sha256:") else number
