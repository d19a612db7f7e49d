"""`armslength check F1`, `armslength check ground`: does that channel carry our words, and how well."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import AsJson, InHome, print_json

READABILITY = ("", "unreadable", "readable now and then", "readable with difficulty", "readable", "perfectly readable")


def check(
    channel: Annotated[
        str, typer.Argument(metavar="F1|ground", help="Which channel.", autocompletion=completing.frequencies)
    ],
    to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which counterpart.", autocompletion=completing.counterparts)
    ] = None,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="How long to wait for the answer.")] = 30.0,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Call on a frequency (RCK) or the ground line (GCK) and wait for the answer. Exit code 1: none came by it."""
    from armslength.cli.answering import ask
    from armslength.node.control import get
    from armslength.node.home import home_path

    where = home_path(home)
    last = int(get(where, "/api/status")["last_event"])
    args = {"frequency": channel.upper(), "counterpart": to}
    typed = {"frequency": "CHANNEL", "counterpart": "--to"}
    sent = ask(where, "check", {key: value for key, value in args.items() if value is not None}, typed)
    if not as_json:
        typer.echo(f"{sent['code']} to {sent['counterpart']} by {_name(channel)}; waiting at most {wait:g} s.")
    found = _answer(where, last, wait, {**sent, "channel": channel.upper()})
    done = {"channel": channel.upper(), "counterpart": sent["counterpart"], "id": sent["id"], **found}
    done["full_s"] = 0.0 if done["proven"] else _full(get(where, "/api/status")["radios"], done)
    if as_json:
        print_json(done)
    else:
        typer.echo(_says(done, wait))
    if not done["proven"]:
        raise typer.Exit(1)


def _answer(where: Path, last: int, wait: float, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to the check `sent`."""
    from armslength.cli.waiting import events
    from armslength.units import NS

    nonce = None
    for event in events(where, last, wait):
        if event.get("id") == sent["id"] and event.get("event") == "sent":
            nonce = event["fields"]["nonce"]
        answers = event.get("event") == "received" and event.get("code") in {"RCR", "GCR"}
        if answers and nonce is not None and event["fields"]["nonce"] == nonce:
            came_by, wanted = event.get("channel", ""), sent["channel"]
            return {
                "answered": True,
                "proven": came_by in {"", wanted},
                "round_trip_s": round((int(event["at_ns"]) - int(sent["time_ns"])) / NS, 3),
                "readability": event["fields"].get("readability"),
                "note": event["fields"].get("note"),
                "came_by": came_by,
            }
    nothing = {"round_trip_s": None, "readability": None, "note": None, "came_by": ""}
    return {"answered": False, "proven": False, **nothing}


def _full(radios: list[dict[str, Any]], done: dict[str, Any]) -> float:
    """Return for how long no call can leave on the frequency that was checked, because its share is used [s]."""
    mine = (one for one in radios if (one["counterpart"], one["frequency"]) == (done["counterpart"], done["channel"]))
    return max((float(one.get("full_s", 0.0)) for one in mine), default=0.0)


def _says(done: dict[str, Any], wait: float) -> str:
    name = _name(done["channel"])
    name = name[0].upper() + name[1:]
    if done["full_s"] > 0.0 and not done["proven"]:
        return (
            f"{name} is full: data fill all of the time that the terms leave them, so this proves nothing of it. "
            f"Try again in {ceil(done['full_s'])} s."
        )
    if not done["answered"]:
        return f"NO ANSWER by {_name(done['channel'])} within {wait:g} s. armslength status says what does work."
    how = ""
    if done["readability"] is not None:
        note = f", {done['note'].lower()}" if done["note"] else ""
        how = f" They read us {done['readability']} of 5 ({READABILITY[done['readability']]}{note})."
    if not done["proven"]:
        by = _name(done["came_by"])
        return f"NOT PROVEN: they had the check after {done['round_trip_s']:.1f} s, but their answer came by {by}.{how}"
    return f"{name} works both ways: answered after {done['round_trip_s']:.1f} s.{how}"


def _name(channel: str) -> str:
    return "the ground line" if channel.upper() == "GROUND" else channel.upper()
