"""Voice contacts, logged: a crew or a post on a frequency, on guard, or on the telephone. What was said is a code.

Words leave no trace of their own, so whoever spoke or listened enters them: one command, no free text. They count for
checks and findings as messages do; they are signed by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.domain import talk as t
from armslength.errors import InputError
from armslength.node.core.asked import choice_of, line_of, text_of
from armslength.node.core.talk_facts import DISTURBED, REPORT_NS
from armslength.protocol.catalogue import CATALOGUE, may_answer
from armslength.protocol.failover import GROUND

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.effects import Effects
    from armslength.node.core.inputs import Command
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["GUARDS", "NOTES", "VERBS"]

NOTES = ("NOISE", "WEAK", "DISTORTED", "BROKEN", "INTERFERENCE")
"""What ails it, as RCR has it."""
GUARDS = {"121.500": "121.500", "121.5": "121.500", "243.000": "243.000 MHz", "243.0": "243.000 MHz"}
NONE = "none"


def _voice(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    line = line_of(core, one.args)
    medium = _medium(line, text_of(one.args, "medium"))
    code = choice_of(one.args, "code", CATALOGUE)
    answer = _answer(one.args, code)
    readability = _readability(one.args, answer)
    note = choice_of(one.args, "note", NOTES) if one.args.get("note") is not None else ""
    by = line.own.party if choice_of({"by": one.args.get("by", "own")}, "by", ("OWN", "THEIRS")) == "OWN" else line.name
    said: dict[str, Any] = {
        "medium": medium,
        "code": code,
        "by": by,
        "answer": answer or NONE,
        "with": _with(line, one),
    }
    said |= {"note": note or NONE, "watch": core.duty.watch}
    if readability:
        said["readability"] = readability
    number = line.books.enter(effects, line.book, "voice contact", said, now.utc_ns, one.role)
    entry = line.talking.place(number)
    contact = f"voice:{entry or now.utc_ns}"
    if by != line.own.party:
        line.talking.voiced(contact)
    for fact in _facts(line, contact, said, entry, now.utc_ns):
        line.talking.note(fact)
    line.talking.flush(effects, now)
    effects.tells.append({"event": "voice contact", "counterpart": line.name, "id": contact, **said})
    return {"id": contact, "counterpart": line.name, **said}


def _facts(line: Line, contact: str, said: Mapping[str, Any], entry: str, at_ns: int) -> list[t.Fact]:
    """Return what a contact says to the rules."""
    medium, code, by = said["medium"], said["code"], said["by"]
    answer = "" if said["answer"] == NONE else said["answer"]
    phone = medium == t.TELEPHONE
    precedence = CATALOGUE[code].precedence_of({}).name
    known: dict[str, Any] = {"at_ns": at_ns, "entry": entry}
    out: list[t.Fact] = []
    if not phone:
        out.append(t.Called(**known, medium=medium, by=by, id=contact, voice=True))
    if answer and not phone:
        out.append(t.Replied(**known, medium=medium, to=by))
    if code == "RCK":
        out.append(t.Checked(**known, medium=medium, by=by, id=contact))
    if code == "RCK" and answer == "RCR":
        heard = int(said["readability"])
        out.append(
            t.CheckAnswered(**known, medium=medium, by=by, id=contact, readability=heard, authentic=False)
        )  # fmt: skip
    out.append(
        t.Said(**known, id=contact, by=by, code=code, precedence=precedence, medium=medium, rings=phone, voice=True)
    )
    if answer:
        out.append(t.Answered(**known, id=contact, code=answer, stamp_ns=at_ns))
    if not phone and (said["note"] in DISTURBED or answer):
        noisy = said["note"] in DISTURBED
        until = at_ns + REPORT_NS if noisy else None
        out.append(t.Noise(**known, medium=medium, by=line.own.party, heard=noisy, until_ns=until))
    return out


def _medium(line: Line, written: str) -> str:
    """Return the medium as records name it."""
    name = written.upper().removesuffix(" MHZ")
    if name in GUARDS:
        return GUARDS[name]
    if name == t.TELEPHONE:
        return name
    plan = [one.id for one in line.terms.frequencies]
    found = next((one for one in line.terms.frequencies if one.id == name), None)
    if found is None or name == GROUND:
        known = ", ".join([*plan, "121.500", "243.000", t.TELEPHONE])
        yet = "" if line.agreed.terms is not None else " No plan of frequencies is in force yet."
        what = "There is no such channel for a voice contact."
        raise InputError(what, where="medium", remedy=f"Known: {known}.{yet}")
    return found.channel if found.role == "guard" and found.channel in t.GUARD_CHANNELS else name


def _answer(args: Mapping[str, Any], code: str) -> str:
    """Return the code of the answer, "" for none. InputError where no such code answers `code`."""
    written = args.get("answer")
    if written is None or (isinstance(written, str) and written.strip().lower() == NONE):
        return ""
    answer = choice_of(args, "answer", CATALOGUE)
    if not may_answer(answer, CATALOGUE[code]):
        known = ", ".join(one for one in CATALOGUE if may_answer(one, CATALOGUE[code]))
        raise InputError(f"{answer} does not answer {code}.", where="answer", remedy=f"none, or {known}.")
    return answer


def _readability(args: Mapping[str, Any], answer: str) -> int:
    given = args.get("readability")
    if given is None and answer != "RCR":
        return 0
    if type(given) is not int or not 1 <= given <= 5 or answer != "RCR":
        raise InputError("Readability goes with RCR: 1 to 5.", where="readability", remedy="5: perfectly readable.")
    return given


def _with(line: Line, one: Command) -> str:
    """Return with whom: a post or a call sign of the terms, never a person. The other post where nobody is named."""
    if one.args.get("with") is None:
        return line.agreed.post
    name = text_of(one.args, "with").upper()
    known = {line.agreed.post.upper(), line.own.post.upper()}
    for party in line.terms.parties:
        known |= {party.post.upper(), party.callsign.upper()} - {""}
    if name not in known:
        what = "A contact is with a post, or an aircraft by the call sign of the terms."
        raise InputError(what, where="with", remedy=f"Known: {', '.join(sorted(known))}.")
    return name


VERBS: Mapping[str, Callable[[Core, Command, Effects, Now], Mapping[str, Any]]] = {"voice": _voice}
