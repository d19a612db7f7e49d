"""Whom the ground line believes: the pinned certificates, and nobody else in the world.

The pinned certificates are the only trust anchors, no public authority is loaded, and what has passed that is compared
exactly: SHA-256 of the certificate's DER. A certificate that somebody signed with a pinned key therefore opens nothing.
Names are not checked, because the pin says more than a name. Sessions are not resumed, so that a certificate that is no
longer pinned opens nothing either.
"""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from armslength.errors import InputError

Pins = Callable[[], Mapping[str, str]]
Certificates = Callable[[], Sequence[str]]


def fingerprint_of(certificate: bytes) -> str:
    """Return SHA-256 of a DER certificate, 64 lower hex."""
    return hashlib.sha256(certificate).hexdigest()


class Trust:
    """TLS contexts that follow the pins and the node's own files as they change.

    Args:
        certificate_file, key_file: the node's own, PEM.
        pins: gives SHA-256 of a DER certificate (64 lower hex) -> name of the counterpart.
        certificates: gives the pinned certificates, PEM.
    """

    def __init__(self, certificate_file: Path, key_file: Path, pins: Pins, certificates: Certificates) -> None:
        self._files = (Path(certificate_file), Path(key_file))
        self._pins, self._certificates = pins, certificates
        self._made: dict[bool, tuple[object, ssl.SSLContext]] = {}

    def context(self, *, answering: bool) -> ssl.SSLContext:
        """Return the context for the side that answers or the side that calls.

        Raises:
            InputError: the node's own certificate or key cannot be read or do not belong together.
        """
        anchors = tuple(self._certificates())
        try:
            stand = (anchors, *(path.stat().st_mtime_ns for path in self._files))
            if answering not in self._made or self._made[answering][0] != stand:
                self._made[answering] = (stand, self._make(answering, anchors))
        except OSError as wrong:  # ssl.SSLError is one
            raise InputError(
                f"The node's own TLS certificate or key cannot be used ({wrong.strerror or 'they do not fit'}).",
                where=str(self._files[0]),
                remedy="They are made by `armslength init`; bring both back from the backup of the home.",
            ) from None
        return self._made[answering][1]

    def counterpart(self, fingerprint: str) -> str:
        """Return to whom the certificate with this fingerprint is pinned; empty where it is not."""
        return self._pins().get(fingerprint, "")

    def own(self) -> str:
        """Return the fingerprint of the node's own certificate."""
        return fingerprint_of(ssl.PEM_cert_to_DER_cert(self._files[0].read_text()))

    def _make(self, answering: bool, anchors: tuple[str, ...]) -> ssl.SSLContext:
        # Not ssl.create_default_context: it loads the authorities of the system and obeys SSLKEYLOGFILE.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if answering else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        if answering:
            context.num_tickets = 0
        context.load_cert_chain(*self._files)
        for anchor in anchors:
            with contextlib.suppress(ssl.SSLError, ValueError):  # one that is damaged must not shut out the others
                context.load_verify_locations(cadata=anchor)
        return context
