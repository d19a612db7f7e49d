"""armslength bench failover: nothing is lost when channels fail, over many seeds."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

EVERY = 25
"""Seeds after which the progress is told where no terminal shows a bar."""


def failover(
    seeds: Annotated[int, typer.Option(min=1, help="How many simulations; a thousand take some twenty minutes.")] = 100,
    first: Annotated[int, typer.Option(min=0, help="Seed of the first; the others follow.")] = 0,
    day: Annotated[bool, typer.Option("--day", help="Time a day of watch too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
) -> None:
    """Let frequencies, ground line, nodes and clocks fail in many ways: is anything lost, and how soon is it mended?"""
    from armslength.bench.failover_many import bench_failover, missed
    from armslength.cli.progress import showing

    with showing() as show:

        def say(done: float, what: str) -> None:
            show(done, what)
            if not sys.stderr.isatty() and (done in (0.0, 1.0) or round(done * seeds) % EVERY == 0):
                print(f"{what} ...", file=sys.stderr, flush=True)

        figures = bench_failover(seeds, first, day, say)
    if as_json:
        print(json.dumps(figures, indent=1))
    else:
        for line in _lines(figures):
            typer.echo(line)
    if over := missed(figures):
        typer.echo(f"Marks not reached: {', '.join(over)}.", err=True)
        raise typer.Exit(1)


def _lines(figures: dict[str, Any]) -> list[str]:
    marks, machine, one_day = figures["targets"], figures["machine"], figures["day"]
    ways = ", ".join(f"{count:,} by {name}" for name, count in figures["channels"].items())
    lines = [
        f"{figures['seeds']:,} seeds from {figures['first']}: frequencies jammed, fading, deaf in one direction, "
        "ground line cut, nodes killed, clocks set, and all channels down together",
        f"{figures['said']:,} messages said ({ways}): {figures['lost']} lost, {figures['duplicated']} delivered twice "
        f"(marks: 0, 0), {figures['expired']:,} delivered too late and marked EXPIRED",
        _seconds("ground line in use after the first call in vain", figures["ground_s"], marks["ground_s"])
        + f", median {figures['ground_s']['median']:.1f} s",
        _seconds("sides apart on the channel in use while a way led both ways", figures["apart_s"], marks["apart_s"]),
        _seconds("no way left and not both sides alarmed", figures["alarm_s"], marks["alarm_s"]),
        _seconds("a FLASH message waiting while a way led both ways", figures["flash_silence_s"], None),
        f"took {figures['took_s']:,.0f} s",
    ]
    if figures["bad_seeds"]:
        lines.append(f"seeds with messages lost or twice: {', '.join(map(str, figures['bad_seeds']))}")
    if one_day is not None:
        lines.append(
            f"a day of watch, both sides in one process: {one_day['took_s']:.1f} s, {one_day['cpu_s']:.1f} s of them "
            f"computing (mark: under {marks['day_s']:g} s); {one_day['said']} messages, {one_day['lost']} lost"
        )
    return [*lines, f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}"]


def _seconds(what: str, one: dict[str, float], mark: float | None) -> str:
    said = f" (mark: {mark:g} s)" if mark is not None else ""
    return f"{what}: at most {one['worst']:.1f} s, seed {one['seed']:g}{said}"
