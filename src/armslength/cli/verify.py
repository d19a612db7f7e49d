"""`armslength verify`: does a ledger, or a bundle of one, hold together? Trusts nothing, needs no connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armslength.units import counted

if TYPE_CHECKING:
    from armslength.node.examining import Findings, Step
    from armslength.node.verifying import Report

DOES_NOT_HOLD = 2
_SAID = {True: "holds", False: "FAILS", None: "-"}


def verify(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="HOME|LEDGER|BUNDLE...",
            show_default=False,
            help="A home or its ledger.db, a bundle, a proof of two stories; two of them are held against each other.",
        ),
    ],
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="PUBLIC", help="Key that must have signed it: 64 digits, or its fingerprint A7KT-..."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")] = False,
) -> None:
    """Say whether a ledger or a bundle is as it was written, step by step, and at which entry and why it is not.

    Exit code 0: everything holds; 2: something does not, cannot be read, or of several files one could be held against
    no other. No file is changed.
    """
    from armslength.node.verifying import verify_files

    keys = [_key(text) for text in key or []]
    report = verify_files([_file(path) for path in files], keys)
    if as_json:
        import json

        typer.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        _tell(report)
    if not report.holds:
        raise typer.Exit(DOES_NOT_HOLD)


def _file(path: Path) -> Path:
    """Return the file that is meant: of a home, its ledger.

    Raises:
        InputError: there is nothing, or a folder that is no home.
    """
    from armslength.errors import InputError

    ledger = path / "ledger.db"
    if path.is_dir() and not ledger.is_file():
        above = next((one for one in path.absolute().parents if (one / "ledger.db").is_file()), None)
        wants = "Name a home, its ledger.db, a bundle (armslength ledger export makes one), or a proof of two stories."
        hint = f"The home that it is part of is {above}. " if above is not None else ""
        raise InputError("It is a folder without a ledger.", where=str(path), remedy=f"{hint}{wants}")
    if not path.exists():
        raise InputError("There is no such file.", where=str(path), remedy="Check the path.")
    return ledger if path.is_dir() else path


def _key(text: str) -> str:
    """Return a key or a fingerprint as it is compared.

    Raises:
        InputError: it is neither.
    """
    import re

    from armslength.errors import InputError

    key = text.strip()
    if re.fullmatch(r"[0-9a-fA-F]{64}", key):
        return key.lower()
    if re.fullmatch(r"([A-Za-z2-7]{4}-){4}[A-Za-z2-7]{4}", key):
        return key.upper()
    raise InputError(
        "It is neither a public key nor the fingerprint of one.",
        where="--key",
        remedy="Write 64 hexadecimal digits, or five groups of four as `armslength identity` shows them.",
    )


def _tell(report: Report) -> None:
    for file in report.files:
        typer.echo(f"{file.name} ({file.kind})")
        for step in file.steps:
            _say(step)
        if not file.books and not file.steps:
            typer.echo("    It has no entries yet: nothing can be said of it.")
        for book in file.books:
            typer.echo(f"  {_title(book)}")
            for step in book.steps:
                _say(step)
    if report.between:
        typer.echo("Held against each other")
        for step in report.between:
            _say(step)
    if report.proofs:
        from armslength.crypto.fork import to_bytes

        typer.echo("Proof that somebody told two stories, for anybody to check (save the line, and verify it):")
        for fork in report.proofs:
            typer.echo(to_bytes(fork).decode())
    steps = [step for file in report.files for book in file.books for step in book.steps]
    steps += [step for file in report.files for step in file.steps] + report.between
    failed = [step for step in steps if step.holds is False]
    if report.alone:
        typer.echo(
            f"NOT COMPARED: {', '.join(report.alone)}. Nothing in the other files could be held against it: this shows "
            "no agreement between them. Name files of both sides about one agreement."
        )
    elif not failed and steps:
        unasked = any(step.number == 3 and step.holds is None for step in steps)
        typer.echo("HOLDS." + (" Whose it is was not asked of everything: name the key with --key." if unasked else ""))
    for step in failed:
        typer.echo(f"DOES NOT HOLD: step {step.number}, {step.name}: {step.says}")


def _title(book: Findings) -> str:
    about = book.about
    who = f", kept by {about.own_party}" if about.own_party else ""
    return f"Book {about.book}{who}: {counted(book.walk.size, 'entry', 'entries')}"


def _say(step: Step) -> None:
    typer.echo(f"    {step.number} {step.name:<13} {_SAID[step.holds]:<6} {step.says}")
