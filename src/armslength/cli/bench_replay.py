"""armslength bench replay: how fast recordings are replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def replay(
    recordings: Annotated[
        list[Path] | None, typer.Argument(metavar="[RECORDING]...", help="Real recordings to time too.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1000, help="Rows of generated traffic.")] = 50_000_000,
    scratch: Annotated[Path | None, typer.Option(help="Folder for the generated file, 22 bytes a row.")] = None,
    peer_python: Annotated[
        Path | None, typer.Option("--peer-python", metavar="PATH", help="A Python that has `traffic` and pandas < 3.")
    ] = None,
    peer_minutes: Annotated[float, typer.Option(help="How much of each recording the peer gets.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
) -> None:
    """Measure replay: generated traffic, a tenth of it (is memory flat?), real recordings, `traffic` beside it."""
    from armslength.bench.replay import bench_replay
    from armslength.bench.traffic_peer import compare

    def say(what: str) -> None:
        typer.echo(what, err=True)

    figures = bench_replay(rows, recordings or [], scratch, say)
    figures["beside"] = []
    if peer_python is not None:
        for path in recordings or []:
            say(f"running traffic on the first {peer_minutes:g} minutes of {path.name}")
            figures["beside"].append(compare(path, peer_python, peer_minutes))
    if as_json:
        import json

        typer.echo(json.dumps(figures, indent=2))
        return
    for line in _lines(figures, peer_python is not None):
        typer.echo(line)


def _lines(figures: dict[str, Any], with_peer: bool) -> list[str]:
    out = [f"Replay, {figures['minima']}, {figures['cores']} cores"]
    for one in figures["generated"]:
        out.append(
            f"  {one['rows']:>12,} generated rows: {one['rows_per_second'] / 1e6:.2f} million rows/s, "
            f"{one['peak_mib']:.0f} MiB at most, {one['encounters']:,} encounters, {one['findings']:,} findings"
        )
        bare = one["without_rules"]
        out.append(
            f"  {'':12} without the rules of conduct: {bare['rows_per_second'] / 1e6:.2f} million rows/s, "
            f"{bare['peak_mib']:.0f} MiB at most; with them {one['seconds'] / bare['seconds']:.2f} times as long"
        )
    for one in figures["recordings"]:
        out.append(
            f"  {one['file']}: whole command {one['command_s']:.2f} s, detection in it {one['detection_s']:.3f} s "
            f"({one['aircraft']:,} aircraft, {one['rows']:,} rows, {one['encounters']:,} encounters)"
        )
    for one in figures["beside"]:
        out.append(
            f"  {one['file']}, first {one['minutes']:g} min: {one['peer']} {one['peer_s']:.1f} s, armslength "
            f"{one['ours_s'] * 1e3:.0f} ms: {one['ratio']:,.0f} times. Pairs: {one['both']} both, "
            f"{len(one['only_peer'])} only the peer, {len(one['only_ours'])} only armslength"
        )
    if not with_peer:
        out.append("  The peer (traffic) was not run: name a Python that has it with --peer-python.")
    return out
