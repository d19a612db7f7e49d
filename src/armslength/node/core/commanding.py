"""What a person may ask of the core. Each verb checks its arguments, acts, and answers; no act without an entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.domain.levels import STANDARD, told
from armslength.errors import InputError
from armslength.node.core import airing, declared, discretion, duty, outage, voice
from armslength.node.core.asked import line_of as _line
from armslength.node.core.asked import text_of as _text
from armslength.node.core.books import NODE
from armslength.node.core.callsigns import checked, stranger
from armslength.node.core.case_acts import VERBS as CASE_VERBS
from armslength.node.core.case_acts import must_be_two
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Command
from armslength.node.core.messages import RELAYED, UNDERSTOOD
from armslength.node.core.pointing import FROM_TERMS, from_terms
from armslength.protocol.events import Now
from armslength.protocol.failover import GROUND
from armslength.units import NS, Quantity, parse

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.line import Line
    from armslength.node.core.messages import Logged
    from armslength.protocol.messages import Message

_PRESSURE = re.compile(r"([0-9]{3,4}(?:\.[0-9]{1,2})?) ?hPa")
_ADDRESS = re.compile(r"~?[0-9a-f]{6}")
UNRATIFIED = "It comes with the agreement: armslength agreement status."
LONGEST_JOIN_S = 12 * 3600.0
LONGEST_REASON = 200
LONGEST_VALID_S = 24 * 3600.0
LOWEST_M, HIGHEST_M = -1_000.0, 50_000.0
"""Levels that an officer may enter [m]."""


def command(core: Core, one: Command, effects: Effects, now: Now) -> None:
    """Do what was asked, or answer why not; the answer leaves after everything is kept."""
    try:
        act = _VERBS.get(one.verb)
        if act is None:
            raise InputError(f'"{one.verb}" is not a verb of a node.', remedy=f"Known: {', '.join(sorted(_VERBS))}.")
        effects.replies.append((one.number, act(core, one, effects, now)))
    except InputError as wrong:
        error = {"what": wrong.what, "where": wrong.where, "remedy": wrong.remedy}
        effects.replies.append((one.number, {"error": error}))
    except Exception as wrong:  # whatever somebody types must not end the watch; what was entered by then stays entered
        what = {"verb": one.verb, "fault": type(wrong).__name__}
        core.books.enter(effects, NODE, "fault", what, now.utc_ns, one.role)
        error = {"what": f"The node could not do it: a fault of its own ({type(wrong).__name__}).", "where": one.verb}
        effects.replies.append((one.number, {"error": error}))


def _send(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    line = _line(core, one.args)
    fields = one.args.get("fields", {})
    if not isinstance(fields, dict):
        raise InputError("The fields must be a table of names and values.", where="fields")
    lasts = one.args.get("valid_for")
    until = None if lasts is None else now.utc_ns + round(_valid_s(lasts) * NS)
    ref = one.args.get("ref")
    if ref is not None:
        found = line.log.get(str(ref))
        if found is None:
            raise InputError("There is no such message.", where="ref", remedy="armslength messages lists them.")
        ref = found.message.id
    code = _text(one.args, "code").upper()
    if one.args.get("dry_run") is True:
        ruling = line.ruling(code, role=one.role)
        what = {"code": code, "allowed": ruling.allowed, "article": ruling.article, "says": ruling.why}
        unknown = checked(line.terms, code, fields)
        return {**what, **_posts(line), **_beside(line, code, fields, unknown)}
    must_be_two(line, code)
    message = line.send(code, fields, effects, now, role=one.role, ref=ref, valid_until_ns=until)
    unknown = stranger(line.terms, code, fields)
    return {**_sent(line, message), "seq": message.seq, **_posts(line), **_beside(line, code, fields, unknown)}


def _beside(line: Line, code: str, fields: Mapping[str, Any], unknown: str) -> dict[str, Any]:
    """Return what the officer must see beside the fields."""
    return {"unknown_call_sign": unknown, FROM_TERMS: from_terms(code, fields, line.terms)}


def _mark(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    message_id = _text(one.args, "id")
    line = next((line for line in core.lines.values() if line.log.get(message_id) is not None), None)
    if line is None:
        raise InputError("There is no such message.", where="id", remedy="armslength messages lists them.")
    mark, known = _text(one.args, "mark").upper(), line.log.get(message_id)
    if known is not None and not known.outgoing and mark in {UNDERSTOOD, RELAYED} & known.marks.keys():
        return {**_marked(known), "already_ns": str(known.marks[mark])}
    return _marked(line.mark(message_id, mark, effects, now, one.role))


def _marked(logged: Logged) -> dict[str, Any]:
    return {"id": logged.message.id, "marks": sorted(logged.marks)}


def _check(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    line = _line(core, one.args)
    channel = _text(one.args, "frequency").upper() if one.args.get("frequency") is not None else GROUND
    if channel == GROUND:
        return _sent(line, line.check(effects, now, role=one.role))
    media = [name for name in line.peer.channels().media if name != GROUND]
    if channel not in media:
        if line.agreed.terms is None:
            raise InputError("No plan of frequencies is in force yet.", where="frequency", remedy=UNRATIFIED)
        here = f"Here and now: {', '.join(media)}." if media else "It has no radio on any frequency of the plan."
        raise InputError(f"This node cannot talk on {channel[:20]}.", where="frequency", remedy=here)
    message = airing.check(line, channel, effects, now, role=one.role, automatic=False)
    if message is None:
        raise InputError(f"RCK was not sent on {channel}.", where="frequency", remedy="The log of the node says why.")
    return _sent(line, message)


def _sent(line: Line, message: Message) -> dict[str, Any]:
    return {"id": message.id, "code": message.code, "time_ns": str(message.time_ns), "counterpart": line.name}


def _posts(line: Line) -> dict[str, Any]:
    """Return who speaks to whom, and in which languages: what the words of a message begin with."""
    languages = list(line.terms.radio.languages)
    return {"counterpart": line.name, "to": line.agreed.post, "from": line.own.post, "languages": languages}


def _level(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    address = _address(core, one.args, "address")
    written = _text(one.args, "level")
    level_m = parse(written, Quantity.LENGTH)
    if not LOWEST_M <= level_m <= HIGHEST_M:
        raise InputError("No aircraft flies there.", where="level", remedy='Write for example "FL250" or "3000 ft".')
    flight_level = written.upper().startswith("FL")
    usual = STANDARD if flight_level else ""
    datum = usual if one.args.get("datum") is None else _text(one.args, "datum").upper()
    if flight_level and datum != STANDARD:
        raise InputError("A flight level is on standard pressure.", where="datum", remedy="Leave the datum out.")
    geometric = core.watching.picture.datum == "geometric"
    return declared.level(
        core, address, told(level_m, datum, _pressure(one.args), geometric), one.role, effects, now
    )  # fmt: skip


def _level_withdraw(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    address = _text(one.args, "address").lower()
    if not declared.withdraw_level(core, address, one.role, effects, now):
        raise InputError("No level was entered for it.", where="address", remedy="armslength status lists them.")
    return {"address": address}


def _join(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    first, second = (_address(core, one.args, name) for name in ("first", "second"))
    lasts = _seconds(_text(one.args, "lasts"), "lasts")
    if first == second or not 0.0 < lasts <= LONGEST_JOIN_S:
        raise InputError("A join is of two aircraft, for at most 12 h.", remedy='Write for example "lasts": "30 min".')
    return declared.join(core, first, second, now.utc_ns + round(lasts * NS), one.role, effects, now)


def _join_withdraw(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    first, second = (_text(one.args, name).lower() for name in ("first", "second"))
    if not declared.withdraw_join(core, first, second, one.role, effects, now):
        raise InputError("No join of these two is declared.", remedy="armslength status lists them.")
    return {"first": first, "second": second}


def _silence(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    wanted, reason = _text(one.args, "alert"), _text(one.args, "reason")
    found = [(name, alert.id) for name, alert in core.watching.open_alerts() if alert.id == wanted]
    if not found:
        raise InputError("There is no such open alert.", where="alert", remedy="GET /api/alerts lists them.")
    for key in found:
        core.silenced[key] = reason[:LONGEST_REASON]
    what = {"alert": wanted, "reason": reason[:LONGEST_REASON]}
    core.books.enter(effects, NODE, "alert silenced", what, now.utc_ns, one.role)
    effects.tells.append({"event": "silenced", **what, "role": one.role})
    return what


def _seconds(value: object, name: str) -> float:
    try:
        return parse(value, Quantity.TIME)
    except InputError as wrong:
        raise InputError(wrong.what, where=name, remedy=wrong.remedy) from None


def _valid_s(value: object) -> float:
    lasts = _seconds(value, "valid_for")
    if not 0.0 < lasts <= LONGEST_VALID_S:
        raise InputError("A message is valid for at most 24 h.", where="valid_for", remedy='For example "60 s".')
    return lasts


def _pressure(args: Mapping[str, Any]) -> float:
    """Return the pressure setting [hPa], or 0 where none is given."""
    if args.get("pressure") is None:
        return 0.0
    found = _PRESSURE.fullmatch(_text(args, "pressure"))
    if found is None:
        raise InputError("That is no pressure.", where="pressure", remedy='Write for example "1008 hPa".')
    return float(found[1])


def _address(core: Core, args: Mapping[str, Any], name: str) -> str:
    address = _text(args, name).lower()
    if not _ADDRESS.fullmatch(address) or address not in core.watching.roster.addresses:
        raise InputError("No aircraft of that address has been seen.", where=name, remedy="GET /api/tracks lists them.")
    return address


_VERBS: dict[str, Callable[[Core, Command, Effects, Now], Mapping[str, Any]]] = {
    "send": _send,
    "mark": _mark,
    "check": _check,
    "level": _level,
    "level withdraw": _level_withdraw,
    "join": _join,
    "join withdraw": _join_withdraw,
    "silence": _silence,
    **CASE_VERBS,
    **duty.VERBS,
    **voice.VERBS,
    **outage.VERBS,
    **discretion.VERBS,
}
VERBS = tuple(_VERBS)
"""What the core itself does; the keeper of agreements adds its own."""
