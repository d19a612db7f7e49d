"""What a person does about confidentiality: hold a statement against the approved lines, make copies, trace found ones.

Copies are kept as files of the home, encrypted to it: for whom, and the mark. The ledger holds digests of both, and of
the text; what a found text is, and what a side said in public, is entered as a finding of P05 where a person wants it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from armslength.agreement.copies import MARK_BYTES, code_of, mark_digest, may_have, recipient_digest, trace, write_copy
from armslength.agreement.document import Document
from armslength.agreement.public_lines import check_statement, line_digest
from armslength.agreement.terms import Party, Terms
from armslength.crypto.canonical import canonical, digest
from armslength.engine.discretion import review
from armslength.engine.process import p05
from armslength.errors import AgreementError, DisclosureError, HomeError, InputError, LifecycleError
from armslength.node.agreement_changes import Change
from armslength.node.agreement_views import describe_document
from armslength.node.agreements import Agreements
from armslength.node.private_files import read_private
from armslength.units import stamp

__all__ = ["VERBS"]

Args = Mapping[str, Any]
MOST_COPIES = 1000
"""Of one agreement."""
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class _Copy:
    """One copy that was made here: its mark, for whom, of which version, when [UTC ns]."""

    mark: bytes
    recipient: str
    version: int
    made_ns: int


def _statement(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement", "text", "by", "record"}: hold a statement against the approved lines; record who said it."""
    name, document, terms = _in_force(agreements, args, now_ns)
    text = _text(args, "text")
    judged = check_statement(text, terms.confidentiality.public_lines)
    wrong = [one for one in judged if not one.approved]
    held = [review(one.text, "en", terms).kinds for one in wrong]
    out = {
        "agreement": name,
        "version": document.version,
        "approved": not wrong,
        "sentences": [
            {"text": one.text, "approved": one.approved, "digest": line_digest(one.text), "nearest": one.nearest}
            for one in judged
        ],
        "kinds": sorted({kind for kinds in held for kind in kinds}),
        "recorded": "",
    }
    if args.get("record") is not True:
        return out
    by = _party(terms, _text(args, "by"))
    fact = p05.Spoken(
        at_ns=now_ns, by=by, statement=digest(text.encode()), sentences=len(judged), unapproved=len(wrong)
    )  # fmt: skip
    payload = {"what": "public statement", "by": by, "statement": fact.statement, "sentences": len(judged)}
    payload |= {"unapproved": len(wrong), "version": document.version}
    return {**out, "recorded": _enter(agreements, name, payload, fact, terms)}


