"""The signed envelope: DSSE v1 (github.com/secure-systems-lab/dsse, protocol.md and envelope.md).

What is signed is not the JSON but PAE(type, payload) = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload, so the
type is signed too: a signature over an agreement can never pass for one over a message. `keyid` is the public key
itself, 64 hexadecimal digits; whether that key may sign this is for the caller to say, from the agreement.

On the wire the envelope is canonical JSON and has one form: base64 with padding and no spare bits, at least one
signature, no key twice.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.keys import SigningKey, is_public, verify
from armslength.errors import LocalProtocolError, RemoteProtocolError

__all__ = [
    "MOST_SIGNATURES",
    "Envelope",
    "add",
    "from_json",
    "from_tree",
    "from_wire",
    "seal",
    "signers",
    "to_json",
    "to_tree",
]

MOST_SIGNATURES = 8
_LONGEST_TYPE = 128


@dataclass(frozen=True, slots=True)
class Envelope:
    """Bytes, what they are, and who signed them: (public key as 64 hexadecimal digits, 64 bytes) for each signature."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]


def seal(payload_type: str, payload: bytes, *keys: SigningKey) -> Envelope:
    """Return `payload` signed by each of `keys`.

    Raises:
        LocalProtocolError: no key, one key twice, too many keys, or a type that is empty, too long or not ASCII.
    """
    if not (payload_type.isascii() and payload_type.isprintable() and 0 < len(payload_type) <= _LONGEST_TYPE):
        raise LocalProtocolError("The type of an envelope is 1 to 128 printable ASCII signs.")
    if not keys:
        raise LocalProtocolError("An envelope is signed by at least one key.")
    envelope = Envelope(payload_type, payload, ())
    for key in keys:
        envelope = add(envelope, key)
    return envelope


def add(envelope: Envelope, key: SigningKey) -> Envelope:
    """Return `envelope` with the signature of `key` behind those that are there.

    Raises:
        LocalProtocolError: `key` has signed it already, or MOST_SIGNATURES have.
    """
    if any(public == key.public for public, _ in envelope.signatures):
        raise LocalProtocolError("This key has signed the envelope already.")
    if len(envelope.signatures) >= MOST_SIGNATURES:
        raise LocalProtocolError(f"An envelope holds at most {MOST_SIGNATURES} signatures.")
    signed = (key.public, key.sign(_to_sign(envelope)))
    return Envelope(envelope.payload_type, envelope.payload, (*envelope.signatures, signed))


def signers(envelope: Envelope) -> frozenset[str]:
    """Return the public keys whose signatures are valid. One that is not is no signer: it is not told apart here."""
    text = _to_sign(envelope)
    return frozenset(public for public, signature in envelope.signatures if verify(public, signature, text))


def to_tree(envelope: Envelope) -> dict[str, Any]:
    """Return the JSON object of `envelope`, to stand inside a larger document."""
    return {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": [
            {"keyid": public, "sig": base64.b64encode(signature).decode()} for public, signature in envelope.signatures
        ],
    }


def to_json(envelope: Envelope) -> bytes:
    """Return the canonical JSON of `envelope`.

    The form of nearly all that is sent, one signature, is written out: its members in their order, nothing to escape.
    """
    kind = envelope.payload_type
    if len(envelope.signatures) != 1 or not kind.isascii() or not kind.isprintable() or '"' in kind or "\\" in kind:
        return canonical(to_tree(envelope))
    (public, signature) = envelope.signatures[0]
    if not is_public(public):
        return canonical(to_tree(envelope))
    return b'{"payload":"%b","payloadType":"%b","signatures":[{"keyid":"%b","sig":"%b"}]}' % (
        base64.b64encode(envelope.payload),
        kind.encode(),
        public.encode(),
        base64.b64encode(signature),
    )


def from_wire(data: bytes) -> Envelope | None:
    """Return the envelope with one signature of which `data` is the one form; None where it must be looked at closer.

    The same as `from_json` for what it takes: the pattern admits nothing that has a second form but spare bits in the
    base64, and those are looked for. No signature is checked.

    Raises:
        RemoteProtocolError: base64 that is none or has spare bits, or a key that is none.
    """
    found = _WIRE.fullmatch(data)
    if found is None:
        return None
    payload, kind, public, signature = (part.decode() for part in found.groups())
    return Envelope(kind, _unbase64(payload), (_signature({"keyid": public, "sig": signature}),))


_WIRE = re.compile(
    rb'\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"([A-Za-z0-9./+-]{1,128})",'
    rb'"signatures":\[\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/=]{88})"\}\]\}'
)


def from_json(data: bytes, *, limit: int = 65536) -> Envelope:
    """Return the envelope of which `data` is the one form. No signature is checked: ask `signers`.

    Raises:
        RemoteProtocolError: it is larger than `limit` bytes, not canonical JSON, or not an envelope ("garbage").
    """
    return from_tree(parse(data, limit=limit))


def from_tree(tree: Any) -> Envelope:
    """Return the envelope of a JSON object that `to_tree` wrote; anything else is refused.

    Raises:
        RemoteProtocolError: "garbage": a key is missing, unknown, or of the wrong kind.
    """
    if not isinstance(tree, dict) or tree.keys() != {"payload", "payloadType", "signatures"}:
        raise RemoteProtocolError("garbage", "An envelope has payload, payloadType and signatures, and nothing else.")
    kind, signatures = tree["payloadType"], tree["signatures"]
    if not (isinstance(kind, str) and kind.isascii() and kind.isprintable() and 0 < len(kind) <= _LONGEST_TYPE):
        raise RemoteProtocolError("garbage", "The type of an envelope is 1 to 128 printable ASCII signs.")
    if not (isinstance(signatures, list) and 0 < len(signatures) <= MOST_SIGNATURES):
        raise RemoteProtocolError("garbage", f"An envelope holds 1 to {MOST_SIGNATURES} signatures.")
    signed = tuple(_signature(one) for one in signatures)
    if len({public for public, _ in signed}) != len(signed):
        raise RemoteProtocolError("garbage", "One key has signed the envelope twice.")
    return Envelope(kind, _unbase64(tree["payload"]), signed)


def _to_sign(envelope: Envelope) -> bytes:
    """Return the pre-authentication encoding: the lengths keep two pairs of type and payload from giving one text."""
    kind = envelope.payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(envelope.payload), envelope.payload)


def _signature(tree: Any) -> tuple[str, bytes]:
    if not isinstance(tree, dict) or tree.keys() != {"keyid", "sig"}:
        raise RemoteProtocolError("garbage", "A signature has keyid and sig, and nothing else.")
    public, signature = tree["keyid"], _unbase64(tree["sig"])
    if not (isinstance(public, str) and is_public(public) and len(signature) == 64):
        raise RemoteProtocolError("garbage", "A signature names an Ed25519 key and has 64 bytes.")
    return public, signature


def _unbase64(text: Any) -> bytes:
    if not isinstance(text, str):
        raise RemoteProtocolError("garbage", "Bytes are written in base64.")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RemoteProtocolError("garbage", "Bytes are written in base64.") from None
    if base64.b64encode(data).decode() != text:  # spare bits behind the last byte would make a second form
        raise RemoteProtocolError("not canonical", "The base64 of an envelope has spare bits set.")
    return data
