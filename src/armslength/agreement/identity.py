"""Who a party is: the public half of a node, signed by itself, to be handed to the other side.

The file proves nothing by itself: anybody can make one that says "South". It becomes trust when two people read its
fingerprint to each other (`spoken`), and from then on the agreement names its key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from armslength.agreement.document import Signatory
from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import Envelope, from_json, seal, signers, to_json
from armslength.crypto.keys import SigningKey, groups, is_public, spoken
from armslength.errors import AgreementError, RemoteProtocolError, SignatureError

__all__ = ["IDENTITY_TYPE", "LONGEST_NAME", "Identity", "check_name", "read_identity", "seal_identity"]

IDENTITY_TYPE = "application/vnd.armslength.identity+json"
FORMAT = "armslength identity 1"
LARGEST = 16_384
"""Bytes of an identity file; one has about 1,500."""
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Identity:
    """The public half of a node.

    Attributes:
        party, post: what it calls itself, and the duty post that answers for it.
        key: Ed25519 public key, 64 hex.
        certificate: TLS certificate of its ground line, DER.
        recipient: age public key; files for this party are encrypted to it.
        created_ns: when it was made, UTC [ns].
    """

    party: str
    post: str
    key: str
    certificate: bytes
    recipient: str
    created_ns: int

    @property
    def signatory(self) -> Signatory:
        """What an agreement names of it."""
        return Signatory(self.party, self.post, self.key, hashlib.sha256(self.certificate).hexdigest())

    @property
    def words(self) -> str:
        """The fingerprint of its key, to be read over a radio."""
        return spoken(self.key)

    @property
    def short(self) -> str:
        """The fingerprint of its key, written short."""
        return groups(self.key)


def seal_identity(identity: Identity, key: SigningKey) -> bytes:
    """Return the identity file: a DSSE envelope as canonical JSON, signed by the key that it names."""
    body = {
        "format": FORMAT,
        "party": identity.party,
        "post": identity.post,
        "key": identity.key,
        "certificate": base64.b64encode(identity.certificate).decode(),
        "recipient": identity.recipient,
        "created_ns": str(identity.created_ns),
    }
    return to_json(seal(IDENTITY_TYPE, canonical(body), key)) + b"\n"


def read_identity(data: bytes, name: str) -> Identity:
    """Return the identity that a file holds.

    Args:
        data: the file.
        name: of the file, for errors.

    Raises:
        AgreementError: it is not an identity file.
        SignatureError: it is not signed by the key that it names.
    """
    remedy = "Ask the other side for the file that `armslength identity --out` wrote."
    try:
        envelope = from_json(data.rstrip(b"\r\n"), limit=LARGEST)
        if envelope.payload_type != IDENTITY_TYPE:
            raise AgreementError("It is signed, but it is not an identity file.", where=name, remedy=remedy)
        identity = _typed(envelope)
    except (RemoteProtocolError, ValueError, KeyError, TypeError, binascii.Error) as wrong:
        if isinstance(wrong, AgreementError):
            raise
        raise AgreementError("It is not an identity file, or it was damaged.", where=name, remedy=remedy) from None
    if signers(envelope) != {identity.key} or len(envelope.signatures) != 1:
        raise SignatureError(
            "It is not signed by the key that it names, by that key alone.",
            where=name,
            remedy="It was damaged or forged. Do not use it; " + remedy[0].lower() + remedy[1:],
        )
    return identity


def check_name(text: str, what: str) -> str:
    """Return the name of a party or a post, trimmed.

    Raises:
        ValueError: it is empty, longer than LONGEST_NAME or has signs that do not print; says so for people.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise ValueError(f"{what} is 1 to {LONGEST_NAME} printable signs.")
    return text


def _typed(envelope: Envelope) -> Identity:
    body = parse(envelope.payload, limit=LARGEST)
    if body["format"] != FORMAT or not all(isinstance(value, str) for value in body.values()):
        raise ValueError("another format")
    if not is_public(body["key"]) or not body["recipient"].startswith("age1") or not body["recipient"].isalnum():
        raise ValueError("no keys")
    created = body["created_ns"]
    if not created.isdigit() or len(created) > 20:
        raise ValueError("no stamp")
    return Identity(
        check_name(body["party"], "A party"),
        check_name(body["post"], "A post"),
        body["key"],
        base64.b64decode(body["certificate"], validate=True),
        body["recipient"],
        int(created),
    )
