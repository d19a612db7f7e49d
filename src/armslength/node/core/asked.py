"""What verbs have in common: whom a command is about, and texts in its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armslength.errors import InputError

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.line import Line
    from armslength.node.core.messages import Logged


def line_of(core: Core, args: Mapping[str, Any]) -> Line:
    """Return the line with the counterpart that is named, or the only one. InputError where there is none."""
    name = args.get("counterpart")
    if name is None and len(core.lines) == 1:
        return next(iter(core.lines.values()))
    if not isinstance(name, str) or name not in core.lines:
        known = ", ".join(core.lines) or "none: accept its identity first"
        raise InputError("There is no such counterpart.", where="counterpart", remedy=f"Known: {known}.")
    return core.lines[name]


def text_of(args: Mapping[str, Any], name: str) -> str:
    """Return a text of one line, at most 500 signs. InputError where there is none."""
    value = args.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > 500 or not value.isprintable():
        raise InputError("It is missing, or no text in one line of at most 500 characters.", where=name)
    return value.strip()


def choice_of(args: Mapping[str, Any], name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """Return one of `known`, in whatever case it was written. InputError where it is none of them."""
    value = text_of(args, name).upper().replace(" ", "_").replace("-", "_")
    if value not in known:
        what = f'"{text_of(args, name)[:40]}" cannot stand there.'
        raise InputError(what, where=name, remedy=f"Known: {', '.join(known)}.")
    return value


def message_of(core: Core, args: Mapping[str, Any]) -> tuple[Line, Logged]:
    """Return a message that came in, by its id or the first eight digits, and its line. InputError where there is none.

    What is ours is none: nobody holds or flags his own.
    """
    wanted = text_of(args, "id")
    for line in core.lines.values():
        logged = line.log.get(wanted)
        if logged is not None and not logged.outgoing:
            return line, logged
    raise InputError("There is no such message that came in.", where="id", remedy="armslength messages lists them.")
