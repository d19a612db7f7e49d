"""`armslength scenario`: write an invented sky whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Write an invented sky of two parties whose truth is known.", no_args_is_help=True)


@app.command("write")
def write(
    name: Annotated[str, typer.Argument(help="Name of the scenario; `armslength scenario list` shows them.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write into; made when absent.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed writes the same bytes.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the scenario in the folder.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print scenario.json on stdout and nothing else.")] = False,
) -> None:
    """Write both parties' recordings, the agreement, the membership file and the truth of a scenario."""
    from armslength.scenario.write import write_scenario

    written = write_scenario(name, seed, out, overwrite=overwrite)
    if json_:
        import json

        typer.echo(json.dumps(written.facts, indent=2, ensure_ascii=False))
        return
    facts = written.facts
    rows = ", ".join(f"{party} {count:,} plots" for party, count in facts["rows"].items())
    typer.echo(f"{name}, seed {seed}: {sum(facts['aircraft'].values())} aircraft, {rows}.")
    typer.echo(
        f"{facts['encounters']} encounters, {facts['near_misses']} of them near misses; "
        f"{out / 'scenario.json'} tells the story, {out / 'truth.csv'} what truly happened."
    )


@app.command("list")
def list_(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the scenarios that can be written."""
    from armslength.scenario.registry import SCENARIOS

    if json_:
        import json

        typer.echo(json.dumps({one.name: one.summary for one in SCENARIOS.values()}, indent=2))
        return
    width = max(map(len, SCENARIOS))
    for one in SCENARIOS.values():
        typer.echo(f"{one.name:<{width}}  {one.summary}")