def _copy(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement", "recipient", "law", "notified"}: a copy for one recipient, marked. Holds terms."""
    name, document, terms = _in_force(agreements, args, now_ns)
    law, notified = _optional(args, "law"), _optional(args, "notified")
    if (law is None) is not (notified is None):
        remedy = "Notify the other side first, then give both: --required-by-law REASON --notified MESSAGE."
        raise InputError("The law and the notice to the other side belong together.", where="law", remedy=remedy)
    own = next((one for one in terms.parties if one.name == agreements.home.identity.party), Party(""))
    recipient, outside = _may_have(_text(args, "recipient"), terms, own, by_law=law is not None)
    if len(_copies(agreements, name)) >= MOST_COPIES:
        raise InputError(
            f"{MOST_COPIES} copies of it were made.", where=name, remedy="A new agreement has a new count."
        )
    mark = secrets.token_bytes(MARK_BYTES)
    lines = _lines(describe_document(agreements, document, now_ns))
    text = write_copy(lines, recipient, mark, now_ns, terms.confidentiality.onward)
    payload = {
        "what": "copy made", "version": document.version, "digest": document.digest, "mark": mark_digest(mark),
        "copy": digest(text.encode()), "recipient": recipient_digest(mark, recipient), "outside": outside,
        "notified": notified or "",
    }  # fmt: skip
    kept = {"mark": mark.hex(), "recipient": recipient, "version": document.version, "made_ns": str(now_ns)}
    kept |= {"law": (law or "")[:LONGEST_REASON]}
    path = f"agreements/{name}/copies/{mark_digest(mark).removeprefix('sha256:')[:32]}.age"
    fact = p05.Disclosed(at_ns=now_ns, by=own.name, mark=mark_digest(mark), notified=notified or "")
    files = {path: agreements.home.vault.encrypt(canonical(kept))}
    _enter(agreements, name, payload, fact if outside else None, terms, files)
    return {"agreement": name, "version": document.version, "recipient": recipient, "code": code_of(mark), "text": text}


def _trace(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement", "text", "record"}: whose copy a found text is, or is a part of."""
    name, _, terms = _in_force(agreements, args, now_ns)
    text, copies = _text(args, "text"), _copies(agreements, name)
    found = trace(text, [one.mark for one in copies])
    out: dict[str, Any] = {"agreement": name, "copies": len(copies), "recipient": "", "recorded": ""}
    if found is None:
        return out
    copy = copies[found.number]
    out |= {"recipient": copy.recipient, "code": code_of(copy.mark), "by_code": found.by_code, "agree": found.agree}
    out |= {"spaces": found.spaces, "version": copy.version, "made": stamp(copy.made_ns)}
    if args.get("record") is True:
        own = agreements.home.identity.party
        fact = p05.Leaked(
            at_ns=now_ns, by=own, mark=mark_digest(copy.mark), found=digest(text.encode()), by_code=found.by_code,
            agree=found.agree, spaces=found.spaces,
        )  # fmt: skip
        payload = {"what": "copy found", "mark": fact.mark, "found": fact.found, "by_code": found.by_code}
        out["recorded"] = _enter(agreements, name, payload, fact, terms)
    return out


def _filter(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement", "text", "language"}: what a draft holds that the terms in force keep out. Nothing is entered."""
    name, document, terms = _in_force(agreements, args, now_ns)
    found = review(_text(args, "text"), _optional(args, "language") or "en", terms)
    return {**found.as_dict(), "agreement": name, "version": document.version, "decided": ""}


VERBS: Mapping[str, Callable[[Agreements, Args, int], dict[str, Any]]] = {
    "agreement statement": _statement,
    "agreement copy": _copy,
    "agreement trace": _trace,
    "agreement filter": _filter,
}
"""Verbs about confidentiality."""


def _in_force(agreements: Agreements, args: Args, now_ns: int) -> tuple[str, Document, Terms]:
    standing = agreements.standings[agreements.only(_optional(args, "agreement"))]
    document = standing.in_force(now_ns)
    if document is None:
        raise LifecycleError("No version is in force.", where=standing.agreement, remedy="Nothing may be said for it.")
    return standing.agreement, document, agreements.terms(document)


def _enter(
    agreements: Agreements,
    name: str,
    payload: Mapping[str, Any],
    fact: p05.DisclosureFact | None,
    terms: Terms,
    files: Mapping[str, bytes] | None = None,
) -> str:
    """Enter what happened, with what P05 finds in it; return the id of that finding, "" for none."""
    found = p05.findings([fact] if fact is not None else [], terms)
    other = agreements.counterpart(agreements.standings[name])
    said = tuple({**one.as_dict(), "version": terms.version} for one in found)
    agreements.enter(Change(name, other, str(payload["what"]), payload, findings=said), files or {})
    return found[0].id if found else ""


def _copies(agreements: Agreements, name: str) -> list[_Copy]:
    """Return the copies that were made of an agreement, in the order of their files."""
    folder = agreements.home.agreements / name / "copies"
    out = []
    for path in sorted(folder.glob("*.age")) if folder.is_dir() else []:
        kept = json.loads(agreements.home.vault.decrypt(read_private(path), str(path)))
        try:
            out.append(_Copy(bytes.fromhex(kept["mark"]), kept["recipient"], kept["version"], int(kept["made_ns"])))
        except (KeyError, ValueError, TypeError):
            remedy = "Bring the file back from the backup of the home."
            raise HomeError("It is not what was kept there.", where=str(path), remedy=remedy) from None
    return out


def _lines(said: Mapping[str, Any]) -> list[str]:
    """Return an agreement in lines for people."""
    first, second = said["parties"]
    lines = [f"{said['title']}, version {said['version']}", f"{said['agreement']}, {said['digest']}"]
    lines += [f"Between {first['name']} ({first['post']}) and {second['name']} ({second['post']})."]
    lines += [f"From {said['from']} until before {said['until']}."]
    for section in said["plain"]:
        lines += ["", section["heading"], *section["sentences"]]
    return lines


def _may_have(wanted: str, terms: Terms, own: Party, *, by_law: bool) -> tuple[str, bool]:
    """Return the name of a recipient, and whether a law alone lets it have a copy."""
    try:
        return may_have(wanted, terms, own, by_law=False), False
    except DisclosureError:
        if not by_law:
            raise
        return may_have(wanted, terms, own, by_law=True), True


def _party(terms: Terms, name: str) -> str:
    for party in terms.parties:
        if party.name.casefold() == name.casefold():
            return party.name
    known = " or ".join(party.name for party in terms.parties)
    raise AgreementError("That is no party.", where="by", remedy=f"It was said by {known}.")


def _text(args: Args, key: str) -> str:
    value = args.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{key} is missing, or no text.", where=key)
    return value


def _optional(args: Args, key: str) -> str | None:
    return _text(args, key) if args.get(key) is not None else None
