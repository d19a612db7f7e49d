"""armslength bench: how fast it is, beside its peers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

app = typer.Typer(name="bench", help="Measure how fast armslength is on this machine, beside its peers.")
LISTED = 20
"""So many of the pairs that differ are shown; --json has them all."""


@app.callback()
def bench() -> None:
    """Measure how fast armslength is on this machine, beside its peers."""


@app.command()
def detect(
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    peer_python: Annotated[
        str | None, typer.Option("--peer-python", metavar="PATH", help="The Python that has BlueSky, if not this one.")
    ] = None,
) -> None:
    """Measure straight-flight detection beside BlueSky, and the well-clear volumes. Takes about a minute."""
    from armslength.bench.detect import bench_detect

    figures = bench_detect(peer_python, lambda what: print(f"{what} ...", file=sys.stderr, flush=True))
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from rich.console import Console

    console = Console()
    console = console if console.is_terminal else Console(width=100)  # a file or a pipe has no width of its own
    console.print(_beside(figures))
    if figures["peer"] is None:
        from armslength.bench.bluesky import HINT

        console.print(f"BlueSky is not installed, so only armslength was measured. {HINT}")
    _differing(console, figures)
    console.print(_many(figures))
    console.print(_density(figures))
    said = figures["volumes_ns"]
    console.print(
        f"A pair of 20,000 on one core: well_clear {said['well_clear']:.1f} ns, cylinder {said['cylinder']:.1f} ns."
    )
    console.print(f"Times: {figures['repeats']}. {figures['machine']['cores']} cores, {figures['machine']['system']}.")


def _table(title: str, *columns: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _beside(figures: dict[str, Any]) -> Table:
    table = _table(
        "Detection, 5 NM / 1,000 ft / 300 s", "aircraft", "pairs", "ours", "peer", "its time", "ratio", "goal"
    )
    for case in figures["beside"]:
        measured = case["ratio"] is not None
        table.add_row(
            case["what"],
            f"{case['pairs']:,}",
            f"{case['seconds'] * 1e3:.2f} ms",
            case["peer"],
            f"{case['peer_seconds']:.2f} s" if measured else "none",
            f"{case['ratio']:,.0f} x" if measured else "",
            f"{case['goal']:,.0f} x",
        )
    return table


def _differing(console: Console, figures: dict[str, Any]) -> None:
    for case in figures["beside"]:
        if case["differ"] is None:
            continue
        pairs = sorted(case["differ"], key=lambda pair: (pair["margin"] is not None, -(pair["margin"] or 0.0)))
        far = sum(pair["margin"] is None for pair in pairs)
        console.print(
            f"{case['what']}, {case['peer']}: {len(pairs)} of {case['pairs']:,} pairs differ; "
            + ("every one within a stated margin of the minima:" if not far else f"{far} of them far from the minima:")
        )
        for pair in pairs[:LISTED]:
            margin = "none explains it" if pair["margin"] is None else f"margin {pair['margin']:.2%}"
            console.print(f"  {pair['first']} and {pair['second']}, found by {pair['found_by']} alone: {margin}")
        if len(pairs) > LISTED:
            console.print(f"  and {len(pairs) - LISTED} more, with smaller margins or equal; --json has them all")


def _many(figures: dict[str, Any]) -> Table:
    many = figures["many"]
    table = _table("Alone, in a fresh process, 1000 km square", "aircraft", "pairs", "time", "beyond the inputs")
    memory = "only Linux tells" if many["mib"] is None else f"{many['mib']:.0f} MiB"
    table.add_row(f"{many['aircraft']:,}", f"{many['pairs']:,}", f"{many['seconds'] * 1e3:.0f} ms", memory)
    return table


def _density(figures: dict[str, Any]) -> Table:
    table = _table("At constant density, 1 aircraft for 100 km2", "aircraft", "time", "for each aircraft")
    for one in figures["constant_density"]:
        table.add_row(f"{one['aircraft']:,}", f"{one['seconds'] * 1e3:.2f} ms", f"{one['ns_per_aircraft']:.0f} ns")
    return table
