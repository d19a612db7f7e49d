"""A message as it goes over the air: few bytes, from which the receiver rebuilds the canonical form bit for bit.

A payload is one byte that says what it is, then bits in a row, then the 64 bytes of the signature:

    6  number of the code                      1  said without an agreement
   24  first bits of the digest of the terms, where there is an agreement
    n  sequence number                         1  the stamps are whole milliseconds
   42  milliseconds since 2020 (or 63: nanoseconds since 1970)
    n  how long it is valid, in the same unit, where the code has an end of validity
   48  first bits of the id of the message that it answers, where it names one
       the fields, as the catalogue has them

What both sides know already does not travel: parties, posts, key, agreement, precedence, format. So a payload from
another pair, under another agreement, or with any bit turned rebuilds other bytes, and the signature does not fit them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armslength.crypto.air_seal import AirSeal
from armslength.crypto.canonical import canonical
from armslength.crypto.envelope import from_json
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.air_bits import LARGEST_FRAME, AirKind, BitReader, BitWriter, kind_of, read_field, write_field
from armslength.protocol.catalogue import CATALOGUE, Code, Value, Wanted
from armslength.protocol.events import AgreementRef
from armslength.protocol.messages import FORMAT, LARGEST, NONE, Message, Post, from_canonical
from armslength.protocol.refusals import refusal

__all__ = ["LARGEST_FRAME", "AirContext", "AirKind", "confidential", "decode", "encode", "kind_of", "seal", "unseal"]

EPOCH_MS = 1_577_836_800_000
"""2020-01-01 [ms since 1970]."""
_NS = 10**6
_MS_BITS, _NS_BITS, _SEQ_MOST = 42, 63, 2**53
_TERMS_BITS, _REF_BITS = 24, 48
_SIGNATURE = 64
_BY_NUMBER = {code.number: code for code in CATALOGUE.values()}


@dataclass(frozen=True, slots=True)
class AirContext:
    """What both sides know of each other, and what therefore does not travel.

    Attributes:
        me, my_key: our post, and the public half of our key (64 hexadecimal digits).
        other, other_key: the same of the other side.
        agreement: the version in force here, with the earlier ones; None where none is.
        known: gives the ids, of messages of either side, whose digest begins with these six bytes.
        also: digests of further versions of the agreement that the other side may write under.
        sealed: what is encoded will be encrypted before it leaves; without it, what is confidential is refused.
    """

    me: Post
    my_key: str
    other: Post
    other_key: str
    agreement: AgreementRef | None
    known: Callable[[bytes], Sequence[str]]
    also: tuple[str, ...] = ()
    sealed: bool = False

    @property
    def versions(self) -> tuple[str, ...]:
        """The digests of the versions under which something may be written."""
        if self.agreement is None:
            return ()
        return tuple(dict.fromkeys((self.agreement.digest, *self.agreement.earlier, *self.also)))


def confidential(message: Message) -> bool:
    """Return whether `message` may go over the air only encrypted: it holds a position that a person released."""
    return any(field.sealed and field.name in message.fields for field in CATALOGUE[message.code].fields)


def encode(message: Message, context: AirContext, *, largest: int = LARGEST_FRAME) -> bytes:
    """Return the payload that carries `message`, one of ours.

    Args:
        message: as `compose` made it.
        context: see `AirContext`.
        largest: most bytes of it; `fragments.MOST_BYTES` for one that is split.

    Raises:
        LocalProtocolError: it takes more bytes (it goes in fragments, or by the ground line), it is confidential and
            will not be encrypted, or it was written by another post or under another agreement than those of `context`.
    """
    code = CATALOGUE[message.code]
    if (message.sender, message.addressee, message.sender_key) != (context.me, context.other, context.my_key):
        raise LocalProtocolError(f"{code.name} was written from or to another post: it goes by the ground line only.")
    if confidential(message) and not context.sealed:
        raise LocalProtocolError(f"{code.name} holds a position, and nothing on the air is encrypted here.")
    out = BitWriter()
    out.put(code.number, 6)
    _write_terms(out, message, context)
    out.put_long(message.seq)
    _write_times(out, message)
    if code.ref is Wanted.MAY:
        out.put(message.ref is not None, 1)
    if message.ref is not None:
        out.put(int(message.ref[7:19], 16), _REF_BITS)
    _write_fields(out, code, message.fields)
    signature = from_json(message.envelope, limit=LARGEST).signatures[0][1]
    payload = bytes([AirKind.MESSAGE]) + out.to_bytes() + signature
    if len(payload) > largest:
        why = code.not_on_air or "Its number or its fields are too long."
        raise LocalProtocolError(f"{code.name} takes {len(payload)} bytes on the air, and {largest} are sent. {why}")
    return payload


def decode(payload: bytes, context: AirContext) -> Message:
    """Return the message in `payload`, said by the other side: the very one that it signed, with the same id.

    Raises:
        RemoteProtocolError: anything else: "garbage", "unknown kind", "unknown code", "bad field", "wrong agreement",
            "unknown reference" (or one that fits several messages), "reflected" (ours, come back), "bad signature"
            (also what was said by anybody else, or to anybody else).
    """
    if kind_of(payload) is not AirKind.MESSAGE:
        raise refusal("unknown kind", "A payload that holds no message came as one.")
    if len(payload) > LARGEST:
        raise refusal("oversized", f"A message of more than {LARGEST} bytes came over the air.")
    if len(payload) < 1 + _SIGNATURE:
        raise refusal("garbage", "A message without a signature came over the air.")
    bits, signature = BitReader(payload[1:-_SIGNATURE]), payload[-_SIGNATURE:]
    code = _BY_NUMBER.get(bits.take(6))
    if code is None:
        raise refusal("unknown code", "A message has a code that the catalogue does not have.")
    agreement, terms = _read_terms(bits, context)
    seq = bits.take_long()
    if seq >= _SEQ_MOST:
        raise refusal("garbage", "A sequence number is a whole number from 0 to 2^53 - 1.")
    time_ns, until_ns = _read_times(bits, code)
    ref = _read_ref(bits, code, context)
    fields = _read_fields(bits, code)
    bits.end()
    tree: dict[str, Any] = {
        "agreement": agreement,
        "code": code.name,
        "fields": fields,
        "format": FORMAT,
        "precedence": code.precedence_of(fields).name,
        "ref": ref,
        "seq": seq,
        "terms": terms,
        "time_ns": str(time_ns),
        "valid_until_ns": None if until_ns is None else str(until_ns),
    }
    try:
        return from_canonical(_of(tree, context.other, context.me, context.other_key), context.other_key, signature)
    except RemoteProtocolError as wrong:
        if wrong.reason == "bad signature":
            _not_ours(tree, context, signature)
        raise


def seal(payload: bytes, secret: AirSeal, nonce: bytes) -> bytes:
    """Return `payload` encrypted to the other side; `nonce` is 8 fresh random bytes."""
    return bytes([AirKind.SEALED]) + secret.seal(payload, nonce)


def unseal(payload: bytes, secret: AirSeal) -> tuple[bytes, ...]:
    """Return what `payload` may hold, one for each version of the terms: the signature inside says which it is.

    Raises:
        RemoteProtocolError: "garbage": it is too short; "unknown kind": it is not sealed.
    """
    if kind_of(payload) is not AirKind.SEALED:
        raise refusal("unknown kind", "A payload that is not encrypted came as one.")
    return secret.unseal(payload[1:])


def _not_ours(tree: dict[str, Any], context: AirContext, signature: bytes) -> None:
    """Tell what we said ourselves apart from a forgery: a radio hears its own echo, and recordings are played."""
    try:
        from_canonical(_of(tree, context.me, context.other, context.my_key), context.my_key, signature)
    except RemoteProtocolError:
        return
    raise refusal("reflected", "A message of ours came back over the air.")


def _of(tree: dict[str, Any], sender: Post, addressee: Post, key: str) -> bytes:
    """Return the canonical form of a message from one post to another."""
    posts = {
        name: {"party": post.party, "post": post.post} for name, post in (("sender", sender), ("addressee", addressee))
    }
    return canonical({**tree, **posts, "sender_key": key})


def _write_terms(out: BitWriter, message: Message, context: AirContext) -> None:
    out.put(message.agreement == NONE, 1)
    if message.agreement == NONE:
        return
    prefix = message.terms[7:13]
    found = [one for one in context.versions if one[7:13] == prefix]
    if context.agreement is None or message.agreement != context.agreement.id or found != [message.terms]:
        raise LocalProtocolError(f"{message.code} was written under another agreement than the one in force.")
    out.put(int(prefix, 16), _TERMS_BITS)


def _read_terms(bits: BitReader, context: AirContext) -> tuple[str, str]:
    if bits.take(1):
        return NONE, NONE
    prefix = f"{bits.take(_TERMS_BITS):06x}"
    found = [one for one in context.versions if one[7:13] == prefix]
    if context.agreement is None or len(found) != 1:
        raise refusal("wrong agreement", "A message was said under an agreement or a version that is not in force.")
    return context.agreement.id, found[0]


def _write_times(out: BitWriter, message: Message) -> None:
    """Stamps of `compose` are whole milliseconds; others, and those from before 2020, take more bits."""
    start, until = message.time_ns, message.valid_until_ns
    ms = start // _NS - EPOCH_MS
    short = start % _NS == 0 and 0 <= ms < 1 << _MS_BITS and (until is None or until % _NS == 0)
    out.put(short, 1)
    out.put(*(ms, _MS_BITS) if short else (start, _NS_BITS))
    if until is not None:
        out.put_long((until - start) // (_NS if short else 1))


def _read_times(bits: BitReader, code: Code) -> tuple[int, int | None]:
    short = bits.take(1)
    start = (bits.take(_MS_BITS) + EPOCH_MS) * _NS if short else bits.take(_NS_BITS)
    if code.valid_until is not Wanted.MUST:
        return start, None
    return start, start + bits.take_long() * (_NS if short else 1)


def _read_ref(bits: BitReader, code: Code, context: AirContext) -> str | None:
    if code.ref is Wanted.NEVER or (code.ref is Wanted.MAY and not bits.take(1)):
        return None
    found = set(context.known(bits.take(_REF_BITS).to_bytes(_REF_BITS // 8, "big")))
    if len(found) != 1:
        raise refusal("unknown reference", "A message answers one that is not known here, or that cannot be told.")
    return found.pop()


def _write_fields(out: BitWriter, code: Code, fields: Mapping[str, Value]) -> None:
    told: set[str] = set()
    for field in code.fields:
        there = field.name in fields
        if field.when is None and not field.required and field.together not in told:
            out.put(there, 1)
        told |= {field.together} - {""}
        if there:
            write_field(out, field, fields[field.name])


def _read_fields(bits: BitReader, code: Code) -> dict[str, Value]:
    found: dict[str, Value] = {}
    told: dict[str, bool] = {}
    for field in code.fields:
        if field.when is not None:
            there = found.get(field.when[0]) in field.when[1]
        elif field.required or field.together in told:
            there = told.get(field.together, True)
        else:
            there = bool(bits.take(1))
        if field.together:
            told[field.together] = there
        if there:
            found[field.name] = read_field(bits, field)
    return found
