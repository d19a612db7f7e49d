"""Agenda and minutes of a session of the working group, drafted from what both sides signed.

Neither says "we": both sides draft from the same documents, and so the same bytes. Minutes are signed by naming their
digest in a document of the session; where both name the same one, both have signed the same minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from armslength.crypto.canonical import digest
from armslength.domain import case as c
from armslength.domain.case import Deadline, Document, File, State
from armslength.units import NS, counted, stamp

__all__ = ["KINDS", "Session", "agenda", "minutes", "sessions"]

KINDS = {"REGULAR": "Regular session", "EXTRAORDINARY": "Extraordinary session", "REVIEW": "Yearly review"}
STANDING = (
    "The lines in use: checks, failures, answers that came late",
    "Notices: lead times, what was declared and flown",
    "Counts of both sides by rule, reconciled",
    "What was said in public, and what is asked to be said",
)
"""Items of every session but an extraordinary one."""
YEARLY = (
    "The agreement article by article: what is to be amended",
    "Special signals and the table of codes",
    "Distances and times: whether they still fit",
    "Civil aircraft and third parties",
    "Members, recipients, and keys of both sides",
)
"""Items of the yearly review beside them."""
GRAVE = frozenset({1, 2})


@dataclass(frozen=True, slots=True)
class Session:
    """A session as documents have it.

    Attributes:
        at_ns: when [UTC ns]. agenda: REGULAR, EXTRAORDINARY or REVIEW. medium: as WGC has it.
        cases: numbers under which it was announced; "GROUP" is not among them.
        signed: by party: the digest of the minutes that it signed last.
    """

    at_ns: int
    agenda: str
    medium: str
    cases: tuple[str, ...]
    signed: Mapping[str, str] = field(default_factory=dict, hash=False)


def sessions(documents: Iterable[Document]) -> list[Session]:
    """Return every session, in order of time. Documents that name one moment are of one session."""
    held: dict[int, list[tuple[Document, c.Meeting]]] = {}
    for one in sorted(documents, key=lambda doc: (doc.time_ns, doc.digest)):
        if isinstance(one.body, c.Meeting):
            held.setdefault(one.body.at_ns, []).append((one, one.body))
    out = []
    for at_ns, said in sorted(held.items()):
        first = next((body for _, body in said if not body.minutes), said[0][1])
        cases = sorted({one.case for one, body in said if one.case != c.GROUP and not body.minutes})
        signed = {one.by: body.minutes for one, body in said if body.minutes}
        out.append(Session(at_ns, first.agenda, first.medium.value, tuple(cases), signed))
    return out


def agenda(
    kind: str,
    at_ns: int,
    parties: Sequence[str],
    agreement: str,
    files: Sequence[File],
    owed: Mapping[str, Sequence[Deadline]],
    before: Session | None = None,
) -> str:
    """Return the agenda of a session.

    Args:
        kind: REGULAR, EXTRAORDINARY or REVIEW.
        at_ns: when it is held [UTC ns]; also the moment at which the cases are looked at.
        parties: the two sides. agreement: its id.
        files: every case. owed: what is owed in each, by its number.
        before: the session before this one.
    """
    chosen = [one for one in _ordered(files) if one.state is not State.CLOSED]
    if kind == "EXTRAORDINARY":
        chosen = [one for one in chosen if int(one.opening.severity) in GRAVE]
    items: list[list[str]] = [["Agenda, and who speaks for each side, by role"], _last(before)]
    items += [_about(one, owed.get(one.case, ()), at_ns) for one in chosen]
    if not chosen:
        items.append(["No case is open" + (" that is grave" if kind == "EXTRAORDINARY" else "")])
    if due := _measures(files, at_ns):
        items.append(["Measures that were agreed", *due])
    if kind != "EXTRAORDINARY":
        closed = [one.case for one in _ordered(files) if before and one.stamps.get("closed", 0) > before.at_ns]
        items += [[f"Closed since: {', '.join(closed)}"]] if closed else []
        items += [[item] for item in STANDING]
    if kind == "REVIEW":
        items += [[item] for item in YEARLY]
    items.append(["Place and date of the next session"])
    head = _head(f"Agenda: {KINDS[kind].lower()}", at_ns, parties, agreement)
    lines = [*head, ""]
    for number, (title, *more) in enumerate(items, 1):
        lines += [f"{number:>2}. {title}", *(f"    {line}" for line in more)]
    return "\n".join([*lines, "", _made_from(files)]) + "\n"


def minutes(session: Session, parties: Sequence[str], agreement: str, files: Sequence[File]) -> str:
    """Return the minutes of a session.

    Args:
        session: which.
        parties: the two sides. agreement: its id.
        files: its cases, each made of the documents that minutes are made of (`node.case_group` leaves out later ones).
    """
    head = _head(f"Minutes: {KINDS.get(session.agenda, session.agenda).lower()}", session.at_ns, parties, agreement)
    lines = [*head, f"Held by {session.medium.lower().replace('_', ' ')}."]
    for number, one in enumerate(_ordered(files), 1):
        lines += ["", f"{number}. {_title(one)}", *(f"   {line}" for line in _settled(one))]
    if not files:
        lines += ["", "No case was before it."]
    lines += ["", "These minutes record what both sides signed, and bind nobody beyond it.", _made_from(files)]
    return "\n".join(lines) + "\n"


def _head(title: str, at_ns: int, parties: Sequence[str], agreement: str) -> list[str]:
    first, second = sorted(parties)
    return [title, f"Working group of {first} and {second}, agreement {agreement}", _at(at_ns)]


def _ordered(files: Iterable[File]) -> list[File]:
    """Return cases, the gravest first, then the oldest."""
    return sorted(files, key=lambda one: (int(one.opening.severity), one.stamps["opened"], one.case))


def _last(before: Session | None) -> list[str]:
    if before is None:
        return ["Minutes of the session before: there was none"]
    where = f"Minutes of the session of {_at(before.at_ns)}"
    names = set(before.signed.values())
    if len(before.signed) == 2 and len(names) == 1:
        return [f"{where}: signed by both, {next(iter(names))[:23]}"]
    by = ", ".join(f"{party} {name[:23]}" for party, name in sorted(before.signed.items())) or "nobody"
    return [f"{where}: to be signed (signed by {by})"]


def _about(file: File, owed: Sequence[Deadline], at_ns: int) -> list[str]:
    due = [one for one in owed if one.done_ns is None and one.due_ns is not None]
    says = [
        f"{one.by or 'both'}: {one.what} by {_at(one.due_ns)}" + (", OVERDUE" if one.due_ns < at_ns else "")
        for one in due
        if one.due_ns is not None
    ]
    todo = _TO_DO.get(file.under)
    frozen = ["The working group is suspended: it is frozen"] if file.state is State.FROZEN else []
    return [_title(file), f"It stands: {file.under.value}. {_answer(file)}", *frozen, *says, *([todo] if todo else [])]


_TO_DO = {
    State.SESSION: "To find: one finding, or two",
    State.ANSWERED: "To hear both, and to find",
    State.NO_ANSWER: "No answer came: to hear why, and to find",
    State.JOINT_FINDING: "To agree on measures, and to close",
    State.TWO_FINDINGS: "To see whether the two can become one; measures; to close",
    State.MEASURES: "To close",
}


def _title(file: File) -> str:
    subject = file.opening.subject
    rules = f" {' '.join(subject.rules)}" if subject.rules else ""
    headline = file.report.body.headline if file.report and isinstance(file.report.body, c.Report) else ""
    name = " = ".join((file.case, *file.also))
    return f"Case {name}, {file.opening.severity.name}{rules}, {_at(subject.from_ns)}" + (
        f": {headline}" if headline else ""
    )


def _answer(file: File) -> str:
    if file.answer is not None and isinstance(file.answer.body, c.Answer):
        return f"{file.answers} answered {file.answer.body.substance.value}."
    return f"{file.answers} has not answered." if file.report is not None else f"{file.opened_by} has not reported."


def _settled(file: File) -> list[str]:
    """Return what both sides signed in a case."""
    out = [_answer(file)]
    for one in file.documents:
        body = one.body
        if isinstance(body, c.Statement):
            out.append(f"{one.by} stated: {_flat(body.text)}")
    for name, one in file.findings.items():
        body = one.body
        if not isinstance(body, c.Proposal):
            continue
        joint = file.joint is not None and file.joint.digest == name
        kind = "Joint finding" if joint else "Own finding" if body.stands is c.JointOrOwn.OWN else "Proposed finding"
        by = " and ".join(sorted({one.by, *file.signed.get(name, ())}))
        causes = f" Causes: {'; '.join(body.causes)}." if body.causes else ""
        out.append(f"{kind} of {by}: {body.letter.value}. {_flat(body.text)}{causes}")
    for name, one in file.measures.items():
        body = one.body
        if isinstance(body, c.Measure):
            agreed = "agreed" if file.signed.get(name) else "not agreed yet"
            until = f", until {_at(body.due_ns)}" if body.due_ns else ""
            more = f"; amends the agreement, {body.amendment[:23]}" if body.amendment else ""
            out.append(f"Measure for {body.whose}, {agreed}{until}: {_flat(body.text)}{more}")
    return [*out, f"It stands: {file.under.value}."]


def _measures(files: Iterable[File], at_ns: int) -> list[str]:
    out = []
    for file in _ordered(files):
        for name, one in file.measures.items():
            body = one.body
            if isinstance(body, c.Measure) and file.signed.get(name):
                over = ", time is over" if body.due_ns and body.due_ns < at_ns else ""
                until = f" until {_at(body.due_ns)}{over}" if body.due_ns else ""
                out.append(f"{file.case}, {body.whose}{until}: {_flat(body.text)}")
    return out


def _made_from(files: Iterable[File]) -> str:
    """Return of which documents it was made: where two drafts differ, this differs."""
    names = sorted(one.digest for file in files for one in file.documents)
    return f"Made from {counted(len(names), 'document')}, {digest(chr(10).join(names).encode())[:23]}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _at(ns: int) -> str:
    return f"{stamp(ns // (60 * NS) * 60 * NS)[:16].replace('T', ' ')}Z"
