"""Frames: each one canonical JSON object, either a signed envelope or a plain frame with its `kind`.

Signed are proofs, messages and marks: they are evidence. Plain are hello, ping, pong, taken, and the carriers of
documents and checkpoints, whose envelopes are signed inside. The ground line guards all of them against third persons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import Envelope, from_json, from_tree, from_wire, to_json
from armslength.protocol.leaving import Frame
from armslength.protocol.messages import is_digest
from armslength.protocol.refusals import refusal

__all__ = [
    "FRAME_LIMIT",
    "LARGE_LIMIT",
    "MOST_DIGESTS",
    "Carrier",
    "Plain",
    "carrier",
    "open_frame",
    "ping",
    "plain",
    "pong",
    "read_carrier",
    "read_number",
    "read_taken",
    "taken",
]

FRAME_LIMIT = 64 * 1024
"""Most bytes of a frame."""
LARGE_LIMIT = 256 * 1024
"""Most bytes of a frame that carries a document."""
MOST_DIGESTS = 256
"""Most digests in one frame `taken`."""
MOST_HASHES = 128
"""Most hashes of a consistency proof: twice the height of any tree."""

_MEMBERS = {
    "hello": frozenset({"format", "party", "post", "key", "nonce", "path"}),
    "ping": frozenset({"n"}),
    "pong": frozenset({"n", "time_ns"}),
    "taken": frozenset({"digests"}),
    "document": frozenset({"envelope"}),
    "checkpoint": frozenset({"envelope", "since", "consistency"}),
    "countersigned": frozenset({"envelope"}),
}
"""Every plain frame and its members, beside `kind`."""
_HASH = re.compile(r"[0-9a-f]{64}")
_LIFE = re.compile(
    rb'\{"kind":"p(?:ing","n":(0|[1-9][0-9]{0,14})|ong","n":(0|[1-9][0-9]{0,14}),"time_ns":"([0-9]+)")\}'
)
"""Pings and pongs as they are: these two come every second from everybody, and need no reader of JSON."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain frame whose members are there; their values are for its reader to check."""

    kind: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A document or checkpoint as it travels; `wire` is the canonical JSON of its envelope."""

    envelope: Envelope
    wire: bytes
    since: int = 0
    consistency: tuple[str, ...] = ()


def plain(kind: str, **values: Any) -> Frame:
    """Return the plain frame of `kind`. Raises LocalProtocolError where no frame of that kind may leave."""
    return Frame(kind, canonical({"kind": kind, **values}))


def ping(number: int) -> Frame:
    """Return the ping of that number: `plain` for what leaves every second."""
    return Frame("ping", b'{"kind":"ping","n":%d}' % number)


def pong(number: int, time_ns: int) -> Frame:
    """Return the answer to the ping of that number, with the time [UTC ns]."""
    return Frame("pong", b'{"kind":"pong","n":%d,"time_ns":"%d"}' % (number, time_ns))


def open_frame(frame: bytes) -> Envelope | Plain:
    """Return what `frame` is: a signed envelope, or a plain frame of a known kind with all its members.

    Raises:
        RemoteProtocolError: "garbage", "oversized", "not canonical" or "unknown kind".
    """
    if len(frame) <= FRAME_LIMIT and (life := _LIFE.fullmatch(frame)) is not None:
        return _alive(life)
    if len(frame) <= FRAME_LIMIT and (envelope := from_wire(frame)) is not None:
        return envelope
    tree = parse(frame, limit=LARGE_LIMIT)
    kind = tree.get("kind")
    if len(frame) > FRAME_LIMIT and kind != "document":
        raise refusal("oversized", f"A frame of {len(frame)} bytes came where at most {FRAME_LIMIT} are taken.")
    if "payloadType" in tree:
        return from_tree(tree)
    if type(kind) is not str or kind not in _MEMBERS:
        raise refusal("unknown kind", "A frame of a kind that does not exist came.")
    if tree.keys() - {"kind"} != _MEMBERS[kind]:
        raise refusal("garbage", f"A frame of kind {kind} has other members.")
    return Plain(kind, tree)


def _alive(life: re.Match[bytes]) -> Plain:
    """Return the ping or pong that `life` matched."""
    asked, answered, time_ns = life.groups()
    if asked is not None:
        return Plain("ping", {"kind": "ping", "n": int(asked)})
    return Plain("pong", {"kind": "pong", "n": int(answered), "time_ns": time_ns.decode()})


def carrier(kind: str, wire: bytes, *, since: int | None = None, consistency: Sequence[str] = ()) -> Frame:
    """Return the frame that carries the envelope of which `wire` is the canonical JSON."""
    more = {} if since is None else {"since": since, "consistency": list(consistency)}
    return plain(kind, envelope=parse(wire, limit=LARGE_LIMIT), **more)


def read_carrier(frame: Plain) -> Carrier:
    """Return what a frame of kind document, checkpoint or countersigned carries. No signature is checked here.

    Raises:
        RemoteProtocolError: "garbage": no envelope, or no consistency proof.
    """
    envelope = from_tree(frame.values["envelope"])
    wire = to_json(envelope)
    if frame.kind != "checkpoint":
        return Carrier(envelope, wire)
    since, hashes = read_number(frame.values["since"]), frame.values["consistency"]
    if type(hashes) is not list or len(hashes) > MOST_HASHES:
        raise refusal("garbage", f"A consistency proof is a list of at most {MOST_HASHES} hashes.")
    if not all(type(one) is str and _HASH.fullmatch(one) for one in hashes):
        raise refusal("garbage", "A hash is 64 hexadecimal digits.")
    return Carrier(envelope, wire, since, tuple(hashes))


def taken(digests: Iterable[str]) -> Frame:
    """Return the frame that says: what has these digests of its envelope came, and need not be sent again."""
    return plain("taken", digests=sorted(digests))


def read_taken(frame: Plain) -> tuple[str, ...]:
    """Return the digests. Raises RemoteProtocolError ("garbage")."""
    digests = frame.values["digests"]
    if type(digests) is not list or not 0 < len(digests) <= MOST_DIGESTS or not all(map(is_digest, digests)):
        raise refusal("garbage", f"What was taken is named by 1 to {MOST_DIGESTS} digests.")
    return tuple(digests)


def read_number(value: object) -> int:
    """Return a whole number from 0 to 2^53 - 1. Raises RemoteProtocolError ("garbage")."""
    if type(value) is not int or not 0 <= value < 2**53:
        raise refusal("garbage", "A number is whole, and from 0 to 2^53 - 1.")
    return value


def whole_envelope(wire: bytes) -> Envelope:
    """Return the envelope of which `wire` is the canonical JSON. Raises RemoteProtocolError."""
    return from_json(wire, limit=LARGE_LIMIT)
