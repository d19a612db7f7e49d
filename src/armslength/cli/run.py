"""`armslength run` and `armslength status`: the live node, and how it does."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.units import counted

Named = Annotated[
    Path | None, typer.Option("--home", help="Home of the node. Default: $ARMSLENGTH_HOME, else ./armslength-home.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document, or one JSON line for each event.")]


def run(home: Named = None, as_json: AsJson = False) -> None:
    """Run the node of HOME until Ctrl-C or SIGTERM: feeds, watch, ground line, ledger, local API."""
    import asyncio

    from armslength.node.compiled import compiled
    from armslength.node.home import home_path, open_home
    from armslength.node.live import LiveNode

    opened = open_home(home_path(home))

    def ready(at: tuple[str, int]) -> None:
        if not as_json:
            host = f"[{at[0]}]" if ":" in at[0] else at[0]
            typer.echo(f"{opened.config.post} of {opened.config.party} is on watch. API: http://{host}:{at[1]}/api/")

    with opened.lock():
        if not as_json:
            first = "" if compiled() else " Its kernels are compiled, once on this machine: a minute or two."
            typer.echo(f"Looking through the ledger and warming up.{first}")
        node = LiveNode(opened, json_log=as_json, ready=ready)
        asyncio.run(node.run())
        if not as_json:
            typer.echo("Stopped. Everything that was said is in the ledger.")


def status(home: Named = None, as_json: AsJson = False) -> None:
    """Say how the running node does: ground line, clocks, feeds, tracks, alerts. Exit code 1 if something is wrong."""
    from armslength.node.control import get, running_at
    from armslength.node.home import home_path, open_home

    where = home_path(home)
    if running_at(where) is None:
        open_home(where)  # where there is no home at all, that is what must be said
    found = get(where, "/api/status")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for row in _rows(found):
            typer.echo(row)
    if not found["healthy"]:
        raise typer.Exit(1)


def _rows(s: Mapping[str, Any]) -> list[str]:
    """Return the status in lines."""
    speed = "" if s["speed"] == 1 else f", clock at {s['speed']:g} times speed"
    rows = [
        f"{s['post']} of {s['party']}, {s['time']}, up {s['up_s']:,.0f} s{speed}",
        f"  {s['says']}",
        f"  disk        {'stores' if s['store']['working'] else 'TAKES NOTHING: ' + s['store']['says']}",
    ]
    duty = s["duty"]
    watch = duty["says"] if duty["watch"] is None else f"watch {duty['watch']} since {duty['since']} {duty['says']}"
    rows.append(f"  duty        {watch.strip()}")
    rows += [row for line in s["lines"] for row in _line(line)]
    rows += [_radio(radio) for radio in s["radios"]]
    if not s["lines"]:
        rows.append("  counterpart none: armslength identity accept FILE")
    for feed in s["feeds"]:
        age = "never" if feed["age_s"] is None else f"{feed['age_s']:.0f} s ago"
        rows.append(f"  feed        {feed['name']}: {counted(feed['plots'], 'plot')}, the last {age}; {feed['says']}")
    why = f": {s['interference']['why']}" if s["interference"]["active"] else ""
    satellite = f"INTERFERED{why}" if why else "not seen to be interfered with"
    rows.append(f"  picture     {counted(s['tracks'], 'track')}, satellite navigation {satellite}")
    rows.append(f"  alerts      {s['alerts']['open']} open, {s['alerts']['opened']} since the start")
    rows.append(f"  cover       {s['sealed_rounds']}: what nobody declares and no source here shows stays unseen")
    return [line for row in rows for line in _wrapped(row)]


def _wrapped(row: str) -> list[str]:
    """Return a row in lines of at most 120 columns; what goes on stands under its beginning."""
    indent = " " * (14 if row.startswith("  ") and row[2:3] != " " else 0)
    return textwrap.wrap(row, 120, subsequent_indent=indent, break_long_words=False) or [row]


def _line(line: Mapping[str, Any]) -> list[str]:
    """Return a counterpart in lines."""
    offset, ledger = line["clock_offset_s"], line["ledger"]
    clock = "not compared yet" if offset is None else f"theirs minus ours {offset[0]:+.3f} to {offset[1]:+.3f} s"
    version = f" version {line['version']}" if line["version"] else ""
    suspended = f", suspended: {', '.join(line['suspended'])}" if line["suspended"] else ""
    paths = ", ".join(line["paths"]) or "no path"
    counts = ", ".join(f"{line[key]:,} {key}" for key in ("sent", "delivered", "received", "expired"))
    signed = f"countersigned to {ledger['countersigned']:,}; we signed theirs to {ledger['theirs_signed']:,}"
    return [
        f"  counterpart {line['counterpart']} ({line['post']}): {line['state']} on {paths}",
        *_channels(line),
        f"  clocks      {clock}",
        f"  agreement   {line['terms']}{version}{suspended}",
        f"  messages    {counts}",
        f"  ledger      {counted(ledger['size'], 'entry', 'entries')}, {signed}",
        *_owed(line),
    ]


def _channels(line: Mapping[str, Any]) -> list[str]:
    """Return how each way to the counterpart stands; nothing where no data frequency is agreed."""
    from armslength.units import stamp

    media = line["channels"]
    rows = [f"  in use      {line['in_use'] or 'NO CHANNEL'}"] if media else []
    for name, one in media.items():
        lost = " and ".join(where for where in ("here", "there") if one[f"lost_{where}"])
        last = int(one["last_ok_ns"])
        answer = f"last answer {stamp(last)[:19]}Z" if last > 0 else "no answer yet"
        used = ", in use" if one["in_use"] else ""
        health = "" if one["health"] == "LOST" and lost else one["health"].lower()
        says = ", ".join(part for part in (health, f"LOST {lost}" if lost else "") if part)
        rows.append(f"  channel     {name}: {says}{used}; {answer}")
    return rows


def _radio(radio: Mapping[str, Any]) -> str:
    """Return how a radio does."""
    says = {True: "working", None: f"waits: {radio['says']}"}.get(radio["working"], f"DOES NOT WORK: {radio['says']}")
    occupied = f", occupied {radio['occupied']:.0%}" if "occupied" in radio else ""
    return f"  radio       {radio['frequency']} to {radio['counterpart']}: {says}{occupied}"


def _owed(line: Mapping[str, Any]) -> list[str]:
    """Return what rings, what is overdue, and what was found: a row where there is any."""
    rings, late = len(line["unanswered"]), len(line["overdue"])
    counts = ((rings, counted(rings, "rings", "ring")), (late, f"{late} not relayed in time"))
    owed = ", ".join(says for count, says in counts if count)
    rows = [f"  calls       {owed}"] if owed else []
    if found := line["findings"]["counts"]:
        told = ", ".join(f"{count} x {what}" for what, count in found.items())
        rows.append(f"  findings    {told}; {len(line['findings']['open'])} open")
    return rows
