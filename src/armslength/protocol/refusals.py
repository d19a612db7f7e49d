"""Every reason for refusing what the other side sent: fixed words, because they are counted and kept as evidence."""

from __future__ import annotations

from collections.abc import Mapping

from armslength.errors import RemoteProtocolError

__all__ = ["GOES_ON", "REASONS", "refusal"]

REASONS: Mapping[str, str] = {
    "garbage": "not JSON, or JSON of another shape",
    "oversized": "more bytes than a frame of its kind may have",
    "not canonical": "JSON, but not in its one canonical form (RFC 8785)",
    "unknown kind": "a frame of a kind that does not exist",
    "wrong format": "another version of the protocol, or of a statement",
    "wrong state": "a frame that has no place in this state of the session",
    "late": "the keys were not proved in time",
    "wrong key": "signed by, or speaking for, a key that is not the counterpart's",
    "bad signature": "the signature does not fit",
    "wrong party": "from or to another party or post than those of this session",
    "reflected": "what we said ourselves, sent back to us",
    "replayed": "a proof or statement that was made for another session",
    "wrong agreement": "said under an agreement or a version that is not in force between the two",
    "expired agreement": "said under an agreement whose time is over",
    "unknown code": "a message of a code that the catalogue does not have",
    "bad field": "a message whose fields are not those of its code",
    "out of window": "a sequence number too far ahead to be the next ones",
    "sequence reused": "another message under a sequence number that was used before",
    "unknown message": "a mark on a message that was never sent",
    "unknown reference": "it names a message that is not known here, or that several fit",
    "unasked": "a checkpoint countersigned that was never offered",
    "impossible clock": "an answer to a ping that was never sent, or no time of day",
    "flood": "more frames in a short time than any need explains",
    "too many": "more new messages in a short time than any need explains: to be sent again later",
}
"""Reason -> what it means. The first three come from crypto.canonical and crypto.envelope too."""

GOES_ON = frozenset({"wrong agreement", "expired agreement", "too many"})
"""Reasons for which one message is refused but the connection stays: an honest node can come to that for a moment."""


def refusal(reason: str, says: str) -> RemoteProtocolError:
    """Return the error for `reason`; `says` holds nothing of what was sent."""
    if reason not in REASONS:
        raise KeyError(reason)
    return RemoteProtocolError(reason, says)
