"""How one agreement stands: every rule of trust, without I/O. Bytes, times and keys in; documents or errors out.

TUF's trusted metadata set is the model (python-tuf, ngclient/_internal/trusted_metadata_set.py): a new version is
believed only because the keys of the version before it say so. The steps of `consider`, and what each prevents:

    1. form               a document of another agreement, or garbage
    2. number             rollback: an older version than the one ratified last
    3. one per number     equivocation: two different versions with one number
    4. predecessor        a version whose history is another than ours
    5. time               freeze: an old version kept alive; it expires
    6. names              another party slipped in
    7. keys               signatures that are forged, by a third, or by a key that was removed
    8. both               in force by one side's word: nothing counts until all have signed the same digest

Who must sign: the keys that the predecessor names, and the keys that the new version names (so a key is replaced by the
old key and the new one together, as TUF replaces a root). Version 1 is signed by the keys that it names; that they are
whose they say is for the keeper, who has compared fingerprints.

Two versions with one predecessor can cross on the way, each signed first by its own proposer. Where both get both
signatures, the higher number stands, in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from armslength.agreement.document import AGREEMENT_TYPE, Document
from armslength.agreement.held import Held, HeldNotice, Record, merged
from armslength.agreement.history import state_of
from armslength.agreement.lifecycle import GOVERNS, State
from armslength.agreement.notice import NOTICE_TYPE, Notice
from armslength.agreement.noticing import check_notice, check_notice_signed, holds_from, must_sign, suspended
from armslength.crypto.envelope import Envelope, signers
from armslength.errors import (
    AgreementError,
    EquivocationError,
    ExpiredError,
    LifecycleError,
    PredecessorError,
    RemovedKeyError,
    RollbackError,
    SignatureError,
)
from armslength.units import stamp

__all__ = ["Held", "HeldNotice", "Record", "Standing"]

MOST_OPEN = 16
"""Proposals that may lie open at a time: a peer that sends more is talking, not proposing."""
_ASK = "Do not use this file; ask the other side for its own."


class Standing:
    """How the agreement called `agreement` stands. Nothing changes where a method raises.

    Attributes:
        documents, notices: what was believed, by digest, in order of arrival.
        chain: digests of the ratified versions, in order; the last is the head, from which the next must follow.
    """

    def __init__(self, agreement: str) -> None:
        self.agreement = agreement
        self.documents: dict[str, Held] = {}
        self.notices: dict[str, HeldNotice] = {}
        self.chain: list[str] = []

    @classmethod
    def restore(cls, agreement: str, records: Iterable[Record]) -> Standing:
        """Return the standing that `records` make, every signature and every rule checked again.

        Raises:
            AgreementError: they do not hold together.
        """
        standing = cls(agreement)
        for record in sorted(records, key=lambda one: one.order):
            if record.envelope.payload_type == NOTICE_TYPE:
                given = standing._take_notice(record.envelope, record.seen_ns, _when(record)).digest
                standing.notices[given] = replace(standing.notices[given], order=record.order)
            else:
                found = standing.consider(record.envelope, _when(record)).digest
                held = replace(standing.documents[found], seen_ns=record.seen_ns, order=record.order)
                standing.documents[found] = held
        return standing

    def records(self) -> dict[str, Record]:
        """Return what must be kept, by digest."""
        kept = {d: Record(one.envelope, one.seen_ns, one.ratified_ns, one.order) for d, one in self.documents.items()}
        notices = self.notices.items()
        return kept | {d: Record(one.envelope, one.seen_ns, one.complete_ns, one.order) for d, one in notices}

    def copy(self) -> Standing:
        """Return another that can change without this one."""
        twin = Standing(self.agreement)
        twin.documents, twin.notices, twin.chain = dict(self.documents), dict(self.notices), list(self.chain)
        return twin

    @property
    def head(self) -> Held | None:
        """The version that was ratified last."""
        return self.documents[self.chain[-1]] if self.chain else None

    def consider(self, envelope: Envelope, now_ns: int) -> Document:
        """Believe a document, or a further signature on one, or say why not.

        Args:
            envelope: with the signature of one side or of both.
            now_ns: UTC [ns].

        Raises:
            RollbackError, EquivocationError, PredecessorError, ExpiredError, RemovedKeyError, SignatureError,
            LifecycleError, AgreementError: see the steps at the top of this file.
        """
        if envelope.payload_type != AGREEMENT_TYPE:  # 1
            raise AgreementError("It is signed, but it is no agreement.", remedy="Is it the right file?")
        document = Document.from_bytes(envelope.payload)
        if document.agreement != self.agreement:
            raise AgreementError(
                "It belongs to another agreement.", where=document.called, remedy="Is it the right file?"
            )
        found, head = document.digest, self.head
        if head is not None and found == head.digest:
            return document  # nothing that is put on it now could make it more than ratified
        self._fits(document, found)  # 2, 3, 4
        if now_ns >= document.expires_ns:  # 5
            what = f"Its time was over {stamp(document.expires_ns)}."
            raise ExpiredError(what, where=document.called, remedy="Draft a new version.")
        self._signed(envelope, document)  # 6, 7
        known = self.documents.get(found)
        if known is None and self._open_like(document, now_ns) >= MOST_OPEN:
            raise LifecycleError(
                f"{MOST_OPEN} proposals lie open.", where=document.called, remedy="Ratify one of them."
            )
        whole = envelope if known is None else merged(known.envelope, envelope)
        complete = self.required(document) <= signers(whole)  # 8
        seen = now_ns if known is None else known.seen_ns
        if known is None or whole != known.envelope:
            self.documents[found] = Held(document, found, whole, seen, now_ns if complete else None, self._order())
        if complete:
            self.chain.append(found)
        return document

    def notice(self, envelope: Envelope, now_ns: int) -> Notice:
        """Believe a notice, or a further signature on one, or say why not.

        Raises:
            SignatureError, RemovedKeyError, LifecycleError, AgreementError: see `noticing`.
        """
        return self._take_notice(envelope, now_ns, now_ns)

    def _take_notice(self, envelope: Envelope, seen_ns: int, now_ns: int) -> Notice:
        if envelope.payload_type != NOTICE_TYPE:
            raise AgreementError("It is signed, but it is no notice.", remedy="Is it the right file?")
        notice = Notice.from_bytes(envelope.payload)
        if notice.agreement != self.agreement:
            raise AgreementError(
                "It belongs to another agreement.", where=notice.agreement, remedy="Is it the right file?"
            )
        known = self.notices.get(notice.digest)
        if known is None:
            check_notice(notice, self.documents, self.chain, self.notices, now_ns)
        document = self.documents[notice.document].document
        check_notice_signed(envelope, notice, document, self.removed())
        seen = seen_ns if known is None else known.seen_ns
        whole = envelope if known is None else merged(known.envelope, envelope)
        complete = None if known is None else known.complete_ns
        if complete is None and must_sign(notice, document) <= signers(whole):
            complete = now_ns
        holds = None if complete is None else holds_from(notice, document, seen, complete)
        if known is None or whole != known.envelope:
            self.notices[notice.digest] = HeldNotice(notice, notice.digest, whole, seen, complete, holds, self._order())
        return notice

    def in_force(self, now_ns: int) -> Document | None:
        """Return the version in force at `now_ns`, or None."""
        held = next((self.documents[d] for d in reversed(self.chain) if self.state(now_ns, d) in GOVERNS), None)
        return held.document if held else None

    def state(self, now_ns: int, found: str | None = None) -> State:
        """Return the state of the version with digest `found`; without it, of the one that matters most.

        That is the version in force, else the one ratified last, else the open proposal.
        """
        if found is None:
            governing = self.in_force(now_ns)
            found = governing.digest if governing else self.chain[-1] if self.chain else None
            if found is None:
                return max((self.state(now_ns, d) for d in self.documents), key=_weight, default=State.DRAFTED)
        return state_of(self.documents[found], self.documents, self.chain, self.notices.values(), now_ns)

    def suspended(self, now_ns: int) -> frozenset[str]:
        """Return the provisions that are suspended at `now_ns`."""
        return suspended(self.notices.values(), now_ns)

    def required(self, document: Document) -> frozenset[str]:
        """Return the keys that must sign `document`: those of its predecessor and its own."""
        before = self.documents.get(document.predecessor or "")
        return document.keys | (before.document.keys if before else frozenset())

    def missing(self, found: str) -> frozenset[str]:
        """Return the keys that have not yet signed the document with this digest."""
        held = self.documents[found]
        return self.required(held.document) - signers(held.envelope)

    def removed(self) -> frozenset[str]:
        """Return the keys that a ratified version named and the head does not."""
        ever = frozenset(key for one in self.chain for key in self.documents[one].document.keys)
        return ever - (self.head.document.keys if self.head else frozenset())

    def proposed(self, now_ns: int) -> Envelope | None:
        """Return the open proposal with the highest number, or None."""
        waiting = self.proposals(now_ns)
        return max(waiting, key=lambda one: one.document.version).envelope if waiting else None

    def proposals(self, now_ns: int) -> tuple[Held, ...]:
        """Return every version that waits for a signature and could still be ratified."""
        waiting = (one for one in self.documents.values() if one.ratified_ns is None)
        return tuple(one for one in waiting if self._follows(one.document) and now_ns < one.document.expires_ns)

    def next_version(self) -> int:
        """Return the least number that a new version can have."""
        taken = {one.document.version for one in self.documents.values()}
        number = (self.head.document.version if self.head else 0) + 1
        while number in taken:
            number += 1
        return number

    def _open_like(self, document: Document, now_ns: int) -> int:
        """Return how many open proposals can be executed, or cannot, as `document`: neither kind fills the other's."""
        return sum(one.document.sound is document.sound for one in self.proposals(now_ns))

    def _passes(self, other: Held, document: Document) -> bool:
        """Return whether `document` may have the number of `other`: one that nobody here can ever sign takes none."""
        return other.ratified_ns is None and not other.document.sound and document.sound

    def _order(self) -> int:
        """Return the number of what is believed next."""
        orders = [*(one.order for one in self.documents.values()), *(one.order for one in self.notices.values())]
        return max(orders, default=0) + 1

    def _follows(self, document: Document) -> bool:
        """Return whether `document` could be ratified next: it follows from the head, or is a later twin of it."""
        head = self.head
        if head is None:
            return document.version == 1
        before = {head.digest, head.document.predecessor} - {None}
        return document.version > head.document.version and document.predecessor in before

    def _fits(self, document: Document, found: str) -> None:
        """Refuse an older version, a second one with its number, and one with another past."""
        head, called = self.head, document.called
        if head is not None and document.version < head.document.version:
            what = f"Version {head.document.version} is ratified already; this is an older one."
            raise RollbackError(what, where=called, remedy="Use the newer one. If you were sent this, ask why.")
        for other in self.documents.values():
            if other.document.version == document.version and not (
                other.digest == found or self._passes(other, document)
            ):
                what = f"There is another version {document.version}, with other content."
                remedy = (
                    f"Keep both files: they prove it. Who wants other terms proposes version {self.next_version()}."
                )
                raise EquivocationError(what, where=called, remedy=remedy)
        if not self._follows(document):
            what = "It does not follow from the version ratified last"
            what += "." if head else ", for none is ratified here yet."
            remedy = "Take the versions before it first, in order; or write it again with `armslength agreement amend`."
            raise PredecessorError(what, where=called, remedy=remedy)

    def _signed(self, envelope: Envelope, document: Document) -> None:
        """Refuse a signature that is forged, by a third, or by a key that was removed; and a party that is another."""
        before = self.documents.get(document.predecessor or "")
        called, valid, required, removed = document.called, signers(envelope), self.required(document), self.removed()
        if before and {p.name for p in before.document.parties} != {p.name for p in document.parties}:
            remedy = "Draft a new agreement with another party; this one goes on between the same two."
            raise AgreementError("It is between other parties than the version before it.", where=called, remedy=remedy)
        if removed & (required | dict(envelope.signatures).keys()):
            what = "It names, or is signed by, a key that a later version took out."
            raise RemovedKeyError(
                what, where=called, remedy="A key that was taken out does not come back: make a new one."
            )
        for key, _ in envelope.signatures:
            if key not in required:
                raise SignatureError("It is signed by a key that belongs to neither side.", where=called, remedy=_ASK)
            if key not in valid:
                what = "A signature on it does not fit: it was changed after it was signed."
                raise SignatureError(what, where=called, remedy=_ASK)
        if before and document.digest not in self.documents and not valid & before.document.keys:
            what = "None of the keys of the version before it has signed it."
            raise SignatureError(what, where=called, remedy="A new key counts only with the signature of the old one.")


def _when(record: Record) -> int:
    return record.seen_ns if record.complete_ns is None else record.complete_ns


def _weight(state: State) -> int:
    return list(State).index(state) if state is State.PROPOSED else -1
