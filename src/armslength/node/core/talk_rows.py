"""What of a record of talk is kept over a restart, as rows of the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from armslength.crypto.canonical import canonical
from armslength.domain import talk as t
from armslength.units import NS

RECENT_NS = 48 * 3600 * NS
"""What is older is of no use to any rule, but for the last successful checks, the plan, and noise that lasts."""
_KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (t.Planned, t.CheckAnswered, t.Held, t.Answered, t.Noise, t.Announced)
}
_STANDING = (t.Planned, t.CheckAnswered, t.Noise)
MOST_ROWS = 2000
"""Rows about single messages that are kept: the newest."""


def is_passing(key: str) -> bool:
    """Return whether a row is about one message or one announcement, and so must go some day."""
    return key.startswith(("held/", "answered/", "announced/"))


def row_of(fact: t.Fact, followed: Collection[str]) -> tuple[str, bytes] | None:
    """Return key and value of the row that keeps `fact`; None for what need not be kept.

    Args:
        fact: of the record.
        followed: messages of which answers matter.
    """
    match fact:
        case t.Planned():
            key = "plan"
        case t.CheckAnswered():
            key = f"ok/{fact.medium}/{fact.by}/{fact.readability}"
        case t.Held():
            key = f"held/{fact.id}"
        case t.Answered() if fact.id in followed:
            key = f"answered/{fact.id}"
        case t.Noise():
            key = f"noise/{fact.medium}/{fact.by}"
        case t.Announced():
            key = f"announced/{fact.by}/{fact.kind}/{fact.medium}/{fact.from_ns}"
        case _:
            return None
    said: dict[str, Any] = {one.name: _plain(getattr(fact, one.name)) for one in fields(fact)}
    return key, canonical({"fact": type(fact).__name__, **said})


def kept(rows: Sequence[tuple[str, bytes]], now_ns: int) -> tuple[list[t.Fact], int | None]:
    """Return the facts that were kept, and until when something was recorded [UTC ns]; None where nothing was."""
    facts: list[t.Fact] = []
    alive_ns = None
    for key, value in rows:
        if key == "alive":
            alive_ns = int(value)
            continue
        said = json.loads(value)
        kind = _KINDS[said.pop("fact")]
        for name in said:
            if name.endswith("_ns") and said[name] is not None:
                said[name] = int(said[name])
        if kind is t.Planned:
            said["frequencies"] = tuple((one, channel) for one, channel in said["frequencies"])
        fact = kind(**said)
        counts_ns = fact.until_ns if isinstance(fact, t.Announced) else fact.at_ns
        if isinstance(fact, _STANDING) or counts_ns > now_ns - RECENT_NS:
            facts.append(fact)
    return facts, alive_ns


def _plain(value: object) -> object:
    if type(value) is int and abs(value) >= 2**53:
        return str(value)
    return [list(one) for one in value] if isinstance(value, tuple) else value
