"""The deal itself: amendments, suspensions, resumptions. A signed document does it; the message tells it."""

from __future__ import annotations

from armslength.protocol.catalogue import common as c
from armslength.protocol.catalogue.forms import Answer, Code, Precedence, Wanted

__all__ = ["DEAL"]

P, A, W = Precedence, Answer, Wanted

_NOTICE = c.maybe(c.digest("notice", "digest of the signed statement that does it"))
_SCOPE = c.signs("scope", "name of the provision", r"[a-z][a-z_]{1,31}", c.NAMES, 32)
_FROM = c.stamp("from_ns", "from when on")
_MEDIUM = r"(?:GROUND|F[1-9][0-9]?)"
_WHY = "It names a signed document by its digest, 32 bytes beside 64 of the signature: fragments or the ground line."

DEAL = (
    Code(
        "AMD",
        38,
        "an amendment is proposed",
        P.ROUTINE,
        A.RATIFY,
        (
            c.maybe(c.signs("clause", "name of the article that changes most", r"[a-z][a-z_]{1,31}", c.NAMES, 32)),
            c.digest("from_hash", "digest of the version in force"),
            c.digest("to_hash", "digest of the version proposed"),
        ),
        not_on_air=_WHY,
    ),
    Code(
        "SUS",
        39,
        "a provision is suspended",
        P.PRIORITY,
        A.ROGER,
        (
            _SCOPE,
            _FROM,
            c.maybe(
                c.signs(
                    "kept_channels",
                    "channels that stay open, with a space between",
                    rf"{_MEDIUM}( {_MEDIUM}){{0,5}}",
                    c.CAPITALS,
                    41,
                )
            ),
            _NOTICE,
        ),
        answer_in="answering",
        not_on_air=_WHY,
    ),
    Code(
        "RSM",
        40,
        "a provision is to be resumed",
        P.PRIORITY,
        A.WILCO_OR_UNABLE,
        (_SCOPE, _FROM, _NOTICE),
        answer_in="answering",
        not_on_air=_WHY,
    ),
)
