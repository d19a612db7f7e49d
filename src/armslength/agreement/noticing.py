"""Which notices are believed, from when on they hold, and which provisions are suspended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from armslength.agreement.articles import SUSPENDABLE
from armslength.agreement.document import Document
from armslength.agreement.held import Held, HeldNotice
from armslength.agreement.notice import Kind, Notice
from armslength.crypto.envelope import Envelope, signers
from armslength.errors import LifecycleError, RemovedKeyError, SignatureError
from armslength.units import NS, stamp

__all__ = ["TRANSIT_NS", "check_notice", "check_notice_signed", "holds_from", "lifted", "must_sign", "suspended"]

MOST_NOTICES = 256
TRANSIT_NS = 24 * 3600 * NS
"""How long a notice may be on its way. One that arrives later counts from its arrival: nobody is told afterwards."""
AHEAD_NS = 600 * NS
"""How far the issuer's clock may be ahead of ours."""


def check_notice(
    notice: Notice, documents: Mapping[str, Held], chain: Sequence[str], notices: Mapping[str, HeldNotice], now_ns: int
) -> None:
    """Refuse a notice that the agreement does not provide for.

    Args:
        notice: new here.
        documents, chain, notices: how the agreement stands: see `trust.Standing`.
        now_ns: UTC [ns].

    Raises:
        LifecycleError: says why.
    """
    called = f"{notice.agreement}, notice to {notice.kind.value} {notice.provision}".rstrip()
    head = documents[chain[-1]] if chain else None
    if head is None or notice.document not in chain:
        remedy = "Take the version that it names first."
        raise LifecycleError("It names a version that is not ratified here.", where=called, remedy=remedy)
    if len(notices) >= MOST_NOTICES:
        remedy = "Write a new version of the agreement; it begins without them."
        raise LifecycleError(f"{MOST_NOTICES} notices were given already.", where=called, remedy=remedy)
    if notice.issued_ns > now_ns + AHEAD_NS:
        what = f"It was written {stamp(notice.issued_ns)}, which has not come yet."
        raise LifecycleError(what, where=called, remedy="Compare the clocks of the two sides.")
    if notice.kind is Kind.END:
        _check_end(notice, head, called, now_ns)
    elif notice.kind is Kind.SUSPEND:
        _check_suspend(notice, documents[notice.document].document, called)
    else:
        _check_resume(notice, notices, called)


def _check_end(notice: Notice, head: Held, called: str, now_ns: int) -> None:
    if notice.document != head.digest:
        remedy = "End the version ratified last: armslength agreement end."
        raise LifecycleError("A later version was ratified since.", where=called, remedy=remedy)
    if now_ns >= head.document.expires_ns:
        raise LifecycleError("The version that it names has expired.", where=called, remedy="There is nothing to end.")
    _long_enough(notice, head.document.typed().ending.notice_s, called)


def _check_suspend(notice: Notice, document: Document, called: str) -> None:
    article = document.typed().suspension
    if notice.provision not in SUSPENDABLE:
        known = ", ".join(sorted(SUSPENDABLE))
        remedy = f"Provisions are {known}. The ground line, its checks and emergency messages always stay."
        raise LifecycleError("This provision cannot be suspended.", where=called, remedy=remedy)
    if notice.provision not in article.provisions:
        remedy = "`armslength agreement show` says which provisions a side may suspend."
        raise LifecycleError("The terms do not let one side suspend this provision.", where=called, remedy=remedy)
    _long_enough(notice, article.notice_s, called)


def _check_resume(notice: Notice, notices: Mapping[str, HeldNotice], called: str) -> None:
    for one in notice.lifts:
        there = notices.get(one)
        if there is None or there.notice.kind is not Kind.SUSPEND or there.notice.provision != notice.provision:
            remedy = "Take the suspension first, or ask for the notice again."
            raise LifecycleError("It lifts a suspension that is not known here.", where=called, remedy=remedy)


def _long_enough(notice: Notice, least_s: float, called: str) -> None:
    if notice.effect_ns < notice.issued_ns + round(least_s * NS):
        what = "Its notice is shorter than the terms say."
        raise LifecycleError(what, where=called, remedy="Give the notice again, to take effect later.")


def must_sign(notice: Notice, document: Document) -> frozenset[str]:
    """Return the keys that must sign `notice`: both for a resume, else its issuer's."""
    return document.keys if notice.kind is Kind.RESUME else frozenset({notice.by})


def check_notice_signed(envelope: Envelope, notice: Notice, document: Document, removed: frozenset[str]) -> None:
    """Refuse a notice that is not signed by its issuer, or is signed by anybody but those who must.

    Args:
        envelope, notice: the same.
        document: the version that it names.
        removed: keys that a later version took out.

    Raises:
        SignatureError: a signature is missing, forged, or by somebody else.
        RemovedKeyError: a signature is by a key that was removed.
    """
    called, valid = f"{notice.agreement}, notice to {notice.kind.value}", signers(envelope)
    for key, _ in envelope.signatures:
        if key in removed:
            what = "It is signed by a key that a later version took out."
            raise RemovedKeyError(what, where=called, remedy="Sign with the key that the version in force names.")
        if key not in must_sign(notice, document):
            what = "It is signed by a key that has no say in it."
            raise SignatureError(what, where=called, remedy="Do not use this file; ask the other side for its own.")
        if key not in valid:
            what = "A signature on it does not fit: it was changed after it was signed."
            raise SignatureError(what, where=called, remedy="Do not use this file; ask the other side for its own.")
    if notice.by not in document.keys or (notice.kind is not Kind.RESUME and notice.by not in valid):
        raise SignatureError("Its issuer is no party, or has not signed it.", where=called, remedy="Do not use it.")


def holds_from(notice: Notice, document: Document, seen_ns: int, complete_ns: int) -> int:
    """Return from when on a complete notice holds [ns]: the terms' notice after its arrival, less TRANSIT_NS.

    A notice that is kept back, or dated back, so counts from when it came.
    """
    if notice.kind is Kind.RESUME:
        return max(notice.effect_ns, complete_ns)
    terms = document.typed()
    least_s = terms.ending.notice_s if notice.kind is Kind.END else terms.suspension.notice_s
    return max(notice.effect_ns, seen_ns + max(round(least_s * NS) - TRANSIT_NS, 0))


def lifted(notices: Iterable[HeldNotice], now_ns: int) -> frozenset[str]:
    """Return the digests of the suspensions that both sides have lifted by `now_ns`."""
    return frozenset(
        one
        for held in notices
        if held.notice.kind is Kind.RESUME and held.holds_ns is not None and held.holds_ns <= now_ns
        for one in held.notice.lifts
    )


def suspended(notices: Iterable[HeldNotice], now_ns: int) -> frozenset[str]:
    """Return the provisions that are suspended at `now_ns`."""
    given = list(notices)
    gone = lifted(given, now_ns)
    return frozenset(
        held.notice.provision
        for held in given
        if held.notice.kind is Kind.SUSPEND
        and held.digest not in gone
        and held.holds_ns is not None
        and held.holds_ns <= now_ns
    )
