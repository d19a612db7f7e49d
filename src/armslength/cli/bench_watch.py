"""armslength bench watch: how good and how costly the live watch is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def watch(
    encounters: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Encounters to judge alerts by: encounters.parquet and index.parquet."),
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Only so many of them, spread over all.")] = None,
    pairs: Annotated[int, typer.Option(min=0, help="Pairs that close, for the time through two nodes; 0: none.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
) -> None:
    """Measure the live watch: missed, nuisance, warning time, alarms per hour; cost; time from plot to alert."""
    from armslength.bench.delay import bench_delay
    from armslength.bench.watch import bench_watch

    def say(what: str) -> None:
        typer.echo(f"{what} ...", err=True)

    figures = bench_watch(encounters, most, say)
    figures["through_two_nodes"] = bench_delay(2000, pairs, 2, say) if pairs else None
    if as_json:
        import json

        typer.echo(json.dumps(figures, indent=1))
        return
    for line in _quality(figures) + _cost(figures) + _delay(figures["through_two_nodes"]):
        typer.echo(line)


def _quality(figures: dict[str, Any]) -> list[str]:
    said = figures["quality"]
    if said is None:
        return ["Alerting quality was not measured: name a folder of encounters with --encounters."]
    marks = figures["marks"]
    lines = [
        f"Alerting quality, {said['encounters']:,} encounters ({said['held_out']:,} held out), "
        f"{said['hours']:.0f} hours of pairs "
        f"(marks: missed at most {marks['missed_percent']} %, nuisance at most {marks['nuisance_percent']:g} %)"
    ]
    for one in said["figures"]:
        lines.append(f"  {one['sensor']}; {one['minima']}; {one['ours']['judged']:,} losses of separation")
        ours = one["ours"]
        parts = (("armslength", ours), ("  tuned on", ours["tuned"]), ("  held out", ours["held_out"]))
        for name, of in (*parts, ("naive", one["naive"])):
            warning = ", ".join(f"{q} {seconds:.0f} s" for q, seconds in of["warning_s"].items()) or "none"
            lines.append(
                f"    {name:<11} missed {of['missed_percent']:.2f} %, under 10 s {of['late_percent']:.2f} %, "
                f"nuisance {of['nuisance_percent']:.2f} %, warning {warning}"
                + (f", alarms an hour {of['alarms_per_hour']:.1f}" if "alarms_per_hour" in of else "")
            )
    return lines


def _cost(figures: dict[str, Any]) -> list[str]:
    cost, machine = figures["cost"], figures["machine"]
    return [
        f"{cost['tracks']:,} tracks at 1 Hz, {cost['open_alerts']} alerts open: {cost['percent_of_one_core']:.1f} % of "
        f"one core (update {cost['update_percent']:.1f}, snapshot {cost['snapshot_percent']:.1f}, watch "
        f"{cost['watch_percent']:.1f}; mark: under {figures['marks']['percent_of_one_core']:g} %)",
        f"One plot to the alert, in the engine: median {cost['plot_to_alert_ms']['median']:.1f} ms, "
        f"p99 {cost['plot_to_alert_ms']['p99']:.1f} ms",
        f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}",
    ]


def _delay(through: dict[str, Any] | None) -> list[str]:
    if through is None or through["median_ms"] is None:
        return ["From a report into one node to the advisory out of the other's stream: not measured."]
    wanted = through["targets"]
    return [
        f"From a report into one node to the advisory out of the other's stream, {through['tracks']:,} tracks, "
        f"{through['advisories']} advisories: median {through['median_ms']:.0f} ms, p99 {through['p99_ms']:.0f} ms, "
        f"worst {through['worst_ms']:.0f} ms (marks: median under {wanted['median_ms']:.0f} ms, p99 under "
        f"{wanted['p99_ms']:.0f} ms)"
    ]
