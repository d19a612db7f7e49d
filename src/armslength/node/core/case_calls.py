"""The coded messages that go with documents of a case, so that it rings at the other post: IRP, ANS, WGC, and ROG.

The document does it, the message tells it. So a message that cannot leave stops nothing; and an officer who answers an
IRP with ROG has acknowledged the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armslength.domain import case as c
from armslength.domain.case import Document
from armslength.errors import InputError

if TYPE_CHECKING:
    from armslength.node.core.cases import Cases
    from armslength.node.core.effects import Effects
    from armslength.node.core.messages import Logged
    from armslength.protocol.events import Now

__all__ = ["acknowledged", "ring"]

OFFICER = "duty officer"


def ring(cases: Cases, document: Document, role: str, effects: Effects, now: Now) -> None:
    """Let a report, an answer or a session ring at the other post; and answer an IRP that is acknowledged here."""
    line = cases.line
    if isinstance(document.body, c.Acknowledgement):
        for one in _reports(cases):
            if cases.number_of(str(one.message.fields["case"])) == cases.number_of(document.case) and not one.answered:
                line.say("ROG", {}, effects, now, role=role, ref=one.message.id)
        return
    found = _told(cases, document)
    if found is not None and line.ruling(found[0], role=role).allowed:
        line.say(found[0], found[1], effects, now, role=role)


def acknowledged(cases: Cases, effects: Effects, now: Now) -> None:
    """Acknowledge the reports whose IRP was answered ROG here."""
    for one in _reports(cases):
        file = cases.files.get(cases.number_of(str(one.message.fields["case"])))
        if one.answered != "ROG" or file is None or file.report is None or file.answers != cases.parties[0]:
            continue
        if not file.stamps.keys() & {"acknowledged", "answered", "closed"} and not cases.frozen:
            newest = file.full_report or file.report
            try:
                cases.say(file.case, c.Acknowledgement(newest.digest), effects, now, role=OFFICER)
            except InputError:  # the terms, or the disk, do not let it: it is tried again
                return


def _reports(cases: Cases) -> list[Logged]:
    """Return the IRP messages that came in lately."""
    return [one for one in cases.line.log.latest() if one.message.code == "IRP" and not one.outgoing]


def _told(cases: Cases, document: Document) -> tuple[str, dict[str, Any]] | None:
    """Return code and fields of the message that tells of a document; None where none does."""
    match document.body:
        case c.Report():
            file = cases.files[cases.number_of(document.case)]
            subject, rules = file.opening.subject, file.opening.subject.rules
            if not rules:
                return None
            place = {}
            if subject.lat_arcmin is not None and subject.lon_arcmin is not None:
                place = {"latitude_e5": _e5(subject.lat_arcmin), "longitude_e5": _e5(subject.lon_arcmin)}
            about = {"case": document.case, "at_ns": str(subject.from_ns), "kind": rules[0]}
            return "IRP", {**about, **place, "severity": file.opening.severity.name, "hash": document.digest}
        case c.Answer(substance=substance, of=of):
            return "ANS", {"case": document.case, "answer": substance.value, "ref_hash": of}
        case c.Meeting(at_ns=at_ns, medium=medium, agenda=agenda, minutes=""):
            about = {} if document.case == c.GROUP else {"case": document.case}
            return "WGC", {"at_ns": str(at_ns), "medium": medium.value, "agenda": agenda, **about}
    return None


def _e5(arcmin: int) -> int:
    return round(arcmin * 1e5 / 60.0)
