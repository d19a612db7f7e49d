"""What two duty posts say to each other: one canonical form, which is signed and whose digest is the message's id.

The canonical form is RFC 8785 JSON of the object that `compose` makes. It is the same on every channel: a radio may
carry fewer bytes, but the receiver rebuilds these and checks the signature over them (`from_canonical`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from armslength.crypto.canonical import canonical, digest, parse
from armslength.crypto.envelope import Envelope, seal, signers, to_json
from armslength.crypto.keys import SigningKey, is_public
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.catalogue import CATALOGUE, Precedence, Value, Wanted, fault_in
from armslength.protocol.refusals import refusal

__all__ = [
    "FORMAT",
    "LARGEST",
    "MESSAGE_TYPE",
    "NONE",
    "Mark",
    "Message",
    "Post",
    "Precedence",
    "compose",
    "from_canonical",
    "from_envelope",
    "is_digest",
    "read_post",
    "read_stamp",
]

FORMAT = "armslength-message/1"
MESSAGE_TYPE = "application/vnd.armslength.message+json"
NONE = "none"
"""Stands for agreement and terms in what is said without an agreement in force."""
LARGEST = 4096
"""Most bytes of a message with its envelope."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_STAMP = re.compile(r"0|[1-9][0-9]{0,18}")
_PRECEDENCES = {precedence.name: precedence for precedence in Precedence}
_KEYS = frozenset(("addressee", "agreement", "code", "fields", "format", "precedence", "ref")) | frozenset(
    ("sender", "sender_key", "seq", "terms", "time_ns", "valid_until_ns")
)
_LONGEST_NAME = 64
_MS = 10**6
_MOST_SEQ = 2**53 - 1


class Mark(Enum):
    """What the receiver states about a message, each by itself: delivery is not effect."""

    RECEIVED = "RECEIVED"
    UNDERSTOOD = "UNDERSTOOD"
    RELAYED = "RELAYED"


