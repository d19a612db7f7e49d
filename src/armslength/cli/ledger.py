"""`armslength ledger`: hand out a part of the ledger, so that others can verify it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from armslength.units import counted

app = typer.Typer(help="Hand out a part of the ledger.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Hand out a part of the ledger."""


@app.command()
def export(
    agreement: Annotated[str, typer.Option(metavar="ID", help="The agreement whose book it is.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The bundle to write.")],
    home: Annotated[Path | None, typer.Option(metavar="HOME", help="Home of the node; else $ARMSLENGTH_HOME.")] = None,
    withhold: Annotated[
        bool, typer.Option("--withhold", help="Show no payload at all, only who did what when.")
    ] = False,
    hashes: Annotated[bool, typer.Option("--hashes", help="Of what is withheld, show the hash alone.")] = False,
    show: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND", help='Show payloads of this kind too ("alert", "link", ...); "all" for every kind.'
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older bundle of that name.")] = False,
) -> None:
    """Write the book of one agreement as a bundle: for the counterpart, or for a third person, to verify.

    Shown are the messages and marks that both sides have anyway; everything else stays behind salted hashes.
    """
    import time

    from armslength.errors import InputError
    from armslength.node.exporting import SHARED
    from armslength.node.exporting import export as write
    from armslength.node.home import home_path, open_home

    if withhold and show:
        raise InputError("--withhold and --show contradict each other.", remedy="Write one of them.")
    _must_be_free(out, overwrite)
    shown = frozenset() if withhold else SHARED | frozenset(show or ())
    node = open_home(home_path(home))
    done = write(
        node.ledger,
        agreement,
        out,
        node.key,
        time.time_ns(),
        shown=None if "all" in shown else shown,
        hashes_only=hashes,
        party=node.identity.party,
        known={one.key: party for party, one in node.counterparts().items()},
    )
    typer.echo(
        f"{out}: {counted(done.entries, 'entry', 'entries')}, {done.shown} shown; "
        f"the other side has signed for {done.countersigned}."
    )
    typer.echo(f"Sealed as {done.digest}")


def _must_be_free(out: Path, overwrite: bool) -> None:
    """Refuse to write over anything, and with --overwrite over anything but a bundle.

    Raises:
        InputError: something stands there.
    """
    from armslength.cli.answering import must_be_free
    from armslength.errors import InputError
    from armslength.node.bundle import is_bundle

    if not (overwrite and out.exists()):
        if out.exists():
            remedy = "Name another file with --out, or add --overwrite to replace a bundle. Nothing was done."
            raise InputError("Something stands there already.", where=str(out), remedy=remedy)
        must_be_free(out)
    elif not is_bundle(out):
        remedy = "Name another file with --out. Nothing was done."
        raise InputError(
            "What stands there is no bundle: --overwrite replaces bundles only.", where=str(out), remedy=remedy
        )
