"""What a person, or the desk, does in a case. Acts that bind the party need two persons where the terms say so.

The first person's act is entered and waits; the second one, of another name, confirms it, and only then it is signed.
That holds here, in the core, and so at every door. Free text passes the filter of drafts first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from armslength.crypto.canonical import canonical, digest
from armslength.domain import case as c
from armslength.domain.case import File
from armslength.errors import InputError
from armslength.node.core.asked import choice_of, line_of, text_of
from armslength.node.core.case_opening import subject_of
from armslength.node.core.case_refusing import prefix_of
from armslength.node.core.case_views import in_full, in_short
from armslength.node.core.cases import Cases
from armslength.node.core.discretion import guard
from armslength.protocol.case_documents import LONGEST_TEXT
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.effects import Effects
    from armslength.node.core.inputs import Command
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["BINDING", "VERBS", "must_be_two", "opened"]

BINDING = frozenset({c.Kind.ANSWER, c.Kind.PROPOSAL, c.Kind.SIGNATURE, c.Kind.MEASURE, c.Kind.CLOSING})
"""Documents that bind the party: two persons decide them, where the terms say so."""
PENDING_NS = 3 * 86_400 * NS
"""An act of one person waits so long for the second."""
LONGEST_PERSON = 40
One = TypeVar("One", bound=Enum)


def must_be_two(line: Line, code: str) -> None:
    """Refuse a message that binds the party, where the terms ask for two persons: a message has one.

    Raises:
        InputError: it is ANS, and they do.
    """
    if code == "ANS" and line.terms.working_group.two_persons:
        remedy = 'Two persons answer: armslength case answer CASE ANSWER --person "ROLE"; the message goes with it.'
        raise InputError("An answer on a case binds this side, and the terms ask for two persons.", remedy=remedy)


def _list(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{}: every case, the newest first."""
    found = [in_short(line.cases, file, now.utc_ns) for line in core.lines.values() for file in _files(line.cases)]
    return {"cases": sorted(found, key=lambda row: row["stamps"]["opened"], reverse=True)}