@dataclass(frozen=True, slots=True)
class Post:
    """A duty post of a party. Messages go to posts, never to persons."""

    party: str
    post: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message, signed.

    Attributes:
        agreement: id of the agreement, "none" for what is said without one.
        terms: digest of the version under which it was written, "none" without one.
        sender_key: public key that signs, 64 hexadecimal digits.
        seq: counts up for each sender, addressee, agreement and precedence, from 0.
        time_ns: when it was written, by the sender's clock [UTC ns].
        valid_until_ns: after that it must not be sounded [UTC ns, sender's clock]; None: no limit.
        code: of the catalogue.
        ref: id of the message that it answers.
        fields: as the catalogue has them.
        id: digest of the canonical form.
        envelope: the DSSE envelope as canonical JSON, as it goes over the ground line.
    """

    agreement: str
    terms: str
    sender: Post
    addressee: Post
    sender_key: str
    seq: int
    precedence: Precedence
    time_ns: int
    valid_until_ns: int | None
    code: str
    ref: str | None
    fields: Mapping[str, Value] = field(hash=False)
    id: str
    envelope: bytes = field(repr=False, compare=False)


def compose(
    key: SigningKey,
    sender: Post,
    addressee: Post,
    *,
    code: str,
    fields: Mapping[str, Value],
    seq: int,
    time_ns: int,
    agreement: str = NONE,
    terms: str = NONE,
    valid_until_ns: int | None = None,
    ref: str | None = None,
) -> Message:
    """Return the signed message; its precedence follows from code and fields.

    Its stamps are whole milliseconds, because that is what goes over the air: `time_ns` is cut down to one, and
    `valid_until_ns` runs on to the next, so that a warning does not end before it was meant to.

    Raises:
        LocalProtocolError: the catalogue does not have the code, or does not have it so.
    """
    until_ns = None if valid_until_ns is None else -(-valid_until_ns // _MS) * _MS
    known = CATALOGUE.get(code)
    if known is None:
        raise LocalProtocolError("A message of a code that the catalogue does not have was to be sent.")
    tree = {
        "addressee": {"party": addressee.party, "post": addressee.post},
        "agreement": agreement,
        "code": code,
        "fields": dict(fields),
        "format": FORMAT,
        "precedence": known.precedence_of(fields).name,
        "ref": ref,
        "sender": {"party": sender.party, "post": sender.post},
        "sender_key": key.public,
        "seq": seq,
        "terms": terms,
        "time_ns": str(time_ns // _MS * _MS),
        "valid_until_ns": None if until_ns is None else str(until_ns),
    }
    try:
        stamps = _check(tree)
    except RemoteProtocolError as wrong:
        raise LocalProtocolError(f"A message was to be sent that nobody may take: {wrong.says}") from None
    raw = canonical(tree)
    return _message(tree, stamps, raw, to_json(seal(MESSAGE_TYPE, raw, key)))


def from_envelope(envelope: Envelope, wire: bytes, key: str | None) -> Message:
    """Return the message in `envelope`, signed by `key` and nobody else.

    Args:
        wire: the canonical JSON of `envelope`, which is kept.
        key: public key of the sender; None: it comes from our own store, no signature is checked.

    Raises:
        RemoteProtocolError: anything else than a message of the catalogue, rightly signed.
    """
    if envelope.payload_type != MESSAGE_TYPE:
        raise refusal("unknown kind", "An envelope that holds no message came as one.")
    if len(wire) > LARGEST:
        raise refusal("oversized", f"A message of more than {LARGEST} bytes came.")
    if key is not None:
        if len(envelope.signatures) != 1 or envelope.signatures[0][0] != key:
            raise refusal("wrong key", "A message is signed by a key that is not its sender's.")
        if not signers(envelope):
            raise refusal("bad signature", "The signature of a message does not fit it.")
    message = _read(envelope.payload, wire)
    if key is not None and message.sender_key != key:
        raise refusal("wrong key", "A message names another key than the one that signed it.")
    return message


def from_canonical(raw: bytes, key: str, signature: bytes) -> Message:
    """Return the message of which `raw` is the canonical form: for a channel that carries it in another encoding.

    Raises:
        RemoteProtocolError: as `from_envelope`.
    """
    envelope = Envelope(MESSAGE_TYPE, raw, ((key, signature),))
    return from_envelope(envelope, to_json(envelope), key)


def is_digest(value: object) -> bool:
    """Return whether `value` is written as a digest is."""
    return type(value) is str and _DIGEST.fullmatch(value) is not None


def read_stamp(value: object) -> int:
    """Return the stamp [UTC ns] that `value` spells in digits. Raises RemoteProtocolError ("garbage")."""
    if type(value) is not str or _STAMP.fullmatch(value) is None or (stamp := int(value)) >= 2**63:
        raise refusal("garbage", "A time is a string of digits, nanoseconds of UTC since 1970.")
    return stamp


def read_post(value: object) -> Post:
    """Return the duty post that `value` names. Raises RemoteProtocolError ("garbage")."""
    if type(value) is dict and value.keys() == {"party", "post"}:
        party, post = value["party"], value["post"]
        if _is_name(party) and _is_name(post):
            return Post(party, post)
    raise refusal("garbage", "A duty post is a party and a post, each a name of at most 64 signs.")


def _is_name(value: object) -> bool:
    return type(value) is str and 0 < len(value) <= _LONGEST_NAME and value.isprintable()


def _read(raw: bytes, wire: bytes) -> Message:
    tree = parse(raw, limit=LARGEST)
    return _message(tree, _check(tree), raw, wire)


def _message(tree: dict[str, Any], read: tuple[Post, Post, int, int | None], raw: bytes, wire: bytes) -> Message:
    """Return the message of which `tree` was checked, with what `_check` read in it."""
    sender, addressee, time_ns, until = read
    return Message(
        agreement=tree["agreement"],
        terms=tree["terms"],
        sender=sender,
        addressee=addressee,
        sender_key=tree["sender_key"],
        seq=tree["seq"],
        precedence=_PRECEDENCES[tree["precedence"]],
        time_ns=time_ns,
        valid_until_ns=until,
        code=tree["code"],
        ref=tree["ref"],
        fields=tree["fields"],
        id=digest(raw),
        envelope=wire,
    )


def _check(tree: dict[str, Any]) -> tuple[Post, Post, int, int | None]:
    """Return sender, addressee, time and end of validity of a message in which everything is as it must be."""
    if tree.keys() != _KEYS:
        raise refusal("garbage", "A message has thirteen members, and not these.")
    if tree["format"] != FORMAT:
        raise refusal("wrong format", f"A message has the format {FORMAT}.")
    sender, addressee = read_post(tree["sender"]), read_post(tree["addressee"])
    agreement, terms, seq, key = tree["agreement"], tree["terms"], tree["seq"], tree["sender_key"]
    if not (_is_name(agreement) and (is_digest(terms) if agreement != NONE else terms == NONE)):
        raise refusal("garbage", "A message names an agreement and the digest of its terms, or none of both.")
    if not (type(key) is str and is_public(key)):
        raise refusal("garbage", "A message names the public key of its sender.")
    if type(seq) is not int or not 0 <= seq <= _MOST_SEQ:
        raise refusal("garbage", "A sequence number is a whole number from 0 on.")
    _check_code(tree)
    time_ns = read_stamp(tree["time_ns"])
    until = None if tree["valid_until_ns"] is None else read_stamp(tree["valid_until_ns"])
    if until is not None and until <= time_ns:
        raise refusal("bad field", "A message ended its validity before it was written.")
    return sender, addressee, time_ns, until


def _check_code(tree: dict[str, Any]) -> None:
    """Refuse what the catalogue does not have, or does not have so."""
    code = CATALOGUE.get(tree["code"]) if type(tree["code"]) is str else None
    if code is None:
        raise refusal("unknown code", "A message has a code that the catalogue does not have.")
    fields = tree["fields"]
    if type(fields) is not dict:
        raise refusal("garbage", "The fields of a message are an object.")
    if wrong := fault_in(code, fields):
        raise refusal("bad field", wrong)
    if tree["precedence"] != code.precedence_of(fields).name:
        raise refusal("bad field", f"{code.name} with these fields has another precedence.")
    ref = tree["ref"]
    if not _may_stand(code.ref, ref is not None) or not (ref is None or is_digest(ref)):
        raise refusal("bad field", f"{code.name} {code.ref.value} name the message that it answers.")
    if not _may_stand(code.valid_until, tree["valid_until_ns"] is not None):
        raise refusal("bad field", f"{code.name} {code.valid_until.value} say until when it is valid.")


def _may_stand(wanted: Wanted, stands: bool) -> bool:
    return wanted is Wanted.MAY or stands is (wanted is Wanted.MUST)
