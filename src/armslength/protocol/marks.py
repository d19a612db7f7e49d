"""Marks: what the receiver of messages states about them, signed. One statement covers messages of one stream.

A stream is what one agreement and one precedence order: sequence numbers count within it. The entries name number and
id, so that a mark on something never sent is told apart from one on something sent so long ago that it is forgotten.

RECEIVED tells besides how who marks has the channels: whatever is heard of the other side then settles which one is in
use, also where the word that told of the change was lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import Envelope, seal, signers, to_json
from armslength.crypto.keys import SigningKey
from armslength.protocol.catalogue import Precedence
from armslength.protocol.frames import FRAME_LIMIT, read_number
from armslength.protocol.leaving import Frame
from armslength.protocol.messages import Mark, is_digest, read_stamp
from armslength.protocol.refusals import refusal
from armslength.protocol.told import Standing

__all__ = [
    "MARK_FORMAT",
    "MARK_TYPE",
    "MOST_ENTRIES",
    "MOST_MEDIA",
    "Entry",
    "Statement",
    "Stream",
    "read",
    "state",
    "written",
]

MARK_FORMAT = "armslength-mark/1"
MARK_TYPE = "application/vnd.armslength.mark+json"
MOST_ENTRIES = 256
"""Most messages in one statement."""
MOST_MEDIA = 31
"""Most channels that one statement tells of."""

_KEYS = frozenset({"agreement", "by", "format", "mark", "of", "precedence", "time_ns", "to"})


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """What is in one order: the messages of one sender under one agreement ("none" without one) at one precedence."""

    agreement: str
    precedence: Precedence


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that is marked: its number, its id, and whether it came too late to be sounded."""

    seq: int
    id: str
    expired: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed statement: `mark` is on all of `entries`, since `time_ns` [UTC ns, clock of who marks].

    `standing`: how who marks has the channels then; None where nothing is said of that.
    """

    stream: Stream
    mark: Mark
    entries: tuple[Entry, ...]
    time_ns: int
    standing: Standing | None = None


def state(
    key: SigningKey,
    to: str,
    stream: Stream,
    mark: Mark,
    entries: Sequence[Entry],
    time_ns: int,
    standing: Standing | None = None,
) -> Frame:
    """Return the signed statement of `key` for the messages of the key `to`, as a frame."""
    statement = Statement(stream, mark, tuple(entries), time_ns, standing)
    return Frame("mark", to_json(seal(MARK_TYPE, written(statement, key.public, to), key)))


def written(statement: Statement, by: str, to: str) -> bytes:
    """Return the canonical form of what the key `by` states about messages of the key `to`: what is signed."""
    tree: dict[str, Any] = {
        "agreement": statement.stream.agreement,
        "by": by,
        "format": MARK_FORMAT,
        "mark": statement.mark.value,
        "of": [[entry.seq, entry.id, entry.expired] for entry in statement.entries],
        "precedence": statement.stream.precedence.name,
        "time_ns": str(statement.time_ns),
        "to": to,
    }
    if statement.standing is not None:
        tree["channels"] = [statement.standing.change, list(statement.standing.usable)]
    return canonical(tree)


def read(envelope: Envelope, me: str, other: str) -> Statement:
    """Return the statement that the key `other` made about messages of the key `me`.

    Raises:
        RemoteProtocolError: it is none, or not signed by `other` alone, or about messages of somebody else.
    """
    if len(envelope.signatures) != 1 or envelope.signatures[0][0] != other:
        reflected = any(public == me for public, _ in envelope.signatures)
        raise refusal("reflected" if reflected else "wrong key", "A mark is not signed by the receiver's key alone.")
    if not signers(envelope):
        raise refusal("bad signature", "The signature of a mark does not fit it.")
    tree = parse(envelope.payload, limit=FRAME_LIMIT)
    if tree.keys() - {"channels"} != _KEYS:
        raise refusal("garbage", "A mark has eight members, and one on channels at most, and not these.")
    if tree["format"] != MARK_FORMAT:
        raise refusal("wrong format", f"A mark has the format {MARK_FORMAT}.")
    if tree["by"] != other or tree["to"] != me:
        raise refusal("wrong party", "A mark is by another key, or about messages of another key.")
    standing = _standing(tree["channels"]) if "channels" in tree else None
    return Statement(_stream(tree), _mark(tree["mark"]), _entries(tree["of"]), read_stamp(tree["time_ns"]), standing)


def _stream(tree: dict[str, Any]) -> Stream:
    agreement, precedence = tree["agreement"], tree["precedence"]
    if type(agreement) is not str or type(precedence) is not str or precedence not in Precedence.__members__:
        raise refusal("garbage", "A mark names an agreement and a precedence.")
    return Stream(agreement, Precedence[precedence])


def _mark(value: object) -> Mark:
    if type(value) is not str or value not in Mark.__members__:
        raise refusal("garbage", "A mark is RECEIVED, UNDERSTOOD or RELAYED.")
    return Mark[value]


def _entries(value: object) -> tuple[Entry, ...]:
    if type(value) is not list or not 0 < len(value) <= MOST_ENTRIES:
        raise refusal("garbage", f"A mark is on 1 to {MOST_ENTRIES} messages.")
    found = []
    for one in value:
        if type(one) is not list or len(one) != 3 or not is_digest(one[1]) or type(one[2]) is not bool:
            raise refusal("garbage", "A marked message is its number, its id, and whether it came too late.")
        found.append(Entry(read_number(one[0]), one[1], one[2]))
    return tuple(found)


def _standing(value: object) -> Standing:
    if type(value) is not list or len(value) != 2 or type(value[1]) is not list or len(value[1]) > MOST_MEDIA:
        raise refusal("garbage", "How the channels stand is a count of changes and a list of their ids.")
    change, names = read_number(value[0]), value[1]
    if not all(type(one) is str and 0 < len(one) <= 32 for one in names) or len(set(names)) != len(names):
        raise refusal("garbage", "A channel is named once, by its id.")
    return Standing(change, tuple(names))
