"""What is planned for a channel, told the other side beforehand: an outage, or a test of a frequency.

It goes as an LCM that says until when. Nothing follows from it for the channel in use; but what is not checked or
answered because of it is nobody's breach, on both sides, where the other had it before it began.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.domain.talk import LONGEST_S, OUTAGE, TEST
from armslength.errors import InputError
from armslength.node.core.asked import choice_of, line_of, text_of
from armslength.protocol.failover import GROUND
from armslength.units import NS, Quantity, parse

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.effects import Effects
    from armslength.node.core.inputs import Command
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now
    from armslength.protocol.messages import Message

__all__ = ["VERBS", "words_of"]

AHEAD_S = 30 * 86_400
"""How far ahead something may be planned [s]."""


def words_of(message: Message) -> dict[str, str]:
    """Return what an LCM tells beforehand, for the own officer; times in UTC ns, digits."""
    fields = {name: str(value) for name, value in message.fields.items()}
    return {
        "medium": fields["medium"],
        "kind": fields["planned"],
        "from_ns": fields["since_ns"],
        "until_ns": fields["until_ns"],
        "id": message.id,
    }


def _plan(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    line = line_of(core, one.args)
    kind = choice_of({"kind": one.args.get("kind", OUTAGE)}, "kind", (OUTAGE, TEST))
    medium = _medium(line, text_of(one.args, "medium"), kind)
    begins = _begin(one.args, now)
    lasts_s = parse(one.args.get("lasts"), Quantity.TIME)
    if not 0.0 <= lasts_s <= LONGEST_S[kind]:
        longest = f"at most {LONGEST_S[kind] // 3600} h; 0 s takes back what was planned for that beginning"
        raise InputError(f"The {kind.lower()} cannot last that long.", where="lasts", remedy=f"Longest: {longest}.")
    fields = {
        "medium": medium,
        "since_ns": str(begins),
        "change": max(1, line.peer.channels().change),
        "planned": kind,
        "until_ns": str(begins + round(lasts_s * NS)),
    }
    message = line.send("LCM", fields, effects, now, role=one.role)
    effects.tells.append({"event": "planned", "counterpart": line.name, "by": "own", **words_of(message)})
    return {"counterpart": line.name, **words_of(message)}


def _planned(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """Return what was told beforehand by either side, had by the other in time, and is not over."""
    found = [
        {
            "counterpart": line.name,
            "by": plan.by,
            "medium": plan.medium,
            "kind": plan.kind,
            "from_ns": str(plan.from_ns),
            "until_ns": str(plan.until_ns),
        }
        for line in core.lines.values()
        for plan in line.talking.planned(now)
    ]
    return {"planned": found}


def _medium(line: Line, written: str, kind: str) -> str:
    name = written.upper()
    known = [one.id for one in line.terms.frequencies if one.role != "guard"]
    if kind == OUTAGE:
        known.append(GROUND)
    if name not in known:
        what = f"No {kind.lower()} can be told of that channel."
        raise InputError(what, where="medium", remedy=f"Known: {', '.join(known)}.")
    return name


def _begin(args: Mapping[str, Any], now: Now) -> int:
    written = text_of(args, "from_ns")
    begins = int(written) if written.isdecimal() and len(written) < 20 else 0
    if not now.utc_ns < begins <= now.utc_ns + AHEAD_S * NS:
        remedy = "What has begun is not told beforehand; a lost channel is told by the node itself."
        raise InputError("It must begin later than now, and within 30 days.", where="from_ns", remedy=remedy)
    return begins


VERBS: Mapping[str, Callable[[Core, Command, Effects, Now], Mapping[str, Any]]] = {
    "outage": _plan,
    "outages": _planned,
}
