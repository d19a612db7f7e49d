"""What two duty posts say to each other: one canonical form, which is signed and whose digest is the message's id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

__all__ = ["Mark", "Message", "Post", "Precedence"]


class Precedence(IntEnum):
    """The order in which messages leave: the lower, the sooner."""

    FLASH = 0
    PRIORITY = 1
    ROUTINE = 2


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
    fields: Mapping[str, str | int | bool]
    id: str
    envelope: bytes = field(repr=False, compare=False)
