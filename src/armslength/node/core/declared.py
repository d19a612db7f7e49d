"""What officers declare: joins, and levels of aircraft that tell none. Kept, listed, withdrawn, and forgotten in time.

A join is agreed when the other side has acknowledged it. No code of the catalogue asks for that yet: what is declared
here is marked on the alerts, and silences nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import canonical
from armslength.domain.alert import Join
from armslength.domain.levels import Told
from armslength.node.core.books import NODE
from armslength.node.core.effects import Effects
from armslength.protocol.events import Now
from armslength.protocol.writes import Delete, Put
from armslength.units import stamp

if TYPE_CHECKING:
    from armslength.node.core.core import Core

JOINS, LEVELS = "joins", "levels"
"""Spaces of the store."""
ONE_SIDED = "Declared by this side alone: marked on alerts, and nothing is silenced."


def restore(core: Core) -> None:
    """Take what was declared before the node was stopped; what has expired meanwhile goes with the next look."""
    for key, value in core.restored.get(JOINS, ()):
        said = json.loads(value)
        first, second = key.split(" ")
        join = Join(first, second, int(said["from_ns"]), int(said["until_ns"]))
        core.watching.joins.append(join)
    for address, value in core.restored.get(LEVELS, ()):
        said = json.loads(value)
        level = Told(float(said["level_m"]), float(said["sigma_m"]), said["datum"], float(said["pressure_hpa"]))
        core.watching.enter_level(address, level, int(said["time_ns"]))


def join(core: Core, first: str, second: str, until_ns: int, role: str, effects: Effects, now: Now) -> dict[str, Any]:
    """Declare a join of two aircraft, or set a new end to one that was."""
    low, high = sorted((first, second))
    what = {"first": low, "second": high, "until_ns": str(until_ns), "acknowledged": False}
    _drop(core, low, high)
    core.watching.joins.append(Join(low, high, now.utc_ns, until_ns))
    kept = {"from_ns": str(now.utc_ns), "until_ns": str(until_ns)}
    effects.writes.append(Put(JOINS, f"{low} {high}", canonical(kept)))
    _say(core, effects, now, "join declared", what, role)
    effects.tells.append({"event": "join", **what, "says": ONE_SIDED, "role": role})
    return {**what, "says": ONE_SIDED}


def withdraw_join(core: Core, first: str, second: str, role: str, effects: Effects, now: Now) -> bool:
    """Take a join back; return whether there was one."""
    low, high = sorted((first, second))
    if not _drop(core, low, high):
        return False
    effects.writes.append(Delete(JOINS, f"{low} {high}"))
    _say(core, effects, now, "join withdrawn", {"first": low, "second": high}, role)
    effects.tells.append({"event": "join withdrawn", "first": low, "second": high, "role": role})
    return True


def level(core: Core, address: str, told: Told, role: str, effects: Effects, now: Now) -> dict[str, Any]:
    """Take a level of `address` from a person."""
    core.watching.enter_level(address, told, now.utc_ns)
    what = {"address": address, **_said(told)}
    effects.writes.append(Put(LEVELS, address, canonical({**_said(told), "time_ns": str(now.utc_ns)})))
    _say(core, effects, now, "level entered", what, role)
    effects.tells.append({"event": "level", **what, "level_m": told.level_m, "role": role})
    return what


def withdraw_level(core: Core, address: str, role: str, effects: Effects, now: Now) -> bool:
    """Take an entered level back; return whether there was one."""
    if core.watching.levels.pop(address, None) is None:
        return False
    core.watching.picture.entered_level(address, float("nan"), now.utc_ns)
    effects.writes.append(Delete(LEVELS, address))
    _say(core, effects, now, "level withdrawn", {"address": address}, role)
    effects.tells.append({"event": "level withdrawn", "address": address, "role": role})
    return True


def expire(core: Core, effects: Effects, now: Now) -> None:
    """Forget what is over, and say so."""
    for over in [one for one in core.watching.joins if one.until_ns <= now.utc_ns]:
        _drop(core, over.first, over.second)
        what = {"first": over.first, "second": over.second}
        effects.writes.append(Delete(JOINS, f"{over.first} {over.second}"))
        _say(core, effects, now, "join expired", what, "node")
        effects.tells.append({"event": "join expired", **what})
    for address in core.watching.levels_over(now.utc_ns):
        del core.watching.levels[address]
        effects.writes.append(Delete(LEVELS, address))
        _say(core, effects, now, "level expired", {"address": address}, "node")
        effects.tells.append({"event": "level expired", "address": address})


def listed(core: Core) -> dict[str, list[dict[str, Any]]]:
    """Return the joins and levels that hold, for people and programs."""
    joins = [
        {"first": j.first, "second": j.second, "from": stamp(j.from_ns), "until": stamp(j.until_ns),
         "acknowledged": j.acknowledged, "says": "" if j.acknowledged else ONE_SIDED}
        for j in core.watching.joins
    ]  # fmt: skip
    levels = [
        {"address": address, "entered": stamp(at), **_said(told)}
        for address, (told, at) in sorted(core.watching.levels.items())
    ]
    return {"joins": joins, "levels": levels}


def _said(told: Told) -> dict[str, str]:
    numbers = {"level_m": told.level_m, "sigma_m": told.sigma_m, "pressure_hpa": told.pressure_hpa}
    return {**{name: f"{value:.1f}" for name, value in numbers.items()}, "datum": told.datum}


def _drop(core: Core, low: str, high: str) -> bool:
    before = len(core.watching.joins)
    core.watching.joins = [one for one in core.watching.joins if (one.first, one.second) != (low, high)]
    return len(core.watching.joins) < before


def _say(core: Core, effects: Effects, now: Now, kind: str, what: Mapping[str, Any], role: str) -> None:
    core.books.enter(effects, NODE, kind, what, now.utc_ns, role)
