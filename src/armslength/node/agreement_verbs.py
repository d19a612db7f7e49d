"""What a person does with agreements, as data in and data out: the command line and the running node both do it here.

Every verb takes a JSON object and returns one. Bytes travel in base64. Files that go to the other side are encrypted to
both; they hold one signed envelope.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from armslength.adapters.vault import HEADER
from armslength.agreement.document import AGREEMENT_TYPE, LARGEST_ENVELOPE, Document, Signatory
from armslength.agreement.drafting import amendment, read_draft
from armslength.agreement.identity import read_identity
from armslength.agreement.notice import Kind
from armslength.crypto.envelope import Envelope, from_json, to_json
from armslength.errors import AgreementError, InputError, LifecycleError, RemoteProtocolError, StoreError
from armslength.node import disclosing, former
from armslength.node.agreement_views import describe_all, describe_document
from armslength.node.agreements import Agreements, Change
from armslength.node.counterparts import identity_file, may_accept
from armslength.node.home import Home
from armslength.units import parse_stamp

__all__ = ["VERBS", "perform"]

Args = Mapping[str, Any]


def perform(agreements: Agreements, verb: str, args: Args, now_ns: int) -> dict[str, Any]:
    """Do what `verb` says and return what happened.

    Args:
        agreements: of the home that acts.
        verb: one of VERBS.
        args: as that verb takes them.
        now_ns: UTC [ns].

    Raises:
        InputError: it cannot be done, and why.
        StoreError: the disk does not take it.
    """
    if verb not in _VERBS:
        raise InputError(f'"{verb}" is not a verb.', remedy=f"Known: {', '.join(VERBS)}.")
    return _VERBS[verb](agreements, args, now_ns)


def _sign(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"name", "file"}: sign a draft (TOML) or the other side's signed file."""
    name, data = _text(args, "name"), _bytes(args, "file")
    if data.startswith((HEADER, b"{")):
        return _ratify_one(agreements, data, name, now_ns)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AgreementError("It is not UTF-8 text.", where=name, remedy="Is it the right file?") from None
    return _done(agreements, agreements.propose(_drafted(text, name), now_ns), now_ns)


def _drafted(text: str, name: str) -> Document:
    try:
        draft = read_draft(text, name)
    except AgreementError:  # what it says quotes the terms, and this may be on its way to a log
        remedy = f"`armslength agreement check {name}` says what is wrong, and in which line."
        raise AgreementError("The draft cannot be executed.", where=name, remedy=remedy) from None
    return draft.document()


def _ratify(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"files": [{"name", "file"}...]} or {"agreement", "version"}: take what the other side signed, and sign it."""
    files = args.get("files") or []
    if not isinstance(files, list) or not all(isinstance(one, Mapping) for one in files):
        raise InputError("files is not a list of files.", remedy='Give [{"name": ..., "file": base64}, ...].')
    if not files:
        agreement = agreements.only(_optional(args, "agreement"))
        return _done(agreements, agreements.ratify(agreement, now_ns, args.get("version")), now_ns)
    done = [_ratify_one(agreements, _bytes(one, "file"), _text(one, "name"), now_ns) for one in files]
    return done[-1]


def _ratify_one(agreements: Agreements, data: bytes, name: str, now_ns: int) -> dict[str, Any]:
    envelope = _envelope(agreements.home, data, name)
    change = agreements.take(to_json(envelope), now_ns)
    if envelope.payload_type != AGREEMENT_TYPE:
        return _done(agreements, change, now_ns, hand_over=False)
    document = Document.from_bytes(envelope.payload)
    missing = agreements.standings[change.agreement].missing(document.digest)
    if agreements.home.key.public not in missing:
        return _done(agreements, change, now_ns, hand_over=bool(missing) and change.what != "nothing new")
    return _done(agreements, agreements.ratify(change.agreement, now_ns, document.version), now_ns)


def _take(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"name", "file"}: take a signed file without signing anything."""
    envelope = _envelope(agreements.home, _bytes(args, "file"), _text(args, "name"))
    return _done(agreements, agreements.take(to_json(envelope), now_ns), now_ns, hand_over=False)


