"""From alerts to people: the own officer first and at once, then, as the terms allow, the other post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from armslength.domain.alert import Alert, AlertChange, Kind
from armslength.engine.watch.memory import pairs_of
from armslength.node.core import advisory
from armslength.node.core.books import NODE
from armslength.node.core.effects import Effects
from armslength.node.core.watching import ALONE
from armslength.protocol.events import Now

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.line import Line


def warn(core: Core, name: str, change: AlertChange, effects: Effects, now: Now) -> None:
    """Tell the own officer what changed about an alert, and enter it; a silence ends where it grows more urgent.

    Args:
        name: the counterpart it is about, or `ALONE`.
    """
    alert, kind = change.alert, change.kind
    key = (name, alert.id)
    if kind in {Kind.CLOSED, Kind.RAISED}:
        core.silenced.pop(key, None)
    if kind is not Kind.UPDATED:
        book = NODE if name == ALONE or alert.own_side_only else core.lines[name].book
        core.books.enter(effects, book, "alert", {"change": kind.value, **_exact(alert.as_dict())}, now.utc_ns)
    core.alerts_opened += kind is Kind.OPENED
    silenced = core.silenced.get(key)
    what = {"event": "alert", "change": kind.value, "counterpart": name, "silenced": silenced}
    loud = {"sounds": alert.sounds and silenced is None, "sounded": change.sounded and silenced is None}
    effects.tells.append({**what, **alert.as_dict(), **loud})


def advise(core: Core, line: Line, alert: Alert, effects: Effects, now: Now) -> None:
    """Send the traffic advisory, once for each element pair and tier, where nothing forbids it.

    Elements split and join: what was said of any two of their aircraft is not said again while they meet.
    """
    about, snapshot = pairs_of(alert), core.watching.snapshot
    known = line.told.tier(about, now.utc_ns)
    line.told.renew(about, known, now.utc_ns)
    line.told.forget(now.utc_ns)
    if alert.own_side_only or not alert.automatic_ok or alert.tier <= known or snapshot is None:
        return
    fields = advisory.fields(alert, snapshot, line.terms)
    if fields is None:
        return
    line.told.note(about, alert.tier, now.utc_ns)
    until = advisory.valid_until(alert, now.utc_ns)
    line.say("TFA", fields, effects, now, automatic=True, valid_until_ns=until)


def _exact(values: Mapping[str, object]) -> dict[str, object]:
    """Return `values` with numbers as texts: canonical JSON is exact about them, and people read both."""
    return {key: f"{value:g}" if isinstance(value, float) else value for key, value in values.items()}
