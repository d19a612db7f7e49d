"""armslength case agenda, minutes, reconcile: sessions of the working group, and the counts of a month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armslength.cli.answering import AsJson, InHome, print_json
from armslength.cli.case_app import Person, To
from armslength.cli.case_export import now_ns

if TYPE_CHECKING:
    from armslength.node.case_files import CaseBook
    from armslength.node.home import Home

Into = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file.", show_default=False)]


def agenda(
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When the session is held.")] = "now",
    kind: Annotated[
        str, typer.Option("--agenda", metavar="WHAT", help="regular, extraordinary or review.")
    ] = "regular",
    to: To = None,
    out: Into = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Draft the agenda of a session from the open cases: the same on both sides."""
    from armslength.engine.cases.agenda import KINDS
    from armslength.errors import InputError
    from armslength.node.case_group import agenda_of

    if kind.upper() not in KINDS:
        remedy = "Write regular, extraordinary or review."
        raise InputError(f'"{kind}" is no kind of session.', where="--agenda", remedy=remedy)
    _, book, now = _book(home, to)
    when = _moment(at, now)
    text = agenda_of(book, kind.upper(), when)
    _give(text, out, as_json, {"agenda": kind.upper(), "at_ns": str(when)})


def minutes(
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Which session; else the newest.")] = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign them for this side, by their digest.")] = False,
    person: Person = None,
    to: To = None,
    out: Into = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Draft the minutes of a session from what both sides signed, and sign them: one digest, one text."""
    from armslength.cli.case_app import ask
    from armslength.node.case_group import find_session, minutes_of

    node, book, now = _book(home, to)
    found = minutes_of(book, find_session(book, None if at is None else _moment(at, now)))
    session, signed = found.session, dict(found.session.signed)
    if sign:
        args = {
            "case": "GROUP", "counterpart": book.other, "at_ns": str(session.at_ns), "medium": session.medium,
            "agenda": session.agenda, "minutes": found.digest, "person": person,
        }  # fmt: skip
        ask(node.path, "case session", args)
        signed[book.own] = found.digest
    more: dict[str, object] = {"digest": found.digest, "signed": signed, "at_ns": str(session.at_ns)}
    _give(found.text, out, as_json, more)
    if not as_json:
        typer.echo(f"\n{found.digest}")
        for party in (book.own, book.other):
            name = signed.get(party)
            says = "has signed these minutes" if name == found.digest else f"has signed others, {name}"
            typer.echo(f"{party} {says if name else 'has not signed'}.")


def reconcile(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="As 2026-11.", show_default=False)],
    theirs: Annotated[
        Path | None,
        typer.Option("--theirs", metavar="FILE", help="The counts of the other side, as it handed them over."),
    ] = None,
    to: To = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write our own counts, signed, for the other side.")
    ] = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Hold both sides' counts of a month against each other, by rule and unit of count: where they differ, and why."""
    from dataclasses import asdict

    from armslength.cli.answering import must_be_free
    from armslength.engine.cases.reconcile import reconcile as held
    from armslength.engine.cases.reconcile import table
    from armslength.node.case_group import own_counts, read_counts, seal_counts
    from armslength.node.private_files import read_private, write_private

    must_be_free(out)
    node, book, now = _book(home, to)
    own = own_counts(node, book.agreement, month)
    if out is not None:
        write_private(out, seal_counts(node, book.agreement, month, own))
    if theirs is None:
        if as_json:
            print_json({"month": month, "counts": [asdict(one) for one in own], "file": str(out) if out else None})
            return
        typer.echo(
            f"Our findings of {month}: {len(own)}. For the table, name the counts of {book.other}: --theirs FILE."
        )
        if out is not None:
            typer.echo(f"{out}: hand it to {book.other}.")
        return
    names = (book.own, book.other)
    rows, differences = held(names, own, read_counts(read_private(theirs), str(theirs), book, month, now))
    if as_json:
        found = {"rows": [asdict(one) for one in rows], "differences": [asdict(one) for one in differences]}
        print_json({"month": month, "first": names[0], "second": names[1], **found})
    else:
        typer.echo(table(names, month, rows, differences), nl=False)


def _book(home: Path | None, to: str | None) -> tuple[Home, CaseBook, int]:
    from armslength.node.case_files import read_books
    from armslength.node.case_group import choose_book
    from armslength.node.home import home_path, open_home

    node = open_home(home_path(home))
    now = now_ns(node.path)
    return node, choose_book(read_books(node, now), to), now


def _moment(written: str, now: int) -> int:
    from armslength.cli.values import moment_of
    from armslength.errors import InputError

    try:
        return moment_of(written, now)
    except InputError as wrong:
        raise InputError(wrong.what, where="--at", remedy=wrong.remedy) from None


def _give(text: str, out: Path | None, as_json: bool, more: dict[str, object]) -> None:
    from armslength.cli.answering import must_be_free
    from armslength.node.private_files import write_private

    must_be_free(out)
    if out is not None:
        write_private(out, text.encode())
    if as_json:
        print_json({**more, "text": text, "file": str(out) if out else None})
    elif out is not None:
        typer.echo(f"{out}: {text.splitlines()[0]}")
    else:
        typer.echo(text, nl=False)
