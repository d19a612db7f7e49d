"""Why a connection was refused or ended, as fixed words that can be counted; none holds a byte of what was sent."""

from __future__ import annotations

import ssl
from enum import StrEnum

EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED (OpenSSL, x509_vfy.h)."""


class Why(StrEnum):
    """Every reason the ground line gives by itself; the node gives its own when it closes a connection."""

    NO_CERTIFICATE = "no certificate"
    WRONG_CERTIFICATE = "wrong certificate"
    EXPIRED_CERTIFICATE = "expired certificate"
    NOT_NAMED = "certificate that the agreement in force does not name"
    OTHER_COUNTERPART = "certificate of another counterpart"
    WITHDRAWN = "certificate no longer pinned"
    NOT_TLS = "not TLS"
    NOT_TLS_1_3 = "not TLS 1.3"
    NOT_WEBSOCKET = "not WebSocket"
    WRONG_PATH = "no such path"
    SLOW_GREETING = "greeting took too long"
    TOO_MANY = "too many connections at once"
    TOO_MANY_OF_ADDRESS = "too many connections of one address"
    TEXT = "text frame"
    EMPTY = "empty frame"
    OVERSIZED = "oversized frame"
    FRAGMENTED = "fragmented frame"
    GARBAGE = "garbage"
    DAMAGED = "damaged on the way"
    TOO_SLOW = "takes its frames too slowly"
    REFUSED_US = "refused by the other side"
    CUT = "cut"
    ENDED = "ended by the other side"
    REPLACED = "replaced by a newer connection"
    STOPPED = "this node stops"

    @property
    def fault(self) -> bool:
        """Whether the other side did what it must not do, so that it is worth keeping as evidence."""
        return self not in _NO_FAULT


_NO_FAULT = frozenset({Why.CUT, Why.ENDED, Why.REPLACED, Why.STOPPED, Why.WITHDRAWN, Why.REFUSED_US})

_TLS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": Why.NO_CERTIFICATE,
    "UNSUPPORTED_PROTOCOL": Why.NOT_TLS_1_3,
    "NO_PROTOCOLS_AVAILABLE": Why.NOT_TLS_1_3,
    "TLSV1_ALERT_PROTOCOL_VERSION": Why.NOT_TLS_1_3,
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC": Why.DAMAGED,
    "BAD_RECORD_MAC": Why.DAMAGED,
}


def of_tls(wrong: ssl.SSLError, *, greeting: bool) -> Why:
    """Return what an error of the TLS layer means.

    Args:
        wrong: as OpenSSL gave it.
        greeting: whether the two sides had not yet proved who they are.
    """
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return Why.EXPIRED_CERTIFICATE if wrong.verify_code == EXPIRED else Why.WRONG_CERTIFICATE
    reason = wrong.reason or ""
    if reason in _TLS:
        return _TLS[reason]
    if "ALERT" in reason:
        return Why.REFUSED_US
    return Why.NOT_TLS if greeting else Why.DAMAGED
