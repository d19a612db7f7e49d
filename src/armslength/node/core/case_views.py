"""Cases for people and programs: where each stands, what was said in it, what is owed, how far the evidence is."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any

from armslength.domain import case as c
from armslength.domain.case import Deadline, Document, File, Grade, State
from armslength.domain.finding import Severity
from armslength.engine.cases.deadlines import keep_until_ns, passed
from armslength.engine.cases.grade import Controls, Measured, provisional
from armslength.node.core.case_evidence import Exchange

if TYPE_CHECKING:
    from armslength.node.core.cases import Cases

__all__ = ["body_of", "graded_of", "in_full", "in_short", "summary"]

FIGURES = ("share", "low", "high", "closure_mps", "d_h_m", "d_v_m")


def in_short(cases: Cases, file: File, now_ns: int) -> dict[str, Any]:
    """Return a case in a row of a list."""
    next_one = next((one for one in cases.owed(file) if one.done_ns is None and one.due_ns is not None), None)
    return {
        "case": file.case,
        "also": list(file.also),
        "counterpart": cases.line.name,
        "state": file.state.value,
        "under": file.under.value,
        "severity": file.opening.severity.name,
        "rules": list(file.opening.subject.rules),
        "why": file.opening.why.value,
        "opened_by": file.opened_by,
        "answers": file.answers,
        "about_ns": str(file.opening.subject.from_ns),
        "stamps": {name: str(at) for name, at in file.stamps.items()},
        "next": None if next_one is None else _owed(next_one, now_ns),
    }


def summary(cases: Cases, now_ns: int) -> dict[str, Any]:
    """Return how many cases stand in which state, and what is overdue in them, for the status."""
    states: dict[str, int] = {}
    overdue = []
    for file in cases.files.values():
        states[file.state.value] = states.get(file.state.value, 0) + 1
        if file.state is not State.CLOSED:
            late = passed(cases.owed(file), now_ns)
            overdue += [{"case": file.case, "what": one.what, "by": one.by} for one in late]
    return {"states": dict(sorted(states.items())), "overdue": overdue, "refused": cases.refused}


def in_full(cases: Cases, file: File, now_ns: int) -> dict[str, Any]:
    """Return everything that is known of a case; of evidence only how far it is."""
    kept = keep_until_ns(file, cases.line.terms.working_group)
    answer = file.answer.body if file.answer is not None else None
    graded = graded_of(cases, file)
    return {
        **in_short(cases, file, now_ns),
        "subject": body_of(file.opening.subject),
        "about": cases.local.get(file.case, {}),
        "evidence": {party: _evidence(cases.exchange, file, party) for party in cases.parties},
        "answer": answer.substance.value if isinstance(answer, c.Answer) else None,
        "compared": _compared(cases, file),
        "grade": {
            "letter": graded.letter.value,
            "score": graded.score,
            "inputs": dict(graded.inputs),
            "why": list(graded.why),
        },
        "joint_finding": None if file.joint is None else body_of(file.joint.body),
        "findings": [_said(one, file) for one in file.findings.values()],
        "measures": [
            {**_said(one, file), "agreed": bool(file.signed.get(name))} for name, one in file.measures.items()
        ],
        "closed_by": sorted(file.closed_by),
        "owed": [_owed(one, now_ns) for one in cases.owed(file)],
        "documents": [_said(one, file) for one in file.documents],
        "keep_until_ns": None if kept is None else str(kept),
        "waiting_for_second_person": [
            {"id": key, "verb": one["verb"], "person": one["person"]}
            for key, one in cases.pending.items()
            if cases.number_of(str(one["args"].get("case", ""))) == file.case
        ],
    }


def _compared(cases: Cases, file: File) -> dict[str, Any] | None:
    """Return what the other side's recording differs by from ours."""
    there = cases.exchange.of(file, cases.parties[1])
    return None if there is None or there.compared is None else dict(there.compared)


def graded_of(cases: Cases, file: File) -> Grade:
    """Return the provisional grade of a case, from what both recordings show as far as they are known here."""
    measured = []
    for party in cases.parties:
        there = cases.exchange.of(file, party)
        if there is not None and there.measured is not None and there.opened is not False:
            figures = {name: float(there.measured[name]) for name in FIGURES}
            measured.append(Measured(party, **figures))
    return provisional(measured, Controls())


def body_of(body: Any) -> Any:
    """Return a body of a document, or a part of one, for JSON; bytes are left out."""
    if isinstance(body, Severity):
        return body.name
    if isinstance(body, Enum):
        return body.value
    if isinstance(body, tuple):
        return [body_of(one) for one in body]
    if hasattr(body, "__dataclass_fields__"):
        held = {one.name: getattr(body, one.name) for one in fields(body)}
        return {
            name: str(one) if name.endswith("_ns") else body_of(one)
            for name, one in held.items()
            if not isinstance(one, bytes)
        }
    return dict(body) if isinstance(body, dict) else body


def _said(one: Document, file: File) -> dict[str, Any]:
    out = {
        "document": one.digest,
        "kind": one.body.kind.value,
        "by": one.by,
        "under": one.case,
        "number": one.number,
        "time_ns": str(one.time_ns),
        "persons": list(one.persons),
        "body": body_of(one.body),
    }
    return out | ({"misplaced": file.misplaced[one.digest]} if one.digest in file.misplaced else {})


def _owed(one: Deadline, now_ns: int) -> dict[str, Any]:
    return {
        "what": one.what,
        "by": one.by,
        "rule": one.rule,
        "due_ns": None if one.due_ns is None else str(one.due_ns),
        "done_ns": None if one.done_ns is None else str(one.done_ns),
        "overdue": one.done_ns is None and one.due_ns is not None and one.due_ns < now_ns,
        "late_s": f"{one.late_s:.0f}",
    }


def _evidence(exchange: Exchange, file: File, party: str) -> dict[str, Any]:
    there, committed = exchange.of(file, party), file.commitments.get(party)
    root = committed.body.root if committed is not None and isinstance(committed.body, c.Commitment) else None
    stand = {"committed": root, "exchanged": False, "holds": None, "says": "", "file": ""}
    if there is None:
        return stand
    return {**stand, "exchanged": bool(there.whole), "holds": there.opened, "says": there.says, "file": there.file}
