"""What tests of outbox and inbox share: messages of the north, and two peers on a straight line."""

from __future__ import annotations

from armslength.protocol.events import Received
from armslength.protocol.messages import Message, Post, compose
from pair import AGREEMENT, AMD, EMG, NORTH, TFA
from straight import Node, Straight

NORTH_POST, SOUTH_POST = Post("NORTH", "NORTH POST"), Post("SOUTH", "SOUTH POST")
CLB: dict[str, str | int] = {"to_level_ft": 25000, "to_level_datum": "STANDARD"}


def written(seq: int, code: str = "AMD", until_ns: int | None = None) -> Message:
    """Return a message of the north."""
    fields = {"AMD": AMD, "EMG": EMG, "TFA": TFA}[code]
    return compose(
        NORTH,
        NORTH_POST,
        SOUTH_POST,
        code=code,
        fields=fields,  # type: ignore[arg-type]
        seq=seq,
        time_ns=1,
        agreement=AGREEMENT.id,
        terms=AGREEMENT.digest,
        valid_until_ns=until_ns,
    )


def give(pair: Straight, *messages: Message) -> list[int]:
    """Let the south receive these; return the numbers it delivered."""
    for message in messages:
        pair.south.peer.receive("line", message.envelope, pair.now)
    return [event.message.seq for event in pair.south.settle().events if isinstance(event, Received)]


def sent(node: Node) -> list[Message]:
    """Return the messages that `node` let leave since it was settled last."""
    known = {message.envelope: message for message in node.peer.waiting()}
    return [known[frame] for _, frame in node.settle().frames if frame in known]


def backlog(*lasts_s: float) -> Straight:
    """Return two peers of which the north said, while the line was down, what is of use for so long [s] each."""
    pair = Straight(connect=False)
    for seconds in lasts_s:
        until = pair.now.utc_ns + round(seconds * 1e9)
        pair.north.peer.send("CLB", CLB, pair.now, valid_until_ns=until)
    pair.mono_s += 60.0
    pair.north.peer.tick(pair.now)
    return pair
