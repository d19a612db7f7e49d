"""armslength case open, list, show, report, acknowledge, state, answer, extend: what a party says in a case."""

from __future__ import annotations

from typing import Annotated

import typer

from armslength.cli import case_export, case_group, case_settle
from armslength.cli.answering import AsJson, InHome, print_json
from armslength.cli.case_app import File, Language, Number, Person, Text, To, ask, moment, said, text_of

app = typer.Typer(name="case", help="Cases: what both working groups settle together.", no_args_is_help=True)


@app.command("open")
def open_(
    finding: Annotated[str | None, typer.Option("--finding", metavar="ID", help="About this finding.")] = None,
    encounter: Annotated[str | None, typer.Option("--encounter", metavar="ID", help="About this encounter.")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help='When it was: "14:30Z".')] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="When it was over.")] = None,
    lat: Annotated[float | None, typer.Option("--lat", metavar="DEG", help="Where, north is positive.")] = None,
    lon: Annotated[float | None, typer.Option("--lon", metavar="DEG", help="Where, east is positive.")] = None,
    first: Annotated[
        str | None, typer.Option("--first", metavar="ADDRESS", help="One of the two aircraft; told to nobody.")
    ] = None,
    second: Annotated[str | None, typer.Option("--second", metavar="ADDRESS", help="The other one.")] = None,
    severity: Annotated[str | None, typer.Option("--severity", metavar="SEV1..4", help="How grave it is.")] = None,
    rules: Annotated[
        str | None, typer.Option("--rules", metavar='"G05 G02"', help="The rules that it is about.")
    ] = None,
    crew: Annotated[bool, typer.Option("--crew-report", help="Because a crew reported it.")] = False,
    to: To = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Open a case about a finding, an encounter, or a time and place. Both sides then commit to their evidence."""
    args = {
        "finding": finding, "encounter": encounter, "at_ns": moment(home, at, "--at"),
        "until_ns": moment(home, until, "--until"), "lat": lat, "lon": lon, "first": first, "second": second,
        "severity": severity, "rules": rules, "why": "CREW_REPORT" if crew else None, "counterpart": to,
    }  # fmt: skip
    said(ask(home, "case open", args), as_json)


@app.command("list")
def list_(home: InHome = None, as_json: AsJson = False) -> None:
    """List every case: where it stands, and what is due next."""
    from armslength.cli.case_telling import short

    found = ask(home, "case list", {})
    if as_json:
        print_json(found)
        return
    typer.echo("\n".join(short(one) for one in found["cases"]) or "There is no case.")


@app.command("show")
def show(case: Number, home: InHome = None, as_json: AsJson = False) -> None:
    """Show all of a case: what was said, what is owed, how far the evidence is."""
    from armslength.cli.case_telling import full

    found = ask(home, "case show", {"case": case})
    if as_json:
        print_json(found)
    else:
        typer.echo(full(found))


@app.command("report")
def report(
    case: Number,
    headline: Annotated[str, typer.Option("--headline", metavar="WORDS", help="In one line.")],
    text: Text = None,
    file: File = None,
    language: Language = "en",
    full: Annotated[
        bool, typer.Option("--full", help="The full report; else the first, and then the full one.")
    ] = False,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A field of the incident form.")
    ] = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Report on a case: first within the time for it, then in full. No suspension stops that."""
    from armslength.errors import InputError

    facts = {}
    for one in fact or []:
        name, sign, value = one.partition("=")
        if not sign or not value.strip():
            remedy = 'Write for example --fact "weather=CAVOK".'
            raise InputError(f'"{one}" is no field with a value.', where="--fact", remedy=remedy)
        facts[name.strip().lower().replace("-", "_")] = value.strip()
    args = {
        "case": case, "headline": headline, "text": text_of(text, file), "language": language, "facts": facts,
        "stage": "FULL" if full else None,
    }  # fmt: skip
    said(ask(home, "case report", args), as_json)


@app.command("acknowledge")
def acknowledge(case: Number, home: InHome = None, as_json: AsJson = False) -> None:
    """Say that persons have the other side's report."""
    said(ask(home, "case acknowledge", {"case": case}), as_json)


@app.command("state")
def state(
    case: Number,
    text: Text = None,
    file: File = None,
    language: Language = "en",
    about: Annotated[str | None, typer.Option("--about", metavar="DOCUMENT", help="The document it is about.")] = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Make a statement in a case; without a text, say where it stands."""
    words = text_of(text, file, needed=False)
    args = {"case": case, "text": words, "language": language, "about": about}
    said(ask(home, "case state", args), as_json)


@app.command("answer")
def answer(
    case: Number,
    substance: Annotated[
        str, typer.Argument(metavar="ANSWER", help="accept, part, dispute, cannot or decline.", show_default=False)
    ],
    text: Text = None,
    file: File = None,
    language: Language = "en",
    person: Person = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Answer the other side's report on substance. It binds: two persons, where the terms say so."""
    words = text_of(text, file, needed=False)
    args = {"case": case, "answer": substance, "text": words, "language": language, "person": person}
    said(ask(home, "case answer", args), as_json)


@app.command("extend")
def extend(
    case: Number,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="Why it takes longer.", show_default=False)],
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Take longer to answer, once."""
    said(ask(home, "case extend", {"case": case, "reason": reason}), as_json)


for settling in (
    case_settle.session, case_settle.propose, case_settle.sign, case_settle.measure, case_settle.close,
    case_settle.confirm, case_export.export, case_group.agenda, case_group.minutes, case_group.reconcile,
):  # fmt: skip
    app.command(settling.__name__)(settling)
