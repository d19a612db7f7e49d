"""armslength agreement: the verbs of agreements, and what terms mean or what is wrong with them (`check`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armslength.cli import agreement_life, agreement_public, agreement_text

if TYPE_CHECKING:
    from armslength.agreement.plain import Section
    from armslength.agreement.reading import Reading

BAD_INPUT = 2

app = typer.Typer(
    name="agreement",
    help="Agreements: terms, signatures, notices.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


app.command(cls=agreement_text.DraftCommand)(agreement_text.draft)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The terms, as TOML.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")] = False,
) -> None:
    """Say in plain language what FILE means, or name the line, the field, what is wrong and what would be right."""
    from armslength.agreement.drafting import read_draft
    from armslength.errors import AgreementError
    from armslength.node.textfile import read_text

    try:
        reading = read_draft(read_text(file, AgreementError), str(file)).reading
    except AgreementError as wrong:
        if as_json:
            _print_json({"valid": False, "where": wrong.where, "what": wrong.what, "remedy": wrong.remedy})
        typer.echo(str(wrong), err=True)
        raise typer.Exit(BAD_INPUT) from None
    for doubt in reading.doubts:
        typer.echo(f"Warning: {doubt}", err=True)
    if as_json:
        _print_json(_document(file, reading))
    else:
        _print(reading)


app.command()(agreement_text.show)
app.command()(agreement_life.sign)
app.command()(agreement_life.ratify)
app.command()(agreement_life.amend)
app.command()(agreement_life.suspend)
app.command()(agreement_life.resume)
app.command()(agreement_life.end)
app.command()(agreement_life.status)
app.command()(agreement_public.public)
app.command()(agreement_public.copy)
app.command("filter")(agreement_public.filter_draft)


def _document(file: Path, reading: Reading) -> dict[str, object]:
    from armslength.agreement.plain import plain
    from armslength.agreement.writing import as_dict

    sections = [{"heading": section.heading, "sentences": list(section.sentences)} for section in plain(reading.terms)]
    return {
        "valid": True,
        "file": str(file),
        "terms": as_dict(reading.terms),
        "plain": sections,
        "warnings": list(reading.doubts),
    }


def _print_json(document: dict[str, object]) -> None:
    import json

    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def _print(reading: Reading) -> None:
    """Print the sentences: wrapped, with bold headings, on a terminal; one to a line in a pipe."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from armslength.agreement.plain import plain

    terms = reading.terms
    sections: tuple[Section, ...] = plain(terms)
    title = f"{terms.title}, version {terms.version}"
    console = Console(highlight=False)
    if not console.is_terminal:
        for line in (title, *(row for section in sections for row in ("", section.heading, *section.sentences))):
            typer.echo(line)
        return
    console.print(Text(title, style="bold"))
    for section in sections:
        console.print()
        console.print(Text(section.heading, style="bold cyan"))
        for sentence in section.sentences:
            console.print(Padding(Text(sentence), (0, 0, 0, 2)))
