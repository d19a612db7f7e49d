"""`armslength outage`: tell the other side beforehand of an outage, or a test of a frequency; list what is planned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import AsJson, InHome, print_json

TYPED = {"medium": "CHANNEL", "from_ns": "--from", "lasts": "--for", "counterpart": "--to"}
"""What the arguments of the verb are called where they are typed."""


def outage(
    channel: Annotated[
        str | None,
        typer.Argument(
            metavar="[F1|ground]",
            help="Which channel; none: list what is planned.",
            autocompletion=completing.frequencies,
        ),
    ] = None,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help='"22:00Z" (the next), "+2 h", "2026-03-03T22:00:00Z".')
    ] = None,
    lasts: Annotated[
        str | None, typer.Option("--for", metavar='"45 min"', help='How long; "0 s" takes it back.')
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="A test of a frequency, at most 1 h; else an outage.")] = False,
    to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which counterpart.", autocompletion=completing.counterparts)
    ] = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Tell beforehand that a channel will not answer, or will be tested (LCM): it is then nobody's breach."""
    from armslength.cli.answering import ask
    from armslength.node.home import home_path

    where = home_path(home)
    if channel is None:
        found = ask(where, "outages", {}, {})
        if as_json:
            print_json(found)
            return
        typer.echo("\n".join(_says(one) for one in found["planned"]) or "Nothing is planned.")
        return
    args = {"medium": channel, "kind": "TEST" if test else "OUTAGE", **_span(where, begins, lasts)}
    told = ask(where, "outage", args if to is None else {**args, "counterpart": to}, TYPED)
    if as_json:
        print_json(told)
        return
    typer.echo(f"{_says({**told, 'by': 'own'})} Told to {told['counterpart']} [{told['id'][7:15]}].")
    typer.echo("  It counts where they have it before it begins: armslength messages shows RECEIVED.")


def _span(where: Path, begins: str | None, lasts: str | None) -> dict[str, str]:
    """Return beginning and length as the node takes them.

    Raises:
        InputError: one of them is missing, or no time.
    """
    from armslength.cli.values import moment_of
    from armslength.errors import InputError
    from armslength.node.control import get

    if begins is None or lasts is None:
        remedy = 'For example --from 22:00Z --for "45 min".'
        raise InputError("When it begins, and for how long, must be said.", where="outage", remedy=remedy)
    now_ns = int(get(where, "/api/status")["time_ns"])
    try:
        return {"from_ns": str(moment_of(begins, now_ns, ahead_only=True)), "lasts": lasts}
    except InputError as wrong:
        raise InputError(wrong.what, where="--from", remedy=wrong.remedy) from None


def _says(one: dict[str, Any]) -> str:
    from armslength.units import stamp

    channel = "the ground line" if one["medium"] == "GROUND" else one["medium"]
    what = f"{one['kind'].capitalize()} of {channel}, planned by {'us' if one['by'] == 'own' else one['by']}"
    if one["from_ns"] == one["until_ns"]:
        return f"{what}, taken back: {stamp(int(one['from_ns']))}."
    return f"{what}: {stamp(int(one['from_ns']))} to {stamp(int(one['until_ns']))}."
