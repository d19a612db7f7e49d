"""armslength init: a home for a node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from armslength.cli.answering import AsJson, InHome, print_json


def init(
    party: Annotated[str, typer.Option("--party", metavar="NAME", help="What this side calls itself.")],
    post: Annotated[
        str, typer.Option("--post", metavar='"NAME POST"', help="The duty post that answers; never a person.")
    ],
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Make the home of a node: keys, certificate, node.toml, empty ledger. Overwrites nothing, ever."""
    from armslength.node.home import home_path, make_home

    made = make_home(home_path(home), party, post)
    own = made.identity
    if as_json:
        print_json(
            {
                "home": str(made.path),
                "party": own.party,
                "post": own.post,
                "key": own.key,
                "words": own.words,
                "certificate": own.signatory.certificate,
            }
        )
        return
    typer.echo(f"A home for {own.post} of {own.party}: {made.path}")
    typer.echo(f"Fingerprint: {own.words}")
    typer.echo("It holds secret keys: keep it as you keep them, and keep a backup.")
    typer.echo(f"Next: look through {made.path / 'node.toml'}, then hand over your public half:")
    typer.echo(f"  armslength identity --home {made.path} --out {_file(own.party)}")


def _file(party: str) -> Path:
    from armslength.node.counterparts import file_name

    return Path(file_name(party))
