"""What the shell offers behind `call`, `check`, `mark`: codes, fields, choices, frequencies, messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

MOST = 40


def codes(incomplete: str) -> list[tuple[str, str]]:
    """Return the codes that begin so, with their meanings."""
    from armslength.protocol.catalogue import CATALOGUE

    start = incomplete.upper()
    found = [(name, code.meaning) for name, code in CATALOGUE.items() if name.startswith(start)]
    return [(_as_typed(name, incomplete), meaning) for name, meaning in found]


def fields(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the fields of the code that stands before and are not typed yet, or the values of the field begun."""
    from armslength.cli.values import field_of, stem
    from armslength.errors import InputError
    from armslength.protocol.catalogue import CATALOGUE, Kind

    code = CATALOGUE.get(str(ctx.params.get("code") or "").upper())
    if code is None:
        return []
    name, sign, value = incomplete.partition("=")
    if not sign:
        typed = {str(one).partition("=")[0] for one in ctx.params.get("pairs") or ()}
        left = [field for field in code.fields if not {field.name, stem(field.name)} & typed]
        return [(f"{stem(f.name)}=", f.says) for f in left if stem(f.name).startswith(name.lower())]
    try:
        field = field_of(code, name)
    except InputError:
        return []
    if field.kind is Kind.FREQUENCY:
        return [
            (f"{name}={one}", says)
            for one, says in frequencies(ctx, value)
            if one != "ground" or "GROUND" in field.form
        ]
    found = [one for one in field.choices if one.startswith(value.upper())]
    return [(f"{name}={_as_typed(one, value)}", field.says) for one in found]


def frequencies(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the channels of the running node that begin so, and the ground line."""
    found = [(name, "frequency of the plan") for line in _status(ctx).get("lines", ()) for name in _channels(line)]
    offered = [*sorted(set(found)), ("ground", "the ground line")]
    return [(_as_typed(n, incomplete), says) for n, says in offered if n.lower().startswith(incomplete.lower())]


def counterparts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the counterparts of the running node that begin so."""
    names = [str(line["counterpart"]) for line in _status(ctx).get("lines", ())]
    return [name for name in names if name.lower().startswith(incomplete.lower())]


def messages(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the latest messages that came in, newest first."""
    from armslength.node.telling import short_id

    rows = [row for row in reversed(_ask(ctx, "/api/messages").get("messages", ())) if row["way"] == "in"]
    offered = [(short_id(row["id"]), f"{row['code']} from {row['counterpart']}") for row in rows[:MOST]]
    return [one for one in offered if one[0].startswith(incomplete.lower())]


def _as_typed(word: str, begun: str) -> str:
    """Return `word` in the letters in which it was begun: a shell drops what does not begin just so."""
    return word if not begun else word.lower() if begun.islower() else word.upper() if begun.isupper() else word


def _channels(line: dict[str, Any]) -> list[str]:
    """Return the frequencies among the channels that the status of a line tells."""
    return [str(name) for name in line.get("channels") or () if name != "GROUND"]


def _status(ctx: typer.Context) -> dict[str, Any]:
    return _ask(ctx, "/api/status")


def _ask(ctx: typer.Context, path: str) -> dict[str, Any]:
    """Return what the running node says; nothing where none runs: completion must never fail."""
    from armslength.errors import ArmslengthError
    from armslength.node.control import get
    from armslength.node.home import home_path

    home = ctx.params.get("home")
    try:
        return dict(get(home_path(Path(home) if home else None), path))
    except (ArmslengthError, OSError, ValueError):
        return {}
