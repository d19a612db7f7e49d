"""armslength case export: hand out a case, so that others can verify it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armslength.cli.answering import AsJson, InHome, print_json
from armslength.cli.case_app import Number
from armslength.units import counted

if TYPE_CHECKING:
    from armslength.node.home import Home

Out = Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.", show_default=False)]


def export(
    case: Number,
    out: Out,
    report: Annotated[
        bool, typer.Option("--report", help="Write a report beside it too, for people: OUT.html and OUT.pdf.")
    ] = False,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Write a case as a bundle: what was said, evidence, messages, each proven, for `armslength verify` to check.

    The node may be running. What goes in: the documents of both sides, the tracks that were opened, the messages from
    five minutes before to five minutes after. Addresses, raw plots and the terms do not. The report has the fields of
    ICAO ADREP and EU 376/2014, and says "unknown" where there is nothing to say.
    """
    from armslength.cli.answering import must_be_free
    from armslength.node.case_exporting import export_case
    from armslength.node.home import home_path, open_home

    papers = [out.with_name(f"{out.name}.{kind}") for kind in ("html", "pdf")] if report else []
    for path in (out, *papers):
        must_be_free(path)
    node = open_home(home_path(home))
    now = now_ns(node.path)
    done = export_case(node, case, out, now)
    if report:
        _report(node, case, now, *papers)
    if as_json:
        print_json(
            {
                "case": done.case,
                "file": str(out),
                "report": [str(path) for path in papers],
                "documents": done.documents,
                "messages": done.messages,
                "leaves": done.leaves,
                "entries": done.entries,
                "countersigned": done.countersigned,
                "left_out": list(done.left_out),
                "digest": done.digest,
            }
        )
        return
    opened = ", ".join(f"{counted(count, 'minute')} of track opened by {party}" for party, count in done.leaves.items())
    typer.echo(f"{out}: case {done.case}, {counted(done.documents, 'document')}, {opened}, ", nl=False)
    typer.echo(f"{counted(done.messages, 'message and mark', 'messages and marks')} around it.")
    typer.echo(
        f"{counted(done.entries, 'entry', 'entries')} with proofs; the other side has signed for {done.countersigned}."
    )
    for why in done.left_out:
        typer.echo(f"Not in it: {why}")
    typer.echo(f"Sealed as {done.digest}")
    for path in papers:
        typer.echo(f"For people: {path}")


def _report(node: Home, case: str, now: int, html: Path, pdf: Path) -> None:
    """Write the report of a case in both forms."""
    from armslength.node.case_papers import read_case
    from armslength.node.private_files import write_private
    from armslength.report.case_fields import paper_of
    from armslength.report.case_html import case_html
    from armslength.report.case_pdf import case_pdf

    paper = paper_of(read_case(node, case, now))
    write_private(html, case_html(paper).encode())
    write_private(pdf, case_pdf(paper))


def now_ns(home: Path) -> int:
    """Return the time by the clock of the node that runs on a home; by this machine's where none does [UTC ns]."""
    import time

    from armslength.errors import HomeError
    from armslength.node.control import get

    try:
        return int(get(home, "/api/status")["time_ns"])
    except HomeError:
        return time.time_ns()
