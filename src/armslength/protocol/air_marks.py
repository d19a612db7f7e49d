"""Marks as they go over the air: the signed statement without the ids, which who wrote the messages knows by number.

A payload is one byte that says what it is, then bits in a row, then the 64 bytes of the signature:

    1  of messages said without an agreement   8  else: first bits of the SHA-256 of the id of the agreement
    2  precedence                              2  which mark
   63  when, UTC nanoseconds                   8  how many messages, less one
    n  number of the first message, then how much more the next one is; and for each
    1  whether it came too late
    1  whether it tells how the channels stand; then
    n  how many changes were told, 5 how many channels are not lost, and for each of these
    7  its number: that of the frequency, 0 for the ground line

The receiver of a mark is the author of the messages: he puts in their ids from his own outbox, and the frame that comes
out is the one that `marks.state` made, byte for byte. If his numbers stand for other messages, the signature does not
fit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from armslength.crypto.envelope import Envelope, from_json, to_json
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.air import AirContext
from armslength.protocol.air_bits import LARGEST_FRAME, AirKind, BitReader, BitWriter, kind_of
from armslength.protocol.catalogue import Precedence
from armslength.protocol.failover import GROUND
from armslength.protocol.frames import FRAME_LIMIT
from armslength.protocol.marks import MARK_TYPE, MOST_ENTRIES, Entry, Statement, Stream, read, written
from armslength.protocol.messages import NONE, Mark
from armslength.protocol.refusals import refusal
from armslength.protocol.told import Standing

__all__ = ["MOST_ON_AIR", "decode", "encode"]

MOST_ON_AIR = 16
"""So many marks of one stream always fit one frame, as long as their numbers lie within one window of the outbox."""
_MARKS = tuple(Mark)
_SIGNATURE = 64
_MOST_SEQ = 2**53


def encode(frame: bytes, context: AirContext, *, largest: int = LARGEST_FRAME) -> bytes:
    """Return the payload that carries a statement of ours.

    Args:
        frame: as `marks.state` made it, with its numbers rising.
        context: see `AirContext`; its `known` is not asked.
        largest: most bytes of the payload.

    Raises:
        LocalProtocolError: it takes more bytes, or is about another agreement or for another key than `context` has.
    """
    envelope = from_json(frame, limit=FRAME_LIMIT)
    if context.my_key not in (public for public, _ in envelope.signatures):
        raise LocalProtocolError("A mark of another key was to be sent.")
    try:
        statement = read(envelope, context.other_key, context.my_key)
    except RemoteProtocolError as wrong:
        raise LocalProtocolError(f"A mark was to be sent that nobody may take: {wrong.says}") from None
    out, stream = BitWriter(), statement.stream
    out.put(stream.agreement == NONE, 1)
    if stream.agreement != NONE:
        if context.agreement is None or context.agreement.id != stream.agreement:
            raise LocalProtocolError("A mark under another agreement than the one in force was to go over the air.")
        out.put(_short(stream.agreement), 8)
    out.put(stream.precedence, 2)
    out.put(_MARKS.index(statement.mark), 2)
    out.put(statement.time_ns, 63)
    out.put(len(statement.entries) - 1, 8)
    before = 0
    for entry in statement.entries:
        if entry.seq < before:
            raise LocalProtocolError("Marks go over the air with their numbers rising.")
        out.put_long(entry.seq - before)
        out.put(entry.expired, 1)
        before = entry.seq
    _write_standing(out, statement.standing)
    payload = bytes([AirKind.MARK]) + out.to_bytes() + envelope.signatures[0][1]
    if len(payload) > largest:
        raise LocalProtocolError(f"Marks on {len(statement.entries)} messages take {len(payload)} bytes on the air.")
    return payload


def decode(payload: bytes, context: AirContext, id_of: Callable[[Stream, int], str | None]) -> bytes:
    """Return the frame that the other side made with `marks.state`.

    Args:
        payload: what came.
        context: see `AirContext`.
        id_of: gives the id of our message of that stream and number; None where it was not sent, or is forgotten.

    Raises:
        RemoteProtocolError: anything else: "garbage", "unknown kind", "wrong agreement", "unknown reference",
            "bad signature".
    """
    if kind_of(payload) is not AirKind.MARK:
        raise refusal("unknown kind", "A payload that holds no marks came as such.")
    if len(payload) < 1 + _SIGNATURE or len(payload) > FRAME_LIMIT:
        raise refusal("garbage", "Marks without a signature came over the air.")
    bits, signature = BitReader(payload[1:-_SIGNATURE]), payload[-_SIGNATURE:]
    agreement = _agreement(bits, context)
    precedence, mark = bits.take(2), bits.take(2)
    if precedence >= len(Precedence) or mark >= len(_MARKS):
        raise refusal("garbage", "A mark names a precedence and a mark that there are.")
    stream, time_ns = Stream(agreement, Precedence(precedence)), bits.take(63)
    entries = _entries(bits, stream, bits.take(8) + 1, id_of)
    standing = _read_standing(bits) if bits.take(1) else None
    bits.end()
    statement = Statement(stream, _MARKS[mark], tuple(entries), time_ns, standing)
    raw = written(statement, context.other_key, context.my_key)
    envelope = Envelope(MARK_TYPE, raw, ((context.other_key, signature),))
    read(envelope, context.my_key, context.other_key)
    return to_json(envelope)


def _agreement(bits: BitReader, context: AirContext) -> str:
    if bits.take(1):
        return NONE
    short = bits.take(8)
    if context.agreement is None or short != _short(context.agreement.id):
        raise refusal("wrong agreement", "Marks came under an agreement that is not in force.")
    return context.agreement.id


def _entries(
    bits: BitReader, stream: Stream, count: int, id_of: Callable[[Stream, int], str | None]
) -> Sequence[Entry]:
    entries: list[Entry] = []
    seq = 0
    for _ in range(min(count, MOST_ENTRIES)):
        seq += bits.take_long()
        expired = bool(bits.take(1))
        name = id_of(stream, seq) if seq < _MOST_SEQ else None
        if name is None:
            raise refusal("unknown reference", "A mark is on a message that is not known here.")
        entries.append(Entry(seq, name, expired))
    return entries


def _write_standing(out: BitWriter, standing: Standing | None) -> None:
    out.put(standing is not None, 1)
    if standing is None:
        return
    out.put_long(standing.change)
    out.put(len(standing.usable), 5)
    for name in standing.usable:
        out.put(0 if name == GROUND else int(name[1:]), 7)


def _read_standing(bits: BitReader) -> Standing:
    change = bits.take_long()
    numbers = [bits.take(7) for _ in range(bits.take(5))]
    return Standing(change, tuple(f"F{number}" if number else GROUND for number in numbers))


def _short(agreement: str) -> int:
    return hashlib.sha256(agreement.encode()).digest()[0]
