"""Watch-keeping at the post: which watch is on duty, since when, what it speaks; and answers that are held.

A watch has a name, and its people have none here: the post is addressed, whoever sits there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import canonical
from armslength.domain.talk import HOLDS, Flagged, Held
from armslength.errors import InputError
from armslength.node.core.asked import choice_of, line_of, message_of, text_of
from armslength.node.core.books import NODE
from armslength.protocol.catalogue.common import WATCH
from armslength.protocol.writes import Delete, Put
from armslength.units import stamp

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.effects import Effects
    from armslength.node.core.inputs import Command
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["SPACE", "VERBS", "Duty", "restored", "tongues", "view"]

SPACE, ROW = "duty", "watch"
"""Where the store keeps it."""
GO_ON = "armslength duty on WATCH goes on duty."
NO_WATCH = "No watch is on duty: armslength duty on WATCH."
_LANGUAGE = re.compile(r"[A-Z][A-Za-z]{1,23}")
MOST_LANGUAGES = 12


@dataclass(slots=True)
class Duty:
    """Who is on duty: `watch` "" for nobody; `since_ns` UTC."""

    watch: str = ""
    languages: tuple[str, ...] = ()
    since_ns: int = 0

    def said(self) -> dict[str, str]:
        """Return the field of a ground-line check that names the watch; none where nobody is on duty."""
        return {"watch": self.watch} if self.watch else {}


def restored(rows: Mapping[str, Any]) -> Duty:
    """Return who was on duty when the node stopped: a watch does not end because a program does."""
    for key, value in rows.get(SPACE, ()):
        if key == ROW:
            said = json.loads(value)
            return Duty(said["watch"], tuple(said["languages"]), int(said["since_ns"]))
    return Duty()


def view(core: Core) -> dict[str, Any]:
    """Return it for people and programs."""
    duty = core.duty
    says = "" if duty.watch else NO_WATCH
    silent = [line.name for line in core.lines.values() if duty.watch and not tongues(duty, line)]
    if silent:
        says = f"The watch speaks no language agreed for the frequencies with {', '.join(silent)}."
    since = stamp(duty.since_ns) if duty.watch else None
    return {"watch": duty.watch or None, "languages": list(duty.languages), "since": since, "says": says}


def tongues(duty: Duty, line: Line) -> list[str]:
    """Return the languages on duty that the terms name for the frequencies; all where no terms are in force."""
    terms = line.agreed.terms
    if terms is None:
        return list(duty.languages)
    return [one for one in duty.languages if one in terms.radio.languages]


def _on(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    if core.duty.watch:
        remedy = "Hand over: armslength duty hand-over WATCH."
        raise InputError(f"{core.duty.watch} is on duty.", where="watch", remedy=remedy)
    return _change(core, "on", _watch(one.args), _languages(one.args), one.role, effects, now)


def _hand_over(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    if not core.duty.watch:
        raise InputError("No watch is on duty that could hand over.", where="watch", remedy=GO_ON)
    watch = _watch(one.args)
    if watch == core.duty.watch:
        raise InputError(f"{watch} is on duty already.", where="watch", remedy="Name the watch that takes over.")
    languages = _languages(one.args) if "languages" in one.args else core.duty.languages
    return _change(core, "handed over", watch, languages, one.role, effects, now)


def _off(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    if not core.duty.watch:
        raise InputError("No watch is on duty.", remedy=GO_ON)
    return _change(core, "off", "", (), one.role, effects, now)


def _change(
    core: Core, what: str, watch: str, languages: tuple[str, ...], role: str, effects: Effects, now: Now
) -> dict[str, Any]:  # fmt: skip
    """Enter it, keep it, tell it. What still rings goes on ringing: a hand-over understands nothing."""
    was = core.duty.watch
    core.duty.watch, core.duty.languages, core.duty.since_ns = watch, languages, now.utc_ns
    ringing = sum(len(line.unanswered(now)) for line in core.lines.values())
    said: dict[str, Any] = {"what": what, "watch": watch, "was": was, "languages": list(languages), "ringing": ringing}
    core.books.enter(effects, NODE, "duty", said, now.utc_ns, role)
    row = {"watch": watch, "languages": list(languages), "since_ns": str(now.utc_ns)}
    effects.writes.append(Put(SPACE, ROW, canonical(row)) if watch else Delete(SPACE, ROW))
    effects.tells.append({"event": "duty", **said})
    return {**view(core), "was": was, "ringing": ringing}


def _hold(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    line, logged = message_of(core, one.args)
    reason = choice_of(one.args, "reason", HOLDS)
    if not logged.owes():
        raise InputError("Nothing is owed on that message.", where="id", remedy="It need not be held.")
    logged.held = reason
    said = {"message": logged.message.id, "reason": reason, "watch": core.duty.watch}
    number = line.books.enter(effects, line.book, "held", said, now.utc_ns, one.role)
    line.talking.note(Held(at_ns=now.utc_ns, entry=line.talking.place(number), id=logged.message.id, reason=reason))
    line.talking.flush(effects, now)
    says = HOLDS[reason]
    effects.tells.append({"event": "held", "counterpart": line.name, "code": logged.message.code, **said, "says": says})
    return {"id": logged.message.id, "reason": reason, "says": says}


def _flag(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """Somebody says that something was uncivil: a message that came in, or a voice contact by its id."""
    wanted = text_of(one.args, "id")
    if wanted.startswith("voice:"):
        line, number = line_of(core, one.args), wanted
        if wanted not in line.talking.voices:
            raise InputError("There is no such voice contact of the other side.", where="id", remedy="See the ledger.")
    else:
        line, logged = message_of(core, one.args)
        number = logged.message.id
    said = {"id": number, "by": line.name}
    entry = line.books.enter(effects, line.book, "flagged", said, now.utc_ns, one.role)
    line.talking.note(Flagged(at_ns=now.utc_ns, entry=line.talking.place(entry), by=line.name, id=number))
    line.talking.flush(effects, now)
    effects.tells.append({"event": "flagged", "counterpart": line.name, "id": number})
    return said


def _watch(args: Mapping[str, Any]) -> str:
    name = text_of(args, "watch").upper()
    if not WATCH.fits(name):
        remedy = "At most 12 capitals, figures and spaces: the name of a watch, never of a person."
        raise InputError("That is no name of a watch.", where="watch", remedy=remedy)
    return name


def _languages(args: Mapping[str, Any]) -> tuple[str, ...]:
    given = args.get("languages")
    written = given.split(",") if isinstance(given, str) else given
    if not isinstance(written, list) or not 0 < len(written) <= MOST_LANGUAGES:
        raise InputError("The languages spoken are missing.", where="languages", remedy='"English,Russian".')
    names = tuple(dict.fromkeys(one.strip().capitalize() if isinstance(one, str) else "" for one in written))
    if not all(_LANGUAGE.fullmatch(one) for one in names):
        raise InputError("That is no name of a language.", where="languages", remedy='"English,Russian".')
    return names


VERBS: Mapping[str, Callable[[Core, Command, Effects, Now], Mapping[str, Any]]] = {
    "duty on": _on,
    "duty hand-over": _hand_over,
    "duty off": _off,
    "hold": _hold,
    "flag": _flag,
}
