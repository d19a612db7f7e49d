"""What the shell offers behind a verb: codes, fields, choices, channels, messages, provisions. It never fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

MOST = 40
BY_NODES = frozenset({"RCK", "RCR", "GCK", "GCR"})
"""Checks and their answers: from node to node, nobody need mark them."""


def codes(incomplete: str) -> list[tuple[str, str]]:
    """Return the codes that begin so, with their meanings."""
    from armslength.protocol.catalogue import CATALOGUE

    return _begun(incomplete, {name: code.meaning for name, code in CATALOGUE.items()})


def fields(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the fields of the code that stands before and are not typed yet, or the values of the field begun."""
    from armslength.cli.fields import holds, says, stem
    from armslength.cli.values import field_of
    from armslength.errors import InputError
    from armslength.protocol.catalogue import CATALOGUE, Kind

    code = CATALOGUE.get(str(ctx.params.get("code") or "").upper())
    if code is None:
        return []
    name, sign, value = incomplete.partition("=")
    if not sign:
        typed = {str(one).partition("=")[0] for one in ctx.params.get("pairs") or ()}
        left = [field for field in code.fields if not {field.name, stem(field.name)} & typed]
        return [(f"{stem(f.name)}=", holds(code, f)) for f in left if stem(f.name).startswith(name.lower())]
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
    return [(f"{name}={_as_typed(one, value)}", says(field)) for one in found]


def frequencies(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the channels of the running node that begin so, and the ground line."""
    found = [(name, "frequency of the plan") for line in _status(ctx).get("lines", ()) for name in _channels(line)]
    return _begun(incomplete, {**dict(sorted(set(found))), "ground": "the ground line"})


def counterparts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the counterparts of the running node that begin so."""
    names = [str(line["counterpart"]) for line in _status(ctx).get("lines", ())]
    return [name for name in names if name.lower().startswith(incomplete.lower())]


def messages(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the latest messages that came in, newest first."""
    return _came(ctx, incomplete, lambda row: True)


def unmarked(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the latest messages that came in and that a person can still mark, newest first."""
    return _came(ctx, incomplete, lambda row: row["code"] not in BY_NODES and "RELAYED" not in row["marks"])


def read_back(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the latest messages that came in and are read back, newest first."""
    from armslength.protocol.catalogue import CATALOGUE

    return _came(ctx, incomplete, lambda row: row["code"] in CATALOGUE and CATALOGUE[row["code"]].read_back)


def _came(ctx: typer.Context, incomplete: str, fits: Callable[[Mapping[str, Any]], bool]) -> list[tuple[str, str]]:
    from armslength.node.telling import short_id
    from armslength.units import stamp

    rows = [row for row in reversed(_ask(ctx, "/api/messages").get("messages", ())) if row["way"] == "in"]
    offered = [
        (short_id(row["id"]), f"{row['code']} from {row['counterpart']} at {stamp(int(row['at_ns']))[11:19]}Z")
        for row in [row for row in rows if fits(row)][:MOST]
    ]
    return [one for one in offered if one[0].startswith(incomplete.lower())]


def marks(incomplete: str) -> list[tuple[str, str]]:
    """Return the marks that a person puts on a message."""
    return _begun(incomplete, {"understood": "you have it", "relayed": "the crew has it"})


def spoken_on(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return where somebody can speak: the frequencies of the plan, the guards, the telephone."""
    plan = sorted({str(name) for line in _status(ctx).get("lines", ()) for name in line.get("plan", ())})
    guards = {"121.500": "guard, VHF", "243.000": "guard, UHF", "TELEPHONE": "the telephone"}
    return _begun(incomplete, {**dict.fromkeys(plan, "frequency of the plan"), **guards})


def answers(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the codes that answer the code that stands before, and none."""
    from armslength.protocol.catalogue import CATALOGUE, may_answer

    typed = (str(word).upper() for word in (ctx.params.get("code"), *ctx.args))
    asked = next((CATALOGUE[word] for word in typed if word in CATALOGUE), None)
    known = {name: one.meaning for name, one in CATALOGUE.items() if asked is None or may_answer(name, asked)}
    return _begun(incomplete, {**known, "none": "nobody answered"})


def notes(incomplete: str) -> list[tuple[str, str]]:
    """Return what may ail a frequency."""
    from armslength.protocol.catalogue import CATALOGUE

    field = CATALOGUE["RCR"].field("note")
    return _begun(incomplete, {} if field is None else {one.lower(): field.says for one in field.choices})


def reasons(incomplete: str) -> list[tuple[str, str]]:
    """Return why an answer may be held."""
    from armslength.domain.talk import HOLDS

    return _begun(incomplete, {name.lower().replace("_", "-"): says for name, says in HOLDS.items()})


def provisions(incomplete: str) -> list[tuple[str, str]]:
    """Return the provisions that can be suspended."""
    from armslength.agreement.plain_articles import PROVISIONS

    return _begun(incomplete, PROVISIONS)


def _begun(incomplete: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what of `known`, word: what it means, begins so."""
    found = [(word, says) for word, says in known.items() if word.lower().startswith(incomplete.lower())]
    return [(_as_typed(word, incomplete), says) for word, says in found]


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

    behind = dict(zip(ctx.args, ctx.args[1:], strict=False))  # behind an option without its value nothing is read
    home = ctx.params.get("home") or behind.get("--home")
    try:
        return dict(get(home_path(Path(home) if home else None), path))
    except (ArmslengthError, OSError, ValueError):
        return {}
