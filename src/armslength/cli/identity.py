"""armslength identity: the public half of a home, to hand over; and the other side's, to accept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from armslength.cli.answering import AsJson, InHome, Out, opened, print_json, read_file, write_new

if TYPE_CHECKING:
    from armslength.agreement.identity import Identity

app = typer.Typer(
    name="identity",
    help="Who this node is, and whom it has accepted.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
)

TheirFile = Annotated[Path, typer.Argument(metavar="FILE", help="An identity file.", show_default=False)]


@app.callback()
def identity(context: typer.Context, home: InHome = None, out: Out = None, as_json: AsJson = False) -> None:
    """Show the fingerprint of this home as words for the radio, or write its public half to a file to hand over."""
    if context.invoked_subcommand is not None:
        context.obj = {"home": home, "json": as_json}
        return
    from armslength.node.home import Home

    at: Home = opened(home)
    own = at.identity
    written = None if out is None else write_new(out, at.own_identity)
    if as_json:
        print_json(_document(own, written))
        return
    _print(own)
    if written is not None:
        typer.echo(f"Written to {written}. Hand it to the other side; it is no secret, but only these words prove it.")


@app.command()
def show(context: typer.Context, file: TheirFile, as_json: AsJson = False) -> None:
    """Show whose identity FILE is, and its fingerprint as words. Accepts nothing."""
    found = _read(file)
    if as_json or context.obj["json"]:
        print_json(_document(found, file))
    else:
        _print(found)


@app.command()
def accept(
    context: typer.Context,
    file: TheirFile,
    home: InHome = None,
    replace: Annotated[bool, typer.Option("--replace", help="In the place of an earlier one of this party.")] = False,
    as_json: AsJson = False,
) -> None:
    """Accept the identity of the other side. Compare the words with them, by voice, before you sign anything."""
    from armslength.node.acting import acting

    done = acting(opened(home or context.obj["home"]), "identity accept", {**read_file(file), "replace": replace})
    if as_json or context.obj["json"]:
        print_json(done)
        return
    _print(_read(file))
    said = {
        "accepted": "Accepted",
        "replaced": "Accepted in the place of the earlier one",
        "nothing new": "Known already",
    }
    typer.echo(f"{said[str(done['what'])]}. Have them read these words to you, and read yours to them.")


def _read(file: Path) -> Identity:
    import base64

    from armslength.agreement.identity import read_identity

    return read_identity(base64.b64decode(read_file(file)["file"]), str(file))


def _document(found: Identity, file: Path | None) -> dict[str, Any]:
    from armslength.units import stamp

    return {
        "party": found.party,
        "post": found.post,
        "key": found.key,
        "certificate": found.signatory.certificate,
        "recipient": found.recipient,
        "created": stamp(found.created_ns),
        "words": found.words,
        "short": found.short,
        "file": None if file is None else str(file),
    }


def _print(found: Identity) -> None:
    from armslength.units import stamp

    typer.echo(f"{found.post} of {found.party}, made {stamp(found.created_ns)}")
    typer.echo(f"Fingerprint: {found.words}")
    typer.echo(f"       short: {found.short}")
