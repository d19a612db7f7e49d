"""How agreements stand, for people: without terms (`describe_all`), and one version with them (`describe_document`)."""

from __future__ import annotations

from typing import Any

from armslength.agreement.compare import changes
from armslength.agreement.document import Document
from armslength.agreement.history import ends
from armslength.agreement.notice import Kind
from armslength.agreement.noticing import lifted
from armslength.agreement.plain import plain
from armslength.agreement.tree import write_tree
from armslength.agreement.trust import Standing
from armslength.crypto.envelope import Envelope, signers
from armslength.crypto.keys import groups
from armslength.errors import AgreementError
from armslength.node.agreements import Agreements
from armslength.toml_source import visible
from armslength.units import stamp

__all__ = ["describe_all", "describe_document"]


def describe_all(agreements: Agreements, now_ns: int) -> list[dict[str, Any]]:
    """Return how every agreement stands at `now_ns` [ns]. Holds no terms."""
    return [_describe(agreements, standing, now_ns) for standing in agreements.standings.values()]


def _describe(agreements: Agreements, standing: Standing, now_ns: int) -> dict[str, Any]:
    governing, head = standing.in_force(now_ns), standing.head
    shown = governing or (head.document if head else None)
    notices = standing.notices.values()
    ending = [one.holds_ns for one in ends(shown.digest, standing.chain, notices) if one.holds_ns] if shown else []
    gone = lifted(notices, now_ns)
    return {
        "agreement": standing.agreement,
        "counterpart": agreements.counterpart(standing),
        "state": standing.state(now_ns).value,
        "version": shown.version if shown else None,
        "digest": shown.digest if shown else None,
        "from": stamp(shown.effective_ns) if shown else None,
        "until": stamp(shown.expires_ns) if shown else None,
        "ends": stamp(min(ending)) if ending else None,
        "suspended": sorted(standing.suspended(now_ns)),
        "suspensions": [
            {"provision": n.notice.provision, "by": _who(standing, n.notice.by), "from": stamp(n.holds_ns)}
            for n in notices
            if n.notice.kind is Kind.SUSPEND and n.holds_ns is not None and n.digest not in gone
        ],
        "resumes_waiting": [
            {"provision": n.notice.provision, "by": _who(standing, n.notice.by)}
            for n in notices
            if n.notice.kind is Kind.RESUME and n.complete_ns is None
        ],
        "waiting": [
            {
                "version": one.document.version,
                "digest": one.digest,
                "signed_by": sorted({_who(standing, key) for key in signers(one.envelope)}),
                "missing": sorted({_who(standing, key) for key in standing.missing(one.digest)}),
            }
            for one in standing.proposals(now_ns)
        ],
    }


def describe_document(
    agreements: Agreements, document: Document, now_ns: int, envelope: Envelope | None = None
) -> dict[str, Any]:
    """Return a version in plain language, who signed it, and what changed since its predecessor. Holds terms.

    Args:
        agreements: of the home that looks.
        document: the version.
        now_ns: UTC [ns].
        envelope: in which it came; None: what is kept here.
    """
    standing = agreements.standings.get(document.agreement)
    held = standing.documents.get(document.digest) if standing else None
    before = standing.documents.get(document.predecessor or "") if standing else None
    shown = envelope or (held.envelope if held else None)
    sides = [document.side(key) for key in signers(shown)] if shown else []
    return {
        "agreement": document.agreement,
        "version": document.version,
        "digest": document.digest,
        "predecessor": document.predecessor,
        "parties": [{"name": p.name, "post": p.post, "key": p.key} for p in document.parties],
        "from": stamp(document.effective_ns),
        "until": stamp(document.expires_ns),
        "state": standing.state(now_ns, document.digest).value if standing and held else "not kept here",
        "signed_by": sorted({side.name for side in sides if side}),
        "warnings": _warnings(agreements, document),
        **_text(agreements, document, before.document if before else None),
    }


def _text(agreements: Agreements, document: Document, before: Document | None) -> dict[str, Any]:
    """Return what a version says; where this version of armslength cannot execute it, its TOML."""
    try:
        terms = agreements.terms(document)
        return {
            "title": terms.title,
            "plain": [{"heading": one.heading, "sentences": list(one.sentences)} for one in plain(terms)],
            "changed": None if before is None else _changed(agreements, before, document),
            "public_lines": list(terms.confidentiality.public_lines),
        }
    except AgreementError as wrong:
        rows = [visible(row) for row in write_tree(document.terms).splitlines()]
        section = {"heading": "The text", "sentences": [f"{wrong.what} {wrong.remedy}", *rows]}
        title = visible(str(document.terms.get("title", "")))
        return {"title": title, "plain": [section], "changed": None, "public_lines": []}


def _warnings(agreements: Agreements, document: Document) -> list[str]:
    """Return whose key in the document is not the one that was accepted here: anybody can write a name."""
    home = agreements.home
    known = {**home.counterparts(), home.identity.party: home.identity}
    said = []
    for side in document.parties:
        if side.name not in known:
            said.append(f"No identity of {side.name} was accepted here. Do not sign this.")
        elif known[side.name].key != side.key:
            said.append(f"The key of {side.name} in it is not the one that is known here. Do not sign this unasked.")
    return said


def _changed(agreements: Agreements, before: Document, document: Document) -> list[str]:
    said = list(changes(agreements.terms(before), agreements.terms(document)))
    for old, new in ((old, new) for old in before.parties for new in document.parties if old.name == new.name):
        if new.key != old.key:
            said.append(f"{new.name} signs with a new key, {groups(new.key)}; it was {groups(old.key)}.")
        if new.certificate != old.certificate:
            said.append(f"{new.name} has a new certificate on the ground line.")
    return said


def _who(standing: Standing, key: str) -> str:
    """Return the party of a key, as any version names it; else the beginning of the key."""
    sides = (one.document.side(key) for one in reversed(standing.documents.values()))
    return next((side.name for side in sides if side is not None), key[:8])
