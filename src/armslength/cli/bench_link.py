"""armslength bench link: how much the ground line carries, and that it loses nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def link(
    kills: Annotated[int, typer.Option(min=0, help="How often a node is killed (SIGKILL), at random moments.")] = 100,
    cut: Annotated[str, typer.Option(metavar="TIME", help='How long the line is cut, for example "60 s".')] = "60 s",
    loss: Annotated[
        str, typer.Option(metavar="TIME", help="How long packets are lost, where nftables and namespaces permit it.")
    ] = "20 s",
    messages: Annotated[int, typer.Option(min=1, help="Messages one by one; twice as many together.")] = 2000,
    scratch: Annotated[Path | None, typer.Option(help="Folder for the ledgers, on the disk to be measured.")] = None,
    seed: Annotated[int, typer.Option(help="Of what happens by chance.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
) -> None:
    """Measure the ground line between two nodes: durable messages a second, a cut, kills. Takes about four minutes."""
    from armslength.bench.link import bench_link
    from armslength.units import Quantity, parse

    cut_s, loss_s = (parse(time, Quantity.TIME) for time in (cut, loss))

    def say(what: str) -> None:
        print(f"{what} ...", file=sys.stderr)

    figures = bench_link(kills, cut_s, loss_s, messages, scratch, seed, say)
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title="The ground line between two node processes", title_justify="left")
    for number, name in enumerate(("what", "measured", "wanted")):
        table.add_column(name, justify="left" if number == 0 else "right", no_wrap=True)
    for row in _rows(figures):
        table.add_row(*row)
    console = Console()
    console = console if console.is_terminal else Console(width=100)  # a file or a pipe has no width of its own
    console.print(table)
    machine = figures["machine"]
    console.print(f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}.")


def _rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    wanted = figures["targets"]
    rows = []
    for key, what, target in (
        ("one_by_one", "durable messages, each kept before the next", "one_by_one_per_s"),
        ("together", "durable messages, in group commits", "together_per_s"),
    ):
        one = figures[key]
        rows.append((f"{what}: kept", f"{one['kept_per_s']:,.0f} / s", f"{wanted[target]:,.0f} / s"))
        rows.append(("  and acknowledged by the other side", f"{one['per_s']:,.0f} / s", ""))
        each = f"{one['sender_cpu_ms']:.2f} + {one['receiver_cpu_ms']:.2f} ms"
        rows.append(("  processor for each message, sender + receiver", each, ""))
    if "cut" in figures:
        one = figures["cut"]
        rows.append((f"backlog of a cut of {one['cut_s']:g} s", f"{one['backlog']:,} messages", ""))
        rows.append(("  cleared", f"{one['cleared_after_opening_s']:.2f} s", f"{wanted['backlog_s']:g} s"))
        rows.append(("  line open again after mending", f"{one['open_after_mending_s']:.2f} s", ""))
    for key, what in _accounts(figures):
        one = figures[key]
        rows.append((f"Lost, of {one['sent']:,} sent, {what}", f"{one['lost']}", f"{wanted['lost']}"))
        rows.append(("  arrived twice", f"{one['duplicated']}", f"{wanted['duplicated']}"))
        rows.append(("  out of order within a precedence", f"{one['out_of_order']}", "0"))
    if "skipped" in figures.get("loss", {}):
        rows.append((f"Lost packets not tried: {figures['loss']['skipped']}", "", ""))
    return rows


def _accounts(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return which accounts there are, and of what."""
    found = [("bursts", "in the bursts")]
    if "cut" in figures:
        found.append(("cut", "in the cut"))
    if "kills" in figures:
        found.append(("kills", f"killed {figures['kills']['kills']} times"))
    if "percent" in figures.get("loss", {}):
        found.append(("loss", f"with {figures['loss']['percent']} % of packets lost"))
    return found
