"""The keeper of a node's agreements: how each stands, kept encrypted, and every change of it.

The rules are `agreement.trust`'s; here are the own key and the counterparts that were accepted. A change goes in this
order: believed on a copy, told to the ledger (which has it on the disk, with the files that belong to it), written to
the files, in force, shown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from armslength.adapters.certificates import fingerprint
from armslength.agreement.document import AGREEMENT_TYPE, LARGEST_ENVELOPE, Document
from armslength.agreement.identity import Identity
from armslength.agreement.notice import NOTICE_TYPE, Kind, Notice
from armslength.agreement.terms import Terms
from armslength.agreement.trust import Standing
from armslength.crypto.canonical import digest
from armslength.crypto.envelope import Envelope, add, from_json, seal, signers, to_json
from armslength.errors import AgreementError, LifecycleError, RemoteProtocolError, SignatureError
from armslength.node.agreement_changes import Change, document_change, notice_change
from armslength.node.agreement_files import load, sealed
from armslength.node.home import Home
from armslength.node.pending import Files, write_files

__all__ = ["Agreements", "Change", "Ledger"]

MOST_AGREEMENTS = 64
"""In one home; so that no peer can fill the disk with first versions."""


class Ledger(Protocol):
    """Where changes are entered."""

    def enter(self, change: Change, files: Files) -> None:
        """Enter `change`, and keep `files` with it until they are written; return when it is on the disk.

        Raises:
            StoreError: the disk does not take it: nothing has changed.
        """

    def written(self, paths: Collection[str]) -> None:
        """Let go of these files: they are there."""


class Agreements:
    """The agreements of `home`. From one thread at a time.

    Args:
        home: whose; its lock is held by the caller.
        ledger: told of every change before it is kept; where it raises, nothing has changed.

    Raises:
        HomeError: a file cannot be read.
        StoreError: a file cannot be decrypted.
        AgreementError: what lies there does not hold together.
    """

    def __init__(self, home: Home, ledger: Ledger) -> None:
        self.home, self._ledger = home, ledger
        self.standings = load(home)
        self._terms: dict[str, Terms] = {}

    def take(self, data: bytes, now_ns: int, *, sender: str = "") -> Change:
        """Believe a signed document or notice, in whichever way it came, or record why not.

        Args:
            data: an envelope as canonical JSON.
            now_ns: UTC [ns].
            sender: the counterpart over whose link it came; "" where it came as a file.

        Raises:
            AgreementError: it is not believed; the refusal is recorded.
            StoreError: the disk does not take it; nothing has changed.
        """
        try:
            envelope = from_json(data, limit=LARGEST_ENVELOPE)
        except RemoteProtocolError as wrong:
            raise self._refused("", sender, digest(data), AgreementError(wrong.says)) from None
        name = ""
        try:
            name = self._named(envelope)
            return self._believe(name, envelope, now_ns, sender)
        except AgreementError as wrong:
            known = name if name in self.standings else ""
            raise self._refused(known, sender, digest(envelope.payload), wrong) from None

    def propose(self, document: Document, now_ns: int) -> Change:
        """Sign a document that was drafted here or there, and so propose it.

        Raises:
            AgreementError: it is not between us and an accepted counterpart, or must not be signed.
        """
        return self._sign_document(seal(AGREEMENT_TYPE, document.to_bytes(), self.home.key), document, now_ns)

    def ratify(self, agreement: str, now_ns: int, version: int | None = None) -> Change:
        """Sign the other side's open proposal.

        Args:
            agreement: which agreement.
            version: which version; None where only one lies open.

        Raises:
            LifecycleError: nothing waits for our signature, or it does not say which.
        """
        standing = self._standing(agreement)
        mine = self.home.key.public
        waiting = [
            one
            for one in standing.proposals(now_ns)
            if mine in standing.missing(one.digest) and version in (None, one.document.version)
        ]
        if len(waiting) > 1:  # one that cannot be executed is no choice beside one that can
            waiting = [one for one in waiting if one.document.sound] or waiting
        if len(waiting) != 1:
            numbers = ", ".join(str(one.document.version) for one in waiting)
            what = f"Versions {numbers} wait for our signature." if waiting else "Nothing waits for our signature."
            remedy = "Say which with --version." if waiting else "`armslength agreement status` says how it stands."
            if not waiting and any(mine not in standing.missing(one.digest) for one in standing.proposals(now_ns)):
                what = f"What lies open is signed here already, and waits for {self.counterpart(standing)}."
            raise LifecycleError(what, where=agreement, remedy=remedy)
        held = waiting[0]
        return self._sign_document(add(held.envelope, self.home.key), held.document, now_ns)

    def notify(self, agreement: str, kind: Kind, provision: str, now_ns: int, effect_ns: int | None = None) -> Change:
        """Give a notice: suspend one provision, propose or accept to resume it, or end the agreement.

        Args:
            agreement: which agreement.
            kind: what to do.
            provision: which provision; "" to end.
            now_ns: UTC [ns].
            effect_ns: from when on, UTC [ns]; None: as soon as the terms allow.

        Raises:
            LifecycleError: the agreement does not provide for it as it stands.
        """
        standing = self._standing(agreement)
        if kind is Kind.RESUME and (theirs := self._resume_waiting(standing, provision)) is not None:
            return self._believe(agreement, add(theirs, self.home.key), now_ns, "")
        head = standing.head
        if head is None:
            raise LifecycleError("No version is ratified.", where=agreement, remedy="Ratify one first.")
        lifts: tuple[str, ...] = ()
        least = 0.0
        if kind is Kind.RESUME:
            lifts = tuple(sorted(self._suspensions(standing, provision, now_ns)))
            if not lifts:
                raise LifecycleError("It is not suspended.", where=f"{agreement}, {provision}", remedy="")
        else:
            terms = self.terms(head.document)
            least = terms.ending.notice_s if kind is Kind.END else terms.suspension.notice_s
        effect = now_ns + round(least * 1e9) if effect_ns is None else effect_ns
        if effect < now_ns:
            raise LifecycleError("It would take effect in the past.", where=agreement, remedy="Name a later time.")
        notice = Notice(agreement, head.digest, kind, provision, now_ns, effect, self.home.key.public, lifts)
        return self._believe(agreement, seal(NOTICE_TYPE, notice.to_bytes(), self.home.key), now_ns, "")

    def enter(self, change: Change, files: Files) -> None:
        """Enter a change in the ledger, and then write the files of the home that belong to it.

        Raises:
            StoreError: the disk does not take the entry, and nothing has changed; or it does not take a file, and that
                is written at the next start.
        """
        self._ledger.enter(change, files)
        write_files(self.home, files)
        if files:
            self._ledger.written(files)

    def terms(self, document: Document) -> Terms:
        """Return the terms of a document, read once."""
        found = document.digest
        if found not in self._terms:
            self._terms[found] = document.typed()
        return self._terms[found]

    def in_force(self, now_ns: int) -> list[tuple[Standing, Document]]:
        """Return the agreements in force at `now_ns`, each with its version."""
        found = ((one, one.in_force(now_ns)) for one in self.standings.values())
        return [(standing, document) for standing, document in found if document is not None]

    def counterpart(self, standing: Standing) -> str:
        """Return the name of the other side of an agreement."""
        documents = [standing.head.document] if standing.head else [one.document for one in standing.documents.values()]
        mine = self.home.identity.party
        return next((p.name for d in documents for p in d.parties if p.name != mine), "")

    def facing(self, counterpart: str, now_ns: int) -> list[Standing]:
        """Return every agreement with `counterpart`: the one in force that was ratified last comes first."""
        found = [one for one in self.standings.values() if self.counterpart(one) == counterpart]

        def weight(one: Standing) -> tuple[bool, int]:
            return one.in_force(now_ns) is not None, (one.head.ratified_ns or 0) if one.head else 0

        return sorted(found, key=weight, reverse=True)

    def only(self, agreement: str | None) -> str:
        """Return which agreement is meant: the one named, or the only one there is.

        Raises:
            LifecycleError: there is none of that name, or it does not say which.
        """
        if agreement is None and len(self.standings) == 1:
            return next(iter(self.standings))
        if agreement is None:
            known = ", ".join(self.standings)
            what = "There are several agreements." if known else "There is no agreement."
            remedy = f"Say which with --agreement: {known}." if known else "Draft one: armslength agreement draft."
            raise LifecycleError(what, where=str(self.home.path), remedy=remedy)
        self._standing(agreement)
        return agreement

    def offers(self, standing: Standing, now_ns: int) -> list[bytes]:
        """Return what the other side must see: open proposals, the version ratified last, every notice that counts."""
        documents = [one.envelope for one in standing.proposals(now_ns)]
        if standing.head is not None:
            documents.insert(0, standing.head.envelope)
        return [to_json(one) for one in (*documents, *(n.envelope for n in standing.notices.values()))]

    def _standing(self, agreement: str) -> Standing:
        if agreement not in self.standings:
            known = ", ".join(self.standings) or "none"
            raise LifecycleError("There is no such agreement.", where=agreement, remedy=f"There is: {known}.")
        return self.standings[agreement]

    def _named(self, envelope: Envelope) -> str:
        if envelope.payload_type == AGREEMENT_TYPE:
            return Document.from_bytes(envelope.payload).agreement
        if envelope.payload_type == NOTICE_TYPE:
            return Notice.from_bytes(envelope.payload).agreement
        raise AgreementError(
            "It is signed, but it is neither an agreement nor a notice.", remedy="Is it the right file?"
        )

    def _sign_document(self, envelope: Envelope, document: Document, now_ns: int) -> Change:
        document.check_whole()
        mine = document.side(self.home.key.public)
        if mine is None or mine.certificate != fingerprint(self.home.identity.certificate):
            remedy = "Draft it again with the present identity: armslength identity."
            raise SignatureError(
                "It does not name this home's key and certificate.", where=document.called, remedy=remedy
            )
        standing = self.standings.get(document.agreement)
        for other in standing.proposals(now_ns) if standing else ():
            ours = self.home.key.public in signers(other.envelope) and other.digest != document.digest
            if ours and other.document.version > document.version:
                what = f"We have proposed version {other.document.version} since."
                remedy = "The higher number stands. Write a new version with what you want of this one."
                raise LifecycleError(what, where=document.called, remedy=remedy)
        return self._believe(document.agreement, envelope, now_ns, "")

    def _believe(self, agreement: str, envelope: Envelope, now_ns: int, sender: str) -> Change:
        before = self.standings.get(agreement)
        trial = before.copy() if before is not None else Standing(agreement)
        if before is None and len(self.standings) >= MOST_AGREEMENTS:
            remedy = "Move folders that are not needed any more out of agreements/ in the home."
            raise LifecycleError(f"There are {MOST_AGREEMENTS} agreements already.", where=agreement, remedy=remedy)
        if envelope.payload_type == NOTICE_TYPE:
            notice = trial.notice(envelope, now_ns)
            self._from_its_counterpart(trial, sender)
            change = notice_change(trial, before, notice, self.counterpart(trial))
        else:
            document = trial.consider(envelope, now_ns)
            other = self._between_us(document, trial)
            if sender and other != sender:
                raise AgreementError(f"It is with {other}.", where=document.called, remedy="Ask why it came this way.")
            change = document_change(trial, before, document, other)
        change = replace(change, role="counterpart" if sender else "person")
        self._keep(before, trial, change)
        return change

    def _keep(self, before: Standing | None, trial: Standing, change: Change) -> None:
        old = {} if before is None else before.records()
        fresh = {found: record for found, record in trial.records().items() if old.get(found) != record}
        if not fresh:
            return
        self.enter(change, sealed(self.home, trial.agreement, fresh))
        self.standings[trial.agreement] = trial

    def _between_us(self, document: Document, standing: Standing) -> str:
        """Return the other side of `document`, which must be an accepted counterpart with that key."""
        mine, accepted = self.home.identity.party, self.home.counterparts()
        sides = {party.name: party for party in document.parties}
        if mine not in sides or (standing.head is None and sides[mine].key != self.home.key.public):
            remedy = "Draft it with the identity of this home: armslength identity."
            raise AgreementError("It does not name this home as a party.", where=document.called, remedy=remedy)
        other = next(party for party in document.parties if party.name != mine)
        known: Identity | None = accepted.get(other.name)
        chain = [standing.documents[one].document for one in standing.chain]
        before = [party for one in chain for party in one.parties if one.digest != document.digest]
        trusted = known is not None and known.signatory.key in {
            other.key,
            *(p.key for p in before if p.name == other.name),
        }
        if known is None or not trusted:
            what = f"The identity of {other.name} that it names was not accepted here."
            remedy = "Compare fingerprints with them, then: armslength identity accept FILE."
            raise SignatureError(what, where=document.called, remedy=remedy)
        return other.name

    def _from_its_counterpart(self, standing: Standing, sender: str) -> None:
        if sender and sender != self.counterpart(standing):
            raise AgreementError(
                f"{sender} has no part in it.", where=standing.agreement, remedy="Ask why it came this way."
            )

    def _refused(self, agreement: str, sender: str, found: str, wrong: AgreementError) -> AgreementError:
        payload = {"what": "refused", "why": type(wrong).__name__, "digest": found, "from": sender}
        role = "counterpart" if sender else "person"
        self.enter(Change(agreement, sender, "refused", payload, role=role), {})
        return wrong

    def _suspensions(self, standing: Standing, provision: str, now_ns: int) -> set[str]:
        gone = {
            one
            for held in standing.notices.values()
            if held.notice.kind is Kind.RESUME and held.complete_ns is not None
            for one in held.notice.lifts
        }
        return {
            held.digest
            for held in standing.notices.values()
            if held.notice.kind is Kind.SUSPEND and held.notice.provision == provision and held.digest not in gone
        }

    def _resume_waiting(self, standing: Standing, provision: str) -> Envelope | None:
        """Return the other side's resume of `provision` that waits for our signature."""
        for held in standing.notices.values():
            waits = held.complete_ns is None and held.notice.kind is Kind.RESUME
            if waits and held.notice.provision == provision and self.home.key.public not in signers(held.envelope):
                return held.envelope
        return None
