"""`armslength radio`: the group of verbs; each verb stands in a file of its own."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Sound, modem and channels: what goes over a radio.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def root() -> None:
    """Sound, modem and channels: what goes over a radio."""
