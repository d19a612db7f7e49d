"""What happened to an agreement, as the ledger and people are told: digests, versions, provisions; never terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from armslength.agreement.document import Document
from armslength.agreement.notice import Kind, Notice
from armslength.agreement.trust import Held, Standing
from armslength.crypto.envelope import signers, to_json

__all__ = ["Change", "document_change", "notice_change"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an agreement, or was refused.

    Attributes:
        agreement: which one; "" where it is none that is known here.
        counterpart: the other side; "" where it is not known.
        what: "proposed", "ratified", "suspended", "resume proposed", "resumed", "end given", "nothing new", "refused".
        payload: for the ledger: digests, versions, provisions; never terms.
        envelope: what the other side must see now, with all signatures known, as canonical JSON.
        role: of who did it: "person" (one here), or "counterpart".
        findings: of rules of conduct that follow from it, for the ledger.
    """

    agreement: str
    counterpart: str
    what: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    envelope: bytes = field(default=b"", repr=False)
    role: str = "person"
    findings: tuple[Mapping[str, Any], ...] = ()


def document_change(trial: Standing, before: Standing | None, document: Document, counterpart: str) -> Change:
    """Return what the arrival of `document` changed from `before` (None: nothing stood there) to `trial`."""
    found = document.digest
    held: Held = trial.documents[found]
    known = before.documents.get(found) if before is not None else None
    what = "ratified" if held.ratified_ns is not None else "proposed"
    if known is not None and known == held:
        what = "nothing new"
    payload = {
        "what": what,
        "version": document.version,
        "digest": found,
        "predecessor": document.predecessor,
        "signed_by": sorted(signers(held.envelope)),
    }
    return Change(trial.agreement, counterpart, what, payload, to_json(held.envelope))


def notice_change(trial: Standing, before: Standing | None, notice: Notice, counterpart: str) -> Change:
    """Return what the arrival of `notice` changed from `before` to `trial`."""
    held = trial.notices[notice.digest]
    complete = held.complete_ns is not None
    what = {
        Kind.SUSPEND: "suspended",
        Kind.RESUME: "resumed" if complete else "resume proposed",
        Kind.END: "end given",
    }[notice.kind]
    if before is not None and before.notices.get(notice.digest) == held:
        what = "nothing new"
    payload = {
        "what": what,
        "provision": notice.provision,
        "notice": notice.digest,
        "digest": notice.document,
        "by": notice.by,
        "lifts": list(notice.lifts),
        "effect_ns": str(notice.effect_ns),
        "holds_ns": None if held.holds_ns is None else str(held.holds_ns),
    }
    return Change(trial.agreement, counterpart, what, payload, to_json(held.envelope))