def _amend(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement"}: the next version as a draft to be edited."""
    agreement = agreements.only(_optional(args, "agreement"))
    standing = agreements.standings[agreement]
    if standing.head is None:
        raise LifecycleError(
            "No version is ratified yet.", where=agreement, remedy="Draft it again, or ratify it first."
        )
    before = standing.head.document
    accepted = {**agreements.home.counterparts(), agreements.home.identity.party: agreements.home.identity}

    def now(side: Signatory) -> Signatory:
        return accepted[side.name].signatory if side.name in accepted else side

    first, second = before.parties
    version = standing.next_version()
    draft = amendment(before, version, (now(first), now(second)), secrets.token_bytes(16))
    return {"agreement": agreement, "version": version, "predecessor": before.digest, "draft": draft}


def _notify(kind: Kind) -> Callable[[Agreements, Args, int], dict[str, Any]]:
    def verb(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
        """{"agreement", "provision", "from"}: give a notice."""
        agreement = agreements.only(_optional(args, "agreement"))
        provision = "" if kind is Kind.END else _text(args, "provision")
        begins = _optional(args, "from")
        effect = None if begins is None else parse_stamp(begins)
        return _done(agreements, agreements.notify(agreement, kind, provision, now_ns, effect), now_ns)

    return verb


def _status(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{}: how every agreement stands. No terms."""
    return {"party": agreements.home.config.party, "agreements": describe_all(agreements, now_ns)}


def _show(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement", "version"} or {"name", "file"}: a version in plain language, and what changed. Holds terms."""
    if "file" in args:
        envelope = _envelope(agreements.home, _bytes(args, "file"), _text(args, "name"))
        return describe_document(agreements, Document.from_bytes(envelope.payload), now_ns, envelope)
    standing = agreements.standings[agreements.only(_optional(args, "agreement"))]
    version = args.get("version")
    governing, head = standing.in_force(now_ns), standing.head
    if version is None and (governing or head):
        return describe_document(agreements, governing or head.document, now_ns)  # type: ignore[union-attr]
    waiting = [one.document for one in standing.documents.values() if version in (None, one.document.version)]
    if not waiting:
        raise LifecycleError(
            "There is no such version.", where=standing.agreement, remedy="See armslength agreement status."
        )
    return describe_document(agreements, waiting[-1], now_ns)


def _public(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"agreement"}: the lines of the version in force that both sides approved for the public. No other terms."""
    standing = agreements.standings[agreements.only(_optional(args, "agreement"))]
    document = standing.in_force(now_ns)
    if document is None:
        raise LifecycleError("No version is in force.", where=standing.agreement, remedy="Nothing may be said for it.")
    lines = agreements.terms(document).confidentiality.public_lines
    return {"agreement": standing.agreement, "version": document.version, "public_lines": list(lines)}


def _accept(agreements: Agreements, args: Args, now_ns: int) -> dict[str, Any]:
    """{"name", "file", "replace"}: accept the identity of the other side."""
    data = _bytes(args, "file")
    identity = read_identity(data, _text(args, "name"))
    what = may_accept(agreements.home, identity, replace=bool(args.get("replace")))
    if what != "nothing new":
        told = {"party": identity.party, "key": identity.key, "certificate": identity.signatory.certificate}
        change = Change("", identity.party, what, {"what": f"identity {what}", **told})
        files = former.keep(agreements, identity, now_ns) | {identity_file(agreements.home, identity): data}
        agreements.enter(change, files)
        former.drop(agreements, identity.party, now_ns)
    return {"what": what, "party": identity.party, "post": identity.post, "words": identity.words, "key": identity.key}


_VERBS: dict[str, Callable[[Agreements, Args, int], dict[str, Any]]] = {
    "agreement sign": _sign,
    "agreement ratify": _ratify,
    "agreement take": _take,
    "agreement amend": _amend,
    "agreement suspend": _notify(Kind.SUSPEND),
    "agreement resume": _notify(Kind.RESUME),
    "agreement end": _notify(Kind.END),
    "agreement status": _status,
    "agreement show": _show,
    "agreement public": _public,
    "identity accept": _accept,
    **disclosing.VERBS,
}
VERBS = tuple(_VERBS)
"""Every verb that `perform` knows."""


def _envelope(home: Home, data: bytes, name: str) -> Envelope:
    """Return the envelope that a file from the other side holds, decrypted where it is encrypted."""
    if data.startswith(HEADER):
        try:
            data = home.vault.decrypt(data, name)
        except StoreError:
            what = "It cannot be decrypted with the key of this home."
            remedy = "It is encrypted to the two parties. Is it meant for you, and for your present identity?"
            raise AgreementError(what, where=name, remedy=remedy) from None
    try:
        return from_json(data.rstrip(b"\r\n"), limit=LARGEST_ENVELOPE)
    except RemoteProtocolError:
        remedy = "Is it the right file? A draft is read with `armslength agreement check`."
        raise AgreementError("It is not a signed file.", where=name, remedy=remedy) from None


def _done(agreements: Agreements, change: Change, now_ns: int, *, hand_over: bool = True) -> dict[str, Any]:
    """Return what happened, with the file for the other side where it needs one."""
    standing = agreements.standings[change.agreement]
    known = agreements.home.counterparts().get(change.counterpart)
    file = agreements.home.vault.encrypt(change.envelope, [known.recipient] if known else []) if hand_over else b""
    return {
        "agreement": change.agreement,
        "counterpart": change.counterpart,
        **{key: value for key, value in change.payload.items() if key != "what"},
        "what": change.what,
        "state": standing.state(now_ns, change.payload["digest"]).value,
        "file": base64.b64encode(file).decode(),
    }


def _text(args: Args, key: str) -> str:
    value = args.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(f"{key} is missing.", remedy="It must be a text.")
    return value


def _optional(args: Args, key: str) -> str | None:
    return _text(args, key) if args.get(key) is not None else None


def _bytes(args: Args, key: str) -> bytes:
    try:
        return base64.b64decode(_text(args, key), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{key} is not base64.", remedy="Write the bytes of the file in base64.") from None
