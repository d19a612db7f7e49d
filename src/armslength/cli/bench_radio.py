"""armslength bench radio: what the modems reach, and Dire Wolf on the same tapes."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def radio(
    each: Annotated[int, typer.Option(min=1, help="Frames sent at each level of noise.")] = 25,
    tries: Annotated[int, typer.Option(min=0, help="Noisy bursts with signed messages; 10,000 take minutes.")] = 1000,
    seconds: Annotated[float, typer.Option(min=5.0, help="Seconds of sound over which the cost is measured.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Of noise and payloads.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
) -> None:
    """Measure the modems: air time, frames decoded in noise, cost, wrong messages accepted, Dire Wolf beside them."""
    from armslength.bench.radio import bench_radio

    figures = bench_radio(each, tries, seconds, lambda what: typer.echo(f"{what} ...", err=True), seed)
    if as_json:
        import json

        typer.echo(json.dumps(figures, indent=1))
        return
    for line in _lines(figures):
        typer.echo(line)


def _lines(figures: dict[str, Any]) -> list[str]:
    marks, lines = figures["targets"], []
    for name, one in figures["modems"].items():
        cost = one["percent_of_one_core"]
        counts = ", ".join(f"{row['decoded']} of {row['sent']} at {row['snr_db']:g} dB" for row in one["decoded"])
        wrong = sum(row["wrong"] for row in one["decoded"])
        lines += [
            f"{name}: a message of 100 bytes is on the air for at most {one['on_air_s']:.2f} s",
            f"  decoded, signal to noise in 3 kHz: {counts}; {wrong} wrong",
            f"  of one core, in real time: hearing {cost['hearing']:.1f} %, sending {cost['sending']:.2f} % "
            f"(mark: under {marks['percent_of_one_core']:g} % together)",
        ]
    if figures["dire_wolf"] is None:
        lines.append("Dire Wolf is not installed: not compared.")
    else:
        for tape in figures["dire_wolf"]["tapes"]:
            lines.append(
                f"Tape of {tape['tape']}, {tape['frames']} frames, growing noise: armslength {tape['armslength']}, "
                f"atest {tape['atest']}"
            )
    signed, machine = figures["signed"], figures["machine"]
    lines.append(
        f"{signed['tries']:,} signed messages on bad channels: {signed['right']:,} heard, {signed['wrong_frames']} "
        f"wrong frames with a good check sum, {signed['accepted_wrong']} wrong messages accepted (mark: 0)"
    )
    lines.append(f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}")
    return lines