def _show(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case"}: everything about one."""
    cases, file = _case(core, one.args)
    return in_full(cases, file, now.utc_ns)


def _open(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"counterpart", "severity", "finding" | "encounter" | "at_ns", ...}: open a case; see case_opening."""
    line = line_of(core, one.args)
    cases = line.cases
    if not line.agreed.agreement:
        raise InputError("No agreement is in force with them: there is nothing that a case could be about.")
    subject, severity, pair = subject_of(core, line, one.args, now)
    why = _choice(one.args, "why", c.Why, c.Why.PERSON)
    return {**opened(cases, c.Opening(why, severity, subject, line.agreed.digest), pair, effects, now, one.role)}


def opened(
    cases: Cases, body: c.Opening, pair: Mapping[str, str], effects: Effects, now: Now, role: str = "node"
) -> dict[str, Any]:  # fmt: skip
    """Open a case, and return it in short. Raises as `Cases.say`."""
    line = cases.line
    prefix = prefix_of(line.own.party, line.name, line.own.key.public, line.agreed.key)
    used = [int(number.rpartition("-")[2]) for number in cases.numbers() if number.startswith(f"{prefix}-")]
    number = f"{prefix}-{max(used, default=0) + 1:04d}"
    if pair:
        cases.local[number] = dict(pair)
        effects.writes.append(cases.rows.put("local", number, pair))
    cases.say(number, body, effects, now, role=role)
    return in_short(cases, cases.files[cases.number_of(number)], now.utc_ns)


def _report(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "headline", "text", "language", "stage", "facts"}: report on it."""
    cases, file = _case(core, one.args)
    usual = c.Stage.INITIAL if file.report is None or file.opened_by != cases.parties[0] else c.Stage.FULL
    facts = one.args.get("facts", {})
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise InputError("The facts must be a table of names and texts.", where="facts")
    text, language = _text(one.args), _language(one.args)
    headline = text_of(one.args, "headline")
    body = c.Report(_choice(one.args, "stage", c.Stage, usual), headline, text, language, facts)
    drafts = "\n".join((headline, text, *facts.values()))
    return _said(cases, file, body, one, effects, now, (drafts, language))


def _acknowledge(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case"}: say that persons have the report."""
    cases, file = _case(core, one.args)
    return _said(cases, file, c.Acknowledgement(_reported(file)), one, effects, now)


def _state(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "text", "language", "about"}: make a statement; without a text: where it stands."""
    cases, file = _case(core, one.args)
    if one.args.get("text") is None:
        return in_full(cases, file, now.utc_ns)
    about = _document(file, one.args, "about") if one.args.get("about") is not None else ""
    text, language = _text(one.args), _language(one.args)
    return _said(cases, file, c.Statement(text, language, about), one, effects, now, (text, language))


def _answer(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "answer", "text", "language", "person"}: answer on substance."""
    cases, file = _case(core, one.args)
    text, language = _text(one.args, needed=False), _language(one.args)
    substance = _choice(one.args, "answer", c.Substance)
    body = c.Answer(substance, _reported(file), text, language if text else "")
    return _said(cases, file, body, one, effects, now, (text, language))


def _extend(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "reason"}: take longer to answer, once."""
    cases, file = _case(core, one.args)
    reason = text_of(one.args, "reason")[:200]
    return _said(cases, file, c.Extension(reason), one, effects, now, (reason, _language(one.args)))


def _session(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "at_ns", "medium", "agenda", "minutes"}: the group meets about it; "GROUP": about no single case."""
    of_all = text_of(one.args, "case").upper() == c.GROUP
    agenda = choice_of({"agenda": one.args.get("agenda", "REGULAR")}, "agenda", ("REGULAR", "EXTRAORDINARY", "REVIEW"))
    at = _stamp(one.args, "at_ns", now.utc_ns)
    medium = _choice(one.args, "medium", c.Medium, c.Medium.GROUND_LINE)
    body = c.Meeting(at, medium, agenda, str(one.args.get("minutes") or ""))
    if of_all:
        line = line_of(core, one.args)
        return {"case": c.GROUP, "document": line.cases.say(c.GROUP, body, effects, now, role=one.role).digest}
    cases, file = _case(core, one.args)
    return _said(cases, file, body, one, effects, now)


def _propose(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "letter", "score", "text", "language", "causes", "own", "person"}: a joint finding, or an own one."""
    cases, file = _case(core, one.args)
    text, language = _text(one.args), _language(one.args)
    causes = one.args.get("causes", [])
    if not isinstance(causes, list) or not all(isinstance(cause, str) for cause in causes):
        raise InputError("The causes must be a list of texts.", where="causes")
    score = one.args.get("score", -1)
    if type(score) is not int:
        raise InputError("The score is a whole number.", where="score")
    stands = c.JointOrOwn.OWN if one.args.get("own") is True else c.JointOrOwn.JOINT
    body = c.Proposal(stands, _choice(one.args, "letter", c.Letter), score, text, language, tuple(causes))
    return _said(cases, file, body, one, effects, now, ("\n".join((text, *causes)), language))


def _sign(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "document", "person"}: sign what the other side proposed; unnamed, the only one that waits."""
    cases, file = _case(core, one.args)
    if one.args.get("document") is not None:
        return _said(cases, file, c.FindingSignature(_document(file, one.args, "document")), one, effects, now)
    own = cases.parties[0]
    waits = [
        name
        for name, held in {**file.findings, **file.measures}.items()
        if held.by != own and own not in file.signed.get(name, set()) and _is_offered(held)
    ]
    if len(waits) != 1:
        what = f"{len(waits)} documents of the other side wait for a signature."
        raise InputError(what, where="document", remedy=f"Name one: armslength case show {file.case}")
    return _said(cases, file, c.FindingSignature(waits[0]), one, effects, now)


def _measure(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "text", "language", "whose", "due_ns", "amendment", "person"}: what is to be done."""
    cases, file = _case(core, one.args)
    own, other = cases.parties
    text, language = _text(one.args), _language(one.args)
    asked = str(one.args.get("whose") or own)
    whose = {"OWN": own, "THEIRS": other, "BOTH": "both", own.upper(): own, other.upper(): other}.get(asked.upper())
    if whose is None:
        raise InputError("Nobody of that name is in this case.", where="whose", remedy=f"{own}, {other}, or both.")
    due = 0 if one.args.get("due_ns") is None else _stamp(one.args, "due_ns", 0)
    body = c.Measure(text, language, whose, due, str(one.args.get("amendment") or ""))
    return _said(cases, file, body, one, effects, now, (text, language))


def _close(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"case", "reason", "person"}: close it; it is closed when both have."""
    cases, file = _case(core, one.args)
    reason = "" if one.args.get("reason") is None else text_of(one.args, "reason")[:200]
    return _said(cases, file, c.Closing(reason), one, effects, now, (reason, _language(one.args)))


def _confirm(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"id", "person"}: the second person decides what the first did."""
    wanted = text_of(one.args, "id").lower()
    found = [line.cases for line in core.lines.values() if wanted in line.cases.pending]
    if not found:
        raise InputError("Nothing waits for a second person under that.", where="id", remedy="armslength case show")
    waits = found[0].pending[wanted]
    again = type(one)(one.number, one.role, str(waits["verb"]), {**waits["args"], "person": one.args.get("person")})
    return VERBS[str(waits["verb"])](core, again, effects, now)


def _desk(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """The desk answers: it has gathered, encrypted or opened evidence. Nobody else may say so."""
    if one.role != "node" or one.args.get("counterpart") not in core.lines:
        raise InputError('"case desk" is not a verb of a node.', remedy="It is for the node itself.")
    cases = core.lines[one.args["counterpart"]].cases
    file = cases.files.get(cases.number_of(str(one.args.get("case"))))
    if file is not None:
        does = {"gathered": cases.exchange.gathered, "disclosed": cases.exchange.disclosed}
        does.get(str(one.args.get("what")), cases.exchange.opened)(file, one.args, effects, now)
    return {}


def _said(
    cases: Cases,
    file: File,
    body: c.Body,
    one: Command,
    effects: Effects,
    now: Now,
    draft: tuple[str, str] = ("", ""),
) -> dict[str, Any]:
    """Say something in a case for a person, once the filter lets it, and once two have decided it where that is due."""
    if draft[0]:
        guard(cases.line, body.kind.value, *draft, effects, now, one.role)
    persons = _persons(cases, file, body, one, effects, now)
    if persons is None:
        key = _name(cases, body, one)
        says = f"It waits for a second person: armslength case confirm {key} --person NAME"
        return {"case": file.case, "waiting": key, "says": says, "state": file.state.value}
    made = cases.say(file.case, body, effects, now, role=one.role, persons=persons)
    now_is = cases.files[cases.number_of(file.case)]
    return {**in_short(cases, now_is, now.utc_ns), "document": made.digest, "persons": list(persons)}


def _persons(
    cases: Cases, file: File, body: c.Body, one: Command, effects: Effects, now: Now
) -> tuple[str, ...] | None:
    """Return who decided it; None where a second person must, and it was entered that the first has."""
    group = cases.line.terms.working_group
    if body.kind not in BINDING or not group.two_persons:
        return (_person(one.args),) if one.args.get("person") is not None else ()
    person, key = _person(one.args), _name(cases, body, one)
    for old in [k for k, waits in cases.pending.items() if int(waits["at_ns"]) < now.utc_ns - PENDING_NS]:
        del cases.pending[old]
        effects.writes.append(cases.rows.drop("pending", old))
    waits = cases.pending.get(key)
    if waits is None:
        cases.must_fit(cases.signed(file.case, body, now)[0], now)
        args = {name: value for name, value in one.args.items() if name != "person"}
        row = {"verb": one.verb, "args": args, "person": person, "at_ns": str(now.utc_ns)}
        cases.pending[key] = row
        effects.writes.append(cases.rows.put("pending", key, row))
        what = {"case": file.case, "kind": body.kind.value, "act": key, "person": person}
        says = f"Case {file.case}: {person} has decided ({body.kind.value}); a second person must confirm it: {key}."
        cases.note("case act prepared", file, what, says, effects, now)
        return None
    first = str(waits["person"])
    if _folded(first) == _folded(person):
        remedy = "Another person of this side must: the terms ask for two."
        raise InputError(f"{person} has decided this already.", where="person", remedy=remedy)
    del cases.pending[key]
    effects.writes.append(cases.rows.drop("pending", key))
    return first, person


def _name(cases: Cases, body: c.Body, one: Command) -> str:
    """Return what an act is called while it waits: the same act by another person has the same name."""
    args = {name: value for name, value in one.args.items() if name not in {"person", "counterpart"}}
    return digest(canonical({"agreement": cases.line.agreed.agreement, "verb": one.verb, "args": args}))[7:15]


def _person(args: Mapping[str, Any]) -> str:
    if args.get("person") is None:
        remedy = "Say by whose decision, by role: --person NAME. The terms ask for two persons."
        raise InputError("It binds this side, and it is not said who decides it.", where="person", remedy=remedy)
    return text_of(args, "person")[:LONGEST_PERSON]


def _folded(person: str) -> str:
    return " ".join(person.split()).casefold()


def _files(cases: Cases) -> list[File]:
    return list(cases.files.values())


def _case(core: Core, args: Mapping[str, Any]) -> tuple[Cases, File]:
    """Return the case that is named, by its number or another number that it was opened under."""
    wanted = text_of(args, "case").upper()
    for line in core.lines.values():
        if (number := line.cases.number_of(wanted)) and args.get("counterpart", line.name) == line.name:
            return line.cases, line.cases.files[number]
    raise InputError("There is no such case.", where="case", remedy="armslength case list")


def _document(file: File, args: Mapping[str, Any], name: str) -> str:
    """Return the digest of a document of the case, by it or at least its first eight digits."""
    wanted = text_of(args, name).removeprefix("sha256:")
    found = [one.digest for one in file.documents if one.digest[7:].startswith(wanted)]
    if len(found) != 1 or len(wanted) < 8:
        raise InputError("There is no such document in it.", where=name, remedy=f"armslength case show {file.case}")
    return found[0]


def _reported(file: File) -> str:
    newest = file.full_report or file.report
    if newest is None:
        what = f"{file.opened_by} has not reported yet."
        raise InputError(what, where=file.case, remedy="There is nothing to acknowledge or answer.")
    return newest.digest


def _is_offered(held: c.Document) -> bool:
    body = held.body
    if isinstance(body, c.Measure):
        return body.whose != held.by
    return isinstance(body, c.Proposal) and body.stands is c.JointOrOwn.JOINT


def _text(args: Mapping[str, Any], *, needed: bool = True) -> str:
    value = args.get("text")
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise InputError(f"It is missing, or longer than {LONGEST_TEXT} signs.", where="text")
    if not value.replace("\n", " ").isprintable():
        raise InputError("It holds signs that cannot be printed.", where="text")
    return value.strip()


def _language(args: Mapping[str, Any]) -> str:
    return text_of(args, "language") if args.get("language") is not None else "en"


def _choice(args: Mapping[str, Any], name: str, kind: type[One], usual: One | None = None) -> One:
    if args.get(name) is None and usual is not None:
        return usual
    return kind(choice_of(args, name, tuple(one.value for one in kind)))


def _stamp(args: Mapping[str, Any], name: str, usual: int) -> int:
    if args.get(name) is None:
        return usual
    written = text_of(args, name)
    if not written.isdecimal() or len(written) > 18 + 1 or int(written) >= 2**63:
        raise InputError("A time is UTC nanoseconds in digits.", where=name)
    return int(written)


VERBS: Mapping[str, Callable[[Core, Command, Effects, Now], Mapping[str, Any]]] = {
    "case list": _list,
    "case show": _show,
    "case open": _open,
    "case report": _report,
    "case acknowledge": _acknowledge,
    "case state": _state,
    "case answer": _answer,
    "case extend": _extend,
    "case session": _session,
    "case propose": _propose,
    "case sign": _sign,
    "case measure": _measure,
    "case close": _close,
    "case confirm": _confirm,
    "case desk": _desk,
}
"""What can be done in cases."""
