"""What the verbs of a home have in common: which home, one JSON document, the files that come and go."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from armslength.node.home import Home

InHome = Annotated[
    Path | None,
    typer.Option("--home", metavar="HOME", help="Home of the node; else $ARMSLENGTH_HOME, else ./armslength-home."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.", show_default=False)]
WhichAgreement = Annotated[
    str | None, typer.Option("--agreement", metavar="ID", help="Which one, where there are several.")
]


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    import json

    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def ask(home: Path, verb: str, args: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer of the running node; `typed`: what an argument is called on the command line.

    Raises:
        HomeError: no node runs there, or it does not answer.
        InputError: it cannot be done; names the argument as it was typed.
        StoreError: the disk of the node takes nothing, or the node is stopping.
    """
    from armslength.errors import InputError
    from armslength.node import control

    try:
        return control.ask(home, verb, args)
    except InputError as wrong:
        if wrong.where not in typed:
            raise
        raise InputError(wrong.what, where=typed[wrong.where], remedy=wrong.remedy) from None


def opened(home: Path | None) -> Home:
    """Return the home that is meant. HomeError where there is none."""
    from armslength.node.home import home_path, open_home

    return open_home(home_path(home))


def read_file(path: Path) -> dict[str, str]:
    """Return {"name", "file"} of a file, as verbs take it.

    Raises:
        InputError: it cannot be read, or is too large to be what it should be.
    """
    from armslength.errors import InputError

    if path.is_dir():
        raise InputError("It is a folder.", where=str(path), remedy="Name the file in it.")
    try:
        if path.stat().st_size > 1 << 20:
            raise InputError("It is larger than 1 MiB.", where=str(path), remedy="Is it the right file?")
        return {"name": str(path), "file": base64.b64encode(path.read_bytes()).decode()}
    except OSError as wrong:
        what = f"It cannot be read ({wrong.strerror})."
        raise InputError(what, where=str(path), remedy="Check the path.") from None


def write_new(path: Path, data: bytes) -> Path:
    """Write a file that only its owner can read, and return its path. Overwrites nothing.

    Raises:
        InputError: something stands there, or the system refuses.
    """
    import os

    from armslength.errors import InputError

    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
    except FileExistsError:
        remedy = "Nothing is overwritten. Name another file with --out."
        raise InputError("Something stands there already.", where=str(path), remedy=remedy) from None
    except OSError as wrong:
        what = f"It cannot be written ({wrong.strerror})."
        raise InputError(what, where=str(path), remedy="Name another place with --out.") from None
    return path


def must_be_free(path: Path | None) -> None:
    """Refuse an --out that exists already, before anything is done that cannot be undone. InputError where it does."""
    from armslength.errors import InputError

    if path is not None and (path.exists() or not path.absolute().parent.is_dir()):
        what = "Something stands there already." if path.exists() else "There is no such folder."
        raise InputError(what, where=str(path), remedy="Name another file with --out. Nothing was done.")
