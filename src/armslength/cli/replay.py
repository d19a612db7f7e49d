"""`armslength replay`: every close approach in a recording."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from armslength.node.replay import Outcome, Request

FINDINGS, BAD_INPUT = 1, 2
FILES = (
    "encounters.parquet, encounters.csv, encounters.geojson, findings.parquet, findings.csv, summary.json, report.html"
)


class FailOn(StrEnum):
    """Findings on which the exit code is 1."""

    near_miss = "near_miss"
    inside = "inside"
    breach = "breach"


def replay(
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORDING...",
            show_default=False,
            help="Files or folders: CSV, Parquet or JSON tables, readsb traces; gzipped or not.",
        ),
    ],
    agreement: Annotated[Path | None, typer.Option(help="Terms to judge by; without, the rule of threes.")] = None,
    members: Annotated[Path | None, typer.Option(help="Who each aircraft belongs to (local file).")] = None,
    talk: Annotated[
        Path | None, typer.Option(help="What was said meanwhile: JSON lines of facts (docs/talk.md).")
    ] = None,
    separation: Annotated[str | None, typer.Option(help='Other minima, for example "5 NM, 1000 ft".')] = None,
    near_miss: Annotated[str | None, typer.Option(help='Other near-miss distance, for example "500 ft".')] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Not before this time, 2015-11-03T09:00:00Z.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Not after this time, 2015-11-03T10:00:00Z.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 1 when there is such a finding.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("replay-out"),
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json on stdout and nothing else.")] = False,
) -> None:
    """Find every close approach in RECORDING... and write tables, a summary and a report.

    Writes encounters.parquet, encounters.csv, encounters.geojson, findings.parquet, findings.csv, summary.json and
    report.html into --out.
    """
    import time

    from armslength.cli.progress import showing
    from armslength.node.replay import replay as run
    from armslength.node.summary import summarise

    request = _request(recordings, agreement, members, talk, (separation, near_miss), (from_, to))
    begin = time.monotonic()
    with showing() as progress:
        outcome = run(request, progress)
        summary = summarise(request, outcome, time.monotonic() - begin)
        progress(1.0, "writing")
        _write(out, request, outcome, summary)
    for problem in outcome.left_out:
        typer.echo(str(problem), err=True)
    for warning in summary["warnings"]:
        typer.echo(f"Warning: {warning}", err=True)
    if as_json:
        import json

        typer.echo(json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        from armslength.cli.telling import tell

        tell(outcome, summary, out)
    if outcome.left_out:
        raise typer.Exit(BAD_INPUT)
    if fail_on is not None and _found(fail_on, outcome):
        raise typer.Exit(FINDINGS)


def _request(
    paths: list[Path], agreement: Path | None, members: Path | None, talk: Path | None,
    figures: tuple[str | None, str | None], times: tuple[str | None, str | None],
) -> Request:  # fmt: skip
    """Read the terms, the members and the options.

    Raises:
        InputError: any of them cannot be understood.
    """
    from dataclasses import replace

    from armslength.agreement.doubts import doubts
    from armslength.agreement.reading import read_terms
    from armslength.agreement.terms import Separation, default_terms
    from armslength.cli.options import length, minima, moment
    from armslength.errors import AgreementError, InputError, MembershipError
    from armslength.node.membership import load_membership
    from armslength.node.replay import Request
    from armslength.node.textfile import read_text
    from armslength.node.told_file import read_told

    terms, source = default_terms(), "the rule of threes (default profile)"
    if agreement is not None:
        reading = read_terms(read_text(agreement, AgreementError), str(agreement))
        terms, source = reading.terms, str(agreement)
        for doubt in reading.doubts:
            typer.echo(f"Warning: {doubt}", err=True)
    if figures[0] is not None:
        horizontal, vertical = minima(figures[0])
        terms = replace(terms, separation=Separation(horizontal, vertical, terms.separation.dwell_limit_s))
        source += ", minima from --separation"
    if figures[1] is not None:
        near = length(figures[1], "--near-miss")
        terms = replace(
            terms, near_miss=replace(terms.near_miss, slant_m=near, critical_m=min(near, terms.near_miss.critical_m))
        )
        source += ", near-miss distance from --near-miss"
    if figures != (None, None):
        for slip in doubts(terms):
            typer.echo(f"Warning: {'.'.join(str(part) for part in slip.path)}: {slip.says}", err=True)
    membership = None
    if members is not None:
        named = terms if agreement is not None and terms.parties else None
        membership = load_membership(read_text(members, MembershipError), str(members), named)
    since, until = moment(times[0], "--from"), moment(times[1], "--to")
    if since is not None and until is not None and since >= until:
        raise InputError("--from is not before --to.", remedy="Exchange them.")
    told = None if talk is None else read_told(read_text(talk, InputError), str(talk))
    return Request(paths, terms, source, membership, since, until, told)


def _write(out: Path, request: Request, outcome: Outcome, summary: dict[str, Any]) -> None:
    """Write all outputs; they get their names together, or none does."""
    import json
    import time

    from armslength.node.outlines import outlines
    from armslength.report.findings_tables import write_findings
    from armslength.report.model import Report
    from armslength.report.page import render
    from armslength.report.staging import Staging
    from armslength.report.tables import write_tables
    from armslength.units import counted

    names = [path.name for path in request.paths]
    title = names[0] if len(names) == 1 else f"{names[0]} and {counted(len(names) - 1, 'more recording')}"
    s = request.terms.separation
    report = Report(
        title, summary, outcome.encounters, outcome.evidence, s.horizontal_m, s.vertical_m,
        request.terms.near_miss.slant_m, s.dwell_limit_s, outlines(request.terms), outcome.backdrop, time.time_ns(),
        outcome.findings, outcome.pictures,
    )  # fmt: skip
    with Staging(out) as staging:
        write_tables(out, outcome.encounters, staging)
        write_findings(out, outcome.findings, staging)
        staging.write("report.html", render(report))
        staging.write("summary.json", json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _found(fail_on: FailOn, outcome: Outcome) -> bool:
    if fail_on is FailOn.inside:
        return bool(outcome.encounters)
    if fail_on is FailOn.near_miss:
        return any(e.level == "near_miss" for e in outcome.encounters)
    return any(e.breach for e in outcome.encounters)
