"""What was believed of an agreement: documents and notices with their signatures and times."""

from __future__ import annotations

from dataclasses import dataclass

from armslength.agreement.document import Document
from armslength.agreement.notice import Notice
from armslength.crypto.envelope import Envelope, signers

__all__ = ["Held", "HeldNotice", "Record", "merged"]


@dataclass(frozen=True, slots=True)
class Held:
    """A document that was believed: with all valid signatures seen, when it came, and when both had signed [ns].

    `order` counts what was believed of an agreement, so that two things of one moment keep their order.
    """

    document: Document
    digest: str
    envelope: Envelope
    seen_ns: int
    ratified_ns: int | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class HeldNotice:
    """A notice that was believed; `holds_ns` [ns]: from when on it holds; None: not all who must sign it have."""

    notice: Notice
    digest: str
    envelope: Envelope
    seen_ns: int
    complete_ns: int | None = None
    holds_ns: int | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What must be kept of a document or a notice to stand there again after a restart; times in UTC [ns]."""

    envelope: Envelope
    seen_ns: int
    complete_ns: int | None
    order: int


def merged(first: Envelope, second: Envelope) -> Envelope:
    """Return one envelope with the valid signatures of both; the payload is the same."""
    kept = [one for one in first.signatures if one[0] in signers(first)]
    more = [one for one in second.signatures if one[0] in signers(second) and one[0] not in dict(kept)]
    return Envelope(first.payload_type, first.payload, (*kept, *more))
